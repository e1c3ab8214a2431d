"""The plain formats: PNM, Radiance, CSV, matrix, BMP, ICO, TGA, QOI, against the reference, Pillow, and the corpora."""

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from ..libraries import candidate, reference

windlass = candidate()
pytestmark = pytest.mark.skipif(windlass is None, reason="windlass is not installed: run `make wheel` first")
pyvips = reference()
DATA = Path(os.environ.get("WINDLASS_DATA", Path(__file__).parents[4] / "shared" / "data"))


def samples(width, height, bands, dtype=np.uint8):
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 60 * np.sin(x / (7 + band)) + 60 * np.cos(y / (11 + band)) for band in range(bands)]
    scale = 257 if dtype == np.uint16 else 1
    return (np.stack(waves, axis=-1) * scale).astype(dtype)


def picture(array):
    return windlass.Image.new_from_array(array)


def pillow(data, mode=None):
    from PIL import Image

    opened = Image.open(io.BytesIO(data))
    return np.asarray(opened.convert(mode) if mode else opened)


# CSV and matrices: the reference has them.

CSVS = [
    "1,2,3\n4,5,6", "1;2;3\n", "1 2 3\n4 5 6\n", "1, 2, 3\n", "1,,3\n", "# c\n1,2\n", "1,2,\n3,4,5\n", "1,2\n\n3,4\n",
    "1,2\n3,4\n\n", "1,2\n3,4,5\n6,7\n", "", "\n", "\n\n1\n", "a,1\n2,b\n", '"2",3\n"x,y",4\n', '"a\\"b",5\n', "1e3 -2.5 .5 +1 0x10\n",
    "nan,inf,1\n", "1,2\r\n3,4\r\n", "3abc,4\n", "1\t2\t3\n", "  1  ,  2  \n", ",\n", ",,\n1,2,3\n", "1,2,3", "1e,2\n", "1 ,2 , 3 ,\n", "5\n6\n7",
]  # fmt: skip


@pytest.mark.parametrize("text", CSVS)
@pytest.mark.parametrize("fail_on", ["none", "truncated", "error"])
def test_csv_is_read_as_the_reference_reads_it(text, fail_on, tmp_path):
    (tmp_path / "x.csv").write_text(text)
    answers = []
    for library in (windlass, pyvips):
        try:
            loaded = library.Image.csvload(str(tmp_path / "x.csv"), fail_on=fail_on)
            answers.append(loaded.numpy().tolist())
        except library.Error as error:
            answers.append([line.strip() for line in str(error).splitlines() if "csvload:" in line][-1:])
    assert answers[0] == answers[1]


@pytest.mark.parametrize("options", [{"skip": 1}, {"lines": 2}, {"separator": ";"}, {"whitespace": "_"}, {"whitespace": ""}, {"skip": 9}, {"lines": 9}], ids=str)
def test_csv_options(options, tmp_path):
    (tmp_path / "x.csv").write_text("1.5, 2;5\n3,_4;1\n7,8\n")
    answers = []
    for library in (windlass, pyvips):
        try:
            answers.append(library.Image.csvload(str(tmp_path / "x.csv"), **options).numpy().tolist())
        except library.Error as error:
            answers.append("unexpected end of file" in str(error))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint32, np.float32, np.float64, np.complex64])
def test_csv_and_matrix_are_written_as_the_reference_writes_them(dtype, tmp_path):
    values = np.array([[1, 2.5, -3], [1e10, 1e-7, 0.1]])
    if np.issubdtype(dtype, np.integer):
        values = np.array([[1, 2, 3], [40, 50, 60]])
    array = values.astype(dtype)[..., None]
    for suffix in (".csv", ".mat"):
        if suffix == ".mat" and dtype == np.complex64:
            continue
        texts = [library.Image.new_from_array(array).write_to_buffer(suffix) for library in (windlass, pyvips)]
        assert texts[0] == texts[1]


def test_colours_become_grey_in_csv():
    array = samples(5, 4, 3)
    texts = [library.Image.new_from_array(array).write_to_buffer(".csv[separator=' ']") for library in (windlass, pyvips)]
    assert texts[0] == texts[1]


def test_csv_is_found_by_its_suffix(tmp_path):
    (tmp_path / "x.CSV").write_text("3 3\n1 2 3\n4 5 6\n7 8 9\n")
    assert windlass.Image.new_from_file(str(tmp_path / "x.CSV")).get("vips-loader") == "csvload"
    (tmp_path / "x.txt").write_text("3 3\n1 2 3\n4 5 6\n7 8 9\n")
    assert windlass.Image.new_from_file(str(tmp_path / "x.txt")).get("vips-loader") == "matrixload"


MATRICES = [
    "2 2\n1 2\n3 4\n", "2 2 9 1\n1 2\n3 4", "2\t2\r\n1 2\r\n3 4\r\n", "2 2\n1 2 99\n3 4\n", "x 2\n", "2\n", "", "1.5 2\n", "0 2\n", "2 100001\n",
    "2 2 0\n1 2\n3 4\n", "2 2\n1\n3 4\n", "2 2\n\n3 4\n", "2 2\n1;2\n3 4\n", "2 2\n1 a\n3 4\n", "2 2\n1 2\n", "2 2\n1e3 .5\n-1 +2\n",
]  # fmt: skip


@pytest.mark.parametrize("text", MATRICES)
def test_matrices_are_read_as_the_reference_reads_them(text, tmp_path):
    (tmp_path / "x.mat").write_text(text)
    answers = []
    for library in (windlass, pyvips):
        try:
            loaded = library.Image.matrixload(str(tmp_path / "x.mat"))
            answers.append((loaded.numpy().tolist(), loaded.get("scale"), loaded.get("offset")))
        except library.Error as error:
            answers.append([line.strip() for line in str(error).splitlines() if "matrixload:" in line][-1:])
    assert answers[0] == answers[1]


def test_matrices_keep_scale_and_offset():
    loaded = windlass.Image.matrixload_source(windlass.Source.new_from_memory(b"2 1 9 1\n1 2\n"))
    assert loaded.write_to_buffer(".mat") == b"2 1 9 1\n1 2\n"


# PNM and Radiance: the reference is built without them.


@pytest.mark.parametrize("suffix, bands, dtype", [
    (".pgm", 1, np.uint8), (".pgm", 1, np.uint16), (".ppm", 3, np.uint8), (".ppm", 3, np.uint16), (".pnm", 1, np.uint8), (".pnm", 3, np.uint16),
])  # fmt: skip
@pytest.mark.parametrize("ascii", [False, True])
def test_pnm_round_trips(suffix, bands, dtype, ascii, tmp_path):
    array = samples(37, 23, bands, dtype)
    data = picture(array).write_to_buffer(suffix, ascii=ascii)
    assert np.array_equal(windlass.Image.new_from_buffer(data, "").numpy().reshape(array.shape), array)
    if dtype == np.uint8:
        assert np.array_equal(pillow(data).reshape(array.shape), array)
    picture(array).write_to_file(str(tmp_path / f"x{suffix}"), ascii=ascii)
    assert np.array_equal(windlass.Image.new_from_file(str(tmp_path / f"x{suffix}")).numpy().reshape(array.shape), array)


@pytest.mark.parametrize("ascii", [False, True])
def test_bitmaps(ascii):
    array = (samples(37, 23, 1) > 127).astype(np.uint8) * 255
    data = picture(array).write_to_buffer(".pbm", ascii=ascii)
    assert data.startswith(b"P1" if ascii else b"P4")
    assert np.array_equal(windlass.Image.new_from_buffer(data, "").numpy().reshape(array.shape), array)
    assert np.array_equal(pillow(data) * 255, array[..., 0])


@pytest.mark.parametrize("bands", [1, 3])
def test_pfm_round_trips(bands):
    array = (samples(7, 5, bands) / 255).astype(np.float32)
    image = picture(array).copy(interpretation="scrgb" if bands == 3 else "b-w")
    data = image.write_to_buffer(".pfm")
    assert data.startswith(b"PF" if bands == 3 else b"Pf")
    assert (len(data) - array.nbytes) % 4 == 0
    back = windlass.Image.new_from_buffer(data, "")
    assert np.array_equal(back.numpy().reshape(array.shape), array)
    assert back.get("pfm-scale") == 1


def test_pnm_headers():
    load = windlass.Image.ppmload_buffer
    assert load(b"P5 2 2 255\n\1\2\3\4").numpy().ravel().tolist() == [1, 2, 3, 4]
    assert load(b"P5\n# c\n2 # d\n2\n255 # e\n\1\2\3\4").numpy().ravel().tolist() == [1, 2, 3, 4]
    assert load(b"P5\n2 1\n300\n\1\2\3\4").numpy().ravel().tolist() == [258, 772]
    assert load(b"P2\n2 2\n255\n1 2\n999 -4").numpy().ravel().tolist() == [1, 2, 255, 0]
    assert load(b"P1\n3 1\n1 0 1\n").numpy().ravel().tolist() == [0, 255, 0]
    assert load(b"Pf\n1 1\n-1\n\0\0\x80\x3f").numpy().ravel().tolist() == [1]
    with pytest.raises(windlass.Error, match="memory area too small --- should be 4 bytes, you passed 2"):
        load(b"P5\n2 2\n255\n\1\2")


def test_radiance_round_trips(tmp_path):
    image = picture(samples(50, 20, 3)).colourspace("scrgb")
    data = image.write_to_buffer(".hdr")
    back = windlass.Image.new_from_buffer(data, "")
    assert back.coding == "rad" and back.get("vips-loader") == "radload_buffer"
    floats = back.rad2float().numpy()
    assert np.allclose(floats, image.numpy(), rtol=1 / 100, atol=1 / 200)
    assert back.write_to_buffer(".hdr") == data
    cv2 = pytest.importorskip("cv2")

    (tmp_path / "x.hdr").write_bytes(data)
    other = cv2.imread(str(tmp_path / "x.hdr"), cv2.IMREAD_UNCHANGED)[..., ::-1]
    assert np.allclose(other, floats, rtol=1 / 100, atol=1 / 200)


def test_grey_becomes_radiance():
    image = windlass.Image.black(9, 9) + 100
    floats = windlass.Image.new_from_buffer(image.cast("uchar").write_to_buffer(".hdr"), "").rad2float().numpy()
    assert np.allclose(floats, 0.1274, atol=1e-3) and floats.shape == (9, 9, 3)


# BMP, TGA, QOI, ICO: by their specifications, with Pillow as the second opinion.


@pytest.mark.parametrize("suffix, options", [(".bmp", {}), (".tga", {}), (".tga", {"rle": True}), (".qoi", {})], ids=str)
@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_round_trips(suffix, options, bands, tmp_path):
    array = samples(37, 23, bands)
    array[5:9] = array[5, 0]
    image = picture(array).copy(interpretation="b-w" if bands < 3 else "srgb")
    data = image.write_to_buffer(suffix, **options)
    wanted = array if bands > 2 else np.concatenate([np.repeat(array[..., :1], 3, axis=-1), array[..., 1:]], axis=-1)
    loaded = windlass.Image.new_from_buffer(data, "").numpy().reshape(23, 37, -1)
    if loaded.shape[-1] == 1:
        loaded = np.repeat(loaded, 3, axis=-1)
    assert np.array_equal(loaded, wanted)
    assert np.array_equal(pillow(data, "RGBA" if wanted.shape[-1] == 4 else "RGB"), wanted)
    name = str(tmp_path / f"x{suffix}")
    image.write_to_file(name, **options)
    assert Path(name).read_bytes() == data


def test_bitmaps_to_a_pipe_go_down():
    array = samples(37, 23, 3)
    chunks = []
    target = windlass.TargetCustom()
    target.on_write(lambda data: chunks.append(bytes(data)) or len(data))
    picture(array).write_to_target(target, ".bmp")
    assert np.array_equal(pillow(b"".join(chunks)), array)


def test_icons():
    array = samples(32, 32, 4)
    data = picture(array).copy(interpretation="srgb").write_to_buffer(".ico")
    assert np.array_equal(pillow(data, "RGBA"), array)
    back = windlass.Image.new_from_buffer(data, "")
    assert np.array_equal(back.numpy(), array) and back.get("n-pages") == 1
    with pytest.raises(windlass.Error, match="more than 256 by 256"):
        windlass.Image.black(300, 10).write_to_buffer(".ico")


# The corpora, with Pillow's answer to each file.

# Where ours differs from Pillow's, and why ours is right.
RUNS = "Pillow gives what lies behind the end of damaged runs other colours"
DIFFERENT = {
    "image-rs/lenient_badrle.bmp": RUNS,
    "image-rs/ico_images_multiple_entries_with_different_bit_depth.ico": "Pillow takes the largest picture, ours the first, as the reference does",
    "image-rs/ico_images_two-entry-order-test.ico": "Pillow takes the largest picture, ours the first, as the reference does",
    "image-rs/ico_images_bmp_v5_with_icc.ico": "the file has a colour profile where the mask of an icon lies; Pillow and ours take other bytes of it for alpha",
    "image-rs/tga_testsuite_utc16.tga": "five bits are scaled with rounding",
    "image-rs/tga_testsuite_b5-attrib.tga": "five bits are scaled with rounding",
}


def corpus(name):
    folder = DATA / name
    if not (folder / "PILLOW.json").is_file():
        pytest.skip(f"THE CORPUS {name} IS ABSENT from {DATA}; set WINDLASS_DATA")
    for file, entry in json.loads((folder / "PILLOW.json").read_text())["files"].items():
        if file.endswith((".bmp", ".tga", ".ico", ".qoi", ".pbm", ".pgm", ".ppm")) and (folder / file).is_file():
            yield folder / file, file, entry


@pytest.mark.parametrize("name", ["bmp", "misc"])
def test_corpora(name):
    from PIL import Image

    wrong, count = [], 0
    for path, file, entry in corpus(name):
        if not entry["ok"]:
            continue
        count += 1
        try:
            loaded = windlass.Image.new_from_file(str(path))
            ours = loaded.numpy().reshape(loaded.height, loaded.width, loaded.bands)
        except windlass.Error as error:
            wrong.append(f"{file}: {error}")
            continue
        if file in DIFFERENT:
            continue
        mode = {1: "L", 3: "RGB", 4: "RGBA"}[loaded.bands]
        theirs = np.asarray(Image.open(path).convert(mode)).reshape(loaded.height, loaded.width, -1)
        colours = min(loaded.bands, 3)
        if loaded.bands == 4 and Image.open(path).mode not in ("RGBA", "P"):
            theirs, ours = theirs[..., :colours], ours[..., :colours]
        gap = np.abs(ours.astype(int) - theirs).max()
        if gap > 8:
            wrong.append(f"{file}: differs by {gap}")
    assert count > 0 and not wrong, "\n".join(wrong)


def test_malformed_files_do_no_harm():
    folder = DATA / "malformed-misc"
    if not folder.is_dir():
        pytest.skip(f"THE CORPUS malformed-misc IS ABSENT from {DATA}; set WINDLASS_DATA")
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json" or not path.is_file():
            continue
        try:
            windlass.Image.new_from_file(str(path)).avg()
        except windlass.Error as error:
            assert error.kind != "Internal", f"{path}: {error}"


# Files of the corpora where an older release of the reference, built with these formats, says something else.
_HEADER = "a damaged header: the older release goes on where a number is none or missing, with other numbers than ours, or ours refuses it"
VERDICTS = {
    "image-rs/fuzz-afl_in_pnm_id_000022_src_000000_op_flip2_pos_5_+cov": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000111_src_000017_op_havoc_rep_32": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000208_src_000114_op_havoc_rep_4": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000209_src_000114_op_havoc_rep_4": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000262_src_000168_op_havoc_rep_16": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000268_src_000169_op_havoc_rep_2": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000277_src_000175_op_havoc_rep_2": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000381_src_000244_op_havoc_rep_16": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000441_src_000307_op_havoc_rep_4": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000500_src_000313_op_havoc_rep_2": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000518_src_000503_op_havoc_rep_32": _HEADER,
    "image-rs/fuzz-afl_in_pnm_id_000520_src_000511_op_havoc_rep_4": _HEADER,
}


@pytest.mark.parametrize("name", ["libvips-suite", "misc", "hdr", "malformed-misc"])
def test_against_an_older_release(name):
    """libvips 8.14 reads PNM and Radiance: the same verdict, the same header, the same pixels."""
    folder = DATA / name
    if not (folder / "DEBIAN.json").is_file():
        pytest.skip(f"THE CORPUS {name} IS ABSENT from {DATA}; set WINDLASS_DATA")
    import hashlib

    wrong, count = [], 0
    for file, entry in json.loads((folder / "DEBIAN.json").read_text())["files"].items():
        if entry.get("loader") not in ("VipsForeignLoadPpmFile", "VipsForeignLoadRadFile"):
            continue
        if file in VERDICTS or not (folder / file).is_file():
            continue
        count += 1
        try:
            loaded = windlass.Image.new_from_file(str(folder / file))
            data = loaded.write_to_memory()
        except windlass.Error as error:
            if entry["ok"]:
                wrong.append(f"{file}: {str(error).splitlines()[-1]}")
            continue
        if not entry["ok"]:
            wrong.append(f"{file}: accepted; {entry.get('error')}")
            continue
        fields = ("width", "height", "bands", "format", "interpretation")
        gaps = [f"{field} {getattr(loaded, field)} instead of {entry[field]}" for field in fields if getattr(loaded, field) != entry[field]]
        if not gaps and entry["pixels_sha256"] and hashlib.sha256(data).hexdigest() != entry["pixels_sha256"]:
            gaps.append("other pixels")
        wrong.extend(f"{file}: {gap}" for gap in gaps)
    assert count > 0 and not wrong, "\n".join(wrong)
