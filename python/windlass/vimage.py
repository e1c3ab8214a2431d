"""Images."""

from windlass import _convention as _c
from windlass import _types, _windlass
from windlass._windlass import ImageBase, call
from windlass.error import Error
from windlass.vobject import VipsObject

TYPESTR_TO_FORMAT = {
    "|b1": "uchar",
    "|u1": "uchar",
    "|i1": "char",
    "<u2": "ushort",
    "<i2": "short",
    "<u4": "uint",
    "<i4": "int",
    "<f4": "float",
    "<f8": "double",
    "<c8": "complex",
    "<c16": "dpcomplex",
}
FORMAT_TO_TYPESTR = {form: typestr for typestr, form in TYPESTR_TO_FORMAT.items() if typestr != "|b1"}
# Letters of the module `struct` and of `memoryview.cast`.
FORMAT_TO_PYFORMAT = {
    "uchar": "B",
    "char": "b",
    "ushort": "H",
    "short": "h",
    "uint": "I",
    "int": "i",
    "float": "f",
    "double": "d",
    "complex": "ff",
    "dpcomplex": "dd",
}
_FORMAT_NUMBERS = {
    "uchar": 0,
    "char": 1,
    "ushort": 2,
    "short": 3,
    "uint": 4,
    "int": 5,
    "float": 6,
    "complex": 7,
    "double": 8,
    "dpcomplex": 9,
}
_SIGNALS = ("preeval", "eval", "posteval")


def _guess_interpretation(form, bands):
    """What bands of an array mean, where `interpretation="auto"` asks for a guess."""
    if form in ("complex", "dpcomplex"):
        return "fourier"
    if bands >= 5 or form in ("uint", "int"):
        return "multiband"
    one, three = {
        "uchar": ("b-w", "rgb"),
        "char": ("matrix" if bands == 1 else "multiband", "multiband"),
        "short": ("matrix" if bands == 1 else "multiband", "multiband"),
        "ushort": ("grey16", "rgb16"),
        "float": ("b-w", "scrgb"),
        "double": ("b-w", "scrgb"),
    }[form]
    return one if bands < 3 else three


class _ImageType(type):
    """Finds operations by other spellings of their names: `Image.Black`."""

    def __getattr__(cls, name):
        return _c.find_operation(name)


class Image(ImageBase, VipsObject, metaclass=_ImageType):
    """An image: its header, its metadata, and how its pixels are made.

    Images never change and cost little: operations describe pixels, which are computed when
    they are written, read or reduced to a number.
    """

    __slots__ = ("__weakref__",)
    __hash__ = None

    # construction

    @staticmethod
    def new_from_file(vips_filename, **kwargs):
        """The image of a file; its name may end in options: `x.tif[page=2]`."""
        from windlass import _foreign

        return _foreign.load_file(vips_filename, kwargs)

    @staticmethod
    def new_from_buffer(data, options="", **kwargs):
        """The image of a file in memory."""
        from windlass import _foreign

        return _foreign.load_buffer(data, options, kwargs)

    @staticmethod
    def new_from_source(source, options="", **kwargs):
        """The image that a source gives, or anything else that gives bytes: a file opened in binary
        mode, a path, a buffer, a response, a socket, an iterator of bytes."""
        from windlass import _foreign

        return _foreign.load_source(source, options, kwargs)

    @staticmethod
    async def new_from_source_async(source, options="", **kwargs):
        """As `new_from_source`, awaited: the header is read on another thread, and `source` may
        also be an asynchronous iterator."""
        from windlass import _foreign

        return await _foreign.load_source_async(source, options, kwargs)

    @staticmethod
    async def thumbnail_source_async(source, width, **kwargs):
        """As `thumbnail_source`, awaited."""
        from windlass import _foreign

        return await _foreign.thumbnail_source_async(source, width, kwargs)

    @staticmethod
    def new_from_list(array, scale=1.0, offset=0.0):
        """The matrix of a list of rows; of a flat list, one row."""
        if not isinstance(array[0], list):
            array = [list(array)]
        return _windlass.matrix(_c.checked_rows(array), scale, offset)

    @classmethod
    def new_from_array(cls, obj, scale=1.0, offset=0.0, interpretation=None):
        """The image of a list, or of anything with an array interface, such as NumPy's arrays."""
        if isinstance(obj, list):
            return cls.new_from_list(obj, scale, offset)
        return _c.from_array(obj, interpretation)

    @staticmethod
    def new_from_memory(data, width, height, bands, format):
        """The image of a buffer: rows without gaps, samples in machine order."""
        number = _FORMAT_NUMBERS.get(format)
        if number is None:
            number = _c.enum_number("VipsBandFormat", format)
        return _windlass.image_from_bytes(data, (width, height, bands), number)

    @staticmethod
    def new_from_recipe(text):
        """The image whose `recipe()` is `text`, made anew: from the same files, by the same calls."""
        return _windlass.image_from_recipe(text)

    def __reduce__(self):
        """Pickled as its recipe: a few lines, not pixels."""
        return Image.new_from_recipe, (self.recipe(),)

    @staticmethod
    def new_temp_file(format):
        """An image to be written to, in a temporary file such as "%s.v"."""
        from windlass import _foreign

        return _foreign.temporary(format)

    def new_from_image(self, value):
        """A constant image like this one."""
        return _windlass.constant_like(self, value)

    # output

    def write_to_file(self, vips_filename, **kwargs):
        """Write to a file; its suffix says the format, and may be followed by options."""
        from windlass import _foreign

        _foreign.save_file(self, vips_filename, kwargs)

    def write_to_buffer(self, format_string, **kwargs):
        """The file as bytes; `format_string` is a suffix with options: ".jpg[Q=90]"."""
        from windlass import _foreign

        return _foreign.save_buffer(self, format_string, kwargs)

    def write_to_target(self, target, format_string, **kwargs):
        """Write to a target, or anything else that takes bytes: a file opened in binary mode, a path,
        a socket, a function. `format_string` is a suffix with options."""
        from windlass import _foreign

        _foreign.save_target(self, target, format_string, kwargs)

    async def write_to_target_async(self, target, format_string, **kwargs):
        """As `write_to_target`, awaited: it runs on another thread, `target` may also be a coroutine
        function, and cancelling the task ends the work and undoes what was written."""
        from windlass import _foreign

        await _foreign.save_target_async(self, target, format_string, kwargs)

    async def write_to_file_async(self, vips_filename, **kwargs):
        """As `write_to_file`, awaited; cancelling the task ends the work and leaves no file."""
        from windlass import _async

        await _async.run(self.write_to_file, vips_filename, **kwargs)

    async def write_to_buffer_async(self, format_string, **kwargs):
        """As `write_to_buffer`, awaited; cancelling the task ends the work."""
        from windlass import _async

        return await _async.run(self.write_to_buffer, format_string, **kwargs)

    def write(self, other):
        """Evaluate into an image that was not written yet, such as `new_temp_file`."""
        from windlass import _foreign

        _foreign.write(self, other)

    def tolist(self):
        """The pixels of a one-band image as a list of rows."""
        return _c.tolist(self)

    def numpy(self, dtype=None):
        """The pixels as a NumPy array of (height, width, bands)."""
        return self.__array__(dtype)

    def __array__(self, dtype=None, copy=None):
        return _c.to_array(self, dtype, copy)

    def pil(self):
        """The pixels as a Pillow image."""
        from windlass import _pil

        return _pil.to_pil(self)

    def _repr_png_(self):
        from windlass import _foreign

        return _foreign.picture(self)

    # properties and metadata

    @property
    def kill(self):
        """Whether the next evaluation is to fail."""
        return False

    def get(self, name):
        """The value of a header field or metadata item."""
        return _c.get(self, name)

    def get_typeof(self, name):
        """The type of a header field or metadata item; 0 where there is none such."""
        return _c.get_typeof(self, name)

    def get_fields(self):
        """Names of all header fields and metadata items."""
        return [*_c.FIELDS, *self._item_names()]

    def set_type(self, gtype, name, value):
        """Set a metadata item of that type."""
        _c.set_type(self, gtype, _c.name_text(name), value)

    def set(self, name, value):
        """Change a metadata item, which keeps its type."""
        name = _c.name_text(name)
        gtype = self.get_typeof(name)
        if gtype == 0:
            raise Error(f"metadata item {name} does not exist - use set_type() to create and set")
        _c.set_type(self, gtype, name, value)

    def remove(self, name):
        """Remove a metadata item; whether it was there."""
        return self._remove_item(_c.name_text(name))

    def get_value(self, name):
        """The same as `get`, for old programs."""
        return self.get(name)

    def set_value(self, name, value):
        """The same as `set`, for old programs."""
        self.set(name, value)

    def get_scale(self):
        """The scale of a matrix."""
        return self._scale()

    def get_offset(self):
        """The offset of a matrix."""
        return self._offset()

    def get_n_pages(self):
        """Pages in the file, 1 where nothing sensible is known."""
        return self._page_count()

    def get_page_height(self):
        """The height of a page."""
        return self._page_height()

    def get_gainmap(self):
        """The gain map, or None."""
        return self.get("gainmap") if self.get_typeof("gainmap") else None

    def signal_connect(self, name, callback):
        """Call `callback(image, progress)` at "preeval", "eval" or "posteval"."""
        if name not in _SIGNALS:
            raise Error(f'unsupported signal "{name}"')
        self._watch(name, callback)

    # bands and pixels

    def __getitem__(self, arg):
        return _c.index(self, arg)

    def __iter__(self):
        for band in range(self.bands):
            yield call("extract_band", self, band)

    def __call__(self, x, y):
        return call("getpoint", self, x, y)

    def __repr__(self):
        if self.interpretation == "matrix" and self.bands == 1 and self.width < 20 and self.height < 20:
            return repr(self.tolist())
        return f"<pyvips.Image {self.width}x{self.height} {self.format}, {self.bands} bands, {self.interpretation}>"

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        pass

    def __getattr__(self, name):
        return _c.find_operation(name).__get__(self, Image)

    # operators

    def __add__(self, other):
        return _c.binary(self, other, "add", lambda: call("linear", self, 1, other))

    __radd__ = __add__

    def __sub__(self, other):
        return _c.binary(self, other, "subtract", lambda: call("linear", self, 1, _c.smap(_c.negative, other)))

    def __rsub__(self, other):
        return call("linear", self, -1, other)

    def __mul__(self, other):
        return _c.binary(self, other, "multiply", lambda: call("linear", self, other, 0))

    __rmul__ = __mul__

    def __truediv__(self, other):
        return _c.binary(self, other, "divide", lambda: call("linear", self, _c.smap(_c.reciprocal, other), 0))

    def __rtruediv__(self, other):
        return (self**-1) * other

    def __floordiv__(self, other):
        return (self / other).floor()

    def __rfloordiv__(self, other):
        return (other / self).floor()

    def __mod__(self, other):
        return _c.binary(self, other, "remainder", lambda: call("remainder_const", self, other))

    def __pow__(self, other):
        return _c.enum_call(self, "math2", "pow", other)

    def __rpow__(self, other):
        return _c.enum_call(self, "math2", "wop", other)

    def __lshift__(self, other):
        return _c.enum_call(self, "boolean", "lshift", other)

    def __rshift__(self, other):
        return _c.enum_call(self, "boolean", "rshift", other)

    def __and__(self, other):
        return _c.enum_call(self, "boolean", "and", other)

    __rand__ = __and__

    def __or__(self, other):
        return _c.enum_call(self, "boolean", "or", other)

    __ror__ = __or__

    def __xor__(self, other):
        return _c.enum_call(self, "boolean", "eor", other)

    __rxor__ = __xor__

    def __lt__(self, other):
        return _c.enum_call(self, "relational", "less", other)

    def __le__(self, other):
        return _c.enum_call(self, "relational", "lesseq", other)

    def __gt__(self, other):
        return _c.enum_call(self, "relational", "more", other)

    def __ge__(self, other):
        return _c.enum_call(self, "relational", "moreeq", other)

    def __eq__(self, other):
        return False if other is None else _c.enum_call(self, "relational", "equal", other)

    def __ne__(self, other):
        return True if other is None else _c.enum_call(self, "relational", "noteq", other)

    def __neg__(self):
        return -1 * self

    def __pos__(self):
        return self

    def __invert__(self):
        return self ^ -1

    def __abs__(self):
        return call("abs", self)

    # operations under names of their own

    def scaleimage(self, **kwargs):
        """Scale the values to 0..255."""
        return call("scale", self, **kwargs)

    def floor(self):
        """The largest integers not above."""
        return call("round", self, "floor")

    def ceil(self):
        """The smallest integers not below."""
        return call("round", self, "ceil")

    def rint(self):
        """The nearest integers."""
        return call("round", self, "rint")

    def bandand(self):
        """All bands joined by AND."""
        return call("bandbool", self, "and")

    def bandor(self):
        """All bands joined by OR."""
        return call("bandbool", self, "or")

    def bandeor(self):
        """All bands joined by exclusive OR."""
        return call("bandbool", self, "eor")

    def bandsplit(self):
        """The bands as a list of images."""
        return list(self)

    def bandjoin(self, other):
        """The bands of this image, then those of others, or constants."""
        return _c.bandjoin(self, other)

    def bandrank(self, other, **kwargs):
        """Band by band the ranked values of this image and others."""
        return call("bandrank", [self, *_c.as_list(other)], **kwargs)

    def composite(self, other, mode, **kwargs):
        """Others over this image, by blend modes."""
        modes = [_c.enum_number("VipsBlendMode", one) for one in _c.as_list(mode)]
        return call("composite", [self, *_c.as_list(other)], modes, **kwargs)

    def maxpos(self):
        """The largest value and where it is."""
        value, place = call("max", self, x=True, y=True)
        return value, place["x"], place["y"]

    def minpos(self):
        """The smallest value and where it is."""
        value, place = call("min", self, x=True, y=True)
        return value, place["x"], place["y"]

    def real(self):
        """The real parts."""
        return call("complexget", self, "real")

    def imag(self):
        """The imaginary parts."""
        return call("complexget", self, "imag")

    def polar(self):
        """Rectangular coordinates as polar ones; of a real image, pairs of bands."""
        return _c.run_complex(lambda image: call("complex", image, "polar"), self)

    def rect(self):
        """Polar coordinates as rectangular ones; of a real image, pairs of bands."""
        return _c.run_complex(lambda image: call("complex", image, "rect"), self)

    def conj(self):
        """The complex conjugate."""
        return call("complex", self, "conj")

    def atan2(self, other):
        """The angle of (this, other), in degrees."""
        return _c.enum_call(self, "math2", "atan2", other)

    def erode(self, mask):
        """Erode by a mask."""
        return call("morph", self, mask, "erode")

    def dilate(self, mask):
        """Dilate by a mask."""
        return call("morph", self, mask, "dilate")

    def median(self, size):
        """The median of squares of `size`."""
        return call("rank", self, size, size, int(size * size / 2))

    def fliphor(self):
        """Left and right exchanged."""
        return call("flip", self, "horizontal")

    def flipver(self):
        """Top and bottom exchanged."""
        return call("flip", self, "vertical")

    def rot90(self):
        """Turned clockwise by a right angle."""
        return call("rot", self, "d90")

    def rot180(self):
        """Turned upside down."""
        return call("rot", self, "d180")

    def rot270(self):
        """Turned anticlockwise by a right angle."""
        return call("rot", self, "d270")

    def hasalpha(self):
        """1 where the last band is an alpha, else 0."""
        return int(self._has_alpha())

    def addalpha(self):
        """With a solid alpha band."""
        return self.bandjoin({"grey16": 65535, "rgb16": 65535, "scrgb": 1.0}.get(self.interpretation, 255))

    def ifthenelse(self, in1, in2, **kwargs):
        """Pixels of `in1` where this image is not zero, else of `in2`; either may be a constant."""
        match = next((one for one in (in1, in2, self) if isinstance(one, Image)))
        in1, in2 = (one if isinstance(one, Image) else _c.imageize(match, one) for one in (in1, in2))
        return call("ifthenelse", self, in1, in2, **kwargs)

    def pagesplit(self):
        """The pages, from top to bottom."""
        height = self.get_page_height()
        tops = range(0, self.height, height)
        return [call("extract_area", self, 0, top, self.width, height) for top in tops]

    def pagejoin(self, other):
        """This page, then others, below each other."""
        pages = [self, *_c.as_list(other)]
        joined = call("copy", call("arrayjoin", pages, across=1))
        joined._set_item("page-height", "int", joined.height // len(pages))
        return joined

    def map_pages(self, function):
        """What `function` makes of each page, below each other again: frames stay whole.

        An animation or a document is one tall image of its pages. `crop`, `resize` or `rot` take it as
        such; in `image.map_pages(lambda page: page.crop(10, 10, 80, 60))` they see one page after the
        other. Delays, loops and other metadata stay. All pages must come back in one size.
        """
        pages = [function(page) for page in self.pagesplit()]
        first, *others = pages
        for number, page in enumerate(others, 1):
            if (page.width, page.height) != (first.width, first.height):
                raise Error(
                    f"map_pages: page {number} became {page.width} x {page.height}, "
                    f"the first one {first.width} x {first.height}"
                )
        return first.pagejoin(others)


class _Metadata:
    """`image.scale` is metadata, `Image.scale` the operation, where there is one."""

    def __init__(self, name):
        self.name = name

    def __get__(self, instance, owner):
        if instance is None:
            return _c.find_operation(self.name)
        return getattr(instance, f"_{self.name}")()


def _math(name):
    def method(self):
        return call("math", self, name)

    method.__name__ = name
    method.__doc__ = f"`{name}` of each value; angles in degrees."
    return method


for _name in "sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh log log10 exp exp10".split():
    setattr(Image, _name, _math(_name))
for _name in ("scale", "offset"):
    setattr(Image, _name, _Metadata(_name))
for _name in _windlass.operation_names():
    if _name not in Image.__dict__ and not hasattr(ImageBase, _name):
        setattr(Image, _name, _windlass.operation(_name))
for _name, _hint in (("get_value", "get"), ("set_value", "set"), ("get_scale", "scale"), ("get_offset", "offset")):
    Image.__dict__[_name].__deprecated__ = f"use {_hint} instead"
