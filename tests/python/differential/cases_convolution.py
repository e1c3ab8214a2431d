"""Convolution: conv and its integer and float forms, convsep, gaussblur."""

from .harness import Case, Matrix, Picture, Tolerance, across

FLOATS = Tolerance(relative=2e-6, absolute=1e-3)
DENSE = ((33, 17), (7, 5), (131, 9), (5, 39), (1, 1))
MASKS = {
    "box": Matrix(((1, 1, 1),) * 3, 9),
    "sharpen": Matrix(((-1, -1, -1), (-1, 16, -1), (-1, -1, -1)), 8),
    "sobel": Matrix(((1, 2, 1), (0, 0, 0), (-1, -2, -1)), 2, 128),
    "even": Matrix(((1, 2), (3, 4)), 10),
    "wide": Matrix(((1, 2, 3, 4, 5, 4, 3, 2, 1),), 25, 1.6),
    "tall": Matrix(((1,), (-2,), (1,))),
    "fractions": Matrix(((0.3, 0.4, 0.3),)),
    "negative": Matrix(((-1, -2, -1),), 4, 200),
    "one": Matrix(((3,),), 2),
    "large": Matrix(((1,) * 15,) * 15, 225),
    "huge": Matrix(((1,) * 35,) * 35, 1225),
}
ROWS = ("wide", "tall", "fractions", "negative", "one")


def moderate(picture):
    """Full-range noise for 8 and 16 bits; 32 bits and reals as a photograph."""
    return picture.vary(content="noise" if picture.format in ("uchar", "char", "ushort", "short") else "byte")


def masked(operation, masks=MASKS, **options):
    for mask in masks:
        bands = (1, 2, 3, 4, 5) if mask in ("box", "wide") else (1, 3)
        yield from across(operation, MASKS[mask], sizes=DENSE, bands=bands, picture=moderate, tolerance=FLOATS, **options)
    yield Case(operation, (Picture(bands=3), Picture("double", 3, 3, 3)), options)
    yield Case(operation, (Picture("uchar", 4, 20, 20, coding="labq", interpretation="labq"), MASKS["wide"]), options, FLOATS)


def separable():
    for precision in ("integer", "float"):
        yield from masked("convsep", ROWS, precision=precision)
    yield Case("convsep", (Picture(bands=3), MASKS["box"]))


def gaussblur():
    for sigma in (0.1, 0.5, 1, 2.3, 5):
        for options in ({}, {"precision": "float"}, {"min_ampl": 0.01}):
            bands = (1, 2, 3, 4, 5) if sigma == 1 else (1, 3)
            yield from across("gaussblur", sigma, sizes=DENSE, bands=bands, picture=moderate, tolerance=FLOATS, **options)
    yield Case("gaussblur", (Picture("uchar", 4, 20, 20, coding="labq", interpretation="labq"), 1), {}, FLOATS)
    yield Case("gaussblur", (Picture("uchar", 3, 150, 140), 12))


CASES = {
    "conv": lambda: (case for precision in ("integer", "float") for case in masked("conv", precision=precision)),
    "convf": lambda: masked("convf"),
    "convi": lambda: masked("convi"),
    "convsep": separable,
    "gaussblur": gaussblur,
}
