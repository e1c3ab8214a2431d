"""Sources."""

from windlass._windlass import SourceBase
from windlass.vconnection import Connection


class Source(SourceBase, Connection):
    """Where encoded bytes come from. It can be loaded from any number of times."""

    @staticmethod
    def new_from_descriptor(descriptor):
        """A copy of a descriptor; the caller keeps his own."""
        return Source("descriptor", descriptor)

    @staticmethod
    def new_from_file(filename):
        """A file, opened at once; the name is taken literally."""
        return Source("file", filename)

    @staticmethod
    def new_from_memory(data):
        """Bytes in memory."""
        return Source("memory", data)
