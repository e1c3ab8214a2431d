"""A web handler: bytes in, bytes out."""

import sys
from pathlib import Path

import pyvips

folder = Path(sys.argv[1])


def handle(body, size):
    image = pyvips.Image.thumbnail_buffer(body, size, height=size, crop=pyvips.Interesting.CENTRE)
    return image.write_to_buffer(".png", compression=3, strip=True)


for name in ("photo.png", "photo.jpg", "profile.jpg"):
    answer = handle((folder / name).read_bytes(), 96)
    image = pyvips.Image.new_from_buffer(answer, "")
    print(name, image.width, image.height, image.bands, image.get_typeof("icc-profile-data") != 0)
    (folder / f"out-{name.replace('.', '-')}.png").write_bytes(answer)
