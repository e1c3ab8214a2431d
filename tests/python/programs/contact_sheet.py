"""A contact sheet of twelve pictures."""

import glob
import sys

import pyvips

folder = sys.argv[1]
names = sorted(glob.glob(f"{folder}/tile*.png"))
tiles = [pyvips.Image.thumbnail(name, 100, height=75).copy_memory() for name in names]
for name, options in (
    ("plain", {"across": 4}),
    ("shim", {"across": 5, "shim": 7, "background": [255, 255, 255]}),
    ("cells", {"across": 3, "hspacing": 120, "vspacing": 100, "halign": "centre", "valign": "high", "background": 40}),
):
    sheet = pyvips.Image.arrayjoin(tiles, **options)
    print(name, sheet.width, sheet.height, sheet.bands, sheet.avg())
    sheet.write_to_file(f"{folder}/out-{name}.png")
row = tiles[0].join(tiles[1], "horizontal", shim=4).join(tiles[2], pyvips.Direction.VERTICAL, align="centre", expand=True)
print(row.width, row.height)
row.write_to_file(f"{folder}/out-row.png")
