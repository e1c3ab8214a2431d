"""Pictures out of nothing: slopes, rings, boards."""

import sys

import pyvips

folder = sys.argv[1]
place = pyvips.Image.xyz(200, 150)
centred = place - [100, 75]
distance = (centred * centred).bandsplit()
radius = distance[0] + distance[1]
rings = (radius / 40).cast("uchar")
board = ((place[0] >> 4) ^ (place[1] >> 4)) & 1
slope = pyvips.Image.grey(200, 150, uchar=True)
disc = radius < 60 * 60
picture = disc.ifthenelse(rings.bandjoin([slope, 255 - slope]).cast("uchar"), (board * 255).cast("uchar"))
picture = picture.copy(interpretation="srgb")
print(picture.width, picture.height, picture.bands, picture.avg(), disc.avg(), board.avg(), slope.avg())
picture.write_to_file(f"{folder}/out.png")
white = pyvips.Image.black(20, 10, bands=3) + [255, 128, 64]
print(white.format, white(3, 3), picture.new_from_image([1, 2, 3]).interpretation, picture.new_from_image(7).bands)
