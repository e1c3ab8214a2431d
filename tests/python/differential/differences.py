"""Where we differ from the reference on purpose. Each entry says why.

A case that an entry matches is run (it must not panic) but not compared.
"""

from dataclasses import dataclass

from .harness import INTEGERS


@dataclass(frozen=True)
class Difference:
    """One deliberate difference: which cases, and the reason."""

    operation: str
    matches: object
    reason: str


def is_not_a_number_to_uint(case):
    """A float picture with NaN in it, cast to uint."""
    (picture, target) = case.arguments
    return target == "uint" and picture.content == "special" and picture.format not in INTEGERS


DIFFERENCES = (
    Difference(
        "cast",
        is_not_a_number_to_uint,
        "NaN to uint is 2147483648 in the reference's vector loop and 0 in the rest of the line; ours is 0",
    ),
)


def explained(case):
    """The difference that covers a case, or None."""
    return next((item for item in DIFFERENCES if item.operation == case.operation and item.matches(case)), None)
