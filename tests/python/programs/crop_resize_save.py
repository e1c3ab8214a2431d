"""The README chain: crop, shrink, sharpen, save."""

import sys

import pyvips

folder = sys.argv[1]
for name, options in (("out.png", {}), ("out.jpg", {"Q": 85})):
    image = pyvips.Image.new_from_file(folder + "/photo.png", access="sequential")
    image = image.crop(100, 100, image.width - 200, image.height - 200)
    image = image.reduce(1.0 / 0.9, 1.0 / 0.9, kernel=pyvips.enums.Kernel.LINEAR)
    mask = pyvips.Image.new_from_array([[-1, -1, -1], [-1, 16, -1], [-1, -1, -1]], scale=8)
    image = image.conv(mask, precision="integer")
    print(repr(image), mask.get("scale"), mask.scale, mask.offset)
    image.write_to_file(f"{folder}/{name}", **options)
