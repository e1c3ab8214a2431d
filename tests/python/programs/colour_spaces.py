"""Through the colour spaces and back; a change of lightness in Lab."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
for space in ("lab", "xyz", "scrgb", "b-w", "rgb16", "grey16", "labs"):
    other = image.colourspace(space)
    back = other.colourspace("srgb") if other.bands == 3 else other
    print(space, other.format, other.bands, other.interpretation, [round(value, 2) for value in other(50, 60)], back.bands)
lab = image.colourspace(pyvips.Interpretation.LAB)
brighter = (lab * [1.1, 1, 1]).copy(interpretation="lab").colourspace("srgb")
brighter.write_to_file(f"{folder}/out-lab.png")
grey = lab.bandsplit()[0].cast("uchar")
grey.write_to_file(f"{folder}/out-lightness.png")
logo = pyvips.Image.new_from_file(f"{folder}/logo.png").colourspace("rgb16")
print(logo.format, logo.bands, logo(60, 30))
