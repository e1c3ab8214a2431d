"""Turn a photograph upright, and turn pictures by hand."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/turned.jpg")
upright, extra = image.autorot(angle=True, flip=True)
print(image.width, image.height, upright.width, upright.height, extra, upright.get_typeof("orientation"))
upright.write_to_file(f"{folder}/out-upright.png")
auto = pyvips.Image.new_from_file(f"{folder}/turned.jpg", autorotate=True)
print(auto.width, auto.height)
auto.write_to_file(f"{folder}/out-auto.png")
photo = pyvips.Image.new_from_file(f"{folder}/photo.png")
for name in ("rot90", "rot180", "rot270", "fliphor", "flipver"):
    turned = getattr(photo, name)()
    turned.write_to_file(f"{folder}/out-{name}.png")
    print(name, turned.width, turned.height, turned.xoffset, turned.yoffset)
print((photo.rot90().rot270() - photo).abs().max(), (photo.rot("d180") - photo.fliphor().flipver()).abs().max())
