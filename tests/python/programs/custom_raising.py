"""Handlers that raise: the error tells the text and has the exception as its cause."""

import sys

import pyvips

data = open(sys.argv[1] + "/photo.png", "rb").read()
place = 0


def read(size):
    global place
    if place > len(data) // 2:
        raise OSError("the cable was cut")
    piece = data[place : place + size]
    place += len(piece)
    return piece


source = pyvips.SourceCustom()
source.on_read(read)
try:
    pyvips.Image.new_from_source(source, "", fail_on="error").avg()
    print("no error")
except pyvips.Error as error:
    print("the cable was cut" in str(error), type(error.__cause__).__name__)


def write(piece):
    raise RuntimeError("the disk is full")


target = pyvips.TargetCustom()
target.on_write(write)
try:
    pyvips.Image.black(100, 100).write_to_target(target, ".png")
    print("no error")
except pyvips.Error as error:
    print("the disk is full" in str(error), type(error.__cause__).__name__)
