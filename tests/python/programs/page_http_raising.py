"""The documentation page's careful web source: a read that fails halfway says so."""

import sys

import pyvips

data = open(sys.argv[1] + "/photo.png", "rb").read()
pieces = iter([data[:8192], data[8192:16384]])


def read(size):
    try:
        return next(pieces)
    except StopIteration:
        raise pyvips.Error("Read failed: the connection was reset") from None


source = pyvips.SourceCustom()
source.on_read(read)
try:
    pyvips.Image.new_from_source(source, "").avg()
    print("pixels")
except pyvips.Error as error:
    print("Read failed" in str(error))
