"""A filter: a picture on standard input, another on standard output, as in a shell pipe."""

import pyvips

source = pyvips.Source.new_from_descriptor(0)
target = pyvips.Target.new_to_descriptor(1)
image = pyvips.Image.new_from_source(source, "", access="sequential")
image.invert().write_to_target(target, ".png")
