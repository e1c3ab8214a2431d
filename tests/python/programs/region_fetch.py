"""Areas of pixels without a call per area: Region."""

import sys

import numpy as np
import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
whole = image.numpy()
region = pyvips.Region.new(image.invert())
for left, top, width, height in ((0, 0, 10, 5), (630, 470, 10, 10), (101, 203, 33, 57)):
    data = region.fetch(left, top, width, height)
    array = np.frombuffer(data, np.uint8).reshape(height, width, 3)
    print(len(data), region.width(), region.height(), (array == 255 - whole[top : top + height, left : left + width]).all())
try:
    region.fetch(635, 0, 10, 10)
except pyvips.Error as error:
    print(error.message)
