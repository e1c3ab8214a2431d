"""Shear, scale and rotate by a matrix."""

import math
import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png").crop(100, 100, 200, 150)
angle = math.radians(20)
turn = [math.cos(angle), -math.sin(angle), math.sin(angle), math.cos(angle)]
for name in ("nearest", "bilinear", "bicubic"):
    interpolate = pyvips.Interpolate.new(name)
    out = image.affine(turn, interpolate=interpolate, background=[255, 0, 0])
    print(name, out.width, out.height, out.xoffset, out.yoffset)
    out.write_to_file(f"{folder}/out-{name}.png")
sheared = image.affine([1, 0.3, 0, 1], oarea=[0, 0, 220, 150], extend="copy")
sheared.write_to_file(f"{folder}/out-shear.png")
logo = pyvips.Image.new_from_file(f"{folder}/logo.png").affine([1.5, 0, 0, 1.5])
print(logo.bands, logo.width)
logo.write_to_file(f"{folder}/out-logo.png")
try:
    image.affine([1, 2, 2, 4])
except pyvips.Error as error:
    print(error.message)
try:
    image.affine(turn, interpolate=pyvips.Interpolate.new("no such interpolator"))
except pyvips.Error as error:
    print(error.message)
