"""A real photograph streams from a web server to a database, and 400 megapixels become a thumbnail.

`python demo/demo.py`, or `make demo`; PHOTO=picture.jpg takes a picture of yours. Pictures
are left in `demo-out` (OUT=folder takes another place). Each step runs in a process of its
own, so that its peak of memory is its own.
"""

import functools
import http.server
import importlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

STEPS = {
    "import": "start Python, import windlass",
    "web": "web server → thumbnail, wide-gamut colours → SQLite",
    "make": "make 400 megapixels out of the photograph, JPEG",
    "shrink": "shrink the 400 megapixels to 1000 pixels, PNG",
}
SIDE = 20000


def main():
    out = Path(os.environ.get("OUT", "demo-out")).absolute()
    out.mkdir(parents=True, exist_ok=True)
    picture = photograph()
    print(f"photograph: {picture}\n")
    print(f"{'what':52} {'seconds':>8} {'peak MB':>8}")
    for step, text in STEPS.items():
        wall, peak = measured(step, picture, out)
        print(f"{text:52} {wall:8.2f} {peak:8.0f}", flush=True)
    print("\npictures:")
    for path in sorted(out.iterdir()):
        print(f"  {path}  {path.stat().st_size / 1e6:.2f} MB")


def photograph():
    """PHOTO, or a photograph that a package ships."""
    if os.environ.get("PHOTO"):
        path = Path(os.environ["PHOTO"]).absolute()
        return path if path.is_file() else sys.exit(f"PHOTO={path} is not a file")
    import skimage

    return Path(skimage.__file__).parent / "data" / "rocket.jpg"


def measured(step, picture, out):
    """Wall seconds and peak megabytes of one step."""
    started = time.perf_counter()
    command = [sys.executable, __file__, step, str(picture), str(out)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if answer.returncode:
        sys.exit(f"the step failed: {STEPS[step]}")
    return time.perf_counter() - started, int(answer.stdout) / 1024


def library():
    """windlass; WINDLASS_PATH and WINDLASS_MODULE as in the tests."""
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    return importlib.import_module(os.environ.get("WINDLASS_MODULE", "windlass"))


def web(vips, picture, out):
    """Read from HTTP, write rows into SQLite as the bytes come."""
    with Serving(picture.parent) as address, urllib.request.urlopen(f"{address}/{urllib.parse.quote(picture.name)}") as body:
        source = vips.SourceCustom()
        source.on_read(body.read)
        thumbnail = vips.Image.thumbnail_source(source, 480)
        managed = thumbnail.icc_transform("p3", input_profile="srgb", embedded=True, intent="perceptual")
        store = Store(out / "pictures.db")
        target = vips.TargetCustom()
        target.on_write(store.write)
        target.on_end(store.end)
        managed.write_to_target(target, ".jpg", Q=85)
    (out / "thumbnail.jpg").write_bytes(store.read())


class Serving:
    """A web server on this machine, while the block runs."""

    def __init__(self, folder):
        handler = functools.partial(Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, *arguments):
        """Say nothing."""


class Store:
    """A picture in pieces, one row each; complete once `end` has committed."""

    def __init__(self, path):
        # pyvips calls handlers from threads of its own; windlass would not need the flag.
        self.connection = sqlite3.connect(path, check_same_thread=False)
        self.connection.execute("CREATE TABLE IF NOT EXISTS pieces (picture TEXT, place INTEGER, data BLOB)")
        self.connection.execute("DELETE FROM pieces")
        self.place = 0

    def write(self, data):
        self.connection.execute("INSERT INTO pieces VALUES ('thumbnail', ?, ?)", (self.place, bytes(data)))
        self.place += len(data)
        return len(data)

    def end(self):
        self.connection.commit()
        return 0

    def read(self):
        rows = self.connection.execute("SELECT data FROM pieces ORDER BY place")
        return b"".join(data for (data,) in rows)


def make(vips, picture, out):
    """The photograph, mirrored in both directions without end, up to 20,000 × 20,000."""
    image = vips.Image.thumbnail(str(picture), 1000, height=1000)
    tiled = image.copy_memory().embed(0, 0, SIDE, SIDE, extend="mirror")
    tiled.write_to_file(str(out / "large.jpg"), Q=75)


def shrink(vips, picture, out):
    image = vips.Image.new_from_file(str(out / "large.jpg"), access="sequential")
    image.resize(1000 / image.width).write_to_file(str(out / "small.png"))


def peak():
    """Peak resident kilobytes of this process."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def step(name, picture, out):
    vips = library()
    steps = {"import": lambda *_: None, "web": web, "make": make, "shrink": shrink}
    steps[name](vips, Path(picture), Path(out))
    print(peak())


if __name__ == "__main__":
    step(*sys.argv[1:]) if len(sys.argv) > 1 else main()
