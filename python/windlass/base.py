"""What holds for the whole process: version, cache, threads, types, blocked operations."""

from windlass import _types, _windlass
from windlass.error import Error

_VERSION = (8, 18, 7, 62, 2, 20)


def version(flag):
    """The version of the reference that this library answers for: 0 major, 1 minor, 2 micro."""
    if not 0 <= flag < len(_VERSION):
        raise Error("unable to get library version", "vips_version: flag not in [0, 5]")
    return _VERSION[flag]


def at_least_libvips(x, y):
    """Whether the version is at least x.y."""
    return version(0) > x or (version(0) == x and version(1) >= y)


def leak_set(leak):
    """Report leaks at exit. Nothing of ours outlives its owner, so there is nothing to report."""


def shutdown():
    """Let go of all that is kept between calls."""
    _windlass.cache_set("max", 0)


def cache_set_max(mx):
    """Set how many operations are kept; 0 empties and disables."""
    _windlass.cache_set("max", max(0, mx))


def cache_set_max_mem(mx):
    """Set the bytes of pixels that kept operations may hold."""
    _windlass.cache_set("max_mem", max(0, mx))


def cache_set_max_files(mx):
    """Set the files that kept operations may hold open."""
    _windlass.cache_set("max_files", max(0, mx))


def cache_set_trace(trace):
    """Print a line for each call of an operation, or stop doing so."""
    from windlass._logging import log_calls

    log_calls(bool(trace))


def cache_get_max():
    """Operations kept at most."""
    return _windlass.cache_get("max")


def cache_get_max_mem():
    """Bytes of pixels that kept operations may hold."""
    return _windlass.cache_get("max_mem")


def cache_get_max_files():
    """Files that kept operations may hold open."""
    return _windlass.cache_get("max_files")


def cache_get_size():
    """Operations kept now."""
    return _windlass.cache_size()


def concurrency_set(count):
    """Set the threads of an evaluation; less than 1 is ignored, more than 1024 is 1024."""
    _windlass.concurrency_set(count)


def concurrency_get():
    """Threads of an evaluation."""
    return _windlass.concurrency_get()


def block_untrusted_set(state):
    """Block what may not be trusted with files of strangers, or free it."""
    _windlass.block_untrusted(bool(state))


def operation_block_set(name, state):
    """Block a class of operations and all below it, or free them."""
    _windlass.block_class(name, bool(state))


def get_suffixes():
    """Suffixes of files that can be written."""
    return _windlass.suffixes()


def type_find(basename, nickname):
    """The id of the class below `basename` with that nickname, where it exists; else 0."""
    found = _types.tables()
    for name, row in found["rows"].items():
        if row[1] == nickname and _types.is_below(name, basename) and _exists(name, nickname):
            return found["ids"][name]
    return 0


def _exists(name, nickname):
    """Whether a class of the table is there: operations may be missing from this build."""
    if not _types.is_below(name, "VipsOperation") or _types.children(_types.from_name(name)):
        return True
    return nickname in _windlass.operation_names() or nickname in ("crop",)


def type_name(gtype):
    """The name of a type."""
    return _types.name_of(gtype)


def type_from_name(name):
    """The id of a type, by name; 0 where there is none such."""
    return _types.from_name(name)


def nickname_find(gtype):
    """The nickname of a class."""
    row = _types.tables()["rows"].get(_types.name_of(gtype))
    return row[1] if row else "NULL"


def type_map(gtype, fn):
    """Call `fn(child, a, b)` for each class directly below; it returns `ffi.NULL` to go on."""
    from windlass._raw import ffi

    for child in _types.children(gtype):
        result = fn(child, ffi.NULL, ffi.NULL)
        if result != ffi.NULL:
            return result
    return ffi.NULL


def enum_dict(gtype):
    """{nickname: number} of an enumeration."""
    return _types.members(gtype)


def flags_dict(gtype):
    """{nickname: number} of a set of flags."""
    return _types.members(gtype)


def values_for_enum(gtype):
    """The nicknames of an enumeration."""
    return list(_types.members(gtype))


def values_for_flag(gtype):
    """The nicknames of a set of flags."""
    return list(_types.members(gtype))
