"""Masks: where the sky is, paint; blend along a soft edge."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
sky = image[2] > 180
image_a = sky.ifthenelse([255, 0, 0], image)
image_b = (image > 128).ifthenelse(255, 0)
image_c = (image[0] > image[1]).ifthenelse(image, image.invert())
soft = sky.gaussblur(4)
image_d = soft.ifthenelse(image.invert(), image, blend=True)
for name, result in (("a", image_a), ("b", image_b), ("c", image_c), ("d", image_d)):
    print(name, result.format, result.bands, result.interpretation, result.avg())
    result.write_to_file(f"{folder}/out-{name}.png")
print(sky.avg() / 255, pyvips.Image.black(3, 3).ifthenelse(1, 2).avg())
