"""Histograms and the search for borders."""

from .harness import EXACT, FLOAT, FORMATS, REALS, Case, Matrix, Picture, Tolerance, across


def hist_find():
    yield from across("hist_find")
    yield from across("hist_find", picture=lambda p: p.vary(content="special"), bands=(1, 3))
    yield from across("hist_find", picture=lambda p: p.vary(content="small"), bands=(2,))
    for band in (0, 1, 4, -2):
        yield from across("hist_find", band=band, bands=(1, 3, 5))
    yield Case("hist_find", (Picture("uchar", 4, 9, 6, coding="labq", interpretation="labq"),))
    yield Case("hist_find", (Picture("uchar", 3, 300, 150),))


def find_trim():
    def framed(picture):
        return picture.vary(width=30, height=20, content="framed")

    yield from across("find_trim", picture=framed)
    yield from across("find_trim", picture=lambda p: p.vary(content="framed"))
    for options in ({"line_art": True}, {"threshold": 155}, {"threshold": 154.9}, {"background": 100}, {"background": [255, 255, 255]}, {"threshold": 0}):
        yield from across("find_trim", picture=framed, formats=("uchar", "ushort", "float", "double"), bands=(1, 3, 4), **options)
    for interpretation in ("rgb16", "srgb", "scrgb", "lab"):
        yield from across("find_trim", picture=lambda p, i=interpretation: framed(p).vary(interpretation=i), formats=FORMATS, bands=(3, 4))
    yield Case("find_trim", (Picture("uchar", 3, 2, 9),))
    yield Case("find_trim", (Picture("uchar", 3, 200, 150, "framed"),))


def table(picture):
    """A histogram that lies."""
    return picture.vary(width=40, height=1)


def column(picture):
    return picture.vary(width=1, height=17)


def tables(operation, *rest, tolerance=EXACT, formats=REALS, **options):
    for content in ("small", "noise"):
        yield from across(operation, *rest, picture=lambda p, c=content: table(p).vary(content=c), bands=(1, 3), formats=formats, tolerance=tolerance, **options)
    yield Case(operation, (Picture(width=3, height=3), *rest), options)
    yield Case(operation, (Picture("ushort", 1, 70000, 1), *rest), options)


def hist_cum():
    yield from tables("hist_cum", tolerance=FLOAT)


def hist_norm():
    yield from tables("hist_norm")
    yield from across("hist_norm", formats=REALS, bands=(1, 3), sizes=((33, 17), (300, 2)))
    yield Case("hist_norm", (Picture("uint", 1, 256, 1, "ramp"),))


def hist_equal():
    yield from across("hist_equal", bands=(1, 3), picture=lambda p: p.vary(content="byte"))
    yield from across("hist_equal", bands=(3,), formats=("uchar", "ushort", "short"), band=1)
    yield Case("hist_equal", (Picture(bands=2),), {"band": 2})
    yield Case("hist_equal", (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"),))


def hist_match():
    for form in REALS:
        first = Picture(form, 1, 40, 1, "byte")
        for length in (40, 20, 60):
            yield Case("hist_match", (first, Picture(form, 1, length, 1, "byte", 2)))
        yield Case("hist_match", (first.vary(bands=3), Picture(form, 3, 40, 1, "byte", 2)))
        yield Case("hist_match", (first.vary(bands=3), Picture(form, 1, 40, 1, "byte", 2)))
    yield Case("hist_match", (Matrix(((1, 2, 3, 4, 5),)), Matrix(((2, 2, 3, 9, 9),))))


def hist_plot():
    for form in REALS:
        for bands in (1, 3):
            yield Case("hist_plot", (table(Picture(form, bands, content="small")),))
            yield Case("hist_plot", (column(Picture(form, bands, content="small")),))
    yield Case("hist_plot", (Picture("float", 1, 20, 1, "unit"),))
    yield Case("hist_plot", (Picture("complex", 1, 20, 1),))
    yield Case("hist_plot", (Picture(width=3, height=3),))


def hist_entropy():
    yield from across("hist_entropy", picture=lambda p: table(p).vary(content="byte"), formats=REALS, bands=(1, 3), tolerance=FLOAT)
    yield Case("hist_entropy", (Picture("complex", 1, 20, 1),))
    yield Case("hist_entropy", (Picture(width=3, height=3),))


def hist_ismonotonic():
    yield from tables("hist_ismonotonic")
    for form in REALS:
        for bands in (1, 3):
            yield Case("hist_ismonotonic", (Picture(form, bands, 40, 1, "ramp"),))
            yield Case("hist_ismonotonic", (Picture(form, bands, 1, 20, "ramp"),))
            yield Case("hist_ismonotonic", (Picture(form, bands, 1, 1, "byte"),))


def percent():
    for value in (0, 10, 50, 99.5, 100):
        yield from across("percent", value, bands=(1, 3), sizes=((33, 17), (131, 9)))
        yield from across("percent", value, bands=(2,), picture=lambda p: p.vary(content="small"))


def maplut():
    for form in FORMATS:
        for lut in FORMATS:
            first = Picture(form, 3, 13, 7, "small", metadata=(("a", "gint_type", 1),))
            yield Case("maplut", (first, Picture(lut, 1, 15, 1, metadata=(("b", "gint_type", 2),))))
            yield Case("maplut", (first, Picture(lut, 3, 1, 15)))
            yield Case("maplut", (first.vary(bands=1), Picture(lut, 3, 15, 1)))
    for band in (0, 2, 3):
        yield from across("maplut", Picture("ushort", 1, 200, 1), bands=(1, 3), sizes=((33, 17),), band=band, formats=("uchar", "short", "float"))
    yield Case("maplut", (Picture("uchar", 3), Picture("float", 1, 256, 1)))
    yield Case("maplut", (Picture("uchar", 3), Picture("float", 2, 256, 1)))
    yield Case("maplut", (Picture("uchar", 3), Picture(width=3, height=3)))
    yield Case("maplut", (Picture("uchar", 4, coding="labq", interpretation="labq"), Picture("uchar", 1, 256, 1)))


def case():
    def index(form="uchar"):
        return Picture(form, 1, 9, 6, "small")

    for form in FORMATS:
        yield Case("case", (index(form), [Picture("uchar", 3, 9, 6), Picture("short", 1, 9, 6), Picture("uchar", 1, 12, 3, seed=3)]))
        yield Case("case", (index(), [Picture(form, 2, 9, 6), Picture(form, 2, 9, 6, seed=2)]))
    yield Case("case", (index(), [Picture("float", 2, 9, 6)]))
    yield Case("case", (index(), []))
    yield Case("case", (Picture(bands=2), [Picture()]))
    yield Case("case", (Picture(width=200, height=150), [Picture(width=200, height=150, seed=s) for s in range(40)]))


def windows(operation, tolerance=EXACT, **options):
    for width, height in ((3, 3), (1, 1), (5, 4), (2, 7)):
        yield from across(operation, width, height, formats=("uchar",), bands=(1, 3), sizes=((33, 17), (40, 39)), tolerance=tolerance)
        for name, value in options.items():
            yield from across(operation, width, height, formats=("uchar",), bands=(1,), sizes=((33, 17),), tolerance=tolerance, **{name: value})
    yield Case(operation, (Picture("ushort"), 3, 3))
    yield Case(operation, (Picture(), 9, 3))
    yield Case(operation, (Picture(), 0, 3))


def hist_find_ndim():
    for bins in (1, 7, 10, 256):
        yield from across("hist_find_ndim", bands=(1, 2), bins=bins, sizes=((33, 17),))
    yield from across("hist_find_ndim", bands=(1, 3, 4), sizes=((33, 17),))
    yield Case("hist_find_ndim", (Picture(),), {"bins": 257})


def hist_find_indexed():
    for combine in ("sum", "max", "min"):
        for form in FORMATS:
            yield Case("hist_find_indexed", (Picture(form, 3, 33, 17), Picture("uchar", 1, 33, 17, "small")), {"combine": combine}, FLOAT)
            yield Case("hist_find_indexed", (Picture("uchar", 1, 33, 17), Picture(form, 1, 33, 17, "small")), {"combine": combine}, FLOAT)
    yield Case("hist_find_indexed", (Picture(), Picture(bands=2)))
    yield Case("hist_find_indexed", (Picture(), Picture(width=8)))


CASES = {
    "case": case,
    "find_trim": find_trim,
    "hist_cum": hist_cum,
    "hist_entropy": hist_entropy,
    "hist_equal": hist_equal,
    "hist_find": hist_find,
    "hist_find_indexed": hist_find_indexed,
    "hist_find_ndim": hist_find_ndim,
    "hist_ismonotonic": hist_ismonotonic,
    "hist_local": lambda: windows("hist_local", max_slope=3),
    "hist_match": hist_match,
    "hist_norm": hist_norm,
    "hist_plot": hist_plot,
    "maplut": maplut,
    "percent": percent,
    "stdif": lambda: windows("stdif", Tolerance(rare=0.01, rare_levels=1), a=0.7, b=1.5, s0=30, m0=100),
}
