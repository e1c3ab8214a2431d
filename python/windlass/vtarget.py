"""Targets."""

from windlass import _types
from windlass._windlass import TargetBase
from windlass.vconnection import Connection


class Target(TargetBase, Connection):
    """Where encoded bytes go. It takes one save.

    As a context manager it makes the save count at the end of the block only, and not at all
    where the block raises: a file does not appear, end handlers are not called."""

    _properties = {**Connection._properties, "blob": "blob"}

    @staticmethod
    def new_to_descriptor(descriptor):
        """A copy of a descriptor; the caller keeps his own."""
        return Target("descriptor", descriptor)

    @staticmethod
    def new_to_file(filename):
        """A file, which appears when all is written."""
        return Target("file", filename)

    @staticmethod
    def new_to_memory():
        """Memory: `get("blob")` has the bytes after the save."""
        return Target("memory", None)

    def timeout(self, *, write=None, total=None):
        """Set how many seconds one write may take, and the whole save; what takes longer is an
        `Error` of the kind `Timeout`. To be called once, before the save.

        The handlers of a target with a timeout run on one thread of its own."""
        self._set_timeout(write, total)
        return self

    def __enter__(self):
        self._hold()
        return self

    def __exit__(self, kind, raised, traceback):
        if raised is None:
            self._commit()
        else:
            self._abort(raised)

    def get_typeof(self, name):
        """The type of a property; 0 where there is none such."""
        return _types.of_kind("blob") if name == "blob" else super().get_typeof(name)
