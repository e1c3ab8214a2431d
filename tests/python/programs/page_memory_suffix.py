"""The documentation page gives a suffix where options are expected."""

import os
import sys

import pyvips

data = open(sys.argv[1] + "/photo.png", "rb").read()
descriptor = os.open(sys.argv[1] + "/photo.jpg", os.O_RDONLY)
for source, suffix in ((pyvips.Source.new_from_memory(data), ".png"), (pyvips.Source.new_from_descriptor(descriptor), ".jpg")):
    try:
        image = pyvips.Image.new_from_source(source, suffix)
        print(suffix, image.width, image.height)
    except pyvips.Error:
        print(suffix, "Error")
os.close(descriptor)
