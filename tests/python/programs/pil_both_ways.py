"""Pillow images in and out."""

import sys

import pyvips
from PIL import Image

folder = sys.argv[1]
picture = Image.open(f"{folder}/photo.png")
image = pyvips.Image.new_from_array(picture)
print(image.width, image.height, image.bands, image.interpretation)
image.resize(0.25).pil().save(f"{folder}/out-rgb.png")
for name in ("grey.png", "logo.png", "sixteen.png", "photo.png"):
    out = pyvips.Image.new_from_file(f"{folder}/{name}").pil()
    print(name, out.mode, out.size, out.getpixel((40, 20)))
for mode in ("L", "LA", "RGBA", "F", "I"):
    again = pyvips.Image.new_from_array(picture.convert("L").convert(mode))
    print(mode, again.format, again.bands, again.pil().mode if mode != "F" else "F")
