"""Evaluations that are awaited, handlers that are coroutines, tasks that are cancelled."""

import asyncio
import io
import threading
import time

import numpy as np
import pytest

from .material import Taker, encoded, ours, pixels  # noqa: F401

DATA = encoded("png")


async def pieces(size=5000, pause=0.0):
    for at in range(0, len(DATA), size):
        await asyncio.sleep(pause)
        yield DATA[at : at + size]


def test_from_an_async_iterator_to_a_coroutine(ours):
    taken = []

    async def take(piece):
        await asyncio.sleep(0)
        assert threading.current_thread() is threading.main_thread()
        taken.append(piece)

    async def main():
        image = await ours.Image.new_from_source_async(pieces())
        await image.write_to_target_async(take, ".png")
        return image

    image = asyncio.run(main())
    assert (image.width, image.height) == (160, 120)
    assert np.array_equal(pixels(b"".join(taken)), pixels(DATA))


def test_thumbnails_and_other_evaluations(ours):
    async def main():
        small = await ours.Image.thumbnail_source_async(pieces(), 40)
        assert small.width == 40
        image = await ours.Image.new_from_source_async(pieces())
        assert await asyncio.to_thread(image.avg) > 100

    asyncio.run(main())


def test_handlers_may_be_coroutines(ours):
    file, taken, ends = io.BytesIO(DATA), [], []

    async def read(size):
        await asyncio.sleep(0)
        return file.read(size)

    async def seek(offset, whence):
        return file.seek(offset, whence)

    async def write(piece):
        taken.append(piece)
        return len(piece)

    async def end():
        ends.append("end")

    async def main():
        source, target = ours.SourceCustom(), ours.TargetCustom()
        source.on_read(read)
        source.on_seek(seek)
        target.on_write(write)
        target.on_end(end)
        image = await ours.Image.new_from_source_async(source)
        await image.write_to_target_async(target, ".png")

    asyncio.run(main())
    assert np.array_equal(pixels(b"".join(taken)), pixels(DATA)) and ends == ["end"]


def test_coroutines_without_a_loop(ours):
    async def write(piece):
        await asyncio.sleep(0)
        taken.append(piece)
        return len(piece)

    taken, target = [], ours.TargetCustom()
    target.on_write(write)
    image = ours.Image.new_from_source(pieces())
    image.write_to_target(target, ".png")
    assert np.array_equal(pixels(b"".join(taken)), pixels(DATA))


def test_the_thread_of_a_loop_can_not_wait_for_it(ours):
    async def main():
        with pytest.raises(ours.Error, match="event loop") as caught:
            ours.Image.new_from_source(pieces())
        assert "new_from_source_async" in str(caught.value)

    asyncio.run(main())


def test_the_loop_goes_on_meanwhile(ours):
    async def main():
        ticks, done = [], asyncio.Event()

        async def tick():
            while not done.is_set():
                ticks.append(time.monotonic())
                await asyncio.sleep(0.005)

        task = asyncio.create_task(tick())
        started = time.monotonic()
        await ours.Image.xyz(3000, 3000).cast("float").gaussblur(5).write_to_buffer_async(".raw")
        taken = time.monotonic() - started
        done.set()
        await task
        assert len(ticks) > taken / 0.005 / 20

    asyncio.run(main())


def test_results_and_errors_come_back(ours, tmp_path):
    async def main():
        image = ours.Image.black(10, 10)
        data = await image.write_to_buffer_async(".png", compression=1)
        assert data[:4] == b"\x89PNG"
        await image.write_to_file_async(tmp_path / "x.png")
        with pytest.raises(ours.Error, match="nonsense"):
            await image.write_to_buffer_async(".nonsense")

        async def fail(piece):
            raise LookupError("no such bucket")

        with pytest.raises(ours.Error, match="no such bucket") as caught:
            await image.write_to_target_async(fail, ".png")
        assert isinstance(caught.value.__cause__, LookupError)

    asyncio.run(main())
    assert (tmp_path / "x.png").read_bytes()[:4] == b"\x89PNG"


def endless(ours):
    """An image that takes a minute."""
    return ours.Image.xyz(30000, 30000).cast("float").gaussblur(20).cast("uchar")


def test_cancelling_ends_the_work(ours, tmp_path):
    async def main():
        task = asyncio.create_task(endless(ours).write_to_file_async(tmp_path / "x.png"))
        await asyncio.sleep(0.5)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    assert asyncio.run(main()) < 1
    assert list(tmp_path.iterdir()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "windlass-async"]


def test_cancelling_ends_a_handler_that_waits(ours):
    taker, entered = Taker(), []

    async def main():
        async def write(piece):
            entered.append(piece)
            await asyncio.sleep(60)

        target = taker.target(ours)
        target.on_write(write)
        task = asyncio.create_task(ours.Image.black(10, 10).write_to_target_async(target, ".png"))
        while not entered:
            await asyncio.sleep(0.01)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    assert asyncio.run(main()) < 1
    assert taker.events == ["abort"]


def test_timeouts_of_asyncio(ours):
    async def main():
        async with asyncio.timeout(0.3):
            await endless(ours).write_to_buffer_async(".png")

    started = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(main())
    assert time.monotonic() - started < 2


def test_many_at_once(ours):
    async def one(number):
        image = await ours.Image.new_from_source_async(pieces(3000 + number))
        return await image.write_to_buffer_async(".png")

    async def main():
        return await asyncio.gather(*(one(number) for number in range(8)))

    assert all(np.array_equal(pixels(data), pixels(DATA)) for data in asyncio.run(main()))


def test_streams_of_asyncio(ours):
    async def main():
        got = asyncio.get_running_loop().create_future()

        async def serve(reader, writer):
            image = await ours.Image.new_from_source_async(reader)
            await image.write_to_target_async(writer, ".png")
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(DATA)
            writer.write_eof()
            got.set_result(await reader.read())
            writer.close()
        return got.result()

    assert np.array_equal(pixels(asyncio.run(main())), pixels(DATA))
