"""Caches of tiles change nothing that one can see."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
plain = image.gaussblur(2).rot90()
cached = image.gaussblur(2).tilecache(tile_width=64, tile_height=64, max_tiles=40, threaded=True).rot90()
lines = image.linecache(tile_height=8).gaussblur(2).rot90()
print((plain - cached).abs().max(), (plain - lines).abs().max(), cached.width)
print(cached.get("tile-width"), cached.get("tile-height"))
