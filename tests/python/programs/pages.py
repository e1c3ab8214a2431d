"""Frames one below the other: page height, split, join."""

import sys

import pyvips

folder = sys.argv[1]
frames = [pyvips.Image.new_from_file(f"{folder}/tile{k:02}.png") for k in range(3)]
film = frames[0].pagejoin(frames[1:])
print(film.width, film.height, film.get_page_height(), film.get_n_pages())
for number, frame in enumerate(film.pagesplit()):
    print(number, frame.width, frame.height, (frame - frames[number]).abs().max())
film.write_to_file(f"{folder}/out.png")
