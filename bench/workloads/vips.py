"""pyvips and windlass: the same code, on the module that `bind` was given."""

import os
import tempfile
from pathlib import Path

SHARPEN = [[-1, -1, -1], [-1, 16, -1], [-1, -1, -1]]
CHAIN = ((1.1, 5), (0.9, 3), (1.2, -20), (0.8, 11), (1.05, -3), (-1, 255))
WIDTH, HEIGHT = 5600, 4480


def bind(library):
    """The workloads on `library`."""
    global V
    V = library
    return {name: function for name, function in globals().items() if name.startswith(("p_", "m_"))}


def p_import(inputs, out):
    """Importing is all."""


def p_one(inputs, out):
    V.Image.thumbnail(f"{inputs}/small/0000.jpg", 128).write_to_file(f"{out}/one.jpg")


def p_1000(inputs, out):
    for index in range(1000):
        V.Image.thumbnail(f"{inputs}/small/{index:04}.jpg", 128).write_to_file(f"{out}/small.jpg")


def p_thumb100(inputs, out):
    V.Image.thumbnail(f"{inputs}/p100.jpg", 300).write_to_file(f"{out}/thumb100.jpg")


def p_thumb25(inputs, out):
    V.Image.thumbnail(f"{inputs}/p25.jpg", 720).write_to_file(f"{out}/thumb25.jpg")


def p_png(inputs, out):
    V.Image.thumbnail(f"{inputs}/p25.png", 720).write_to_file(f"{out}/png.png")


def p_half(inputs, out):
    V.Image.new_from_file(f"{inputs}/p25.jpg", access="sequential").resize(0.5).write_to_file(f"{out}/half.jpg", Q=80)


def p_bench_jpg(inputs, out):
    image = V.Image.new_from_file(f"{inputs}/p100.jpg", access="sequential")
    image = image.crop(100, 100, image.width - 200, image.height - 200)
    image = image.reduce(1 / 0.9, 1 / 0.9, kernel="linear")
    image.conv(V.Image.new_from_array(SHARPEN, scale=8), precision="integer").write_to_file(f"{out}/bench.jpg")


def p_bench_tif(inputs, out):
    image = V.Image.new_from_file(f"{inputs}/p100-none.tif", access="sequential")
    image = image.crop(100, 100, image.width - 200, image.height - 200)
    image = image.reduce(1 / 0.9, 1 / 0.9, kernel="linear")
    image.conv(V.Image.new_from_array(SHARPEN, scale=8), precision="integer").write_to_file(f"{out}/bench.tif")


def pyramid(inputs, out, **options):
    image = V.Image.new_from_file(f"{inputs}/p100-none.tif", access="sequential")
    image.write_to_file(f"{out}/pyramid.tif", tile=True, tile_width=256, tile_height=256, **options)


def p_pyr(inputs, out):
    pyramid(inputs, out, pyramid=True, compression="jpeg")


def p_pyrd(inputs, out):
    pyramid(inputs, out, pyramid=True, compression="deflate")


def p_tifsd(inputs, out):
    pyramid(inputs, out, compression="deflate")


def p_dz(inputs, out):
    # nothing is removed before: ext4 passes over each inode that was freed within minutes, for each of 2,100 files
    image = V.Image.new_from_file(f"{inputs}/p100-none.tif", access="sequential")
    image.dzsave(f"{tempfile.mkdtemp(dir=out)}/deep")


def p_tifn(inputs, out):
    V.Image.new_from_file(f"{inputs}/p100-none.tif").write_to_memory()


def p_tifd(inputs, out):
    V.Image.new_from_file(f"{inputs}/p100-deflate.tif").write_to_memory()


def p_tifj(inputs, out):
    V.Image.new_from_file(f"{inputs}/p100-jpeg.tif").write_to_memory()


def p_blackj(inputs, out):
    V.Image.black(30000, 30000, bands=3).write_to_file(f"{out}/black.jpg")


def p_custom(inputs, out):
    with open(f"{inputs}/p25.jpg", "rb") as file, open(f"{out}/custom.jpg", "wb") as result:
        source, target = V.SourceCustom(), V.TargetCustom()
        source.on_read(file.read)
        source.on_seek(file.seek)
        target.on_write(result.write)
        V.Image.new_from_source(source, "", access="sequential").resize(0.5).write_to_target(target, ".jpg", Q=80)


def photo(inputs):
    """25 MP RGB from memory."""
    V.cache_set_max(0)
    with open(f"{inputs}/p25.raw", "rb") as file:
        data = file.read()
    return V.Image.new_from_memory(data, WIDTH, HEIGHT, 3, "uchar").copy(interpretation="srgb")


def pixels(make):
    """A row that turns the photograph into another image in memory."""

    def prepare(inputs):
        image = photo(inputs)
        return lambda: make(image).write_to_memory()

    return prepare


def m_tiny(inputs):
    image = photo(inputs).crop(0, 0, 16, 16).copy_memory()

    def run():
        for _ in range(1000):
            (image + 1).cast("uchar").avg()

    return run


def chained(image):
    for a, b in CHAIN:
        image = image.linear(a, b).cast("uchar")
    return image


def m_chain6f(inputs):
    image = photo(inputs).cast("float").copy_memory()

    def run():
        result = image
        for a, b in CHAIN:
            result = result.linear(a, b)
        return result.write_to_memory()

    return run


def m_ifthenelse(inputs):
    image = photo(inputs)
    mask, other = (image[1] > 128).copy_memory(), image.invert().copy_memory()
    return lambda: mask.ifthenelse(image, other).write_to_memory()


def m_add(inputs):
    image = photo(inputs)
    other = image.invert().copy_memory()
    return lambda: (image + other).write_to_memory()


def number(name):
    """A row that ends in numbers."""

    def prepare(inputs):
        image = photo(inputs)
        return lambda: getattr(image, name)()

    return prepare


def mask(precision):
    return lambda image: image.conv(V.Image.new_from_array(SHARPEN, scale=8), precision=precision)


def lab(image):
    return image.colourspace("lab").linear([1.2, 1, 1], [-10, 0, 0]).colourspace("srgb")


def m_mapim(inputs):
    image = photo(inputs)
    index = V.Image.xyz(WIDTH, HEIGHT).linear([0.97, 0.98], [30, 20]).copy_memory()
    return lambda: image.mapim(index, interpolate=V.Interpolate.new("bicubic")).write_to_memory()


def decode(suffix, **options):
    def prepare(inputs):
        V.cache_set_max(0)
        with open(f"{inputs}/{suffix}", "rb") as file:
            data = file.read()
        return lambda: V.Image.new_from_buffer(data, "", access="sequential", **options).write_to_memory()

    return prepare


def m_Egif(inputs):
    image = photo(inputs)
    frames = [image.crop(640 * number, 480, 640, 480) for number in range(4)]
    film = frames[0].pagejoin(frames[1:]).copy_memory()
    return lambda: film.gifsave_buffer()


def encode(suffix, **options):
    def prepare(inputs):
        image = photo(inputs)
        return lambda: image.write_to_buffer(suffix, **options)

    return prepare


m_lincast = pixels(lambda image: (image * 1.2 + 10).cast("uchar"))
m_linu = pixels(lambda image: image.linear(1.2, 10, uchar=True))
m_invert = pixels(lambda image: image.invert())
m_gamma = pixels(lambda image: image.gamma())
m_chain6 = pixels(chained)
m_avg, m_stats, m_hist = number("avg"), number("stats"), number("hist_find")
m_cast = pixels(lambda image: image.cast("float"))
m_rot90 = pixels(lambda image: image.rot90())
m_flip = pixels(lambda image: image.fliphor())
m_mhalf = pixels(lambda image: image.resize(0.5))
m_up2 = pixels(lambda image: image.resize(2, kernel="cubic"))
m_conv3, m_conv3f = pixels(mask("integer")), pixels(mask("float"))
m_g5 = pixels(lambda image: image.gaussblur(5))
m_g40 = pixels(lambda image: image.gaussblur(40))
m_rotate = pixels(lambda image: image.rotate(30))
m_affine = pixels(lambda image: image.affine([1.1, 0.05, -0.03, 0.95], interpolate=V.Interpolate.new("bicubic")))
m_lab = pixels(lab)
m_icc = pixels(lambda image: image.icc_transform("cmyk", input_profile="srgb"))
m_Ejpg, m_Epng = encode(".jpg", Q=85), encode(".png", compression=6)
m_Ewebp = encode(".webp", Q=75)
m_Djpg, m_Dpng, m_Dwebp = decode("p25.jpg"), decode("p25.png"), decode("p25.webp")
m_Dgif = decode("film.gif", n=-1)


def forgotten(image):
    """All pixels, to a sink that does not keep them."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        image.rawsave_target(V.Target.new_to_descriptor(null))
    finally:
        os.close(null)


def decoding(inputs, name, **options):
    V.cache_set_max(0)
    data = Path(f"{inputs}/p25-{name}.jpg").read_bytes()
    return lambda: forgotten(V.Image.new_from_buffer(data, "", access="sequential", **options))


def m_jpeg_decode75(inputs):
    return decoding(inputs, "q75")


def m_jpeg_decode92(inputs):
    return decoding(inputs, "q92")


def m_jpeg_eighth75(inputs):
    return decoding(inputs, "q75", shrink=8)


def m_jpeg_eighth92(inputs):
    return decoding(inputs, "q92", shrink=8)


def m_jpeg_progressive8(inputs):
    return decoding(inputs, "progressive", shrink=8)


def encoding(inputs, quality):
    V.cache_set_max(0)
    pixels = Path(f"{inputs}/p25.raw").read_bytes()
    image = V.Image.new_from_memory(pixels, WIDTH, HEIGHT, 3, "uchar").copy(interpretation="srgb")
    return lambda: image.jpegsave_buffer(Q=quality)


def m_jpeg_encode75(inputs):
    return encoding(inputs, 75)


def m_jpeg_encode92(inputs):
    return encoding(inputs, 92)
