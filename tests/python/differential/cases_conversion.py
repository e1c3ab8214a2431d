"""Conversion: formats, headers, geometry without resampling, bands, alpha, selection, caches."""

from .cases_arithmetic import listed
from .harness import BANDS, FLOAT, FORMATS, INTEGERS, REALS, Case, Picture, across

LESS = ((33, 17), (5, 39))
BYTES = ("uchar", "ushort", "float")
LABQ = Picture("uchar", 4, 9, 6, coding="labq", interpretation="labq")
RAD = Picture("uchar", 4, 9, 6, coding="rad", interpretation="scrgb")


def special(picture):
    return picture.vary(content="special")


def tagged(interpretation):
    return lambda picture: picture.vary(interpretation=interpretation)


def copied(operation, **options):
    """Operations that only pass pixels on."""
    yield from across(operation, **options)
    yield Case(operation, (LABQ,), options)


def cast():
    yield from across("cast", "int")
    yield from across("cast", "float")
    for target in FORMATS:
        yield from across("cast", target, bands=(1, 3))
        yield from across("cast", target, bands=(2,), picture=special)
        yield from across("cast", target, bands=(2,), picture=lambda p: p.vary(content="extreme"))
        yield from across("cast", target, bands=(1, 4), sizes=LESS, shift=True)
    for interpretation in ("srgb", "rgb16", "scrgb", "lab", "b-w"):
        for target in INTEGERS:
            yield from across("cast", target, bands=(3,), sizes=LESS, picture=tagged(interpretation), shift=True)
    for coded in (LABQ, RAD):
        for target in FORMATS:
            yield Case("cast", (coded, target))


def copy():
    yield from copied("copy")
    yield from across("copy", interpretation="lab", xres=1.5, yres=7, xoffset=-2, yoffset=9, bands=(1, 3))
    yield from across("copy", format="uchar", bands=(1,), picture=special)
    for changes in ({"bands": 1, "format": "float"}, {"bands": 2, "format": "ushort"}, {"bands": 1, "format": "uint"}):
        yield Case("copy", (Picture(bands=4),), changes)
    for changes in ({"coding": "labq"}, {"coding": "labq", "interpretation": "labq"}, {"coding": "rad"}):
        yield Case("copy", (Picture(bands=4),), changes)
    yield Case("copy", (Picture(height=9),), {"height": 4})
    yield Case("copy", (LABQ,), {"interpretation": "lab"})
    yield Case("copy", (Picture(),), {"format": "ushort"})
    yield Case("copy", (Picture(),), {"width": 0})


def areas(operation):
    for area in ((0, 0, 1, 1), (1, 0, 4, 1), (3, 1, 2, 0), (-1, 0, 2, 1), (0, 0, 600, 1), (4, 0, 1, 1)):
        yield from across(operation, *area, bands=(1, 3), sizes=((7, 5), (5, 39)))
    yield from across(operation, 2, 3, 5, 1, sizes=((7, 5), (33, 17)))
    yield Case(operation, (LABQ, 1, 2, 3, 4))


def embed():
    places = ((0, 0, 0, 0), (2, 3, 9, 8), (-2, -1, 3, 2), (1, 0, -2, 30), (-40, -40, 90, 90), (500, 0, 5, 5))
    for extend in ("black", "copy", "repeat", "mirror", "white", "background"):
        for x, y, right, down in places:
            yield from across(
                "embed", x, y, lambda p, r=right: max(1, p.width + r), lambda p, d=down: max(1, p.height + d),
                bands=(1, 3), extend=extend, formats=("uchar", "short", "uint", "float", "dpcomplex"),
            )
        yield from across("embed", 3, 2, 50, 50, extend=extend, sizes=LESS)
        yield from across("embed", 3, 2, 50, 50, extend=extend, bands=(3, 4), sizes=LESS, picture=tagged("scrgb"))
        yield Case("embed", (LABQ, 2, 3, 20, 17), {"extend": extend})
    for background in (7, [1, 2, 3], [300.7], [-5.5, 16777217, 0.1], [1, 2]):
        yield from across("embed", 1, 2, 45, 47, bands=(1, 3), background=background)
    yield from across("embed", -300, 111, 45, 47, bands=(3,), extend="mirror")
    yield from across("embed", -300, 111, 45, 47, bands=(3,), extend="repeat")
    yield Case("embed", (Picture(), 0, 0, 100_000_001, 1))


def insert():
    for x, y in ((0, 0), (2, 1), (-3, -2), (30, 10), (-100, 0)):
        for expand in (False, True):
            yield from across("insert", lambda p: p.vary(seed=2, width=6, height=4), x, y, expand=expand, bands=(1, 3))
    yield from across("insert", lambda p: p.vary(seed=2, bands=1), 3, 2, bands=BANDS, expand=True, background=[7])
    for form in FORMATS:
        for second in FORMATS:
            yield Case("insert", (Picture(form, 1, 5, 4), Picture(second, 3, 4, 3), 3, 2), {"expand": True, "background": [1, 2, 3]})
    yield Case("insert", (LABQ, LABQ.vary(seed=2), 3, 3), {"expand": True, "background": [50, 10, -20]})
    yield Case("insert", (LABQ, Picture(bands=4), 3, 3))
    yield Case("insert", (Picture(bands=2), Picture(bands=3), 0, 0))


def join():
    def second(picture):
        return picture.vary(seed=2, width=6, height=11)

    for direction in ("horizontal", "vertical"):
        for align in ("low", "centre", "high"):
            for expand in (False, True):
                yield from across(
                    "join", second, direction, align=align, expand=expand, shim=3, background=[5],
                    bands=(1, 3), formats=BYTES, sizes=((7, 5), (33, 17), (5, 39)),
                )
        yield from across("join", second, direction)
        yield from across("join", lambda p: p.vary(bands=1, seed=2), direction, bands=(3,))
    yield Case("join", (Picture(), Picture("short", width=3), "horizontal"))


def arrayjoin():
    def tiles(form, count):
        return [Picture(form, 1 + 2 * (k % 2), 5 + k, 9 - k, seed=k) for k in range(count)]

    yield from listed("arrayjoin", across=1, shim=1)
    for form in FORMATS:
        yield Case("arrayjoin", (tiles(form, 5),), {"across": 2})
    for options in (
        {}, {"across": 2, "shim": 3}, {"across": 7}, {"across": 3, "background": [10, 20, 30]},
        {"across": 2, "halign": "centre", "valign": "high", "shim": 2}, {"across": 2, "hspacing": 6, "vspacing": 4, "shim": 2},
        {"across": 2, "hspacing": 20, "vspacing": 15, "halign": "high", "valign": "centre"}, {"background": [1, 2]},
    ):
        yield Case("arrayjoin", (tiles("uchar", 5),), options)
        yield Case("arrayjoin", (tiles("float", 1),), options)
    yield Case("arrayjoin", ([Picture(), Picture("double"), Picture("short", bands=3)],))
    yield Case("arrayjoin", ([Picture("uchar", 1, 3, 2, seed=k) for k in range(100)],), {"across": 9})


def autorot():
    for orientation in range(10):
        metadata = (("gint_type", "orientation", orientation),)
        named = tuple((name, kind, value) for kind, name, value in metadata)
        for angles in ({}, {"angle": True, "flip": True}):
            yield Case("autorot", (Picture("uchar", 3, 7, 5, metadata=named),), angles)
            yield Case("autorot", (Picture("double", 1, 5, 39, metadata=named),), angles)
    yield from across("autorot")


def extract_band():
    yield from across("extract_band", 0)
    yield from across("extract_band", 1, n=2)
    yield from across("extract_band", 0, n=lambda p: p.bands)
    yield from across("extract_band", 4, bands=(4, 5))
    yield from across("extract_band", -1, bands=(3,))
    for coded in (LABQ, RAD):
        yield Case("extract_band", (coded, 1))
        yield Case("extract_band", (coded, 3))


def bandjoin():
    yield from listed("bandjoin")
    for form in FORMATS:
        for second in FORMATS:
            yield Case("bandjoin", ([Picture(form, 2, 9, 7, "special"), Picture(second, 1, 5, 11, seed=2)],))
    for count in (1, 2, 4, 9):
        yield Case("bandjoin", ([Picture("ushort", 1 + k % 3, 33, 17, seed=k, interpretation="lab") for k in range(count)],))
    yield Case("bandjoin", ([],))


def bandjoin_const():
    yield from across("bandjoin_const", [77, 1000])
    for c in (255, [1, 2, 3], [300.7, -5], [0.1], []):
        yield from across("bandjoin_const", c, bands=(1, 3))
    yield Case("bandjoin_const", (LABQ, [7]))


def ifthenelse():
    def condition(picture):
        return picture.vary(content="binary")

    def first(picture):
        return picture.vary(content="byte", seed=2, format="uchar")

    def second(picture):
        return picture.vary(content="noise", seed=3, format="uchar")

    for blend in (False, True):
        yield from across("ifthenelse", first, second, picture=condition, blend=blend)
        yield from across("ifthenelse", first, second, blend=blend)
        for form in FORMATS:
            content = "byte" if blend else "noise"
            branches = [Picture(form, 3, 33, 17, content, 2), Picture(form, 3, 33, 17, content, 3)]
            for mask in (Picture(bands=1, width=33, height=17), Picture(bands=3, width=33, height=17, content="binary")):
                yield Case("ifthenelse", (mask, *branches), {"blend": blend}, FLOAT)
            yield Case("ifthenelse", (mask, branches[0], branches[1].vary(format="short", bands=1)), {"blend": blend}, FLOAT)
        unequal = (Picture(width=9, height=4), Picture(bands=3, width=5, height=6), Picture("ushort", width=7, height=3, content="small"))
        yield Case("ifthenelse", unequal, {"blend": blend}, FLOAT)
        yield Case("ifthenelse", (Picture(bands=2), Picture(bands=3), Picture(bands=3)), {"blend": blend})


def alpha(operation, formats=REALS, **options):
    for content in ("noise", "byte", "unit", "special"):
        yield from across(operation, formats=formats, picture=lambda p, c=content: p.vary(content=c), tolerance=FLOAT, **options)
    yield from across(operation, tolerance=FLOAT, **options)
    for interpretation in ("srgb", "rgb16", "scrgb"):
        yield from across(operation, bands=(4,), formats=FORMATS, picture=tagged(interpretation), tolerance=FLOAT, **options)
    yield Case(operation, (LABQ,), options, FLOAT)


def flatten():
    for options in ({}, {"background": [200]}, {"background": [10, 20, 30]}, {"max_alpha": 100}):
        yield from alpha("flatten", **options)


def unpremultiply():
    for options in ({}, {"max_alpha": 100}, {"alpha_band": 1}):
        yield from alpha("unpremultiply", **options)


def addalpha():
    yield from across("addalpha")
    for interpretation in ("b-w", "grey16", "srgb", "rgb16", "scrgb", "lab", "multiband"):
        yield from across("addalpha", bands=(1, 3), sizes=LESS, picture=tagged(interpretation))
    yield Case("addalpha", (LABQ,))


def turns(operation, names):
    for name in names:
        yield from across(operation, name)
        yield Case(operation, (LABQ, name))
        yield Case(operation, (Picture("ushort", 3, 300, 150), name))


def tiles():
    yield from copied("tilecache")
    yield from copied("tilecache", tile_width=8, tile_height=3, max_tiles=4, access="sequential", threaded=True)
    yield from across("tilecache", tile_width=0, bands=(1,))


CASES = {
    "addalpha": addalpha,
    "arrayjoin": arrayjoin,
    "autorot": autorot,
    "bandjoin": bandjoin,
    "bandjoin_const": bandjoin_const,
    "cache": lambda: copied("cache"),
    "cast": cast,
    "copy": copy,
    "crop": lambda: areas("crop"),
    "embed": embed,
    "extract_area": lambda: areas("extract_area"),
    "extract_band": extract_band,
    "flatten": flatten,
    "flip": lambda: turns("flip", ("horizontal", "vertical")),
    "ifthenelse": ifthenelse,
    "insert": insert,
    "join": join,
    "linecache": lambda: copied("linecache", tile_height=3),
    "premultiply": lambda: (case for options in ({}, {"max_alpha": 100}) for case in alpha("premultiply", **options)),
    "rot": lambda: turns("rot", ("d0", "d90", "d180", "d270")),
    "sequential": lambda: copied("sequential"),
    "tilecache": tiles,
    "unpremultiply": unpremultiply,
}
