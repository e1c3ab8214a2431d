"""How programs write things: constants for images, indices, arrays, names of metadata.

`vimage` holds the methods, this module what lies behind them.
"""

from windlass import _types, _windlass
from windlass._windlass import ImageBase, call
from windlass.error import Error

# Header fields, in the order in which they are listed, with their types.
FIELDS = {
    "width": "gint",
    "height": "gint",
    "bands": "gint",
    "format": "VipsBandFormat",
    "coding": "VipsCoding",
    "interpretation": "VipsInterpretation",
    "xoffset": "gint",
    "yoffset": "gint",
    "xres": "gdouble",
    "yres": "gdouble",
    "filename": "gchararray",
}
_PROPERTIES = {"nickname": "gchararray", "description": "gchararray", "kill": "gboolean"}
# Names of old; those of enumerations give numbers.
_OLD = {
    "Xsize": "width",
    "Ysize": "height",
    "Bands": "bands",
    "BandFmt": "format",
    "Coding": "coding",
    "Type": "interpretation",
    "Xoffset": "xoffset",
    "Yoffset": "yoffset",
    "Xres": "xres",
    "Yres": "yres",
}


def find_operation(name):
    """The operation of that name, as an attribute of `Image`."""
    if name[:1] != "_":
        try:
            return _windlass.operation(name)
        except Error:
            for row in _windlass.class_table():
                if row[0] == name and row[1] in _windlass.operation_names():
                    return _windlass.operation(row[1])
    raise AttributeError


# operators


def binary(image, other, name, constant):
    """An operation of two images, or what `constant` makes where the other is none."""
    return call(name, image, other) if isinstance(other, ImageBase) else constant()


def enum_call(image, base, operation, other):
    """An operation of two images, or its form for constants."""
    if isinstance(other, ImageBase):
        return call(base, image, other, operation)
    return call(f"{base}_const", image, operation, other)


def smap(function, value):
    """`function` of a number, or of each of a list."""
    return [function(item) for item in value] if isinstance(value, list) else function(value)


def negative(value):
    """-value"""
    return -1 * value


def reciprocal(value):
    """1 / value"""
    return 1.0 / value


def as_list(value):
    """A list of what may be one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def imageize(match, value):
    """A list of lists as a matrix, else a constant image like `match`."""
    if is_2d(value):
        return _windlass.matrix(value, 1.0, 0.0)
    return match.new_from_image(value)


def is_2d(value):
    """Whether a value is a list of lists of one length."""
    if not isinstance(value, (list, tuple)) or not value:
        return False
    rows = all(isinstance(row, (list, tuple)) for row in value)
    return rows and all(len(row) == len(value[0]) for row in value)


def checked_rows(rows):
    """Rows of a matrix: lists of one length."""
    for row in rows:
        if not isinstance(row, list) or len(row) != len(rows[0]):
            raise TypeError(f"must be real number, not {type(row).__name__}")
    return rows


def enum_number(name, value):
    """The number of a member of an enumeration; numbers stay."""
    from windlass.gvalue import GValue

    return GValue.to_enum(_types.from_name(name), value)


def bandjoin(image, other):
    """The bands of an image, then those of others, or constants."""
    others = as_list(other)
    if not others:
        return image
    if all(not isinstance(one, ImageBase) for one in others):
        return call("bandjoin_const", image, others)
    return call("bandjoin", [image, *others])


def run_complex(function, image):
    """A complex operation on an image, or on pairs of bands of a real one."""
    original = image
    if image.format not in ("complex", "dpcomplex"):
        if image.bands % 2 != 0:
            raise Error("not an even number of bands")
        if image.format not in ("float", "double"):
            image = call("cast", image, "float")
        form = "dpcomplex" if image.format == "double" else "complex"
        image = call("copy", image, format=form, bands=image.bands // 2)
    image = function(image)
    if original.format not in ("complex", "dpcomplex"):
        form = "double" if image.format == "dpcomplex" else "float"
        image = call("copy", image, format=form, bands=image.bands * 2)
    return image


# indices


def index(image, arg):
    """The bands of an image that `arg` chooses."""
    bands = image.bands
    if isinstance(arg, slice):
        chosen = list(range(bands)[arg])
        if not chosen:
            raise IndexError("empty slice")
        if arg.step == 1:
            return call("extract_band", image, chosen[0], n=len(chosen))
    elif isinstance(arg, int):
        chosen = [range(bands)[arg]]
    elif isinstance(arg, list):
        chosen = _listed(arg, bands)
    else:
        raise IndexError("argument must be an int, slice, list of ints, or list of bools")
    if len(chosen) == 1:
        return call("extract_band", image, chosen[0])
    return call("bandjoin", [call("extract_band", image, band) for band in chosen])


def _listed(arg, bands):
    if not arg:
        raise IndexError("empty list")
    if all(type(item) is bool for item in arg):
        if len(arg) != bands:
            raise IndexError("boolean index must have same length as bands")
        chosen = [band for band, wanted in enumerate(arg) if wanted]
        if not chosen:
            raise IndexError("empty boolean index")
        return chosen
    if not all(type(item) is int for item in arg):
        raise IndexError("list must contain only ints or only bools")
    return [range(bands)[item] for item in arg]


# metadata


def name_text(name):
    """A name given as text or bytes."""
    return name.decode() if isinstance(name, bytes) else name


def get(image, name):
    """The value of a header field, metadata item or property."""
    name = name_text(name)
    if name in FIELDS:
        return getattr(image, name)
    item = image._item(name)
    if item is not None:
        return item[1]
    if name in _OLD:
        value, gtype = getattr(image, _OLD[name]), FIELDS[_OLD[name]]
        return enum_number(gtype, value) if gtype.startswith("Vips") else value
    if name in _PROPERTIES:
        return getattr(image, name)
    raise Error(f"unable to get {name}", f'vips_image_get: field "{name}" not found')


def get_typeof(image, name):
    """The type of a header field, metadata item or property; 0 where there is none such."""
    name = name_text(name)
    if name in FIELDS:
        return _types.from_name(FIELDS[name])
    kind = image._item_kind(name)
    if kind is not None:
        return _types.of_kind(kind)
    if name in _OLD:
        gtype = FIELDS[_OLD[name]]
        return _types.from_name("gint" if gtype.startswith("Vips") else gtype)
    return _types.from_name(_PROPERTIES[name]) if name in _PROPERTIES else 0


def set_type(image, gtype, name, value):
    """Set a metadata item of that type."""
    kind = _types.kind_of(gtype)
    if kind is None:
        from windlass.gvalue import GValue

        converted = GValue()
        converted.set_type(gtype)
        converted.set(value)
        value = converted.get()
        kind = "string" if isinstance(value, str) else "int"
    image._set_item(name, kind, value)


# arrays


def tolist(image):
    """The pixels of a one-band image as a list of rows."""
    if image.bands != 1:
        raise NotImplementedError("tolist only implemented for single-band images")
    from windlass.vimage import FORMAT_TO_PYFORMAT

    form, width, height = image.format, image.width, image.height
    data = image.write_to_memory()
    if form == "char":
        return [[data[at : at + 1] for at in range(y * width, (y + 1) * width)] for y in range(height)]
    letter = FORMAT_TO_PYFORMAT[form]
    values = memoryview(data).cast(letter[0]).tolist()
    if len(letter) == 2:
        values = [complex(*pair) for pair in zip(values[::2], values[1::2])]
    return [values[y * width : (y + 1) * width] for y in range(height)]


def to_array(image, dtype, copy):
    """The pixels as a NumPy array: (height, width, bands), fewer axes where they are one."""
    import numpy as np

    from windlass.vimage import FORMAT_TO_TYPESTR

    if copy is False:
        raise ValueError("an image can't be an array without a copy")
    array = np.frombuffer(image._write_to_bytearray(), dtype=FORMAT_TO_TYPESTR[image.format])
    array = array.reshape(image.height, image.width, image.bands)
    if image.bands == 1:
        array = array.reshape(() if image.width == image.height == 1 else (image.height, image.width))
    return array if dtype is None else array.astype(dtype, copy=False)


def from_array(obj, interpretation):
    """The image of anything with an array interface."""
    from windlass.vimage import Image, TYPESTR_TO_FORMAT, _guess_interpretation

    if not hasattr(obj, "__array_interface__"):
        if not hasattr(obj, "__array__"):
            raise TypeError("does not define __array_interface__ or __array__")
        return from_array(obj.__array__(), None)
    interface = obj.__array_interface__
    height, width, bands = _shape(interface["shape"])
    typestr = interface["typestr"]
    if typestr not in TYPESTR_TO_FORMAT:
        raise ValueError(f"conversion from {typestr} not supported")
    form = TYPESTR_TO_FORMAT[typestr]
    image = Image.new_from_memory(_memory_of(obj, interface), width, height, bands, form)
    if typestr == "|b1":
        image = image != 0
    if interpretation is None:
        return image
    if interpretation == "auto":
        interpretation = _guess_interpretation(form, bands)
    return call("copy", image, interpretation=interpretation)


def _shape(shape):
    if len(shape) > 3:
        raise ValueError("array has more than 3 dimensions")
    return {0: (1, 1, 1), 1: (1, *shape, 1), 2: (*shape, 1)}.get(len(shape), shape)


def _memory_of(obj, interface):
    """The samples of an array, row after row: its own memory where it lies so, else a copy."""
    if interface.get("strides") is None and hasattr(obj, "data"):
        return obj.data
    for name in ("tobytes", "tostring"):
        if hasattr(obj, name):
            return getattr(obj, name)()
    raise TypeError("object has no .tobytes or .tostring")
