"""Targets."""

from windlass import _types
from windlass._windlass import TargetBase
from windlass.vconnection import Connection


class Target(TargetBase, Connection):
    """Where encoded bytes go. It takes one save."""

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

    def get_typeof(self, name):
        """The type of a property; 0 where there is none such."""
        return _types.of_kind("blob") if name == "blob" else super().get_typeof(name)
