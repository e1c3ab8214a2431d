"""All tables together: operation -> cases."""

from . import (
    cases_arithmetic,
    cases_arithmetic_more,
    cases_colour,
    cases_conversion,
    cases_conversion_draw,
    cases_conversion_more,
    cases_convolution,
    cases_create,
    cases_histogram,
    cases_morphology,
    cases_resample,
)
from .formats import loads, save
from .pipelines import pipelines

FAMILIES = {
    "arithmetic": cases_arithmetic.CASES | cases_arithmetic_more.CASES,
    "colour": cases_colour.CASES,
    "conversion": cases_conversion.CASES | cases_conversion_more.CASES,
    "convolution": cases_convolution.CASES,
    "create": cases_create.CASES,
    "draw": cases_conversion_draw.CASES,
    "histogram": cases_histogram.CASES,
    "morphology": cases_morphology.CASES,
    "resample": cases_resample.CASES,
    "formats": {"save": save, "load": loads},
    "pipelines": {"pipelines": pipelines},
}
CASES = {name: cases for family in FAMILIES.values() for name, cases in family.items()}

# What these make of complex numbers is undefined in the reference, which does not refuse them.
NOT_COMPLEX = ("composite", "composite2")
# What the reference does to formats of 16 bits and more overflows (convolution.md §3).
NARROW = ("conva", "convasep")
# Families whose tables hold what each operation takes (one space, one format), not the whole grid.
CHOSEN = ("colour", "draw", "histogram", "morphology")
# These take one to three unsigned bands, or a table beside their input.
PLANES = ("hist_find_indexed", "hist_find_ndim")
# No operations, but tried like one.
ALWAYS = ("load", "pipelines", "save")
# Registered, but tried elsewhere (`formats/test_printed.py`, `programs`): these read and write files.
ELSEWHERE = ("jpegsave_mime", "matrixprint", "remove_gps", "thumbnail", "thumbnail_buffer", "thumbnail_source", "uhdr2scRGB", "webpsave_mime")


def uncovered(operations):
    """Registered operations that no table covers and that are no loaders or savers."""
    files = ("load", "load_buffer", "load_source", "save", "save_buffer", "save_target")
    return [name for name in operations if name not in CASES and name not in ELSEWHERE and not name.endswith(files)]
