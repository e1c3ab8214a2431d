"""Resample: shrink, reduce, resize, affine, mapim, thumbnail_image."""

from .harness import (
    REALS,
    Array,
    Case,
    Interpolator,
    Matrix,
    Picture,
    Tolerance,
    across,
)

# A coefficient may fall on the other side of an integer (resample.md §2); ties of the table.
TABLE = Tolerance(relative=1e-6, absolute=1e-4, rare=0.02, rare_levels=16)
FLOATS = Tolerance(relative=2e-6, absolute=1e-4, rare=0.02, rare_levels=1)
LONG = ((97, 41), (33, 17), (131, 20), (20, 139), (40, 3), (3, 40))
KERNELS = ("nearest", "linear", "cubic", "mitchell", "lanczos2", "lanczos3", "mks2013", "mks2021")
INTERPOLATORS = ("nearest", "bilinear", "bicubic")
EXTENDS = ("black", "copy", "repeat", "mirror", "white", "background")
PLAIN = ("uchar", "char", "ushort", "short", "float", "double")


def byte(picture):
    """32-bit full-range noise overflows the reference's own sums."""
    return picture.vary(content="noise" if picture.format in ("uchar", "char", "ushort", "short") else "byte")


def alpha(picture):
    return byte(picture).vary(interpretation="srgb" if picture.bands > 2 else "b-w")


def box(operation):
    yield from across(operation, 4, sizes=LONG, picture=byte, tolerance=FLOATS)
    for factor in (1, 2, 3, 7, 50):
        for ceil in (False, True):
            yield from across(operation, factor, ceil=ceil, sizes=LONG, picture=byte, bands=(1, 3, 4), tolerance=FLOATS)


def shrink():
    yield from across("shrink", 3, 2, sizes=LONG, picture=byte, tolerance=TABLE)
    for factors in ((1, 1), (2, 3), (5, 2), (2.5, 1.5), (3, 1.2), (0.5, 1)):
        for ceil in (False, True):
            yield from across("shrink", *factors, ceil=ceil, sizes=LONG, picture=byte, bands=(1, 3), tolerance=TABLE)
    yield Case("shrink", (Picture("uchar", 4, 9, 6, coding="labq", interpretation="labq"), 2, 2))


def reduce_one(operation):
    yield from across(operation, 1.6, sizes=LONG, picture=byte, tolerance=TABLE)
    for kernel in KERNELS:
        for factor in (1, 1.25, 2, 2.718, 5):
            yield from across(operation, factor, kernel=kernel, sizes=LONG, picture=byte, bands=(1, 3), tolerance=TABLE)
    for gap in (0, 1, 2, 3.5, 0.5):
        for factor in (3, 5, 9.3):
            yield from across(operation, factor, gap=gap, sizes=LONG, picture=byte, bands=(1, 2), tolerance=TABLE)
    yield from across(operation, 400, sizes=LONG, bands=(1,), formats=("uchar",))
    yield Case(operation, (Picture("uchar", 4, 40, 60, coding="labq", interpretation="labq"), 2), {}, TABLE)


def reduce_both():
    for kernel in KERNELS:
        yield from across("reduce", 1.7, 2.3, kernel=kernel, sizes=LONG, picture=byte, tolerance=TABLE)
    yield from across("reduce", 4, 6, gap=1.5, sizes=LONG, picture=byte, bands=(1, 4), tolerance=TABLE)


def resize():
    for kernel in ("nearest", "linear", "cubic", "lanczos3"):
        for scale in (0.5, 0.3, 0.1, 1, 1.5, 2, 3.7):
            yield from across("resize", scale, kernel=kernel, sizes=LONG, picture=byte, bands=(1, 3), formats=PLAIN, tolerance=TABLE)
    yield from across("resize", 0.45, sizes=LONG, picture=byte, tolerance=TABLE)
    for scale, vertical in ((0.5, 2), (1.4, 0.6), (0, 0.5), (1, 1)):
        yield from across("resize", scale, vscale=vertical, sizes=LONG, picture=byte, bands=(2, 4), tolerance=TABLE)
    yield from across("resize", 0.1, gap=1, sizes=LONG, picture=byte, bands=(3,), tolerance=TABLE)
    yield Case("resize", (Picture("uchar", 4, 40, 60, coding="labq", interpretation="labq"), 0.5), {}, TABLE)


def affine():
    matrices = ([1, 0, 0, 1], [1.5, 0.25, -0.5, 1.25], [0.8, 0, 0, 1.3], [0, 1, -1, 0], [-0.7, 0.2, 0.1, 0.9])
    for name in INTERPOLATORS:
        for matrix in matrices:
            yield from across(
                "affine", matrix, interpolate=Interpolator(name), sizes=LONG, picture=byte,
                bands=(1, 3), formats=REALS, tolerance=TABLE,
            )
    yield from across("affine", [0.9, -0.2, 0.1, 1.4], sizes=LONG, picture=byte, tolerance=TABLE)
    for extend in EXTENDS:
        yield from across(
            "affine", [1.1, 0.1, -0.1, 0.9], extend=extend, idx=0.5, idy=0.25, odx=2.5, ody=-1, background=[200, 10, 30],
            sizes=LONG, picture=byte, bands=(1, 3), formats=PLAIN, tolerance=TABLE,
        )
    yield from across("affine", [1.2, 0.3, 0, 0.9], sizes=LONG, picture=alpha, bands=(2, 4, 5), formats=PLAIN, tolerance=TABLE)
    yield from across(
        "affine", [1.2, 0.3, 0, 0.9], background=[200, 100, 50, 128], premultiplied=True,
        sizes=LONG, picture=alpha, bands=(4,), tolerance=TABLE,
    )
    yield from across("affine", [2, 0, 0, 2], oarea=[-5, 3, 60, 20], sizes=LONG, picture=byte, bands=(1, 3), tolerance=TABLE)
    for matrix, options in (
        ([1, 2, 2, 4], {}), ([1, 0, 0], {}), ([0.01, 0, 0, 0.01], {}),
        ([2, 0, 0, 2], {"background": [1, 2]}), ([1, 0, 0, 1], {"oarea": [0, 0, 3]}),
    ):
        yield Case("affine", (Picture(bands=3), matrix), options)


def swirl(x, y):
    return [x * 0.9 + 3 * ((y / 7) % 1) - 2, y * 0.8 + 0.37 * x - 1]


def whole(x, y):
    return [(x * 3) % 41, (y * 2 + x) % 19]


def mapim():
    for name in INTERPOLATORS:
        for form in ("float", "double", "complex"):
            index = Array("swirl", 37, 23, swirl, form)
            yield from across(
                "mapim", index, interpolate=Interpolator(name), sizes=LONG, picture=byte, bands=(1, 3), tolerance=TABLE,
            )
        for form in ("uchar", "short", "uint"):
            index = Array("whole", 37, 23, whole, form)
            yield from across(
                "mapim", index, interpolate=Interpolator(name), sizes=LONG, picture=byte, bands=(3,), tolerance=TABLE,
            )
    index = Array("swirl", 37, 23, swirl)
    yield from across("mapim", index, sizes=LONG, picture=byte, tolerance=TABLE)
    for extend in EXTENDS:
        yield from across(
            "mapim", index, extend=extend, background=[200, 10, 30], sizes=LONG, picture=byte,
            bands=(1, 3), formats=PLAIN, tolerance=TABLE,
        )
    yield from across("mapim", index, sizes=LONG, picture=alpha, bands=(2, 4), formats=PLAIN, tolerance=TABLE)
    yield Case("mapim", (Picture(bands=3), Picture(bands=3)))
    yield Case("mapim", (Picture(bands=3), Picture(bands=1)))


def turned(operation, *arguments):
    """similarity and rotate: affine by an angle."""
    yield from across(operation, *arguments, sizes=LONG, picture=byte, tolerance=TABLE)
    for name in INTERPOLATORS:
        yield from across(operation, *arguments, interpolate=Interpolator(name), sizes=LONG, picture=byte, bands=(1, 3), tolerance=TABLE)
    yield from across(operation, *arguments, background=[9], odx=2.5, idy=0.5, sizes=LONG, picture=alpha, bands=(3, 4), formats=PLAIN, tolerance=TABLE)


def rotate():
    for angle in (30, -77.5, 90, 180, 0):
        yield from turned("rotate", angle)


def similarity():
    yield from across("similarity", sizes=LONG, picture=byte)
    for options in ({"scale": 1.4}, {"angle": 30}, {"scale": 0.6, "angle": 200}):
        yield from across("similarity", sizes=LONG, picture=byte, tolerance=TABLE, **options)


def quadratic():
    """Bicubic reads outside its buffer near the border in the reference, so only the other two."""
    coefficients = ((0.5, 0.25), (0.1, 0), (0, 0.1), (0.001, 0), (0, 0.002), (0.001, 0))
    for count in (1, 3, 4, 6, 2):
        for name in ("nearest", "bilinear"):
            yield from across(
                "quadratic", Matrix(coefficients[:count]), interpolate=Interpolator(name), sizes=LONG, picture=byte, tolerance=TABLE,
            )


def thumbnail_image():
    yield from across("thumbnail_image", 12, sizes=LONG, picture=byte, tolerance=THUMBNAIL)
    for width, options in (
        (10, {}), (20, {"height": 10}), (20, {"height": 8, "size": "force"}), (200, {"size": "down"}), (200, {"size": "up"}),
        (10, {"crop": "centre"}), (12, {"height": 9, "crop": "low"}), (10, {"linear": True}), (17, {"height": 1000}),
    ):
        for interpretation, formats in (("srgb", ("uchar", "float")), ("rgb16", ("ushort",)), ("lab", ("float",))):
            yield from across(
                "thumbnail_image", width, formats=formats, bands=(3, 4), sizes=LONG, tolerance=THUMBNAIL,
                picture=lambda p, i=interpretation: p.vary(interpretation=i, content="byte" if i == "srgb" else "lab" if i == "lab" else "noise"),
                **options,
            )
        yield from across("thumbnail_image", width, formats=("uchar",), bands=(1, 2), sizes=LONG, tolerance=THUMBNAIL, **options)
    for orientation in (3, 6, 7):
        turned = Picture("uchar", 3, 60, 100, "ramp", interpretation="srgb", metadata=(("orientation", "gint_type", orientation),))
        for options in ({}, {"no_rotate": True}, {"height": 20, "crop": "centre"}):
            yield Case("thumbnail_image", (turned, 40), options, THUMBNAIL)
    yield Case("thumbnail_image", (Picture(bands=5), 3))


THUMBNAIL = Tolerance(levels=1, relative=1e-5, absolute=1e-3, rare=0.02, rare_levels=2)

CASES = {
    "affine": affine,
    "mapim": mapim,
    "quadratic": quadratic,
    "reduce": reduce_both,
    "reduceh": lambda: reduce_one("reduceh"),
    "reducev": lambda: reduce_one("reducev"),
    "resize": resize,
    "rotate": rotate,
    "shrink": shrink,
    "shrinkh": lambda: box("shrinkh"),
    "shrinkv": lambda: box("shrinkv"),
    "similarity": similarity,
    "thumbnail_image": thumbnail_image,
}
