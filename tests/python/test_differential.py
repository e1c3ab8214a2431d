"""Every registered operation against pyvips, one test per operation."""

import pytest

from .differential.harness import BANDS, FORMATS, REALS, Picture
from .differential.run import run
from .differential.tables import ALWAYS, CASES, CHOSEN, FAMILIES, NARROW, NOT_COMPLEX, PLANES, uncovered
from .libraries import candidate, reference
from .summary import tell

LIBRARY = candidate()
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="windlass is not installed: run `make wheel` first")
REGISTERED = list(LIBRARY.operations()) if hasattr(LIBRARY, "operations") else list(CASES)


@pytest.fixture(scope="module")
def counted():
    """Numbers of cases, told at the end."""
    cases = []
    yield cases
    tell(f"{sum(cases)} cases of {len(cases)} operations against pyvips")


@pytest.mark.parametrize("operation", [name for name in CASES if name in REGISTERED or name in ALWAYS])
def test_equal(operation, counted):
    report = run(operation, LIBRARY, reference())
    counted.append(report.cases)
    shown = [f"{case}\n    {text}" for case, text in report.failures[:10]]
    assert not report.failures, f"{report.line()}\n" + "\n".join(shown)
    assert report.cases > 0
    if report.left_out:
        tell(f"{operation}: {report.left_out} left out, since operations are missing")


GRIDS = [name for family, cases in FAMILIES.items() if family not in CHOSEN for name in cases if name not in (*ALWAYS, *PLANES)]


@pytest.mark.parametrize("operation", GRIDS)
def test_all_formats_and_bands_are_tried(operation):
    """A table that leaves out a format or a number of bands is a hole, not a choice."""
    pictures = [picture for case in CASES[operation]() for picture in flat(case.arguments) if isinstance(picture, Picture)]
    if not pictures:
        pytest.skip("takes no image")
    seen = {(picture.format, picture.bands) for picture in pictures}
    formats = ("uchar", "char", "float", "double") if operation in NARROW else REALS if operation in NOT_COMPLEX else FORMATS
    assert {(form, bands) for form in formats for bands in BANDS} <= seen
    assert len({(picture.width, picture.height) for picture in pictures}) >= 4


def flat(arguments):
    """Arguments, and what lies in lists of them."""
    for argument in arguments:
        yield from argument if isinstance(argument, list) else [argument]


def test_every_registered_operation_has_cases():
    assert uncovered(REGISTERED) == []
