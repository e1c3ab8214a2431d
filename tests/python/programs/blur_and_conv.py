"""Blur, sharpen, find edges by masks."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
mask = pyvips.Image.gaussmat(2, 0.1, separable=True, precision="integer")
results = {
    "blur": image.gaussblur(3),
    "float": image.gaussblur(1.5, precision="float").cast("uchar"),
    "separable": image.convsep(mask, precision="integer"),
    "emboss": image.conv(pyvips.Image.new_from_array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]), precision="integer"),
    "edges": image.conv([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).abs().cast("uchar"),
}
detail = image - results["blur"]
results["sharp"] = (image + detail * 0.7).cast("uchar")
for name, result in results.items():
    print(name, result.format, result.bands, result.width, result.avg())
    result.write_to_file(f"{folder}/out-{name}.png")
print(mask.width, mask.height, mask.scale, mask.max())
