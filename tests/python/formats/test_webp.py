"""WebP beside the reference: the same pixels, the same files, the same metadata."""

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


def samples(bands, width=157, height=203):
    rng = np.random.default_rng(bands)
    y, x = np.mgrid[0:height, 0:width]
    waves = [127 + 100 * np.sin(x / (9 + 3 * b)) * np.cos(y / (11 + 2 * b)) + rng.normal(0, 6, x.shape) for b in range(bands)]
    return np.clip(np.stack(waves, -1), 0, 255).astype(np.uint8)


def holes():
    array = samples(4)
    array[50:90, :, 3] = 0
    return array


PICTURES = {"rgb": samples(3), "rgba": samples(4), "grey": samples(1), "grey-alpha": samples(2), "holes": holes()}
OPTIONS = [
    {}, {"Q": 30}, {"Q": 95}, {"lossless": True}, {"lossless": True, "Q": 30, "effort": 2}, {"lossless": True, "exact": True},
    {"near_lossless": True, "Q": 50}, {"preset": "photo"}, {"preset": "text", "Q": 60}, {"smart_subsample": True},
    {"smart_deblock": True}, {"alpha_q": 40}, {"exact": True}, {"effort": 0}, {"reduction_effort": 2}, {"target_size": 3000},
    {"target_size": 3000, "passes": 2}, {"passes": 6},
]


def picture(module, array, **items):
    image = module.Image.new_from_array(array)
    if array.shape[-1] > 2:
        image = image.copy(interpretation="srgb")
    image = image.copy()
    for name, value in items.items():
        kind = module.GValue.array_int_type if isinstance(value, list) else module.GValue.gint_type
        image.set_type(kind, name.replace("_", "-"), value)
    return image


def failure(function):
    with pytest.raises(Exception) as raised:
        function()
    return str(raised.value).strip().splitlines()[-1].strip()


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_files_are_the_reference_s(name, options):
    """The encoder is the same, so the bytes are; EXIF is left out, whose bytes are another matter."""
    files = [bytes(picture(module, PICTURES[name]).webpsave_buffer(keep="none", **options)) for module in (windlass, pyvips)]
    assert files[0] == files[1]


def roll(array, frames=4):
    return np.concatenate([np.roll(array[:64, :80], 3 * number, 1) for number in range(frames)])


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"min_size": True}, {"mixed": True}, {"kmin": 1, "kmax": 2}], ids=str)
@pytest.mark.parametrize(
    "items", [{}, {"delay": [5, 10, 11]}, {"gif_delay": 7}, {"loop": 3}, {"gif_loop": 4}, {"loop": 70000}], ids=str
)
def test_animations_are_the_reference_s(options, items):
    for name in ("rgb", "holes"):
        files = [
            bytes(picture(module, roll(PICTURES[name]), page_height=64, **items).webpsave_buffer(keep="none", **options))
            for module in (windlass, pyvips)
        ]
        assert files[0] == files[1]


def test_metadata_survives():
    icc = bytes(pyvips.Operation.call("profile_load", "srgb"))
    image = picture(windlass, PICTURES["rgb"], orientation=6)
    image.set_type(windlass.GValue.blob_type, "icc-profile-data", icc)
    image.set_type(windlass.GValue.blob_type, "xmp-data", b"<x/>")
    image.set_type(windlass.GValue.gstr_type, "exif-ifd0-Artist", "somebody")
    data = image.webpsave_buffer()
    for module in (windlass, pyvips):
        loaded = module.Image.new_from_buffer(data, "")
        assert bytes(loaded.get("icc-profile-data")) == icc
        assert bytes(loaded.get("xmp-data")) == b"<x/>"
        assert loaded.get("orientation") == 6
        assert loaded.get("exif-ifd0-Artist").startswith("somebody")


@pytest.mark.parametrize("scale", [0.1, 0.3, 0.5, 0.74, 0.76, 0.9, 1.7, 3])
@pytest.mark.parametrize("lossless", [False, True])
def test_scaled(scale, lossless):
    """The same pixels, but for lossy files made smaller than three quarters, which the reference does not deblock."""
    for name in ("rgb", "holes"):
        data = bytes(picture(pyvips, PICTURES[name]).webpsave_buffer(lossless=lossless))
        ours, theirs = (np.asarray(module.Image.webpload_buffer(data, scale=scale)).astype(int) for module in (windlass, pyvips))
        assert ours.shape == theirs.shape
        gap = np.abs(ours - theirs)
        assert gap.mean() < 1.5 if not lossless and scale < 0.75 else gap.max() == 0


def test_pages():
    data = bytes(picture(pyvips, roll(PICTURES["rgba"]), page_height=64, delay=[20, 30, 40, 50]).webpsave_buffer())
    for options in ({}, {"page": 2}, {"page": 1, "n": 2}, {"n": -1}):
        ours, theirs = (module.Image.new_from_buffer(data, "", **options) for module in (windlass, pyvips))
        assert (np.asarray(ours) == np.asarray(theirs)).all()
        for field in ("n-pages", "page-height", "loop", "delay", "gif-delay", "gif-loop"):
            assert bool(ours.get_typeof(field)) == bool(theirs.get_typeof(field)), field
            if ours.get_typeof(field):
                assert ours.get(field) == theirs.get(field), field
    for options in ({"page": 4}, {"page": 2, "n": 3}, {"n": 0}):
        texts = [failure(lambda module=module: module.Image.new_from_buffer(data, "", **options)) for module in (windlass, pyvips)]
        assert texts == ["webp: bad page number"] * 2


def test_too_large():
    texts = [failure(lambda module=module: module.Image.black(16384, 4, bands=3).webpsave_buffer()) for module in (windlass, pyvips)]
    assert texts == ["webpsave: image too large"] * 2


def test_all_pages_of_the_corpus():
    folder = DATA / "webp"
    if not (folder / "ORACLE.json").is_file():
        pytest.skip(f"THE CORPUS webp IS ABSENT from {DATA}")
    import hashlib

    wrong = []
    for name, expected in json.loads((folder / "ORACLE.json").read_text())["files"].items():
        pages = expected.get("all_pages") or {}
        if pages.get("pixels_sha256") and (folder / name).is_file():
            image = windlass.Image.new_from_file(str(folder / name), n=-1)
            if hashlib.sha256(bytes(image.write_to_memory())).hexdigest() != pages["pixels_sha256"]:
                wrong.append(name)
    assert not wrong


@pytest.mark.parametrize("values", [0, 128, 255])
@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"min_size": True}, {"mixed": True}], ids=str)
def test_equal_frames_become_a_still(values, options):
    frames = np.full((30, 33, 4), values, np.uint8)
    sizes = []
    for library in (windlass, pyvips):
        data = library.Image.new_from_array(frames).webpsave_buffer(page_height=10, **options)
        sizes.append(len(data))
        still = pyvips.Image.new_from_buffer(data, "")
        assert (still.width, still.height) == (33, 10)
        assert not still.get_typeof("n-pages")
    assert sizes[0] == sizes[1]
