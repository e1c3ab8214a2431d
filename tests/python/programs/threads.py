"""A web server's pattern: one opened image, many threads."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")


def tile(place):
    x, y = place
    return image.crop(x, y, 128, 96).resize(0.5).avg()


def thumbnail(name):
    return pyvips.Image.thumbnail(f"{folder}/{name}", 64).write_to_buffer(".png")


places = [(x, y) for y in range(0, 384, 96) for x in range(0, 512, 128)]
with ThreadPoolExecutor(4) as pool:
    print(list(pool.map(tile, places)) == [tile(place) for place in places])
    names = [f"tile{k:02}.png" for k in range(12)] * 3
    print(list(pool.map(thumbnail, names)) == [thumbnail(name) for name in names])
