"""Stand-ins for the few raw handles that programs use."""

import re

from windlass import _types
from windlass.base import version


class _Null:
    """No pointer."""

    def __bool__(self):
        return False

    def __eq__(self, other):
        return isinstance(other, _Null)

    __hash__ = None

    def __repr__(self):
        return "<cdata 'void *' NULL>"


class _Ffi:
    """What `ffi` is used for: the null pointer."""

    NULL = _Null()


class _VipsLib:
    """Version numbers, and the type ids of enumerations."""

    VIPS_MAJOR_VERSION = version(0)
    VIPS_MINOR_VERSION = version(1)
    VIPS_MICRO_VERSION = version(2)

    def __getattr__(self, name):
        found = re.fullmatch(r"vips_(\w+)_get_type", name)
        if found:
            wanted = "vips" + found[1].replace("_", "")
            for known, number in _types.tables()["ids"].items():
                if known.lower() == wanted:
                    return lambda: number
        raise AttributeError(name)

    @staticmethod
    def vips_version(flag):
        """A part of the version; -1 where there is none such."""
        return version(flag) if 0 <= flag <= 5 else -1


class _GObjectLib:
    """Types by name."""

    @staticmethod
    def g_type_from_name(name):
        """The id of a type; 0 where there is none such."""
        return _types.from_name(name.decode() if isinstance(name, bytes) else name)


class _GLib:
    """Nothing of it is used."""


ffi = _Ffi()
vips_lib = _VipsLib()
gobject_lib = _GObjectLib()
glib_lib = _GLib()
