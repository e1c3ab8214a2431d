"""JPEG that windlass wrote, as other readers see it: Pillow (libjpeg-turbo), and OpenCV where it is installed.

Each file has the pixels that windlass itself reads back, within a level or two: readers differ in rounding.
"""

import io
import itertools

import numpy as np
import pytest

from ..libraries import candidate
from ..summary import tell
from ..test_jpeg import decoded

windlass = candidate()
pytestmark = pytest.mark.skipif(windlass is None, reason="windlass is not installed: run `make wheel` first")

SIDES = ((1, 1), (3, 50), (8, 8), (17, 16), (33, 31), (64, 9))
SPACES = {1: "b-w", 3: "srgb", 4: "cmyk"}
LEVELS = 2


def picture(width, height, bands):
    """Slopes, edges and some noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x * (3 + band) + y * 2 + 60 * ((x // 9 + y // 7) % 2)) % 200 for band in range(bands)]
    pixels = np.stack(planes, -1) + np.random.default_rng(width).normal(20, 6, (height, width, bands))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def files(bands):
    """Options, bytes and the pixels that windlass reads back, of every combination."""
    modes = itertools.product(("on", "off"), (False, True), (False, True), (False, True), (0, 3), range(9))
    for number, (subsample, progressive, optimised, trellis, restart, table) in enumerate(modes):
        options = {
            "subsample_mode": subsample,
            "interlace": progressive,
            "optimize_coding": optimised,
            "trellis_quant": trellis,
            "restart_interval": restart,
            "quant_table": table,
            "optimize_scans": progressive and number % 3 == 0,
            "overshoot_deringing": number % 4 == 0,
            "Q": (20, 75, 98)[number % 3],
        }
        for width, height in SIDES[number % 2 :: 2]:
            image = windlass.Image.new_from_array(picture(width, height, bands)).copy(interpretation=SPACES[bands])
            data = bytes(image.jpegsave_buffer(**options))
            yield f"{width}x{height} {options}", data, decoded(windlass, data)


def far(one, other):
    """How many levels two pictures are apart at most; all of them where they have other sizes."""
    one, other = (picture.reshape(*picture.shape[:2], -1).astype(int) for picture in (one, other))
    return int(np.abs(one - other).max()) if one.shape == other.shape else 255


@pytest.mark.parametrize("bands", SPACES)
def test_pillow_reads_what_we_read(bands):
    from PIL import Image

    count, worst, wrong = 0, 0, []
    for name, data, pixels in files(bands):
        image = Image.open(io.BytesIO(data))
        assert image.mode == {1: "L", 3: "RGB", 4: "CMYK"}[bands], name
        distance = far(pixels, np.asarray(image))
        count, worst = count + 1, max(worst, distance)
        if distance > LEVELS:
            wrong.append(f"{name}: {distance}")
    tell(f"JPEG of {bands} bands: Pillow reads {count - len(wrong)} of {count} files as we do, at most {worst} levels apart")
    assert not wrong


@pytest.mark.parametrize("bands", SPACES)
def test_opencv_reads_what_we_read(bands):
    cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")
    flags = {1: cv2.IMREAD_GRAYSCALE, 3: cv2.IMREAD_COLOR, 4: cv2.IMREAD_COLOR}[bands]
    count, worst, wrong = 0, 0, []
    for name, data, pixels in files(bands):
        count += 1
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        if image is None or image.shape[:2] != pixels.shape[:2]:
            wrong.append(f"{name}: not read")
            continue
        # what it makes of inks is its own affair
        distance = 0 if bands == 4 else far(pixels, image if bands == 1 else image[..., ::-1])
        worst = max(worst, distance)
        if distance > LEVELS:
            wrong.append(f"{name}: {distance}")
    tell(f"JPEG of {bands} bands: OpenCV reads {count - len(wrong)} of {count} files as we do, at most {worst} levels apart")
    assert not wrong
