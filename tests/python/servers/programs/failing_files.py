"""Files that are not there, folders that do not exist, a disc that is full: the program's own text comes back."""

import os
import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
try:
    pyvips.Source.new_from_file(f"{folder}/none.jpg")
except pyvips.Error as error:
    print(error.message.replace(folder, "FOLDER"))


class CarefulFile:
    def __init__(self, name):
        self.name, self.file = name, None

    def write(self, data):
        try:
            if self.file is None:
                self.file = open(self.name, "wb", buffering=0)
            return self.file.write(data)
        except OSError as error:
            raise pyvips.Error(f"the write failed: {error.strerror}") from error

    def end(self):
        if self.file:
            self.file.close()


for name in (f"{folder}/out-careful.png", f"{folder}/none/x.png", "/dev/full"):
    careful = CarefulFile(name)
    target = pyvips.TargetCustom()
    target.on_write(careful.write)
    target.on_end(careful.end)
    try:
        image.write_to_target(target, ".png")
        print("saved", careful.file.closed, os.path.getsize(name) > 0)
    except pyvips.Error as error:
        cause = error.__cause__
        print("the write failed: " in str(error), type(cause).__name__, cause and str(cause).splitlines()[0])
