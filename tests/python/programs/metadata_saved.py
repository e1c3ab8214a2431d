"""Metadata written with the file: kept, stripped, chosen, changed."""

import sys

import pyvips

folder = sys.argv[1]


def told(data):
    image = pyvips.Image.new_from_buffer(data, "")
    items = ("exif-data", "icc-profile-data", "orientation")
    return [name for name in items if image.get_typeof(name)]


for name in ("turned.jpg", "profile.jpg"):
    image = pyvips.Image.new_from_file(f"{folder}/{name}")
    for suffix in (".jpg", ".png"):
        print(name, suffix, told(image.write_to_buffer(suffix)), told(image.write_to_buffer(suffix, strip=True)))
        print("  keep", told(image.write_to_buffer(suffix, keep="icc")), told(image.write_to_buffer(suffix, keep="none")))
        print("  keep", told(image.write_to_buffer(suffix, keep=pyvips.ForeignKeep.EXIF | pyvips.ForeignKeep.ICC)))

image = pyvips.Image.new_from_file(f"{folder}/turned.jpg").copy()
image.set_type(pyvips.GValue.gint_type, "orientation", 3)
image.set_type(pyvips.GValue.gstr_type, "exif-ifd0-Software", "our program")
again = pyvips.Image.new_from_buffer(image.write_to_buffer(".jpg"), "")
print(again.get("orientation"), again.get("exif-ifd0-Software").split(" (")[0], again.get("exif-ifd0-Make").split(" (")[0])

image = pyvips.Image.new_from_file(f"{folder}/photo.png")
print(round(image.xres, 3), round(image.yres, 3))
fine = pyvips.Image.new_from_buffer(image.copy(xres=10, yres=5).write_to_buffer(".png"), "")
print(round(fine.xres, 3), round(fine.yres, 3))
