"""The JPEG codec against pyvips in one run, on one thread and on two: `make bench-jpeg`.

Decoding goes to a sink that forgets what it gets, since pixels kept in fresh memory cost both sides the
same and hide what differs; encoding comes from memory. The contenders take turns. CPU counts on
one thread, wall time on two; the rows of whole programs take what the machine has.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageFile
from rows import ROWS, Row
from run import HERE, Warm, measure, tell

CONTENDERS = ("pyvips", "windlass")
# For each row: the ratio of CPU on one thread to be reached, and that of wall time on two.
GOALS = {
    "jpeg-decode75": (0.85, 0.6),
    "jpeg-decode92": (0.85, 0.6),
    "jpeg-eighth75": (0.65, 0.4),
    "jpeg-eighth92": (0.65, 0.4),
    "jpeg-progressive8": (0.2, None),
    "jpeg-encode75": (1.0, 0.6),
    "jpeg-encode92": (1.05, 0.6),
}
PROGRAMS = ("thumb100", "thumb25", "half", "bench-jpg", "blackj", "1000")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", help="names, separated by commas (all)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (7)")
    options = parser.parse_args()
    wanted = options.rows.split(",") if options.rows else [*GOALS, *PROGRAMS]
    unknown = set(wanted) - {*GOALS, *PROGRAMS}
    if unknown:
        sys.exit(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join([*GOALS, *PROGRAMS])}")
    subprocess.run([sys.executable, str(HERE / "inputs.py")], check=True)
    inputs = HERE / "out" / "inputs"
    make_inputs(inputs)
    for name, goals in GOALS.items():
        for threads, goal in enumerate(goals, 1):
            if name in wanted and goal is not None:
                codec(name, threads, goal, inputs, options.rounds)
    for row in ROWS:
        if row.name in wanted and row.name in PROGRAMS:
            measured = measure(row, CONTENDERS, inputs, options.rounds)
            tell(row, measured)
            if not any("failed" in result for result in measured.values()):
                verdict(row.name, "wall", measured["windlass"]["wall"] / measured["pyvips"]["wall"], row.goal)


def make_inputs(folder):
    """The 25 MP picture at the qualities of the rows, written by neither contender."""
    ImageFile.MAXBLOCK = 1 << 26
    for name, options in {"q75": {"quality": 75}, "q92": {"quality": 92}, "progressive": {"quality": 75, "progressive": True}}.items():
        path = Path(folder) / f"p25-{name}.jpg"
        if not path.exists():
            Image.open(Path(folder) / "p25.png").save(path, subsampling="4:2:0", **options)


def codec(name, threads, goal, inputs, rounds):
    """One row of the codec, in warm processes of so many threads."""
    os.environ["VIPS_CONCURRENCY"] = os.environ["WINDLASS_CONCURRENCY"] = str(threads)
    row = Row(name, "M", "", goal)
    runners = [Warm(contender, row, inputs) for contender in CONTENDERS]
    try:
        samples = [[runner() for runner in runners] for _ in range(rounds)]
    finally:
        for runner in runners:
            runner.close()
        del os.environ["VIPS_CONCURRENCY"], os.environ["WINDLASS_CONCURRENCY"]
    unit = "CPU" if threads == 1 else "wall"
    times = [[sample[side][threads == 1] for sample in samples] for side in (0, 1)]
    theirs, ours = map(statistics.median, times)
    print(f"{name:18} {threads} thread{'s' * (threads > 1)}: pyvips {theirs * 1000:7.1f} ms, windlass {ours * 1000:7.1f} ms {unit}")
    verdict(name, unit, ours / theirs, goal)


def verdict(name, unit, ratio, goal):
    print(f"{name:18} {unit} ratio {ratio:.2f}, goal {goal}{'' if ratio <= goal else ': MISSED'}", flush=True)


if __name__ == "__main__":
    main()
