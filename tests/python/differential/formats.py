"""Savers and loaders of JPEG, PNG, raw and the native format against the reference.

`save`: each library saves, the reference loads both; so a saver is compared by what others
will read. `load`: the reference saves once, each library loads; header, metadata and pixels
are compared. Files from elsewhere are the business of `test_corpora.py`.
"""

import os
import tempfile
from dataclasses import dataclass, field

from ..libraries import reference
from .harness import EXACT, FORMATS, Picture, Pixels, Raised, Tolerance, plain

# Two right codecs may round otherwise; what is encoded anew differs by a quantisation step here and there.
DECODED = Tolerance(levels=2, rare=0.02, rare_levels=24)
ENCODED = Tolerance(levels=3, rare=0.1, rare_levels=64)
# A palette is chosen by a quantiser of our own: sizes and kinds are compared, colours loosely.
PALETTE = Tolerance(levels=40, rare=0.1, rare_levels=255)
# Written in another order, or by another library's hand; its fields are compared one by one.
BLOBS = ("exif-data",)

INTERPRETATIONS = ("srgb", "b-w", "rgb16", "grey16", "scrgb", "lab", "cmyk", "multiband")
METADATA = (
    ("orientation", "gint_type", 6),
    ("exif-ifd0-Make", "gstr_type", "windmill"),
    ("exif-ifd2-ExposureTime", "gstr_type", "1/250"),
    ("xmp-data", "blob_type", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'></x:xmpmeta>"),
    ("png-comment-0-Title", "gstr_type", "a picture"),
)


@dataclass(frozen=True)
class Saved:
    """A picture saved by a library, and loaded by the reference."""

    suffix: str
    picture: Picture
    options: dict = field(default_factory=dict)
    tolerance: Tolerance = EXACT
    operation: str = "save"

    @property
    def arguments(self):
        return (self.picture,)

    def call(self, library):
        return guarded(lambda: self.read(self.write(library)))

    def write(self, library):
        """The bytes of the file; the native format goes through a name, as it must."""
        image = self.picture.make(library)
        if self.suffix != ".v":
            return image.write_to_buffer(self.suffix, **self.options)
        with tempfile.TemporaryDirectory() as folder:
            image.write_to_file(f"{folder}/x.v")
            with open(f"{folder}/x.v", "rb") as file:
                return file.read()

    def read(self, data):
        result = plain(load(reference(), self.suffix, data, {}), reference())
        metadata = {name: value for name, value in result.metadata.items() if name not in BLOBS}
        return Pixels(result.header, metadata, result.array)

    def __str__(self):
        return f"save {self.picture} as {self.suffix} {self.options}"


@dataclass(frozen=True)
class Loaded:
    """A file made by the reference, loaded by a library."""

    saved: Saved
    options: dict = field(default_factory=dict)
    tolerance: Tolerance = EXACT
    cut: float = 1.0
    operation: str = "load"

    @property
    def arguments(self):
        return (self.saved.picture,)

    def call(self, library):
        data = file_of(self.saved)
        data = data[: int(len(data) * self.cut)]
        return guarded(lambda: plain(load(library, self.saved.suffix, data, self.options), library))

    def __str__(self):
        return f"load {self.saved.picture}{self.saved.suffix} {self.saved.options} with {self.options}, {self.cut:.0%} of it"


FILES = {}


def file_of(saved):
    """What the reference writes, kept by the text of the case."""
    text = str(saved)
    if text not in FILES:
        FILES[text] = saved.write(reference())
    return FILES[text]


def load(library, suffix, data, options):
    """From a buffer; the native format from a file that is gone before the caller looks."""
    if suffix != ".v":
        return library.Image.new_from_buffer(data, "", **options)
    descriptor, name = tempfile.mkstemp(suffix=".v")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    try:
        return library.Image.new_from_file(name, **options).copy_memory()
    finally:
        os.unlink(name)


def guarded(work):
    try:
        return work()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # A panic derives from BaseException.
        return Raised(type(error).__name__, str(error))


def picture(form="uchar", bands=3, content="noise", interpretation="srgb", metadata=(), width=33, height=17):
    return Picture(form, bands, width, height, content, interpretation=interpretation, metadata=metadata)


def save():
    yield from save_png()
    yield from save_jpeg()
    for form in FORMATS:
        for bands in (1, 3, 5):
            yield Saved(".v", picture(form, bands, interpretation="multiband", metadata=METADATA))


def save_png():
    for interpretation in INTERPRETATIONS:
        for form in FORMATS:
            for bands in (1, 2, 3, 4, 5):
                yield Saved(".png", picture(form, bands, "byte", interpretation))
    for options in (
        {"compression": 0}, {"compression": 9}, {"interlace": True}, {"filter": "all"}, {"filter": "paeth"}, {"filter": "sub"},
        {"bitdepth": 16}, {"keep": "none"}, {"keep": "icc"}, {"strip": True}, {"background": [10, 20, 30]}, {"bitdepth": 3}, {"profile": "srgb"},
    ):
        for form, interpretation in (("uchar", "srgb"), ("ushort", "rgb16")):
            for bands in (3, 4):
                yield Saved(".png", picture(form, bands, interpretation=interpretation, metadata=METADATA), options)
    for depth in (1, 2, 4, 8, 16):
        for bands in (1, 2):
            yield Saved(".png", picture(bands=bands, interpretation="b-w"), {"bitdepth": depth})
        yield Saved(".png", picture("ushort", 1, interpretation="grey16"), {"bitdepth": depth})
        yield Saved(".png", picture(content="ramp"), {"bitdepth": depth, "palette": True}, PALETTE if depth < 16 else EXACT)
    yield Saved(".png", picture(bands=4, content="ramp"), {"palette": True}, PALETTE)
    yield Saved(".png", picture(width=1, height=1), {"interlace": True})
    yield Saved(".png", picture(width=301, height=5), {"interlace": True, "filter": "all"})


def save_jpeg():
    for interpretation in INTERPRETATIONS:
        for form in ("uchar", "ushort", "short", "float", "double"):
            for bands in (1, 2, 3, 4, 5):
                yield Saved(".jpg", picture(form, bands, "ramp", interpretation), {"Q": 90}, ENCODED)
    for options in (
        {}, {"Q": 1}, {"Q": 100}, {"interlace": True}, {"optimize_coding": True}, {"subsample_mode": "on"}, {"subsample_mode": "off"},
        {"restart_interval": 3}, {"quant_table": 3}, {"keep": "none"}, {"keep": "exif"}, {"trellis_quant": True}, {"background": [255]},
        {"Q": 0}, {"profile": "srgb"}, {"no_subsample": True},
    ):
        for bands, interpretation in ((1, "b-w"), (3, "srgb"), (4, "srgb"), (4, "cmyk")):
            yield Saved(".jpg", picture(bands=bands, content="ramp", interpretation=interpretation, metadata=METADATA), options, ENCODED)
    for width, height in ((1, 1), (8, 8), (17, 1), (1, 33), (131, 67)):
        yield Saved(".jpg", picture(width=width, height=height, content="ramp"), {"Q": 95}, ENCODED)


def loads():
    yield from load_png()
    yield from load_jpeg()
    for form in FORMATS:
        for bands in (1, 3):
            yield Loaded(Saved(".v", picture(form, bands, interpretation="lab", metadata=METADATA)))


def load_png():
    for form, interpretation in (("uchar", "srgb"), ("ushort", "rgb16")):
        for bands in (1, 2, 3, 4):
            for options in ({}, {"interlace": True}, {"filter": "all"}):
                saved = Saved(".png", picture(form, bands, interpretation=interpretation, metadata=METADATA), options)
                for opening in ({}, {"access": "sequential"}, {"memory": True}):
                    yield Loaded(saved, opening)
    for depth in (1, 2, 4):
        yield Loaded(Saved(".png", picture(bands=1, interpretation="b-w"), {"bitdepth": depth}))
        yield Loaded(Saved(".png", picture(content="ramp"), {"bitdepth": depth, "palette": True}))
    for share in (0.0, 0.01, 0.05, 0.5, 0.9, 0.99):
        for fail_on in ("none", "truncated", "error", "warning"):
            saved = Saved(".png", picture(width=131, height=67), {"filter": "all"})
            yield Loaded(saved, {"fail_on": fail_on}, cut=share)


def load_jpeg():
    for options in ({}, {"interlace": True}, {"restart_interval": 2}, {"subsample_mode": "off"}, {"Q": 95}, {"optimize_coding": True}):
        for bands, interpretation in ((1, "b-w"), (3, "srgb"), (4, "cmyk")):
            for width, height in ((131, 67), (33, 17), (1, 1), (16, 16)):
                shown = picture(bands=bands, content="ramp", interpretation=interpretation, metadata=METADATA, width=width, height=height)
                saved = Saved(".jpg", shown, options)
                for opening in ({}, {"access": "sequential"}, {"shrink": 2}, {"shrink": 4}, {"shrink": 8}, {"shrink": 3}, {"autorotate": True}):
                    yield Loaded(saved, opening, DECODED)
    for share in (0.0, 0.01, 0.3, 0.6, 0.95):
        for fail_on in ("none", "truncated", "error", "warning"):
            for options in ({"Q": 90}, {"Q": 90, "interlace": True}):
                yield Loaded(Saved(".jpg", picture(width=131, height=67), options), {"fail_on": fail_on}, DECODED, share)
