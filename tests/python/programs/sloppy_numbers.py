"""Numbers as programs give them: floats for integers, NumPy scalars, scalars for lists, tuples."""

import sys

import numpy as np
import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
print(image.crop(1.9, 2, 30.5, np.int64(40)).width, image.embed(0, 0, 700.2, 500, background=255)(699, 499))
print(image.resize(np.float32(0.5)).width, image.linear(np.float64(2), 1).avg(), (image * (1, 2, 3)).avg())
print(image.flatten(background=(1, 2)).bands, image.extract_band(np.int64(1)).avg(), image.cast(np.int64(2)).format)
print(image.linear([1, 2, 3], [np.float32(0.5)] * 3).avg(), image.crop("1", 2, 3, 4).width, image.hist_find(band=True).bands)
for bad in (lambda: image.crop(2**40, 0, 1, 1), lambda: image.crop([1], 0, 1, 1), lambda: image.linear(1j, 0)):
    try:
        bad()
        print("no error")
    except (OverflowError, TypeError) as error:
        print(type(error).__name__)
