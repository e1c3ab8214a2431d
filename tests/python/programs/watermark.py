"""A logo over a photograph by mask, by flatten, by insert."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
logo = pyvips.Image.new_from_file(f"{folder}/logo.png")

placed = logo.embed(image.width - logo.width - 10, image.height - logo.height - 10, image.width, image.height)
mask = placed[3]
marked = mask.ifthenelse(placed[0:3], image, blend=True)
marked.write_to_file(f"{folder}/out-blend.png")

flat = logo.flatten(background=[255, 255, 255])
image.insert(flat, 20, 20).write_to_file(f"{folder}/out-insert.png")
image.insert(flat, image.width - 60, 100, expand=True, background=[0, 0, 80]).write_to_file(f"{folder}/out-expand.png")

faded = logo[0:3].bandjoin(logo[3] * 0.5).cast("uchar")
print(faded.bands, faded.hasalpha(), faded.interpretation, faded.avg(), marked.avg())
tiled = logo.embed(0, 0, image.width, image.height, extend="repeat")
image.bandjoin(tiled[3]).write_to_file(f"{folder}/out-alpha.png")
