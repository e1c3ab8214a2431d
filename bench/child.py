"""One contender doing one row, in a process of its own.

`child.py CONTENDER ROW INPUTS OUT` does a P row, says its peak of resident kilobytes, and
exits. With `serve` before them it prepares an M row, then runs it once for every line on
standard input and answers with wall and CPU seconds and that peak.
"""

import importlib
import os
import sys

MODULES = {"pyvips": "vips", "windlass": "vips", "pillow": "pillow", "opencv": "opencv"}
LIBRARIES = {"pyvips": "pyvips", "windlass": os.environ.get("WINDLASS_MODULE", "windlass")}


def workload(contender, kind, row):
    """The function of a row."""
    if os.environ.get("WINDLASS_PATH"):
        sys.path.insert(0, os.environ["WINDLASS_PATH"])
    library = importlib.import_module(LIBRARIES[contender]) if contender in LIBRARIES else None
    functions = importlib.import_module(f"workloads.{MODULES[contender]}").bind(library)
    return functions[f"{kind}_{row.replace('-', '_')}"]


def peak():
    """Peak resident kilobytes. `ru_maxrss` would count what the parent held before the exec."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def serve(contender, row, inputs):
    import resource
    import time

    run = workload(contender, "m", row)(inputs)
    run()
    print("ready", flush=True)
    for _ in sys.stdin:
        before = resource.getrusage(resource.RUSAGE_SELF)
        started = time.perf_counter()
        run()
        wall = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(wall, cpu, peak(), flush=True)


if sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3], sys.argv[4])
else:
    workload(sys.argv[1], "p", sys.argv[2])(sys.argv[3], sys.argv[4])
    print(peak())
