"""Create: images made from nothing."""

from .harness import FLOAT, Case, Matrix, Tolerance

WAVE = Tolerance(relative=1e-5, absolute=1e-6, rare=0.02, rare_levels=1)

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


def logmat():
    for sigma in (0.3, 0.7, 1, 1.5, 2.3, 4):
        for amplitude in (0.001, 0.05, 0.1, 0.2):
            for options in ({}, {"separable": True}, {"precision": "float"}):
                yield Case("logmat", (sigma, amplitude), options, FLOAT)
    yield Case("logmat", (1, 0.1), {"precision": "approximate"})


def waves(operation, *variants):
    """Images of waves: a cosine of floats may be one level off once it is an integer."""
    for width, height in SIZES:
        for options in ({}, *variants):
            yield Case(operation, (width, height), options, WAVE)
            yield Case(operation, (width, height), {"uchar": True, **options}, WAVE)


MASKS = {
    "mask_ideal": ((0.4,), (0,)),
    "mask_ideal_ring": ((0.5, 0.3), (0.2, 0.6)),
    "mask_ideal_band": ((0.3, 0.4, 0.2), (0, 0, 0.5)),
    "mask_butterworth": ((2, 0.7, 0.1), (1, 0, 0.5), (3, 0.4, 0)),
    "mask_butterworth_ring": ((2, 0.5, 0.1, 0.3), (1, 0.2, 0.5, 0)),
    "mask_butterworth_band": ((2, 0.3, 0.4, 0.2, 0.1), (1, 0, 0, 0.5, 0.5)),
    "mask_gaussian": ((0.7, 0.1), (0, 0.5)),
    "mask_gaussian_ring": ((0.5, 0.1, 0.3), (0.2, 0.5, 0.4)),
    "mask_gaussian_band": ((0.3, 0.4, 0.2, 0.1), (0.1, 0, 0.5, 0.5)),
    "mask_fractal": ((2.5,), (2,), (3,)),
}


def mask(operation):
    for size in ((8, 6), (7, 5), (1, 4), (33, 17)):
        for numbers in MASKS[operation]:
            for options in ({}, {"optical": True}, {"nodc": True}, {"reject": True}, {"uchar": True, "nodc": True, "reject": True}):
                yield Case(operation, (*size, *numbers), options, WAVE)


def sdf():
    for size in ((20, 15), (1, 1)):
        yield Case("sdf", (*size, "circle"), {"a": [7, 6.5], "r": 4}, FLOAT)
        yield Case("sdf", (*size, "box"), {"a": [3, 2], "b": [11, 9.5]}, FLOAT)
        yield Case("sdf", (*size, "box"), {"a": [11, 9.5], "b": [3, 2]}, FLOAT)
        yield Case("sdf", (*size, "rounded-box"), {"a": [3, 2], "b": [15, 11], "corners": [1, 2, 3, 4]}, FLOAT)
        yield Case("sdf", (*size, "line"), {"a": [3, 2], "b": [15, 11]}, FLOAT)
    yield Case("sdf", (4, 4, "line"), {"a": [1, 2], "b": [1, 2]}, FLOAT)
    yield Case("sdf", (4, 4, "circle"), {"a": [1, 2]})
    yield Case("sdf", (4, 4, "box"), {"a": [1, 2], "b": [1]})
    yield Case("sdf", (4, 4, "rounded-box"), {"a": [1, 2], "b": [3, 3], "corners": [1]})


def noises():
    for width, height in SIZES:
        for seed in (0, 42, -7):
            yield Case("gaussnoise", (width, height), {"seed": seed}, FLOAT)
        yield Case("gaussnoise", (width, height), {"seed": 1, "sigma": 2.5, "mean": -10}, FLOAT)


def fields(operation, *variants):
    for width, height in SIZES:
        for cell in (1, 3, 16, 200):
            for options in ({}, *variants):
                yield Case(operation, (width, height), {"cell_size": cell, "seed": 42, **options}, WAVE)


def identity():
    for options in ({}, {"bands": 3}, {"ushort": True}, {"ushort": True, "size": 100, "bands": 2}, {"size": 10}):
        yield Case("identity", (), options)


def buildlut():
    for rows in (((10, 0, 100), (12, 5, 7), (20, 0.5, 0)), ((3, 1), (0, 7)), ((5, 1), (5, 2), (9, 3)), ((0, 1),), ((0.4, 1), (2, 2)), ((0, 1), (200000, 2))):
        yield Case("buildlut", (Matrix(rows),), {}, FLOAT)


def invertlut():
    rows = ((0.1, 0.2, 0.3, 0.1), (0.2, 0.4, 0.4, 0.2), (0.7, 0.5, 0.6, 0.3))
    for size in (11, 256, 2, 1, 70000):
        yield Case("invertlut", (Matrix(rows),), {"size": size}, FLOAT)
    yield Case("invertlut", (Matrix(((0.5, 0.5),)),), {}, FLOAT)
    yield Case("invertlut", (Matrix(((0.5, 1.5),)),))
    yield Case("invertlut", (Matrix(((0.5,),)),))


def tonelut():
    yield Case("tonelut", ())
    yield Case("tonelut", (), {"in_max": 10, "out_max": 100, "S": 10, "M": -5, "H": 20})
    yield Case("tonelut", (), {"in_max": 1000, "out_max": 255, "Lb": 5, "Lw": 95, "Ps": 0.1, "Pm": 0.4, "Ph": 0.9, "S": -20, "M": 5, "H": -3})


CASES = {
    "black": black,
    "buildlut": buildlut,
    "eye": lambda: waves("eye", {"factor": 0.9}),
    "gaussmat": gaussmat,
    "gaussnoise": noises,
    "grey": grey,
    "identity": identity,
    "invertlut": invertlut,
    "logmat": logmat,
    **{name: lambda name=name: mask(name) for name in MASKS},
    "perlin": lambda: fields("perlin", {"uchar": True}),
    "sdf": sdf,
    "sines": lambda: waves("sines", {"hfreq": 3, "vfreq": 2}, {"hfreq": 0, "vfreq": 5}),
    "tonelut": tonelut,
    "worley": lambda: fields("worley"),
    "xyz": xyz,
    "zone": lambda: waves("zone"),
}
