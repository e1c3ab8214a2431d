"""Programs as users write them, each run under pyvips and under windlass, and compared.

A program is run as `python program.py FOLDER`, in a process and a folder of its own that
holds the pictures of `pictures.py`. Standard output and every picture written must be the
same. A program named `pipe_...` gets a picture on standard input, through a pipe, and its
standard output is a picture.
"""

import io
import math
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from . import pictures
from .libraries import candidate
from .programs.differences import BETTER, JPEG_FILES, PIXELS
from .summary import tell

HERE = Path(__file__).parent
PROGRAMS = sorted(path.stem for path in (HERE / "programs").glob("*.py") if path.stem not in ("differences", "__init__"))
CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
SECONDS = 120


pytestmark = pytest.mark.skipif(candidate() is None, reason="windlass is not installed: run `make wheel` first")


@pytest.fixture(scope="session")
def inputs(tmp_path_factory):
    """A folder with all input pictures."""
    folder = tmp_path_factory.mktemp("pictures")
    pictures.make(folder)
    return folder


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, inputs, tmp_path):
    theirs = run("pyvips", name, inputs, tmp_path / "pyvips")
    ours = run(CANDIDATE, name, inputs, tmp_path / "ours")
    assert ours.returncode == 0, ours.stderr.decode()[-3000:]
    if name in BETTER and CANDIDATE != "pyvips":
        _, expected = BETTER[name]
        assert ours.stdout.decode() == expected
        assert theirs.stdout != ours.stdout, "the reference does this too: take the program off the list"
        return
    assert theirs.returncode == 0, theirs.stderr.decode()[-3000:]
    if not name.startswith("pipe_"):
        compare_text(ours.stdout.decode(), theirs.stdout.decode(), loose=name in PIXELS)
    compare_folders(tmp_path / "ours", tmp_path / "pyvips", name)


def run(library, name, inputs, folder):
    """One program in one library; the picture from a pipe program is kept as a file."""
    shutil.copytree(inputs, folder)
    program = HERE / "programs" / f"{name}.py"
    command = [sys.executable, str(HERE / "as_pyvips.py"), library, str(program), str(folder)]
    environment = os.environ | {"VIPS_CONCURRENCY": "1" if library == "pyvips" else "2", "PYTHONDONTWRITEBYTECODE": "1"}
    piped = name.startswith("pipe_")
    data = (folder / "photo.png").read_bytes() if piped else None
    result = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env=environment, check=False)
    if piped:
        (folder / "out-stdout.png").write_bytes(result.stdout)
    return result


def compare_text(ours, theirs, loose):
    """Equal line by line; numbers with a fraction to six digits, or to one level where pixels may differ."""
    for mine, other in zip(lines(ours), lines(theirs), strict=True):
        words, others = (re.findall(r"-?\d+\.\d+(?:e-?\d+)?|[^\s\d]+|\d+|\s+", line) for line in (mine, other))
        same = len(words) == len(others) and all(equal(a, b, loose) for a, b in zip(words, others))
        assert same, f"\nours:   {mine}\ntheirs: {other}"


def lines(text):
    """Lines, less the type numbers that no program can rely on."""
    return re.sub(r"\(\d{4,}\)", "(type)", text).splitlines()


def equal(a, b, loose):
    if a == b:
        return True
    if "." not in a or "." not in b:
        return False
    return math.isclose(float(a), float(b), rel_tol=1e-6, abs_tol=1.5 if loose else 1e-9)


def compare_folders(ours, theirs, name):
    """The same files; pictures equal, others by their size or not at all."""
    written, others = written_in(ours), written_in(theirs)
    assert written == others
    for file in written:
        if file.endswith((".png", ".jpg")):
            limits = JPEG_FILES if file.endswith(".jpg") else PIXELS.get(name, (0, 0))[:2]
            compare_pictures(ours / file, theirs / file, *limits)
        elif file.endswith((".raw", ".bin")):
            assert (ours / file).read_bytes() == (theirs / file).read_bytes(), file


def written_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("out") or path.suffix == ".raw")


def compare_pictures(ours, theirs, mean, greatest):
    """Both read by Pillow: mode, size, pixels."""
    (mine, my_mode), (other, other_mode) = decode(ours), decode(theirs)
    assert (my_mode, mine.shape) == (other_mode, other.shape), ours.name
    gaps = np.abs(mine.astype(np.int64) - other.astype(np.int64))
    assert gaps.max(initial=0) <= greatest, f"{ours.name}: {np.count_nonzero(gaps)} samples differ, by up to {gaps.max()}"
    assert gaps.mean() <= mean, f"{ours.name}: differs by {gaps.mean():.3f} levels on average"


def decode(path):
    with Image.open(io.BytesIO(path.read_bytes())) as picture:
        return np.asarray(picture), picture.mode


def test_enough_programs():
    assert len(PROGRAMS) >= 35
    tell(f"{len(PROGRAMS)} programs run under pyvips and under windlass")
