"""Where the two libraries come from.

`WINDLASS_PATH` names a folder that holds the package `windlass` (default: the installed one).
`WINDLASS_MODULE=pyvips` compares the reference with itself, which tests the tests.
With `WINDLASS_REQUIRED` set, as `make test` does, a missing windlass is an error, not a skip.
"""

import importlib
import os
import sys


def candidate():
    """The module under test, or None where it is not installed."""
    path = os.environ.get("WINDLASS_PATH")
    if path and path not in sys.path:
        sys.path.insert(0, path)
    name = os.environ.get("WINDLASS_MODULE", "windlass")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name or os.environ.get("WINDLASS_REQUIRED"):
            raise
        return None


def reference():
    """pyvips itself, set up so that what it answers is repeatable.

    One thread, since the positions of tied extrema depend on the number of threads; no
    operation cache, since it retags images that other cases share.
    """
    import pyvips

    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)
    return pyvips
