"""Evaluations that are awaited, and handlers that are coroutines.

An evaluation that is awaited runs on a thread of its own. Its handlers run there too; those that
are coroutines run on the event loop that was running when they were attached.
"""

import asyncio
import contextvars
import inspect
import threading

from windlass._windlass import Cancellation
from windlass.error import Error

_local = threading.local()


class _Call:
    """One awaited evaluation: what has to end when its task is cancelled."""

    def __init__(self):
        self.cancellation = Cancellation()
        self.lock = threading.Lock()
        self.waiting = set()

    def cancel(self):
        self.cancellation.cancel()
        with self.lock:
            waiting = list(self.waiting)
        for future in waiting:
            future.cancel()

    def wait(self, future):
        """The result of a coroutine on the loop."""
        with self.lock:
            self.waiting.add(future)
        if self.cancellation.cancelled:
            future.cancel()
        try:
            return future.result()
        finally:
            with self.lock:
                self.waiting.discard(future)


async def run(work, *args, **kwargs):
    """What `work(*args, **kwargs)` returns, on a thread of its own; cancelling ends it."""
    loop = asyncio.get_running_loop()
    call, done = _Call(), loop.create_future()
    context = contextvars.copy_context()

    def target():
        _local.call = call
        try:
            result, error = context.run(call.cancellation.run, work, *args, **kwargs), None
        except BaseException as raised:  # whatever it is, the task that awaits gets it
            result, error = None, raised
        finally:
            _local.call = None
        loop.call_soon_threadsafe(_settle, done, result, error)

    thread = threading.Thread(target=target, name="windlass-async")
    thread.start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        call.cancel()
        # what was begun is undone before the task ends
        while not done.done():
            try:
                await asyncio.wait([done])
            except asyncio.CancelledError:
                continue
        done.exception()
        raise
    finally:
        if done.done():
            # it said its last word
            thread.join()


def _settle(done, result, error):
    if done.cancelled():
        return
    if error is None:
        done.set_result(result)
    elif isinstance(error, StopIteration):
        # a future can't carry it
        done.set_exception(RuntimeError(repr(error)))
    else:
        done.set_exception(error)


def bridged(handler):
    """`handler`, or what waits for its answer where that may be a coroutine's."""
    loop = _running()
    if loop is None and not _is_coroutine(handler):
        return handler
    return _Bridged(handler, loop)


def _is_coroutine(handler):
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(getattr(handler, "__call__", None))


class _Bridged:
    """A handler whose answer may be awaitable."""

    def __init__(self, handler, loop):
        self.handler = handler
        self.loop = loop

    def __call__(self, *args):
        if _is_coroutine(self.handler):
            _check_thread()
        answer = self.handler(*args)
        return _resolve(answer, self.loop) if inspect.isawaitable(answer) else answer

    @property
    def __self__(self):
        # who asks a bound method for its object asks the handler
        return self.handler.__self__


def _check_thread():
    if _running() is not None:
        raise Error(
            "a coroutine can't be waited for on the thread of an event loop",
            "use the awaitable forms: Image.new_from_source_async, image.write_to_target_async",
        )


def _resolve(answer, loop):
    try:
        _check_thread()
    except Error:
        getattr(answer, "close", lambda: None)()
        raise
    if loop is None or loop.is_closed():
        loop = _background()
    future = asyncio.run_coroutine_threadsafe(_awaited(answer), loop)
    call = getattr(_local, "call", None)
    return future.result() if call is None else call.wait(future)


async def _awaited(answer):
    return await answer


def _running():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


_loop = None
_loop_lock = threading.Lock()


def _background():
    """A loop for coroutines of programs that run none."""
    global _loop
    with _loop_lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="windlass-loop", daemon=True).start()
        return _loop
