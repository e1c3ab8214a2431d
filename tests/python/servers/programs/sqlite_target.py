"""Pictures of a database: read with seeks, worked on, written back; the handlers use the connection of their thread."""

import sqlite3
import sys

import pyvips

name = f"{sys.argv[1]}/pictures.db"
setup = sqlite3.connect(name)
setup.execute("PRAGMA journal_mode = WAL")
setup.execute("CREATE TABLE images (id INTEGER PRIMARY KEY, image_data BLOB)")
setup.execute("INSERT INTO images VALUES (123, ?)", (open(f"{sys.argv[1]}/photo.png", "rb").read(),))
setup.execute("INSERT INTO images VALUES (456, NULL)")
setup.commit()


class Stored:
    def __init__(self, number):
        self.blob = sqlite3.connect(name).blobopen("images", "image_data", number, readonly=True)

    def read(self, size):
        return self.blob.read(size)

    def seek(self, offset, whence):
        self.blob.seek(offset, whence)
        return self.blob.tell()


class Place:
    def __init__(self, number, table="images"):
        self.connection, self.number, self.table = sqlite3.connect(name), number, table
        self.buffer = bytearray()

    def write(self, data):
        self.buffer.extend(data)
        return len(data)

    def end(self):
        self.connection.execute(f"UPDATE {self.table} SET image_data = ? WHERE id = ?", (bytes(self.buffer), self.number))
        self.connection.commit()
        self.connection.close()


def load(number, **options):
    stored = Stored(number)
    source = pyvips.SourceCustom()
    source.on_read(stored.read)
    source.on_seek(stored.seek)
    return pyvips.Image.new_from_source(source, "", **options)


def save(image, place):
    target = pyvips.TargetCustom()
    target.on_write(place.write)
    target.on_end(place.end)
    image.write_to_target(target, ".png", compression=6)


image = load(123)
save(image.resize(0.5), Place(456))
print(image.width, load(456).width, (load(456) - image.resize(0.5)).abs().max())
try:
    save(image, Place(456, table="none"))
    print("saved")
except pyvips.Error as error:
    print(isinstance(error.__cause__, sqlite3.OperationalError), "no such table" in str(error))
print(load(456).width)
