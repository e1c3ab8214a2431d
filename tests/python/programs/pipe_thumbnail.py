"""Standard input by Python's file object, standard output as bytes."""

import sys

import pyvips

source = pyvips.SourceCustom()
source.on_read(sys.stdin.buffer.read)
image = pyvips.Image.thumbnail_source(source, 200, option_string="access=sequential")
sys.stdout.buffer.write(image.write_to_buffer(".png"))
