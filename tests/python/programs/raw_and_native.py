"""Bare pixels and the native format."""

import os
import sys

import numpy as np
import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png").crop(7, 9, 101, 57)
image.write_to_file(f"{folder}/out.v")
native = pyvips.Image.new_from_file(f"{folder}/out.v")
print(native.width, native.height, native.get("vips-loader"), (native - image).abs().max(), round(native.xres, 3))
image.cast("float").write_to_file(f"{folder}/out-float.v")
print(pyvips.Image.new_from_file(f"{folder}/out-float.v").format)
image.rawsave(f"{folder}/pixels.raw")
print(os.path.getsize(f"{folder}/pixels.raw"), open(f"{folder}/pixels.raw", "rb").read() == bytes(image.write_to_memory()))
raw = pyvips.Image.rawload(f"{folder}/pixels.raw", 101, 57, 3)
print(raw.format, raw.interpretation, (raw - image).abs().max())
wide = np.arange(600, dtype=np.uint16)
wide.tofile(f"{folder}/wide.raw")
print(pyvips.Image.rawload(f"{folder}/wide.raw", 20, 15, 1, format="ushort", interpretation="grey16", offset=600).max())
temporary = pyvips.Image.new_temp_file("%s.v")
image.write(temporary)
print(temporary.width, temporary.avg() == image.avg())
