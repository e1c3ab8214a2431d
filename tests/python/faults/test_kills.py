"""kill -9 at random moments while a good file is saved over: the old one or the new one, whole, every time.

A save writes to a hidden file in the same folder, `.NAME.windlass0` for the file `NAME` (another digit where saves of
one file meet), which takes the name when it is complete. A killed process can leave that one; the next save of the
same file removes it.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from ..pictures import scene
from ..summary import tell
from .common import OURS, required

CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
KILLS = 20

pytestmark = required

# Saves two pictures in turn over the same file, for ever.
SAVING = """
import os, sys
sys.path.insert(0, os.environ.get("WINDLASS_PATH", ""))
import importlib
library = importlib.import_module(sys.argv[1])
images = [library.Image.new_from_file(name).copy_memory() for name in sys.argv[3:5]]
print("ready", flush=True)
while True:
    for image in images:
        image.write_to_file(sys.argv[2])
"""


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_killed_while_saving(tmp_path, suffix):
    numbers = random.Random(11)
    path, good = tmp_path / f"picture{suffix}", []
    for name in ("one", "two"):
        picture = scene(300, 200, len(good))
        image = OURS.Image.new_from_memory(picture.tobytes(), 300, 200, 3, "uchar").copy(interpretation="srgb")
        image.write_to_file(str(tmp_path / f"{name}.png"))
        image.write_to_file(str(path))
        good.append(hash_of(path))
    left = 0
    for _ in range(KILLS):
        kill_after(numbers.uniform(0, 0.1), path, tmp_path)
        assert hash_of(path) in good, "neither the old file nor the new one"
        others = {entry.name for entry in tmp_path.iterdir()} - {"one.png", "two.png", path.name}
        assert others <= {f".{path.name}.windlass0"}, others
        left += len(others)
    OURS.Image.new_from_file(str(tmp_path / "one.png")).write_to_file(str(path))
    assert hash_of(path) == good[0]
    assert {entry.name for entry in tmp_path.iterdir()} == {"one.png", "two.png", path.name}
    tell(f"kill -9 while saving {suffix}: {KILLS} times whole, {left} times a hidden file that the next save removed")


def kill_after(seconds, path, folder):
    command = [sys.executable, "-c", SAVING, CANDIDATE, str(path), str(folder / "one.png"), str(folder / "two.png")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
