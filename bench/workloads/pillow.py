"""Pillow: where it has a way of its own to do the same."""

from PIL import Image

Image.MAX_IMAGE_PIXELS = None
WIDTH, HEIGHT = 5600, 4480


def bind(library):
    return {name: function for name, function in globals().items() if name.startswith(("p_", "m_"))}


def p_import(inputs, out):
    """Importing is all."""


def thumbnail(name, width, result, **options):
    with Image.open(name) as picture:
        picture.draft("RGB", (2 * width, 2 * width))
        picture.thumbnail((width, width), Image.LANCZOS)
        picture.save(result, **options)


def p_one(inputs, out):
    thumbnail(f"{inputs}/small/0000.jpg", 128, f"{out}/one.jpg")


def p_1000(inputs, out):
    for index in range(1000):
        thumbnail(f"{inputs}/small/{index:04}.jpg", 128, f"{out}/small.jpg")


def p_thumb100(inputs, out):
    thumbnail(f"{inputs}/p100.jpg", 300, f"{out}/thumb100.jpg")


def p_thumb25(inputs, out):
    thumbnail(f"{inputs}/p25.jpg", 720, f"{out}/thumb25.jpg")


def p_png(inputs, out):
    thumbnail(f"{inputs}/p25.png", 720, f"{out}/png.png")


def p_half(inputs, out):
    with Image.open(f"{inputs}/p25.jpg") as picture:
        picture.resize((picture.width // 2, picture.height // 2), Image.LANCZOS).save(f"{out}/half.jpg", quality=80)


def photo(inputs):
    with open(f"{inputs}/p25.raw", "rb") as file:
        return Image.frombytes("RGB", (WIDTH, HEIGHT), file.read())


def pixels(make):
    def prepare(inputs):
        picture = photo(inputs)
        return lambda: make(picture)

    return prepare


def m_stats(inputs):
    from PIL import ImageStat

    picture = photo(inputs)
    return lambda: ImageStat.Stat(picture).mean


def m_Ejpg(inputs):
    import io

    picture = photo(inputs)
    return lambda: picture.save(io.BytesIO(), "JPEG", quality=85)


def m_Epng(inputs):
    import io

    picture = photo(inputs)
    return lambda: picture.save(io.BytesIO(), "PNG", compress_level=6)


def decode(suffix):
    def prepare(inputs):
        import io

        with open(f"{inputs}/p25.{suffix}", "rb") as file:
            data = file.read()
        return lambda: Image.open(io.BytesIO(data)).load()

    return prepare


m_Djpg, m_Dpng, m_Dwebp = decode("jpg"), decode("png"), decode("webp")
m_linu = pixels(lambda picture: picture.point([min(255, int(1.2 * v + 10)) for v in range(256)] * 3))
m_invert = pixels(lambda picture: picture.point([255 - v for v in range(256)] * 3))
m_hist = pixels(lambda picture: picture.histogram())
m_rot90 = pixels(lambda picture: picture.transpose(Image.ROTATE_270))
m_flip = pixels(lambda picture: picture.transpose(Image.FLIP_LEFT_RIGHT))
m_mhalf = pixels(lambda picture: picture.resize((WIDTH // 2, HEIGHT // 2), Image.LANCZOS))
m_up2 = pixels(lambda picture: picture.resize((WIDTH * 2, HEIGHT * 2), Image.BICUBIC))
m_rotate = pixels(lambda picture: picture.rotate(-30, Image.BILINEAR, expand=True))
