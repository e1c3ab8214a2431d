"""Connections: where encoded bytes come from and go to."""

from windlass.vobject import VipsObject


class Connection(VipsObject):
    """What sources and targets have in common: `filename()` and `nick()`."""

    _properties = {**VipsObject._properties, "filename": "string"}

    def filename(self):
        """The file's name; None where there is no file. Sources and targets know it."""
        raise NotImplementedError

    def nick(self):
        """What errors call it. Sources and targets know it."""
        raise NotImplementedError

    @property
    def nickname(self):
        """The nickname of the class."""
        return _NICKNAMES.get(type(self).__name__, "source" if hasattr(self, "on_read") else "target")

    @property
    def pointer(self):
        """What tells connections apart."""
        return id(self)


_NICKNAMES = {"Source": "source", "Target": "target", "SourceCustom": "source_custom", "TargetCustom": "target_custom"}
