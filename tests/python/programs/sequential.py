"""Large files are opened for one pass."""

import sys

import pyvips

folder = sys.argv[1]
for name in ("photo.png", "grey.png", "palette.png"):
    image = pyvips.Image.new_from_file(f"{folder}/{name}", access="sequential")
    print(name, image.linear(0.5, 3).cast("uchar").avg())
    image = pyvips.Image.new_from_file(f"{folder}/{name}", access=pyvips.enums.Access.SEQUENTIAL)
    image.resize(0.5).write_to_file(f"{folder}/out-{name}")
image = pyvips.Image.new_from_file(f"{folder}/photo.png", access="sequential")
left, right = image.crop(0, 0, 320, 480), image.crop(320, 0, 320, 480)
right.join(left, "horizontal").write_to_file(f"{folder}/out-swapped.png")
image = pyvips.Image.new_from_buffer(open(f"{folder}/photo.png", "rb").read(), "", access="sequential")
print(image.sequential(tile_height=8).flip("horizontal").avg(), image.get_typeof("vips-sequential") != 0)
