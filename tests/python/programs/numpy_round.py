"""Through NumPy and back: a change of pixels with array code in the middle."""

import sys

import numpy as np
import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
array = image.numpy().copy()
array[100:200, 50:150] = array[100:200, 50:150, ::-1]
array[array > 250] = 250
back = pyvips.Image.new_from_array(array, interpretation="srgb")
back.write_to_file(f"{folder}/out.png")
print((back - image).abs().max(), back.avg())

memory = np.zeros((10, 10), np.uint8)
live = pyvips.Image.new_from_memory(memory, 10, 10, 1, "uchar")
print(live(5, 5))
memory[5, 5] = 77
live.invalidate()
print(live(5, 5))
