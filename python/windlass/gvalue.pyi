from typing import Any

class GValue:
    gbool_type: int
    gint_type: int
    guint64_type: int
    gdouble_type: int
    gstr_type: int
    genum_type: int
    gflags_type: int
    gobject_type: int
    gpointer_type: int
    image_type: int
    array_int_type: int
    array_double_type: int
    array_image_type: int
    refstr_type: int
    blob_type: int
    source_type: int
    target_type: int
    format_type: int
    blend_mode_type: int
    gtype: int
    @staticmethod
    def gtype_to_python(gtype: int) -> str: ...
    @staticmethod
    def to_enum(gtype: int, value: str | int) -> int: ...
    @staticmethod
    def from_enum(gtype: int, enum_value: int) -> str: ...
    @staticmethod
    def to_flag(gtype: int, value: str | int) -> int: ...
    def set_type(self, gtype: int) -> None: ...
    def set(self, value: Any) -> None: ...
    def get(self) -> Any: ...
