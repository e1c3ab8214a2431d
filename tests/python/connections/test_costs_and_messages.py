"""How much is asked for, what errors say, and that errors of threads stay apart (contract §14, §16, §17)."""

import threading

import numpy as np
import pyvips
import pytest

from .material import Log, Taker, encoded, ours, pixels, vips  # noqa: F401

DATA = {format: encoded(format, 1200, 900) for format in ("png", "jpeg")}


@pytest.mark.parametrize("seekable", [False, True])
@pytest.mark.parametrize("format", DATA)
def test_no_more_is_asked_for_than_by_the_reference(ours, format, seekable):
    costs = []
    for library in (ours, pyvips):
        log = Log(DATA[format])
        image = library.Image.new_from_source(log.source(library, seekable), "", access="sequential")
        header = len(log.reads), log.file.tell()
        image.avg()
        costs.append((len(log.reads), len(log.seeks), header))
    (reads, seeks, header), (their_reads, their_seeks, their_header) = costs
    assert reads <= their_reads and seeks <= their_seeks
    assert header[0] <= their_header[0] and header[1] <= their_header[1] + 4096


@pytest.mark.parametrize("format", DATA)
def test_each_byte_is_read_once(ours, format):
    """But for the first few, which the search for a loader looks at."""
    log = Log(DATA[format])
    given = []
    source = ours.SourceCustom()
    source.on_read(lambda size: given.append(log.read(size)) or given[-1])
    ours.Image.new_from_source(source, access="sequential").avg()
    assert sum(map(len, given)) == len(DATA[format])


def test_errors_of_threads_stay_apart(ours):
    errors = {}

    def work(number):
        def read(size):
            raise ValueError(f"number {number} failed")

        for _ in range(20):
            source = ours.SourceCustom()
            source.on_read(read)
            try:
                ours.Image.new_from_source(source)
            except ours.Error as error:
                errors.setdefault(number, set()).add(str(error.__cause__))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == {number: {f"number {number} failed"} for number in range(6)}


def test_the_next_decode_is_right_after_an_error(ours):
    def read(size):
        raise ValueError

    for _ in range(10):
        source = ours.SourceCustom()
        source.on_read(read)
        with pytest.raises(ours.Error):
            ours.Image.new_from_source(source)
        good = ours.Image.new_from_source(Log(encoded("png")).source(ours))
        assert np.array_equal(good.numpy(), pixels(encoded("png")))


def test_messages_name_the_connection_and_what_was_done(ours, tmp_path):
    name = tmp_path / "short.jpg"
    name.write_bytes(encoded("jpeg")[:-2000])
    with pytest.raises(ours.Error) as caught:
        ours.Image.new_from_source(ours.Source.new_from_file(name), fail_on="truncated").avg()
    assert caught.value.kind in ("Truncated", "Malformed")

    def write(piece):
        raise OSError(28, "No space left on device")

    target = ours.TargetCustom()
    target.on_write(write)
    with pytest.raises(ours.Error) as caught:
        ours.Image.black(10, 10).write_to_target(target, ".png")
    text = str(caught.value)
    assert "VipsForeignSavePngTarget" in text and "No space left on device" in text and "target_custom" in text


def test_nothing_is_printed(ours, capfd):
    def fail(*args):
        raise ValueError("in a handler")

    source, target = ours.SourceCustom(), Taker().target(ours)
    source.on_read(fail)
    target.on_end(fail)
    with pytest.raises(ours.Error):
        ours.Image.new_from_source(source)
    with pytest.raises(ours.Error):
        ours.Image.black(10, 10).write_to_target(target, ".png")
    assert capfd.readouterr() == ("", "")


def test_killing_an_image_ends_its_save(vips):
    taker = Taker()
    image = vips.Image.xyz(2000, 2000).cast("uchar")
    image.set_kill(True)
    with pytest.raises(vips.Error):
        image.write_to_target(taker.target(vips), ".png")
    assert "end" not in taker.events
