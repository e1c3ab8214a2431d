"""Pixels leave to NumPy in the ways that programs use."""

import sys

import numpy as np
import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
table = {"uchar": np.uint8, "char": np.int8, "ushort": np.uint16, "short": np.int16, "uint": np.uint32,
         "int": np.int32, "float": np.float32, "double": np.float64, "complex": np.complex64, "dpcomplex": np.complex128}

array = np.ndarray(buffer=image.write_to_memory(), dtype=table[image.format], shape=[image.height, image.width, image.bands])
print(array.shape, array.dtype, int(array.sum()))
print((image.numpy() == array).all(), (np.asarray(image) == array).all(), (np.array(image) == array).all())
for form, dtype in table.items():
    cast = image.extract_band(1).crop(3, 4, 5, 6).cast(form)
    out = cast.numpy()
    print(form, out.dtype == dtype, out.shape, out[2, 3])
print(image.numpy(dtype="float32").dtype, image[0].numpy().shape, (image.avg() - array.mean()) ** 2 < 1e-12)
print(np.histogram(image[0], bins=4)[0].tolist())
print(type(np.ones(3) * 2).__name__, (image + np.float32(2)).avg() - image.avg())
