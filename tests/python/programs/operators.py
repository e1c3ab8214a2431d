"""Operators between images and numbers."""

import sys

import pyvips

image = pyvips.Image.new_from_file(sys.argv[1] + "/photo.png").crop(200, 200, 64, 48)
other = image.fliphor()
calls = {
    "image + image": image + other, "image - image": image - other, "image * image": image * other, "image / image": image / other,
    "image + 1": image + 1, "1 + image": 1 + image, "10 - image": 10 - image, "image * 2": image * 2, "2 * image": 2 * image,
    "image / 3": image / 3, "image + list": image + [1, 2, 3], "image * tuple": image * (1, 2, 3), "-image": -image,
    "image & 12": image & 12, "image | 3": image | 3, "image ^ image": image ^ other, "image << 1": image << 1, "image >> 2": image >> 2,
    "image < 100": image < 100, "100 < image": 100 < image, "image >= image": image >= other, "image == 30": image == 30,
    "image != list": image != [30, 40, 50], "~image": ~image, "abs": abs(image - other),
}
for name, result in calls.items():
    print(name, result.format, result.bands, result.interpretation, result.avg())
x = image
x += 10
x *= [1, 2, 3]
x -= other
x /= 2
print(x.format, x.avg(), (image == None), (image != None))  # noqa: E711
print(sum([image, other]).avg(), bool(image), (+image).avg() == image.avg())
for call in (lambda: image + "a", lambda: image + None, lambda: divmod(image, 2)):
    try:
        call()
    except TypeError:
        print("TypeError")
try:
    image / 0
except ZeroDivisionError:
    print("ZeroDivisionError")
