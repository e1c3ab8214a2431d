"""Sources."""

from windlass._windlass import SourceBase
from windlass.vconnection import Connection


class Source(SourceBase, Connection):
    """Where encoded bytes come from. It can be loaded from any number of times."""

    @staticmethod
    def new_from_descriptor(descriptor, *, offset=0, length=None):
        """A copy of a descriptor; the caller keeps his own. A file is read from its start, or
        from byte `offset` on, `length` bytes or all that follow; a pipe from where it is."""
        return Source("descriptor", (descriptor, offset, length))

    @staticmethod
    def new_from_file(filename):
        """A file, opened at once; the name is taken literally. An address, such as
        `https://…`, is opened at the first use, so that a timeout can be set before."""
        return Source("file", filename)

    @staticmethod
    def new_from_memory(data):
        """Bytes in memory: anything with a contiguous buffer, which is held and can't be resized
        meanwhile. Nothing is copied."""
        return Source("memory", data)

    def timeout(self, *, read=None, total=None):
        """Set how many seconds one read may take, and all reads from the first on; what takes
        longer is an `Error` of the kind `Timeout`. To be called once, before the first use.

        The handlers of a source with a timeout run on one thread of its own."""
        self._set_timeout(read, total)
        return self
