"""Pictures and connections that the tests of this folder share."""

import functools
import io

import numpy as np
from PIL import Image as Pillow

from ..face import ours, vips  # noqa: F401
from ..libraries import candidate


@functools.cache
def encoded(format, width=160, height=120, seed=1):
    """A file of waves and grain in that format."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    waves = np.stack([128 + 90 * np.sin(x / 9), 128 + 90 * np.cos(y / 7), (x + y) % 256], -1)
    grain = np.random.default_rng(seed).normal(0, 6, waves.shape)
    picture = np.clip(waves + grain, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(picture).save(file, format)
    return file.getvalue()


def _formats():
    """Formats that Pillow writes and the library under test loads."""
    suffixes = getattr(candidate(), "get_suffixes", list)()
    return ["png", "jpeg"] + [name for name in ("tiff", "webp", "gif") if f".{name}" in suffixes]


FORMATS = _formats()


def pixels(data):
    """What Pillow decodes."""
    return np.asarray(Pillow.open(io.BytesIO(data)))


class Log:
    """Handlers of a source over `data`, and how they were called."""

    def __init__(self, data, most=None):
        self.file = io.BytesIO(data)
        self.most = most
        self.reads = []
        self.seeks = []

    def read(self, size):
        self.reads.append(size)
        return self.file.read(size if self.most is None else min(size, self.most))

    def seek(self, offset, whence):
        self.seeks.append((offset, whence))
        return self.file.seek(offset, whence)

    def source(self, vips, seekable=False):
        source = vips.SourceCustom()
        source.on_read(self.read)
        if seekable:
            source.on_seek(self.seek)
        return source


class Taker:
    """Handlers of a target, and what happened to them."""

    def __init__(self, most=None):
        self.most = most
        self.pieces = []
        self.events = []

    def write(self, piece):
        self.pieces.append(bytes(piece)[: self.most])
        return len(self.pieces[-1])

    def data(self):
        return b"".join(self.pieces)

    def target(self, vips):
        target = vips.TargetCustom()
        target.on_write(self.write)
        target.on_finish(lambda: self.events.append("finish"))
        target.on_end(self.end)
        if hasattr(target, "on_abort"):
            target.on_abort(lambda text: self.events.append("abort"))
        return target

    def end(self):
        self.events.append("end")
        return 0
