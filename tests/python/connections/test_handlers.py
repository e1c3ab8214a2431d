"""What handlers may answer, for sources and for targets (contract §3–§5, §10–§12)."""

import gc
import io
import threading
import weakref

import numpy as np
import pytest

from .material import FORMATS, Log, Taker, encoded, ours, pixels, vips  # noqa: F401

SIZES = [None, 4096, 255, 17, 3, 1]


@pytest.mark.parametrize("seekable", [False, True])
@pytest.mark.parametrize("most", SIZES)
@pytest.mark.parametrize("format", FORMATS)
def test_short_reads_give_the_same_pixels(vips, format, most, seekable):
    log = Log(encoded(format), most)
    direct = vips.Image.new_from_buffer(encoded(format), "")
    assert np.array_equal(vips.Image.new_from_source(log.source(vips, seekable), "").numpy(), direct.numpy())


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_kinds_of_bytes(vips, kind):
    file = io.BytesIO(encoded("png"))
    source = vips.SourceCustom()
    source.on_read(lambda size: kind(file.read(size)))
    assert vips.Image.new_from_source(source, "").avg() > 100


def test_nothing_is_the_end(vips):
    file = io.BytesIO(encoded("png"))
    source = vips.SourceCustom()
    source.on_read(lambda size: file.read(size) or None)
    assert vips.Image.new_from_source(source, "").avg() > 100


def test_the_end_may_be_asked_for_again(vips):
    source, answers = vips.SourceCustom(), []
    source.on_read(lambda size: answers.append(size) or b"")
    for _ in range(2):
        with pytest.raises(vips.Error, match="source is not in a known format"):
            vips.Image.new_from_source(source, "")
    assert answers


def test_no_handler_is_the_end(vips):
    with pytest.raises(vips.Error, match="source is not in a known format"):
        vips.Image.new_from_source(vips.SourceCustom(), "")


def test_a_header_asks_for_little(vips):
    log = Log(encoded("jpeg", 1200, 900))
    vips.Image.new_from_source(log.source(vips), "")
    assert log.file.tell() <= 8192 and max(log.reads) <= 4096


def test_the_last_handler_counts(ours):
    wrong, right = Log(b"nothing of use" * 1000), Log(encoded("png"))
    source = ours.SourceCustom()
    source.on_read(wrong.read)
    source.on_read(right.read)
    assert ours.Image.new_from_source(source).avg() > 100
    assert not wrong.reads


@pytest.mark.parametrize("seekable", [False, True])
@pytest.mark.parametrize("size", [8192, 100, 10**6])
def test_surplus_is_kept(ours, size, seekable):
    file = io.BytesIO(encoded("png"))
    source = ours.SourceCustom()
    source.on_read(lambda asked: file.read(size))
    if seekable:
        source.on_seek(file.seek)
    assert np.array_equal(ours.Image.new_from_source(source).numpy(), pixels(encoded("png")))


def test_items_of_several_bytes_are_counted_in_bytes(ours):
    data = io.BytesIO(encoded("png") + bytes(-len(encoded("png")) % 4))
    source = ours.SourceCustom()
    source.on_read(lambda size: memoryview(data.read(size // 4 * 4 or 4)).cast("i"))
    assert ours.Image.new_from_source(source).avg() > 100


@pytest.mark.parametrize("answer", ["text", 3, -1, 1.5, [1], object()])
def test_answers_of_other_kinds(ours, answer):
    source = ours.SourceCustom()
    source.on_read(lambda size: answer)
    with pytest.raises(ours.Error, match="read handler returned") as caught:
        ours.Image.new_from_source(source)
    assert isinstance(caught.value.__cause__, TypeError)


@pytest.mark.parametrize("where", range(0, 9))
@pytest.mark.parametrize("format", ["png", "jpeg"])
def test_an_exception_is_never_pixels(ours, format, where):
    log = Log(encoded(format), 4096)

    def read(size):
        if len(log.reads) == where:
            raise ours.Error("Read failed: the cable was cut")
        return log.read(size)

    source = ours.SourceCustom()
    source.on_read(read)
    if where * 4096 > len(encoded(format)):
        pytest.skip("the file ends before")
    with pytest.raises(ours.Error, match="the cable was cut") as caught:
        ours.Image.new_from_source(source, fail_on="none").avg()
    assert isinstance(caught.value.__cause__, ours.Error)
    assert caught.value.kind == "Io"
    assert caught.value.__cause__.__traceback__ is not None


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_exceptions_that_are_no_errors_are_themselves(ours, kind):
    def fail(*args):
        raise kind

    source = ours.SourceCustom()
    source.on_read(fail)
    with pytest.raises(kind):
        ours.Image.new_from_source(source)
    taker = Taker()
    target = taker.target(ours)
    target.on_end(fail)
    with pytest.raises(kind):
        ours.Image.black(10, 10).write_to_target(target, ".png")
    assert taker.events == ["finish", "abort"]


def test_seeks_are_tested_first(vips):
    log = Log(encoded("jpeg"))
    vips.Image.new_from_source(log.source(vips, seekable=True), "").avg()
    assert log.seeks[0] == (0, 1) and (0, 2) in log.seeks[:4]


def test_minus_one_can_not_seek(vips):
    log, asked = Log(encoded("png")), []
    source = log.source(vips)
    source.on_seek(lambda offset, whence: asked.append(whence) or -1)
    assert vips.Image.new_from_source(source, "").avg() > 100
    assert asked


def test_a_seek_handler_is_attached_before_the_first_use(vips):
    log = Log(encoded("png"))
    source = log.source(vips)
    image = vips.Image.new_from_source(source, "")
    source.on_seek(log.seek)
    assert image.avg() > 100
    assert not [seek for seek in log.seeks if seek[1] == 2]


def test_an_unknown_length(ours):
    log = Log(encoded("png"))
    source = log.source(ours)
    source.on_seek(lambda offset, whence: -1 if whence == 2 else log.seek(offset, whence))
    assert np.array_equal(ours.Image.new_from_source(source).numpy(), pixels(encoded("png")))


def test_a_seek_that_raises(ours):
    def seek(offset, whence):
        raise OSError("the tape broke")

    source = Log(encoded("png")).source(ours)
    source.on_seek(seek)
    with pytest.raises(ours.Error, match="the tape broke") as caught:
        ours.Image.new_from_source(source)
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("answer", [None, "text", 1.5])
def test_a_seek_that_answers_nonsense(ours, answer):
    source = Log(encoded("png")).source(ours)
    source.on_seek(lambda offset, whence: answer)
    with pytest.raises(ours.Error, match="seek handler returned"):
        ours.Image.new_from_source(source)


def test_a_seek_that_lies(ours):
    source = Log(encoded("png")).source(ours)
    source.on_seek(lambda offset, whence: 7)
    with pytest.raises(ours.Error):
        ours.Image.new_from_source(source).avg()


def test_signals(vips):
    file = io.BytesIO(encoded("png"))
    source = vips.SourceCustom()
    source.signal_connect("seek", lambda offset, whence: file.seek(offset, whence))
    source.on_read(file.read)
    assert vips.Image.new_from_source(source, "").width == 160
    with pytest.raises(vips.Error, match="unsupported signal"):
        source.signal_connect("nonsense", print)


def test_signals_that_fill_a_buffer(ours):
    file = io.BytesIO(encoded("png"))
    source = ours.SourceCustom()
    source.signal_connect("read", file.readinto)
    assert ours.Image.new_from_source(source).avg() > 100


# targets


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".raw"])
def test_finish_then_end_once(vips, suffix):
    taker = Taker()
    image = vips.Image.new_from_buffer(encoded("png"), "")
    image.write_to_target(taker.target(vips), suffix)
    assert taker.events == ["finish", "end"]
    assert taker.data() == image.write_to_buffer(suffix)


@pytest.mark.parametrize("most", [1000, 1])
def test_short_writes_are_continued(vips, most):
    taker = Taker(most)
    image = vips.Image.new_from_buffer(encoded("png"), "").crop(0, 0, 40, 30)
    image.write_to_target(taker.target(vips), ".png")
    assert taker.data() == image.write_to_buffer(".png")


@pytest.mark.parametrize("answer", [0, -1])
def test_no_bytes_taken_is_an_error(vips, answer):
    target = Taker().target(vips)
    target.on_write(lambda piece: answer)
    with pytest.raises(vips.Error):
        vips.Image.black(10, 10).write_to_target(target, ".png")


def test_no_write_handler(vips):
    with pytest.raises(vips.Error, match="target_custom"):
        vips.Image.black(10, 10).write_to_target(vips.TargetCustom(), ".png")


@pytest.mark.parametrize("answer", [None, "text", 10**9, 1.5])
def test_wrong_counts(ours, answer):
    taker = Taker()
    target = taker.target(ours)
    target.on_write(lambda piece: answer)
    with pytest.raises(ours.Error, match="write handler"):
        ours.Image.black(10, 10).write_to_target(target, ".png")
    assert taker.events == ["abort"]


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("where", range(3))
def test_an_exception_aborts_once(ours, suffix, where):
    taker = Taker()
    target = taker.target(ours)

    def write(piece):
        if len(taker.pieces) == where:
            raise RuntimeError("Write failed: no room")
        return taker.write(piece[:100])

    target.on_write(write)
    image = ours.Image.new_from_buffer(encoded("png"))
    with pytest.raises(ours.Error, match="Write failed: no room") as caught:
        image.write_to_target(target, suffix)
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert taker.events == ["abort"]


def test_pieces_may_be_kept(ours):
    pieces, target = [], ours.TargetCustom()
    target.on_write(lambda piece: pieces.append(piece) or len(piece))
    image = ours.Image.new_from_buffer(encoded("png"))
    image.write_to_target(target, ".png")
    assert b"".join(pieces) == image.write_to_buffer(".png")
    assert all(type(piece) is bytes for piece in pieces)


def test_minus_one_refuses_at_the_end(vips):
    taker = Taker()
    target = taker.target(vips)
    target.on_end(lambda: -1)
    with pytest.raises(vips.Error):
        vips.Image.black(10, 10).write_to_target(target, ".png")


def test_no_answer_at_the_end_is_well(ours, capfd):
    target = Taker().target(ours)
    target.on_end(lambda: None)
    ours.Image.black(10, 10).write_to_target(target, ".png")
    assert capfd.readouterr().err == ""


def test_an_exception_at_the_end(ours):
    def end():
        raise LookupError("no such table")

    taker = Taker()
    target = taker.target(ours)
    target.on_end(end)
    with pytest.raises(ours.Error, match="no such table") as caught:
        ours.Image.black(10, 10).write_to_target(target, ".png")
    assert isinstance(caught.value.__cause__, LookupError)
    assert taker.events == ["finish", "abort"]


def test_finish_can_not_fail(ours):
    def finish():
        raise LookupError

    taker = Taker()
    target = taker.target(ours)
    target.on_finish(finish)
    ours.Image.black(10, 10).write_to_target(target, ".png")
    assert taker.events == ["end"]


def test_old_code_closes_in_finish(vips, tmp_path):
    with open(tmp_path / "x.png", "wb") as file:
        target = vips.TargetCustom()
        target.on_write(file.write)
        target.on_finish(file.close)
        vips.Image.black(10, 10).write_to_target(target, ".png")
        assert file.closed


def test_a_target_takes_one_save(ours):
    image = ours.Image.black(10, 10)
    taker = Taker()
    target = taker.target(ours)
    memory = ours.Target.new_to_memory()
    for one in (target, memory):
        image.write_to_target(one, ".png")
        with pytest.raises(ours.Error, match="target already finished"):
            image.write_to_target(one, ".png")
    assert taker.events == ["finish", "end"]
    assert memory.get("blob") == taker.data()


def test_memory_is_empty_before(ours):
    target = ours.Target.new_to_memory()
    assert target.get("blob") == b""
    source = ours.SourceCustom()
    with pytest.raises(ours.Error):
        ours.Image.new_from_source(source).write_to_target(target, ".png")
    assert target.get("blob") == b""


# threads, lifetimes


def test_handlers_run_on_the_thread_that_waits(ours):
    log, taker, threads = Log(encoded("png"), 1000), Taker(), set()

    def noting(handler):
        def call(*args):
            threads.add(threading.get_ident())
            return handler(*args)

        return call

    source, target = ours.SourceCustom(), ours.TargetCustom()
    source.on_read(noting(log.read))
    source.on_seek(noting(log.seek))
    target.on_write(noting(taker.write))
    target.on_finish(noting(lambda: None))
    target.on_end(noting(lambda: 0))
    ours.Image.new_from_source(source).gaussblur(2).write_to_target(target, ".png")
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("seekable", [False, True])
def test_images_and_threads_may_share_a_source(ours, seekable):
    source = Log(encoded("png"), 1000).source(ours, seekable)
    images = [ours.Image.new_from_source(source) for _ in range(4)]
    right, got = pixels(encoded("png")), {}

    def look(number):
        got[number] = images[number].numpy()

    threads = [threading.Thread(target=look, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4 and all(np.array_equal(array, right) for array in got.values())


def test_a_seekable_source_may_be_used_again(vips):
    source = Log(encoded("jpeg")).source(vips, seekable=True)
    averages = [vips.Image.new_from_source(source, "").avg() for _ in range(2)]
    assert averages[0] == averages[1] > 100


def test_images_keep_their_source(ours):
    image = ours.Image.new_from_source(Log(encoded("png")).source(ours))
    small = ours.Image.thumbnail_source(Log(encoded("jpeg")).source(ours), 40)
    direct = ours.Image.pngload_source(Log(encoded("png")).source(ours))
    gc.collect()
    assert image.avg() == direct.avg() > 100 and small.avg() > 100


def test_a_file_that_was_replaced_is_told(ours, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(encoded("png", seed=1))
    image = ours.Image.new_from_source(ours.Source.new_from_file(name))
    name.unlink()
    name.write_bytes(encoded("png", seed=2))
    with pytest.raises(ours.Error, match="file changed"):
        image.avg()


def test_a_handler_may_compute(vips):
    log = Log(encoded("png"))

    def read(size):
        assert vips.Image.black(30, 30).invert().avg() == 255
        return log.read(size)

    source = vips.SourceCustom()
    source.on_read(read)
    assert vips.Image.new_from_source(source, "").avg() > 100


def test_a_handler_that_reads_its_own_source(ours):
    source = ours.SourceCustom()
    source.on_read(lambda size: ours.Image.new_from_source(source))
    with pytest.raises(ours.Error, match="own handler"):
        ours.Image.new_from_source(source)


def test_cycles_are_collected(vips):
    class Mine(vips.SourceCustom):
        def __init__(self):
            super().__init__()
            self.on_read(self.read)

        def read(self, size):
            return b""

    class Other(vips.TargetCustom):
        def __init__(self):
            super().__init__()
            self.on_write(self.take)
            self.on_end(lambda: self)

        def take(self, piece):
            return len(piece)

    watched = [weakref.ref(Mine()), weakref.ref(Other())]
    gc.collect()
    assert [reference() for reference in watched] == [None, None]


def test_cycles_through_progress_are_collected(ours):
    class Mine:
        def __init__(self):
            # what the cache of operations keeps is no cycle
            self.image = ours.Image.new_from_memory(bytes(10000), 100, 100, 1, "uchar")
            self.image.set_progress(True)
            self.image.signal_connect("eval", self.tell)

        def tell(self, image, progress):
            pass

    watched = weakref.ref(Mine())
    gc.collect()
    assert watched() is None


def test_progress_of_an_image_that_is_gone_is_told_to_its_children(ours):
    told = []

    class Mine:
        def __init__(self):
            image = ours.Image.black(1000, 1000)
            image.set_progress(True)
            image.signal_connect("posteval", self.tell)
            self.child = image.invert()

        def tell(self, image, progress):
            told.append(progress.percent)

    child = Mine().child
    gc.collect()
    child.avg()
    assert told == [100]


def test_sources_are_never_cached(vips):
    vips.cache_set_max(0)
    vips.cache_set_max(100)
    for _ in range(3):
        vips.Image.new_from_source(Log(encoded("png")).source(vips), "")
    assert vips.cache_get_size() == 0
