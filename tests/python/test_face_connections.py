"""Sources and targets served by Python, their handlers and what goes wrong in them."""

import gc
import io
import os
import threading
import weakref

import numpy as np
import pytest
from PIL import Image as Pillow

from .face import ours, vips  # noqa: F401


def png():
    noise = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(noise).save(file, "png")
    return file.getvalue()


def reading(vips, data, seekable=False):
    file = io.BytesIO(data)
    source = vips.SourceCustom()
    source.on_read(file.read)
    if seekable:
        source.on_seek(file.seek)
    return source


def test_names(vips, tmp_path):
    name = tmp_path / "x.bin"
    name.write_bytes(b"x")
    source = vips.Source.new_from_file(str(name))
    assert (source.filename(), source.nick()) == (str(name), str(name))
    assert (vips.Source.new_from_memory(b"x").filename(), vips.Source.new_from_memory(b"x").nick()) == (None, "source")
    assert (vips.SourceCustom().nick(), vips.TargetCustom().nick()) == ("source_custom", "target_custom")
    assert vips.Target.new_to_memory().nick() == "target" and vips.Target.new_to_memory().filename() is None
    assert isinstance(source, vips.Connection) and isinstance(vips.TargetCustom(), vips.Target)
    with pytest.raises(vips.Error, match="can't create source from filename"):
        vips.Source.new_from_file("/no such file")
    with pytest.raises(TypeError):
        vips.Source.new_from_memory("text")
    with pytest.raises(ValueError):
        vips.Source.new_from_memory(np.zeros((4, 4), np.uint8)[:, ::2])


def test_a_bad_descriptor_is_told_at_once(ours):
    with pytest.raises(ours.Error, match="can't create source from descriptor 9999"):
        ours.Source.new_from_descriptor(9999)
    with pytest.raises(ours.Error, match="can't create output target from descriptor 9999"):
        ours.Target.new_to_descriptor(9999)


@pytest.mark.parametrize("seekable", [False, True])
def test_custom_sources(vips, seekable):
    data = png()
    image = vips.Image.new_from_source(reading(vips, data, seekable), "")
    direct = vips.Image.new_from_buffer(data, "")
    assert np.array_equal(image.numpy(), direct.numpy())


def test_descriptors(vips, tmp_path):
    data, name = png(), tmp_path / "x.png"
    descriptor = os.open(name, os.O_RDWR | os.O_CREAT)
    target = vips.Target.new_to_descriptor(descriptor)
    vips.Image.new_from_buffer(data, "").write_to_target(target, ".png")
    os.close(descriptor)
    descriptor = os.open(name, os.O_RDONLY)
    image = vips.Image.new_from_source(vips.Source.new_from_descriptor(descriptor), "")
    assert image.width == 160 and image.avg() > 100
    os.close(descriptor)


def test_a_pipe(vips):
    data = png()
    source, sink = os.pipe()

    def feed():
        with os.fdopen(sink, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=feed)
    thread.start()
    image = vips.Image.new_from_source(vips.Source.new_from_descriptor(source), "", access="sequential")
    assert image.avg() > 100
    thread.join()
    os.close(source)


def test_custom_targets(vips):
    said, pieces = [], []

    def write(piece):
        pieces.append(bytes(piece))
        return len(piece)

    target = vips.TargetCustom()
    target.on_write(write)
    target.on_finish(lambda: said.append("finish"))
    target.on_end(lambda: said.append("end") or 0)
    image = vips.Image.new_from_buffer(png(), "")
    image.write_to_target(target, ".png")
    assert said == ["finish", "end"]
    assert np.array_equal(vips.Image.new_from_buffer(b"".join(pieces), "").numpy(), image.numpy())


def test_short_writes_go_on(vips):
    pieces = []

    def write(piece):
        piece = bytes(piece[:1000])
        pieces.append(piece)
        return len(piece)

    target = vips.TargetCustom()
    target.on_write(write)
    vips.Image.new_from_buffer(png(), "").write_to_target(target, ".png")
    assert vips.Image.new_from_buffer(b"".join(pieces), "").width == 160


def test_no_handlers(vips):
    with pytest.raises(vips.Error, match="source is not in a known format"):
        vips.Image.new_from_source(vips.SourceCustom(), "")
    with pytest.raises(vips.Error):
        vips.Image.black(10, 10).write_to_target(vips.TargetCustom(), ".png")


def test_signals_by_name(vips):
    data = io.BytesIO(png())
    source = vips.SourceCustom()
    source.signal_connect("seek", lambda offset, whence: data.seek(offset, whence))
    with pytest.raises(vips.Error, match="unsupported signal"):
        source.signal_connect("nonsense", print)


def test_subclasses(vips):
    class Mine(vips.SourceCustom):
        def __init__(self, data):
            super().__init__()
            self.file = io.BytesIO(data)
            self.on_read(self.file.read)

    assert vips.Image.new_from_source(Mine(png()), "").width == 160


def test_more_than_was_asked_for_is_kept(ours):
    data = io.BytesIO(png())
    source = ours.SourceCustom()
    source.on_read(lambda size: data.read(5000))
    assert ours.Image.new_from_source(source, "").avg() > 100


@pytest.mark.parametrize("answer", [memoryview, bytearray, np.frombuffer])
def test_any_buffer_will_do(ours, answer):
    data = io.BytesIO(png())
    source = ours.SourceCustom()
    source.on_read(lambda size: answer(data.read(size)) if data.tell() < len(data.getvalue()) else None)
    if answer is np.frombuffer:
        source.on_read(lambda size: np.frombuffer(data.read(size), np.uint8) if data.tell() < len(data.getvalue()) else b"")
    assert ours.Image.new_from_source(source).avg() > 100


@pytest.mark.parametrize("kind", [ValueError, OSError, KeyError])
def test_what_a_read_handler_raises_is_the_cause(ours, kind):
    data = io.BytesIO(png())

    def read(size):
        if data.tell() > 10000:
            raise kind("the cable was cut")
        return data.read(size)

    source = ours.SourceCustom()
    source.on_read(read)
    with pytest.raises(ours.Error, match="the cable was cut") as caught:
        ours.Image.new_from_source(source, "").avg()
    assert type(caught.value.__cause__) is kind


def test_an_exit_in_a_handler_is_itself(ours):
    source = ours.SourceCustom()

    def read(size):
        raise SystemExit(3)

    source.on_read(read)
    with pytest.raises(SystemExit):
        ours.Image.new_from_source(source)


@pytest.mark.parametrize("answer", ["text", 5, 1.5])
def test_what_is_no_bytes_is_an_error(ours, answer):
    source = ours.SourceCustom()
    source.on_read(lambda size: answer)
    with pytest.raises(ours.Error, match="read handler returned") as caught:
        ours.Image.new_from_source(source)
    assert isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize("answer", [0, -1, None, "text", 10**9])
def test_wrong_counts_fail_the_save(ours, answer):
    target = ours.TargetCustom()
    target.on_write(lambda piece: answer)
    with pytest.raises(ours.Error, match="write handler"):
        ours.Image.black(10, 10).write_to_target(target, ".png")


def test_what_a_write_handler_raises(ours):
    target, said = ours.TargetCustom(), []

    def write(piece):
        raise RuntimeError("the disk is full")

    target.on_write(write)
    target.on_end(lambda: said.append("end"))
    target.on_abort(lambda text: said.append(text))
    with pytest.raises(ours.Error, match="the disk is full") as caught:
        ours.Image.black(10, 10).write_to_target(target, ".png")
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert len(said) == 1 and "the disk is full" in said[0]


def test_ends(ours):
    image = ours.Image.black(10, 10)

    def fail():
        raise OSError("the bucket is missing")

    for handler, text in ((lambda: -1, ""), (fail, "the bucket is missing")):
        target = ours.TargetCustom()
        target.on_write(len)
        target.on_end(handler)
        with pytest.raises(ours.Error) as caught:
            image.write_to_target(target, ".png")
        assert text in str(caught.value)
    target = ours.TargetCustom()
    target.on_write(len)
    target.on_end(lambda: None)
    image.write_to_target(target, ".png")
    with pytest.raises(ours.Error, match="already finished"):
        image.write_to_target(target, ".png")


def test_a_seek_handler_that_cannot(ours):
    data = io.BytesIO(png())

    def seek(offset, whence):
        raise io.UnsupportedOperation("not seekable")

    source = ours.SourceCustom()
    source.on_read(data.read)
    source.on_seek(seek)
    assert ours.Image.new_from_source(source).avg() > 100


def test_a_seek_handler_that_returns_nothing(ours):
    class File(io.BytesIO):
        def seek(self, offset, whence=0):
            super().seek(offset, whence)

    data = File(png())
    source = ours.SourceCustom()
    source.on_read(data.read)
    source.on_seek(data.seek)
    assert ours.Image.new_from_source(source).avg() > 100


def test_handlers_run_on_the_calling_thread(ours):
    data, threads = io.BytesIO(png()), set()

    def read(size):
        threads.add(threading.get_ident())
        return data.read(min(size, 1000))

    def write(piece):
        threads.add(threading.get_ident())
        return len(piece)

    source, target = ours.SourceCustom(), ours.TargetCustom()
    source.on_read(read)
    target.on_write(write)
    ours.Image.new_from_source(source).invert().write_to_target(target, ".png")
    assert threads == {threading.get_ident()}


def test_a_handler_may_use_the_library(ours):
    data = io.BytesIO(png())

    def read(size):
        assert ours.Image.black(50, 50).invert().avg() == 255
        return data.read(size)

    source = ours.SourceCustom()
    source.on_read(read)
    assert ours.Image.new_from_source(source).avg() > 100


def test_an_image_keeps_its_source(ours):
    image = ours.Image.new_from_source(reading(ours, png()))
    gc.collect()
    assert image.avg() > 100


def test_cycles_of_handlers_are_collected(ours):
    class Mine(ours.SourceCustom):
        def __init__(self):
            super().__init__()
            self.on_read(self.read)

        def read(self, size):
            return b""

    class Other(ours.TargetCustom):
        def __init__(self):
            super().__init__()
            self.on_write(self.take)

        def take(self, piece):
            return len(piece)

    watched = [weakref.ref(Mine()), weakref.ref(Other())]
    gc.collect()
    assert [reference() for reference in watched] == [None, None]


def test_a_memory_target_is_empty_before(ours):
    target = ours.Target.new_to_memory()
    assert target.get("blob") == b""


def test_kept_pieces_stay(ours):
    pieces, target = [], ours.TargetCustom()
    target.on_write(lambda piece: pieces.append(piece) or len(piece))
    ours.Image.black(200, 200).write_to_target(target, ".png")
    assert ours.Image.new_from_buffer(b"".join(pieces)).width == 200
