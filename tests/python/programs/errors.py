"""What goes wrong, and what the exception says."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
calls = {
    "missing file": lambda: pyvips.Image.new_from_file(f"{folder}/none.png"),
    "a folder": lambda: pyvips.Image.new_from_file(folder),
    "no picture": lambda: pyvips.Image.new_from_buffer(b"this is no picture at all", ""),
    "empty": lambda: pyvips.Image.new_from_buffer(b"", ""),
    "unknown suffix": lambda: image.write_to_file(f"{folder}/x.nosuch"),
    "unknown buffer": lambda: image.write_to_buffer("png"),
    "missing folder": lambda: image.write_to_file(f"{folder}/none/x.png"),
    "bad area": lambda: image.crop(600, 0, 100, 10),
    "bad enum": lambda: image.flip("sideways"),
    "too few arguments": lambda: image.crop(1, 2, 3),
    "too many arguments": lambda: image.avg(1),
    "unknown option": lambda: image.avg(nothing=1),
    "unknown operation": lambda: pyvips.Operation.call("nosuchthing", image),
    "bands do not match": lambda: image.bandjoin(255) + image[0:2],
    "no route": lambda: image.copy(interpretation="srgb").colourspace("multiband"),
    "memory too small": lambda: pyvips.Image.new_from_memory(b"abc", 10, 10, 1, "uchar"),
}
for name, call in calls.items():
    try:
        call()
        print(name, "NO ERROR")
    except pyvips.Error as error:
        print(name, "|", error.message.replace(folder, "FOLDER"), "|", bool(str(error)), isinstance(error, Exception))
for name, call in {
    "no attribute": lambda: image.nosuchthing(),
    "set attribute": lambda: setattr(image, "width", 3),
    "not a number": lambda: image.linear("a", 1),
    "text for a number": lambda: image.crop(None, 0, 1, 1),
    "image is no number": lambda: pyvips.Image.new_from_list([[1, 2], [3]]),
}.items():
    try:
        call()
        print(name, "NO ERROR")
    except (AttributeError, TypeError, ValueError) as error:
        print(name, type(error).__name__)
try:
    open(f"{folder}/cut.png", "wb").write(open(f"{folder}/photo.png", "rb").read()[:100000])
    pyvips.Image.new_from_file(f"{folder}/cut.png", fail_on="error").avg()
    print("truncated", "NO ERROR")
except pyvips.Error:
    print("truncated", "Error")
