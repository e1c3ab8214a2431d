"""What the tests of the Python face share: each test runs under windlass and under the reference."""

import pytest

from .libraries import candidate, reference

LIBRARIES = ["windlass", "pyvips"]


def library_of(name):
    """The module called `name`; the test is skipped where windlass is not installed."""
    found = reference() if name == "pyvips" else candidate()
    if found is None:
        pytest.skip("windlass is not installed: run `make wheel` first")
    return found


@pytest.fixture(params=LIBRARIES)
def vips(request):
    """Both libraries, one after the other."""
    return library_of(request.param)


@pytest.fixture
def ours():
    """windlass alone, where it is better than the reference."""
    return library_of("windlass")
