"""How arguments are converted, what is refused and how, several results, spellings of names."""

import pathlib

import numpy as np
import pytest

from .face import ours, vips  # noqa: F401


def black(vips, bands=1):
    return vips.Image.black(4, 3, bands=bands)


def test_integers(vips):
    make = vips.Image.black
    assert make(2.9, "3").width == 2 and make(np.int16(5), True).width == 5
    for value, kind in ((None, TypeError), ("x", ValueError), ([], TypeError), (2**40, OverflowError)):
        with pytest.raises(kind):
            make(value, 1)


def test_booleans(vips):
    grey = vips.Image.grey
    assert grey(2, 2, uchar=1).format == "uchar" and grey(2, 2, uchar=np.bool_(True)).format == "uchar"
    assert grey(2, 2, uchar=0).format == "float"
    for value in (None, "yes", 1.0):
        with pytest.raises(TypeError):
            grey(2, 2, uchar=value)


def test_floats(vips):
    image = black(vips)
    assert image.copy(xres=True).xres == 1.0 and image.copy(xres=np.float32(2)).xres == 2.0
    for value in (None, "2", [2]):
        with pytest.raises(TypeError):
            image.copy(xres=value)


def test_enumerations_in_every_spelling(vips):
    image = black(vips)
    for spelling in ("b-w", "B-W", 1, vips.enums.Interpretation.B_W, vips.Interpretation.B_W):
        assert image.copy(interpretation=spelling).interpretation == "b-w"
    assert image.copy(interpretation="VIPS_INTERPRETATION_sRGB").interpretation == "srgb"
    assert image.cast(True).format == "char"
    for value in (1.0, None, b"b-w"):
        with pytest.raises(TypeError):
            image.copy(interpretation=value)
    with pytest.raises(vips.Error) as caught:
        image.copy(interpretation="no such")
    assert "has no member 'no such', should be one of: " in str(caught.value)


def test_arrays(vips):
    image = black(vips, 3)
    for background in (9, 9.0, [9], (9, 9, 9), [np.float64(9), 9, True + 8]):
        assert image.embed(1, 1, 9, 9, extend="background", background=background)(0, 0) == [9, 9, 9]
    for background in (None, np.array([1, 2, 3]), (x for x in [1]), [[1]], ["1"], [1j]):
        with pytest.raises(TypeError):
            image.embed(1, 1, 9, 9, extend="background", background=background)


def test_counts_and_names_of_arguments(vips):
    image = black(vips)
    with pytest.raises(vips.Error, match="embed needs 5 arguments, but 3 given"):
        image.embed(1, 2)
    with pytest.raises(vips.Error, match="invert does not support optional argument foo"):
        image.invert(foo=3)
    with pytest.raises(vips.Error, match="no such operation nonsense"):
        vips.Operation.call("nonsense")
    with pytest.raises(AttributeError, match="'int' object has no attribute 'pointer'"):
        vips.Image.invert(3)
    with pytest.raises(AttributeError, match="'str' object has no attribute 'pointer'"):
        image.affine([1, 0, 0, 1], interpolate="bilinear")


def test_out_of_range(vips):
    with pytest.raises(vips.Error):
        vips.Image.black(0, 3)
    with pytest.raises(vips.Error):
        vips.Image.black(3, 10**9)


def test_a_range_that_is_passed_over_warns(ours):
    image = ours.Image.black(4, 4)
    with pytest.warns(RuntimeWarning, match="embed"):
        made = image.embed(0, 0, 5, 5, extend=99)
    assert made.width == 5


def test_options_as_text(vips):
    image = black(vips)
    made = image.embed(1, 1, 9, 9, string_options="extend=white, background=3")
    assert made(0, 0) == [255]
    assert image.embed(1, 1, 9, 9, string_options="extend=white", extend="black")(0, 0) == [0]
    with pytest.raises(vips.Error):
        image.embed(1, 1, 9, 9, string_options="no-such=white")
    with pytest.raises(vips.Error):
        image.embed(1, 1, 9, 9, string_options="extend=mauve")


def test_several_and_optional_results(vips):
    image = vips.Image.new_from_array([[1, 5], [3, 2]])
    value, place = image.max(x=True, y=True)
    assert (value, place) == (5.0, {"x": 1, "y": 0})
    assert image.maxpos() == (5.0, 1, 0) and image.minpos() == (1.0, 0, 0)
    columns, rows = image.project()
    assert (columns.tolist(), rows.tolist()) == ([[4.0, 7.0]], [[6.0], [5.0]])
    assert image.max(x=False)[1] == {"x": 1}


def test_deprecated_arguments_stay_silent(vips):
    image = black(vips)
    assert image.copy(swap=True).width == 4 and image.sequential(trace=True).width == 4
    assert vips.Image.gaussmat(2, 0.1, integer=False).avg() == vips.Image.gaussmat(2, 0.1, precision="float").avg()


def test_errors(vips):
    error = vips.Error("what", "why")
    assert (str(error), error.message, error.detail, error.args) == ("what\n  why", "what", "why", ("what", "why"))
    assert vips.Error("what").args == ("what",) and isinstance(error, Exception)
    with pytest.raises(vips.Error) as caught:
        black(vips).extract_area(3, 0, 9, 9)
    assert caught.value.message == "unable to call extract_area"
    assert caught.value.detail.strip() == "extract_area: bad extract area"


def test_files_that_do_not_load(vips, tmp_path):
    (tmp_path / "text").write_bytes(b"no picture")
    load = vips.Image.new_from_file
    for name, text in (("none", "does not exist"), ("", "is a directory"), ("text", "is not a known file format")):
        with pytest.raises(vips.Error, match=text) as caught:
            load(tmp_path / name)
        assert caught.value.message == f"unable to load from file {str(tmp_path / name).encode()!r}"
    for data in (b"", b"no picture"):
        with pytest.raises(vips.Error, match="buffer is not in a known format"):
            vips.Image.new_from_buffer(data, "")


def test_names_that_do_not_save(vips, tmp_path):
    image = black(vips)
    with pytest.raises(vips.Error, match="is not a known file format"):
        image.write_to_file(str(tmp_path / "x.nonsense"))
    with pytest.raises(vips.Error, match='"png" is not a known buffer format'):
        image.write_to_buffer("png")
    with pytest.raises(vips.Error, match="is not a known target format"):
        image.write_to_target(vips.Target.new_to_memory(), ".nonsense")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_files_both_ways(vips, tmp_path, suffix):
    image = vips.Image.black(20, 10, bands=3) + 7
    image = image.cast("uchar").copy(interpretation="srgb")
    name = tmp_path / f"a[b]{suffix}"
    image.write_to_file(name)
    back = vips.Image.new_from_file(name)
    assert (back.width, back.height, back.filename) == (20, 10, str(name))
    assert abs(back.avg() - 7) <= 1 and back.get("vips-loader") == f"{'png' if suffix == '.png' else 'jpeg'}load"
    data = image.write_to_buffer(suffix.upper())
    assert vips.Image.new_from_buffer(data, "").filename is None
    assert vips.Image.new_from_buffer(data, "", access="sequential").height == 10
    assert vips.Image.new_from_buffer(data=data, options="").width == 20
    target = vips.Target.new_to_memory()
    image.write_to_target(target, suffix)
    assert target.get("blob") == data
    assert vips.Image.new_from_source(vips.Source.new_from_memory(data), "").width == 20
    with pytest.raises(vips.Error):
        vips.Image.new_from_file(str(name) + "[nonsense=3]")
    with pytest.raises(vips.Error, match="does not support optional argument nonsense"):
        vips.Image.new_from_file(name, nonsense=3)


def test_save_options(vips, tmp_path):
    image = vips.Image.black(200, 100).copy(interpretation="b-w") + 7
    image = (image + vips.Image.grey(200, 100) * 200).cast("uchar")
    small, large = (len(image.write_to_buffer(f".jpg[Q={quality}]")) for quality in (10, 95))
    assert small < large and len(image.write_to_buffer(".jpg[Q=95]", Q=10)) == small
    assert len(image.write_to_buffer(".jpg[Q=10,strip]")) == len(image.write_to_buffer(".jpg", Q=10, strip=True))
    assert vips.Image.new_from_buffer(image.write_to_buffer(".png"), "", fail=True).width == 200


def test_options_of_a_buffer_may_be_a_suffix(ours):
    data = ours.Image.black(20, 10).write_to_buffer(".png")
    assert ours.Image.new_from_buffer(data, ".jpg").width == 20
    assert ours.Image.new_from_buffer(bytearray(data)).width == 20


def test_a_temporary_file(vips):
    image = vips.Image.new_temp_file("%s.png")
    name = pathlib.Path(image.filename)
    made = vips.Image.new_from_memory(bytes(12), 4, 3, 1, "uchar")
    made.write(image)
    assert (image.width, image.height) == (4, 3) and name.exists()
    with pytest.raises(vips.Error, match="generate\\(\\) called twice"):
        made.write(image)
    with pytest.raises(vips.Error, match="unable to make temp file"):
        vips.Image.new_temp_file("%s.nonsense")
    del image
    import gc

    gc.collect()
    assert not name.exists()


def test_regions(vips):
    image = vips.Image.new_from_memory(bytes(range(60)), 5, 4, 3, "uchar")
    region = vips.Region.new(image)
    assert bytes(region.fetch(1, 1, 2, 2)) == bytes([18, 19, 20, 21, 22, 23, 33, 34, 35, 36, 37, 38])
    assert (region.width(), region.height()) == (2, 2)
    for place in ((4, 0, 2, 1), (-1, 0, 1, 1), (0, 0, 0, 0)):
        with pytest.raises(vips.Error, match="unable to fetch from region"):
            region.fetch(*place)


def test_interpolators(vips):
    assert vips.Interpolate.new("bicubic") is not None
    with pytest.raises(vips.Error, match="no such interpolator nonsense"):
        vips.Interpolate.new("nonsense")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp", ".gif", ".v"])
def test_words_that_a_loader_does_not_know_are_passed_over(vips, suffix, tmp_path):
    name = str(tmp_path / f"x{suffix}")
    vips.Image.black(20, 10, bands=3).copy(interpretation="srgb").write_to_file(name)
    # as pyvips does: the same options may be given to pictures of any format
    assert vips.Image.new_from_file(f"{name}[autorotate]").width == 20
    assert vips.Image.thumbnail(f"{name}[autorotate]", 10).width == 10
    with pytest.raises(vips.Error, match="nope"):
        vips.Image.new_from_file(f"{name}[nope=1]")
    with pytest.raises(vips.Error, match="nope"):
        vips.Image.thumbnail(f"{name}[nope=1]", 10)
    if suffix != ".v":
        with open(name, "rb") as file:
            data = file.read()
        assert vips.Image.new_from_buffer(data, "[autorotate]").width == 20
        assert vips.Image.thumbnail_buffer(data, 10, option_string="autorotate").width == 10
    with pytest.raises(vips.Error, match="nope"):
        vips.Image.black(1, 1).write_to_file(f"{name}[nope]")
