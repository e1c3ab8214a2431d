"""Type ids: opaque numbers for the types of values, classes and enumerations."""

from windlass import _windlass
from windlass.error import Error

FUNDAMENTAL = {
    "gboolean": 20,
    "gint": 24,
    "guint64": 44,
    "GEnum": 48,
    "GFlags": 52,
    "gdouble": 60,
    "gchararray": 64,
    "gpointer": 68,
    "GObject": 80,
}

# Values, in the order of their ids. Parents of classes are in the native table.
_BOXED = (
    "VipsArrayInt",
    "VipsArrayDouble",
    "VipsArrayImage",
    "VipsRefString",
    "VipsBlob",
    "VipsSaveString",
    "VipsArea",
)

_KINDS = {
    "bool": "gboolean",
    "int": "gint",
    "uint64": "guint64",
    "double": "gdouble",
    "string": "VipsRefString",
    "blob": "VipsBlob",
    "ints": "VipsArrayInt",
    "doubles": "VipsArrayDouble",
    "image": "VipsImage",
    "images": "VipsArrayImage",
}
_OF_TYPE = {name: kind for kind, name in _KINDS.items()} | {"gchararray": "string"}

_FIRST_BOXED = 0x1000
_FIRST_ENUM = 0x2000
_FIRST_CLASS = 0x4000

_tables = {}


def tables():
    """Ids by name, names by id, and rows of classes; made at the first need."""
    if not _tables:
        from windlass._numbers import NUMBERS

        ids = dict(FUNDAMENTAL)
        ids.update((name, _FIRST_BOXED + 16 * i) for i, name in enumerate(_BOXED))
        ids.update((name, _FIRST_ENUM + 16 * i) for i, name in enumerate(NUMBERS))
        ids["VipsOperationFlags"] = _FIRST_ENUM + 16 * len(NUMBERS)
        rows = {row[0]: row for row in [("VipsObject", "object", "GObject", 0), *_windlass.class_table()]}
        ids.update((name, _FIRST_CLASS + 16 * i) for i, name in enumerate(rows))
        _tables.update(ids=ids, names={number: name for name, number in ids.items()}, rows=rows)
    return _tables


def from_name(name):
    """The id of a type; 0 where there is none such."""
    return FUNDAMENTAL.get(name) or tables()["ids"].get(name, 0)


def name_of(gtype):
    """The name of a type; "NULL" of 0."""
    return tables()["names"].get(gtype, "NULL")


def of_kind(kind):
    """The id of a native kind of value."""
    return from_name(_KINDS[kind])


def kind_of(gtype):
    """The native kind of values of a type; None where values can't be of it."""
    return _OF_TYPE.get(name_of(gtype))


def is_enum(gtype):
    """Whether a type is an enumeration."""
    name = name_of(gtype)
    return name in numbers() and not is_flags(gtype)


def is_flags(gtype):
    """Whether a type is a set of flags."""
    from windlass._numbers import FLAGS

    return name_of(gtype) in (*FLAGS, "VipsOperationFlags")


def numbers():
    """The numbers of all enumerations."""
    from windlass._numbers import NUMBERS, OPERATION_FLAGS

    return NUMBERS | {"VipsOperationFlags": OPERATION_FLAGS}


def members(gtype):
    """{nickname: number} of an enumeration or set of flags."""
    found = numbers().get(name_of(gtype))
    if found is None:
        raise Error(f"{name_of(gtype)} is no enumeration")
    return dict(found)


def fundamental(gtype):
    """The id of the type that a type comes down to."""
    if is_flags(gtype):
        return FUNDAMENTAL["GFlags"]
    if is_enum(gtype):
        return FUNDAMENTAL["GEnum"]
    return FUNDAMENTAL["GObject"] if name_of(gtype) in tables()["rows"] else gtype


def children(gtype):
    """The ids of the classes directly below a class."""
    parent, found = name_of(gtype), tables()
    return [found["ids"][name] for name, row in found["rows"].items() if row[2] == parent]


def is_below(name, ancestor):
    """Whether a class is another, or derives from it."""
    rows = tables()["rows"]
    while name in rows:
        if name == ancestor:
            return True
        name = rows[name][2]
    return name == ancestor
