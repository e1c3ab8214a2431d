"""GIF that is saved against pyvips in one run: bytes, how near the pixels are, and time.

    python bench/gif.py [--options '{"dither": 0}'] [FILE ...]

For each picture the peak signal-to-noise ratio of what is read back is told, in decibels against the
original, and the same once both are blurred by a window of 5 by 5, which is how dithering is seen from afar.
Without files, those of the benchmark are taken and pictures that are made: gradients, noise, animations.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pyvips
import windlass
from PIL import Image

INPUTS = Path(__file__).parent / "out" / "inputs"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--options", type=json.loads, default={}, help="of gifsave, as JSON")
    parser.add_argument("--made", action="store_true", help="the pictures that are made, beside the files")
    options = parser.parse_args()
    pyvips.cache_set_max(0)
    pictures = dict(files(options.files or sorted((INPUTS / "small").glob("*.jpg"))[:4]))
    if options.made or not options.files:
        pictures |= made()
    print(f"{'picture':24} {'pyvips':>9} {'bytes':>6} {'psnr':>6} {'diff':>6} {'far':>6} {'diff':>6} {'time':>5}")
    ratios = []
    for name, (pages, items) in pictures.items():
        one, other = (measured(module, pages, items, options.options) for module in (pyvips, windlass))
        ratios.append((other[0] / one[0], other[1] - one[1]))
        print(
            f"{name[-24:]:24} {one[0]:9} {ratios[-1][0]:6.3f} {one[1]:6.2f} {ratios[-1][1]:+6.2f}"
            f" {one[2]:6.2f} {other[2] - one[2]:+6.2f} {other[3] / one[3]:5.2f}"
        )
    size, quality = np.mean(ratios, axis=0)
    print(f"{'mean':24} {'':9} {size:6.3f} {'':6} {quality:+6.2f}")


def measured(module, pages, items, options):
    """Bytes, quality, quality from afar, and seconds."""
    pixels = np.concatenate(pages)
    image = module.Image.new_from_array(pixels).copy(interpretation="srgb")
    # pages that are equal would be joined
    options = {"keep_duplicate_frames": True} | options
    image.set_type(module.GValue.gint_type, "page-height", len(pages[0]))
    image.set_type(module.GValue.array_int_type, "delay", [100] * len(pages))
    if "gif-palette" in items:
        image.set_type(module.GValue.array_int_type, "gif-palette", items["gif-palette"])
    start = time.process_time()
    data = bytes(image.gifsave_buffer(**options))
    seconds = time.process_time() - start
    again = pyvips.Image.new_from_buffer(data, "", n=-1).numpy()[..., :3]
    if again.shape != pixels.shape:
        raise SystemExit(f"pages were joined: {again.shape} of {pixels.shape}")
    return len(data), psnr(pixels, again), psnr(blurred(pixels), blurred(again)), seconds


def psnr(one, other):
    return 10 * np.log10(255**2 / max(np.mean((one.astype(np.float64) - other) ** 2), 1e-9))


def blurred(pixels):
    sums = np.cumsum(np.cumsum(np.pad(pixels.astype(np.float64), ((1, 0), (1, 0), (0, 0))), 0), 1)
    return (sums[5:, 5:] - sums[:-5, 5:] - sums[5:, :-5] + sums[:-5, :-5]) / 25


def files(paths):
    """The pages of each file, as RGB and not larger than 1200 by 900."""
    for path in paths:
        image = pyvips.Image.new_from_file(str(path))
        if "n-pages" in image.get_fields() and image.get("n-pages") > 1 and image.get("vips-loader") == "gifload":
            image = pyvips.Image.new_from_file(str(path), n=-1)
            height = image.get("page-height")
            try:
                pixels = image.flatten().numpy() if image.hasalpha() else image.numpy()
            except pyvips.Error:
                print(f"{path.name}: pyvips cannot read it")
                continue
            items = {"gif-palette": image.get("gif-palette")} if "gif-palette" in image.get_fields() else {}
            yield path.name, (list(pixels.reshape(-1, height, *pixels.shape[1:])), items)
            continue
        picture = Image.open(path).convert("RGB")
        left, top = (max(0, (have - most) // 2) for have, most in zip(picture.size, (1200, 900)))
        picture = picture.crop((left, top, min(left + 1200, picture.width), min(top + 900, picture.height)))
        yield path.name, ([np.asarray(picture)], {})


def made():
    """Gradients, with grain and without; drawings; a square that moves, and a view that pans."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:300, 0:400]
    gradient = np.stack([x / 2, y / 1.5, (x + y) / 3], -1)
    grain = np.clip(gradient + random.normal(0, 5, gradient.shape), 0, 255)
    pictures = {"gradient": [gradient], "gradient with grain": [grain], "sky": [np.stack([90 + y / 8, 130 + y / 8, 190 + y / 8], -1)]}
    drawing = np.full((300, 400, 3), 250.0)
    for _ in range(40):
        cx, cy, r = random.integers(0, 400), random.integers(0, 300), random.integers(5, 60)
        drawing[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = random.integers(0, 256, 3)
    pictures["drawing"] = [drawing]
    square, noisy = [], []
    for number in range(8):
        page = grain.copy()
        page[100:160, 40 * number : 40 * number + 60] = (220, 30, 40)
        square.append(page)
        noisy.append(np.clip(page + random.normal(0, 1.5, page.shape), 0, 255))
    pictures |= {"square on grain": square, "square, noise": noisy}
    pictures["square on gradient"] = [np.where((page == (220, 30, 40)).all(-1, keepdims=True), page, gradient) for page in square]
    if (INPUTS / "p25.png").exists():
        image = pyvips.Image.new_from_file(str(INPUTS / "p25.png"))
        pictures["pan"] = [image.crop(600 + 8 * number, 480, 480, 320).numpy() for number in range(6)]
        view = image.crop(600, 480, 480, 320).numpy().astype(np.float64)
        pictures["fade"] = [view * (1 - number / 12) for number in range(6)]
        still = [view.copy() for _ in range(6)]
        for number, page in enumerate(still):
            page[100:180, 60 * number : 60 * number + 80] = view[150:230, 200:280]
        pictures["part of a photo moves"] = still
    return {name: ([page.astype(np.uint8) for page in pages], {}) for name, pages in pictures.items()}


if __name__ == "__main__":
    main()
