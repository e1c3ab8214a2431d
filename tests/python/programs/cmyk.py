"""A CMYK photograph for print becomes a picture for the web."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/cmyk.jpg")
print(image.width, image.height, image.bands, image.interpretation, image.format)
image.colourspace("srgb").write_to_file(f"{folder}/out.png")
thumb = pyvips.Image.thumbnail(f"{folder}/cmyk.jpg", 100)
print(thumb.bands, thumb.interpretation, thumb.width)
again = pyvips.Image.new_from_buffer(image.write_to_buffer(".jpg", Q=95), "")
print(again.bands, again.interpretation)
