"""Compare windlass with pyvips, Pillow and OpenCV in one run: `python bench/run.py --rows half,thumb100`.

Machines drift, so a claim is a ratio within one run: the contenders take turns, at least
seven rounds, and medians are compared. Writes `bench/RESULTS.md`, `bench/results.svg` and
`bench/out/results.json`.
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import write
from rows import ROWS

HERE = Path(__file__).parent
CONTENDERS = ("pyvips", "windlass", "pillow", "opencv")
PACKAGES = {"pyvips": "pyvips", "windlass": "windlass", "pillow": "PIL", "opencv": "cv2"}
WORKLOADS = {"pyvips": "vips", "windlass": "vips", "pillow": "pillow", "opencv": "opencv"}


def main():
    options = arguments()
    here = [name for name in options.contenders.split(",") if is_installed(name)]
    print("contenders:", ", ".join(here), flush=True)
    subprocess.run([sys.executable, str(HERE / "inputs.py")], check=True)
    inputs = HERE / "out" / "inputs"
    registered = operations() if "windlass" in here else []
    results = []
    for row in chosen(options.rows):
        lacking = [name for name in row.operations if name not in registered] if "windlass" in here else []
        if lacking:
            print(f"{row.name}: skipped for windlass, which lacks {', '.join(lacking)}", flush=True)
        takers = [name for name in here if has(name, row) and not (name == "windlass" and lacking)]
        measured = measure(row, takers, inputs, options.rounds)
        results.append({"row": row.name, "lacking": lacking, "contenders": measured})
        tell(row, measured)
    (HERE / "out" / "results.json").write_text(json.dumps(results, indent=1))
    write(results, options.rounds, HERE)
    print(f"wrote {HERE / 'RESULTS.md'} and {HERE / 'results.svg'}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", help="names, separated by commas (all)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds (7)")
    parser.add_argument("--contenders", default=",".join(CONTENDERS), help="who takes part (all)")
    return parser.parse_args()


def chosen(names):
    if names is None:
        return ROWS
    wanted = names.split(",")
    unknown = set(wanted) - {row.name for row in ROWS}
    if unknown:
        sys.exit(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join(row.name for row in ROWS)}")
    return [row for row in ROWS if row.name in wanted]


def is_installed(name):
    if name == "windlass" and (os.environ.get("WINDLASS_PATH") or os.environ.get("WINDLASS_MODULE")):
        return True
    return importlib.util.find_spec(PACKAGES[name]) is not None


def operations():
    """What the installed windlass can do, asked in another process. WINDLASS_MODULE=pyvips tries the benchmark itself."""
    if os.environ.get("WINDLASS_MODULE"):
        return [name for row in ROWS for name in row.operations]
    code = "import os, sys; sys.path.insert(0, os.environ.get('WINDLASS_PATH', '')); import windlass; print(*windlass.operations())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def has(name, row):
    """Whether a contender has a way to do a row: looked up in its text, so that nothing is imported here."""
    function = f"{row.kind.lower()}_{row.name.replace('-', '_')}"
    text = (HERE / "workloads" / f"{WORKLOADS[name]}.py").read_text()
    return any(f"{function}{end}" in text for end in ("(", " =", ","))


def measure(row, takers, inputs, rounds):
    """Medians per contender; one that fails is told as such. A P row has one round more, to warm the file cache."""
    with tempfile.TemporaryDirectory() as out:
        if row.kind == "P":
            runners = {name: (lambda name=name: fresh(name, row, inputs, out)) for name in takers}
        else:
            runners = {name: Warm(name, row, inputs) for name in takers}
        samples = {name: [] for name in takers}
        failed = {}
        for turn in range(rounds + (row.kind == "P")):
            for name in takers:
                try:
                    sample = runners[name]() if name not in failed else None
                except (subprocess.SubprocessError, ValueError, OSError) as error:
                    failed[name] = str(error)
                    continue
                if sample and (turn > 0 or row.kind == "M"):
                    samples[name].append(sample)
        for runner in runners.values():
            if isinstance(runner, Warm):
                runner.close()
    medians = {name: median(values) for name, values in samples.items() if name not in failed}
    return medians | {name: {"failed": text} for name, text in failed.items()}


def median(samples):
    wall, cpu, peak = zip(*samples)
    return {"wall": statistics.median(wall), "cpu": statistics.median(cpu), "peak": max(peak) / 1024, "spread": spread(wall)}


def spread(walls):
    """Half the distance of the quartiles, as a share of the median."""
    if len(walls) < 4:
        return 0.0
    low, middle, high = statistics.quantiles(walls, n=4)
    return (high - low) / 2 / middle


def fresh(name, row, inputs, out):
    """A process from start to end: wall, CPU, peak resident kilobytes."""
    command = [sys.executable, str(HERE / "child.py"), name, row.name, str(inputs), out]
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        answer = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise subprocess.SubprocessError(last_line(errors.read().decode()))
    return wall, usage.ru_utime + usage.ru_stime, int(answer)


class Warm:
    """A process that runs one M row on demand."""

    def __init__(self, name, row, inputs):
        command = [sys.executable, str(HERE / "child.py"), "serve", name, row.name, str(inputs)]
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        self.ready = self.process.stdout.readline().strip() == "ready"

    def __call__(self):
        if not self.ready:
            self.process.wait(timeout=10)
            self.errors.seek(0)
            raise subprocess.SubprocessError(last_line(self.errors.read().decode()))
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        wall, cpu, peak = self.process.stdout.readline().split()
        return float(wall), float(cpu), int(peak)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.errors.close()


def last_line(text):
    return next((line for line in reversed(text.splitlines()) if line.strip()), "failed without a word")


def tell(row, measured):
    """One line per contender."""
    for name, result in measured.items():
        if "failed" in result:
            print(f"{row.name:10} {name:9} FAILED: {result['failed']}", flush=True)
        else:
            wall, cpu, peak = result["wall"] * 1000, result["cpu"] * 1000, result["peak"]
            print(f"{row.name:10} {name:9} {wall:9.1f} ms wall {cpu:9.1f} ms CPU {peak:7.0f} MB  ±{result['spread']:.0%}", flush=True)


if __name__ == "__main__":
    main()
