"""Bands by index, slice, list; pixels by call."""

import sys

import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/logo.png")
print([band.avg() for band in image], len(image.bandsplit()))
for index in (0, -1, slice(1, 3), slice(None, None, -1), slice(0, 4, 2), [0, 2], [True, False, True, True], slice(2, None)):
    part = image[index]
    print(index, part.bands, [part.extract_band(k).avg() for k in range(part.bands)])
for index in (4, -5, slice(3, 1), [], [True], [0, True], 1.5, "a", (0, 1)):
    try:
        image[index]
        print("no error", index)
    except IndexError as error:
        print("IndexError", error)
print(image(60, 30), image(0, 0), image[3](60, 30))
try:
    image(1000, 0)
except pyvips.Error as error:
    print(error.message)
red, green, blue, alpha = image
print(red.bandjoin([green, blue]).bands, red.bandjoin(255).bands, red.bandjoin([1, 2, alpha]).bands, image.bandjoin([]).bands)
