"""Read, set, copy, remove metadata."""

import sys

import pyvips

folder = sys.argv[1]
image = pyvips.Image.new_from_file(f"{folder}/turned.jpg")
print(image.get("orientation"), image.get("exif-ifd0-Make"), image.get("exif-ifd0-Model"))
print(image.get("vips-loader"), image.get_typeof("exif-data") != 0, image.get_typeof("no such item"))
print([name for name in image.get_fields()[:10]])
print(image.get("width"), image.get("xres"), image.get("format"), image.get("interpretation"))
for name in image.get_fields():
    assert image.get(name) is not None or True
print("n-pages" in image.get_fields(), image.get_n_pages(), image.get_page_height(), image.hasalpha())

copy = image.copy()
copy.set_type(pyvips.GValue.gint_type, "my-number", 42)
copy.set_type(pyvips.GValue.gstr_type, "my-text", "hello")
copy.set_type(pyvips.GValue.gdouble_type, "my-double", 0.5)
copy.set_type(pyvips.GValue.array_int_type, "my-ints", [1, 2, 3])
copy.set_type(pyvips.GValue.array_double_type, "my-doubles", [0.5, 2])
copy.set_type(pyvips.GValue.blob_type, "my-blob", b"\x00\x01\xff")
copy.set("my-number", 43)
for name in ("my-number", "my-text", "my-double", "my-ints", "my-doubles", "my-blob"):
    print(name, copy.get(name), (copy + 1).get(name), image.get_typeof(name))
print(copy.remove("my-number"), copy.remove("my-number"), copy.get_typeof("my-number"))
for call in (lambda: copy.get("my-number"), lambda: copy.set("my-number", 1)):
    try:
        call()
    except pyvips.Error as error:
        print(error.message)
