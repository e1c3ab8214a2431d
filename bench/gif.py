"""GIF that is saved against pyvips in one run: bytes, how near the pixels are, and time.

    python bench/gif.py [--options '{"dither": 0}'] [--depths 1,4,8] [--png] [FILE ...]

For each picture the peak signal-to-noise ratio of what is read back is told, in decibels against the
original, and the same once both are blurred by a window of 5 by 5, which is how dithering is seen from afar.
What has more bytes than the reference's, or is farther from the original, is judged at the same size too: the same
picture is saved with 1 to 8 bits by both, and the ratio at our size is read between the reference's points, and
at its size between ours. The lesser of the two differences is told.
Without files, those of the benchmark are taken and pictures that are made: gradients, noise, drawings,
animations. Those are drawn by Pillow with its own font, so they are the same everywhere.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pyvips
import windlass
from PIL import Image, ImageDraw, ImageFilter, ImageFont

INPUTS = Path(__file__).parent / "out" / "inputs"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--options", type=json.loads, default={}, help="of the saver, as JSON")
    parser.add_argument("--depths", default="8", help="bits of a pixel, with commas")
    parser.add_argument("--png", action="store_true", help="PNG with a palette instead of GIF")
    parser.add_argument("--made", action="store_true", help="the pictures that are made, beside the files")
    parser.add_argument("--seed", type=int, default=1, help="of the pictures that are made")
    parser.add_argument("--only", default="", help="only pictures with this in their name")
    options = parser.parse_args()
    pyvips.cache_set_max(0)
    pictures = dict(files(options.files or sorted((INPUTS / "small").glob("*.jpg"))[:4]))
    if options.made or not options.files:
        pictures |= made(options.seed)
    pictures = {name: picture for name, picture in pictures.items() if options.only in name}
    if options.png:
        pictures = {name: (pages[:1], items) for name, (pages, items) in pictures.items()}
    for depth in map(int, options.depths.split(",")):
        compare(pictures, options.options | {"bitdepth": depth}, options.png)


def compare(pictures, options, png):
    """Prints a line for each picture, and how many are within 3 % of the bytes and 0.1 dB, or better at the same size."""
    print(f"{'PNG' if png else 'GIF'} {options}")
    print(f"{'picture':24} {'pyvips':>9} {'bytes':>6} {'psnr':>6} {'diff':>6} {'far':>6} {'diff':>6} {'time':>5}")
    ratios, better = [], 0
    for name, (pages, items) in pictures.items():
        one, other = (measured(module, pages, items, options, png) for module in (pyvips, windlass))
        ratios.append((other[0] / one[0], other[1] - one[1], other[2] - one[2], other[3] / one[3]))
        size, near, far, seconds = ratios[-1]
        verdict = ""
        if not reached(size, near):
            gain = at_same_size(one, other, pages, items, options, png)
            better += gain is not None and gain >= -0.1
            verdict = " ! no other size" if gain is None else f" ! at the same size {gain:+.2f}"
        print(
            f"{name[-24:]:24} {one[0]:9} {size:6.3f} {one[1]:6.2f} {near:+6.2f}"
            f" {one[2]:6.2f} {far:+6.2f} {seconds:5.2f}{verdict}"
        )
    size, near, far, seconds = np.mean(ratios, axis=0)
    good = sum(reached(size, near) for size, near, *_ in ratios)
    print(f"{'mean':24} {'':9} {size:6.3f} {'':6} {near:+6.2f} {'':6} {far:+6.2f} {seconds:5.2f}", end=" ")
    print(f"{good} of {len(ratios)} reached, {better} more at the same size\n")


def reached(size, near):
    return size <= 1.03 and near >= -0.1


def at_same_size(one, other, pages, items, options, png):
    """How much nearer ours is than the reference's of the same size; None where neither has points around the other."""
    curves = [
        [measured(module, pages, items, options | {"bitdepth": depth}, png)[:2] for depth in ((1, 2, 4, 8) if png else range(1, 9))]
        for module in (pyvips, windlass)
    ]
    reference, ours = between(curves[0], other[0]), between(curves[1], one[0])
    gains = [] if reference is None else [other[1] - reference]
    gains += [] if ours is None else [ours - one[1]]
    return min(gains, default=None)


def between(points, size):
    """The ratio at a size, between the points that no smaller one betters; None outside of them."""
    best = []
    for point in sorted(points):
        if not best or point[1] > best[-1][1]:
            best.append(point)
    sizes, ratios = zip(*best)
    if not sizes[0] <= size <= sizes[-1]:
        return None
    return float(np.interp(np.log(size), np.log(sizes), ratios))


def measured(module, pages, items, options, png):
    """Bytes, quality, quality from afar, and seconds."""
    pixels = np.concatenate(pages)
    image = module.Image.new_from_array(pixels).copy(interpretation="srgb")
    image.set_type(module.GValue.gint_type, "page-height", len(pages[0]))
    image.set_type(module.GValue.array_int_type, "delay", [100] * len(pages))
    if "gif-palette" in items:
        image.set_type(module.GValue.array_int_type, "gif-palette", items["gif-palette"])
    start = time.process_time()
    if png:
        data = bytes(image.pngsave_buffer(palette=True, **options))
    else:
        # pages that are equal would be joined
        data = bytes(image.gifsave_buffer(**({"keep_duplicate_frames": True} | options)))
    seconds = time.process_time() - start
    pages = {} if png else {"n": -1}
    again = pyvips.Image.new_from_buffer(data, "", **pages).colourspace("srgb").numpy()[..., :3]
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


def made(seed):
    """Gradients, with grain and without; drawings; a square that moves, and a view that pans."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:300, 0:400]
    gradient = np.stack([x / 2, y / 1.5, (x + y) / 3], -1)
    grain = np.clip(gradient + random.normal(0, 5, gradient.shape), 0, 255)
    pictures = {"gradient": [gradient], "gradient with grain": [grain], "sky": [np.stack([90 + y / 8, 130 + y / 8, 190 + y / 8], -1)]}
    drawing = np.full((300, 400, 3), 250.0)
    for _ in range(40):
        cx, cy, r = random.integers(0, 400), random.integers(0, 300), random.integers(5, 60)
        drawing[(x - cx) ** 2 + (y - cy) ** 2 < r * r] = random.integers(0, 256, 3)
    pictures["drawing"] = [drawing]
    pictures |= {name: [np.asarray(image, np.float64)] for name, image in drawings(seed + 1)}
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


def drawings(seed):
    """Pictures of few colours with soft edges: text, lines, a chart, a map, icons, a logo, a window, a scan."""
    random = np.random.default_rng(seed)
    words = "the quick brown fox jumps over a lazy dog while seven wizards pack my box with jugs".split()

    def sheet(width, height, colour):
        # four pixels each way become one, which softens edges
        image = Image.new("RGB", (4 * width, 4 * height), colour)
        return image, ImageDraw.Draw(image)

    def finished(image):
        return image.resize((image.width // 4, image.height // 4), Image.Resampling.BOX)

    def text(draw, x, y, words, size, colour):
        draw.text((4 * x, 4 * y), words, colour, ImageFont.load_default(4 * size))

    def colour():
        return tuple(int(sample) for sample in random.integers(20, 230, 3))

    image, draw = sheet(480, 360, "white")
    for line in range(18):
        text(draw, 12, 8 + 19 * line, " ".join(random.permutation(words)[:9]), 14, (25, 25, 30))
    yield "text", finished(image)

    image, draw = sheet(480, 360, (252, 250, 242))
    for line in range(16):
        text(draw, 12, 8 + 21 * line, " ".join(random.permutation(words)[:8]), 11 + line % 5 * 2, colour())
    yield "coloured text", finished(image)

    image, draw = sheet(400, 300, "white")
    for _ in range(60):
        ends = [(int(random.integers(0, 1600)), int(random.integers(0, 1200))) for _ in range(2)]
        draw.line(ends, colour(), int(random.integers(3, 14)))
    yield "lines", finished(image)

    image, draw = sheet(480, 320, "white")
    for y in range(40, 290, 40):
        draw.line((160, 4 * y, 1880, 4 * y), (210, 210, 215), 4)
        text(draw, 8, y - 7, str(320 - y), 12, (90, 90, 90))
    for bar in range(9):
        left, top = 60 + 46 * bar, int(random.integers(50, 240))
        draw.rectangle((4 * left, 4 * top, 4 * left + 110, 1120), [(66, 110, 180), (230, 130, 40), (60, 150, 70)][bar % 3])
        text(draw, left, 290, f"Q{bar + 1}", 12, (40, 40, 40))
    curve = [(4 * x, 4 * (160 + 70 * np.sin(x / 37) + 20 * np.cos(x / 11))) for x in range(50, 470, 3)]
    draw.line(curve, (200, 40, 50), 9)
    yield "chart", finished(image)

    image, draw = sheet(400, 400, (242, 239, 233))
    for _ in range(25):
        cx, cy, r = (int(value) for value in random.integers((0, 0, 80), (1600, 1600, 300)))
        spikes = [(cx + r * np.cos(a) * (1 + np.sin(3 * a) / 4), cy + r * np.sin(a)) for a in np.arange(0, 6.28, 0.3)]
        draw.polygon(spikes, [(170, 211, 223), (200, 230, 180), (224, 223, 223), (173, 209, 158)][_ % 4])
    for _ in range(20):
        ends = [(int(random.integers(0, 1600)), int(random.integers(0, 1600))) for _ in range(2)]
        draw.line(ends, (190, 140, 60), 22)
        draw.line(ends, (252, 214, 164), 15)
    for _ in range(15):
        text(draw, int(random.integers(0, 340)), int(random.integers(0, 380)), str(random.choice(words)), 13, (60, 60, 80))
    yield "map", finished(image)

    image, draw = sheet(320, 240, (32, 36, 44))
    for number in range(24):
        x, y = 4 * (10 + number % 6 * 52), 4 * (10 + number // 6 * 58)
        draw.rounded_rectangle((x, y, x + 170, y + 170), 36, colour())
        draw.ellipse((x + 40, y + 40, x + 130, y + 130), colour(), (255, 255, 255), 10)
    yield "icons", finished(image)

    ramp = np.linspace(0, 1, 1200)[None, :, None]
    image = Image.fromarray(np.repeat((np.array([20, 60, 160]) * (1 - ramp) + np.array([120, 200, 240]) * ramp).astype(np.uint8), 600, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 120, 420, 480), (255, 200, 40), (255, 255, 255), 24)
    text(draw, 118, 45, "Logo", 54, (255, 255, 255))
    yield "logo on a gradient", finished(image)

    image, draw = sheet(600, 400, (240, 240, 240))
    draw.rectangle((0, 0, 2400, 120), (45, 62, 80))
    text(draw, 10, 6, "Settings", 16, (255, 255, 255))
    for row in range(10):
        draw.rectangle((40, 160 + 140 * row, 2360, 280 + 140 * row), (255, 255, 255), (200, 200, 200), 4)
        text(draw, 20, 46 + 35 * row, " ".join(random.permutation(words)[:5]), 13, (50, 50, 50))
        draw.rounded_rectangle((2000, 180 + 140 * row, 2300, 260 + 140 * row), 20, (0, 120, 215) if row % 3 else (200, 60, 50))
        text(draw, 520, 46 + 35 * row, "Open", 12, (255, 255, 255))
    yield "window", finished(image)

    image, draw = sheet(400, 300, (250, 248, 240))
    for line in range(12):
        text(draw, 12, 10 + 23 * line, " ".join(random.permutation(words)[:7]), 15, (40, 40, 60))
    soft = np.asarray(finished(image).filter(ImageFilter.GaussianBlur(0.7)), np.float64)
    yield "scan of text", np.clip(soft + random.normal(0, 3, soft.shape), 0, 255)


if __name__ == "__main__":
    main()
