"""Images from and to Python: lists, memory, NumPy, Pillow; operators, indices, repr."""

import numpy as np
import pytest
from PIL import Image as Pillow

from .differential.harness import DTYPES
from .face import ours, vips  # noqa: F401


def picture(vips, bands=1, width=5, height=4, form="uchar"):
    size = width * height * bands
    data = np.arange(size).astype(DTYPES[form])
    return vips.Image.new_from_memory(data.tobytes(), width, height, bands, form)


def test_a_matrix_from_lists(vips):
    image = vips.Image.new_from_list([[1, 2, 3], [4, 5, 6]], 8, 2)
    assert (image.width, image.height, image.bands, image.format) == (3, 2, 1, "double")
    assert image.interpretation == "matrix" and (image.scale, image.offset) == (8.0, 2.0)
    assert repr(image) == "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]"
    row = vips.Image.new_from_array([1, 2, 3])
    assert (row.width, row.height) == (3, 1) and row.get("offset") == 0.0
    assert vips.Image.new_from_list((1, 2)).width == 2


def test_what_is_no_matrix(vips):
    with pytest.raises(IndexError):
        vips.Image.new_from_list([])
    for rows in ([[1, 2], [3]], [[1], (2,)], [["a"]]):
        with pytest.raises(TypeError):
            vips.Image.new_from_list(rows)


def test_memory(vips):
    image = vips.Image.new_from_memory(bytes(range(24)), 4, 3, 2, "uchar")
    assert (image.interpretation, image.coding, image.xres) == ("multiband", "none", 1.0)
    assert bytes(image.write_to_memory()) == bytes(range(24))
    assert vips.Image.new_from_memory(bytes(3), 1, 1, 3, 0).interpretation == "srgb"
    assert vips.Image.new_from_memory(bytes(30), 1, 1, 1, "ushort").interpretation == "b-w"
    assert vips.Image.new_from_memory(memoryview(bytes(4)), 2, 2, 1, "uchar").width == 2
    assert vips.Image.new_from_memory(bytearray(4), 2, 2, 1, "uchar").avg() == 0
    with pytest.raises(vips.Error, match="memory area too small"):
        vips.Image.new_from_memory(bytes(3), 2, 2, 1, "uchar")
    with pytest.raises(ValueError):
        vips.Image.new_from_memory(np.zeros((4, 4), np.uint8)[:, ::2], 2, 4, 1, "uchar")


def test_lent_memory_is_seen_again_after_invalidate(ours):
    array = np.zeros((2, 2), np.uint8)
    image = ours.Image.new_from_array(array)
    assert image(0, 0) == [0]
    array[0, 0] = 1
    assert image(0, 0) == [0]
    image.invalidate()
    assert image(0, 0) == [1]


@pytest.mark.parametrize("form", DTYPES)
@pytest.mark.parametrize("bands", [1, 2, 3])
def test_arrays_both_ways(vips, form, bands):
    image = picture(vips, bands, form=form)
    array = image.numpy()
    assert array.shape == ((4, 5) if bands == 1 else (4, 5, bands))
    assert array.dtype == DTYPES[form] and array.flags.writeable
    back = vips.Image.new_from_array(array)
    assert back.format == form and bytes(back.write_to_memory()) == bytes(image.write_to_memory())
    assert np.array_equal(np.asarray(image), array) and np.array_equal(np.array(image), array)


def test_array_shapes_and_types(vips):
    make = vips.Image.new_from_array
    assert make(np.uint8(3) * np.ones((), np.uint8)).width == 1
    one = make(np.zeros(7, np.float32))
    assert (one.width, one.height, one.format) == (7, 1, "float")
    assert make(np.array([[True, False]])).max() == 255
    strided = np.arange(300, dtype=np.uint16).reshape(10, 10, 3)[::2, ::-3]
    assert np.array_equal(make(strided).numpy(), strided)
    assert np.array_equal(make(np.asfortranarray(strided)).numpy(), strided)
    for bad in (np.zeros(2, np.int64), np.zeros((1, 1, 1, 1), np.uint8), np.array(["a"]), np.zeros(2, ">u2")):
        with pytest.raises(ValueError):
            make(bad)
    for bad in (3, (1, 2), range(3), "abc", None):
        with pytest.raises(TypeError):
            make(bad)


def test_auto_interpretation(vips):
    def said(bands, dtype):
        return vips.Image.new_from_array(np.zeros((2, 2, bands), dtype), interpretation="auto").interpretation

    assert [said(bands, np.uint8) for bands in range(1, 6)] == ["b-w", "b-w", "rgb", "rgb", "multiband"]
    assert [said(bands, np.uint16) for bands in range(1, 6)] == ["grey16", "grey16", "rgb16", "rgb16", "multiband"]
    assert [said(bands, np.int16) for bands in (1, 3)] == ["matrix", "multiband"]
    assert [said(bands, np.float32) for bands in (1, 3, 5)] == ["b-w", "scrgb", "multiband"]
    assert said(1, np.int32) == "multiband" and said(1, np.complex64) == "fourier"
    assert vips.Image.new_from_array(np.zeros((2, 2), np.uint8), interpretation="hsv").interpretation == "hsv"


def test_array_protocol(vips):
    image = picture(vips)
    assert np.asarray(image, dtype="|b1").dtype == bool
    assert image.numpy("float64").dtype == np.float64
    assert np.array(image, copy=True).shape == (4, 5)
    with pytest.raises(ValueError):
        np.array(image, copy=False)
    assert vips.Image.black(1, 1).numpy().shape == ()
    assert isinstance(np.ones((4, 5)) + image, np.ndarray)
    assert isinstance(image + np.float32(2), vips.Image) and isinstance(image + np.int64(2), vips.Image)
    with pytest.raises(TypeError):
        image + np.ones((4, 5))
    assert np.ndarray(buffer=image.write_to_memory(), dtype=np.uint8, shape=[4, 5, 1])[1, 1, 0] == 6
    assert np.diff(image).shape == (4, 4) and np.histogram(image, 4)[0].sum() == 20


def test_tolist(vips):
    assert picture(vips, width=2, height=2).tolist() == [[0, 1], [2, 3]]
    assert picture(vips, width=2, height=1, form="complex").tolist() == [[0j, 1 + 0j]]
    assert picture(vips, width=2, height=1, form="char").tolist() == [[b"\0", b"\1"]]
    assert picture(vips, width=2, height=1, form="float").tolist() == [[0.0, 1.0]]
    with pytest.raises(NotImplementedError):
        picture(vips, 2).tolist()


@pytest.mark.parametrize("mode", ["L", "P", "LA", "RGB", "RGBA", "CMYK", "I", "F", "I;16"])
def test_from_pillow(vips, mode):
    image = Pillow.new(mode, (3, 2))
    made = vips.Image.new_from_array(image)
    forms = {"I": "int", "F": "float", "I;16": "ushort"}
    assert (made.width, made.height, made.format) == (3, 2, forms.get(mode, "uchar"))
    assert made.bands == {"LA": 2, "RGB": 3, "RGBA": 4, "CMYK": 4}.get(mode, 1)


def test_to_pillow(vips):
    modes = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
    for bands, mode in modes.items():
        made = picture(vips, bands).pil()
        assert (made.mode, made.size) == (mode, (5, 4))
        assert np.array_equal(np.asarray(made), picture(vips, bands).numpy())
    for form, mode in {"char": "I", "short": "I", "int": "I", "uint": "I", "float": "F", "double": "F"}.items():
        assert picture(vips, form=form).pil().mode == mode
    assert picture(vips, form="ushort").pil().mode == "I;16"
    wide = picture(vips, 3, form="ushort") * 3000
    wide = wide.cast("ushort")
    assert np.array_equal(np.asarray(wide.pil()), wide.numpy() >> 8)
    two = (picture(vips, 2, form="ushort") * 300).cast("ushort")
    assert two.pil().mode in ("LA", "RGBA")
    with pytest.raises(ValueError):
        picture(vips, 5, form="ushort").pil()
    with pytest.raises(TypeError):
        picture(vips, 5).pil()


def test_a_constant_like_an_image(vips):
    like = picture(vips, 3).copy(interpretation="lab", xres=2, yres=3, xoffset=4, yoffset=5)
    made = like.new_from_image([1, 2])
    assert (made.width, made.height, made.bands, made.format) == (5, 4, 2, "uchar")
    assert (made.interpretation, made.xres, made.yres, made.xoffset, made.yoffset) == ("lab", 2, 3, 4, 5)
    assert made(4, 3) == [1, 2] and like.new_from_image(300)(0, 0) == [255]


CONSTANTS = [
    lambda im: im + 1,
    lambda im: 1 + im,
    lambda im: im + [1, 2, 3],
    lambda im: im + (1, 2, 3),
    lambda im: im - 3,
    lambda im: 3 - im,
    lambda im: im - [1, 2, 3],
    lambda im: [1, 2, 3] - im,
    lambda im: im * 2,
    lambda im: 2 * im,
    lambda im: im / 2,
    lambda im: im / [1, 2, 3],
    lambda im: -im,
    lambda im: +im,
    lambda im: im > 3,
    lambda im: 3 > im,
    lambda im: im >= [1, 2, 3],
    lambda im: im == 5,
    lambda im: im != 5,
    lambda im: im < 4,
    lambda im: im <= 4,
    lambda im: im & 3,
    lambda im: 3 & im,
    lambda im: im | 8,
    lambda im: im ^ 5,
    lambda im: ~im,
    lambda im: im << 1,
    lambda im: im >> 1,
    lambda im: abs(im - 5),
    lambda im: sum([im, im]),
    lambda im: im + im,
    lambda im: im - im,
    lambda im: im * im,
    lambda im: im & im,
    lambda im: im == im,
    lambda im: im > (im + 1),
]


@pytest.mark.parametrize("number", range(len(CONSTANTS)))
def test_operators_as_the_reference(number):
    answers = []
    for name in ("windlass", "pyvips"):
        from .face import library_of

        made = CONSTANTS[number](picture(library_of(name), 3))
        answers.append((made.format, made.bands, made.numpy().tolist()))
    assert answers[0] == answers[1]


LATER = [
    lambda im: im % 3,
    lambda im: im % im,
    lambda im: im**2,
    lambda im: 2**im,
    lambda im: im // 2,
    lambda im: 7 // (im + 1),
    lambda im: 7 / (im + 1),
    lambda im: im / (im + 1),
    lambda im: (im + 0.5).floor(),
    lambda im: im.sin(),
]


@pytest.mark.parametrize("number", range(len(LATER)))
def test_operators_of_functions_as_the_reference(number):
    from .face import library_of

    answers = []
    for name in ("windlass", "pyvips"):
        made = LATER[number](picture(library_of(name), 3))
        answers.append((made.format, made.numpy()))
    assert answers[0][0] == answers[1][0]
    np.testing.assert_allclose(answers[0][1], answers[1][1], rtol=1e-6)


def test_operators_refuse(vips):
    image = picture(vips)
    assert (image == None) is False and (image != None) is True  # noqa: E711
    for call in (
        lambda: image + None,
        lambda: image < None,
        lambda: image + "1",
        lambda: image + [image],
        lambda: image * 1j,
        lambda: 3 % image,
        lambda: 3 << image,
        lambda: divmod(image, 2),
        lambda: image @ image,
        lambda: hash(image),
        lambda: len(image),
    ):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(ZeroDivisionError):
        image / 0
    assert bool(image) is True and image in [image]
    with pytest.raises(vips.Error, match="vector must have 1 or 3 elements"):
        picture(vips, 3) + [1, 2]


def test_indices(vips):
    image = picture(vips, 8, 2, 2)

    def bands(made):
        return made.numpy()[0, 0].tolist() if made.bands > 1 else [int(made.numpy()[0, 0])]

    assert bands(image[1]) == [1] and bands(image[-1]) == [7] and bands(image[True]) == [1]
    assert bands(image[1:3]) == [1, 2] and bands(image[::-1]) == [7, 6, 5, 4, 3, 2, 1, 0]
    assert bands(image[1:6:2]) == [1, 3, 5] and bands(image[2:4:1]) == [2, 3]
    assert bands(image[[3, 1, -1]]) == [3, 1, 7]
    assert bands(image[[True] + [False] * 6 + [True]]) == [0, 7]
    assert [bands(one) for one in image] == [[band] for band in range(8)]
    assert len(image.bandsplit()) == 8
    cases = {
        "range object index out of range": 8,
        "empty slice": slice(3, 3),
        "empty list": [],
        "boolean index must have same length as bands": [True],
        "empty boolean index": [False] * 8,
        "list must contain only ints or only bools": [1, True],
        "argument must be an int, slice, list of ints, or list of bools": (1, 2),
    }
    for text, index in cases.items():
        with pytest.raises(IndexError, match=text):
            image[index]
    for index in (1.0, None, np.int64(1), "a"):
        with pytest.raises(IndexError):
            image[index]


def test_pixels(vips):
    image = picture(vips, 3)
    assert image(1, 1) == [18.0, 19.0, 20.0] and image.getpoint(0, 0) == [0.0, 1.0, 2.0]
    with pytest.raises(vips.Error, match="bad extract area"):
        image(5, 0)


def test_bands_joined(vips):
    image = picture(vips)
    assert image.bandjoin([image] * 8).bands == 9 and image.bandjoin([]) is image
    assert image.bandjoin(3)(0, 0) == [0, 3] and image.bandjoin([1, 2])(0, 0) == [0, 1, 2]
    mixed = image.bandjoin([image, 7])
    assert (mixed.format, mixed(1, 0)) == ("uchar", [1, 1, 7])
    assert image.addalpha()(0, 0) == [0, 255] and image.hasalpha() == 0 and image.addalpha().hasalpha() == 1
    assert vips.Operation.call("bandjoin", [image, 3]).bands == 2


def test_pages(vips):
    image = picture(vips)
    tall = image.pagejoin([image, image])
    assert (tall.height, tall.get_page_height(), tall.get_n_pages()) == (12, 4, 1)
    assert [page.height for page in tall.pagesplit()] == [4, 4, 4]


def test_frames_stay_whole(ours):
    frames = [picture(ours, 3).linear(1, number).cast("uchar").copy(interpretation="srgb") for number in range(3)]
    film = frames[0].pagejoin(frames[1:])
    film.set_type(ours.GValue.array_int_type, "delay", [10, 20, 30])
    steps = {
        "crop": (lambda page: page.crop(1, 1, 3, 2), (3, 2)),
        "resize": (lambda page: page.resize(0.5, kernel="nearest"), (3, 2)),
        "rot": (lambda page: page.rot90(), (4, 5)),
        "thumbnail": (lambda page: page.thumbnail_image(4), (4, 3)),
    }
    for name, (step, size) in steps.items():
        made = film.map_pages(step)
        assert (made.width, made.get_page_height(), made.height) == (*size, 3 * size[1]), name
        assert made.get("delay") == [10, 20, 30], name
        for page, frame in zip(made.pagesplit(), frames):
            assert (page - step(frame)).abs().max() == 0, name
    saved = ours.Image.new_from_buffer(film.map_pages(lambda page: page.rot90()).gifsave_buffer(), "", n=-1)
    assert (saved.get_n_pages(), saved.get_page_height(), saved.get("delay")) == (3, 5, [10, 20, 30])
    alone = frames[0].map_pages(lambda page: page.crop(0, 0, 2, 2))
    assert (alone.width, alone.height, alone.get_page_height()) == (2, 2, 2)
    with pytest.raises(ours.Error, match="page 1 became 5 x 2, the first one 5 x 1"):
        heights = iter((1, 2, 3))
        film.map_pages(lambda page: page.crop(0, 0, 5, next(heights)))


def test_constants_stand_for_images(vips):
    image = picture(vips, 3)
    chosen = (image > 3).ifthenelse([1, 2, 3], image)
    assert (chosen.format, chosen(4, 0)) == ("uchar", [1, 2, 3])
    assert (image[0] > 100).ifthenelse(1, 2).format == "uchar"
    assert vips.Operation.call("bandjoin", [image, 5])(0, 0) == [0, 1, 2, 5]
    assert vips.Image.sum([image, image])(1, 0) == [6, 8, 10] and vips.Image.sum(image)(1, 0) == [12]


def test_attributes(vips):
    image = picture(vips, 3)
    for name in ("x", "width", "format"):
        with pytest.raises(AttributeError):
            setattr(image, name, 3)
    for name in ("no_such_thing", "__wrapped__"):
        assert not hasattr(image, name) and not hasattr(vips.Image, name)
    assert repr(image) == "<pyvips.Image 5x4 uchar, 3 bands, srgb>"
    assert vips.Image.Black(2, 3).height == 3 and vips.Image.invert(image)(0, 0) == [255, 254, 253]
    with image as same:
        assert same is image
    assert image.scale == 1.0 and image.offset == 0.0
    assert image.copy_memory().numpy().tolist() == image.numpy().tolist()


def test_notebooks_show_a_picture(ours):
    if ".png" not in ours.get_suffixes():
        pytest.fail("PNG files can't be saved")
    assert picture(ours, 3)._repr_png_().startswith(b"\x89PNG")
    assert picture(ours, form="complex")._repr_png_() is None
