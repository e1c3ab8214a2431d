"""Pipelines as text: printed, compared, pickled, and made anew in another process."""

import pickle
import subprocess
import sys

import pytest

from .libraries import candidate

OURS = candidate()
pytestmark = [
    pytest.mark.skipif(OURS is None, reason="windlass is not installed: run `make wheel` first"),
    pytest.mark.skipif(getattr(OURS, "__name__", "") == "pyvips", reason="recipes are of windlass alone"),
]


@pytest.fixture
def photo(tmp_path):
    place = OURS.Image.xyz(64, 48)
    picture = place[0].bandjoin([place[1], place[0] + place[1]]).cast("uchar")
    picture.write_to_file(str(tmp_path / 'a "photo".png'))
    return str(tmp_path / 'a "photo".png')


def pipeline(photo):
    image = OURS.Image.new_from_file(photo, access="sequential")
    small = image.resize(0.5, kernel="cubic").linear([1.5, 1, 1], [0, -3.25, 1e-9], uchar=True)
    columns, rows = small.profile()
    return small.bandjoin(small[0] > 10).insert(rows[0].cast("uchar"), 3, 4, expand=True)


def test_a_recipe_makes_the_same_image(photo):
    image = pipeline(photo)
    text = image.recipe()
    assert text.splitlines()[0].startswith("#1 = pngload(filename=")
    assert 'kernel="cubic"' in text and ".rows" in text
    again = OURS.Image.new_from_recipe(text)
    assert again.write_to_memory() == image.write_to_memory()
    assert again.recipe() == text


def test_shared_images_are_one_step(photo):
    image = OURS.Image.new_from_file(photo)
    for _ in range(200):
        image = image + image
    assert len(image.recipe().splitlines()) == 201


def test_a_pickle_is_a_recipe(photo, tmp_path):
    image = pipeline(photo)
    (tmp_path / "image.pickle").write_bytes(pickle.dumps(image))
    program = "import pickle, sys, windlass; print(pickle.load(open(sys.argv[1], 'rb')).avg())"
    made = subprocess.run([sys.executable, "-c", program, tmp_path / "image.pickle"], capture_output=True, text=True, check=True)
    assert float(made.stdout) == image.avg()


def test_what_has_no_name_has_no_recipe():
    memory = OURS.Image.new_from_memory(b"\1\2\3\4", 2, 2, 1, "uchar")
    with pytest.raises(OURS.Error, match="no recipe"):
        memory.invert().recipe()
    with pytest.raises(OURS.Error):
        pickle.dumps(memory)


@pytest.mark.parametrize("text", ["", "#1 = resize(in=#1, scale=2)", "#1 = black(width=1", "#1 = nothing()", '#1 = black(width=1, height="x")'])
def test_a_bad_recipe_is_refused(text):
    with pytest.raises(OURS.Error):
        OURS.Image.new_from_recipe(text)
