"""Memory: peak resident size of the whole process, interpreter included, and time that stays linear.

The sizes asked for in full are run by `make soak`; `make test` runs narrower images.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from . import pictures
from .libraries import candidate
from .summary import tell

HERE = Path(__file__).parent
CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
MEBIBYTE = 1024
LIMIT = 64 * MEBIBYTE
# Growth of 65,000 columns.
WIDE_LIMIT = 32 * MEBIBYTE
SECONDS = 1800

# Where the reference holds pixels that windlass does not: `WINDLASS_MODULE=pyvips` shows by how much.
streams = pytest.mark.xfail(CANDIDATE == "pyvips", reason="the reference holds pixels in memory")

pytestmark = pytest.mark.skipif(candidate() is None, reason="windlass is not installed: run `make wheel` first")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("memory")


def run(name, folder, size):
    """Peak kilobytes and seconds of a scenario."""
    command = [sys.executable, str(HERE / "memory_scenarios.py"), CANDIDATE, name, str(folder), str(size)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    peak, seconds = result.stdout.split()
    return int(peak), float(seconds)


def bounded(name, folder, size, limit=LIMIT):
    peak, seconds = run(name, folder, size)
    tell(f"{name} {size}: {peak / 1024:.0f} MiB, {seconds:.1f} s")
    assert peak <= limit, f"{peak / 1024:.1f} MiB"


@streams
@pytest.mark.parametrize("name", ["generated_jpeg", "generated_png", "black_jpeg", "black_png"])
def test_generated(name, folder):
    bounded(name, folder, 8000)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["generated_jpeg", "generated_png", "black_jpeg", "black_png"])
def test_generated_900_megapixels(name, folder):
    bounded(name, folder, 30000)


@streams
@pytest.mark.parametrize("name", ["resize_file", "resize_pipe", "shrunk_png"])
def test_resize_100_megapixels(name, folder):
    if not (folder / "large.jpg").exists():
        run("large_jpeg", folder, 10000)
    bounded(name, folder, 10000)


def widest(folder, height):
    """65,000 columns: what encoding and decoding add to the interpreter."""
    before, _ = run("interpreter", folder, 0)
    for name in ["wide_encode", "wide_decode", "wide_decode_pipe"]:
        bounded(name, folder, height, before + WIDE_LIMIT)


@streams
def test_widest_jpeg(folder):
    widest(folder, 2000)


@pytest.mark.soak
def test_widest_jpeg_4_gigapixels(folder):
    widest(folder, 65000)


@streams
def test_custom_source(folder):
    run("large_png", folder, 8000)
    bounded("custom_source", folder, 8000)


@streams
@pytest.mark.soak
def test_custom_source_900_megapixels(folder):
    run("large_png", folder, 30000)
    bounded("custom_source", folder, 30000)


PYRAMIDS = ["pyramid_none", "pyramid_deflate", "pyramid_jpeg", "pyramid_pipe", "pyramid_dz"]


@pytest.mark.parametrize("name", PYRAMIDS)
def test_pyramid(name, folder):
    # the sixth level is a tile and a bit: that bit is not to ask for all that is left of the image
    run("large_png", folder, 10000)
    bounded(name, folder, 10000)


@pytest.mark.soak
@pytest.mark.parametrize("name", PYRAMIDS)
def test_pyramid_900_megapixels(name, folder):
    run("large_png", folder, 30000)
    bounded(name, folder, 30000, 2 * LIMIT)


@pytest.mark.soak
def test_constant_in_height(tmp_path):
    """Four times the pixels, twice the width: what grows is the width of a strip, not the height."""
    run("large_jpeg", tmp_path, 10000)
    small, _ = run("resize_file", tmp_path, 10000)
    run("large_jpeg", tmp_path, 20000)
    large, _ = run("resize_file", tmp_path, 20000)
    assert large <= 2 * small, f"{small / 1024:.0f} MiB, then {large / 1024:.0f} MiB"


@pytest.mark.skipif(CANDIDATE == "pyvips", reason="the reference computes a shared input twice, and that thirty times")
def test_nested_sum_is_linear(folder):
    _, fifteen = run("nested_sum", folder, 15)
    peak, thirty = run("nested_sum", folder, 30)
    assert thirty <= 4 * fifteen + 0.2, f"{fifteen:.2f} s, then {thirty:.2f} s"
    assert peak <= LIMIT


def many(folder, count):
    """Small files, all different."""
    (folder / "many").mkdir(exist_ok=True)
    for index in range(count):
        path = folder / "many" / f"{index:05}.png"
        if not path.exists():
            Image.fromarray(np.full((24, 32), index % 251, np.uint8)).save(path)


def test_many_files(folder):
    many(folder, 900)
    peak, _ = run("many_files", folder, 900)
    assert peak <= 2 * LIMIT


@pytest.mark.soak
def test_ten_thousand_files_are_linear(folder):
    many(folder, 10000)
    _, quarter = run("many_files", folder, 2500)
    _, whole = run("many_files", folder, 10000)
    assert whole <= 6 * quarter + 0.5, f"{quarter:.2f} s, then {whole:.2f} s"


def test_thumbnails_do_not_leak(tmp_path):
    pictures.make(tmp_path)
    few, _ = run("thumbnails", tmp_path, 50)
    many, _ = run("thumbnails", tmp_path, 400)
    assert many <= few + 8 * MEBIBYTE, f"{few / 1024:.0f} MiB, then {many / 1024:.0f} MiB"


@pytest.mark.soak
def test_thumbnails_do_not_leak_for_long(tmp_path):
    pictures.make(tmp_path)
    few, _ = run("thumbnails", tmp_path, 500)
    many, _ = run("thumbnails", tmp_path, 20000)
    assert many <= few + 8 * MEBIBYTE, f"{few / 1024:.0f} MiB, then {many / 1024:.0f} MiB"
