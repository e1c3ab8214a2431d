"""Create: images made from nothing."""

from .harness import FLOAT, Case

SIZES = ((1, 1), (7, 5), (131, 9), (5, 39), (1, 40), (40, 1), (0, 4), (-3, 4))


def black():
    for width, height in SIZES:
        for bands in (1, 2, 3, 5):
            yield Case("black", (width, height), {"bands": bands})
        yield Case("black", (width, height))
    yield Case("black", (4, 4), {"bands": 0})


def xyz():
    for width, height in SIZES:
        yield Case("xyz", (width, height))
        yield Case("xyz", (width, height), {"csize": 3})
        yield Case("xyz", (width, height), {"csize": 2, "dsize": 1, "esize": 4})
        yield Case("xyz", (width, height), {"dsize": 2})


def grey():
    for width, height in SIZES:
        yield Case("grey", (width, height), {}, FLOAT)
        yield Case("grey", (width, height), {"uchar": True})


def gaussmat():
    for sigma in (0.01, 0.3, 0.7, 1, 1.5, 2.3, 4, 10):
        for amplitude in (0.001, 0.05, 0.1, 0.2, 0.9, 1):
            for options in ({}, {"separable": True}, {"precision": "float"}, {"precision": "approximate", "separable": True}):
                yield Case("gaussmat", (sigma, amplitude), options, FLOAT)
    yield Case("gaussmat", (0, 0.1))
    yield Case("gaussmat", (900, 0.001))


CASES = {"black": black, "gaussmat": gaussmat, "grey": grey, "xyz": xyz}
