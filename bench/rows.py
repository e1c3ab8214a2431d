"""What is measured: one line per row.

`kind` P: a fresh process; M: pixels in memory to pixels in memory, in a warm process.
`goal` is wall time divided by that of pyvips, to be reached in the end; `first` is what the
first release must reach. `operations` are what windlass must have for the row to run.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One workload."""

    name: str
    kind: str
    text: str
    goal: float
    first: float | None = None
    operations: tuple = ()


ROWS = (
    Row("import", "P", "import and exit", 0.7, 1.0),
    Row("one", "P", "import, one 640×480 JPEG → 128 px", 0.8, 1.0, ("thumbnail", "jpegsave")),
    Row("1000", "P", "1000 small JPEGs → 128 px, one after the other", 0.3, 0.4, ("thumbnail", "jpegsave")),
    Row("thumb100", "P", "JPEG 100 MP → thumbnail of 300 px, JPEG", 0.5, 1.15, ("thumbnail", "jpegsave")),
    Row("thumb25", "P", "JPEG 25 MP → 720 px JPEG", 0.6, None, ("thumbnail", "jpegsave")),
    Row("png", "P", "PNG 25 MP → 720 px PNG", 0.75, 0.8, ("thumbnail", "pngsave")),
    Row("half", "P", "JPEG 25 MP → resize(0.5) → JPEG Q80", 0.6, 1.0, ("jpegload", "resize", "jpegsave")),
    Row("bench-jpg", "P", "JPEG 100 MP: crop, reduce(1/0.9, linear), sharpen 3×3 integer → JPEG", 0.65, None, ("jpegload", "extract_area", "reduce", "conv", "jpegsave")),
    Row("bench-tif", "P", "tiled TIFF 100 MP: crop, reduce(1/0.9, linear), sharpen 3×3 integer → TIFF", 0.6, 0.65, ("tiffload", "extract_area", "reduce", "conv", "tiffsave")),
    Row("pyr", "P", "tiled TIFF 100 MP → JPEG pyramid TIFF", 0.6, 0.7, ("tiffload", "tiffsave")),
    Row("pyrd", "P", "the same, deflate", 0.55, 0.6, ("tiffload", "tiffsave")),
    Row("dz", "P", "tiled TIFF 100 MP → Deep Zoom pyramid of JPEG tiles, 254 + 1", 0.7, 0.8, ("tiffload", "dzsave")),
    Row("tifn", "P", "decode tiled TIFF 100 MP, uncompressed", 0.6, None, ("tiffload",)),
    Row("tifd", "P", "decode tiled TIFF 100 MP, deflate", 0.6, None, ("tiffload",)),
    Row("tifj", "P", "decode tiled TIFF 100 MP, JPEG", 0.6, None, ("tiffload",)),
    Row("tifsd", "P", "tiled TIFF 100 MP → deflate TIFF", 0.6, None, ("tiffload", "tiffsave")),
    Row("blackj", "P", "black(30000, 30000, bands=3) → JPEG", 0.5, None, ("black", "jpegsave")),
    Row("custom", "P", "half through SourceCustom and TargetCustom", 0.6, None, ("jpegload_source", "resize", "jpegsave_target")),
    Row("tiny", "M", "1000 × (im + 1).cast('uchar').avg() on 16×16", 0.1, 0.1, ("linear", "cast", "avg")),
    Row("lincast", "M", "(im * 1.2 + 10).cast('uchar'), 25 MP RGB", 0.3, 0.35, ("linear", "cast")),
    Row("linu", "M", "linear(1.2, 10, uchar=True)", 0.08, None, ("linear",)),
    Row("invert", "M", "invert", 0.35, None, ("invert",)),
    Row("gamma", "M", "gamma", 0.3, None, ("gamma",)),
    Row("chain6", "M", "six 8-bit point operations with float steps between", 0.05, 0.1, ("linear", "cast")),
    Row("chain6f", "M", "six float operations, float in and out", 0.35, 0.4, ("linear",)),
    Row("ifthenelse", "M", "ifthenelse of two images by a mask", 0.2, None, ("ifthenelse",)),
    Row("add", "M", "8 bit + 8 bit → 16 bit", 0.4, None, ("add",)),
    Row("avg", "M", "avg", 0.1, 0.2, ("avg",)),
    Row("stats", "M", "stats", 0.25, None, ("stats",)),
    Row("hist", "M", "hist_find", 0.6, None, ("hist_find",)),
    Row("cast", "M", "8 bit → float", 0.3, None, ("cast",)),
    Row("rot90", "M", "turn by 90°", 0.3, None, ("rot",)),
    Row("flip", "M", "mirror", 0.35, None, ("flip",)),
    Row("mhalf", "M", "half: lanczos3 × 0.5", 0.7, 0.9, ("resize",)),
    Row("up2", "M", "cubic × 2", 0.08, None, ("resize",)),
    Row("conv3", "M", "conv 3×3, integer", 0.2, 0.4, ("conv",)),
    Row("conv3f", "M", "conv 3×3, float", 0.15, None, ("conv",)),
    Row("g5", "M", "gaussblur σ 5", 0.5, None, ("gaussblur",)),
    Row("g40", "M", "gaussblur σ 40", 0.15, None, ("gaussblur",)),
    Row("rotate", "M", "rotate(30), bilinear", 0.4, None, ("rotate",)),
    Row("affine", "M", "affine 1.1/0.05/−0.03/0.95, bicubic", 0.5, None, ("affine",)),
    Row("mapim", "M", "mapim, bicubic", 0.45, None, ("mapim",)),
    Row("lab", "M", "sRGB → Lab, L × 1.2 − 10 → sRGB", 0.25, None, ("colourspace", "linear")),
    Row("icc", "M", "sRGB → CMYK by profiles", 0.6, None, ("icc_transform",)),
    Row("Ejpg", "M", "encode JPEG 25 MP", 0.6, None, ("jpegsave_buffer",)),
    Row("Epng", "M", "encode PNG 25 MP, level 6", 0.4, None, ("pngsave_buffer",)),
    Row("Ewebp", "M", "encode WebP 25 MP, lossy, quality 75", 1.0, None, ("webpsave_buffer",)),
    Row("Egif", "M", "encode GIF, 4 frames of 640×480", 0.4, None, ("gifsave_buffer",)),
    Row("Djpg", "M", "decode JPEG 25 MP", 0.6, None, ("jpegload_buffer",)),
    Row("Dpng", "M", "decode PNG 25 MP", 0.8, None, ("pngload_buffer",)),
    Row("Dwebp", "M", "decode WebP 25 MP, lossy", 1.0, None, ("webpload_buffer",)),
    Row("Dgif", "M", "decode GIF, 20 frames of 640×480", 0.8, None, ("gifload_buffer",)),
)
