"""Drawing: the image is copied, drawn on, and comes back."""

from .harness import FORMATS, Case, Picture, across

LABQ = Picture("uchar", 4, 9, 6, coding="labq", interpretation="labq")
RAD = Picture("uchar", 4, 9, 6, coding="rad", interpretation="scrgb")
SIZES = ((33, 17), (5, 39), (7, 5))
INKS = ([200], [300.7], [-5.5])


def shapes(operation, places):
    """Every place, without and with `fill`; coded images and inks of every length once."""
    for place in places:
        for fill in (False, True):
            yield from across(operation, [100], *place, bands=(1, 3), sizes=SIZES, formats=("uchar", "short", "double"), fill=fill)
    for ink in INKS:
        yield from across(operation, ink, *places[0], bands=(1, 2, 4), sizes=SIZES)
    for ink in ([1, 2, 3], [1, 2]):
        yield from across(operation, ink, *places[0], bands=(1, 3), sizes=SIZES)
    for coded in (LABQ, RAD):
        for ink in ([50], [50, 10, -20], [1, 2]):
            yield Case(operation, (coded, ink, *places[0]))


def draw_rect():
    yield from shapes("draw_rect", ((2, 1, 5, 3), (-3, -2, 10, 9), (0, 0, 2, 9), (1, 1, 9, 1), (3, 3, 0, 4), (3, 3, -2, 4), (40, 0, 5, 5), (-5, -5, 900, 900)))


def draw_circle():
    yield from shapes("draw_circle", ((3, 4, 4), (0, 0, 0), (5, 5, 1), (2, 2, 2), (9, 7, 13), (-4, -4, 9), (100, 100, 5), (16, 8, 1000)))


def draw_line():
    ends = ((0, 0, 5, 3), (5, 3, 0, 0), (0, 0, 0, 9), (9, 2, -4, 2), (1, 1, 1, 1), (-10, -20, 40, 35), (3, 30, 8, -9), (50, 0, 60, 3), (-7, 3, 33, 4), (0, 16, 32, 0))
    for place in ends:
        yield from across("draw_line", [100], *place, bands=(1, 3), sizes=SIZES, formats=("uchar", "float", "dpcomplex"))
    for ink in INKS:
        yield from across("draw_line", ink, 0, 0, 4, 4, bands=(1, 2, 4), sizes=SIZES)


def draw_flood():
    box = {"left": True, "top": True, "width": True, "height": True}
    for content in ("binary", "framed", "noise", "ramp"):
        for form in ("uchar", "ushort", "short", "float", "complex"):
            for bands in (1, 3):
                picture = Picture(form, bands, 33, 17, content)
                test = picture.vary(seed=7, format="uchar")
                for options in ({}, {"equal": True}):
                    for x, y in ((0, 0), (16, 8), (32, 16)):
                        yield Case("draw_flood", (picture, [255], x, y), options | box)
                        yield Case("draw_flood", (picture, [100], x, y), options | box | {"test": test})
    yield Case("draw_flood", (Picture(), [1], 99, 0))
    yield Case("draw_flood", (Picture(), [1], -1, 0))
    yield Case("draw_flood", (Picture(), [1], 0, 0), {"test": Picture(width=6)})
    yield Case("draw_flood", (LABQ, [50, 10, -20], 1, 1), {"equal": True} | box)


def draw_image():
    for mode in ("set", "add"):
        for x, y in ((0, 0), (2, 1), (-3, -2), (30, 10), (-100, 0)):
            yield from across("draw_image", lambda p: p.vary(seed=2, width=6, height=4), x, y, mode=mode, bands=(1, 3), sizes=SIZES)
        yield from across("draw_image", lambda p: p.vary(seed=2, bands=1), 1, 1, mode=mode, bands=(2, 3), sizes=SIZES)
        for form in FORMATS:
            for second in FORMATS:
                yield Case("draw_image", (Picture(form, 1, 5, 4), Picture(second, 1, 4, 3, "byte"), 1, 2), {"mode": mode})
        yield Case("draw_image", (LABQ, LABQ.vary(seed=2), 3, 3), {"mode": mode})
        yield Case("draw_image", (LABQ, Picture(bands=4), 3, 3), {"mode": mode})
        yield Case("draw_image", (Picture(bands=3), Picture(bands=2), 99, 3), {"mode": mode})


def draw_mask():
    mask = Picture("uchar", 1, 11, 9)
    for x, y in ((0, 0), (2, 1), (-3, -2), (30, 10), (-100, 0)):
        yield from across("draw_mask", [100], mask, x, y, bands=(1, 3), sizes=SIZES)
    yield from across("draw_mask", [-3.5, 300, 7], mask.vary(content="binary"), 1, 1, bands=(3,), sizes=SIZES)
    yield Case("draw_mask", (LABQ, [50, 10, -20], mask, 1, 2))
    yield Case("draw_mask", (RAD, [1], mask, 1, 2))
    for wrong in (mask.vary(bands=3), mask.vary(format="ushort"), LABQ):
        yield Case("draw_mask", (Picture(), [1], wrong, 0, 0))


def draw_smudge():
    for place in ((0, 0, 33, 39), (2, 1, 4, 3), (-3, -2, 10, 9), (3, 3, 1, 1), (4, 4, 0, 3), (90, 0, 5, 5)):
        yield from across("draw_smudge", *place, bands=(1, 3), sizes=(*SIZES, (2, 9), (9, 2)))
    yield Case("draw_smudge", (LABQ, 1, 1, 5, 3))


CASES = {
    "draw_circle": draw_circle,
    "draw_flood": draw_flood,
    "draw_image": draw_image,
    "draw_line": draw_line,
    "draw_mask": draw_mask,
    "draw_rect": draw_rect,
    "draw_smudge": draw_smudge,
}
