"""Forks after use, `multiprocessing` with fork and spawn, thousands of connections made and dropped."""

import os
import subprocess
import sys

import pytest

from ..summary import tell
from .common import required

CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
# A child that hangs is a failure within this time.
SECONDS = 20

pytestmark = required

START = f"""
import gc, io, multiprocessing, os, resource, sys, threading
if os.environ.get("WINDLASS_PATH"):
    sys.path.insert(0, os.environ["WINDLASS_PATH"])
import {CANDIDATE} as library

def picture():
    return library.Image.xyz(400, 300).cast("uchar")[0].write_to_buffer(".png")

def source(data):
    file = io.BytesIO(data)
    made = library.SourceCustom()
    made.on_read(file.read)
    made.on_seek(file.seek)
    return made

def work(data):
    written = bytearray()
    target = library.TargetCustom()
    target.on_write(lambda piece: written.extend(piece) or len(piece))
    library.Image.new_from_source(source(data), "").gaussblur(2).write_to_target(target, ".png")
    return library.Image.new_from_buffer(bytes(written), "").avg()

def right_in_a_child(check):
    child = os.fork()
    if child == 0:
        good = False
        try:
            good = check()
        finally:
            os._exit(0 if good else 1)
    return os.waitpid(child, 0)[1] == 0
"""


def run(body, seconds=SECONDS):
    result = subprocess.run([sys.executable, "-c", START + body], capture_output=True, text=True, timeout=seconds, check=False)
    assert result.returncode == 0, f"{result.returncode}: {result.stderr[-2000:]}"
    return result.stdout


def test_fork_after_use():
    output = run("""
data = picture()
good = work(data)
for _ in range(10):
    print(right_in_a_child(lambda: work(data) == good), work(data) == good)
""")
    assert output == "True True\n" * 10


def test_an_image_goes_on_in_both():
    """An image that was partly read before the fork gives the same pixels in parent and child."""
    output = run("""
data = picture()
image = library.Image.new_from_source(source(data), "")
good = library.Image.new_from_buffer(data, "").avg()
print(right_in_a_child(lambda: image.avg() == good), image.avg() == good)
""")
    assert output == "True True\n"


def test_fork_while_another_thread_computes():
    output = run("""
data = picture()
good = work(data)
done = threading.Event()

def compute():
    while not done.is_set():
        library.Image.xyz(1500, 1500).cast("float").gaussblur(3).avg()

threads = [threading.Thread(target=compute) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(10):
    print(right_in_a_child(lambda: work(data) == good))
done.set()
for thread in threads:
    thread.join()
""")
    assert output == "True\n" * 10


def test_fork_inside_a_handler():
    """A source that was being read at the fork is right or an error in the child, never a hang."""
    output = run("""
data = library.Image.gaussnoise(300, 200).cast("uchar").write_to_buffer(".png")
good = library.Image.new_from_buffer(data, "").avg()
file, children, image = io.BytesIO(data), [], None

def check():
    try:
        return image.avg() == good
    except library.Error:
        return True

def read(size):
    if image is not None and not children:
        children.append(right_in_a_child(check))
    return file.read(min(size, 100))

made = library.SourceCustom()
made.on_read(read)
image = library.Image.new_from_source(made, "")
print(image.avg() == good, children)
""")
    assert output == "True [True]\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(tmp_path, method):
    """The children of `spawn` import the program anew, so it is a file."""
    program = tmp_path / "program.py"
    program.write_text(START + f"""
if __name__ == "__main__":
    data = picture()
    good = work(data)
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        print(pool.map(work, [data] * 8) == [good] * 8)
    print(work(data) == good)
""")
    result = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=3 * SECONDS, check=False)
    assert result.stdout == "True\nTrue\n", result.stderr[-2000:]


DROPS = """
data = picture()
count = {count}

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024

def both(number):
    made = source(data)
    target = library.TargetCustom()
    target.on_write(len)
    target.on_end(lambda: target.nick())
    if number % 100 == 0:
        library.Image.new_from_source(made, "").write_to_target(target, ".png")

for number in range(count // 5):
    both(number)
gc.collect()
before, descriptors = resident(), len(os.listdir("/proc/self/fd"))
for number in range(count):
    both(number)
gc.collect()
print(resident() - before, len(os.listdir("/proc/self/fd")) - descriptors, len(os.listdir("/proc/self/task")))
"""


def test_ten_thousand_connections():
    """Made with handlers that hold them, a hundredth of them used, and dropped: memory and descriptors stay."""
    grown, descriptors, _ = map(int, run(DROPS.format(count=10_000), 120).split())
    tell(f"10,000 sources and targets with handlers: {grown} KiB more")
    assert grown < 4096 and descriptors == 0


def test_an_exit_while_work_is_going_on():
    """The interpreter ends while threads compute and handlers are attached: no crash, no message."""
    result = subprocess.run([sys.executable, "-c", START + """
data = picture()
import atexit
atexit.register(lambda: print(work(data) > 0))
for _ in range(2):
    threading.Thread(target=lambda: library.Image.xyz(20000, 20000).cast("float").gaussblur(20).avg(), daemon=True).start()
kept = source(data)
image = library.Image.new_from_source(kept, "")
"""], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "True\n", "")
