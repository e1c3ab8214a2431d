"""JPEG against the reference: files of every kind, damaged ones, and files that windlass wrote.

`WINDLASS_MUTANTS` is the number of damaged files (default 600; 100000 for a soak).
"""

import io
import itertools
import os
import random
import time

import numpy as np
import pytest

from .libraries import candidate, reference
from .summary import tell

windlass = candidate()
pytestmark = pytest.mark.skipif(windlass is None, reason="windlass is not installed: run `make wheel` first")

MUTANTS = int(os.environ.get("WINDLASS_MUTANTS", "600"))
SECONDS = 2.0
SIDES = ((1, 1), (7, 9), (17, 33), (61, 43), (160, 121), (1203, 907))
# Sampling that the reference itself does not upsample smoothly, or at a scale: a level on average.
SCALED = 0.5


def picture(width, height, bands, seed=1):
    """Shapes, slopes and noise."""
    noise = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    planes = [(x * (3 + band) + y * 2 + 40 * ((x // 9 + y // 7) % 2)) % 256 for band in range(bands)]
    pixels = np.stack(planes, axis=-1) + noise.normal(0, 9, (height, width, bands))
    return np.clip(pixels, 0, 255).astype(np.uint8)


def files():
    """Name and bytes of files, made by the reference and by Pillow."""
    pyvips = reference()
    from PIL import Image, ImageFile

    # Pillow writes progressive files in one piece.
    ImageFile.MAXBLOCK = 1 << 24
    modes = itertools.product(SIDES, (1, 3, 4), (40, 75, 95), (False, True), (0, 5))
    for (width, height), bands, quality, progressive, restart in modes:
        if width > 1000 and (quality == 40 or bands == 4):
            continue
        image = pyvips.Image.new_from_array(picture(width, height, bands))
        image = image.copy(interpretation={1: "b-w", 3: "srgb", 4: "cmyk"}[bands])
        options = {"Q": quality, "interlace": progressive, "restart_interval": restart, "keep": "none"}
        name = f"{width}x{height} {bands} bands Q{quality}{' progressive' * progressive} restart {restart}"
        yield name, image.jpegsave_buffer(**options)
    for (width, height), sampling, quality, progressive in itertools.product(SIDES, (0, 1, 2), (60, 92), (False, True)):
        out = io.BytesIO()
        image = Image.fromarray(picture(width, height, 3))
        image.save(out, "jpeg", quality=quality, subsampling=sampling, progressive=progressive)
        yield f"{width}x{height} sampling {sampling} Q{quality}{' progressive' * progressive}", out.getvalue()


def decoded(library, data, **options):
    image = library.Image.new_from_buffer(data, "", **options)
    return np.frombuffer(image.write_to_memory(), np.uint8).reshape(image.height, image.width, image.bands)


def test_files_of_every_kind_are_equal():
    pyvips = reference()
    count, differ = 0, []
    for name, data in files():
        for options in ({}, {"access": "sequential"}):
            count += 1
            if not np.array_equal(decoded(windlass, data, **options), decoded(pyvips, data)):
                differ.append(name)
    tell(f"JPEG: {count - len(differ)} of {count} made files byte for byte equal")
    assert not differ


def test_scaled_files_are_near():
    pyvips = reference()
    worst, equal, count = 0.0, 0, 0
    for name, data in files():
        for shrink in (2, 4, 8):
            if min(map(int, name.split()[0].split("x"))) < shrink:
                # The reference refuses what a shrink would leave without pixels.
                continue
            ours, theirs = (decoded(library, data, shrink=shrink) for library in (windlass, pyvips))
            assert ours.shape == theirs.shape, name
            mean = np.abs(ours.astype(int) - theirs).mean()
            worst, equal, count = max(worst, mean), equal + (mean == 0), count + 1
            assert mean <= SCALED, f"{name} 1/{shrink}: {mean}"
    tell(f"JPEG: {equal} of {count} scaled files equal, the others {worst:.3f} levels off at most")


def test_crops_are_parts_of_the_whole():
    data = next(data for name, data in files() if name.startswith("1203x907 sampling 2"))
    whole = decoded(windlass, data)
    for left, top, width, height in ((0, 0, 1, 1), (500, 300, 97, 41), (1202, 906, 1, 1), (3, 890, 1200, 17)):
        image = windlass.Image.new_from_buffer(data, "", access="sequential").crop(left, top, width, height)
        part = np.frombuffer(image.write_to_memory(), np.uint8).reshape(height, width, 3)
        assert np.array_equal(part, whole[top : top + height, left : left + width])


def damaged(data, chance):
    """The bytes with something wrong."""
    data = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        place = chance.randrange(2, len(data))
        match chance.randrange(5):
            case 0 | 1:
                data[place] ^= 1 << chance.randrange(8)
            case 2:
                data[place] = 0xFF
            case 3:
                del data[place : place + chance.randrange(1, 40)]
            case 4:
                del data[max(place, len(data) // 3) :]
        if len(data) < 60:
            break
    return bytes(data)


def test_damaged_files_are_taken_and_refused_as_the_reference_does():
    pyvips = reference()
    chance = random.Random(5)
    seeds = [data for name, data in files() if not name.startswith("1203")]
    agree, differ, slowest = 0, [], 0.0
    for number in range(MUTANTS):
        data = damaged(chance.choice(seeds), chance)
        verdicts = []
        for library in (windlass, pyvips):
            start = time.process_time()
            try:
                decoded(library, data)
                verdicts.append(None)
            except library.Error as error:
                verdicts.append(str(error).strip().splitlines()[0][:100])
            if library is windlass:
                slowest = max(slowest, time.process_time() - start)
        if (verdicts[0] is None) == (verdicts[1] is None):
            agree += 1
        else:
            differ.append(f"mutant {number}: windlass {verdicts[0]}, reference {verdicts[1]}")
    tell(f"JPEG: {agree} of {MUTANTS} damaged files taken or refused alike; the slowest {slowest:.2f} s")
    for line in differ[:20]:
        tell(f"  {line}")
    assert slowest < SECONDS
    assert agree >= 0.99 * MUTANTS


def noise_ratio(one, other):
    """PSNR in dB."""
    error = ((one.astype(float) - other) ** 2).mean()
    return 99.0 if error == 0 else 10 * np.log10(255 * 255 / error)


def written(library, pixels, quality, options):
    """Bytes of a file, and its PSNR as Pillow reads it."""
    from PIL import Image

    height, width, bands = pixels.shape
    image = library.Image.new_from_memory(pixels.tobytes(), width, height, bands, "uchar")
    data = image.copy(interpretation="srgb").jpegsave_buffer(Q=quality, keep="none", **options)
    return len(data), noise_ratio(np.asarray(Image.open(io.BytesIO(data))), pixels)


@pytest.mark.parametrize("quality", (30, 75, 92))
@pytest.mark.parametrize("options", ({}, {"optimize_coding": True}, {"interlace": True}), ids=str)
def test_written_files_are_as_small_and_as_good(quality, options):
    pixels = picture(601, 403, 3)
    ours, our_ratio = written(windlass, pixels, quality, options)
    theirs, their_ratio = written(reference(), pixels, quality, options)
    tell(f"JPEG Q{quality} {options}: {ours} bytes {our_ratio:.2f} dB, reference {theirs} bytes {their_ratio:.2f} dB")
    assert abs(ours - theirs) <= 0.01 * theirs
    assert our_ratio >= their_ratio - 0.05


@pytest.mark.parametrize("quality", (30, 75, 92))
@pytest.mark.parametrize("subsample", ("auto", "off"))
def test_trellis_is_as_good_at_equal_size(quality, subsample):
    pixels = picture(601, 403, 3)
    options = {"trellis_quant": True, "subsample_mode": subsample}
    theirs, their_ratio = written(reference(), pixels, quality, options)
    steps = [written(windlass, pixels, quality + step, options) for step in range(-1, 4)]
    ours = np.interp(theirs, *zip(*steps, strict=True))
    tell(f"JPEG Q{quality} trellis, subsample {subsample}: {ours:.2f} dB at the {theirs} bytes of the reference's {their_ratio:.2f} dB")
    assert ours >= their_ratio - 0.1
