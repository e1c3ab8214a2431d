"""Targets of the library: file, memory, descriptor."""

import os
import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/logo.png")
target = pyvips.Target.new_to_file(f"{folder}/out-file.png")
image.write_to_target(target, ".png")
print(os.path.basename(target.filename()))

memory = pyvips.Target.new_to_memory()
image.write_to_target(memory, ".png", compression=9)
blob = memory.get("blob")
print(memory.nick(), memory.filename(), blob[:4], (pyvips.Image.new_from_buffer(blob, "") - image).abs().max())

descriptor = os.open(f"{folder}/out-descriptor.png", os.O_WRONLY | os.O_CREAT, 0o644)
target = pyvips.Target.new_to_descriptor(descriptor)
image.write_to_target(target, ".png")
os.close(descriptor)
print(target.nick(), image.pngsave_buffer()[:4])
image.pngsave_target(pyvips.Target.new_to_file(f"{folder}/out-named.png"))
