"""A target commits once, or aborts once; files appear whole or not at all (contract §12)."""

import os

import pytest

from .material import Taker, encoded, ours  # noqa: F401


def broken(ours):
    """An image whose file ends too early."""
    return ours.Image.new_from_buffer(encoded("png")[:-3000], fail_on="truncated")


def test_a_block_commits_at_its_end(ours, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(b"old")
    with ours.Target.new_to_file(name) as target:
        ours.Image.black(10, 10).write_to_target(target, ".png")
        assert name.read_bytes() == b"old"
    assert name.read_bytes()[:4] == b"\x89PNG"
    assert os.listdir(tmp_path) == ["x.png"]


def test_a_block_that_raises_undoes(ours, tmp_path):
    name = tmp_path / "x.png"
    name.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError):
        with ours.Target.new_to_file(name) as target:
            ours.Image.black(10, 10).write_to_target(target, ".png")
            raise ZeroDivisionError
    assert name.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x.png"]


def test_handlers_of_a_block(ours):
    taker = Taker()
    with taker.target(ours) as target:
        ours.Image.black(10, 10).write_to_target(target, ".png")
        assert taker.events == []
    assert taker.events == ["finish", "end"]
    taker = Taker()
    with pytest.raises(KeyError):
        with taker.target(ours) as target:
            ours.Image.black(10, 10).write_to_target(target, ".png")
            raise KeyError
    assert taker.events == ["abort"]


def test_a_save_that_fails_in_a_block_aborts_once(ours):
    taker = Taker()
    with pytest.raises(ours.Error):
        with taker.target(ours) as target:
            broken(ours).write_to_target(target, ".png")
    assert taker.events == ["abort"]


def test_a_block_without_a_save_aborts(ours):
    taker = Taker()
    with taker.target(ours):
        pass
    assert taker.events == ["abort"]


def test_a_block_whose_end_fails(ours):
    taker = Taker()
    target = taker.target(ours)

    def end():
        raise OSError("refused")

    target.on_end(end)
    with pytest.raises(ours.Error, match="refused") as caught:
        with target:
            ours.Image.black(10, 10).write_to_target(target, ".png")
    assert isinstance(caught.value.__cause__, OSError)
    assert taker.events == ["finish", "abort"]


def test_memory_in_a_block(ours):
    with ours.Target.new_to_memory() as target:
        ours.Image.black(10, 10).write_to_target(target, ".png")
        assert target.get("blob") == b""
        with pytest.raises(ours.Error, match="already finished"):
            ours.Image.black(10, 10).write_to_target(target, ".png")
    assert target.get("blob")[:4] == b"\x89PNG"


@pytest.mark.parametrize("save", ["write_to_file", "write_to_target"])
@pytest.mark.parametrize("old", [b"old", None])
def test_a_failed_save_leaves_what_was_there(ours, tmp_path, save, old):
    name = tmp_path / "x.jpg"
    if old:
        name.write_bytes(old)
    with pytest.raises(ours.Error):
        if save == "write_to_file":
            broken(ours).write_to_file(name)
        else:
            broken(ours).write_to_target(ours.Target.new_to_file(name), ".jpg")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == ([("x.jpg", old)] if old else [])


def test_a_target_whose_save_failed_may_be_used_again(ours):
    taker = Taker()
    target = taker.target(ours)
    with pytest.raises(ours.Error):
        broken(ours).write_to_target(target, ".png")
    taker.pieces.clear()
    ours.Image.black(10, 10).write_to_target(target, ".png")
    assert taker.events == ["abort", "finish", "end"]
    assert ours.Image.new_from_buffer(taker.data()).width == 10


def test_modes_and_links_stay(ours, tmp_path):
    name, link = tmp_path / "x.png", tmp_path / "link.png"
    name.write_bytes(b"old")
    name.chmod(0o600)
    link.symlink_to("x.png")
    ours.Image.black(10, 10).write_to_file(link)
    assert link.is_symlink() and name.read_bytes()[:4] == b"\x89PNG"
    assert name.stat().st_mode & 0o777 == 0o600
