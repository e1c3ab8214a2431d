"""Optional outputs come back in a dictionary, required ones in a list."""

import sys

import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/scan.png")
value, extra = image.min(x=True, y=True)
print(value, extra)
print(image.max(size=4, out_array=True)[1])
left, top, width, height = image.find_trim()
print(left, top, width, height)
upright, extra = image.autorot(angle=True)
print(upright.width, extra)
print(type(image.stats()).__name__, type(image.avg()).__name__, image.write_to_file(sys.argv[1] + "/out.png"))
print(pyvips.Operation.call("avg", image), pyvips.Image.avg(image), pyvips.Operation.call("Black", 3, 4).width)
