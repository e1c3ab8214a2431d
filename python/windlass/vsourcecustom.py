"""Sources served by Python functions."""

from windlass._handlers import attached
from windlass._windlass import SourceBase
from windlass.error import Error
from windlass.vsource import Source


class SourceCustom(Source):
    """Bytes that handlers give. Handlers run on the thread that waits for the result; what they
    raise reaches the caller of the operation, as the cause of an `Error`. They may be coroutines."""

    def __new__(cls, *args, **kwargs):
        return SourceBase.__new__(cls, "custom", None)

    def __init__(self):
        pass

    def on_read(self, handler):
        """`handler(size)` gives the bytes that follow, about `size`; b"" or None is the end."""
        self._handle("read", attached(handler))

    def on_seek(self, handler):
        """`handler(offset, whence)` moves as files do and returns the new position."""
        self._handle("seek", attached(handler))

    def signal_connect(self, name, callback):
        """Attach a handler by name: "read" fills the buffer it is given and returns a count."""
        if name == "read":
            self.on_read(_filling(callback))
        elif name == "seek":
            self.on_seek(callback)
        else:
            raise Error(f'unsupported signal "{name}"')


def _filling(callback):
    def read(size):
        buffer = bytearray(size)
        return bytes(buffer[: callback(buffer)])

    return read
