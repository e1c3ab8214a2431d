"""A thumbnail of a source outlives the names of source and handlers."""

import gc
import io
import sys

import pyvips


def thumbnail():
    source = pyvips.SourceCustom()
    source.on_read(io.BytesIO(open(f"{sys.argv[1]}/photo.jpg", "rb").read()).read)
    return pyvips.Image.thumbnail_source(source, 200)


image = thumbnail()
gc.collect()
print(image.width, image.height, image.avg() > 0)
