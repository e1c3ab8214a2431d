"""The enumerations: attributes are upper-case nicknames, values are what operations take."""


class Access:
    """Members of `VipsAccess`."""

    RANDOM = "random"
    SEQUENTIAL = "sequential"
    SEQUENTIAL_UNBUFFERED = "sequential-unbuffered"


class Align:
    """Members of `VipsAlign`."""

    LOW = "low"
    CENTRE = "centre"
    HIGH = "high"


class Angle:
    """Members of `VipsAngle`."""

    D0 = "d0"
    D90 = "d90"
    D180 = "d180"
    D270 = "d270"


class Angle45:
    """Members of `VipsAngle45`."""

    D0 = "d0"
    D45 = "d45"
    D90 = "d90"
    D135 = "d135"
    D180 = "d180"
    D225 = "d225"
    D270 = "d270"
    D315 = "d315"


class BandFormat:
    """Members of `VipsBandFormat`."""

    NOTSET = "notset"
    UCHAR = "uchar"
    CHAR = "char"
    USHORT = "ushort"
    SHORT = "short"
    UINT = "uint"
    INT = "int"
    FLOAT = "float"
    COMPLEX = "complex"
    DOUBLE = "double"
    DPCOMPLEX = "dpcomplex"


class BlendMode:
    """Members of `VipsBlendMode`."""

    CLEAR = "clear"
    SOURCE = "source"
    OVER = "over"
    IN = "in"
    OUT = "out"
    ATOP = "atop"
    DEST = "dest"
    DEST_OVER = "dest-over"
    DEST_IN = "dest-in"
    DEST_OUT = "dest-out"
    DEST_ATOP = "dest-atop"
    XOR = "xor"
    ADD = "add"
    SATURATE = "saturate"
    MULTIPLY = "multiply"
    SCREEN = "screen"
    OVERLAY = "overlay"
    DARKEN = "darken"
    LIGHTEN = "lighten"
    COLOUR_DODGE = "colour-dodge"
    COLOUR_BURN = "colour-burn"
    HARD_LIGHT = "hard-light"
    SOFT_LIGHT = "soft-light"
    DIFFERENCE = "difference"
    EXCLUSION = "exclusion"


class Coding:
    """Members of `VipsCoding`."""

    ERROR = "error"
    NONE = "none"
    LABQ = "labq"
    RAD = "rad"


class Combine:
    """Members of `VipsCombine`."""

    MAX = "max"
    SUM = "sum"
    MIN = "min"


class CombineMode:
    """Members of `VipsCombineMode`."""

    SET = "set"
    ADD = "add"


class CompassDirection:
    """Members of `VipsCompassDirection`."""

    CENTRE = "centre"
    NORTH = "north"
    EAST = "east"
    SOUTH = "south"
    WEST = "west"
    NORTH_EAST = "north-east"
    SOUTH_EAST = "south-east"
    SOUTH_WEST = "south-west"
    NORTH_WEST = "north-west"


class Direction:
    """Members of `VipsDirection`."""

    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"


class Extend:
    """Members of `VipsExtend`."""

    BLACK = "black"
    COPY = "copy"
    REPEAT = "repeat"
    MIRROR = "mirror"
    WHITE = "white"
    BACKGROUND = "background"


class FailOn:
    """Members of `VipsFailOn`."""

    NONE = "none"
    TRUNCATED = "truncated"
    ERROR = "error"
    WARNING = "warning"


class ForeignDzContainer:
    """Members of `VipsForeignDzContainer`."""

    FS = "fs"
    ZIP = "zip"
    SZI = "szi"


class ForeignDzDepth:
    """Members of `VipsForeignDzDepth`."""

    ONEPIXEL = "onepixel"
    ONETILE = "onetile"
    ONE = "one"


class ForeignDzLayout:
    """Members of `VipsForeignDzLayout`."""

    DZ = "dz"
    ZOOMIFY = "zoomify"
    GOOGLE = "google"
    IIIF = "iiif"
    IIIF3 = "iiif3"


class ForeignHeifCompression:
    """Members of `VipsForeignHeifCompression`."""

    HEVC = "hevc"
    AVC = "avc"
    JPEG = "jpeg"
    AV1 = "av1"


class ForeignHeifEncoder:
    """Members of `VipsForeignHeifEncoder`."""

    AUTO = "auto"
    AOM = "aom"
    RAV1E = "rav1e"
    SVT = "svt"
    X265 = "x265"


class ForeignKeep:
    """Members of `VipsForeignKeep`."""

    NONE = 0
    EXIF = 1
    XMP = 2
    IPTC = 4
    ICC = 8
    OTHER = 16
    GAINMAP = 32
    ALL = 63


class ForeignPdfPageBox:
    """Members of `VipsForeignPdfPageBox`."""

    MEDIA = "media"
    CROP = "crop"
    TRIM = "trim"
    BLEED = "bleed"
    ART = "art"


class ForeignPngFilter:
    """Members of `VipsForeignPngFilter`."""

    NONE = 8
    SUB = 16
    UP = 32
    AVG = 64
    PAETH = 128
    ALL = 248


class ForeignPpmFormat:
    """Members of `VipsForeignPpmFormat`."""

    PBM = "pbm"
    PGM = "pgm"
    PPM = "ppm"
    PFM = "pfm"
    PNM = "pnm"


class ForeignSubsample:
    """Members of `VipsForeignSubsample`."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class ForeignTiffCompression:
    """Members of `VipsForeignTiffCompression`."""

    NONE = "none"
    JPEG = "jpeg"
    DEFLATE = "deflate"
    PACKBITS = "packbits"
    CCITTFAX4 = "ccittfax4"
    LZW = "lzw"
    WEBP = "webp"
    ZSTD = "zstd"
    JP2K = "jp2k"


class ForeignTiffPredictor:
    """Members of `VipsForeignTiffPredictor`."""

    NONE = "none"
    HORIZONTAL = "horizontal"
    FLOAT = "float"


class ForeignTiffResunit:
    """Members of `VipsForeignTiffResunit`."""

    CM = "cm"
    INCH = "inch"


class ForeignWebpPreset:
    """Members of `VipsForeignWebpPreset`."""

    DEFAULT = "default"
    PICTURE = "picture"
    PHOTO = "photo"
    DRAWING = "drawing"
    ICON = "icon"
    TEXT = "text"


class Intent:
    """Members of `VipsIntent`."""

    PERCEPTUAL = "perceptual"
    RELATIVE = "relative"
    SATURATION = "saturation"
    ABSOLUTE = "absolute"
    AUTO = "auto"


class Interesting:
    """Members of `VipsInteresting`."""

    NONE = "none"
    CENTRE = "centre"
    ENTROPY = "entropy"
    ATTENTION = "attention"
    LOW = "low"
    HIGH = "high"
    ALL = "all"


class Interpretation:
    """Members of `VipsInterpretation`."""

    ERROR = "error"
    MULTIBAND = "multiband"
    B_W = "b-w"
    HISTOGRAM = "histogram"
    XYZ = "xyz"
    LAB = "lab"
    CMYK = "cmyk"
    LABQ = "labq"
    RGB = "rgb"
    CMC = "cmc"
    LCH = "lch"
    LABS = "labs"
    SRGB = "srgb"
    YXY = "yxy"
    FOURIER = "fourier"
    RGB16 = "rgb16"
    GREY16 = "grey16"
    MATRIX = "matrix"
    SCRGB = "scrgb"
    HSV = "hsv"
    OKLAB = "oklab"
    OKLCH = "oklch"


class Kernel:
    """Members of `VipsKernel`."""

    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"
    MITCHELL = "mitchell"
    LANCZOS2 = "lanczos2"
    LANCZOS3 = "lanczos3"
    MKS2013 = "mks2013"
    MKS2021 = "mks2021"


class OperationBoolean:
    """Members of `VipsOperationBoolean`."""

    AND = "and"
    OR = "or"
    EOR = "eor"
    LSHIFT = "lshift"
    RSHIFT = "rshift"


class OperationComplex:
    """Members of `VipsOperationComplex`."""

    POLAR = "polar"
    RECT = "rect"
    CONJ = "conj"


class OperationComplex2:
    """Members of `VipsOperationComplex2`."""

    CROSS_PHASE = "cross-phase"


class OperationComplexget:
    """Members of `VipsOperationComplexget`."""

    REAL = "real"
    IMAG = "imag"


class OperationMath:
    """Members of `VipsOperationMath`."""

    SIN = "sin"
    COS = "cos"
    TAN = "tan"
    ASIN = "asin"
    ACOS = "acos"
    ATAN = "atan"
    LOG = "log"
    LOG10 = "log10"
    EXP = "exp"
    EXP10 = "exp10"
    SINH = "sinh"
    COSH = "cosh"
    TANH = "tanh"
    ASINH = "asinh"
    ACOSH = "acosh"
    ATANH = "atanh"


class OperationMath2:
    """Members of `VipsOperationMath2`."""

    POW = "pow"
    WOP = "wop"
    ATAN2 = "atan2"


class OperationMorphology:
    """Members of `VipsOperationMorphology`."""

    ERODE = "erode"
    DILATE = "dilate"


class OperationRelational:
    """Members of `VipsOperationRelational`."""

    EQUAL = "equal"
    NOTEQ = "noteq"
    LESS = "less"
    LESSEQ = "lesseq"
    MORE = "more"
    MOREEQ = "moreeq"


class OperationRound:
    """Members of `VipsOperationRound`."""

    RINT = "rint"
    CEIL = "ceil"
    FLOOR = "floor"


class PCS:
    """Members of `VipsPCS`."""

    LAB = "lab"
    XYZ = "xyz"


class Precision:
    """Members of `VipsPrecision`."""

    INTEGER = "integer"
    FLOAT = "float"
    APPROXIMATE = "approximate"


class RegionShrink:
    """Members of `VipsRegionShrink`."""

    MEAN = "mean"
    MEDIAN = "median"
    MODE = "mode"
    MAX = "max"
    MIN = "min"
    NEAREST = "nearest"


class SdfShape:
    """Members of `VipsSdfShape`."""

    CIRCLE = "circle"
    BOX = "box"
    ROUNDED_BOX = "rounded-box"
    LINE = "line"


class Size:
    """Members of `VipsSize`."""

    BOTH = "both"
    UP = "up"
    DOWN = "down"
    FORCE = "force"


class TextWrap:
    """Members of `VipsTextWrap`."""

    WORD = "word"
    CHAR = "char"
    WORD_CHAR = "word-char"
    NONE = "none"
