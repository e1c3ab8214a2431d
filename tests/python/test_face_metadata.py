"""Header fields and metadata items."""

import pytest

from .face import ours, vips  # noqa: F401


def black(vips):
    return vips.Image.black(4, 3).copy()


HEADER = ["width", "height", "bands", "format", "coding", "interpretation", "xoffset", "yoffset", "xres", "yres"]


def test_fields_of_the_header(vips):
    image = black(vips)
    assert image.get_fields()[:11] == [*HEADER, "filename"]
    assert (image.get("width"), image.get("format"), image.get("xres")) == (4, "uchar", 1.0)
    assert type(image.get_typeof("xres")) is int and image.get_typeof("width") == vips.GValue.gint_type
    assert image.get("Xsize") == 4 and image.get("BandFmt") == 0
    assert image.get_typeof("no such") == 0
    with pytest.raises(vips.Error, match="unable to get no such"):
        image.get("no such")


ITEMS = [
    ("gint_type", 42),
    ("gdouble_type", 0.5),
    ("gstr_type", "hello"),
    ("refstr_type", "hello"),
    ("array_int_type", [1, 2, 3]),
    ("array_double_type", [0.5, 2.0]),
    ("blob_type", b"\0\1\xff"),
    ("gbool_type", True),
    ("guint64_type", 2**64 - 1),
]


@pytest.mark.parametrize("kind, value", ITEMS)
def test_items(vips, kind, value):
    image = black(vips)
    image.set_type(getattr(vips.GValue, kind), "item", value)
    got = image.get("item")
    assert got == value and type(got) is type(value)
    assert image.get_fields()[-1] == "item" and image.get_typeof("item") != 0
    assert vips.type_name(image.get_typeof("item")) == {"gstr_type": "VipsRefString"}.get(
        kind, vips.type_name(getattr(vips.GValue, kind))
    )
    assert image.invert().get("item") == value
    image.set("item", value)
    assert image.remove("item") is True and image.remove("item") is False
    with pytest.raises(vips.Error, match="metadata item item does not exist - use set_type"):
        image.set("item", value)


def test_an_image_as_item(vips):
    image = black(vips)
    image.set_type(vips.GValue.image_type, "gainmap", vips.Image.black(10, 2))
    assert image.get_gainmap().width == 10 and black(vips).get_gainmap() is None


def test_a_copy_is_private(vips):
    image = black(vips)
    copy = image.copy()
    copy.set_type(vips.GValue.gint_type, "item", 1)
    assert image.get_typeof("item") == 0
    copy.set(b"item", 2)
    assert copy.get(b"item") == 2


def test_built_in_fields_stay(vips):
    image = black(vips)
    image.set_type(vips.GValue.gint_type, "width", 99)
    assert image.get("width") == 4 and image.get_fields().count("width") == 2
    assert image.remove("width") is True


def test_old_names(vips):
    image = vips.Image.new_from_array([[1, 2]], scale=8, offset=2).copy()
    image.set_type(vips.GValue.gint_type, "item", 1)
    image.set_value("item", 3)
    assert image.get_value("item") == 3 and (image.get_scale(), image.get_offset()) == (8.0, 2.0)


def test_wrong_values(vips):
    image = black(vips)
    for kind, value in (("gint_type", None), ("gdouble_type", "x"), ("gstr_type", 3), ("array_int_type", 1.5)):
        with pytest.raises((TypeError, ValueError)):
            image.set_type(getattr(vips.GValue, kind), "item", value)


def test_values_of_a_type(vips):
    value = vips.GValue()
    for kind, said in [*ITEMS, ("gint_type", 12)]:
        value = vips.GValue()
        value.set_type(getattr(vips.GValue, kind))
        value.set(said)
        assert value.get() == said
    value = vips.GValue()
    value.set_type(vips.GValue.format_type)
    value.set("uchar")
    assert value.get() == "uchar"
    value = vips.GValue()
    value.set_type(vips.vips_lib.vips_operation_flags_get_type())
    value.set(12)
    assert value.get() == 12
    value.set("deprecated")
    assert value.get() == 8
    value = vips.GValue()
    value.set_type(vips.GValue.image_type)
    image = black(vips)
    value.set(image)
    assert value.get().width == 4
