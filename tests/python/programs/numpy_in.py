"""Arrays come in: shapes, types, strides, interpretations, and what is refused."""

import sys

import numpy as np
import pyvips

folder = sys.argv[1]
base = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
arrays = {
    "colour": base,
    "grey": base[..., 0],
    "row": base[0, :, 0],
    "scalar": np.float32(7),
    "flipped": base[::-1, ::-1],
    "fortran": np.asfortranarray(base),
    "bool": base > 20,
    "float": base / np.float32(7),
    "complex": (base[..., 0] * (1 + 2j)).astype(np.complex64),
    "five": np.zeros((2, 3, 5), np.int16),
}
for name, array in arrays.items():
    image = pyvips.Image.new_from_array(array)
    auto = pyvips.Image.new_from_array(array, interpretation="auto")
    print(name, image.width, image.height, image.bands, image.format, image.interpretation, auto.interpretation, image.avg())
for bad in (base.astype(np.int64), np.zeros((1, 2, 3, 4), np.uint8), np.array(["a"])):
    try:
        pyvips.Image.new_from_array(bad)
    except ValueError as error:
        print("ValueError", error)
image = pyvips.Image.new_from_memory(base.data, 6, 4, 3, "uchar")
image.write_to_file(f"{folder}/out.png")
print(image.interpretation, image.xres, image.yres)
matrix = pyvips.Image.new_from_array([[1, 2], [3, 4]], scale=2, offset=1)
print(matrix.tolist(), matrix.scale, matrix.offset, repr(matrix))
