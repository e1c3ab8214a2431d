"""What the tests of faults share: sources and targets that fail at a chosen call, and a look at what is left behind."""

import contextlib
import gc
import hashlib
import io
import os
import random
import threading
import time

import pytest

from ..libraries import candidate

OURS = candidate()
required = [
    pytest.mark.skipif(OURS is None, reason="windlass is not installed: run `make wheel` first"),
    pytest.mark.skipif(getattr(OURS, "__name__", "") == "pyvips", reason="these are promises of windlass alone"),
]


def digest(image):
    """What tells pixels apart: format, size and the pixels themselves."""
    head = f"{image.width} {image.height} {image.bands} {image.format}"
    return head, hashlib.sha256(image.write_to_memory()).hexdigest()


def of_buffer(data, **options):
    """The digest of a file in memory, or None where it is refused."""
    try:
        return digest(OURS.Image.new_from_source(OURS.Source.new_from_memory(data), "", **options))
    except OURS.Error:
        return None


class Reader:
    """A file that hands out pieces of `piece` bytes and fails at the call number `place`, counted from 1.

    `piece` is a number, None for as much as was asked for, or a function of what was asked for.
    `fault` is called in place of the read or seek; what it returns is returned.
    """

    def __init__(self, data, piece=None, fault=None, place=0, at="read"):
        self.file = io.BytesIO(data)
        self.piece = piece if callable(piece) else lambda size: min(size, piece or size)
        self.fault, self.place, self.at = fault, place, at
        self.reads = self.seeks = 0

    def read(self, size):
        self.reads += 1
        if self.at == "read" and self.place and self.reads >= self.place:
            return self.fault(self)
        return self.file.read(self.piece(size))

    def seek(self, offset, whence):
        self.seeks += 1
        if self.at == "seek" and self.seeks == self.place:
            return self.fault(self, offset, whence)
        return self.file.seek(offset, whence)

    def source(self, seekable):
        source = OURS.SourceCustom()
        source.on_read(self.read)
        if seekable:
            source.on_seek(self.seek)
        return source

    def load(self, seekable, **options):
        """The digest of what is read."""
        return digest(OURS.Image.new_from_source(self.source(seekable), "", **options))


def random_piece(seed):
    """Pieces of 1 byte up to what was asked for, mostly short."""
    numbers = random.Random(seed)
    return lambda size: max(1, int(size * numbers.random() ** 4))


class Writer:
    """A target that takes `piece` bytes at a time and fails at the write number `place`, counted from 1."""

    def __init__(self, piece=None, fault=None, place=0):
        self.piece, self.fault, self.place = piece, fault, place
        self.writes, self.said, self.data = 0, [], bytearray()

    def write(self, data):
        self.writes += 1
        if self.writes == self.place:
            return self.fault(data)
        taken = data[: self.piece or len(data)]
        self.data += taken
        return len(taken)

    def target(self):
        target = OURS.TargetCustom()
        target.on_write(self.write)
        target.on_finish(lambda: self.said.append("finish"))
        target.on_end(lambda: self.said.append("end"))
        target.on_abort(lambda text: self.said.append("abort"))
        return target


class WriterThatSeeks(Writer):
    """One that can also go back and read what was written; `at` says which of the three fails."""

    def __init__(self, piece=None, fault=None, place=0, at="write"):
        super().__init__(piece, fault, place)
        self.file, self.at = io.BytesIO(), at
        self.calls = {"read": 0, "seek": 0, "write": 0}

    def _call(self, what, *arguments):
        self.calls[what] += 1
        if what == self.at and self.calls[what] == self.place:
            return self.fault(*arguments)
        if what == "write":
            arguments = (arguments[0][: self.piece or None],)
        return getattr(self.file, what)(*arguments)

    def target(self):
        target = super().target()
        for what in ("read", "seek", "write"):
            getattr(target, f"on_{what}")(lambda *arguments, what=what: self._call(what, *arguments))
        return target


def left():
    """Descriptors and threads of this process."""
    gc.collect()
    descriptors = {}
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # The descriptor of the listing itself.
            descriptors[number] = os.readlink(f"/proc/self/fd/{number}")
    return descriptors, len(os.listdir("/proc/self/task")), threading.active_count()


@contextlib.contextmanager
def nothing_left():
    """Fails where descriptors or threads are left behind."""
    before = left()  # May count a thread that is just ending: then there are fewer afterwards.
    yield
    end = time.monotonic() + 5
    while (more := left_since(before)) and time.monotonic() < end:
        time.sleep(0.01)  # A thread that has ended is seen for a moment longer.
    assert not more, f"left behind: {more}"


def left_since(before):
    """What there is now and was not before: descriptors, and how many threads."""
    descriptors, tasks, threads = left()
    more = {f"descriptor {number}": what for number, what in descriptors.items() if before[0].get(number) != what}
    if tasks > before[1]:
        more["tasks"] = tasks - before[1]
    if threads > before[2]:
        more["Python threads"] = threads - before[2]
    return more
