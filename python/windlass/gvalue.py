"""Values of a type, as metadata and properties hold them."""

from windlass import _types
from windlass.error import Error


class GValue:
    """A value with its type."""

    gbool_type = 20
    gint_type = 24
    guint64_type = 44
    gdouble_type = 60
    gstr_type = 64
    genum_type = 48
    gflags_type = 52
    gobject_type = 80
    gpointer_type = 68
    array_int_type = 0x1000
    array_double_type = 0x1010
    array_image_type = 0x1020
    refstr_type = 0x1030
    blob_type = 0x1040

    __slots__ = ("gtype", "_value")

    def __init__(self):
        self.gtype = 0
        self._value = None

    @staticmethod
    def gtype_to_python(gtype):
        """The Python type of values of a type, for documentation."""
        if _types.is_flags(gtype):
            return "int"
        name = _types.name_of(gtype)
        if _types.is_enum(gtype):
            return f"str | {name[4:] if name.startswith('Vips') else name}"
        return _PYTHON.get(name, "GObject")

    @staticmethod
    def to_enum(gtype, value):
        """The number of a nickname; what is no string stays."""
        if not isinstance(value, str):
            return value
        number = _lookup(gtype, value)
        if number is None:
            name, nicks = _types.name_of(gtype), ", ".join(_types.members(gtype))
            raise Error(
                f"no value {value} in gtype {name} ({gtype})",
                f"pyvips: enum '{name}' has no member '{value}', should be one of: {nicks}",
            )
        return number

    @staticmethod
    def from_enum(gtype, enum_value):
        """The nickname of a number; "(null)" where there is none."""
        for nick, number in _types.members(gtype).items():
            if number == enum_value:
                return nick
        return "(null)"

    @staticmethod
    def to_flag(gtype, value):
        """The bits of nicknames joined by `|`, `:` or blanks; what is no string stays."""
        if not isinstance(value, str):
            return value
        bits = 0
        for nick in value.replace("|", " ").replace(":", " ").split():
            number = _lookup(gtype, nick)
            if number is None:
                name = _types.name_of(gtype)
                raise Error(
                    f"no value {value} in gtype {name} ({gtype})",
                    f"pyvips: flags '{name}' has no member '{nick}'",
                )
            bits |= number
        return bits

    def set_type(self, gtype):
        """Say of what type the value is."""
        self.gtype = gtype
        self._value = _DEFAULTS.get(_types.name_of(gtype))

    def set(self, value):
        """Set the value, converted to the type."""
        name = _types.name_of(self.gtype)
        if _types.is_flags(self.gtype):
            self._value = int(GValue.to_flag(self.gtype, value))
        elif _types.is_enum(self.gtype):
            self._value = GValue.from_enum(self.gtype, GValue.to_enum(self.gtype, value))
        elif name in _SETTERS:
            self._value = _SETTERS[name](value)
        elif _types.fundamental(self.gtype) == GValue.gobject_type:
            self._value = value
        else:
            kind = _types.fundamental(self.gtype)
            raise Error(f"unsupported gtype for set {name}, fundamental {_types.name_of(kind)}")

    def get(self):
        """The value."""
        name = _types.name_of(self.gtype)
        known = name in _SETTERS or _types.is_enum(self.gtype) or _types.is_flags(self.gtype)
        if not known and _types.fundamental(self.gtype) != GValue.gobject_type:
            raise Error(f"unsupported gtype for get {name}")
        return list(self._value) if isinstance(self._value, list) else self._value


def _lookup(gtype, nick):
    """The number of a nickname in any case, of the full name in C too."""
    plain = nick.lower().replace("_", "-")
    for name, number in _types.members(gtype).items():
        if plain == name or plain.startswith("vips-") and plain.endswith("-" + name):
            return number
    return None


def _text(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, str):
        return value
    if hasattr(value, "__fspath__"):
        return _text(value.__fspath__())
    raise TypeError(f"initializer for ctype 'char *' must be a bytes or list or tuple, not {type(value).__name__}")


def _integers(value):
    return [int(item) for item in (value if isinstance(value, (list, tuple)) else [value])]


def _doubles(value):
    return [float(item) for item in (value if isinstance(value, (list, tuple)) else [value])]


_SETTERS = {
    "gboolean": bool,
    "gint": int,
    "guint64": int,
    "gdouble": float,
    "gchararray": _text,
    "VipsRefString": _text,
    "VipsArrayInt": _integers,
    "VipsArrayDouble": _doubles,
    "VipsArrayImage": list,
    "VipsBlob": bytes,
}
_DEFAULTS = {"gboolean": False, "gint": 0, "guint64": 0, "gdouble": 0.0}
_PYTHON = {
    "gboolean": "bool",
    "gint": "int",
    "guint64": "int",
    "gdouble": "float",
    "gchararray": "str",
    "VipsRefString": "str",
    "VipsImage": "Image",
    "VipsArrayInt": "list[int]",
    "VipsArrayDouble": "list[float]",
    "VipsArrayImage": "list[Image]",
    "VipsBlob": "bytes",
    "VipsSource": "Source",
    "VipsTarget": "Target",
}


class _LazyType:
    """A type id that needs the table of classes."""

    def __init__(self, name):
        self.name = name

    def __get__(self, instance, owner):
        return _types.from_name(self.name)


for _attribute, _name in (
    ("image_type", "VipsImage"),
    ("source_type", "VipsSource"),
    ("target_type", "VipsTarget"),
    ("format_type", "VipsBandFormat"),
    ("blend_mode_type", "VipsBlendMode"),
):
    setattr(GValue, _attribute, _LazyType(_name))
