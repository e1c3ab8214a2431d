"""The differential harness itself: that it sees what differs, and lets pass what may."""

import numpy as np
import pytest

from .differential.harness import (
    EXACT,
    FORMATS,
    HEADER,
    Case,
    Picture,
    Pixels,
    Raised,
    Tolerance,
    difference,
)
from .libraries import reference

NEAR = Tolerance(levels=1, relative=1e-6)


def pixels(values, dtype=np.uint8, metadata=None, **header):
    fields = dict.fromkeys(HEADER, 1) | {"xres": 1.0} | header
    return Pixels(tuple(fields[name] for name in HEADER), metadata or {}, np.array(values, dtype))


SAME = [
    (1.5, 1.5, EXACT),
    ([1, {"x": 2}], [1, {"x": 2}], EXACT),
    (pixels([1, 2]), pixels([1, 2]), EXACT),
    (pixels([1, 2]), pixels([2, 1]), NEAR),
    (pixels([1.0, np.nan, np.inf], np.float32), pixels([1.0000001, np.nan, np.inf], np.float32), NEAR),
    (pixels([0.0], np.float32), pixels([-0.0], np.float32), EXACT),
    (pixels([9, *[0] * 99]), pixels([0] * 100), Tolerance(rare=0.01, rare_levels=9)),
    (Raised("Error", "a"), Raised("Error", "b"), EXACT),
]
DIFFERENT = [
    (1.5, 1.6, EXACT),
    (1, 1.0, EXACT),
    ([1], [1, 2], EXACT),
    ({"x": 1}, {"y": 1}, EXACT),
    (pixels([1, 2]), pixels([1, 3]), EXACT),
    (pixels([1, 2]), pixels([1, 4]), NEAR),
    (pixels([0]), pixels([255]), NEAR),
    (pixels([1.0], np.float32), pixels([1.001], np.float32), NEAR),
    (pixels([1.0], np.float32), pixels([np.nan], np.float32), NEAR),
    (pixels([np.inf], np.float32), pixels([-np.inf], np.float32), NEAR),
    (pixels([1.0], np.float32), pixels([np.inf], np.float32), NEAR),
    (pixels([1 + 2j], np.complex64), pixels([1 + 3j], np.complex64), EXACT),
    (pixels([1], xoffset=2), pixels([1], xoffset=3), EXACT),
    (pixels([1], xres=2.0), pixels([1], xres=2.5), EXACT),
    (pixels([1], metadata={"orientation": 6}), pixels([1]), EXACT),
    (pixels([9, 9, *[0] * 98]), pixels([0] * 100), Tolerance(rare=0.01, rare_levels=9)),
    (pixels([10, *[0] * 99]), pixels([0] * 100), Tolerance(rare=0.01, rare_levels=9)),
    (Raised("Error", ""), 1.0, EXACT),
    (1.0, Raised("Error", ""), EXACT),
    (Raised("TypeError", ""), Raised("Error", ""), EXACT),
]


@pytest.mark.parametrize(("ours", "theirs", "tolerance"), SAME)
def test_agreement(ours, theirs, tolerance):
    assert difference(ours, theirs, tolerance) is None


@pytest.mark.parametrize(("ours", "theirs", "tolerance"), DIFFERENT)
def test_disagreement(ours, theirs, tolerance):
    assert difference(ours, theirs, tolerance)


@pytest.mark.parametrize("form", FORMATS)
def test_pictures_arrive_as_they_were_made(form):
    picture = Picture(form, 3, 7, 5)
    image = picture.make(reference())
    assert (image.format, image.bands, image.xoffset, image.yres) == (form, 3, 5, 3.0)
    assert bytes(image.write_to_memory()) == picture.array().tobytes()


def test_another_operation_is_another_result():
    library, picture = reference(), Picture("short", 2, 33, 17)
    invert, absolute = Case("invert", (picture,)).call(library), Case("abs", (picture,)).call(library)
    assert difference(invert, Case("invert", (picture,)).call(library), EXACT) is None
    assert difference(invert, absolute, EXACT)
    assert isinstance(Case("extract_area", (picture, 0, 0, 99, 1)).call(library), Raised)
