"""Enumerations in every spelling that programs use."""

import sys

import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png")
for spelling in ("b-w", "B-W", pyvips.enums.Interpretation.B_W, pyvips.Interpretation.B_W, "VIPS_INTERPRETATION_B_W", 1):
    print(repr(spelling), image.colourspace(spelling).interpretation)
for spelling in ("float", "FLOAT", pyvips.BandFormat.FLOAT, pyvips.enums.BandFormat.FLOAT, 6):
    print(repr(spelling), image.cast(spelling).format)
print(pyvips.Kernel.LANCZOS3, pyvips.Access.SEQUENTIAL, pyvips.Direction.HORIZONTAL, pyvips.Angle.D90)
print(pyvips.enums.Size.DOWN, pyvips.Interesting.ATTENTION, pyvips.Intent.PERCEPTUAL, pyvips.Extend.MIRROR)
print(pyvips.ForeignKeep.EXIF, pyvips.ForeignKeep.ICC, pyvips.ForeignKeep.ALL, pyvips.ForeignPngFilter.ALL)
print(image.flip(1).avg() == image.flip("vertical").avg(), image.rot(True).width)
print(pyvips.GValue.to_enum(pyvips.GValue.format_type, "short"), pyvips.GValue.from_enum(pyvips.GValue.format_type, 4))
print(pyvips.Image.Black(3, 4).height, image.colourspace("VIPS_INTERPRETATION_sRGB").interpretation)
