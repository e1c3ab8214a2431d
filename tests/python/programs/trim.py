"""Cut the margin of a scan, then save what is inside."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/scan.png")
left, top, width, height = image.find_trim(threshold=30, background=[255, 255, 255])
print(left, top, width, height)
image.crop(left, top, width, height).write_to_file(f"{folder}/out.png")
print(image.find_trim(), image.find_trim(line_art=True), image.find_trim(threshold=250))
grey = image.colourspace("b-w")
print(grey.find_trim())
bordered = image.embed(10, 20, 400, 300, background=[255, 255, 255])
print(bordered.find_trim(background=255), bordered.xoffset)
