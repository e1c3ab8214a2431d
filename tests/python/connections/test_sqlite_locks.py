"""Two copies of SQLite in one process, ours and that of the module `sqlite3`: an error, never a damaged database.

The system's locks belong to the process, so neither copy sees the other's, and each takes away the other's when it closes
the file. Ours looks in the kernel's list of locks before it does anything.
"""

import gc
import sqlite3
import subprocess
import sys
import threading

import pytest

from ..faults.common import OURS, required

pytestmark = [*required, pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the list of locks is Linux's")]

# What another process is told that wants to write.
OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0.1, isolation_level=None)
try:
    connection.execute("BEGIN IMMEDIATE")
    print("free")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.fixture(params=["delete", "wal"])
def database(request, tmp_path):
    """A connection of `sqlite3` in whose database is a picture, and the address of that."""
    name = tmp_path / "pictures.db"
    connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA journal_mode={request.param}")
    connection.execute("CREATE TABLE images (id INTEGER PRIMARY KEY, data BLOB)")
    picture = OURS.Image.gaussnoise(300, 200).cast("uchar").write_to_buffer(".png")
    connection.execute("INSERT INTO images VALUES (1, ?)", (picture,))
    yield connection, name, f"sqlite:{name}?table=images&column=data&rowid="
    connection.close()
    with sqlite3.connect(name) as fresh:
        assert fresh.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def other(name):
    return subprocess.run([sys.executable, "-c", OTHER, name], capture_output=True, text=True, check=True).stdout.strip()


def avg(address):
    try:
        return OURS.Image.new_from_file(address).avg()
    except OURS.Error as error:
        if "sqlite:" in str(error) and "feature" in str(error):
            pytest.skip("this build reads no databases")
        raise


@pytest.mark.parametrize("how", ["read", "write"])
def test_a_transaction_of_the_other_copy(database, how):
    """It is waited for, then told; its own locks stay, and nothing is lost."""
    connection, name, address = database
    mean = avg(address + "1")
    picture = OURS.Image.black(100, 100)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO images VALUES (7, randomblob(3000000))")
    with pytest.raises(OURS.Error, match="locked by a transaction in this process") as caught:
        if how == "read":
            avg(address + "1")
        else:
            picture.write_to_file(address + "2#.png")
    assert caught.value.kind == "Io"
    assert other(name) == "database is locked"
    connection.execute("COMMIT")
    assert avg(address + "1") == mean
    picture.write_to_file(address + "2#.png")
    assert connection.execute("SELECT id, length(data) > 50 FROM images ORDER BY id").fetchall() == [(1, 1), (2, 1), (7, 1)]


def test_a_transaction_that_ends_is_waited_for(database):
    connection, _, address = database
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO images VALUES (7, zeroblob(1000))")
    timer = threading.Timer(0.5, lambda: connection.execute("COMMIT"))
    timer.start()
    OURS.Image.black(100, 100).write_to_file(address + "2#.png")
    timer.join()
    assert connection.execute("SELECT count(*) FROM images").fetchone() == (3,)


def test_a_source_that_is_closed_takes_no_locks_away(database):
    connection, name, address = database
    image = OURS.Image.new_from_file(address + "1", access="sequential")
    image.avg()
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO images VALUES (7, zeroblob(1000))")
    del image
    gc.collect()
    assert other(name) == "database is locked"
    connection.execute("COMMIT")


def test_rows_that_are_listed_while_their_pictures_are_read(database):
    """The most common program of all: it goes on, since it only reads."""
    connection, _, address = database
    connection.execute("INSERT INTO images SELECT 2, data FROM images")
    connection.execute("INSERT INTO images SELECT 3, data FROM images WHERE id = 1")
    means = [avg(f"{address}{number}") for (number,) in connection.execute("SELECT id FROM images")]
    assert len(means) == 3 and len(set(means)) == 1
