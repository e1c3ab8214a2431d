"""Where we differ from the reference on purpose. Each entry says why.

A case that an entry matches is run (it must not panic) but not compared.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One deliberate difference: which cases, and the reason."""

    operation: str
    matches: object
    reason: str


DIFFERENCES = ()


def explained(case):
    """The difference that covers a case, or None."""
    return next((item for item in DIFFERENCES if item.operation == case.operation and item.matches(case)), None)
