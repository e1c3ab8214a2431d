"""TIFF both ways: what windlass writes pyvips and Pillow read, and the other way round."""

import io
import os
import re
import struct

import numpy as np
import pytest
from PIL import Image

from ..libraries import candidate, reference

vips = candidate()
pytestmark = pytest.mark.skipif(vips is None, reason="windlass is not installed: run `make wheel` first")

LOSSLESS = ("none", "lzw", "deflate", "packbits")
SHAPES = ({}, {"tile": True}, {"tile": True, "tile_width": 64, "tile_height": 32}, {"pyramid": True}, {"tile_height": 17})
FORMATS = (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.float32)


def picture(kind, bands):
    """Waves and noise."""
    random = np.random.default_rng(7)
    y, x, b = np.mgrid[0:203, 0:301, 0:bands]
    values = (x * (b + 2) + y * 3) % 120 + random.integers(0, 8, x.shape)
    return values.astype(kind)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("compression", LOSSLESS)
def test_pyvips_reads_ours(compression, shape, tmp_path):
    pyvips = reference()
    for kind in FORMATS:
        for bands in (1, 3, 4):
            pixels = picture(kind, bands)
            path = tmp_path / f"{np.dtype(kind)}-{bands}.tif"
            vips.Image.new_from_array(pixels).write_to_file(str(path), compression=compression, **shape)
            read = pyvips.Image.new_from_file(str(path)).numpy()
            assert np.array_equal(read.reshape(pixels.shape), pixels), (kind, bands)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("compression", LOSSLESS)
def test_we_read_theirs(compression, shape, tmp_path):
    pyvips = reference()
    for kind in FORMATS:
        for bands in (1, 3, 4):
            pixels = picture(kind, bands)
            path = tmp_path / f"{np.dtype(kind)}-{bands}.tif"
            pyvips.Image.new_from_array(pixels).write_to_file(str(path), compression=compression, **shape)
            theirs, ours = (library.Image.new_from_file(str(path)) for library in (pyvips, vips))
            assert np.array_equal(ours.numpy().reshape(pixels.shape), pixels), (kind, bands)
            for name in ("width", "height", "bands", "format", "interpretation", "xres", "yres"):
                assert getattr(ours, name) == getattr(theirs, name), name
            assert sorted(ours.get_fields()) == sorted(theirs.get_fields())


@pytest.mark.parametrize("kind", ["mean", "median", "mode", "max", "min", "nearest"])
@pytest.mark.parametrize("options", [{"pyramid": True}, {"subifd": True}], ids=str)
def test_levels_are_those_of_pyvips(kind, options, tmp_path):
    pyvips = reference()
    pixels = picture(np.uint8, 3)
    for library, name in ((vips, "ours"), (pyvips, "theirs")):
        library.Image.new_from_array(pixels).write_to_file(f"{tmp_path}/{name}.tif", region_shrink=kind, compression="deflate", **options)
    for level in range(2):
        number = {"subifd": level} if "subifd" in options else {"page": level + 1}
        ours, theirs = (pyvips.Image.new_from_file(f"{tmp_path}/{name}.tif", **number).numpy() for name in ("ours", "theirs"))
        assert np.array_equal(ours, theirs), level


@pytest.mark.parametrize("compression", ["jpeg", "deflate"])
def test_pillow_reads_ours(compression):
    pixels = np.repeat(np.repeat(picture(np.uint8, 3)[::8, ::8], 8, 0), 8, 1)
    data = vips.Image.new_from_array(pixels).copy(interpretation="srgb").write_to_buffer(".tif", compression=compression, tile=True, Q=95)
    read = np.asarray(Image.open(io.BytesIO(data)))
    assert np.abs(read.astype(int) - pixels).mean() < (3 if compression == "jpeg" else 1e-9)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_we_read_pillow(compression, tmp_path):
    pixels = picture(np.uint8, 3)
    path = os.fspath(tmp_path / "pillow.tif")
    Image.fromarray(pixels).save(path, compression=compression)
    assert np.array_equal(vips.Image.new_from_file(path).numpy(), pixels)


def test_facsimile_both_ways(tmp_path):
    pyvips = reference()
    pixels = (picture(np.uint8, 1) > 60).astype(np.uint8) * 255
    path = os.fspath(tmp_path / "fax.tif")
    for writer, reader in ((vips, pyvips), (pyvips, vips)):
        path = os.fspath(tmp_path / f"{writer.__name__}.tif")
        writer.Image.new_from_array(pixels).write_to_file(path, compression="ccittfax4", bitdepth=1)
        assert np.array_equal(reader.Image.new_from_file(path).numpy().reshape(pixels.shape), pixels)


def one_strip(tags, data):
    """A little-endian TIFF of one strip, `tags` as number: (type, values)."""
    tags = dict(tags) | {273: (4, [8]), 279: (4, [len(data)])}
    data += b"\0" * (len(data) % 2)
    behind = 8 + len(data) + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, (kind, numbers) in sorted(tags.items()):
        code = {3: "H", 4: "I", 5: "II"}[kind]
        packed = b"".join(struct.pack("<" + code, *(number if kind == 5 else (number,))) for number in numbers)
        place = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", behind + len(values))
        values += packed if len(packed) > 4 else b""
        entries += struct.pack("<HHI", tag, kind, len(numbers)) + place
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return struct.pack("<2sHI", b"II", 42, 8 + len(data)) + data + directory + values


GREY = {256: (4, [10]), 257: (4, [9]), 258: (3, [8]), 259: (3, [1]), 262: (3, [1]), 277: (3, [1]), 278: (4, [9])}


@pytest.mark.parametrize("unit", [0, 1, 2, 3, 4])
def test_resolutions_are_those_of_pyvips(unit):
    for across in ((300, 1), (72, 1), (7620, 100), (76199, 1000), (1, 40)):
        data = one_strip(GREY | {282: (5, [across]), 283: (5, [(96, 1)]), 296: (3, [unit])}, bytes(90))
        ours, theirs = (library.Image.new_from_buffer(data, "") for library in (vips, reference()))
        assert (ours.xres, ours.yres) == (theirs.xres, theirs.yres), across
        assert sorted(ours.get_fields()) == sorted(theirs.get_fields())


@pytest.mark.parametrize("orientation", range(10))
def test_turned_upright_as_by_pyvips(orientation):
    data = one_strip(GREY | {274: (3, [orientation])}, bytes(range(90)))
    ours, theirs = (library.Image.new_from_buffer(data, "", autorotate=True) for library in (vips, reference()))
    for name in ("width", "height", "xoffset", "yoffset"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert sorted(ours.get_fields()) == sorted(theirs.get_fields())
    assert np.array_equal(ours.numpy(), theirs.numpy())


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_planes_of_few_bits_are_refused(bits):
    tags = GREY | {258: (3, [bits] * 2), 262: (3, [3]), 277: (3, [2]), 284: (3, [2]), 320: (3, [0] * (3 << bits))}
    with pytest.raises(vips.Error, match=f"separate planes of {bits} bit samples"):
        vips.Image.new_from_buffer(one_strip(tags, bytes(90)), "").avg()


def test_properties_tell_of_exif():
    texts = []
    for library in (vips, reference()):
        data = library.Image.black(30, 20).tiffsave_buffer(properties=True)
        text = library.Image.new_from_buffer(data, "").get("image-description")
        texts.append(re.findall("<name>(.*?)</name>", text))
    assert texts[0] == texts[1]
