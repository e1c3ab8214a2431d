"""Pillow images."""


def to_pil(image):
    """The pixels as a Pillow image."""
    try:
        import PIL.Image
    except ImportError as error:
        raise ImportError("PIL not available") from error
    form, bands = image.format, image.bands
    if form == "ushort" and bands > 1:
        return _from_16_bits(PIL.Image, image, bands)
    array = image.__array__()
    if array.ndim == 0:
        array[0]  # raises IndexError, as it always did
    if bands == 1 and form in ("char", "short", "uint", "int"):
        return PIL.Image.fromarray(array.astype("int32"))
    if bands == 1 and form in ("float", "double"):
        return PIL.Image.fromarray(array.astype("float32"))
    return PIL.Image.fromarray(array)


def _from_16_bits(pillow, image, bands):
    """Pillow has no such images: the high bytes."""
    raw = {2: ("RGBA", "LA;16B"), 3: ("RGB", "RGB;16L"), 4: ("RGBA", "RGBA;16L")}.get(bands)
    if raw is None:
        raise ValueError("PIL does not support 16-bit images with more than 4 bands")
    array = image.__array__()
    if bands == 2:
        array = array.byteswap()
    mode, rawmode = raw
    return pillow.frombytes(mode, (image.width, image.height), array.tobytes(), "raw", rawmode)
