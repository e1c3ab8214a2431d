"""dzsave against the reference: the same files, the same tiles, in folders and in zips."""

import io
import os
import re
import zipfile

import numpy as np
import pytest

from ..libraries import candidate, reference

windlass = candidate()
pytestmark = pytest.mark.skipif(windlass is None, reason="windlass is not installed: run `make wheel` first")
pyvips = reference()

LAYOUTS = ("dz", "zoomify", "google", "iiif", "iiif3")
MANIFESTS = (".xml", ".dzi", ".json")


def samples(width, height, bands, dtype=np.uint8):
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 60 * np.sin(x / (7 + band)) + 60 * np.cos(y / (11 + band)) for band in range(bands)]
    scale = 257 if dtype == np.uint16 else 1
    return (np.stack(waves, axis=-1) * scale).astype(dtype)


def image(library, array):
    return library.Image.new_from_array(array)


def files(folder):
    """Name and content of everything below a folder."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    return found


def undated(content):
    return re.sub(rb'date="[^"]*"', b'date=""', content)


def compare(ours, theirs, exact=True):
    assert sorted(ours) == sorted(theirs)
    for name in theirs:
        if name.endswith(MANIFESTS):
            assert undated(ours[name]) == undated(theirs[name]), name
            continue
        a = pyvips.Image.new_from_buffer(ours[name], "")
        b = pyvips.Image.new_from_buffer(theirs[name], "")
        assert (a.width, a.height, a.bands, a.format) == (b.width, b.height, b.bands, b.format), name
        if name.endswith("blank.png"):
            # the reference writes samples of 1, nearly black, for its white
            continue
        gap = np.abs(a.numpy().astype(float) - b.numpy().astype(float))
        assert gap.max(initial=0) <= (0 if exact else 3), name


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("options", [{}, {"suffix": ".png"}, {"suffix": ".png", "overlap": 3, "tile_size": 100}], ids=str)
def test_folders(layout, options, tmp_path):
    array = samples(700, 301, 3)
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, array).dzsave(str(folder / "x"), layout=layout, **options)
    compare(files(tmp_path / windlass.__name__), files(tmp_path / "pyvips"), exact="suffix" in options)


@pytest.mark.parametrize("kind", ["mean", "median", "mode", "max", "min", "nearest"])
@pytest.mark.parametrize("bands", [1, 3, 4])
def test_region_shrink(kind, bands, tmp_path):
    array = samples(131, 77, bands)
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, array).dzsave(str(folder / "x"), suffix=".png", tile_size=32, region_shrink=kind)
    compare(files(tmp_path / windlass.__name__), files(tmp_path / "pyvips"))


@pytest.mark.parametrize("depth", ["onepixel", "onetile", "one"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_depth(depth, layout, tmp_path):
    array = samples(520, 300, 1)
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, array).dzsave(str(folder / "x"), suffix=".png", layout=layout, depth=depth)
    compare(files(tmp_path / windlass.__name__), files(tmp_path / "pyvips"))


@pytest.mark.parametrize(
    "options",
    [
        {"centre": True},
        {"background": [255, 0, 128]},
        {"centre": True, "background": 0, "skip_blanks": -1},
        {"tile_size": 64, "overlap": 8},
    ],
    ids=str,
)
def test_google_padding(options, tmp_path):
    array = samples(700, 301, 3)
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, array).dzsave(str(folder / "x"), suffix=".png", layout="google", **options)
    compare(files(tmp_path / windlass.__name__), files(tmp_path / "pyvips"))


def test_blanks_are_left_out(tmp_path):
    array = np.full((600, 600, 3), 255, np.uint8)
    array[10:30, 10:30] = 0
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, array).dzsave(str(folder / "x"), tile_size=256, depth="onetile", skip_blanks=5)
    ours = files(tmp_path / windlass.__name__)
    compare(ours, files(tmp_path / "pyvips"), exact=False)
    assert len([name for name in ours if name.endswith(".jpeg")]) == 3


@pytest.mark.parametrize("angle", ["d90", "d180", "d270"])
def test_angle(angle, tmp_path):
    array = samples(300, 200, 3)
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, array).dzsave(str(folder / "x"), suffix=".png", angle=angle)
    compare(files(tmp_path / windlass.__name__), files(tmp_path / "pyvips"))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("container", ["zip", "szi"])
@pytest.mark.parametrize("compression", [0, 6])
def test_zips(layout, container, compression, tmp_path):
    array = samples(400, 301, 3)
    found = {}
    for library in (windlass, pyvips):
        data = image(library, array).dzsave_buffer(
            suffix=".png", layout=layout, container=container, compression=compression, imagename="x"
        )
        archive = zipfile.ZipFile(io.BytesIO(data))
        assert archive.testzip() is None
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100664}
        found[library.__name__] = {name: archive.read(name) for name in archive.namelist()}
    compare(found[windlass.__name__], found["pyvips"])


def test_zip_by_name_and_to_a_pipe(tmp_path):
    array = samples(400, 301, 3)
    picture = image(windlass, array)
    picture.dzsave(str(tmp_path / "x.zip"), suffix=".png")
    named = zipfile.ZipFile(tmp_path / "x.zip")
    read, write = os.pipe()
    import threading

    piped = []

    def collect():
        with os.fdopen(read, "rb") as file:
            piped.append(file.read())

    thread = threading.Thread(target=collect)
    thread.start()
    target = windlass.Target.new_to_descriptor(write)
    os.close(write)
    picture.dzsave_target(target, suffix=".png", imagename="x")
    del target
    thread.join(20)
    archive = zipfile.ZipFile(io.BytesIO(piped[0]))
    assert archive.namelist() == named.namelist()
    assert all(archive.read(name) == named.read(name) for name in archive.namelist() if name.endswith(".png"))


def test_more_files_than_a_small_zip_can_list(tmp_path):
    """Beyond 65,535 files the 64-bit extensions are needed."""
    picture = windlass.Image.black(1024, 1024)
    picture.dzsave(str(tmp_path / "x.zip"), suffix=".raw", tile_size=4, overlap=0, depth="one")
    archive = zipfile.ZipFile(tmp_path / "x.zip")
    assert len(archive.namelist()) == 256 * 256 + 2
    assert archive.read("x_files/0/255_255.raw") == bytes(16)


def test_existing_output_is_overwritten(tmp_path):
    folder = tmp_path / "x_files"
    folder.mkdir()
    (folder / "mine").write_text("mine")
    for value in (10, 200):
        (windlass.Image.black(300, 200) + value).cast("uchar").dzsave(str(tmp_path / "x"), suffix=".png")
    tile = windlass.Image.new_from_file(str(folder / "9" / "0_0.png"))
    assert tile.avg() == 200
    assert (folder / "mine").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["x.dzi", "x_files"]


def test_failures_leave_nothing(tmp_path):
    good = image(windlass, samples(700, 700, 3)).write_to_buffer(".png")
    (tmp_path / "short.png").write_bytes(good[: len(good) // 2])
    broken = windlass.Image.new_from_file(str(tmp_path / "short.png"), fail_on="truncated", access="sequential")
    for name in ("out/x", "out.zip"):
        with pytest.raises(windlass.Error):
            broken.dzsave(str(tmp_path / name), suffix=".png")
    assert sorted(os.listdir(tmp_path)) == ["short.png"]


def test_errors(tmp_path):
    picture = windlass.Image.black(10, 10)
    with pytest.raises(windlass.Error, match="dzsave: overlap too large"):
        picture.dzsave(str(tmp_path / "x"), layout="google", tile_size=10, overlap=10)
    with pytest.raises(windlass.Error, match="is not a known"):
        picture.dzsave(str(tmp_path / "x"), suffix=".nope")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["plain", "x.dz", "y.zip", "z.szi"])
def test_a_target_with_a_name_takes_a_zip(tmp_path, name):
    """A folder can't be written to a target, so it is a zip, of the target's name."""
    found = {}
    for module in filter(None, (windlass, pyvips)):
        folder = tmp_path / module.__name__
        folder.mkdir()
        image(module, samples(300, 200, 3)).write_to_target(module.Target.new_to_file(str(folder / name)), ".dz")
        assert [entry.name for entry in folder.iterdir()] == [name]
        with zipfile.ZipFile(folder / name) as packed:
            found[module.__name__] = {one.filename: packed.read(one) for one in packed.infolist() if not one.is_dir()}
    assert len(found["windlass"]) > 4
    if pyvips is not None:
        assert sorted(found["windlass"]) == sorted(found["pyvips"])


@pytest.mark.parametrize("name", ["x[Q=50]", "x.szi[layout=google]"])
def test_options_are_no_part_of_the_name(name, tmp_path):
    found = []
    for library in (windlass, pyvips):
        folder = tmp_path / library.__name__
        folder.mkdir()
        image(library, samples(300, 200, 3)).dzsave(str(folder / name), layout="zoomify")
        found.append(sorted(files(folder)))
    assert found[0] == found[1]


@pytest.mark.parametrize("options", [{}, {"suffix": ".jpg"}], ids=str)
def test_kept_exif_is_in_tiles_and_properties(options, tmp_path):
    fields, names = [], []
    for library in (windlass, pyvips):
        image(library, samples(300, 200, 3)).dzsave(str(tmp_path / library.__name__), depth="one", keep="all", **options)
        folder = tmp_path / f"{library.__name__}_files"
        (tile,) = (folder / "0").glob("1_0.*")
        tile = pyvips.Image.new_from_file(str(tile))
        fields.append({name: tile.get(name) for name in tile.get_fields() if name.startswith("exif-ifd")})
        names.append(re.findall(r"<name>(.*?)</name>", (folder / "vips-properties.xml").read_text()))
    assert fields[0] == fields[1]
    assert names[0] == names[1]
