"""Arithmetic, continued: extremes of pairs, functions, complex numbers, projections, votes."""

from .cases_arithmetic import constants, pairs, unary
from .harness import FLOAT, REALS, Case, Picture, Tolerance, across

LIBM = Tolerance(relative=2e-6, absolute=1e-6)
LESS = ((33, 17), (5, 39))
MATHS = ("sin", "cos", "tan", "asin", "acos", "atan", "log", "log10", "exp", "exp10", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")


def content(name):
    return lambda picture: picture.vary(content=name)


def chosen(operation, names, tolerance, **options):
    """Pairs, with an enum as the third argument."""
    for name in names:
        for case in pairs(operation, tolerance, **options):
            yield Case(operation, (*case.arguments, name), case.options, tolerance)


def named(operation, names, tolerance=LIBM):
    """An image and an enum."""
    for name in names:
        yield from across(operation, name, picture=content("small"), tolerance=tolerance)
        yield from across(operation, name, picture=content("unit"), formats=("float", "double", "complex", "dpcomplex"), tolerance=tolerance)
        yield from across(operation, name, picture=content("special"), bands=(2,), tolerance=tolerance)


def remainder():
    """Pairs; INT_MIN by -1 kills the reference, so that full-range `int` gives way to small numbers."""
    for case in pairs("remainder", FLOAT):
        killing = any(item.format == "int" and item.content == "noise" for item in case.arguments)
        arguments = tuple(item.vary(content="small") for item in case.arguments) if killing else case.arguments
        yield Case(case.operation, arguments, case.options, case.tolerance)


def remainder_const():
    for value in (3, 7.9, [1, 2, 3], 0, -4):
        yield from across("remainder_const", value, picture=content("small"), tolerance=FLOAT)


def clamp():
    yield from across("clamp")
    for low, high in ((10, 100), (2.7, 1), (300, 400), (-5, 0.5)):
        yield from across("clamp", min=low, max=high, bands=(1, 3))
    yield from across("clamp", picture=content("special"), bands=(2,))


def deviate():
    sums = Tolerance(relative=1e-7, absolute=1e-5)
    yield from across("deviate", tolerance=sums)
    yield from across("deviate", picture=lambda p: p.vary(width=1, height=1), bands=(1, 2), tolerance=sums)


def getpoint():
    yield from across("getpoint", 0, 0)
    yield from across("getpoint", lambda p: p.width - 1, lambda p: p.height - 1)
    yield from across("getpoint", 0, 0, formats=("complex", "dpcomplex"), unpack_complex=True)
    yield from across("getpoint", 500, 0, bands=(1,))
    yield from across("getpoint", -1, 0, bands=(1,))


def hist_find_ndim():
    yield from across("hist_find_ndim")
    for bins in (1, 7, 100, 300):
        yield from across("hist_find_ndim", bins=bins, bands=(1, 3), sizes=LESS)


def hist_find_indexed():
    for combine in ("sum", "max", "min"):
        yield from across(
            "hist_find_indexed", lambda p: p.vary(format="uchar", bands=1, content="small", seed=3), combine=combine,
            picture=content("small"), tolerance=FLOAT,
        )
    yield from across("hist_find_indexed", lambda p: p.vary(bands=1, content="small", seed=3), picture=content("small"), bands=(2,), tolerance=FLOAT)
    yield Case("hist_find_indexed", (Picture(), Picture(width=3)))
    yield Case("hist_find_indexed", (Picture(), Picture(bands=3)))


def measure():
    sums = Tolerance(relative=1e-9, absolute=1e-6)
    for h, v in ((1, 1), (3, 2)):
        yield from across("measure", h, v, formats=REALS, sizes=((33, 17), (131, 67), (21, 30), (12, 20)), tolerance=sums)
    yield from across("measure", 2, 2, left=3, top=2, width=9, height=8, bands=(3,), sizes=((33, 17),), tolerance=sums)
    yield from across("measure", 1, 1, formats=("complex", "dpcomplex"), bands=(1, 2, 3, 4, 5), sizes=((33, 17),))
    yield from across("measure", 40, 1, bands=(1,), sizes=((33, 17),))


def hough_line():
    for options in ({}, {"width": 60, "height": 31}):
        yield from across("hough_line", picture=content("binary"), **options)


def hough_circle():
    for options in ({"min_radius": 2, "max_radius": 5}, {"scale": 2, "min_radius": 3, "max_radius": 9}, {"min_radius": 5, "max_radius": 5}):
        yield from across("hough_circle", picture=content("binary"), sizes=((33, 17), (40, 40), (20, 31), (12, 12)), **options)


CASES = {
    "clamp": clamp,
    "complex": lambda: named("complex", ("polar", "rect", "conj")),
    "complex2": lambda: chosen("complex2", ("cross-phase",), LIBM),
    "complexform": lambda: pairs("complexform"),
    "complexget": lambda: named("complexget", ("real", "imag")),
    "deviate": deviate,
    "getpoint": getpoint,
    "hist_find_indexed": hist_find_indexed,
    "hist_find_ndim": hist_find_ndim,
    "hough_circle": hough_circle,
    "hough_line": hough_line,
    "math": lambda: named("math", MATHS),
    "math2": lambda: chosen("math2", ("pow", "wop", "atan2"), LIBM),
    "math2_const": lambda: constants("math2_const", ("pow", "wop", "atan2"), LIBM),
    "maxpair": lambda: pairs("maxpair"),
    "measure": measure,
    "minpair": lambda: pairs("minpair"),
    "profile": lambda: unary("profile"),
    "project": lambda: unary("project", Tolerance(relative=1e-7, absolute=1e-3)),
    "remainder": remainder,
    "remainder_const": remainder_const,
    "round": lambda: named("round", ("rint", "ceil", "floor")),
    "sign": lambda: unary("sign", FLOAT),
}
