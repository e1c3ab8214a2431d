"""Addresses in place of names of files: read, written, and what messages say of them."""

import traceback

import numpy as np
import pytest

from .. import pictures
from ..servers.faulty import faulty
from .material import Log, encoded, ours, pixels  # noqa: F401

SECRET = "s3cret"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("addresses")
    pictures.make(folder)
    (folder / "waves.png").write_bytes(encoded("png"))
    (folder / "words.txt").write_text("this is no picture")
    with faulty(folder) as running:
        yield running


@pytest.mark.parametrize("fault", ["good", "whole", "reset", "later"])
def test_read(ours, server, fault):
    address = f"{server.address}/{fault}/waves.png?of=1"
    expected = pixels(encoded("png"))
    assert np.array_equal(ours.Image.new_from_file(address).numpy(), expected)
    assert np.array_equal(ours.Image.pngload(address).numpy(), expected)
    assert ours.Image.thumbnail(address, 40).width == 40


def test_options_stand_in_brackets(ours, server):
    assert ours.Image.new_from_file(f"{server.address}/good/photo.jpg[shrink=2]").width == 320


@pytest.mark.parametrize("name, suffix", [("out.png", ""), ("out", "#.png"), ("out.bin?x=y", "#.png[compression=1]")])
def test_write(ours, server, name, suffix):
    image = ours.Image.new_from_buffer(encoded("png"), "")
    image.write_to_file(f"{server.address}/keep/{name}{suffix}")
    assert np.array_equal(pixels(server.kept[name.split("?")[0]]), pixels(encoded("png")))


def test_a_tree(ours, server, tmp_path):
    """The same objects as files in a folder."""
    image = ours.Image.new_from_buffer(encoded("png", 700, 500), "")
    image.dzsave(f"{server.address}/keep/trees/pyramid")
    image.dzsave(str(tmp_path / "pyramid"))
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {name.removeprefix("trees/"): data for name, data in server.kept.items() if name.startswith("trees/")}
    assert sorted(kept) == sorted(files)
    assert all(kept[name] == files[name] for name in files if name.endswith((".jpeg", ".dzi")))


def test_a_failed_tree_is_removed(ours, server):
    log = Log(encoded("png", 2000, 1500))

    def read(size):
        if len(log.file.getbuffer()) - log.file.tell() < 1_000_000:
            raise ConnectionError("gone")
        return log.read(size)

    source = ours.SourceCustom()
    source.on_read(read)
    image = ours.Image.new_from_source(source, access="sequential")
    with pytest.raises(ours.Error, match="gone"):
        image.dzsave(f"{server.address}/keep/failed/pyramid")
    sent = [path for method, path, _ in server.requests if method == "PUT" and "/failed/" in path]
    removed = {path for method, path, _ in server.requests if method == "DELETE"}
    assert removed.issuperset(sent)
    # What was on its way when the save failed may arrive later, if the machine is slow.
    assert len([name for name in server.kept if name.startswith("failed/")]) <= 8 < len(sent)
    assert "failed/pyramid.dzi" not in server.kept


def test_a_file_by_its_address(ours, tmp_path):
    image = ours.Image.new_from_buffer(encoded("png"), "")
    image.write_to_file(f"file://{tmp_path}/a%20b.png")
    assert np.array_equal(ours.Image.new_from_file(f"file://{tmp_path}/a%20b.png").numpy(), pixels((tmp_path / "a b.png").read_bytes()))


def test_what_is_not_there_is_told_at_the_first_use(ours, server):
    source = ours.Source.new_from_file(f"{server.address}/missing/waves.png")
    with pytest.raises(ours.Error, match="404") as caught:
        ours.Image.new_from_source(source)
    assert caught.value.kind == "NotFound"
    with pytest.raises(ours.Error, match="not an address"):
        ours.Source.new_from_file("http://")


def secret_addresses(address):
    """Addresses with user, password and signature that fail in different ways."""
    host = address.removeprefix("http://")
    return [
        f"http://me:{SECRET}@{host}/missing/waves.png?token={SECRET}",
        f"http://me:{SECRET}@{host}/good/words.txt?token={SECRET}",
        f"http://me:{SECRET}@{host}/refuse/waves.png?token={SECRET}",
        f"http://me:{SECRET}@{host}/good/nowhere.unknown?token={SECRET}",
        f"http://me:{SECRET}/x@{host}/missing/waves.png",
        f"HTTP://me:{SECRET}@{host}/good/waves.png?token={SECRET}",
        f"ftp://me:{SECRET}@{host}/waves.png",
        f"s3://id:{SECRET}@bucket/../waves.png?token={SECRET}",
        f"postgres://me:{SECRET}@127.0.0.1:1/db?table=t&column=c&key=k&value=v&password={SECRET}#.png",
        f"postgres://me:{SECRET}@127.0.0.1:1/db?table=t#.png",
        f"http://me:{SECRET}@/waves.png",
    ]


USES = {
    "Source": lambda vips, name: vips.Image.new_from_source(vips.Source.new_from_file(name), ""),
    "file": lambda vips, name: vips.Image.new_from_file(name),
    "loader": lambda vips, name: vips.Image.pngload(name),
    "thumbnail": lambda vips, name: vips.Image.thumbnail(name, 100),
    "Target": lambda vips, name: vips.Image.black(10, 10).write_to_target(vips.Target.new_to_file(name), ".png"),
    "save": lambda vips, name: vips.Image.black(10, 10).write_to_file(name),
    "saver": lambda vips, name: vips.Image.black(10, 10).pngsave(name),
    "tree": lambda vips, name: vips.Image.black(10, 10).dzsave(name),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("number", range(11))
def test_messages_show_no_secrets(ours, server, monkeypatch, tmp_path, use, number):
    monkeypatch.setenv("AWS_REGION", "nowhere")
    monkeypatch.chdir(tmp_path)
    address = secret_addresses(server.address)[number]
    try:
        USES[use](ours, address)
    except ours.Error as error:
        said = [str(error), repr(error), str(vars(error)), *traceback.format_exception_only(error)]
        while error := error.__cause__ or error.__context__:
            said += [str(error), repr(error)]
        assert SECRET not in "".join(map(str, said)), said


def test_names_show_no_secrets(ours, server):
    address = secret_addresses(server.address)[0]
    for connection in (ours.Source.new_from_file(address), ours.Target.new_to_file(address)):
        assert SECRET not in f"{connection.nick()} {connection!r} {connection.filename()} {connection.stats()}"
