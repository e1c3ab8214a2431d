"""GIF beside the reference: what is loaded is the same; what is saved shows the same, in about as few bytes."""

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from ..libraries import candidate, reference

windlass = candidate()
pyvips = reference()
pytestmark = pytest.mark.skipif(windlass is None or pyvips is None, reason="windlass or pyvips is not installed")
DATA = Path(os.environ.get("WINDLASS_DATA", Path(__file__).parents[4] / "shared" / "data"))
FIELDS = (
    "n-pages", "page-height", "loop", "delay", "background", "gif-palette", "bits-per-sample", "palette", "interlaced",
    "gif-loop", "gif-delay", "palette-bit-depth",
)


def flat(colours, width=64, height=48):
    """Blocks of few colours."""
    rng = np.random.default_rng(colours)
    table = rng.integers(0, 256, (colours, 3), dtype=np.uint8)
    y, x = np.mgrid[0:height, 0:width]
    return table[(x // 5 + y // 7 * 3) % colours]


def photo(width=160, height=120):
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 90 * np.sin(x / (19 + 7 * b)) * np.cos(y / (17 - 3 * b)) for b in range(3)]
    return np.clip(np.stack(waves, -1) + np.random.default_rng(1).normal(0, 4, (height, width, 3)), 0, 255).astype(np.uint8)


def moving(frames=5, alpha=False):
    """A block that moves over a ground; with an alpha it moves over nothing."""
    ground = flat(12)
    pictures = []
    for number in range(frames):
        frame = ground.copy() if not alpha else np.zeros_like(ground)
        mask = np.zeros(ground.shape[:2] + (1,), np.uint8)
        frame[10:20, 5 + 8 * number : 20 + 8 * number] = (255, 0, 0)
        mask[10:20, 5 + 8 * number : 20 + 8 * number] = 255
        pictures.append(np.concatenate([frame, mask], -1) if alpha else frame)
    return np.concatenate(pictures)


def picture(module, array, **items):
    image = module.Image.new_from_array(array).copy(interpretation="srgb").copy()
    for name, value in items.items():
        kind = module.GValue.array_int_type if isinstance(value, list) else module.GValue.gint_type
        image.set_type(kind, name.replace("_", "-"), value)
    return image


def save(module, array, options=None, **items):
    return bytes(picture(module, array, **items).gifsave_buffer(**(options or {})))


def load(module, data, **options):
    return module.Image.new_from_buffer(data, "", n=-1, **options)


def opaque(array):
    """What shows: the colour where it is not clear."""
    return array[..., :3] * (array[..., 3:] // 255) if array.shape[-1] == 4 else array


@pytest.mark.parametrize("array", [flat(2), flat(12), flat(200), moving(1, True)], ids=["2", "12", "200", "alpha"])
@pytest.mark.parametrize("options", [{}, {"interlace": True}, {"dither": 0}, {"effort": 1}], ids=str)
def test_few_colours_are_kept(array, options):
    ours = save(windlass, array, options)
    theirs = save(pyvips, array, options)
    shown = [load(module, data) for module in (windlass, pyvips) for data in (ours, theirs)]
    arrays = [np.asarray(image) for image in shown]
    # each file is the same to both; ours has the right colours, the reference's with little effort only similar ones
    assert (arrays[0] == arrays[2]).all() and (arrays[1] == arrays[3]).all()
    assert (opaque(arrays[0]) == opaque(array)).all()
    assert len(ours) < 1.1 * len(theirs) + 64


@pytest.mark.parametrize("bitdepth", [1, 3, 8])
def test_photographs(bitdepth):
    from PIL import Image

    array = photo()
    errors = []
    for module in (windlass, pyvips):
        data = save(module, array, {"bitdepth": bitdepth, "dither": 0})
        shown = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)
        errors.append(np.sqrt(((shown - array) ** 2).mean()))
    assert errors[0] < 1.15 * errors[1] + 1


@pytest.mark.parametrize("alpha", [False, True], ids=["ground", "clear"])
@pytest.mark.parametrize("options", [{}, {"keep_duplicate_frames": True}, {"interpalette_maxerror": 0}, {"interpalette_maxerror": 256}], ids=str)
def test_animations_show_what_was_saved(alpha, options):
    array = moving(alpha=alpha)
    ours = save(windlass, array, options, page_height=48, delay=[100, 50, 70, 30, 20], loop=3)
    theirs = save(pyvips, array, options, page_height=48, delay=[100, 50, 70, 30, 20], loop=3)
    for module in (windlass, pyvips):
        image = load(module, ours)
        assert (image.get("n-pages"), image.get("page-height"), image.get("loop")) == (5, 48, 3)
        assert image.get("delay") == [100, 50, 70, 30, 20]
        assert (opaque(np.asarray(image)) == opaque(array)).all()
    assert len(ours) < 1.15 * len(theirs) + 64


def test_delays_and_loops():
    for delays, wanted in (([0, 5, 14, 15, 9], [0, 0, 10, 20, 10]), ([100, 50], [100, 50, 0, 0, 0])):
        for module in (windlass, pyvips):
            assert load(module, save(windlass, moving(), page_height=48, delay=delays)).get("delay") == wanted
    for loop, wanted in ((0, 0), (1, 1), (2, 2), (5, 5), (65535, 65535), (70000, 4464)):
        for saver in (windlass, pyvips):
            assert load(windlass, save(saver, flat(4), loop=loop)).get("loop") == wanted


@pytest.mark.parametrize("keep", [False, True])
def test_equal_frames(keep):
    array = np.concatenate([flat(5)] * 3)
    for module in (windlass, pyvips):
        image = load(windlass, save(module, array, {"keep_duplicate_frames": keep}, page_height=48, delay=[100, 200, 300]))
        assert image.get("delay") == ([100, 200, 300] if keep else [600])


def test_palettes_are_reused():
    data = save(pyvips, flat(12))
    image = load(windlass, data)
    again = load(windlass, bytes(image.gifsave_buffer(reuse=True)))
    assert (opaque(np.asarray(again)) == opaque(flat(12))).all()
    assert again.get("gif-palette")[: len(image.get("gif-palette"))] == image.get("gif-palette")


def test_everything_that_is_told():
    folder = DATA / "gif"
    if not (folder / "ORACLE.json").is_file():
        pytest.skip(f"THE CORPUS gif IS ABSENT from {DATA}")
    wrong = []
    for name, expected in json.loads((folder / "ORACLE.json").read_text())["files"].items():
        if not expected["ok"]:
            continue
        for options in ({}, {"n": -1}):
            ours, theirs = (module.Image.new_from_file(str(folder / name), **options) for module in (windlass, pyvips))
            for field in FIELDS:
                values = [image.get(field) if image.get_typeof(field) else None for image in (ours, theirs)]
                if values[0] != values[1]:
                    wrong.append(f"{name} {options} {field}: {values}")
            if not np.array_equal(np.asarray(ours), np.asarray(theirs)):
                wrong.append(f"{name} {options}: pixels")
    assert not wrong, "\n".join(wrong)


def test_bad_pages():
    data = save(pyvips, moving(), page_height=48)
    for options in ({"page": 5}, {"page": 2, "n": 4}, {"n": 0}):
        for module in (windlass, pyvips):
            with pytest.raises(module.Error, match="bad page number"):
                module.Image.new_from_buffer(data, "", **options)
