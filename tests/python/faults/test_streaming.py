"""A gigabyte through each kind of source and target: the whole process stays under 64 MiB.

`make soak` streams the gigabyte, through the release wheel. `make test` streams 64 MB through one for developers, whose
code takes some MiB more.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ..servers.nginx import NGINX, nginx
from ..servers.postgres import PROGRAMS as POSTGRES
from ..servers.postgres import postgres
from ..summary import tell
from .common import OURS, required
from .streaming import SOURCES, TARGETS

CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
PROGRAM = Path(__file__).with_name("streaming.py")
SECONDS = 1200
LIMIT = 64 << 10
DEVELOPMENT = 12 << 10
# Rows of as many bytes: less than the 1,000,000,000 bytes that SQLite takes.
FEW, MANY = 8_000, 31_000

pytestmark = required
sides = pytest.mark.parametrize("side", [FEW, pytest.param(MANY, marks=pytest.mark.soak)])
kinds = [kind for kind in SOURCES if kind != "address"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streaming")
    yield folder
    shutil.rmtree(folder)  # pytest itself would keep it for two more runs.


def given(folder, side):
    """A PNG that is not compressed."""
    path = folder / f"{side}.png"
    if not path.exists():
        line = np.random.default_rng(side).integers(0, 256, side, dtype=np.uint8)
        image = OURS.Image.new_from_memory(line.tobytes(), side, 1, 1, "uchar").replicate(1, side)
        image.copy(interpretation="b-w").write_to_file(str(path), compression=0, filter="none")
    return path


def stream(source, target, side, name, made):
    command = [sys.executable, str(PROGRAM), CANDIDATE, source, target, str(name), str(made)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    peak = int(result.stdout)
    tell(f"{side * side / 1e6:.0f} MB from {source} to {target}: {peak / 1024:.0f} MiB")
    limit = LIMIT if side == MANY else LIMIT + DEVELOPMENT
    assert peak <= limit, f"{peak / 1024:.1f} MiB"


@sides
@pytest.mark.parametrize("kind", kinds)
def test_sources(folder, kind, side):
    stream(kind, "handlers", side, given(folder, side), "/dev/null")


@sides
@pytest.mark.parametrize("kind", [kind for kind in TARGETS if kind not in ("address", "handlers")])
def test_targets(folder, tmp_path, kind, side):
    name = given(folder, side)
    stream("file", kind, side, name, tmp_path / "out.png")
    if kind != "pipe":
        assert (tmp_path / "out.png").stat().st_size == name.stat().st_size
    (tmp_path / "out.png").unlink()


@sides
@pytest.mark.skipif(NGINX is None, reason="NGINX IS ABSENT: `apt-get install nginx-light`, as `make test` does as root")
def test_a_web_server(folder, tmp_path, side):
    given(folder, side)
    with nginx(folder, tmp_path) as servers:
        for address in (servers.ranges, servers.whole):
            try:
                OURS.Source.new_from_file(f"{address}/{side}.png")
            except OURS.Error:
                pytest.skip("this build reads no addresses")
            stream("address", "handlers", side, f"{address}/{side}.png", "/dev/null")
        stream("file", "address", side, folder / f"{side}.png", f"{servers.ranges}/upload/out.png")
        assert (folder / "upload" / "out.png").stat().st_size == (folder / f"{side}.png").stat().st_size


@sides
def test_a_database(folder, tmp_path, side):
    data, name = given(folder, side), tmp_path / "pictures.db"
    connection = sqlite3.connect(name)
    connection.execute("CREATE TABLE images (id INTEGER PRIMARY KEY, data BLOB)")
    connection.execute("INSERT INTO images VALUES (1, zeroblob(?))", (data.stat().st_size,))
    with connection.blobopen("images", "data", 1) as blob, open(data, "rb") as file:
        while piece := file.read(1 << 20):
            blob.write(piece)
    connection.commit()
    connection.close()
    address = f"sqlite:{name}?table=images&column=data&rowid=1"
    try:
        OURS.Source.new_from_file(address)
    except OURS.Error:
        pytest.skip("this build reads no databases")
    stream("address", "handlers", side, address, "/dev/null")
    name.unlink()


@sides
@pytest.mark.skipif(POSTGRES is None, reason="POSTGRESQL IS ABSENT: `apt-get install postgresql`, as `make test` does as root")
@pytest.mark.parametrize("kind", ["bytea", "oid"])
def test_a_database_server(folder, tmp_path, kind, side):
    psycopg = pytest.importorskip("psycopg", reason="psycopg IS ABSENT: `pip install psycopg[binary]`")
    data = given(folder, side)
    with postgres(tmp_path) as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE TABLE images (id int PRIMARY KEY, data {kind})")
            address = f"{server}?table=images&column=data&key=id&value=1"
            try:
                OURS.Source.new_from_file(address)
            except OURS.Error:
                pytest.skip("this build reads no databases")
            stream("file", "address", side, data, address)
            length = "octet_length(data)" if kind == "bytea" else "(SELECT sum(octet_length(data)) FROM pg_largeobject WHERE loid = images.data)"
            assert connection.execute(f"SELECT {length} FROM images").fetchone() == (data.stat().st_size,)
        stream("address", "handlers", side, address, "/dev/null")
    shutil.rmtree(tmp_path)
