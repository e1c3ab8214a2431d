"""Connections as objects: names, properties, constructors, what they own (contract §1, §2, §9)."""

import array
import io
import mmap
import os
from pathlib import Path

import numpy as np
import pytest

from .material import FORMATS, encoded, ours, pixels, vips  # noqa: F401


def test_the_classes(vips):
    assert issubclass(vips.SourceCustom, vips.Source) and issubclass(vips.Source, vips.Connection)
    assert issubclass(vips.TargetCustom, vips.Target) and issubclass(vips.Target, vips.Connection)
    assert issubclass(vips.Connection, vips.VipsObject)


@pytest.mark.parametrize(
    "make, nick",
    [
        (lambda vips: vips.Source.new_from_memory(b"x"), "source"),
        (lambda vips: vips.Source.new_from_descriptor(0), "source"),
        (lambda vips: vips.SourceCustom(), "source_custom"),
        (lambda vips: vips.Target.new_to_memory(), "target"),
        (lambda vips: vips.Target.new_to_descriptor(1), "target"),
        (lambda vips: vips.TargetCustom(), "target_custom"),
    ],
)
def test_names_of_what_has_no_file(vips, make, nick):
    connection = make(vips)
    assert (connection.filename(), connection.nick()) == (None, nick)


def test_names_of_files(vips, tmp_path):
    name = tmp_path / "x[y].png"
    name.write_bytes(encoded("png"))
    for connection in (vips.Source.new_from_file(str(name)), vips.Target.new_to_file(str(name))):
        assert connection.filename() == connection.nick() == connection.get("filename") == str(name)


def test_names_may_be_paths(vips, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(encoded("png"))
    image = vips.Image.new_from_source(vips.Source.new_from_file(name), "")
    image.write_to_target(vips.Target.new_to_file(tmp_path / "y.png"), ".png")
    assert np.array_equal(pixels((tmp_path / "y.png").read_bytes()), pixels(encoded("png")))


def test_names_are_literal(vips, tmp_path):
    (tmp_path / "x.png").write_bytes(encoded("png"))
    with pytest.raises(vips.Error):
        vips.Source.new_from_file(f"{tmp_path}/x.png[page=0]")


@pytest.mark.parametrize(
    "make, text",
    [
        (lambda vips: vips.Source.new_from_file("/no/such file"), "can't create source from filename /no/such file\n"),
        (lambda vips: vips.Source.new_from_file("/"), "can't create source from filename /\n"),
    ],
)
def test_what_can_not_be_opened_is_told_at_once(vips, make, text):
    with pytest.raises(vips.Error) as caught:
        make(vips)
    assert str(caught.value).startswith(text) and caught.value.detail


@pytest.mark.parametrize("number", [9999, -1])
def test_bad_descriptors_are_told_at_once(ours, number):
    with pytest.raises(ours.Error, match=f"can't create source from descriptor {number}"):
        ours.Source.new_from_descriptor(number)
    with pytest.raises(ours.Error, match=f"can't create output target from descriptor {number}"):
        ours.Target.new_to_descriptor(number)


def test_a_file_is_created_at_the_first_write(vips, tmp_path):
    target = vips.Target.new_to_file(str(tmp_path / "x.png"))
    assert list(tmp_path.iterdir()) == []
    vips.Image.black(10, 10).write_to_target(target, ".png")
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]
    assert (tmp_path / "x.png").stat().st_mode & 0o777 == 0o644 & ~current_umask()


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_path_that_can_not_be_written_fails_at_the_save(vips):
    target = vips.Target.new_to_file("/no/such/folder/x.png")
    with pytest.raises(vips.Error, match="unable to open for write|/no/such/folder"):
        vips.Image.black(10, 10).write_to_target(target, ".png")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_kinds_of_memory(vips, format, kind):
    image = vips.Image.new_from_source(vips.Source.new_from_memory(kind(encoded(format))), "")
    assert (image.width, image.height) == (160, 120) and image.avg() > 100


def test_more_kinds_of_memory(vips):
    for data in (np.frombuffer(encoded("png"), np.uint8), array.array("B", encoded("png"))):
        assert vips.Image.new_from_source(vips.Source.new_from_memory(data), "").width == 160


def test_what_is_no_memory(vips):
    with pytest.raises(TypeError):
        vips.Source.new_from_memory("text")
    with pytest.raises(ValueError):
        vips.Source.new_from_memory(np.zeros((4, 4), np.uint8)[:, ::2])


def test_items_of_several_bytes_count_as_bytes(ours):
    data = encoded("png")
    words = np.frombuffer(data + bytes(-len(data) % 8), np.float64)
    assert ours.Image.new_from_source(ours.Source.new_from_memory(words)).avg() > 100


def test_memory_can_not_be_resized_while_it_is_read(ours):
    data = bytearray(encoded("png"))
    image = ours.Image.new_from_source(ours.Source.new_from_memory(data))
    with pytest.raises(BufferError):
        data.extend(b"more")
    assert image.numpy().mean() > 100
    del image
    data.extend(b"more")


def test_a_map_of_a_file(ours, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(encoded("png"))
    with open(name, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        image = ours.Image.new_from_source(ours.Source.new_from_memory(mapped))
        assert np.array_equal(image.numpy(), pixels(encoded("png")))
        del image


def test_pixels_of_an_array_can_not_be_resized(ours):
    data = bytearray(100)
    image = ours.Image.new_from_memory(data, 10, 10, 1, "uchar")
    with pytest.raises(BufferError):
        data.extend(b"more")
    assert image.avg() == 0
    data[0] = 100
    image.invalidate()
    assert image.avg() == 1


@pytest.mark.parametrize("kind", [bytearray, memoryview, lambda data: np.frombuffer(data, np.uint8), lambda data: array.array("B", data)])
def test_any_buffer_is_a_file_in_memory(ours, kind):
    assert ours.Image.new_from_buffer(kind(encoded("jpeg"))).avg() > 100


def resident():
    """Bytes of memory that this process has."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "view",
    [memoryview, lambda data: memoryview(data)[:], lambda data: np.frombuffer(data, np.uint8), lambda data: memoryview(np.frombuffer(data, np.uint16).reshape(2, -1))],
)
def test_views_of_bytes_are_not_copied(ours, view):
    width, height = 8192, 16_384
    data = b"x" * (width * height)
    before = resident()
    image = ours.Image.new_from_memory(view(data), width, height, 1, "uchar")
    assert resident() - before < len(data) / 2
    assert image.getpoint(0, height - 1) == [120]
    del data
    assert image.getpoint(width - 1, 0) == [120]


def test_views_of_parts_of_bytes(ours):
    data = bytes(range(100))
    words = np.frombuffer(data, np.uint16)[5:10]
    assert ours.Image.new_from_memory(memoryview(data)[10:20], 10, 1, 1, "uchar").numpy().ravel().tolist() == list(range(10, 20))
    assert np.array_equal(ours.Image.new_from_memory(words, 5, 1, 1, "ushort").numpy().ravel(), words)
    file = bytes(100) + encoded("png") + b"what follows"
    part = memoryview(file)[100 : 100 + len(encoded("png"))]
    for image in (ours.Image.new_from_buffer(part, ""), ours.Image.new_from_source(ours.Source.new_from_memory(part), "")):
        assert np.array_equal(image.numpy(), pixels(encoded("png")))
    assert ours.Image.new_from_memory(memoryview(b"")[:0].tobytes() + data, 10, 10, 1, "uchar").avg() == 49.5


@pytest.mark.parametrize("data", [memoryview(bytes(8))[::2], np.frombuffer(bytes(8), np.uint8)[::2]])
def test_views_with_gaps_are_refused(ours, data):
    with pytest.raises(ValueError):
        ours.Image.new_from_memory(data, 2, 2, 1, "uchar")


def test_a_descriptor_is_copied(vips, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(encoded("png"))
    descriptor = os.open(name, os.O_RDONLY)
    source = vips.Source.new_from_descriptor(descriptor)
    os.close(descriptor)
    assert vips.Image.new_from_source(source, "").avg() > 100


def test_a_descriptor_is_read_from_its_start(vips, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(encoded("png"))
    descriptor = os.open(name, os.O_RDONLY)
    os.lseek(descriptor, 100, os.SEEK_SET)
    assert vips.Image.new_from_source(vips.Source.new_from_descriptor(descriptor), "").avg() > 100
    os.close(descriptor)


def test_a_member_of_a_container_is_no_file_by_its_position_alone(vips, tmp_path):
    name = tmp_path / "x.bin"
    name.write_bytes(bytes(100) + encoded("png"))
    descriptor = os.open(name, os.O_RDONLY)
    os.lseek(descriptor, 100, os.SEEK_SET)
    with pytest.raises(vips.Error, match="known format"):
        vips.Image.new_from_source(vips.Source.new_from_descriptor(descriptor), "")
    os.close(descriptor)


def test_a_window_of_a_container(ours, tmp_path):
    name, data = tmp_path / "x.bin", encoded("png")
    name.write_bytes(bytes(100) + data + b"what follows")
    with open(name, "rb") as file:
        for window in ({"offset": 100, "length": len(data)}, {"offset": 100}):
            image = ours.Image.new_from_source(ours.Source.new_from_descriptor(file.fileno(), **window))
            assert np.array_equal(image.numpy(), pixels(data))
        short = ours.Source.new_from_descriptor(file.fileno(), offset=100, length=500)
        with pytest.raises(ours.Error):
            ours.Image.new_from_source(short, fail_on="truncated").avg()
        with pytest.raises(ours.Error, match="can't create source from descriptor"):
            ours.Source.new_from_descriptor(file.fileno(), offset=10**9)


def test_files_hold_no_descriptor_while_idle(vips, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(encoded("png"))
    before = descriptors()
    images = [vips.Image.new_from_source(vips.Source.new_from_file(str(name)), "") for _ in range(50)]
    assert descriptors() - before < 10
    assert images[0].avg() > 100
    with open(name, "rb") as file:
        before = descriptors()
        held = [vips.Image.new_from_source(vips.Source.new_from_descriptor(file.fileno()), "") for _ in range(50)]
        assert descriptors() - before == 50
        del held


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def test_options_may_be_left_out(ours):
    assert ours.Image.new_from_source(ours.Source.new_from_memory(encoded("png"))).width == 160


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".png[access=sequential]", "[access=sequential]"])
def test_a_suffix_says_nothing_about_a_source(ours, suffix):
    image = ours.Image.new_from_source(ours.Source.new_from_memory(encoded("jpeg")), suffix)
    assert image.avg() > 100


def test_options_of_a_source(vips):
    source = vips.Source.new_from_memory(encoded("jpeg"))
    assert vips.Image.new_from_source(source, "shrink=2").width == 80
    assert vips.Image.new_from_source(source, "", shrink=2).width == 80
    with pytest.raises(vips.Error):
        vips.Image.new_from_source(source, "nonsense=2")
    with pytest.raises(vips.Error):
        vips.Image.new_from_source(source, "", nonsense=2)


def test_unknown_options_after_a_suffix(ours):
    with pytest.raises(ours.Error, match="nonsense"):
        ours.Image.new_from_source(ours.Source.new_from_memory(encoded("png")), ".png[nonsense=1]")


def test_options_of_a_target(vips):
    image = vips.Image.new_from_buffer(encoded("png"), "")
    sizes = []
    for suffix, options in ((".jpg[Q=20]", {}), (".jpg", {"Q": 20}), (".jpg[Q=90]", {"Q": 20})):
        target = vips.Target.new_to_memory()
        image.write_to_target(target, suffix, **options)
        sizes.append(len(target.get("blob")))
    assert sizes[0] == sizes[1] == sizes[2]
    with pytest.raises(vips.Error, match="is not a known target format"):
        image.write_to_target(vips.Target.new_to_memory(), ".nonsense")


@pytest.mark.parametrize("form", ["write_to_buffer", "write_to_target", "write_to_file"])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".raw", ".v"])
def test_errors_name_the_class_that_saves(tmp_path, form, suffix):
    """The same text in both libraries: bytes are written through a target where there is one."""
    import pyvips

    from ..libraries import candidate

    texts = [saving_error(library, form, suffix, tmp_path) for library in (pyvips, candidate())]
    assert texts[0] == texts[1]


def saving_error(vips, form, suffix, folder):
    image = vips.Image.black(10, 10)
    texts = []
    for options, keywords in (("", {"nonsense": 1}), ("[nonsense=1]", {})):
        with pytest.raises(vips.Error) as caught:
            if form == "write_to_buffer":
                image.write_to_buffer(suffix + options, **keywords)
            elif form == "write_to_target":
                image.write_to_target(vips.Target.new_to_memory(), suffix + options, **keywords)
            else:
                image.write_to_file(str(Path(folder) / f"x{suffix}{options}"), **keywords)
        texts.append(str(caught.value).strip())
    return texts


def test_properties_of_connections(vips):
    target = vips.Target.new_to_memory()
    vips.Image.black(10, 10).write_to_target(target, ".png")
    assert target.get_typeof("blob") != 0 and target.get_typeof("nonsense") == 0
    assert target.get("blob")[:4] == b"\x89PNG"
    assert vips.Image.new_from_source(vips.Source.new_from_memory(target.get("blob")), "").width == 10


def test_a_fifo_is_read_once(vips, tmp_path):
    name = tmp_path / "pipe"
    os.mkfifo(name)
    data = encoded("png")
    child = os.fork()
    if child == 0:
        with open(name, "wb") as file:
            file.write(data)
        os._exit(0)
    image = vips.Image.new_from_source(vips.Source.new_from_file(str(name)), "", access="sequential")
    assert image.avg() > 100
    os.waitpid(child, 0)


def test_pixels_in_memory_are_not_copied_from_bytes(ours):
    assert ours.Image.new_from_source(ours.Source.new_from_memory(io.BytesIO(encoded("png")).getbuffer())).avg() > 100
