"""What is written to standard output, beside the reference; and places that are removed."""

import io
import os
import subprocess
import sys

import pytest
from PIL import Image as Pillow

from ..libraries import candidate, reference

windlass = candidate()
pyvips = reference()
pytestmark = pytest.mark.skipif(windlass is None or pyvips is None, reason="windlass or pyvips is not installed")

PRINTED = {
    "matrix": "module.Image.new_from_array([[1, 2.5, -3], [4e10, 0.125, 6]]).matrixprint()",
    "matrix with a scale": "module.Image.new_from_array([[1, 2], [3, 4]], 8, 128).matrixprint()",
    "bytes": "module.Image.new_from_array([[7, 8]]).cast('uchar').matrixprint()",
    "jpeg": "module.Image.black(9, 7).jpegsave_mime(Q=40)",
    "webp": "(module.Image.black(9, 7, bands=3) + [10, 200, 30]).cast('uchar').copy(interpretation='srgb').webpsave_mime(Q=40)",
    "webp without loss": "module.Image.xyz(8, 8).extract_band(0).cast('uchar').webpsave_mime(lossless=True)",
}


def printed(module, program):
    """The bytes that a program of its own writes."""
    lines = ["import importlib, os, sys"]
    if os.environ.get("WINDLASS_PATH"):
        lines.append("sys.path.insert(0, os.environ['WINDLASS_PATH'])")
    lines += [f"module = importlib.import_module({module.__name__!r})", program]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.parametrize("name", PRINTED)
def test_what_is_printed(name):
    ours, theirs = printed(windlass, PRINTED[name]), printed(pyvips, PRINTED[name])
    if b"\r\n\r\n" not in theirs:
        assert ours == theirs
        return
    (head, body), (head_theirs, body_theirs) = ours.split(b"\r\n\r\n", 1), theirs.split(b"\r\n\r\n", 1)
    assert [line.split(b":")[0] for line in head.split(b"\r\n")] == [line.split(b":")[0] for line in head_theirs.split(b"\r\n")]
    assert f"length: {len(body)}".encode() in head.lower()
    one, other = (pyvips.Image.new_from_buffer(body, "") for body in (body, body_theirs))
    assert (one.width, one.height, one.bands) == (other.width, other.height, other.bands)
    assert (one - other).abs().max() <= 1


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 exif:GPSLatitude="48,51.5N" dc:format="image/jpeg"><exif:GPSLongitude>2,17.7E</exif:GPSLongitude></rdf:Description>
</rdf:RDF></x:xmpmeta>"""
GPS, ORIENTATION = 0x8825, 0x0112


def located():
    """A picture that says where it was taken."""
    exif = Pillow.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = "a maker"
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    file = io.BytesIO()
    Pillow.new("RGB", (24, 16), (200, 30, 90)).save(file, "jpeg", exif=exif, xmp=XMP)
    return file.getvalue()


def test_places_are_removed():
    image = windlass.Image.new_from_buffer(located(), "")
    assert any(name.startswith("exif-ifd3-GPS") for name in image.get_fields())
    cleared = image.remove_gps()
    assert not any("GPS" in name for name in cleared.get_fields())
    assert cleared.get("exif-ifd0-Make").startswith("a maker")
    assert (image - cleared).abs().max() == 0
    # the image it was made of stays as it was
    assert any(name.startswith("exif-ifd3-GPS") for name in image.get_fields())
    for suffix in (".jpg", ".png", ".webp", ".tif"):
        file = cleared.write_to_buffer(suffix)
        assert b"GPSL" not in file and b"51.5N" not in file, suffix
        again = Pillow.open(io.BytesIO(file)).getexif()
        assert not again.get_ifd(GPS), suffix
        # TIFF has tags of its own for these, and EXIF is not turned into them
        assert suffix == ".tif" or again.get(0x010F, "").startswith("a maker"), suffix


def test_without_a_place_nothing_changes():
    image = windlass.Image.black(4, 4).copy()
    image.set_type(windlass.GValue.blob_type, "xmp-data", b"<x/>")
    cleared = image.remove_gps()
    assert cleared.get("xmp-data") == b"<x/>"
    assert sorted(cleared.get_fields()) == sorted(image.get_fields())
