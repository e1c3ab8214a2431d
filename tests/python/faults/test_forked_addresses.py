"""Forks after an address was used: right pixels or a clear error in the child, never a hang, and the parent goes on."""

import sqlite3

import pytest

from ..servers.faulty import faulty
from .common import OURS, required
from .test_processes import run

pytestmark = required
SIZE = 2000, 1500


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forked")
    noise = OURS.Image.gaussnoise(*SIZE).cast("uchar")
    noise.write_to_file(str(folder / "large.png"), compression=0)
    noise.crop(0, 0, 100, 50).write_to_file(str(folder / "small.png"))
    with sqlite3.connect(folder / "pictures.db") as connection:
        connection.execute("CREATE TABLE images (id INTEGER PRIMARY KEY, data BLOB)")
        connection.execute("INSERT INTO images VALUES (1, ?)", ((folder / "large.png").read_bytes(),))
    connection.close()
    return folder


@pytest.fixture(scope="module")
def addresses(folder):
    """By what the other side can do."""
    with faulty(folder) as server:
        yield {
            "ranges": f"{server.address}/good/large.png",
            "small": f"{server.address}/good/small.png",
            "stream": f"{server.address}/whole/large.png",
            "dripping": f"{server.address}/drip/large.png?of=300000",
            "database": f"sqlite:{folder}/pictures.db?table=images&column=data&rowid=1",
        }


CHECK = """
address, name = {address!r}, {name!r}
good = library.Image.new_from_file(name).avg()
said = []

def opened():
    return library.Image.new_from_source(library.Source.new_from_file(address), "")

def right(image):
    \"\"\"True, or the text of the error.\"\"\"
    try:
        return image.avg() == good
    except library.Error as error:
        return str(error)

def in_a_child(work):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, str(work()).encode())
            gc.collect()
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading) as file:
        told = file.read()
    os.waitpid(child, 0)
    return told.replace("\\n", " ")
"""

WHEN = {
    "unopened": """
source = library.Source.new_from_file(address)
print(in_a_child(lambda: right(library.Image.new_from_source(source, ""))))
print(right(library.Image.new_from_source(source, "")))
""",
    "opened": """
image = opened()
print(in_a_child(lambda: right(image)))
print(right(image))
""",
    "read": """
image = opened()
first = right(image)
image.invalidate()
print(in_a_child(lambda: right(image)))
print(first and right(image))
""",
    "half read": """
image = opened()
image.crop(0, 0, image.width, 20).avg()
print(in_a_child(lambda: right(image)))
print(right(image))
""",
    "being read": """
image = opened()
answers = []
thread = threading.Thread(target=lambda: answers.append(right(image)))
thread.start()
print(in_a_child(lambda: right(image)))
thread.join()
print(*answers)
""",
    "dropped in the child": """
image = opened()
image.crop(0, 0, image.width, 20).avg()

def drop():
    global image
    image = None
    gc.collect()
    return right(opened())

print(in_a_child(drop))
print(right(image))
""",
}


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("kind", ["ranges", "small", "stream", "dripping", "database"])
def test_forks(folder, addresses, kind, when):
    name = folder / ("small.png" if kind == "small" else "large.png")
    child, parent = run(CHECK.format(address=addresses[kind], name=str(name)) + WHEN[when], 60).strip().split("\n")
    assert parent == "True"
    # A stream is its parent's; so is what a parent's thread held at that moment.
    assert child == "True" or "fork" in child, child
    if when in ("unopened", "dropped in the child") or (kind in ("ranges", "small", "database") and when != "being read"):
        assert child == "True"
