"""Compare operations with pyvips: `python -m tests.python.differential --op add --verbose`.

Run it at the root of the repository. WINDLASS_PATH names the folder that holds the package;
without it the installed one is used. WINDLASS_MODULE=pyvips compares the reference with itself.
"""

import argparse
import faulthandler
import os
import sys
import time

from ..libraries import candidate, reference
from .differences import DIFFERENCES
from .run import run
from .tables import ALWAYS, CASES, FAMILIES, uncovered


def main():
    options = arguments()
    if options.list:
        print("\n".join(f"{name:18} {sum(1 for _ in cases())}" for name, cases in CASES.items()))
        return 0
    library = candidate()
    if library is None:
        sys.exit("windlass is not installed: build the wheel, or set WINDLASS_PATH or WINDLASS_MODULE")
    theirs = reference()
    registered = list(library.operations()) if hasattr(library, "operations") else list(CASES)
    names = options.op or [name for name in chosen(options.family) if name in registered or name in ALWAYS]
    started = time.monotonic()
    reports = [report(name, library, theirs, options) for name in names]
    print(f"{sum(r.cases for r in reports)} cases of {len(reports)} operations in {time.monotonic() - started:.1f} s")
    for name in [] if options.op or options.family else uncovered(registered):
        print(f"no cases: {name}")
    for item in DIFFERENCES:
        print(f"deliberate difference: {item.operation}: {item.reason}")
    return 1 if any(r.failures for r in reports) else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--op", action="append", choices=sorted(CASES), metavar="NAME", help="this operation (repeatable)")
    parser.add_argument("--family", choices=sorted(FAMILIES), help="one family only")
    parser.add_argument("--verbose", action="store_true", help="every difference, and every case before it runs if the process should die")
    parser.add_argument("--show", type=int, default=5, help="differences printed per operation (5)")
    parser.add_argument("--timeout", type=float, default=60, help="seconds that one case may take before all stacks are printed")
    parser.add_argument("--list", action="store_true", help="operations and numbers of cases")
    return parser.parse_args()


def chosen(family):
    return FAMILIES[family] if family else CASES


def report(name, library, theirs, options):
    """Run one operation and print what came of it."""
    with open(os.dup(2), "w", encoding="utf-8") as stderr:

        def watch(case):
            faulthandler.dump_traceback_later(options.timeout, exit=True, file=stderr)
            if os.environ.get("WINDLASS_TRACE"):
                print(case, file=stderr, flush=True)

        result = run(name, library, theirs, watch)
        faulthandler.cancel_dump_traceback_later()
    print(result.line(), flush=True)
    for case, text in result.failures[: None if options.verbose else options.show]:
        print(f"    {case}\n        {text}")
    return result


sys.exit(main())
