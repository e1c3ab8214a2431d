"""A database connection that belongs to one thread, used inside a read handler."""

import sqlite3
import sys

import pyvips

folder = sys.argv[1]
connection = sqlite3.connect(":memory:")
connection.execute("CREATE TABLE images (id INTEGER PRIMARY KEY, image_data BLOB)")
connection.execute("INSERT INTO images VALUES (1, ?)", (open(f"{folder}/photo.png", "rb").read(),))
position = 0


def read(size):
    global position
    (piece,) = connection.execute("SELECT substr(image_data, ?, ?) FROM images", (position + 1, size)).fetchone()
    position += len(piece)
    return piece


source = pyvips.SourceCustom()
source.on_read(read)
image = pyvips.Image.new_from_source(source, "")
print(image.avg() == pyvips.Image.new_from_file(f"{folder}/photo.png").avg())
