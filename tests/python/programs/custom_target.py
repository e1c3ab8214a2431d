"""A custom target: write, end, and the older finish."""

import sys
from pathlib import Path

import pyvips

folder = Path(sys.argv[1])
image = pyvips.Image.new_from_file(str(folder / "photo.png"))
events = []


def save(suffix, **options):
    written = bytearray()
    target = pyvips.TargetCustom()

    def write(piece):
        written.extend(piece)
        return len(piece)

    def end():
        events.append("end")
        return 0

    target.on_write(write)
    target.on_end(end)
    image.write_to_target(target, suffix, **options)
    return bytes(written)


png = save(".png", compression=1)
print(events, png[:8], (pyvips.Image.new_from_buffer(png, "") - image).abs().max())
jpeg = save(".jpg", Q=80)
print(events, jpeg[:3])
(folder / "out.jpg").write_bytes(jpeg)

file = open(folder / "out-finish.png", "wb")
target = pyvips.TargetCustom()
target.on_write(file.write)
target.on_finish(file.close)
image.write_to_target(target, ".png")
print(file.closed, target.nick(), target.filename())

short = bytearray()
target = pyvips.TargetCustom()
target.on_write(lambda piece: short.extend(bytes(piece)[:100]) or min(100, len(piece)))
image.crop(0, 0, 50, 50).write_to_target(target, ".png")
print("short writes", pyvips.Image.new_from_buffer(bytes(short), "").width)
