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


def approximate(operation, masks, **options):
    """Exact for 8 bits; wider integers overflow 16-bit sums in the reference, so they are left to our own tests."""
    for mask in masks:
        for layers in (2, 5, 12):
            yield from across(
                operation, MASKS[mask], layers=layers, sizes=DENSE, formats=("uchar", "char", "float", "double"), picture=moderate,
                tolerance=FLOATS, **options,
            )


def compass():
    for combine in ("max", "min", "sum"):
        for options in ({}, {"precision": "integer"}, {"times": 4, "angle": "d90"}):
            yield from across("compass", MASKS["sobel"], combine=combine, sizes=DENSE, picture=moderate, tolerance=FLOATS, **options)
    yield Case("compass", (Picture(), MASKS["even"]))


def edges(operation, **options):
    yield from across(operation, sizes=DENSE, picture=moderate, tolerance=STEP, **options)


def canny():
    for options in ({}, {"precision": "integer"}, {"sigma": 0.1}, {"sigma": 3, "precision": "float"}):
        yield from across("canny", sizes=DENSE, picture=moderate, tolerance=FLOATS, **options)


def sharpen():
    for interpretation, formats, bands in (
        ("srgb", ("uchar",), (3, 4)), ("rgb16", ("ushort",), (3, 4)), ("b-w", ("uchar",), (1, 2)), ("lab", ("float",), (3,)), ("cmyk", ("uchar",), (4,)),
    ):
        for options in ({}, {"sigma": 2}, {"x1": 5, "y2": 20, "y3": 3, "m1": 0.5, "m2": 5}):
            content = "lab" if interpretation == "lab" else "noise"
            yield from across(
                "sharpen", formats=formats, bands=bands, sizes=DENSE, tolerance=SHARP,
                picture=lambda p, i=interpretation, c=content: p.vary(interpretation=i, content=c), **options,
            )
    yield from across("sharpen", sizes=DENSE, picture=lambda p: p.vary(content="byte"), tolerance=SHARP)


def correlation(operation):
    def reference(picture):
        return picture.vary(seed=2, width=3, height=2)

    yield from across(operation, reference, sizes=DENSE, picture=lambda p: p.vary(content="small"), tolerance=FLOATS)
    yield from across(operation, lambda p: reference(p).vary(bands=1), bands=(3,), sizes=DENSE, picture=lambda p: p.vary(content="small"), tolerance=FLOATS)
    yield Case(operation, (Picture(bands=3), Picture("short", 3, 50, 40)), {}, FLOATS)
    yield Case(operation, (Picture(bands=3), Picture(bands=2)))


def logmat():
    for sigma in (0.5, 1, 1.5, 3):
        for amplitude in (0.01, 0.1):
            for options in ({}, {"separable": True}, {"precision": "float"}, {"precision": "approximate"}):
                yield Case("logmat", (sigma, amplitude), options, FLOATS)


# One level where a root falls on the other side of an integer.
STEP = Tolerance(levels=1, relative=2e-6, absolute=1e-3)
SHARP = Tolerance(relative=1e-3, absolute=2e-2, rare=0.03, rare_levels=64)

CASES = {
    "canny": canny,
    "compass": compass,
    "conv": lambda: (case for precision in ("integer", "float") for case in masked("conv", precision=precision)),
    "conva": lambda: approximate("conva", ("box", "wide", "large")),
    "convasep": lambda: approximate("convasep", ("wide", "tall")),
    "convf": lambda: masked("convf"),
    "convi": lambda: masked("convi"),
    "convsep": separable,
    "fastcor": lambda: correlation("fastcor"),
    "gaussblur": gaussblur,
    "logmat": logmat,
    "prewitt": lambda: edges("prewitt"),
    "scharr": lambda: edges("scharr"),
    "sharpen": sharpen,
    "sobel": lambda: edges("sobel"),
    "spcor": lambda: correlation("spcor"),
}
