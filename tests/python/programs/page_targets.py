"""The documentation page's targets: file, memory, descriptor, and a careful file whose end handler returns nothing."""

import os
import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
target = pyvips.Target.new_to_file(f"{folder}/out-file.jpg")
image.write_to_target(target, ".jpg", Q=90)
target = pyvips.Target.new_to_memory()
image.write_to_target(target, ".png", compression=6)
print(os.path.basename(pyvips.Target.new_to_file(f"{folder}/x.png").filename()))


class CarefulFile:
    def __init__(self, name):
        self.name = name
        self.file = None

    def write(self, data):
        try:
            if self.file is None:
                self.file = open(self.name, "wb")
            return self.file.write(data)
        except OSError as error:
            raise pyvips.Error(f"Write failed: {error}") from error

    def end(self):
        if self.file:
            self.file.close()


careful = CarefulFile(f"{folder}/out-careful.png")
target = pyvips.TargetCustom()
target.on_write(careful.write)
target.on_end(careful.end)
image.write_to_target(target, ".png")
print(careful.file.closed)

broken = CarefulFile(f"{folder}/none/x.png")
target = pyvips.TargetCustom()
target.on_write(broken.write)
target.on_end(broken.end)
try:
    image.write_to_target(target, ".png")
    print("no error")
except pyvips.Error:
    print("Error")
