"""Targets served by Python functions."""

from windlass._handlers import attached
from windlass._windlass import TargetBase
from windlass.error import Error
from windlass.vtarget import Target

_SIGNALS = ("write", "read", "seek", "finish", "end", "abort")


class TargetCustom(Target):
    """Handlers take the bytes. They run on the thread that waits for the save; what they raise
    reaches the caller, as the cause of an `Error`. They may be coroutines."""

    def __new__(cls, *args, **kwargs):
        return TargetBase.__new__(cls, "custom", None)

    def __init__(self):
        pass

    def on_write(self, handler):
        """`handler(bytes)` takes bytes and returns how many it took; it gets the rest again."""
        self._handle("write", attached(handler))

    def on_read(self, handler):
        """`handler(size)` gives back what was written, for formats that need it (TIFF)."""
        self._handle("read", attached(handler))

    def on_seek(self, handler):
        """`handler(offset, whence)` moves as files do and returns the new position."""
        self._handle("seek", attached(handler))

    def on_finish(self, handler):
        """`handler()` is called after the last write. `on_end` can also fail the save."""
        self._handle("finish", attached(handler))

    def on_end(self, handler):
        """`handler()` is called after the last write; what is not 0 or None fails the save."""
        self._handle("end", attached(handler))

    def on_abort(self, handler):
        """`handler(text)` is called where the save failed: what was written is of no use."""
        self._handle("abort", attached(handler))

    def signal_connect(self, name, callback):
        """Attach a handler by name."""
        if name not in _SIGNALS:
            raise Error(f'unsupported signal "{name}"')
        if name == "read":
            from windlass.vsourcecustom import _filling

            callback = _filling(callback)
        self._handle(name, attached(callback))
