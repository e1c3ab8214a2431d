"""windlass: a streaming image engine with the interface of pyvips.

`Image` is where to start: `Image.new_from_file("x.jpg").resize(0.5).write_to_file("y.jpg")`.
"""

from windlass import enums
from windlass._windlass import VERSION as __version__
from windlass._windlass import operation_names as operations
from windlass.base import (
    at_least_libvips,
    block_untrusted_set,
    cache_get_max,
    cache_get_max_files,
    cache_get_max_mem,
    cache_get_size,
    cache_set_max,
    cache_set_max_files,
    cache_set_max_mem,
    cache_set_trace,
    concurrency_get,
    concurrency_set,
    enum_dict,
    flags_dict,
    get_suffixes,
    leak_set,
    nickname_find,
    operation_block_set,
    shutdown,
    type_find,
    type_from_name,
    type_map,
    type_name,
    values_for_enum,
    values_for_flag,
    version,
)
from windlass.enums import *  # noqa: F403
from windlass.error import Error
from windlass.gobject import GObject
from windlass.gvalue import GValue
from windlass.vobject import VipsObject
from windlass.vconnection import Connection
from windlass.vimage import Image
from windlass.vinterpolate import Interpolate
from windlass.voperation import Introspect, Operation
from windlass.vregion import Region
from windlass.vsource import Source
from windlass.vsourcecustom import SourceCustom
from windlass.vtarget import Target
from windlass.vtargetcustom import TargetCustom

API_mode = True
library_name = "windlass"

_LAZY = {"logger": "_logging", "GLogLevelFlags": "_logging", "ffi": "_raw", "vips_lib": "_raw", "glib_lib": "_raw", "gobject_lib": "_raw"}


def __getattr__(name):
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'windlass' has no attribute '{name}'")
    import importlib

    value = getattr(importlib.import_module(f"windlass.{module}"), name)
    globals()[name] = value
    return value


def install_as_pyvips():
    """Make `import pyvips`, and the import of its submodules, give this library."""
    from windlass._install import install

    install()
