"""What windlass promises beyond pyvips: interruption, threads, errors with causes, pictures in notebooks."""

import io
import os
import signal
import statistics
import threading
import time
import warnings

import pytest
from PIL import Image as Pillow

from .libraries import candidate

OURS = candidate()
pytestmark = [
    pytest.mark.skipif(OURS is None, reason="windlass is not installed: run `make wheel` first"),
    pytest.mark.skipif(getattr(OURS, "__name__", "") == "pyvips", reason="these are promises of windlass alone"),
]


def endless():
    """An image that takes a minute to compute."""
    return OURS.Image.xyz(30000, 30000).cast("float").gaussblur(20)


def png():
    return OURS.Image.xyz(200, 300).cast("uchar")[0].write_to_buffer(".png")


def test_interrupt_within_200_milliseconds():
    delays = [interrupted(lambda: endless().avg()) for _ in range(3)]
    assert statistics.median(delays) < 0.2, delays


def test_interrupt_while_a_source_blocks():
    reading, writing = os.pipe()
    os.write(writing, png()[:50])
    # Should it not be interrupted, the pipe ends after a while.
    end = threading.Timer(20, os.close, [writing])
    end.start()
    delay = interrupted(lambda: OURS.Image.new_from_source(OURS.Source.new_from_descriptor(reading), "").avg())
    end.cancel()
    os.close(writing)
    os.close(reading)
    assert delay < 0.4


def interrupted(work):
    """Seconds from the signal to the exception."""
    sent = []

    def press():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    timer = threading.Timer(0.5, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        work()
    return time.monotonic() - sent[0]


def test_other_threads_run_while_pixels_flow():
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    started = time.monotonic()
    OURS.Image.xyz(4000, 4000).cast("float").gaussblur(5).avg()
    taken = time.monotonic() - started
    done.set()
    thread.join()
    assert len(ticks) > taken / 0.005 / 10, f"{len(ticks)} ticks in {taken:.2f} s"


def test_an_exception_in_a_read_handler_is_the_cause():
    def read(size):
        raise ValueError("no such shelf")

    source = OURS.SourceCustom()
    source.on_read(read)
    with pytest.raises(OURS.Error, match="no such shelf") as caught:
        OURS.Image.new_from_source(source, "").avg()
    assert isinstance(caught.value.__cause__, ValueError)


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_exceptions_that_end_programs_pass_through(kind):
    def write(data):
        raise kind

    target = OURS.TargetCustom()
    target.on_write(write)
    with pytest.raises(kind):
        OURS.Image.black(100, 100).write_to_target(target, ".png")


def test_an_exception_in_a_progress_handler_ends_the_evaluation():
    def eval_(image, progress):
        raise LookupError("enough")

    image = OURS.Image.black(1000, 100000)
    image.set_progress(True)
    image.signal_connect("eval", eval_)
    with pytest.raises((LookupError, OURS.Error)) as caught:
        image.avg()
    assert isinstance(caught.value, LookupError) or isinstance(caught.value.__cause__, LookupError)


@pytest.mark.parametrize("nonsense", ["text", 3, -1, [1, 2], object()])
def test_nonsense_from_a_read_handler_is_an_error(nonsense):
    source = OURS.SourceCustom()
    source.on_read(lambda size: nonsense)
    with pytest.raises(OURS.Error):
        OURS.Image.new_from_source(source, "").avg()


def test_handlers_run_on_the_thread_of_the_caller():
    seen, stream = set(), io.BytesIO(png())

    def read(size):
        seen.add(threading.get_ident())
        return stream.read(size)

    source = OURS.SourceCustom()
    source.on_read(read)
    OURS.Image.new_from_source(source, "").gaussblur(3).avg()
    assert seen == {threading.get_ident()}


def test_an_optional_argument_out_of_range_keeps_its_default_with_a_warning():
    image = OURS.Image.black(10, 10)
    with pytest.warns(RuntimeWarning, match="tile_width"):
        assert image.tilecache(tile_width=0).avg() == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image.tilecache(tile_width=10)


def test_a_required_argument_out_of_range_is_an_error():
    with pytest.raises(OURS.Error):
        OURS.Image.black(0, 10)


def test_a_changed_file_is_never_served_from_the_cache(tmp_path):
    name = str(tmp_path / "x.png")
    (OURS.Image.black(10, 10) + 1).cast("uchar").write_to_file(name)
    assert OURS.Image.new_from_file(name).avg() == 1
    (OURS.Image.black(10, 10) + 2).cast("uchar").write_to_file(name)
    assert OURS.Image.new_from_file(name).avg() == 2


def test_a_failed_save_leaves_the_old_file(tmp_path):
    name = tmp_path / "x.png"
    OURS.Image.black(10, 10).write_to_file(str(name))
    before = name.read_bytes()
    broken = OURS.SourceCustom()
    broken.on_read(io.BytesIO(png()[:300]).read)
    with pytest.raises(OURS.Error):
        OURS.Image.new_from_source(broken, "", fail_on="truncated").write_to_file(str(name))
    assert name.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


def test_a_sequential_image_can_be_read_twice(tmp_path):
    """Where the reference ends in an out-of-order read, the file is read again."""
    name = str(tmp_path / "x.png")
    OURS.Image.xyz(300, 400).cast("uchar")[1].write_to_file(name)
    image = OURS.Image.new_from_file(name, access="sequential")
    assert (image.avg(), image.max()) == (image.avg(), 255)
    assert image.flipver().avg() == image.avg()


def test_a_picture_in_a_notebook():
    data = (OURS.Image.xyz(60, 40).cast("uchar")[0])._repr_png_()
    assert Pillow.open(io.BytesIO(data)).size == (60, 40)


def test_a_plan_can_be_printed():
    image = OURS.Image.black(1000, 1000).invert().gaussblur(3)
    text = str(image.explain())
    assert "invert" in text
