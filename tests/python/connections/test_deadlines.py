"""Deadlines of connections, and cancellation while a read blocks (contract §4, §15)."""

import os
import socket
import statistics
import threading
import time

import numpy as np
import pytest

from .material import Log, Taker, encoded, ours, pixels  # noqa: F401

DATA = encoded("png")


@pytest.fixture
def drip():
    """A pipe that gives a byte now and then; its reading end."""
    reading, writing = os.pipe()
    stop = threading.Event()

    def feed():
        os.write(writing, DATA[:100])
        for at in range(100, len(DATA)):
            if stop.wait(0.05):
                break
            os.write(writing, DATA[at : at + 1])
        os.close(writing)

    thread = threading.Thread(target=feed)
    thread.start()
    yield reading
    stop.set()
    thread.join()
    os.close(reading)


def timed(ours, work):
    started = time.monotonic()
    with pytest.raises(ours.Error) as caught:
        work()
    assert caught.value.kind == "Timeout", caught.value
    return time.monotonic() - started


def test_a_pipe_that_drips(ours, drip):
    source = ours.Source.new_from_descriptor(drip).timeout(total=0.5)
    assert 0.4 < timed(ours, lambda: ours.Image.new_from_source(source).avg()) < 1.5


def test_a_pipe_that_stops(ours):
    reading, writing = os.pipe()
    os.write(writing, DATA[:2000])
    source = ours.Source.new_from_descriptor(reading).timeout(read=0.3)
    assert timed(ours, lambda: ours.Image.new_from_source(source).avg()) < 1.3
    os.close(writing)
    os.close(reading)


def test_a_handler_that_hangs_is_left(ours):
    release = threading.Event()

    def read(size):
        release.wait(20)
        return b""

    source = ours.SourceCustom()
    source.on_read(read)
    source.timeout(read=0.3)
    assert timed(ours, lambda: ours.Image.new_from_source(source)) < 1.3
    release.set()


def test_a_handler_that_hangs_within_the_pixels(ours):
    release, log = threading.Event(), Log(DATA, 4096)

    def read(size):
        if len(log.reads) > 3:
            release.wait(20)
        return log.read(size)

    source = ours.SourceCustom()
    source.on_read(read)
    source.timeout(total=0.5)
    image = ours.Image.new_from_source(source)
    assert timed(ours, image.avg) < 1.5
    release.set()


def test_handlers_with_a_deadline_have_one_thread(ours):
    threads, log, taker = [set(), set()], Log(DATA, 1000), Taker()

    def noting(number, handler):
        def call(*args):
            threads[number].add(threading.get_ident())
            return handler(*args)

        return call

    source, target = ours.SourceCustom(), ours.TargetCustom()
    source.on_read(noting(0, log.read))
    source.on_seek(noting(0, log.seek))
    target.on_write(noting(1, taker.write))
    target.on_end(noting(1, lambda: None))
    source.timeout(read=30)
    target.timeout(write=30, total=60)
    ours.Image.new_from_source(source).write_to_target(target, ".png")
    assert np.array_equal(pixels(taker.data()), pixels(DATA))
    assert [len(seen) for seen in threads] == [1, 1]
    assert threading.get_ident() not in threads[0] | threads[1]


def test_a_write_that_hangs(ours):
    release, events = threading.Event(), []

    def write(piece):
        release.wait(20)
        return len(piece)

    target = ours.TargetCustom()
    target.on_write(write)
    target.on_abort(events.append)
    target.timeout(write=0.3)
    assert timed(ours, lambda: ours.Image.black(10, 10).write_to_target(target, ".png")) < 1.3
    release.set()
    for _ in range(200):
        if events:
            break
        time.sleep(0.02)
    assert len(events) == 1 and "timed out" in events[0]


def test_a_socket_that_takes_nothing(ours):
    one, other = socket.socketpair()
    with one, other:
        target = ours.Target.new_to_descriptor(one.fileno()).timeout(write=0.3)
        image = ours.Image.gaussnoise(2000, 2000).cast("uchar")
        assert timed(ours, lambda: image.write_to_target(target, ".raw")) < 3


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), 1e300])
def test_nonsense(ours, seconds):
    with pytest.raises(ValueError):
        ours.SourceCustom().timeout(read=seconds)


def test_once(ours):
    source = ours.SourceCustom().timeout(read=1)
    with pytest.raises(ours.Error, match="once"):
        source.timeout(read=1)


def test_what_is_fast_enough_is_unaffected(ours):
    source = Log(DATA).source(ours, seekable=True).timeout(read=10, total=60)
    assert np.array_equal(ours.Image.new_from_source(source).numpy(), pixels(DATA))


def killed_while_blocked(ours, source, started):
    image = ours.Image.new_from_source(source)
    delays = []

    def kill():
        started.wait(20)
        time.sleep(0.2)
        delays.append(time.monotonic())
        image.set_kill(True)

    thread = threading.Thread(target=kill)
    thread.start()
    with pytest.raises(ours.Error, match="killed"):
        image.avg()
    delay = time.monotonic() - delays[0]
    thread.join()
    return delay


def test_killing_wakes_a_blocked_pipe(ours):
    delays = []
    for _ in range(5):
        reading, writing = os.pipe()
        os.write(writing, DATA[:5000])
        started = threading.Event()
        started.set()
        delays.append(killed_while_blocked(ours, ours.Source.new_from_descriptor(reading), started))
        os.close(writing)
        os.close(reading)
    assert statistics.median(delays) < 0.1, delays


def test_killing_wakes_a_blocked_handler_with_a_deadline(ours):
    assert statistics.median(killed_in_a_handler(ours) for _ in range(5)) < 0.1


def killed_in_a_handler(ours):
    log, blocked, release = Log(DATA, 4096), threading.Event(), threading.Event()

    def read(size):
        if len(log.reads) > 2:
            blocked.set()
            release.wait(20)
        return log.read(size)

    source = ours.SourceCustom()
    source.on_read(read)
    source.timeout(read=60)
    delay = killed_while_blocked(ours, source, blocked)
    release.set()
    return delay
