"""Thumbnail of a source: file, memory, descriptor, and a custom one."""

import os
import sys
from pathlib import Path

import pyvips

folder = Path(sys.argv[1])
name = str(folder / "photo.png")


def custom():
    file = open(name, "rb")
    source = pyvips.SourceCustom()
    source.on_read(file.read)
    source.on_seek(lambda offset, whence: file.seek(offset, whence))
    return source


descriptor = os.open(name, os.O_RDONLY)
sources = {
    "file": pyvips.Source.new_from_file(name),
    "memory": pyvips.Source.new_from_memory(Path(name).read_bytes()),
    "descriptor": pyvips.Source.new_from_descriptor(descriptor),
    "custom": custom(),
}
os.close(descriptor)
for kind, source in sources.items():
    image = pyvips.Image.thumbnail_source(source, 120)
    image.write_to_file(str(folder / f"out-{kind}.png"))
    print(kind, image.width, image.height, source.nick() if kind != "file" else os.path.basename(source.nick()))
