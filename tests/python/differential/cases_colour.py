"""Colour: all pairs of spaces with extra bands, and the three ICC operations."""

from .harness import Case, Picture, Tolerance, across

SPACES = {
    "b-w": ("uchar", 1, "noise"),
    "grey16": ("ushort", 1, "noise"),
    "srgb": ("uchar", 3, "noise"),
    "rgb16": ("ushort", 3, "noise"),
    "scrgb": ("float", 3, "unit"),
    "xyz": ("float", 3, "hundred"),
    "lab": ("float", 3, "lab"),
    "labs": ("short", 3, "noise"),
    "cmyk": ("uchar", 4, "noise"),
}
# Tolerances of colour.md §3 and §7; 8 bits through floats may step over a rounding border.
COLOUR = Tolerance(relative=2e-4, absolute=2e-3, rare=0.02, rare_levels=2)
CMYK = Tolerance(levels=2, relative=5e-3, absolute=0.5, rare=0.02, rare_levels=4)
ICC = Tolerance(levels=1, relative=1e-3, absolute=0.5, rare=0.02, rare_levels=64)
SIXTEEN = Tolerance(levels=64, absolute=0.5)
DEEP_CMYK = Tolerance(levels=100)
# The hue of a grey depends on the last bits of its Lab.
GREY_HUE = Tolerance(relative=2e-4, absolute=1.0)
# `labs` cuts fractions off.
CUT = Tolerance(levels=1)


def byte(picture):
    return picture.vary(content="byte")


def colourspace():
    for source, (form, bands, content) in SPACES.items():
        for target in SPACES:
            tolerance = CMYK if "cmyk" in (source, target) else COLOUR
            if source == "cmyk" and target in ("grey16", "rgb16", "labs"):
                tolerance = DEEP_CMYK
            for extra in (0, 1):
                for width, height in ((33, 17), (7, 5)):
                    picture = Picture(form, bands + extra, width, height, content, interpretation=source)
                    yield Case("colourspace", (picture, target), {}, tolerance)
    yield from across("colourspace", "lab", picture=byte, tolerance=COLOUR)
    for target in ("b-w", "srgb", "scrgb", "lab", "labs", "rgb16"):
        tolerance = CUT if target == "labs" else COLOUR
        yield from across("colourspace", target, picture=byte, bands=(1, 3, 4), tolerance=tolerance)
        yield from across("colourspace", target, source_space="srgb", picture=byte, bands=(3,), tolerance=tolerance)
        # Lab of what noise means in Radiance is beyond 32-bit floats.
        for coded in ("labq",) if target in ("lab", "labs") else ("labq", "rad"):
            picture = Picture("uchar", 4, 9, 6, coding=coded, interpretation="labq" if coded == "labq" else "scrgb")
            yield Case("colourspace", (picture, target), {}, COLOUR)
    yield Case("colourspace", (Picture(bands=5), "srgb"))
    yield Case("colourspace", (Picture(bands=3), "multiband"))


def icc_import():
    yield from across("icc_import", picture=byte, tolerance=ICC)
    for profile, form, bands in (("srgb", "uchar", 3), ("p3", "uchar", 3), ("sgrey", "uchar", 1), ("cmyk", "uchar", 4), ("srgb", "ushort", 3), ("srgb", "float", 3)):
        interpretation = {1: "b-w", 3: "srgb", 4: "cmyk"}[bands]
        for pcs in ("lab", "xyz"):
            for intent in ("relative", "perceptual", "absolute"):
                for extra in (0, 1):
                    picture = Picture(form, bands + extra, 33, 17, "byte", interpretation=interpretation)
                    options = {"input_profile": profile, "pcs": pcs, "intent": intent}
                    yield Case("icc_import", (picture,), options, CMYK if bands == 4 else ICC)
    yield Case("icc_import", (Picture(bands=3),), {}, ICC)
    yield Case("icc_import", (Picture(bands=2),))
    yield Case("icc_import", (Picture(bands=3),), {"input_profile": "no such profile"}, ICC)


def icc_export():
    yield from across("icc_export", picture=lambda p: p.vary(content="lab"), output_profile="srgb", tolerance=CMYK)
    for profile in ("srgb", "p3", "sgrey", "cmyk"):
        for space, content in (("lab", "lab"), ("xyz", "hundred")):
            for depth in (8, 16):
                picture = Picture("float", 3, 33, 17, content, interpretation=space)
                tolerance = SIXTEEN if depth == 16 else CMYK
                yield Case("icc_export", (picture,), {"output_profile": profile, "depth": depth}, tolerance)
    yield Case("icc_export", (Picture("float", 3, 9, 7, "lab", interpretation="lab"),))
    yield Case("icc_export", (Picture("float", 3, 9, 7, "lab", interpretation="lab"),), {"output_profile": "srgb", "depth": 12})


def icc_transform():
    yield from across("icc_transform", "p3", picture=byte, tolerance=ICC)
    for source, form, bands in (("srgb", "uchar", 3), ("p3", "uchar", 3), ("cmyk", "uchar", 4), ("srgb", "ushort", 3)):
        interpretation = "cmyk" if bands == 4 else "rgb16" if form == "ushort" else "srgb"
        for target in ("srgb", "p3", "sgrey", "cmyk"):
            for options in ({}, {"intent": "perceptual"}, {"black_point_compensation": True}, {"depth": 16}):
                picture = Picture(form, bands, 33, 17, interpretation=interpretation)
                sixteen = options.get("depth") == 16 or form == "ushort"
                yield Case("icc_transform", (picture, target), {"input_profile": source, **options}, SIXTEEN if sixteen else CMYK)
    yield Case("icc_transform", (Picture(bands=3), "none"))
    yield Case("icc_transform", (Picture(bands=3), "no such profile"))


# Operation -> what it reads: format, bands, content, interpretation.
FLOATS = {
    "CMC2LCh": ("hundred", "cmc"),
    "LCh2CMC": ("hundred", "lch"),
    "LCh2Lab": ("hundred", "lch"),
    "Lab2LCh": ("lab", "lab"),
    "Lab2LabQ": ("lab", "lab"),
    "Lab2LabS": ("lab", "lab"),
    "Lab2XYZ": ("lab", "lab"),
    "Oklab2Oklch": ("unit", "oklab"),
    "Oklab2XYZ": ("unit", "oklab"),
    "Oklch2Oklab": ("unit", "oklch"),
    "XYZ2CMYK": ("hundred", "xyz"),
    "XYZ2Lab": ("hundred", "xyz"),
    "XYZ2Oklab": ("hundred", "xyz"),
    "XYZ2Yxy": ("hundred", "xyz"),
    "XYZ2scRGB": ("hundred", "xyz"),
    "Yxy2XYZ": ("unit", "yxy"),
    "float2rad": ("unit", "scrgb"),
    "scRGB2BW": ("unit", "scrgb"),
    "scRGB2XYZ": ("unit", "scrgb"),
    "scRGB2sRGB": ("unit", "scrgb"),
}
CODED = {"LabQ2Lab": "labq", "LabQ2LabS": "labq", "LabQ2sRGB": "labq", "rad2float": "rad"}
# Whose result can't take more bands: the reference's answer is an accident (colour.md §1).
FULL = ("Lab2LabQ", "LabS2LabQ", "float2rad")


def one_step(operation):
    tolerance = CMYK if "CMYK" in operation else COLOUR
    content, interpretation = FLOATS.get(operation, ("byte", "srgb"))
    extras = (0,) if operation in FULL else (0, 1, 2)

    def cases():
        if operation in CODED:
            said = "labq" if CODED[operation] == "labq" else "scrgb"
            for width, height in ((9, 6), (131, 9)):
                picture = Picture("uchar", 4, width, height, coding=CODED[operation], interpretation=said)
                yield Case(operation, (picture,), {}, tolerance)
        for extra in extras:
            picture = Picture("float", 3 + extra, 33, 17, content, interpretation=interpretation)
            yield Case(operation, (picture,), {}, tolerance)
        for form in ("uchar", "ushort", "short", "float", "double"):
            for bands in (1, 3):
                yield Case(operation, (Picture(form, bands, 7, 5, "byte"),), {}, tolerance)
        for depth in (8, 16, 12) if operation in ("scRGB2sRGB", "scRGB2BW") else ():
            picture = Picture("float", 4, 33, 17, content, interpretation=interpretation)
            yield Case(operation, (picture,), {"depth": depth}, SIXTEEN if depth == 16 else tolerance)
        for temp in ([96.425, 100.0, 82.4680], [1.0, 2.0]) if operation in ("XYZ2Lab", "Lab2XYZ") else ():
            picture = Picture("float", 3, 33, 17, content, interpretation=interpretation)
            yield Case(operation, (picture,), {"temp": temp}, tolerance)

    return cases


def de(operation):
    def cases():
        for seed, (form, bands, content, interpretation) in enumerate((
            ("float", 3, "lab", "lab"), ("uchar", 3, "byte", "srgb"), ("float", 4, "lab", "lab"), ("uchar", 1, "byte", "b-w"),
        )):
            for width, height in ((33, 17), (7, 5)):
                left = Picture(form, bands, 33, 17, content, seed=seed, interpretation=interpretation)
                right = Picture("float", 3, width, height, "lab", seed=seed + 9, interpretation="lab")
                tolerance = GREY_HUE if operation == "dECMC" and bands == 1 else COLOUR
                yield Case(operation, (left, right), {}, tolerance)
                yield Case(operation, (right, left), {}, tolerance)

    return cases


def profile_load():
    for name in ("srgb", "P3", "sgrey", "CMYK", "no such profile"):
        yield Case("profile_load", (name,))


STEPS = (*FLOATS, *CODED, "CMYK2XYZ", "HSV2sRGB", "LabS2Lab", "LabS2LabQ", "sRGB2HSV", "sRGB2scRGB")
CASES = {name: one_step(name) for name in STEPS}
CASES |= {name: de(name) for name in ("dE00", "dE76", "dECMC")}
CASES |= {"profile_load": profile_load}
CASES |= {"colourspace": colourspace, "icc_export": icc_export, "icc_import": icc_import, "icc_transform": icc_transform}
