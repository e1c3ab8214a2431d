"""Conversion, continued: tilings, folds, ranks, tables, rotations of masks, compositing, smartcrop."""

from .cases_arithmetic import listed
from .harness import FLOAT, INTEGERS, Case, Matrix, Picture, Tolerance, across

LESS = ((33, 17), (5, 39))
LABQ = Picture("uchar", 4, 9, 6, coding="labq", interpretation="labq")
# A power may fall on the other side of an integer (colour.md §11).
POWER = Tolerance(levels=1, relative=2e-6, absolute=1e-6)
DIRECTIONS = ("centre", "north", "east", "south", "west", "north-east", "south-east", "south-west", "north-west")
MODES = (
    "clear", "source", "over", "in", "out", "atop", "dest", "dest-over", "dest-in", "dest-out", "dest-atop", "xor", "add",
    "saturate", "multiply", "screen", "overlay", "darken", "lighten", "colour-dodge", "colour-burn", "hard-light",
    "soft-light", "difference", "exclusion",
)


def content(name, **changes):
    return lambda picture: picture.vary(content=name, **changes)


def replicate():
    for across_, down in ((1, 1), (3, 2), (1, 40)):
        yield from across("replicate", across_, down)
    yield Case("replicate", (LABQ, 2, 2))
    yield Case("replicate", (Picture(), 0, 1))


def grid():
    yield from across("grid", 4, 3, 2, picture=lambda p: p.vary(width=7, height=24))
    yield from across("grid", 1, 5, 1, sizes=((7, 5), (33, 5), (1, 5), (12, 5)))
    yield Case("grid", (Picture(), 2, 2, 2))


def zoom():
    for x, y in ((1, 1), (2, 3), (9, 1)):
        yield from across("zoom", x, y)
    yield Case("zoom", (LABQ, 2, 2))


def subsample():
    for x, y in ((1, 1), (2, 3), (12, 1)):
        yield from across("subsample", x, y)
        yield from across("subsample", x, y, point=True, bands=(3,))
    yield Case("subsample", (LABQ, 2, 2))


def wrap():
    yield from across("wrap")
    for x, y in ((0, 0), (2, -3), (-100, 77)):
        yield from across("wrap", x=x, y=y, bands=(1, 3))
    yield Case("wrap", (LABQ,))


def gravity():
    yield from across("gravity", "centre", 40, 41)
    for direction in DIRECTIONS:
        for width, height in ((50, 43), (4, 3), (60, 2)):
            yield from across("gravity", direction, width, height, bands=(3,), formats=("uchar", "float"), background=[1, 2, 3])
    for extend in ("copy", "repeat", "mirror", "white"):
        yield from across("gravity", "centre", 50, 43, bands=(1, 3), extend=extend)


def one(operation, tolerance=FLOAT, **options):
    """An image alone."""
    yield from across(operation, tolerance=tolerance, **options)
    yield from across(operation, picture=content("special"), bands=(2, 3), tolerance=tolerance, **options)


def bandbool():
    for boolean in ("and", "or", "eor", "lshift"):
        yield from across("bandbool", boolean)
        yield from across("bandbool", boolean, picture=content("special"), bands=(2, 3))
    yield Case("bandbool", (LABQ, "and"))


def bandrank():
    for index in (-1, 0, 1, 5):
        yield from listed("bandrank", index=index)
    for count in (1, 3, 6):
        images = [Picture("short", 1 + 2 * (k % 2), 9, 7, seed=k) for k in range(count)]
        yield Case("bandrank", (images,))


def folds(operation):
    for factor in (0, 1, 2, 3):
        yield from across(operation, factor=factor, sizes=((6, 5), (33, 17), (12, 9), (18, 3)))
    yield Case(operation, (LABQ,))


def msb():
    yield from across("msb")
    for band in (0, 1, 7):
        yield from across("msb", band=band)
    for band in (-1, 0, 2, 3):
        yield Case("msb", (LABQ,), {"band": band})


def gamma():
    yield from one("gamma", POWER)
    for exponent in (2.2, 0.5, 1, 2):
        yield from across("gamma", exponent=exponent, picture=content("byte"), bands=(1, 3), tolerance=POWER)
    yield from across("gamma", picture=content("byte", interpretation="rgb16"), bands=(1, 3), tolerance=POWER)
    yield Case("gamma", (LABQ,))


def scale():
    yield from across("scale", tolerance=POWER)
    yield from across("scale", picture=content("byte"), log=True, tolerance=POWER)
    yield from across("scale", picture=content("byte"), log=True, exp=0.5, bands=(1, 3), tolerance=POWER)
    yield from across("scale", picture=lambda p: p.vary(width=1, height=1), bands=(1,))


def recomb():
    rows = ((0.2, 0.7, 0.1), (1, 0, -1))
    yield from across("recomb", lambda p: Matrix(tuple((0.5, *[0.25] * (p.bands - 1)) for _ in range(2))), tolerance=FLOAT)
    yield from across("recomb", Matrix(rows), bands=(2, 3), picture=content("special"), tolerance=FLOAT)


def rot45():
    for angle in ("d0", "d45", "d90", "d135", "d180", "d225", "d270", "d315"):
        yield from across("rot45", angle=angle, sizes=((7, 7), (1, 1), (15, 15), (3, 3)), bands=(1, 3))
    yield from across("rot45", sizes=((7, 7), (1, 1), (15, 15), (3, 3)))
    yield Case("rot45", (Picture(),))
    yield Case("rot45", (Picture(width=4, height=4),))


def transpose3d():
    yield from across("transpose3d", page_height=3, sizes=((7, 12), (33, 15), (5, 39), (1, 3)))
    yield from across("transpose3d", page_height=5, bands=(1,))
    for metadata in ((), (("page-height", "gint_type", 4),)):
        yield Case("transpose3d", (Picture(height=12, metadata=metadata),))


def switch():
    for case in listed("switch"):
        yield case
        (images,) = case.arguments
        yield Case("switch", ([image.vary(bands=1, content="binary") for image in images],))
    yield Case("switch", ([],))
    yield Case("switch", ([Picture(content="binary", seed=k, width=5 + k) for k in range(5)],))


def composite2():
    formats = ("uchar", "ushort", "short", "float", "double")
    for mode in MODES:
        for premultiplied in (False, True):
            yield from across(
                "composite2", lambda p: p.vary(seed=2), mode, picture=content("byte", interpretation="srgb"), formats=formats,
                bands=(3, 4), premultiplied=premultiplied, tolerance=COMPOSITE,
            )
        yield from across(
            "composite2", lambda p: p.vary(seed=2, width=20, height=9), mode, x=4, y=-3, bands=(4,), formats=("uchar",),
            picture=content("byte", interpretation="srgb"), tolerance=COMPOSITE,
        )
    for interpretation in ("b-w", "srgb", "rgb16", "lab", "multiband"):
        yield from across(
            "composite2", lambda p: p.vary(seed=2), "over", picture=content("byte", interpretation=interpretation),
            formats=REAL, tolerance=COMPOSITE,
        )


def composite():
    def layers(form, bands):
        return [Picture(form, bands, 20 + bands - k, 15 + k, "byte", k, interpretation="srgb") for k in range(3)]

    for form in REAL:
        for bands in (1, 2, 3, 4, 5):
            yield Case("composite", (layers(form, bands), [2, 14]), {}, COMPOSITE)
    yield Case("composite", (layers("uchar", 4), [2]), {"x": [1, 5], "y": [-2, 3]}, COMPOSITE)
    yield Case("composite", (layers("uchar", 4), [2, 3, 4]))
    yield Case("composite", ([], [2]))


def smartcrop():
    for interesting in ("none", "low", "centre", "high", "all", "entropy", "attention"):
        for width, height in ((5, 4), (20, 11)):
            yield from across(
                "smartcrop", width, height, interesting=interesting, bands=(1, 3, 4), formats=("uchar", "ushort", "float"),
                sizes=((33, 17), (131, 67), (60, 90), (21, 12)), picture=content("byte"), attention_x=True, attention_y=True,
            )
    yield from across("smartcrop", 3, 2, interesting="entropy", sizes=((33, 17), (13, 20), (7, 5), (40, 9)), picture=content("byte"))


COMPOSITE = Tolerance(relative=2e-5, absolute=2e-3, rare=0.01, rare_levels=1)
REAL = (*INTEGERS, "float", "double")

CASES = {
    "bandbool": bandbool,
    "bandfold": lambda: folds("bandfold"),
    "bandmean": lambda: one("bandmean"),
    "bandrank": bandrank,
    "bandunfold": lambda: folds("bandunfold"),
    "byteswap": lambda: one("byteswap"),
    "composite": composite,
    "composite2": composite2,
    "falsecolour": lambda: one("falsecolour"),
    "gamma": gamma,
    "gravity": gravity,
    "grid": grid,
    "msb": msb,
    "recomb": recomb,
    "replicate": replicate,
    "rot45": rot45,
    "scale": scale,
    "smartcrop": smartcrop,
    "subsample": subsample,
    "switch": switch,
    "transpose3d": transpose3d,
    "wrap": wrap,
    "zoom": zoom,
}
