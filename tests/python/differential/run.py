"""Run the cases of an operation in both libraries and gather what differs."""

import contextlib
import os
import sys
from dataclasses import dataclass, field

from .differences import explained
from .harness import Raised, difference
from .tables import CASES


@dataclass
class Report:
    """What came of one operation."""

    operation: str
    cases: int = 0
    raised: int = 0
    left_out: int = 0
    explained: dict = field(default_factory=dict)
    failures: list = field(default_factory=list)

    def line(self):
        """One line for a table."""
        text = f"{self.operation:18} {self.cases:6} cases  {self.raised:5} raise  {sum(self.explained.values()):4} explained"
        text += f"  {self.left_out} left out: operations missing" if self.left_out else ""
        return f"{text}  {len(self.failures)} DIFFER" if self.failures else f"{text}  equal"


def run(operation, candidate, reference, watch=None):
    """Compare every case; `watch(case)` is told each before it runs."""
    report = Report(operation)
    with silent():
        for case in CASES[operation]():
            if watch:
                watch(case)
            if lacks(case, candidate):
                report.left_out += 1
                continue
            compare(case, candidate, reference, report)
    return report


def lacks(case, candidate):
    """Whether a pipeline has steps that the candidate does not know yet."""
    return any(not candidate.type_find("VipsOperation", name) for name in getattr(case, "needs", ()))


def compare(case, candidate, reference, report):
    ours, theirs = case.call(candidate), case.call(reference)
    report.cases += 1
    report.raised += isinstance(theirs, Raised)
    reason = explained(case)
    if reason and not is_panic(ours):
        report.explained[reason.reason] = report.explained.get(reason.reason, 0) + 1
        return
    text = "panicked: " + str(ours) if is_panic(ours) else difference(ours, theirs, case.tolerance)
    if text:
        report.failures.append((case, text))


def is_panic(result):
    return isinstance(result, Raised) and result.kind == "PanicException"


@contextlib.contextmanager
def silent():
    """The reference tells stderr of every argument out of range: keep that away."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
