"""Sources and targets of the three simple kinds, looked at and used as the documentation shows."""

import os
import sys

import pyvips

folder = sys.argv[1]
suffixes = os.environ["SUFFIXES"].split()
whole = pyvips.Image.new_from_file(f"{folder}/photo.png")

for suffix in suffixes:
    name = f"{folder}/out-file{suffix}"
    target = pyvips.Target.new_to_file(name)
    whole.write_to_target(target, suffix)
    print(os.path.basename(target.filename()), os.path.basename(target.nick()))
    memory = pyvips.Target.new_to_memory()
    whole.write_to_target(memory, suffix)
    descriptor = os.open(f"{folder}/out-descriptor{suffix}", os.O_RDWR | os.O_CREAT, 0o644)
    whole.write_to_target(pyvips.Target.new_to_descriptor(descriptor), suffix)
    os.close(descriptor)

    source = pyvips.Source.new_from_file(name)
    print(os.path.basename(source.filename()), os.path.basename(source.nick()))
    first = pyvips.Image.new_from_source(source, "")
    second = pyvips.Image.new_from_source(pyvips.Source.new_from_memory(memory.get("blob")), "")
    descriptor = os.open(f"{folder}/out-descriptor{suffix}", os.O_RDONLY)
    source = pyvips.Source.new_from_descriptor(descriptor)
    print(source.filename(), source.nick())
    third = pyvips.Image.new_from_source(source, "")
    print(suffix, first.width, (first - second).abs().max(), (first - third).abs().max())
    os.close(descriptor)
