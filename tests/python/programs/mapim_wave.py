"""A wave across a picture by a map of coordinates."""

import sys

import numpy as np
import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
index = pyvips.Image.xyz(image.width, image.height)
shift = index[0].numpy() * 0 + (8 * np.sin(index[1].numpy() / 15)).astype(np.float32)
wave = index[0] + pyvips.Image.new_from_array(shift.astype(np.float32))
index = wave.bandjoin(index[1])
print(index.format, index.bands)
for name in ("nearest", "bilinear", "bicubic"):
    out = image.mapim(index, interpolate=pyvips.Interpolate.new(name), extend="copy")
    out.write_to_file(f"{folder}/out-{name}.png")
    print(name, out.width, out.height)
half = pyvips.Image.xyz(image.width // 2, image.height // 2) * 2
image.mapim(half).write_to_file(f"{folder}/out-half.png")
