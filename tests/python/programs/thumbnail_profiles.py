"""Thumbnails with colour management, as a web server makes them."""

import sys

import pyvips

folder = sys.argv[1]
for name in ("profile.png", "photo.png", "sixteen.png", "logo.png"):
    for options in ({}, {"output_profile": "srgb"}, {"linear": True}, {"no_rotate": True}):
        thumb = pyvips.Image.thumbnail(f"{folder}/{name}", 90, **options)
        print(name, sorted(options), thumb.width, thumb.height, thumb.bands, thumb.interpretation)
        thumb.write_to_file(f"{folder}/out-{name[:-4]}-{''.join(options) or 'plain'}.png[keep=none]")
