"""Small files that ask for much: an answer, right or a refusal, within 2 s of processor time and 256 MB, under default limits.

Pixels are only averaged, never collected, since some of the pictures are large. `make soak` checks the time, on the
release wheel; `make test` runs a slower build, so it checks everything else.
"""

import json

import pytest

from .corpora_exceptions import VERDICT
from .libraries import candidate
from .summary import tell
from .test_corpora import CANDIDATE, DATA, Decoder

FOLDER = DATA / "bombs"
GROWTH = 256 * 1024
PROCESSOR = 2.0

pytestmark = [
    pytest.mark.skipif(candidate() is None, reason="windlass is not installed: run `make wheel` first"),
    pytest.mark.skipif(not (FOLDER / "ORACLE.json").is_file(), reason=f"THE CORPUS bombs IS ABSENT from {DATA}; set WINDLASS_DATA"),
]


@pytest.fixture(scope="module")
def answers():
    """What becomes of each file, and what the oracle says."""
    decoder = Decoder(CANDIDATE)
    oracle = json.loads((FOLDER / "ORACLE.json").read_text())["files"]
    files = {name: entry for name, entry in oracle.items() if (FOLDER / name).is_file()}
    assert files, f"{FOLDER} has an oracle but no files"
    yield {name: (decoder(FOLDER / name, average=True), entry) for name, entry in files.items()}
    decoder.close()


def is_known(result):
    return result["ok"] or "not a known file format" not in result["error"]


def test_an_answer_without_a_crash_or_hunger(answers):
    wrong = []
    for name, (result, _) in answers.items():
        if "broken" in result:
            wrong.append(f"{name}: {result['broken']}")
        elif result["growth"] > GROWTH:
            wrong.append(f"{name}: took {result['growth'] // 1024} MB")
    known = sum(is_known(result) for result, _ in answers.values() if "broken" not in result)
    tell(f"bombs: {len(answers)} files, {known} of formats that load, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)


def test_verdicts(answers):
    """Of the formats that load, the same are accepted, with the same header and averages."""
    wrong = []
    for name, (result, expected) in answers.items():
        if "broken" in result or not is_known(result) or f"bombs/{name}" in VERDICT:
            continue
        if result["ok"] != expected["ok"]:
            wrong.append(f"{name}: {'accepted' if result['ok'] else result['error']}; the oracle: {expected.get('error', 'accepted')}")
        elif result["ok"]:
            fields = ("width", "height", "bands", "format", "interpretation")
            wrong += [f"{name}: {field} {result[field]}, not {expected[field]}" for field in fields if result[field] != expected[field]]
            average = sum(expected["avg"]) / len(expected["avg"])
            if abs(result["avg"] - average) > 1e-3:
                wrong.append(f"{name}: average {result['avg']}, not {average}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.soak
def test_processor_time(answers):
    slow = [f"{name}: {result['processor']:.1f} s" for name, (result, _) in answers.items() if result.get("processor", 0) > PROCESSOR]
    assert not slow, "\n".join(slow)
