"""A custom source: plain functions, bound methods, with and without seek."""

import io
import sys
from pathlib import Path

import pyvips

folder = Path(sys.argv[1])
data = (folder / "photo.png").read_bytes()


class Reader:
    """What a user writes who counts bytes."""

    def __init__(self, data):
        self.stream = io.BytesIO(data)
        self.total = 0

    def read(self, size):
        piece = self.stream.read(size)
        self.total += len(piece)
        return piece

    def seek(self, offset, whence):
        self.stream.seek(offset, whence)
        return self.stream.tell()


def load(read, seek=None, **options):
    source = pyvips.SourceCustom()
    source.on_read(read)
    if seek:
        source.on_seek(seek)
    return pyvips.Image.new_from_source(source, "", **options)


reader = Reader(data)
image = load(reader.read, reader.seek)
print(image.width, image.height, image.avg(), reader.total > 0)
reader = Reader(data)
print(load(reader.read, access="sequential").avg(), reader.total == len(data))
stream = io.BytesIO(data)
print(load(stream.read, stream.seek).avg())
with open(folder / "photo.png", "rb") as file:
    print(load(file.read, file.seek).extract_band(1).max())
with open(folder / "photo.png", "rb") as file:
    print(load(lambda size: file.read(min(size, 1000))).extract_band(2).min())
with open(folder / "photo.png", "rb") as file:
    print(load(lambda size: file.read(size) or None).avg())
