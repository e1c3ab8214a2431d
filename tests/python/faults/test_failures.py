"""The n-th read, seek or write fails: an error with its cause, never pixels, nothing left behind, and the next decode works.

A file is read in about 300 calls: a third of them to recognise it, a third for the header, a third for the pixels.
`make test` tries, for a file of each loader, the first calls and every 23rd after them, `make soak` every one.
"""

import errno
import os
import resource

import pytest

from .common import OURS, Reader, Writer, WriterThatSeeks, nothing_left, of_buffer, required
from .subjects import savers, subjects, first_of_each_loader

pytestmark = required

PIECES = 100
FEW = 3
STEP = 23


class Cut(Exception):
    """What no part of the library raises."""


def places(count, every):
    """Calls that shall fail, of `count` that there are."""
    if every or count <= FEW:
        return range(1, count + 1)
    return sorted({*range(1, FEW + 1), *range(FEW, count, STEP), count})


def piece_of(data):
    """Bytes of a piece, so that there are about `PIECES`."""
    return max(1, len(data) // PIECES)


every = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["some places", "every place"])
both = pytest.mark.parametrize("seekable", [True, False], ids=["seekable", "pipe"])
each = pytest.mark.parametrize("subject", list(first_of_each_loader()), ids=lambda subject: subject.name)


def raising(*_):
    raise Cut("the cable was cut")


def refused(work, cause, text, place):
    """Runs `work`, which must raise an Error with the cause and the text; nothing may stay behind."""
    try:
        work()
    except OURS.Error as error:
        assert cause is None or isinstance(error.__cause__, cause), f"call {place}: {error.__cause__!r}"
        assert text in str(error), f"call {place}: {error}"
    else:
        pytest.fail(f"no error when call {place} fails")


READ_FAULTS = {
    "exception": (raising, Cut, "the cable was cut"),
    "error of the system": (lambda reader: os.read(9999, 1), OSError, os.strerror(errno.EBADF)),
    "minus one": (lambda reader: -1, TypeError, "read handler returned"),
}


@every
@both
@pytest.mark.parametrize("fault", READ_FAULTS)
@each
def test_failing_reads(subject, fault, seekable, every):
    answer, cause, text = READ_FAULTS[fault]
    good = of_buffer(subject.data)
    piece = piece_of(subject.data)
    whole = Reader(subject.data, piece)
    assert whole.load(seekable) == good
    with nothing_left():
        for place in places(whole.reads, every):
            reader = Reader(subject.data, piece, answer, place)
            refused(lambda: reader.load(seekable), cause, text, place)
        assert of_buffer(subject.data) == good


@every
@each
def test_early_ends_of_known_length(subject, every):
    """A source that says how long it is and ends before that is an error, even where damaged files are accepted."""
    piece = piece_of(subject.data)
    whole = Reader(subject.data, piece)
    good = whole.load(True)
    with nothing_left():
        for place in places(whole.reads, every):
            reader = Reader(subject.data, piece, lambda reader: b"", place)
            try:
                result = reader.load(True)
            except OURS.Error:
                continue
            # The last call may be there to see that nothing follows.
            assert reader.file.tell() == len(subject.data) and result == good, f"no error when call {place} fails"
        assert of_buffer(subject.data) == good


@every
@each
def test_early_ends_of_pipes(subject, every):
    """Nothing tells them from files that were cut: the same pixels or the same refusal as the cut file in memory."""
    piece = piece_of(subject.data)
    whole = Reader(subject.data, piece)
    whole.load(False)
    for options in ({}, {"fail_on": "truncated"}):
        for place in places(whole.reads, every):
            reader = Reader(subject.data, piece, lambda reader: b"", place)
            try:
                result = reader.load(False, **options)
            except OURS.Error:
                result = None
            assert result == of_buffer(subject.data[: reader.file.tell()], **options), place


SEEK_FAULTS = {
    "exception": (raising, Cut, "the cable was cut"),
    "minus one": (lambda reader, offset, whence: -1, None, ""),
    "nothing": (lambda reader, offset, whence: None, TypeError, "seek handler returned None"),
    "a word": (lambda reader, offset, whence: "here", TypeError, "seek handler returned"),
    "another place": (lambda reader, offset, whence: reader.file.seek(offset, whence) + 1, None, ""),
}


@every
@pytest.mark.parametrize("fault", SEEK_FAULTS)
@each
def test_failing_seeks(subject, fault, every):
    answer, cause, text = SEEK_FAULTS[fault]
    good = of_buffer(subject.data)
    piece = piece_of(subject.data)
    whole = Reader(subject.data, piece)
    assert whole.load(True) == good
    with nothing_left():
        for place in places(whole.seeks, every):
            reader = Reader(subject.data, piece, answer, place, at="seek")
            try:
                # A refusal where seeking is tried out says that the source cannot seek, which is no failure.
                assert reader.load(True) == good, f"wrong pixels, seek {place}"
                assert cause is None, f"no error, seek {place}"
            except OURS.Error as error:
                assert cause is None or isinstance(error.__cause__, cause), f"{place}: {error}"
                assert text in str(error)
        assert of_buffer(subject.data) == good


WRITE_FAULTS = {
    "exception": (raising, Cut, "the cable was cut"),
    "error of the system": (lambda data: os.write(9999, data), OSError, os.strerror(errno.EBADF)),
    "minus one": (lambda data: -1, None, "-1"),
    "zero": (lambda data: 0, None, "0"),
    "nothing": (lambda data: None, TypeError, "write handler returned None"),
    "too many": (lambda data: len(data) + 1, None, "write handler"),
}


def save(writer, suffix):
    picture().write_to_target(writer.target(), suffix)


def is_same(made, other):
    """Whether two files are the same, but for the time that some formats write into them."""
    made, other = bytes(made), bytes(other)
    return made == other or (len(made) == len(other) and of_buffer(made) == of_buffer(other))


def picture():
    """What is saved; read anew for each save, so that nothing is kept."""
    made = next(subject for subject in subjects() if subject.name == "png")
    return OURS.Image.new_from_buffer(made.data, "")


@every
@pytest.mark.parametrize("fault", WRITE_FAULTS)
@pytest.mark.parametrize("suffix", savers())
def test_failing_writes(suffix, fault, every):
    answer, cause, text = WRITE_FAULTS[fault]
    whole = Writer()
    save(whole, suffix)
    piece = piece_of(whole.data)
    pieces = Writer(piece)
    save(pieces, suffix)
    assert is_same(pieces.data, whole.data) and pieces.said == ["finish", "end"]
    with nothing_left():
        for place in places(pieces.writes, every):
            writer = Writer(piece, answer, place)
            refused(lambda: save(writer, suffix), cause, text, place)
            assert writer.said == ["abort"], place
            assert writer.writes == place, "called again after it failed"
        again = Writer()
        save(again, suffix)
        assert is_same(again.data, whole.data)


@every
@pytest.mark.parametrize("at", ["write", "seek", "read"])
@pytest.mark.parametrize("suffix", savers())
def test_failing_targets_that_seek(suffix, at, every):
    whole = WriterThatSeeks()
    save(whole, suffix)
    piece = piece_of(whole.file.getvalue())
    pieces = WriterThatSeeks(piece)
    save(pieces, suffix)
    assert is_same(pieces.file.getvalue(), whole.file.getvalue())
    with nothing_left():
        for place in places(pieces.calls[at], every):
            writer = WriterThatSeeks(piece, raising, place, at)
            refused(lambda: save(writer, suffix), Cut, "the cable was cut", place)
            assert writer.said == ["abort"], place


# Tiles go to a folder where the target is a file by name.
@every
@pytest.mark.parametrize("suffix", [suffix for suffix in savers() if suffix not in (".dz", ".szi")])
def test_a_file_that_may_not_grow(suffix, tmp_path, every):
    """A limit on the size of files stops the write at any byte: the old file stays, and no other is left."""
    path = tmp_path / "picture"
    good = WriterThatSeeks()
    save(good, suffix)
    path.write_bytes(b"old")
    count = len(good.file.getvalue())
    with nothing_left():
        for size in sorted({0, 1, count // 2, count - 1, *(range(0, count, piece_of(good.file.getvalue())) if every else ())}):
            with pytest.raises(OURS.Error) as caught, files_of(size):
                picture().write_to_target(OURS.Target.new_to_file(str(path)), suffix)
            assert "too large" in str(caught.value).lower(), str(caught.value)
            assert path.read_bytes() == b"old" and [entry.name for entry in tmp_path.iterdir()] == ["picture"]
    picture().write_to_target(OURS.Target.new_to_file(str(path)), suffix)
    assert is_same(path.read_bytes(), good.file.getvalue())


class files_of:
    """Within it no file grows beyond `size` bytes."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.before[1]))

    def __exit__(self, *_):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)
