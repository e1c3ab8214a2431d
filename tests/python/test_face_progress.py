"""Progress, kill, interrupts, threads."""

import _thread
import threading
import time

import pytest

from .face import ours, vips  # noqa: F401


def test_the_three_signals(vips):
    image = vips.Image.black(10, 100000)
    said = []
    image.set_progress(True)
    for name in ("preeval", "eval", "posteval"):
        image.signal_connect(name, lambda im, progress, name=name: said.append((name, progress.percent, progress.npels, progress.tpels, im.width)))
    image.invert().copy_memory()
    assert [item[0] for item in said][0] == "preeval" and [item[0] for item in said][-1] == "posteval"
    assert said[0][1:] == ("preeval", 0, 0, 1000000, 10)[1:] and said[-1][1:4] == (100, 1000000, 1000000)
    percents = [item[1] for item in said]
    assert percents == sorted(percents) and "eval" in {item[0] for item in said}
    with pytest.raises(vips.Error, match='unsupported signal "nonsense"'):
        image.signal_connect("nonsense", print)


def test_kill_from_a_handler(vips):
    image = vips.Image.black(1, 10000000)
    image.set_progress(True)
    image.signal_connect("eval", lambda im, progress: im.set_kill(True))
    with pytest.raises(vips.Error, match="killed for image"):
        image.copy_memory()
    image.set_kill(False)


def test_kill_before(vips):
    image = vips.Image.black(5, 5).invert()
    image.set_kill(True)
    with pytest.raises(vips.Error, match="killed for image"):
        image.copy_memory()
    assert image.copy_memory().width == 5


def test_evaluations_are_told_apart(vips):
    image = vips.Image.black(1, 100000)
    image.set_progress(True)
    seen = []

    def note(evaluation):
        if not seen or seen[-1] != evaluation:
            seen.append(evaluation)

    image.signal_connect("eval", lambda im, progress: note(progress.im))
    image.invert().copy_memory()
    first = len(seen)
    (image + 3).copy_memory()
    assert first == 1 and len(seen) == 2


def test_an_exception_ends_the_evaluation(ours):
    image = ours.Image.black(100, 1000)
    image.set_progress(True)

    def stop(image, progress):
        raise ValueError("enough of this")

    image.signal_connect("preeval", stop)
    with pytest.raises(ours.Error, match="enough of this") as caught:
        image.invert().copy_memory()
    assert isinstance(caught.value.__cause__, ValueError)


def test_an_exit_is_itself(ours):
    image = ours.Image.black(100, 1001)
    image.set_progress(True)

    def stop(image, progress):
        raise SystemExit(3)

    image.signal_connect("preeval", stop)
    with pytest.raises(SystemExit):
        image.invert().copy_memory()


def test_ctrl_c_within_200_ms(ours):
    image = ours.Image.black(30000, 30000)
    for step in range(20):
        image = image.embed(1, 1, 30000, 30000, extend="copy") + step
    started = []

    def interrupt():
        time.sleep(0.3)
        started.append(time.monotonic())
        _thread.interrupt_main()

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        image.avg()
    thread.join()
    assert time.monotonic() - started[0] < 0.5


def test_threads_at_once(vips):
    image = vips.Image.grey(300, 300)
    answers = []

    def work():
        answers.append([(image * factor).avg() for factor in range(1, 6)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and all(answer == answers[0] for answer in answers)


def test_pixels_flow_without_the_interpreter(ours):
    image = ours.Image.black(2000, 2000)
    for step in range(60):
        image = image.embed(1, 1, 2000, 2000, extend="copy") + step
    ticks, done = [], []

    def watch():
        while not done:
            ticks.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=watch)
    thread.start()
    start = time.monotonic()
    image.avg()
    took = time.monotonic() - start
    done.append(True)
    thread.join()
    assert took < 0.05 or len([tick for tick in ticks if tick > start]) > 5
