"""Every way of writing a PNG."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
for options in (
    {}, {"compression": 0}, {"compression": 9, "filter": "paeth"}, {"filter": pyvips.ForeignPngFilter.ALL}, {"interlace": True},
    {"bitdepth": 8}, {"keep": "none"},
):
    data = image.write_to_buffer(".png", **options)
    again = pyvips.Image.new_from_buffer(data, "")
    print(options, again.bands, again.format, (again - image).abs().max(), data[24], data[28])
grey = pyvips.Image.new_from_file(f"{folder}/grey.png")
for depth in (1, 2, 4, 8):
    again = pyvips.Image.new_from_buffer(grey.write_to_buffer(".png", bitdepth=depth), "")
    print(depth, again.format, again.get("bits-per-sample"), again.avg())
    again.write_to_file(f"{folder}/out-{depth}.png")
sixteen = pyvips.Image.new_from_file(f"{folder}/sixteen.png")
again = pyvips.Image.new_from_buffer(sixteen.write_to_buffer(".png"), "")
print(again.format, again.interpretation, (again - sixteen).abs().max())
print(pyvips.Image.new_from_buffer((image.cast("float") + 0.7).write_to_buffer(".png"), "").format)
