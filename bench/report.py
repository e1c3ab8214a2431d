"""Write the results as a page and a picture."""

import math
import os
import platform

from rows import ROWS

ORDER = ("pyvips", "windlass", "pillow", "opencv")
COLOURS = {"windlass": "#c0392b", "pillow": "#7f8c8d", "opencv": "#2980b9"}
LEFT, SCALE, LINE = 100, 150, 22


def write(results, rounds, folder):
    """RESULTS.md and results.svg."""
    (folder / "RESULTS.md").write_text(page(results, rounds), encoding="utf-8")
    (folder / "results.svg").write_text(plot(results), encoding="utf-8")


def page(results, rounds):
    text = [
        "# Benchmark",
        "",
        f"Written by `make bench`: {rounds} interleaved rounds, medians. {machine()}.",
        "A cell says wall ms / CPU ms / peak RSS in MB of the whole process. Ratios are wall (CPU) time divided by that of pyvips in",
        "the same run: below 1 is faster. `P`: a fresh process; `M`: pixels in memory to pixels in memory in a warm process.",
        "",
        "![ratios](results.svg)",
        "",
        f"| id | workload | {' | '.join(ORDER)} | windlass ÷ pyvips | goal | |",
        "|---|---|" + "---|" * (len(ORDER) + 3),
    ]
    text += [line(result) for result in results]
    return "\n".join([*text, "", *notes(results)]) + "\n"


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((row.split(":", 1)[1].strip() for row in file if row.startswith("model name")), model)
    return f"{len(os.sched_getaffinity(0))} cores of {model}, Python {platform.python_version()}"


def line(result):
    row = row_of(result)
    measured = result["contenders"]
    cells = [cell(measured.get(name)) for name in ORDER]
    value = ratio(result)
    if value is None:
        return f"| {row.kind} {row.name} | {row.text} | {' | '.join(cells)} | – | {row.goal} | |"
    limit = row.goal if row.first is None else row.first
    goal = f"{row.goal}" if row.first is None else f"{row.goal} (first {row.first})"
    verdict = "reached" if value <= row.goal else "first reached" if value <= limit else "**missed**"
    return f"| {row.kind} {row.name} | {row.text} | {' | '.join(cells)} | {value:.2f} ({ratio(result, what='cpu'):.2f}) | {goal} | {verdict} |"


def cell(measured):
    if not measured:
        return "–"
    if "failed" in measured:
        return "failed"
    return f"{measured['wall'] * 1000:.0f} / {measured['cpu'] * 1000:.0f} / {measured['peak']:.0f}"


def row_of(result):
    return next(row for row in ROWS if row.name == result["row"])


def ratio(result, name="windlass", what="wall"):
    """Wall or CPU time of a contender divided by that of pyvips, or None."""
    ours, theirs = result["contenders"].get(name), result["contenders"].get("pyvips")
    if not ours or not theirs or "failed" in ours or "failed" in theirs:
        return None
    return ours[what] / theirs[what]


def notes(results):
    """What was skipped or failed, and what custom connections cost us."""
    text = []
    for result in results:
        if result["lacking"]:
            text.append(f"* {result['row']}: windlass skipped, it lacks {', '.join(result['lacking'])}.")
        for name, measured in result["contenders"].items():
            if "failed" in measured:
                text.append(f"* {result['row']}: {name} failed: {measured['failed']}")
    walls = {result["row"]: result["contenders"].get("windlass", {}).get("wall") for result in results}
    if walls.get("half") and walls.get("custom"):
        text.append(f"* custom ÷ half, windlass alone: {walls['custom'] / walls['half']:.2f} (goal 1.05).")
    return text


def plot(results):
    """Ratios to pyvips on a logarithmic scale; the tick is the goal."""
    height = LINE * len(results) + 70
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{height}" font-family="sans-serif" font-size="12">']
    parts.append(f'<rect width="720" height="{height}" fill="white"/>')
    for value in (0.01, 0.03, 0.1, 0.3, 1, 3, 10):
        x = place(value)
        parts.append(f'<line x1="{x}" y1="40" x2="{x}" y2="{height - 20}" stroke="{"black" if value == 1 else "#dddddd"}"/>')
        parts.append(f'<text x="{x}" y="34" text-anchor="middle">{value}</text>')
    parts.append('<text x="10" y="16">wall time ÷ pyvips (1 = equal, left is faster); grey tick: goal</text>')
    for index, (name, colour) in enumerate(COLOURS.items()):
        parts.append(f'<circle cx="{470 + 80 * index}" cy="12" r="5" fill="{colour}"/><text x="{480 + 80 * index}" y="16">{name}</text>')
    for index, result in enumerate(results):
        y = 55 + LINE * index
        row = row_of(result)
        goal = place(row.goal)
        parts.append(f'<text x="10" y="{y + 4}">{row.kind} {row.name}</text>')
        parts.append(f'<line x1="{goal}" y1="{y - 8}" x2="{goal}" y2="{y + 8}" stroke="#888888" stroke-width="3"/>')
        for name, colour in COLOURS.items():
            value = ratio(result, name)
            if value is not None:
                parts.append(f'<circle cx="{place(value)}" cy="{y}" r="5" fill="{colour}" fill-opacity="0.8"/>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def place(value):
    """Where a ratio stands; 0.01 at the left end, 10 near the right."""
    return round(LEFT + SCALE * (math.log10(min(max(value, 0.01), 20)) + 2), 1)
