"""A small picture in every format that loads and saves, so that each byte of it can be the place of a fault.

What is here follows from what the library under test loads: a format that comes to be is tested from that day on.
"""

import functools
import io
import json
from typing import NamedTuple

import pytest
from PIL import Image

from ..libraries import candidate
from ..pictures import scene
from ..test_corpora import DATA

# Options of savers that make other loops of the loaders run.
VARIANTS = {
    ".png": ("", "[interlace]", "[palette]", "[bitdepth=1]"),
    ".jpg": ("", "[interlace]", "[restart_interval=2]"),
    ".tif": ("", "[tile,tile_width=16,tile_height=16,pyramid]", "[compression=deflate]", "[bigtiff,compression=lzw]"),
    ".webp": ("", "[lossless]"),
}
PILLOW = {
    "jpeg": ("RGB", "JPEG", {"quality": 85}),
    "jpeg progressive": ("RGB", "JPEG", {"quality": 85, "progressive": True}),
    "jpeg cmyk": ("CMYK", "JPEG", {}),
    "jpeg grey": ("L", "JPEG", {"optimize": True}),
    "png": ("RGB", "PNG", {}),
    "png palette": ("P", "PNG", {}),
    "png grey": ("L", "PNG", {}),
    "gif": ("P", "GIF", {}),
    "webp": ("RGB", "WEBP", {}),
    "webp lossless": ("RGB", "WEBP", {"lossless": True}),
    "tiff": ("RGB", "TIFF", {}),
    "tiff lzw": ("RGB", "TIFF", {"compression": "tiff_lzw"}),
    "tiff deflate": ("RGB", "TIFF", {"compression": "tiff_deflate"}),
    "tiff jpeg": ("RGB", "TIFF", {"compression": "jpeg"}),
    "ppm": ("RGB", "PPM", {}),
    "pgm": ("L", "PPM", {}),
    "pbm": ("1", "PPM", {}),
    "bmp": ("RGB", "BMP", {}),
    "avif": ("RGB", "AVIF", {}),
    "jp2": ("RGB", "JPEG2000", {}),
    "ico": ("RGB", "ICO", {}),
    "tga": ("RGB", "TGA", {}),
}


class Subject(NamedTuple):
    """A file in memory."""

    name: str
    loader: str
    data: bytes


@functools.cache
def subjects():
    """Files made by Pillow and by our own savers, as far as they load."""
    library = candidate()
    if library is None:
        return []
    made = {}
    for name, data in (*_by_pillow(), *_by_ourselves(library)):
        made.setdefault(data, name)
    return [Subject(name, loader, data) for data, name in made.items() if (loader := loader_of(library, data))]


def first_of_each_loader():
    """The first subject of each loader; the others are marked as taking long."""
    seen = set()
    for subject in subjects():
        yield pytest.param(subject, marks=pytest.mark.soak) if subject.loader in seen else subject
        seen.add(subject.loader)


def _by_pillow():
    photo = Image.fromarray(scene(48, 36, 3))
    for name, (mode, kind, options) in PILLOW.items():
        file = io.BytesIO()
        try:
            photo.convert(mode).save(file, kind, **options)
        except (OSError, KeyError):
            continue  # This Pillow was built without the codec.
        yield name, file.getvalue()
    frames = [Image.fromarray(scene(30, 20, seed)) for seed in (1, 2, 3)]
    for kind in ("GIF", "WEBP", "TIFF"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        yield f"{kind.lower()} frames", file.getvalue()


def _by_ourselves(library):
    for suffix in sorted(set(library.get_suffixes())):
        for variant in VARIANTS.get(suffix, ("",)):
            data = saved(library, suffix + variant)
            if data is not None:
                yield suffix + variant, data


def saved(library, suffix, width=48, height=36):
    """The picture in a format of ours; None where the saver refuses pictures, and lone floats too."""
    photo = library.Image.new_from_memory(scene(width, height, 3).tobytes(), width, height, 3, "uchar")
    photo = photo.copy(interpretation="srgb")
    for image in (photo, photo[0], photo[0].cast("float")):
        target = library.Target.new_to_memory()
        try:
            image.write_to_target(target, suffix)
        except library.Error:
            continue
        return target.get("blob")
    return None


def loader_of(library, data):
    """The loader that reads `data`, None where none does."""
    try:
        image = library.Image.new_from_source(library.Source.new_from_memory(data), "")
        image.avg()  # Some text looks like a matrix until all of it is read.
    except library.Error:
        return None
    # The native format alone does not say who read it.
    named = image.get_typeof("vips-loader")
    return image.get("vips-loader").removesuffix("_source") if named else "vipsload"


def savers():
    """Suffixes, one for each saver to a target, with options that make other loops run."""
    library = candidate()
    if library is None:
        return []
    found = {}
    for suffix, data in _by_ourselves(library):
        found.setdefault(data, suffix)
    return list(found.values())


def smallest_of_corpora(library, limit=20_000):
    """From each corpus the smallest valid file of each loader."""
    for folder in sorted(DATA.iterdir()):
        oracle = folder / "ORACLE.json"
        if not oracle.is_file() or folder.name.startswith(("malformed", "bombs")):
            continue
        entries = json.loads(oracle.read_text())["files"]
        sizes = {folder / name: entry["vips-loader"] for name, entry in entries.items() if entry.get("ok") and "vips-loader" in entry}
        best = {}
        for path in sorted((path for path in sizes if path.is_file()), key=lambda path: path.stat().st_size):
            best.setdefault(sizes[path], path)
        for path in best.values():
            data = path.read_bytes()
            if len(data) <= limit and (loader := loader_of(library, data)):
                yield Subject(f"{folder.name}/{path.name}", loader, data)
