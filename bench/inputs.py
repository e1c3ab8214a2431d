"""The pictures that the rows read, made once into `bench/out/inputs`.

A real photograph enlarged and mirrored 2×2, with grain: a noiseless enlargement flatters
decoders. Nothing here uses the libraries that are compared, but Pillow and NumPy.
"""

import hashlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
VERSION = "3"
TILE = 256
SIZES = {"p25": (5600, 4480), "p100": (10000, 10000)}
SMALL = 1000


def make(folder):
    """Make what is missing."""
    folder = Path(folder)
    stamp = folder / f"made-{hashlib.sha256(VERSION.encode()).hexdigest()[:8]}"
    if stamp.exists():
        return
    print(f"making the input pictures in {folder} (once, about two minutes)", flush=True)
    (folder / "small").mkdir(parents=True, exist_ok=True)
    for name, size in SIZES.items():
        pixels = photograph(*size)
        Image.fromarray(pixels).save(folder / f"{name}.jpg", quality=85, subsampling="4:2:0")
        if name == "p100":
            for compression in ("none", "deflate", "jpeg"):
                tiff(pixels, folder / f"{name}-{compression}.tif", compression)
        if name == "p25":
            Image.fromarray(pixels).save(folder / "p25.png", compress_level=6)
            Image.fromarray(pixels).save(folder / "p25.webp", quality=80)
            pixels.tofile(folder / "p25.raw")
            film(pixels, folder / "film.gif")
            crops(pixels, folder / "small")
    stamp.touch()


def photograph(width, height):
    """The photograph at half the size, mirrored to the right and down, with grain."""
    quarter = np.asarray(source().resize((width // 2, height // 2), Image.LANCZOS))
    top = np.concatenate([quarter, quarter[:, ::-1]], axis=1)
    pixels = np.concatenate([top, top[::-1]], axis=0)
    random = np.random.default_rng(25)
    for start in range(0, height, 256):
        pixels[start : start + 256] = grain(pixels[start : start + 256], random)
    return pixels


def grain(rows, random):
    """Gaussian noise, sigma 3.5 on luma and half of it on chroma."""
    luma = random.normal(0, 3.5, rows.shape[:2]).astype(np.float32)
    blue, red = random.normal(0, 1.75, (2, *rows.shape[:2])).astype(np.float32)
    noise = np.stack([luma + 1.402 * red, luma - 0.344 * blue - 0.714 * red, luma + 1.772 * blue], axis=-1)
    return np.clip(rows + noise + 0.5, 0, 255).astype(np.uint8)


def tiff(pixels, path, compression):
    """A tiled TIFF: uncompressed, deflate with differences to the left, or JPEG of quality 85."""
    height, width, _ = pixels.shape
    tiles = []
    with path.open("wb") as file:
        file.write(b"II*\0" + bytes(4))
        for top in range(0, height, TILE):
            for left in range(0, width, TILE):
                tile = np.zeros((TILE, TILE, 3), np.uint8)
                part = pixels[top : top + TILE, left : left + TILE]
                tile[: part.shape[0], : part.shape[1]] = part
                data = encoded(tile, compression)
                tiles.append((file.tell(), len(data)))
                file.write(data)
        codes = {"none": 1, "deflate": 8, "jpeg": 7}
        photometric = 6 if compression == "jpeg" else 2
        longs = [struct.pack(f"<{len(tiles)}I", *column) for column in zip(*tiles)]
        entries = [(256, 4, [width]), (257, 4, [height]), (258, 3, [8, 8, 8]), (259, 3, [codes[compression]]), (262, 3, [photometric]), (277, 3, [3]), (284, 3, [1])]
        entries += [(317, 3, [2])] if compression == "deflate" else []
        entries += [(322, 4, [TILE]), (323, 4, [TILE])]
        file.write(bytes(file.tell() % 2))
        places = []
        for table in (struct.pack("<3H", 8, 8, 8), *longs):
            places.append(file.tell())
            file.write(table + bytes(len(table) % 2))
        start = file.tell()
        directory = [struct.pack("<HHII", tag, kind, len(values), places[0] if len(values) > 2 else values[0]) for tag, kind, values in entries]
        directory += [struct.pack("<HHII", tag, 4, len(tiles), place) for tag, place in zip((324, 325), places[1:])]
        file.write(struct.pack("<H", len(directory)) + b"".join(directory) + bytes(4))
        file.seek(4)
        file.write(struct.pack("<I", start))


def film(pixels, path):
    """An animation: the camera moves over the photograph."""
    frames = [Image.fromarray(pixels[480 + 8 * number : 960 + 8 * number, 16 * number : 640 + 16 * number]).quantize(256) for number in range(20)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=40, loop=0)


def encoded(tile, compression):
    """The bytes of a tile."""
    if compression == "deflate":
        tile = tile.copy()
        tile[:, 1:] -= tile[:, :-1].copy()
        return zlib.compress(tile.tobytes(), 6)
    if compression == "jpeg":
        buffer = io.BytesIO()
        Image.fromarray(tile).save(buffer, "jpeg", quality=85, subsampling="4:2:0")
        return buffer.getvalue()
    return tile.tobytes()


def source():
    """A photograph that a package ships."""
    import skimage.data

    return Image.fromarray(skimage.data.astronaut())


def crops(pixels, folder):
    """A thousand different small pictures."""
    random = np.random.default_rng(1000)
    height, width, _ = pixels.shape
    for index in range(SMALL):
        x, y = int(random.integers(0, width - 640)), int(random.integers(0, height - 480))
        Image.fromarray(pixels[y : y + 480, x : x + 640]).save(folder / f"{index:04}.jpg", quality=85)


if __name__ == "__main__":
    make(Path(__file__).parent / "out" / "inputs")
