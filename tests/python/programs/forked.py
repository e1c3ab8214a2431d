"""A pool of processes forked after the import."""

import multiprocessing
import sys

import pyvips

folder = sys.argv[1]


def size(number):
    image = pyvips.Image.thumbnail(f"{folder}/tile{number:02}.png", 80)
    return image.width, image.height, image.avg()


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(size, range(6)))
