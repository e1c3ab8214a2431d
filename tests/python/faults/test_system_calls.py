"""Faults below us: the n-th system call on a file fails, and discs that are full. `strace` injects the errors.

`make test` tries the first three calls of each kind, `make soak` all of them.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ..pictures import scene
from ..summary import tell
from .common import OURS, required

CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
PROGRAM = Path(__file__).with_name("one_decode.py")
SECONDS = 60
MOST = 300
FEW = 3

STRACE = shutil.which("strace")
needs_strace = pytest.mark.skipif(STRACE is None, reason="STRACE IS ABSENT: `apt-get install strace`, as `make test` does as root")
pytestmark = required

# What is injected, and whether the call is simply made again.
AGAIN = ("EINTR",)
READS = "read,pread64,readv,preadv,preadv2"
WRITES = "write,pwrite64,writev,pwritev,pwritev2"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A picture that takes several reads and writes, as PNG and JPEG."""
    place = tmp_path_factory.mktemp("calls")
    photo = OURS.Image.new_from_memory(scene(400, 300, 5).tobytes(), 400, 300, 3, "uchar").copy(interpretation="srgb")
    photo.write_to_file(str(place / "good.png"))
    photo.write_to_file(str(place / "good.jpg"), Q=95)
    return place


def inject(what, action, good, path, log):
    """What the program answers, and whether the fault came to pass; calls on the hidden twin of the file count too."""
    command = [STRACE, "-f", "-qq", "-o", str(log), "-e", "signal=none", "-e", f"inject={what}"]
    command += ["-P", str(path), "-P", str(path.with_name(f".{path.name}.windlass0"))]
    result = run([*command, sys.executable, str(PROGRAM), CANDIDATE, action, str(good), str(path)])
    return result, "(INJECTED)" in log.read_text()


def run(command):
    result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert result.returncode == 0, f"{result.returncode}: {result.stderr[-1500:]}"
    assert not result.stderr, result.stderr[-1500:]
    answer = json.loads(result.stdout)
    assert answer["again"], "the next decode of a good file went wrong"
    # A call that fails by injection is not made, so the descriptor of a failed close stays.
    assert answer["left"] or any("inject=close" in word for word in command), "descriptors or threads were left"
    return answer


def calls(every):
    return range(1, MOST + 1 if every else FEW + 1)


every = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["some calls", "every call"])


@needs_strace
@every
@pytest.mark.parametrize("error", ["EINTR", "EIO", "EAGAIN", "ENOMEM"])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
@pytest.mark.parametrize("action", ["load_file", "load_descriptor"])
def test_failing_reads(folder, tmp_path, action, suffix, error, every):
    good, path = folder / f"good{suffix}", tmp_path / f"picture{suffix}"
    path.write_bytes(good.read_bytes())
    expected = run([sys.executable, str(PROGRAM), CANDIDATE, action, str(good), str(path)])
    assert expected["ok"]
    for number in calls(every):
        answer, injected = inject(f"{READS}:error={error}:when={number}", action, good, path, tmp_path / "log")
        if not injected:
            assert number > 1, "the file was never read by such a call"
            break
        check_read(answer, expected, error, number)


def check_read(answer, expected, error, number):
    """Right pixels or an error that names its reason; pixels of a failed read never."""
    if answer["ok"]:
        assert error in (*AGAIN, "EAGAIN"), f"{error} at call {number} was not told"
        assert answer["pixels"] == expected["pixels"], f"other pixels after {error} at call {number}"
    else:
        assert error not in AGAIN, f"call {number}: {answer['error']}"
        assert reason(error) in answer["error"], answer["error"]


def reason(error):
    return os.strerror(getattr(errno, error))


@needs_strace
@every
@pytest.mark.parametrize("error", ["EINTR", "EIO", "EAGAIN"])
def test_failing_reads_of_a_pipe(folder, tmp_path, error, every):
    good, path = folder / "good.jpg", tmp_path / "pipe"
    os.mkfifo(path)
    expected = with_feeder(good, path, lambda: run([sys.executable, str(PROGRAM), CANDIDATE, "load_descriptor", str(good), str(path)]))
    for number in calls(every):
        what = f"read:error={error}:when={number}"
        answer, injected = with_feeder(good, path, lambda: inject(what, "load_descriptor", good, path, tmp_path / "log"))
        if not injected:
            assert number > 1
            break
        check_read(answer, expected, error, number)
        assert error != "EAGAIN" or answer["ok"], answer


def with_feeder(good, path, work):
    """Runs `work` while the file goes through the FIFO."""

    def feed():
        try:
            path.write_bytes(good.read_bytes())
        except BrokenPipeError:
            pass  # The reader gave up, as it should.

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        return work()
    finally:
        thread.join(SECONDS)


@needs_strace
@every
@pytest.mark.parametrize("error", ["EINTR", "EIO", "ENOSPC", "EDQUOT"])
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_failing_writes(folder, tmp_path, suffix, error, every):
    good, path = folder / f"good{suffix}", tmp_path / f"picture{suffix}"
    expected = run([sys.executable, str(PROGRAM), CANDIDATE, "save_file", str(good), str(path)])
    assert expected["ok"]
    for number in calls(every):
        path.write_bytes(b"old")
        what = f"{WRITES}:error={error}:when={number}"
        answer, injected = inject(what, "save_file", good, path, tmp_path / "log")
        if not injected:
            assert number > 1, "the hidden file was never written by such a call"
            break
        if error in AGAIN:
            assert answer["ok"] and answer["pixels"] == expected["pixels"], answer
        else:
            refused(answer, error, path)


def refused(answer, error, path):
    """An error with its reason, the old file as it was, no other beside it."""
    assert not answer["ok"] and reason(error) in answer["error"], answer
    assert path.read_bytes() == b"old"
    assert {entry.name for entry in path.parent.iterdir()} <= {path.name, "log"}


@needs_strace
@pytest.mark.parametrize("call, error", [("rename,renameat,renameat2", "EIO"), ("close", "EIO"), ("openat", "EMFILE"), ("openat", "ENOSPC")])
def test_failing_ends_of_a_save(folder, tmp_path, call, error):
    """The file can't be made, closed or renamed."""
    good, path = folder / "good.png", tmp_path / "picture.png"
    path.write_bytes(b"old")
    answer, injected = inject(f"{call}:error={error}:when=1", "save_file", good, path, tmp_path / "log")
    assert injected
    refused(answer, error, path)


@needs_strace
@pytest.mark.parametrize("error", ["EMFILE", "ENFILE", "EACCES", "ENOMEM"])
def test_files_that_do_not_open(folder, tmp_path, error):
    good, path = folder / "good.png", tmp_path / "picture.png"
    path.write_bytes(good.read_bytes())
    expected = run([sys.executable, str(PROGRAM), CANDIDATE, "load_file", str(good), str(path)])
    refused = 0
    for number in (1, 2, 3, 4):
        answer, injected = inject(f"openat:error={error}:when={number}", "load_file", good, path, tmp_path / "log")
        if not injected:
            assert number > 1
            break
        # The cache of operations does without what it cannot look at.
        assert answer["ok"] or reason(error) in answer["error"], answer
        assert not answer["ok"] or answer["pixels"] == expected["pixels"]
        refused += not answer["ok"]
    assert refused >= 2


def test_too_many_open_files(folder, tmp_path):
    """Without a descriptor to be had, loading and saving are errors; with one again, they work."""
    good, path = folder / "good.png", tmp_path / "picture.png"
    program = f"""
import os, resource, sys
sys.path.insert(0, os.environ.get("WINDLASS_PATH", ""))
import {CANDIDATE} as library
library.Image.new_from_file({str(good)!r}).avg()
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
for spare in range(6):
    held = [os.open({str(good)!r}, os.O_RDONLY) for _ in range(10)]
    for number in held[len(held) - spare:]:
        os.close(number)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(held) + 1, hard))
    try:
        library.Image.new_from_file({str(good)!r}).write_to_file({str(path)!r})
        print(spare, "saved")
    except library.Error as error:
        print(spare, "Too many open files" in str(error))
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for number in held[:len(held) - spare]:
        os.close(number)
    print(library.Image.new_from_file({str(good)!r}).avg() > 0, os.path.exists({str(path)!r}), os.listdir({str(tmp_path)!r}))
    if os.path.exists({str(path)!r}):
        os.remove({str(path)!r})
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=SECONDS, check=True)
    lines = result.stdout.splitlines()
    assert lines[0] == "0 True" and lines[-2] == "5 saved", result.stdout
    for attempt, after in zip(lines[::2], lines[1::2], strict=True):
        saved = attempt.endswith("saved")
        assert attempt.endswith(("saved", "True")), result.stdout
        assert after == f"True {saved} {['picture.png'] if saved else []}", result.stdout


def small_disc(size, program):
    """Runs Python code in a name space of its own, with a disc of `size` bytes; None where mounting is not allowed."""
    script = f"mount -t tmpfs -o size={size} none /mnt && exec {sys.executable} -c \"$PROGRAM\""
    allowed = subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs -o size=64k none /mnt"], capture_output=True, check=False)
    if shutil.which("unshare") is None or allowed.returncode:
        return None
    environment = os.environ | {"PROGRAM": program}
    result = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=SECONDS, env=environment, check=False)
    assert result.returncode == 0, result.stderr[-1500:]
    return result.stdout


def test_a_full_disc(folder):
    """A save that does not fit leaves the old file; what had been written of it is gone."""
    output = small_disc(
        "100k",
        f"""
import os, sys
sys.path.insert(0, os.environ.get("WINDLASS_PATH", ""))
import {CANDIDATE} as library
image = library.Image.new_from_file({str(folder / "good.png")!r})
image.crop(0, 0, 50, 50).write_to_file("/mnt/x.png")
old = open("/mnt/x.png", "rb").read()
for attempt in range(3):
    try:
        image.write_to_file("/mnt/x.png")
        print("saved")
    except library.Error as error:
        print("No space left on device" in str(error), open("/mnt/x.png", "rb").read() == old, os.listdir("/mnt"))
image.crop(0, 0, 60, 60).write_to_file("/mnt/x.png")
print(library.Image.new_from_file("/mnt/x.png").width)
""",
    )
    if output is None:
        pytest.skip("a small disc cannot be mounted here")
    assert output == "True True ['x.png']\n" * 3 + "60\n"


def test_a_full_temporary_folder(folder):
    """What would be spooled is an error that names the folder, or is done without the spool; pixels are right."""
    output = small_disc(
        "1m",
        f"""
import io, os, sys
sys.path.insert(0, os.environ.get("WINDLASS_PATH", ""))
os.environ["TMPDIR"] = "/mnt"
import {CANDIDATE} as library
noise = library.Image.gaussnoise(4000, 3000, sigma=50, mean=128).cast("uchar")
data = noise.write_to_buffer(".png", compression=0)
source = library.SourceCustom()
source.on_read(io.BytesIO(data).read)
image = library.Image.new_from_source(source, "")
print(image.width, len(data) > 8 << 20)
print(image.avg() == library.Image.new_from_buffer(data, "").avg())
try:
    library.Image.xyz(20000, 5000).cast("float").rot90().avg()
    print("fits")
except library.Error as error:
    print("/mnt" in str(error), "No space left" in str(error))
print(os.listdir("/mnt"), library.Image.new_from_buffer(data, "").height)
""",
    )
    if output is None:
        pytest.skip("a small disc cannot be mounted here")
    lines = output.splitlines()
    assert lines[:2] == ["4000 True", "True"] and lines[2] in ("fits", "True True") and lines[3] == "[] 3000", output
    tell(f"a full temporary folder: {lines[2]}")
