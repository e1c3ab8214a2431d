"""A huge picture from a source to a target, both made of handlers; prints the peak of memory in KiB."""

import sys

import pyvips

name, out = sys.argv[1:3]
reading, writing = open(name, "rb"), open(out, "wb")
source = pyvips.SourceCustom()
source.on_read(reading.read)
source.on_seek(reading.seek)
target = pyvips.TargetCustom()
target.on_write(writing.write)
target.on_end(writing.close)
image = pyvips.Image.new_from_source(source, "")
image.write_to_target(target, ".jpg", Q=80)
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(image.width, writing.closed, peak)
