"""Colour management: embedded profiles, built-in ones, to CMYK and back."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/profile.png")
print(image.get_typeof("icc-profile-data") != 0, len(image.get("icc-profile-data")) > 100)
lab = image.icc_import(pcs="lab", embedded=True)
print(lab.format, lab.interpretation, lab.bands)
back = lab.icc_export(output_profile="srgb", intent="perceptual")
back.write_to_file(f"{folder}/out-back.png")
print(back.format, back.interpretation)
wide = image.icc_transform("p3", embedded=True)
wide.write_to_file(f"{folder}/out-p3.png")
cmyk = image.icc_transform("cmyk", input_profile="srgb", intent=pyvips.Intent.RELATIVE)
print(cmyk.bands, cmyk.interpretation, cmyk.format)
cmyk.icc_transform("srgb").write_to_file(f"{folder}/out-proof.png")
try:
    image.icc_transform("/no/such/profile.icc")
except pyvips.Error as error:
    print(error.message)
