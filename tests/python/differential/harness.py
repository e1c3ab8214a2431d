"""Run one call in two libraries and say where the answers differ.

A `Case` is data: an operation, its arguments, the tolerance. Pictures are described, made
with NumPy, and handed to each library by `new_from_memory`; results are read back by
`write_to_memory`, so that neither library's files or conversions take part. All header
fields and all metadata are compared, and where the reference raises, so must we.
"""

import zlib
from dataclasses import dataclass, field, replace

import numpy as np

DTYPES = {
    "uchar": np.uint8,
    "char": np.int8,
    "ushort": np.uint16,
    "short": np.int16,
    "uint": np.uint32,
    "int": np.int32,
    "float": np.float32,
    "complex": np.complex64,
    "double": np.float64,
    "dpcomplex": np.complex128,
}
FORMATS = tuple(DTYPES)
INTEGERS = ("uchar", "char", "ushort", "short", "uint", "int")
REALS = (*INTEGERS, "float", "double")
BANDS = (1, 2, 3, 4, 5)
# The third is wider than a tile, the fourth taller than a strip of 16 lines twice over.
SIZES = ((7, 5), (33, 17), (131, 9), (5, 39), (1, 3), (13, 1))
HEADER = ("width", "height", "bands", "format", "interpretation", "coding", "xres", "yres", "xoffset", "yoffset")


@dataclass(frozen=True)
class Tolerance:
    """How far results may lie apart.

    `levels` for integers; floats `x`, `y` agree if |x - y| <= absolute + relative * |x|.
    Up to `rare` of all samples may exceed that, by no more than `rare_levels` (integers).
    """

    levels: int = 0
    relative: float = 0.0
    absolute: float = 0.0
    rare: float = 0.0
    rare_levels: int = 0


EXACT = Tolerance()
# Numbers of metadata that come from an exponential may differ in the last bits.
METADATA = Tolerance(relative=1e-12, absolute=0)
FLOAT = Tolerance(relative=1e-6, absolute=1e-7)


@dataclass(frozen=True)
class Picture:
    """An image to be made: size, format, what is in it, and what its header says."""

    format: str = "uchar"
    bands: int = 1
    width: int = 7
    height: int = 5
    content: str = "noise"
    seed: int = 1
    header: tuple = (("xres", 2.0), ("yres", 3.0), ("xoffset", 5), ("yoffset", -7))
    interpretation: str | None = None
    coding: str | None = None
    metadata: tuple = ()

    def vary(self, **changes):
        """The same picture with other fields."""
        return replace(self, **changes)

    def array(self):
        """The samples, shape (height, width, bands)."""
        shape = (self.height, self.width, self.bands)
        text = f"{self.format} {shape} {self.content} {self.seed}"
        random = np.random.default_rng(zlib.crc32(text.encode()))
        return CONTENTS[self.content](random, self.format, shape).astype(DTYPES[self.format])

    def make(self, library):
        """The picture as an image of `library`."""
        array = np.ascontiguousarray(self.array())
        image = library.Image.new_from_memory(array.tobytes(), self.width, self.height, self.bands, self.format)
        fields = dict(self.header)
        if self.interpretation:
            fields["interpretation"] = self.interpretation
        if self.coding:
            fields["coding"] = self.coding
        if fields or self.metadata:
            image = image.copy(**fields)
        for name, kind, value in self.metadata:
            image.set_type(getattr(library.GValue, kind), name, value)
        return image

    def __str__(self):
        said = [self.format, f"{self.width}x{self.height}x{self.bands}"]
        said += [] if self.content == "noise" else [self.content]
        said += [text for text in (self.interpretation, self.coding) if text]
        said += [name for name, _, _ in self.metadata]
        return "<" + " ".join(said) + ">"


@dataclass(frozen=True)
class Matrix:
    """A mask or index made by `new_from_array`, with its scale and offset."""

    rows: tuple
    scale: float = 1.0
    offset: float = 0.0

    def make(self, library):
        return library.Image.new_from_array([list(row) for row in self.rows], scale=self.scale, offset=self.offset)

    def __str__(self):
        return f"<matrix {[list(row) for row in self.rows]} / {self.scale} + {self.offset}>"


@dataclass(frozen=True)
class Array:
    """An image made from a function of (x, y) returning the bands, in a format."""

    name: str
    width: int
    height: int
    function: object
    format: str = "float"

    def make(self, library):
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float64)
        array = np.stack(self.function(x, y), axis=-1)
        if self.format in ("complex", "dpcomplex"):
            array = array[..., :1] + 1j * array[..., 1:]
        array = np.ascontiguousarray(array.astype(DTYPES[self.format]))
        return library.Image.new_from_memory(array.tobytes(), self.width, self.height, array.shape[2], self.format)

    def __str__(self):
        return f"<{self.name} {self.format} {self.width}x{self.height}>"


@dataclass(frozen=True)
class Interpolator:
    """An interpolator by name."""

    name: str

    def make(self, library):
        return library.Interpolate.new(self.name)

    def __str__(self):
        return f"<{self.name}>"


@dataclass(frozen=True)
class Case:
    """One call: `Operation.call(operation, *arguments, **options)`."""

    operation: str
    arguments: tuple
    options: dict = field(default_factory=dict)
    tolerance: Tolerance = EXACT

    def call(self, library):
        """Evaluate, down to plain values and arrays; an exception becomes a `Raised`."""
        try:
            arguments = [make(argument, library) for argument in self.arguments]
            options = {name: make(value, library) for name, value in self.options.items()}
            return plain(library.Operation.call(self.operation, *arguments, **options), library)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # A panic derives from BaseException.
            return Raised(type(error).__name__, str(error))

    def __str__(self):
        arguments = [show(argument) for argument in self.arguments]
        arguments += [f"{name}={show(value)}" for name, value in self.options.items()]
        return f"{self.operation}({', '.join(arguments)})"


@dataclass(frozen=True)
class Raised:
    """An exception instead of a result."""

    kind: str
    text: str

    def __str__(self):
        return f"{self.kind}: {' '.join(self.text.split())}"


@dataclass(frozen=True)
class Pixels:
    """An image taken apart."""

    header: tuple
    metadata: dict
    array: np.ndarray


def across(operation, *rest, formats=FORMATS, bands=BANDS, sizes=SIZES, tolerance=EXACT, picture=None, **options):
    """Cases over formats and bands; sizes take turns so that all of them come up.

    `rest` and option values may be functions of the first picture. `picture` is a function
    that changes the first picture (its content, interpretation...).
    """
    turn = zlib.crc32(f"{operation} {sorted(options)}".encode())
    for form in formats:
        for band in bands:
            width, height = sizes[turn % len(sizes)]
            turn += 1
            first = Picture(form, band, width, height)
            first = picture(first) if picture else first
            yield Case(
                operation,
                (first, *(resolve(argument, first) for argument in rest)),
                {name: resolve(value, first) for name, value in options.items()},
                tolerance,
            )


def resolve(value, first):
    """A function of the first picture becomes what it says for that picture."""
    return value(first) if callable(value) else value


def make(value, library):
    """A description becomes an object of `library`; all else stays as it is."""
    if hasattr(value, "make"):
        return value.make(library)
    if isinstance(value, list):
        return [make(item, library) for item in value]
    return value


def show(value):
    """One argument as text."""
    if isinstance(value, list):
        return "[" + ", ".join(show(item) for item in value) + "]"
    return repr(value) if isinstance(value, (str, float, int, tuple)) else str(value)


def plain(value, library):
    """Images become `Pixels`, containers are walked, scalars stay."""
    if isinstance(value, library.Image):
        memory = value.write_to_memory()
        array = np.frombuffer(memory, dtype=DTYPES[value.format])
        fields = [name for name in value.get_fields() if name not in HEADER and name != "filename"]
        metadata = {name: item(name, value.get(name)) for name in fields}
        return Pixels(tuple(getattr(value, name) for name in HEADER), metadata, array)
    if isinstance(value, (list, tuple)):
        return [plain(item, library) for item in value]
    if isinstance(value, dict):
        return {name: plain(item, library) for name, item in value.items()}
    return value


def item(name, value):
    """A metadata item; of an EXIF entry the value without the human text, which the reference's wheel lacks."""
    return value.split(" (")[0] if name.startswith("exif-ifd") and isinstance(value, str) else value


def difference(ours, theirs, tolerance):
    """None where two results agree, else what differs."""
    if isinstance(theirs, Raised) or isinstance(ours, Raised):
        return raised_difference(ours, theirs)
    if type(ours) is not type(theirs):
        return f"{type(ours).__name__} instead of {type(theirs).__name__}"
    if isinstance(theirs, Pixels):
        return pixels_difference(ours, theirs, tolerance)
    if isinstance(theirs, list):
        return list_difference(ours, theirs, tolerance)
    if isinstance(theirs, dict):
        return dict_difference(ours, theirs, tolerance)
    if isinstance(theirs, float):
        return array_difference(np.array([ours]), np.array([theirs]), tolerance)
    return None if ours == theirs else f"{ours!r} instead of {theirs!r}"


def raised_difference(ours, theirs):
    """Where one raises so must the other, with an exception of the same name."""
    if isinstance(ours, Raised) and isinstance(theirs, Raised):
        return None if ours.kind == theirs.kind else f"raised {ours} instead of {theirs}"
    if isinstance(ours, Raised):
        return f"raised {ours}"
    return f"did not raise; the reference: {theirs}"


def list_difference(ours, theirs, tolerance):
    if len(ours) != len(theirs):
        return f"{len(ours)} results instead of {len(theirs)}"
    found = (difference(a, b, tolerance) for a, b in zip(ours, theirs))
    return next((f"[{index}] {text}" for index, text in enumerate(found) if text), None)


def dict_difference(ours, theirs, tolerance):
    if sorted(ours) != sorted(theirs):
        return f"{sorted(ours)} instead of {sorted(theirs)}"
    found = ((name, difference(ours[name], theirs[name], tolerance)) for name in theirs)
    return next((f"{name}: {text}" for name, text in found if text), None)


def pixels_difference(ours, theirs, tolerance):
    for name, a, b in zip(HEADER, ours.header, theirs.header):
        if a != b and not (isinstance(b, float) and np.isclose(a, b, rtol=1e-9)):
            return f"{name} {a!r} instead of {b!r}"
    text = dict_difference(ours.metadata, theirs.metadata, METADATA)
    if text:
        return f"metadata {text}"
    if ours.array.size != theirs.array.size:
        return f"{ours.array.size} samples instead of {theirs.array.size}"
    text = array_difference(ours.array, theirs.array, tolerance)
    if text is None:
        return None
    width, _, bands = theirs.header[:3]
    return f"{text} ({width} wide, {bands} bands)"


def array_difference(ours, theirs, tolerance):
    """Compare samples; equal NaNs and infinities agree."""
    if ours.tobytes() == theirs.tobytes():
        return None
    if np.iscomplexobj(theirs):
        real = theirs.real.dtype
        ours, theirs = ours.view(real), theirs.view(real)
    wrong = outside(ours, theirs, tolerance)
    count = int(np.count_nonzero(wrong))
    if count == 0 or count <= tolerance.rare * theirs.size and is_rare(ours, theirs, tolerance):
        return None
    first = int(np.flatnonzero(wrong)[0])
    with np.errstate(all="ignore"):
        gaps = np.abs(ours[wrong].astype(float) - theirs[wrong].astype(float))
    return f"{count} of {theirs.size} samples differ, by up to {np.max(gaps):g}; sample {first}: {ours[first]!r} instead of {theirs[first]!r}"


def outside(ours, theirs, tolerance):
    """Which samples lie further apart than `levels`, or `relative` and `absolute`, allow."""
    if theirs.dtype.kind in "iu":
        return np.abs(ours.astype(np.int64) - theirs.astype(np.int64)) > tolerance.levels
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    with np.errstate(all="ignore"):
        near = np.abs(ours - theirs) <= tolerance.absolute + tolerance.relative * np.abs(theirs)
    near &= np.isfinite(theirs)
    return ~(near | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs)))


def is_rare(ours, theirs, tolerance):
    if theirs.dtype.kind not in "iu":
        return True
    return bool(np.all(np.abs(ours.astype(np.int64) - theirs.astype(np.int64)) <= tolerance.rare_levels))


def noise(random, form, shape):
    """The whole range of an integer format, ends included; reals in -300...300 with ties."""
    if form in INTEGERS:
        info = np.iinfo(DTYPES[form])
        values = random.integers(info.min, info.max, shape, endpoint=True)
        values.flat[:: 7] = info.max
        values.flat[3 :: 11] = info.min
        return values
    return reals(random, form, shape, lambda: random.uniform(-300, 300, shape))


def small(random, form, shape):
    """-20...20 (0...20 unsigned), integral: nothing overflows, and many values repeat."""
    low = 0 if form in ("uchar", "ushort", "uint") else -20
    return reals(random, form, shape, lambda: random.integers(low, 20, shape).astype(float))


def byte(random, form, shape):
    """0...255 in any format (char: 0...127): what an 8-bit photograph would be."""
    high = 127 if form == "char" else 255
    scale = 1 if form in INTEGERS else 0.25
    return reals(random, form, shape, lambda: random.integers(0, int(high / scale), shape, endpoint=True) * scale)


def unit(random, form, shape):
    """-0.2...1.2: linear light, and a little beyond."""
    return reals(random, form, shape, lambda: random.uniform(-0.2, 1.2, shape))


def lab(random, form, shape):
    """L in 0...100, a and b in -100...100, further bands 0...255."""
    scale = np.array([100, 200, 200, 255, 255, 255][: shape[2]])
    shift = np.array([0, 100, 100, 0, 0, 0][: shape[2]])
    return reals(random, form, shape, lambda: random.uniform(0, 1, shape) * scale - shift)


def hundred(random, form, shape):
    """0...100: XYZ."""
    return reals(random, form, shape, lambda: random.uniform(0, 100, shape))


def special(random, form, shape):
    """NaN, infinities, signed zeros, halves and the borders of the integer formats."""
    if form in INTEGERS:
        return noise(random, form, shape)
    return reals(random, form, shape, lambda: random.choice([*EDGES, np.nan], shape))


def extreme(random, form, shape):
    """As `special`, but without NaN."""
    if form in INTEGERS:
        return noise(random, form, shape)
    return reals(random, form, shape, lambda: random.choice(EDGES, shape))


def framed(random, form, shape):
    """White, with a block of grey in it and one stray black pixel."""
    height, width, _ = shape
    values = np.full(shape, 127.0 if form == "char" else 255.0)
    values[height // 4 : height - height // 3, width // 3 : width - width // 5] = 100
    values[height - 1, width - 1] = 0
    return values


def binary(random, form, shape):
    """0 and 255 (char: 0 and 127)."""
    return random.integers(0, 2, shape) * (127 if form == "char" else 255)


def ramp(random, form, shape):
    """A smooth slope in both directions."""
    y, x, band = np.mgrid[0 : shape[0], 0 : shape[1], 0 : shape[2]]
    return (3 * x + 5 * y + 7 * band) % 128


EDGES = (
    0.0, -0.0, 0.5, -0.5, 1.5, 2.5, -0.9, 254.9, 255.5, 256.0, -129.0, 65535.9, 65536.0, 1e-30,
    2147483647.0, 2147483648.0, -2147483649.0, 4294967295.0, 4294967296.0, 1e20, -1e20, np.inf, -np.inf,
)


def reals(random, form, shape, draw):
    """`draw` once, or twice for the two parts of a complex number."""
    if form not in ("complex", "dpcomplex"):
        return draw()
    values = np.empty(shape, np.complex128)
    values.real, values.imag = draw(), draw()
    return values


CONTENTS = {
    function.__name__: function
    for function in (noise, small, byte, unit, lab, hundred, special, extreme, framed, binary, ramp)
}
