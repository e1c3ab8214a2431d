"""Prints at the end what was compared, how much memory was taken, and every deliberate difference."""

from .corpora_exceptions import PIXELS, STRICT, VERDICT
from .differential.differences import DIFFERENCES
from .programs.differences import BETTER
from .summary import LINES


def pytest_terminal_summary(terminalreporter):
    if not LINES:
        return
    terminalreporter.section("what was compared")
    for line in LINES:
        terminalreporter.line(line)
    terminalreporter.line(f"deliberate differences, operations: {len(DIFFERENCES)}")
    for item in DIFFERENCES:
        terminalreporter.line(f"  {item.operation}: {item.reason}")
    terminalreporter.line(f"deliberate differences, programs that pyvips fails: {len(BETTER)}")
    for name, (reason, _) in BETTER.items():
        terminalreporter.line(f"  {name}: {reason}")
    for what, table in (("verdict", VERDICT), ("strict verdict", STRICT), ("pixels", PIXELS)):
        terminalreporter.line(f"deliberate differences, files of the corpora, {what}: {len(table)}")
        for name, reason in table.items():
            terminalreporter.line(f"  {name}: {reason}")
