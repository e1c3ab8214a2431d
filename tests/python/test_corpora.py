"""The corpora of JPEG, PNG, TIFF, WebP and GIF, valid and malformed: the same verdict, size, format and pixels as the oracle.

The files are no part of the repository: `WINDLASS_DATA` names their folder, by default
`shared/data` beside the repository. Each file is decoded in another process under a time
limit, so that a crash or a hang is a result like any other.
"""

import collections
import json
import os
import selectors
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from .corpora_exceptions import HUNGRY, MORE_FORMATS, PIXELS, STRICT, VERDICT
from .libraries import candidate
from .summary import tell

HERE = Path(__file__).parent
DATA = Path(os.environ.get("WINDLASS_DATA", HERE.parents[2] / "shared" / "data"))
SETS = (
    "jpeg", "png", "tiff", "webp", "gif",
    "malformed-jpeg", "malformed-png", "malformed-tiff", "malformed-webp", "malformed-gif",
)
CANDIDATE = os.environ.get("WINDLASS_MODULE", "windlass")
SECONDS = 30
GROWTH = 256 * 1024
# One level on average: what two right JPEG decoders may differ by.
LEVEL = 1.0

pytestmark = [
    pytest.mark.skipif(candidate() is None, reason="windlass is not installed: run `make wheel` first"),
    pytest.mark.skipif(not DATA.is_dir(), reason=f"THE CORPORA ARE ABSENT: no folder {DATA}; set WINDLASS_DATA"),
]


class Decoder:
    """A decoding process, started anew after a crash or a hang."""

    def __init__(self, library):
        self.library = library
        self.process = None

    def __call__(self, path, fail_on=None, raw=None, average=False):
        if self.process is None:
            command = [sys.executable, str(HERE / "decoder.py"), self.library]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        request = {"path": str(path), "fail_on": fail_on, "raw": str(raw) if raw else None, "average": average}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            line = self.process.stdout.readline() if selector.select(SECONDS) else None
        if line:
            return json.loads(line)
        hung = line is None
        self.close()
        return {"ok": False, "broken": f"hung for {SECONDS} s" if hung else "the process died"}

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


@pytest.fixture(scope="module")
def ours():
    decoder = Decoder(CANDIDATE)
    yield decoder
    decoder.close()


@pytest.fixture(scope="module")
def theirs():
    decoder = Decoder("pyvips")
    yield decoder
    decoder.close()


def oracle(name):
    """The files that are there, with what the reference makes of them."""
    folder = DATA / name
    if not (folder / "ORACLE.json").is_file():
        pytest.skip(f"THE CORPUS {name} IS ABSENT from {DATA}")
    files = json.loads((folder / "ORACLE.json").read_text())["files"]
    files = {file: entry for file, entry in files.items() if (folder / file).is_file() and "loader" in entry}
    assert files, f"{folder} has an oracle but no files"
    return folder, files


@pytest.mark.parametrize("name", SETS)
def test_verdicts_and_pixels(name, ours, theirs, tmp_path):
    folder, files = oracle(name)
    counts, wrong = collections.Counter(), []
    for file, expected in files.items():
        result = ours(folder / file, raw=tmp_path / "ours.raw")
        text = verdict(f"{name}/{file}", result, expected, counts)
        if text is None and result["ok"] and expected["ok"] and f"{name}/{file}" not in VERDICT:
            text = pixels(f"{name}/{file}", folder / file, result, expected, theirs, tmp_path, counts)
        if text:
            wrong.append(f"{name}/{file}: {text}")
    tell(f"{name}: {len(files)} files, {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong[:40])


def verdict(key, result, expected, counts):
    """Accepted or refused as the oracle, without crash, hang or hunger; the same header."""
    if "broken" in result:
        return result["broken"]
    if result["growth"] > GROWTH and key in HUNGRY:
        counts["hunger explained"] += 1
        return None
    if result["growth"] > GROWTH:
        return f"took {result['growth'] // 1024} MB"
    if key in VERDICT or (key.endswith(MORE_FORMATS) and not expected["ok"]):
        counts["verdicts explained"] += 1
        return None
    counts["accepted" if expected["ok"] else "refused"] += 1
    if result["ok"] != expected["ok"]:
        return f"{'accepted' if result['ok'] else 'refused'}, unlike the oracle: {result.get('error') or expected.get('error')}"
    if not result["ok"]:
        return None
    fields = ("width", "height", "bands", "format", "interpretation")
    gaps = [f"{field} {result[field]} instead of {expected[field]}" for field in fields if result[field] != expected[field]]
    return ", ".join(gaps) or None


def pixels(key, path, result, expected, theirs, folder, counts):
    """PNG equal; JPEG within one level on average, of the oracle's averages and of the reference's pixels."""
    if key in PIXELS:
        counts["pixels explained"] += 1
        return None
    if expected["pixels_sha256"] in (None, result["pixels_sha256"]):
        counts["equal pixels"] += 1
        return None
    if not expected["loader"].startswith("VipsForeignLoadJpeg"):
        return "other pixels"
    gap = max(abs(a - b) for a, b in zip(result["avg"], expected["avg"]))
    if gap > LEVEL:
        return f"band average differs by {gap:.2f}"
    other = theirs(path, raw=folder / "theirs.raw")
    if other["ok"]:
        gap = np.abs(raw(folder / "ours.raw") - raw(folder / "theirs.raw")).mean()
        if gap > LEVEL:
            return f"pixels differ by {gap:.2f} on average"
    counts["pixels within a level"] += 1
    return None


def raw(path):
    return np.fromfile(path, np.uint8).astype(np.int16)


@pytest.mark.parametrize("name", SETS)
def test_strict_verdicts(name, ours):
    """With `fail_on="warning"` the same files are refused."""
    folder, files = oracle(name)
    wrong, explained = [], 0
    for file, expected in files.items():
        if "strict" not in expected:
            continue
        if f"{name}/{file}" in STRICT:
            explained += 1
            continue
        result = ours(folder / file, fail_on="warning")
        if "broken" in result or result["ok"] != (expected["strict"] == "ok"):
            wrong.append(f"{name}/{file}: {result.get('broken') or result.get('error') or 'accepted'}; the oracle: {expected['strict']}")
    tell(f"{name}, strict: {explained} explained, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong[:40])
