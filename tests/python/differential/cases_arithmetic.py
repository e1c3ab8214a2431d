"""Arithmetic: pairs, constants, sums, statistics of a whole image."""

from .harness import (
    EXACT,
    FLOAT,
    FORMATS,
    INTEGERS,
    REALS,
    SIZES,
    Case,
    Picture,
    Tolerance,
    across,
)

# Sums of floats depend on their order.
SUMS = Tolerance(relative=1e-9, absolute=1e-6)
LESS = ((33, 17), (5, 39))
PARITY = ["equal", "noteq", "less", "lesseq", "more", "moreeq"]
BITS = ["and", "or", "eor", "lshift", "rshift"]


def special(picture):
    return picture.vary(content="special")


def small(picture):
    return picture.vary(content="small")


def other(first):
    return first.vary(seed=2)


def mono(first):
    return first.vary(seed=2, bands=1)


def pairs(operation, tolerance=EXACT, **options):
    """Two images: alike, of all pairs of formats, of unequal bands, sizes, interpretations."""
    yield from across(operation, other, tolerance=tolerance, **options)
    yield from across(operation, other, picture=special, bands=(1, 3), tolerance=tolerance, **options)
    yield from across(operation, mono, bands=(2, 3, 5), sizes=LESS, tolerance=tolerance, **options)
    for form in FORMATS:
        for second in FORMATS:
            first = Picture(form, 2, 13, 7, "small")
            yield Case(operation, (first, Picture(second, 2, 13, 7, "small", 2)), options, tolerance)
    first = Picture("uchar", 3, 9, 4, interpretation="lab")
    yield Case(operation, (Picture(width=9, height=4), first), options, tolerance)
    yield Case(operation, (first, Picture("short", 1, 12, 2)), options, tolerance)
    yield Case(operation, (first.vary(bands=1, width=1, height=3), Picture(width=3, height=1)), options, tolerance)
    yield Case(operation, (first, first.vary(bands=2)), options, tolerance)
    labq = Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq")
    yield Case(operation, (labq, Picture("float", 3, 6, 5)), options, tolerance)


def constants(operation, names, tolerance=EXACT):
    """An image and numbers: integral or not, one or many, too many."""
    for name in names:
        for c in (3, 7.9, -1, 0, [1, 2, 3], 2147483648.0):
            yield from across(operation, name, c, bands=(1, 3), sizes=LESS, picture=small, tolerance=tolerance)
        yield from across(operation, name, 100, tolerance=tolerance)
        yield from across(operation, name, [200, 20.5], bands=(1, 2, 3), sizes=LESS, tolerance=tolerance)
        yield from across(operation, name, 5, picture=special, bands=(2,), tolerance=tolerance)


def linear():
    for a, b in ((1, 0), (1.2, 10), (-0.5, 3.25), ([1, 2, 3], 0), ([1.5, 2.5, 3], [1, 2]), (2, [0, 1, 2]), ([], 1)):
        yield from across("linear", a, b, bands=(1, 2, 3), tolerance=EXACT)
        yield from across("linear", a, b, bands=(1, 3), sizes=LESS, uchar=True)
    yield from across("linear", 1.5, -10.25, bands=(4, 5), sizes=SIZES, uchar=True)
    yield from across("linear", 1.5, 3, picture=special, bands=(2,))
    yield from across("linear", 1.5, 3, picture=special, bands=(2,), uchar=True)
    yield from across("linear", [1.5, 2], 3, picture=special, bands=(2,), uchar=True)
    yield Case("linear", (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"), 2, 1))


def unary(operation, tolerance=EXACT):
    yield from across(operation, tolerance=tolerance)
    yield from across(operation, picture=special, bands=(1, 3), tolerance=tolerance)
    yield Case(operation, (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"),), {}, tolerance)


def total():
    for count in (1, 2, 3):
        for form in FORMATS:
            images = [Picture(form, 3, 9, 7, "small", seed) for seed in range(count)]
            yield Case("sum", (images,), {}, FLOAT)
    yield from listed("sum", FLOAT)
    mixed = [Picture("uchar", 1, 5, 7), Picture("short", 3, 9, 2, interpretation="lab"), Picture("float", 3, 4, 4)]
    yield Case("sum", (mixed,), {}, FLOAT)
    yield Case("sum", ([Picture("uint", 2, 9, 7, seed=seed) for seed in range(3)],))
    yield Case("sum", ([],))
    yield Case("sum", ([Picture(), Picture(bands=2), Picture(bands=3)],))


def listed(operation, tolerance=EXACT, **options):
    """The full grid for an operation that takes a list: the picture and another one like it."""
    for case in across(operation):
        (first,) = case.arguments
        yield Case(operation, ([first, first.vary(seed=2)],), options, tolerance)


def extremes(operation):
    yield from across(operation)
    yield from across(operation, picture=special, bands=(1, 2))
    yield from across(operation, x=True, y=True)
    yield from across(operation, picture=small, x=True, y=True, bands=(1, 3))
    for size in (2, 5, 1000):
        yield from across(
            operation, picture=small, bands=(1, 3), sizes=LESS, size=size,
            out_array=True, x_array=True, y_array=True, x=True, y=True,
        )


def average():
    yield from across("avg", tolerance=SUMS)
    yield from across("avg", picture=special, bands=(1, 3), formats=REALS, tolerance=SUMS)
    yield Case("avg", (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"),), {}, SUMS)
    yield from across("avg", picture=lambda p: p.vary(width=260, height=140), formats=INTEGERS, bands=(1, 3), tolerance=SUMS)


def statistics():
    tolerance = Tolerance(relative=1e-7, absolute=1e-5)
    yield from across("stats", tolerance=tolerance)
    yield from across("stats", picture=small, bands=(1, 3), tolerance=tolerance)
    yield from across("stats", picture=lambda p: p.vary(width=1, height=1), bands=(1, 3), tolerance=tolerance)
    yield from across("stats", picture=lambda p: p.vary(width=300, height=40), bands=(2,), tolerance=tolerance)


def deviation():
    yield from across("deviate", tolerance=SUMS)
    yield from across("deviate", picture=special, bands=(1, 3), tolerance=SUMS)
    yield Case("deviate", (Picture("uchar", 1, 1, 1),))
    yield Case("deviate", (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"),), {}, SUMS)


def shadows(operation):
    """Columns and rows."""
    yield from across(operation, tolerance=SUMS)
    yield from across(operation, picture=special, bands=(1, 3), tolerance=SUMS)
    yield from across(operation, picture=lambda p: p.vary(content="framed", width=30, height=20), bands=(1, 3), tolerance=SUMS)
    yield from across(operation, picture=lambda p: p.vary(content="small", width=64, height=50), bands=(2,), tolerance=SUMS)


def patches():
    def chart(picture):
        return picture.vary(width=40, height=30)

    yield from across("measure", 3, 2, picture=chart, bands=(1, 3), tolerance=SUMS)
    yield from across("measure", 2, 2, picture=chart, formats=("uchar", "float"), tolerance=SUMS, left=5, top=3, width=20, height=17)
    yield Case("measure", (Picture(width=40, height=30), 4, 4), {"left": 30}, SUMS)
    yield Case("measure", (Picture(width=4, height=4), 5, 1))
    yield Case("measure", (Picture(width=4, height=4), 4, 4))


def points():
    for x, y in ((0, 0), (4, 3), (7, 0), (0, 5), (-1, 0)):
        yield from across("getpoint", x, y, picture=lambda p: p.vary(width=7, height=5), bands=(1, 3))
    yield from across("getpoint", 4, 3, picture=lambda p: p.vary(width=7, height=5), bands=(1, 3), unpack_complex=True)


FUNCTIONS = ["sin", "cos", "tan", "asin", "acos", "atan", "log", "log10", "exp", "exp10", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"]


def functions():
    for name in FUNCTIONS:
        yield from across("math", name, bands=(1, 3), sizes=LESS, tolerance=FLOAT)
        yield from across("math", name, bands=(2,), picture=small, tolerance=FLOAT)
        yield from across("math", name, bands=(1,), picture=lambda p: p.vary(content="unit"), tolerance=FLOAT)
    yield from across("math", "log", bands=(1,), picture=special, tolerance=FLOAT)
    yield from across("math", "atan", bands=(1,), picture=special, tolerance=FLOAT)


def rounded():
    for name in ("rint", "ceil", "floor"):
        yield from across("round", name)
        yield from across("round", name, picture=special, bands=(1, 3))
        yield Case("round", (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"), name))


def clamped():
    yield from across("clamp")
    for low, high in ((2.7, 100), (300, 400), (-5, 5.5), (10, 2)):
        yield from across("clamp", bands=(1, 3), sizes=LESS, min=low, max=high)
    yield from across("clamp", picture=lambda p: p.vary(content="special"), formats=("float", "double", "complex", "dpcomplex"), bands=(2,), max=255.5)


def complexes():
    for name in ("polar", "rect", "conj"):
        yield from across("complex", name, bands=(1, 3), tolerance=Tolerance(relative=1e-6, absolute=1e-4))
        yield from across("complex", name, bands=(2,), picture=small, tolerance=Tolerance(relative=1e-6, absolute=1e-4))


def parts():
    for name in ("real", "imag"):
        yield from across("complexget", name, bands=(1, 3))
        yield Case("complexget", (Picture("uchar", 4, 6, 5, coding="labq", interpretation="labq"), name))


def lines():
    def edges(picture):
        return picture.vary(content="binary", width=23, height=17)

    yield from across("hough_line", picture=edges, bands=(1,))
    yield from across("hough_line", picture=edges, bands=(1,), width=31, height=40)
    yield Case("hough_line", (Picture(bands=2),))


def circles():
    def edges(picture):
        return picture.vary(content="binary", width=23, height=17)

    yield from across("hough_circle", picture=edges, bands=(1,), min_radius=3, max_radius=8)
    yield from across("hough_circle", picture=edges, bands=(1,), min_radius=3, max_radius=12, scale=2)
    yield Case("hough_circle", (Picture(),), {"min_radius": 5, "max_radius": 5})


CASES = {
    "clamp": clamped,
    "complex": complexes,
    "complex2": lambda: (case for case in chosen("complex2", "cross-phase", Tolerance(relative=1e-5, absolute=1e-5))),
    "complexform": lambda: pairs("complexform"),
    "complexget": parts,
    "hough_circle": circles,
    "hough_line": lines,
    "math": functions,
    "math2": lambda: (case for name in ("pow", "wop", "atan2") for case in chosen("math2", name, Tolerance(relative=1e-5, absolute=1e-5))),
    "math2_const": lambda: constants("math2_const", ["pow", "wop", "atan2"], Tolerance(relative=1e-5, absolute=1e-5)),
    "maxpair": lambda: pairs("maxpair"),
    "minpair": lambda: pairs("minpair"),
    "remainder": lambda: remainders(),
    "remainder_const": lambda: divisors(),
    "round": rounded,
    "sign": lambda: unary("sign", FLOAT),
    "deviate": deviation,
    "getpoint": points,
    "measure": patches,
    "profile": lambda: shadows("profile"),
    "project": lambda: shadows("project"),
    "abs": lambda: unary("abs", FLOAT),
    "add": lambda: pairs("add"),
    "avg": average,
    "boolean": lambda: (case for name in BITS for case in chosen("boolean", name)),
    "boolean_const": lambda: constants("boolean_const", BITS),
    "divide": lambda: pairs("divide", FLOAT),
    "invert": lambda: unary("invert"),
    "linear": linear,
    "max": lambda: extremes("max"),
    "min": lambda: extremes("min"),
    "multiply": lambda: pairs("multiply", FLOAT),
    "relational": lambda: (case for name in PARITY for case in chosen("relational", name)),
    "relational_const": lambda: constants("relational_const", PARITY),
    "stats": statistics,
    "subtract": lambda: pairs("subtract"),
    "sum": total,
}


def remainders():
    """The least integer of 32 bits divided by -1 ends the reference's process."""
    safe = [name for name in FORMATS if name != "int"]
    yield from across("remainder", other, formats=safe)
    yield from across("remainder", other, picture=special, formats=safe, bands=(1, 3))
    yield from across("remainder", other, picture=small, bands=(1, 3))
    yield from across("remainder", mono, picture=small, bands=(2, 3), sizes=LESS)


def divisors():
    for c in (3, -7, 2.9, 0.5, 300, [1, 2, 3]):
        yield from across("remainder_const", c, bands=(1, 3), sizes=LESS, picture=small)
        yield from across("remainder_const", c, bands=(1, 3), sizes=LESS, tolerance=FLOAT)


def chosen(operation, name, tolerance=EXACT):
    """Pairs, with an enum as the third argument."""
    for case in pairs(operation, tolerance):
        yield Case(operation, (*case.arguments, name), {}, case.tolerance)
