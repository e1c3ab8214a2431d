"""The documentation page's database: pictures in, thumbnails out, both in SQLite."""

import sqlite3
import sys

import pyvips

folder = sys.argv[1]
connection = sqlite3.connect(f"{folder}/pictures.db", check_same_thread=False)
connection.execute("CREATE TABLE images (id INTEGER PRIMARY KEY, image_data BLOB)")
connection.execute("INSERT INTO images VALUES (1, ?)", (open(f"{folder}/photo.png", "rb").read(),))
connection.execute("INSERT INTO images VALUES (2, NULL)")
connection.commit()


class FromDatabase:
    def __init__(self, number):
        (self.data,) = connection.execute("SELECT image_data FROM images WHERE id = ?", (number,)).fetchone()
        self.position = 0

    def read(self, size):
        piece = self.data[self.position : self.position + size]
        self.position += len(piece)
        return piece

    def seek(self, offset, whence):
        self.position = (0, self.position, len(self.data))[whence] + offset
        return self.position


class ToDatabase:
    def __init__(self, number):
        self.number = number
        self.buffer = bytearray()

    def write(self, data):
        self.buffer.extend(data)
        return len(data)

    def end(self):
        connection.execute("UPDATE images SET image_data = ? WHERE id = ?", (bytes(self.buffer), self.number))
        connection.commit()


stored, place = FromDatabase(1), ToDatabase(2)
source = pyvips.SourceCustom()
source.on_read(stored.read)
source.on_seek(stored.seek)
image = pyvips.Image.new_from_source(source, "")
target = pyvips.TargetCustom()
target.on_write(place.write)
target.on_end(place.end)
image.resize(0.25).write_to_target(target, ".png", compression=6)
(data,) = connection.execute("SELECT image_data FROM images WHERE id = 2").fetchone()
print(image.width, pyvips.Image.new_from_buffer(data, "").width)
open(f"{folder}/out.png", "wb").write(data)
