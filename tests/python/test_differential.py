"""Every registered operation against pyvips, one test per operation."""

import pytest

from .differential.differences import DIFFERENCES
from .differential.run import run
from .differential.tables import CASES, uncovered
from .libraries import candidate, reference

LIBRARY = candidate()
pytestmark = pytest.mark.skipif(LIBRARY is None, reason="windlass is not installed: run `make wheel` first")
REGISTERED = list(LIBRARY.operations()) if hasattr(LIBRARY, "operations") else list(CASES)
DONE = []


@pytest.mark.parametrize("operation", [name for name in CASES if name in REGISTERED])
def test_equal(operation):
    report = run(operation, LIBRARY, reference())
    DONE.append(report)
    shown = [f"{case}\n    {text}" for case, text in report.failures[:10]]
    assert not report.failures, f"{report.line()}\n" + "\n".join(shown)
    assert report.cases > 0


def test_every_registered_operation_has_cases():
    assert uncovered(REGISTERED) == []


def test_tell_what_was_compared(capsys):
    with capsys.disabled():
        print(f"\n{sum(report.cases for report in DONE)} cases of {len(DONE)} operations against pyvips")
        print(f"{len(DIFFERENCES)} deliberate differences" + (":" if DIFFERENCES else ""))
        for item in DIFFERENCES:
            print(f"  {item.operation}: {item.reason}")
