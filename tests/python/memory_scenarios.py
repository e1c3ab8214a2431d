"""What the memory tests run, each in a process of its own: `memory_scenarios.py LIBRARY NAME FOLDER SIZE`.

Prints the peak of resident kilobytes of the whole process, interpreter included, and the
seconds that the work took.
"""

import importlib
import os
import resource
import sys
import time


def generated(vips, folder, side, suffix):
    """side × side RGB out of nothing; with some content, lest it be a special case."""
    place = vips.Image.xyz(side, side)
    image = (place[0] & 255).bandjoin([place[1] & 255, (place[0] + place[1]) / 512]).cast("uchar")
    image.copy(interpretation="srgb").write_to_file(f"{folder}/out{suffix}")


def generated_jpeg(vips, folder, side):
    generated(vips, folder, side, ".jpg")


def generated_png(vips, folder, side):
    generated(vips, folder, side, ".png[compression=1]")


def black_jpeg(vips, folder, side):
    vips.Image.black(side, side, bands=3).write_to_file(f"{folder}/out.jpg")


def black_png(vips, folder, side):
    vips.Image.black(side, side, bands=3).write_to_file(f"{folder}/out.png")


def large_jpeg(vips, folder, side):
    """No measurement: makes the file that the next ones read."""
    generated(vips, folder, side, ".jpg")
    os.rename(f"{folder}/out.jpg", f"{folder}/large.jpg")


def large_png(vips, folder, side):
    """The same, PNG."""
    generated(vips, folder, side, ".png[compression=1]")
    os.rename(f"{folder}/out.png", f"{folder}/large.png")


def resize_file(vips, folder, side):
    """A large JPEG → half → JPEG, without `access=`."""
    vips.Image.new_from_file(f"{folder}/large.jpg").resize(0.5).write_to_file(f"{folder}/out.jpg")


def shrunk_png(vips, folder, side):
    """The same by twenty to a PNG, whose rows want those above them again, read once."""
    image = vips.Image.new_from_file(f"{folder}/large.jpg", access="sequential")
    image.resize(0.05).write_to_file(f"{folder}/out.png")


def piped(path):
    """A descriptor of a pipe that another process writes the file to."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        with open(path, "rb") as file, open(writing, "wb") as pipe:
            while piece := file.read(65536):
                pipe.write(piece)
        os._exit(0)
    os.close(writing)
    return reading


def resize_pipe(vips, folder, side):
    """The same from a pipe."""
    source = vips.Source.new_from_descriptor(piped(f"{folder}/large.jpg"))
    vips.Image.new_from_source(source, "").resize(0.5).write_to_file(f"{folder}/out.jpg")
    os.wait()


def custom_source(vips, folder, side):
    """A large PNG from a custom source that cannot seek, without a hint, to a custom target."""
    with open(f"{folder}/large.png", "rb") as file, open(f"{folder}/out.png", "wb") as result:
        source, target = vips.SourceCustom(), vips.TargetCustom()
        source.on_read(file.read)
        target.on_write(result.write)
        vips.Image.new_from_source(source, "").invert().write_to_target(target, ".png", compression=1)


WIDEST = 65_000


def wide_encode(vips, folder, height):
    """As wide a JPEG as there can be, which the next two read."""
    place = vips.Image.xyz(WIDEST, height)
    image = (place[0] & 255).bandjoin([place[1] & 255, (place[0] ^ place[1]) & 255]).cast("uchar")
    image.copy(interpretation="srgb").write_to_file(f"{folder}/wide.jpg")


def forgotten(vips, image):
    target = vips.TargetCustom()
    target.on_write(len)
    image.rawsave_target(target)


def wide_decode(vips, folder, height):
    """Its pixels, which nobody keeps."""
    forgotten(vips, vips.Image.new_from_file(f"{folder}/wide.jpg", unlimited=True))


def wide_decode_pipe(vips, folder, height):
    """The same from a pipe."""
    reading = piped(f"{folder}/wide.jpg")
    image = vips.Image.jpegload_source(vips.Source.new_from_descriptor(reading), unlimited=True)
    forgotten(vips, image)
    os.wait()


def interpreter(vips, folder, size):
    """Nothing: what is there before any work."""


def pyramid(vips, folder, side, target, **options):
    """A large PNG as a tiled pyramid of 256 × 256."""
    image = vips.Image.new_from_file(f"{folder}/large.png", access="sequential")
    image.tiffsave_target(target, tile=True, pyramid=True, tile_width=256, tile_height=256, **options)


def pyramid_file(vips, folder, side, **options):
    pyramid(vips, folder, side, vips.Target.new_to_file(f"{folder}/out.tif"), **options)


def pyramid_none(vips, folder, side):
    pyramid_file(vips, folder, side)


def pyramid_deflate(vips, folder, side):
    pyramid_file(vips, folder, side, compression="deflate", level=1)


def pyramid_jpeg(vips, folder, side):
    pyramid_file(vips, folder, side, compression="jpeg")


def pyramid_pipe(vips, folder, side):
    """The same to a pipe that only goes forward."""
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(writing)
        while os.read(reading, 1 << 20):
            pass
        os._exit(0)
    os.close(reading)
    pyramid(vips, folder, side, vips.Target.new_to_descriptor(writing), compression="jpeg")
    os.close(writing)
    os.wait()


def pyramid_dz(vips, folder, side):
    """The same as Deep Zoom, in a zip."""
    image = vips.Image.new_from_file(f"{folder}/large.png", access="sequential")
    image.dzsave(f"{folder}/out.zip")


def nested_sum(vips, folder, depth):
    """x + x, depth times."""
    image = vips.Image.black(500, 500) + 1
    image = image.cast("uchar")
    for _ in range(depth):
        image = image + image
    assert image.max() == 2.0**depth, image.max()


def many_files(vips, folder, count):
    """An array of many files, with few descriptors allowed."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
    images = [vips.Image.new_from_file(f"{folder}/many/{index:05}.png") for index in range(count)]
    sheet = vips.Image.arrayjoin(images, across=int(count**0.5))
    sheet.write_to_file(f"{folder}/out.png")
    assert sheet.width * sheet.height == count * 32 * 24


def thumbnails(vips, folder, count):
    """A server's day: the same few pictures over and over."""
    for _ in range(count):
        vips.Image.thumbnail(f"{folder}/photo.jpg", 128).write_to_buffer(".jpg")


def peak():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def main(library, name, folder, size):
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    vips = importlib.import_module(library)
    started = time.perf_counter()
    globals()[name](vips, folder, int(size))
    print(peak(), time.perf_counter() - started)


if __name__ == "__main__":
    main(*sys.argv[1:])
