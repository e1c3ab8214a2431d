from typing import Any, Final

from . import enums as enums
from .base import (
    at_least_libvips as at_least_libvips,
    block_untrusted_set as block_untrusted_set,
    cache_get_max as cache_get_max,
    cache_get_max_files as cache_get_max_files,
    cache_get_max_mem as cache_get_max_mem,
    cache_get_size as cache_get_size,
    cache_set_max as cache_set_max,
    cache_set_max_files as cache_set_max_files,
    cache_set_max_mem as cache_set_max_mem,
    cache_set_trace as cache_set_trace,
    concurrency_get as concurrency_get,
    concurrency_set as concurrency_set,
    enum_dict as enum_dict,
    flags_dict as flags_dict,
    get_suffixes as get_suffixes,
    leak_set as leak_set,
    nickname_find as nickname_find,
    operation_block_set as operation_block_set,
    shutdown as shutdown,
    type_find as type_find,
    type_from_name as type_from_name,
    type_map as type_map,
    type_name as type_name,
    values_for_enum as values_for_enum,
    values_for_flag as values_for_flag,
    version as version,
)
from .enums import *
from .error import Error as Error
from .gobject import GObject as GObject
from .gvalue import GValue as GValue
from .vconnection import Connection as Connection
from .vimage import Image as Image
from .vinterpolate import Interpolate as Interpolate
from .vobject import VipsObject as VipsObject
from .voperation import Introspect as Introspect, Operation as Operation
from .vregion import Region as Region
from .vsource import Source as Source
from .vsourcecustom import SourceCustom as SourceCustom
from .vtarget import Target as Target
from .vtargetcustom import TargetCustom as TargetCustom

import logging

__version__: Final[str]
API_mode: Final[bool]
library_name: Final[str]
logger: logging.Logger
ffi: Any
vips_lib: Any
glib_lib: Any
gobject_lib: Any
GLogLevelFlags: Any

def operations() -> list[str]: ...
def install_as_pyvips() -> None: ...
