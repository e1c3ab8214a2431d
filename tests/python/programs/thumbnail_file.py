"""The shortest useful program: thumbnails of several files, several ways."""

import sys
from pathlib import Path

import pyvips

folder = Path(sys.argv[1])
for name in ("photo.jpg", "progressive.jpg", "photo.png", "palette.png", "grey.png", "sixteen.png", "turned.jpg", "logo.png"):
    thumb = pyvips.Image.thumbnail(str(folder / name), 128)
    print(name, thumb.width, thumb.height, thumb.bands, thumb.format, thumb.interpretation)
    thumb.write_to_file(folder / f"out-{Path(name).stem}-{Path(name).suffix[1:]}.png")

for options in ({"height": 64}, {"height": 64, "size": "force"}, {"size": "down"}, {"crop": "centre", "height": 128}):
    thumb = pyvips.Image.thumbnail(str(folder / "photo.png"), 200, **options)
    print(sorted(options), thumb.width, thumb.height)
thumb = pyvips.Image.thumbnail(str(folder / "photo.png"), 10000, height=90, size="down")
print("height fixed", thumb.width, thumb.height)
