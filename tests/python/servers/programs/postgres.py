"""Pictures in PostgreSQL: a column of bytes read piece by piece, and a large object as a file that seeks."""

import json
import os
import sys

import psycopg
import pyvips

connection = psycopg.connect(json.loads(os.environ["SERVERS"])["postgres"])
table = os.path.basename(sys.argv[1].rstrip("/")).replace("-", "_")
data = open(f"{sys.argv[1]}/photo.png", "rb").read()
connection.execute(f"CREATE TABLE {table} (id integer PRIMARY KEY, data bytea)")
connection.execute(f"INSERT INTO {table} VALUES (1, %s), (2, NULL)", (data,))
connection.commit()
local = pyvips.Image.new_from_file(f"{sys.argv[1]}/photo.png")


class Column:
    def __init__(self, number):
        self.number, self.position = number, 0
        (self.length,) = connection.execute(f"SELECT length(data) FROM {table} WHERE id = %s", (number,)).fetchone()

    def read(self, size):
        query = f"SELECT substring(data FROM %s FOR %s) FROM {table} WHERE id = %s"
        (piece,) = connection.execute(query, (self.position + 1, size, self.number)).fetchone()
        self.position += len(piece)
        return piece

    def seek(self, offset, whence):
        self.position = (0, self.position, self.length)[whence] + offset
        return self.position


class Large:
    """A large object, in the transaction that is open."""

    READ, WRITE = 0x40000, 0x20000

    def __init__(self, number=None):
        if number is None:
            (number,) = connection.execute("SELECT lo_create(0)").fetchone()
        self.number = number
        (self.handle,) = connection.execute("SELECT lo_open(%s, %s)", (number, self.READ | self.WRITE)).fetchone()

    def read(self, size):
        return connection.execute("SELECT loread(%s, %s)", (self.handle, size)).fetchone()[0]

    def write(self, piece):
        return connection.execute("SELECT lowrite(%s, %s)", (self.handle, bytes(piece))).fetchone()[0]

    def seek(self, offset, whence):
        return connection.execute("SELECT lo_lseek64(%s, %s, %s)", (self.handle, offset, whence)).fetchone()[0]

    def end(self):
        connection.execute("SELECT lo_close(%s)", (self.handle,))
        connection.commit()


def load(place):
    source = pyvips.SourceCustom()
    source.on_read(place.read)
    source.on_seek(place.seek)
    return pyvips.Image.new_from_source(source, "")


image = load(Column(1))
print(image.width, (image - local).abs().max())
buffer = bytearray()
target = pyvips.TargetCustom()
target.on_write(lambda piece: buffer.extend(piece) or len(piece))
target.on_end(lambda: connection.execute(f"UPDATE {table} SET data = %s WHERE id = 2", (bytes(buffer),)) and None)
image.invert().write_to_target(target, ".png")
print((load(Column(2)) - local.invert()).abs().max())
large = Large()
target = pyvips.TargetCustom()
target.on_write(large.write)
target.on_seek(large.seek)
target.on_end(large.end)
image.write_to_target(target, ".png")
back = load(Large(large.number))
print(back.height, (back - local).abs().max())
connection.execute("SELECT lo_unlink(%s)", (large.number,))
connection.execute(f"DROP TABLE {table}")
connection.commit()
