"""Options in file names and suffixes."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/photo.png[access=sequential]")
image.write_to_file(f"{folder}/out.png[compression=9,interlace]")
print(pyvips.Image.new_from_file(f"{folder}/out.png").get("interlaced"))
image = pyvips.Image.new_from_file(f"{folder}/photo.png")
small = len(image.write_to_buffer(".jpg[Q=10]"))
large = len(image.write_to_buffer(".jpg", Q=95))
print(small < large, len(image.write_to_buffer(".jpg[Q=95]", Q=10)) == small, len(image.write_to_buffer(".jpg[ Q = 10 ]")) == small)
image.write_to_file(f"{folder}/out-keep.jpg[Q=80,keep=none]")
print(pyvips.Image.new_from_buffer(open(f"{folder}/photo.jpg", "rb").read(), "shrink=2").width)
print(pyvips.Image.new_from_file(f"{folder}/photo.jpg", shrink=4).width, pyvips.Image.new_from_file(f"{folder}/photo.jpg[shrink=8]").width)
print(pyvips.Image.thumbnail(f"{folder}/photo.png[fail_on=error]", 50).width)
for bad in (".png[nothing=1]", ".png[compression=x]"):
    try:
        image.write_to_buffer(bad)
        print("no error")
    except pyvips.Error as error:
        print(error.message)
print(pyvips.Operation.call("embed", image, 0, 0, 700, 500, string_options="extend=copy").width)
