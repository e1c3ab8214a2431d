"""Pictures for the programs: the same every time, made with NumPy and Pillow alone.

`python pictures.py FOLDER` makes them by hand.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms


def make(folder):
    """All pictures, in a folder that exists."""
    folder = Path(folder)
    photo = scene(640, 480, 1)
    Image.fromarray(photo).save(folder / "photo.jpg", quality=90, dpi=(300, 300))
    Image.fromarray(photo).save(folder / "photo.png", dpi=(72, 72))
    Image.fromarray(photo).save(folder / "progressive.jpg", quality=85, progressive=True)
    Image.fromarray(photo).convert("CMYK").save(folder / "cmyk.jpg", quality=90)
    Image.fromarray(photo).convert("L").save(folder / "grey.png")
    Image.fromarray(photo).quantize(64).save(folder / "palette.png")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(photo).save(folder / "profile.jpg", quality=90, icc_profile=profile)
    Image.fromarray(photo).save(folder / "profile.png", icc_profile=profile)
    Image.fromarray(sixteen()).save(folder / "sixteen.png")
    Image.fromarray(logo(), "RGBA").save(folder / "logo.png")
    Image.fromarray(scan()).save(folder / "scan.png")
    turned(photo, folder / "turned.jpg")
    for index in range(12):
        Image.fromarray(scene(160, 120, index + 10)).save(folder / f"tile{index:02}.png")


def scene(width, height, seed):
    """Sky, hills, a sun and grain: smooth areas, edges and noise, as in a photograph."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    x, y = x / width, y / height
    hills = 0.6 + 0.1 * np.sin(9 * x + seed) + 0.05 * np.sin(31 * x)
    sky = np.stack([120 + 90 * y, 160 + 60 * y, 220 + 20 * y], -1)
    land = np.stack([60 + 80 * y, 120 - 60 * y + 30 * np.sin(40 * x), 40 + 20 * y], -1)
    picture = np.where((y > hills)[..., None], land, sky)
    sun = (x - 0.7) ** 2 + (0.75 * (y - 0.25)) ** 2 < 0.006
    picture[sun] = (255, 240, 170)
    grain = random.normal(0, 3, (height, width, 1))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def sixteen():
    """A 16-bit grey slope with waves."""
    y, x = np.mgrid[0:100, 0:150].astype(float)
    return (x * 400 + 3000 * (1 + np.sin(y / 5))).astype(np.uint16)


def logo():
    """A soft-edged disc, RGBA."""
    y, x = np.mgrid[0:60, 0:120].astype(float)
    radius = np.hypot((x - 60) / 2, y - 30)
    alpha = np.clip((28 - radius) * 40, 0, 255)
    flat = np.full(alpha.shape, 40.0)
    return np.stack([flat + x, flat * 3, 255 - 2 * y, alpha], -1).astype(np.uint8)


def scan():
    """A dark sheet on white paper with a margin."""
    page = np.full((200, 300, 3), 255, np.uint8)
    page[40:150, 70:260] = (90, 60, 30)
    page[60:80, 90:200] = (230, 210, 180)
    return page


def turned(photo, name):
    """A JPEG whose EXIF says that it lies on its side."""
    picture = Image.fromarray(photo[::2, ::2])
    exif = picture.getexif()
    exif[0x0112] = 6
    exif[0x010F] = "Maker"
    exif[0x0110] = "Model 1"
    picture.save(name, quality=92, exif=exif)


if __name__ == "__main__":
    make(sys.argv[1])
