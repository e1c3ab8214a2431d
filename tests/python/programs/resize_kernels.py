"""Resize by every kernel, down and up."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png").crop(200, 150, 160, 120)
for kernel in ("nearest", "linear", "cubic", "mitchell", "lanczos2", "lanczos3"):
    small = image.resize(0.37, kernel=kernel)
    large = image.resize(1.7, vscale=1.2, kernel=kernel)
    small.write_to_file(f"{folder}/out-{kernel}-small.png")
    large.write_to_file(f"{folder}/out-{kernel}-large.png")
    print(kernel, small.width, small.height, large.width, large.height)
print(image.shrink(3, 2).avg(), image.shrink(3, 2, ceil=True).width)
