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


def byte(picture):
    return picture.vary(content="byte")


def colourspace():
    for source, (form, bands, content) in SPACES.items():
        for target in SPACES:
            tolerance = CMYK if "cmyk" in (source, target) else COLOUR
            for extra in (0, 1):
                for width, height in ((33, 17), (7, 5)):
                    picture = Picture(form, bands + extra, width, height, content, interpretation=source)
                    yield Case("colourspace", (picture, target), {}, tolerance)
    yield from across("colourspace", "lab", picture=byte, tolerance=COLOUR)
    for target in ("b-w", "srgb", "scrgb", "lab", "labs", "rgb16"):
        yield from across("colourspace", target, picture=lambda p: p.vary(content="byte"), bands=(1, 3, 4), tolerance=COLOUR)
        yield from across("colourspace", target, source_space="srgb", picture=lambda p: p.vary(content="byte"), bands=(3,), tolerance=COLOUR)
        for coded in ("labq", "rad"):
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


CASES = {"colourspace": colourspace, "icc_export": icc_export, "icc_import": icc_import, "icc_transform": icc_transform}
