"""Short reads of any size, from sources that can seek and from those that cannot: the same pixels, in every format."""

import contextlib
import os
import threading

import pytest

from ..summary import tell
from ..test_corpora import DATA
from .common import OURS, Reader, digest, nothing_left, of_buffer, random_piece, required
from .subjects import smallest_of_corpora, subjects

pytestmark = required

PIECES = {
    "all": None,
    "the whole file": lambda size: -1,
    "4096": 4096,
    "255": 255,
    "17": 17,
    "3": 3,
    "1": 1,
    "random": random_piece(7),
}


@pytest.mark.parametrize("seekable", [True, False], ids=["seekable", "pipe"])
@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_short_reads(subject, piece, seekable):
    for access in ("random", "sequential"):
        reader = Reader(subject.data, PIECES[piece])
        assert reader.load(seekable, access=access) == of_buffer(subject.data)


@pytest.mark.parametrize("piece", [4096, 17, 1])
@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_a_pipe_that_drips(subject, piece):
    assert through_a_pipe(subject.data, piece) == of_buffer(subject.data)


def through_a_pipe(data, piece):
    """The digest of `data`, given in pieces through a pipe of the operating system."""
    reading, writing = os.pipe()

    def feed():
        with os.fdopen(writing, "wb", buffering=0) as file, contextlib.suppress(BrokenPipeError):
            for start in range(0, len(data), piece):
                file.write(data[start : start + piece])

    with nothing_left_but([reading, writing]):
        thread = threading.Thread(target=feed)
        thread.start()
        try:
            return digest(OURS.Image.new_from_source(OURS.Source.new_from_descriptor(reading), ""))
        finally:
            os.close(reading)
            thread.join()


@contextlib.contextmanager
def nothing_left_but(descriptors):
    """As `nothing_left`, where the block itself closes `descriptors`."""
    spare = [os.dup(0) for _ in descriptors]
    for number in spare:
        os.close(number)
    yield
    for number in descriptors:
        with pytest.raises(OSError):
            os.fstat(number)


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_nothing_is_left_behind(subject):
    Reader(subject.data).load(True)
    with nothing_left():
        for seekable in (True, False):
            Reader(subject.data, 255).load(seekable)


def test_every_loader_is_tested():
    """A loader of sources that no subject reads is a gap in these tests."""
    loaders = {name.removesuffix("_source") for name in OURS.operations() if name.endswith("load_source")}
    # Raw pixels and tables have no first bytes to be known by.
    missing = loaders - {subject.loader for subject in subjects()} - {"rawload", "csvload"}
    tell(f"short reads and faults: {len(subjects())} files, loaders {', '.join(sorted(loaders - missing))}")
    assert not missing, f"no file of {', '.join(sorted(missing))} among the subjects"


@pytest.mark.soak
@pytest.mark.skipif(not DATA.is_dir(), reason=f"THE CORPORA ARE ABSENT: no folder {DATA}; set WINDLASS_DATA")
def test_short_reads_of_the_corpora():
    files = list(smallest_of_corpora(OURS))
    assert files
    wrong = []
    for subject in files:
        for name, piece in PIECES.items():
            for seekable in (True, False):
                if Reader(subject.data, piece).load(seekable) != of_buffer(subject.data):
                    wrong.append(f"{subject.name} in pieces of {name}, {'seekable' if seekable else 'pipe'}")
    tell(f"short reads of the corpora: {len(files)} files")
    assert not wrong, "\n".join(wrong)
