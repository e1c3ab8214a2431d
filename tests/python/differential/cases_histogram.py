"""Histograms and the search for borders."""

from .harness import FORMATS, Case, Picture, across


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


CASES = {"find_trim": find_trim, "hist_find": hist_find}
