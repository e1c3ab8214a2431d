"""The programs people write from the documentation of connections, against real servers, as `install_as_pyvips` runs them.

Each is run under both libraries. `BETTER` says what windlass prints where pyvips fails or prints something else; all
others print the same. Written files are compared by what the programs themselves print.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .. import pictures
from ..libraries import candidate
from ..summary import tell
from .faulty import faulty
from .nginx import NGINX, nginx
from .objects import ENVIRONMENT, objects
from .postgres import PROGRAMS as POSTGRES
from .postgres import postgres

HERE = Path(__file__).parent
CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
SECONDS = 120
MEBIBYTE = 1024
LIMIT = 64 * MEBIBYTE

pytestmark = pytest.mark.skipif(candidate() is None, reason="windlass is not installed: run `make wheel` first")

# What a program needs beside the two libraries.
NEEDS = {
    "http_source": ["ranges"],
    "http_careful": ["faulty"],
    "http_careful_later": ["faulty"],
    "upload": ["ranges", "faulty"],
    "upload_refused": ["faulty"],
    "s3_target": ["s3"],
    "s3_parts": ["s3"],
    "s3_missing": ["s3"],
    "postgres": ["postgres"],
}
ABSENT = {
    "ranges": "NGINX IS ABSENT: `apt-get install nginx-light`, as `make test` does as root",
    "postgres": "POSTGRESQL OR psycopg IS ABSENT: `apt-get install postgresql` and `pip install psycopg[binary]`",
    "s3": "moto[server] OR boto3 IS ABSENT: `pip install -r tests/requirements.txt`",
}
BETTER = {
    "http_source": "pieces of the network's own size are kept, not refused",
    "http_careful": "a read that fails is an error with its own text",
    "http_careful_later": "the exception of a handler is the cause",
    "upload": "an end handler that returns nothing is a success without noise",
    "upload_refused": "a refused upload is a failed save",
    "s3_target": "an end handler that returns nothing is a success without noise",
    "s3_parts": "targets are aborted where the save fails",
    "s3_missing": "an exception of an end handler is a failed save",
    "sqlite_target": "handlers run on the thread that saves; an exception of an end handler is a failed save",
    "postgres": "handlers run on the thread that owns the connection",
    "dropped_source": "images keep their source",
    "unseekable_targets": "TIFF is spooled where the target cannot seek",
    "failing_files": "the exception of a handler is the cause",
}
EXPECTED = {
    "http_source": "640 480 0.0\n" * 7 + "100\n404\n",
    "http_careful": "good True\nwhole True\nslow True\nmissing True False\nbroken True False\nresets False True\nlong False True\n",
    "http_careful_later": "True\n",
    "upload": "uploaded 201\nuploaded 201\n640 0.0\n",
    "upload_refused": "keep saved\nrefuse True True\ncut True False\n",
    "s3_target": "['processed/image.jpg', 'processed/image.png']\n0.0\n",
    "s3_parts": "2 True\nTrue\n['noise.png']\n[]\n",
    "s3_missing": "True False\n",
    "sqlite_target": "640 320 0.0\nTrue True\n320\n",
    "postgres": "640 0.0\n0.0\n480 0.0\n",
    "dropped_source": "200 150 True\n",
    "unseekable_targets": ".jpg 640\n.png 640\n.webp 640\n.tif 640\n.gif 640\n",
    "failing_files": "can't create source from filename FOLDER/none.jpg\nsaved True True\n"
    "True Error the write failed: No such file or directory\nTrue Error the write failed: No space left on device\n",
}
# Formats that both libraries save: the page's descriptor programs use TIFF and WebP.
SUFFIXES = " ".join(suffix for suffix in (".jpg", ".png", ".webp", ".tif") if candidate() and suffix in candidate().get_suffixes())
ALL = sorted(path.stem for path in (HERE / "programs").glob("*.py") if path.stem not in ("__init__", "gigapixel"))


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    pictures.make(folder)
    return folder


@pytest.fixture(scope="module")
def ranges(inputs, tmp_path_factory):
    if NGINX is None:
        pytest.skip(ABSENT["ranges"])
    with nginx(inputs, tmp_path_factory.mktemp("nginx")) as servers:
        yield {"ranges": servers.ranges, "whole": servers.whole}


@pytest.fixture(scope="module", name="faulty")
def faulty_server(inputs):
    with faulty(inputs) as server:
        yield {"faulty": server.address}


@pytest.fixture(scope="module")
def s3():
    pytest.importorskip("boto3", reason=ABSENT["s3"])
    pytest.importorskip("moto.server", reason=ABSENT["s3"])
    with objects() as address:
        yield {"s3": address}


@pytest.fixture(scope="module", name="postgres")
def postgres_server(tmp_path_factory):
    pytest.importorskip("psycopg", reason=ABSENT["postgres"])
    if POSTGRES is None:
        pytest.skip(ABSENT["postgres"])
    with postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield {"postgres": address}


@pytest.mark.parametrize("name", ALL)
def test_program(name, inputs, tmp_path, request):
    servers = {}
    for need in NEEDS.get(name, []):
        servers |= request.getfixturevalue(need)
    ours = run(CANDIDATE, name, inputs, tmp_path / "ours", servers)
    assert ours.returncode == 0, ours.stderr[-3000:]
    theirs = run("pyvips", name, inputs, tmp_path / "theirs", servers)
    if name in BETTER:
        assert ours.stdout == EXPECTED[name]
        assert ours.stderr == ""
        same = theirs.returncode == 0 and theirs.stdout == ours.stdout and theirs.stderr == ""
        assert not same or CANDIDATE == "pyvips", "the reference does this too: take the program off the list"
    else:
        assert (theirs.returncode, theirs.stdout) == (0, ours.stdout), theirs.stderr[-3000:]


def run(library, name, inputs, folder, servers):
    shutil.copytree(inputs, folder)
    command = [sys.executable, str(HERE.parent / "as_pyvips.py"), library, str(HERE / "programs" / f"{name}.py"), str(folder)]
    environment = os.environ | ENVIRONMENT | {"SERVERS": json.dumps(servers), "SUFFIXES": SUFFIXES, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment, check=False)


def test_every_program_is_told():
    assert set(BETTER) == set(EXPECTED) and set(BETTER) <= set(ALL)
    tell(f"{len(ALL)} programs of the documentation of connections against real servers, {len(BETTER)} of which pyvips fails")


@pytest.mark.parametrize("side", [8000, pytest.param(32000, marks=pytest.mark.soak)])
def test_a_gigapixel_from_source_to_target(tmp_path, side):
    """Memory under 64 MiB, whatever the size, the interpreter included."""
    huge(tmp_path / "huge.png", side)
    command = [sys.executable, str(HERE.parent / "as_pyvips.py"), CANDIDATE, str(HERE / "programs" / "gigapixel.py")]
    command += [str(tmp_path / "huge.png"), str(tmp_path / "huge.jpg")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=30 * SECONDS, check=True)
    width, closed, peak = result.stdout.split()
    tell(f"{side} x {side} from source to target: {int(peak) / MEBIBYTE:.0f} MiB")
    assert (int(width), closed) == (side, "True")
    assert int(peak) <= LIMIT, f"{int(peak) / MEBIBYTE:.0f} MiB"
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(tmp_path / "huge.jpg") as picture:
        assert picture.size == (side, side)


def huge(path, side):
    """A PNG of waves, made by the library under test in rows."""
    rows = np.arange(side) % 251
    line = candidate().Image.new_from_array(rows[None, :].tolist()).cast("uchar")
    line.copy_memory().replicate(1, side).copy(interpretation="b-w").write_to_file(str(path), compression=1)
