"""How many times that lesson 3 shows are false on a busy machine? `python -m benchmarks.false_times --runs 20 --load 4`

Each run is a process of its own. It measures a reference while it adds no load, then starts `--load` busy processes,
runs every code cell of the lesson in order, presses what the text says (the first ladder, each compact one, the whole
ladder, and the whole ladder for all 50,000 digits), and compares every time with its reference.

A time is false if its ratio to the reference, in either direction, is more than 1 + its stated spread + the stated
spread of the reference + `TOLERANCE`. A lower bound ("≥") is false only if it is too high. The tolerance is what two
threads of one core slow each other down by: the program does run that much slower then. What takes too long for a
reference is compared with 10,000 times its reference for five digits. No browser takes part.
"""

import argparse
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

LESSON = Path(__file__).parents[1] / "lessons/03_matmul.ipynb"
SMALL, LARGE = (5, 784, 10), (50_000, 784, 10)
TOLERANCE = 0.6
WAIT_S = 600

Row = dict[str, Any]


def spread(row: Row) -> float:
    """The spread that a row states, as a share."""
    found = re.match(r"±(\d+) %( or more)?", row["spread"])
    return (math.inf if found[2] else int(found[1]) / 100) if found else 0.0


def falsehood(row: Row, reference: Row) -> str:
    """What is false about a time, in words; empty if nothing is."""
    ratio = row["seconds"] / reference["seconds"]
    allowed = 1 + spread(row) + spread(reference) + TOLERANCE
    if ratio > allowed or (1 / ratio > allowed and not row["time"].startswith("≥")):
        return f"{row['time']} {row['spread']}, reference {reference['time']}"
    return ""


def measure(ladder: Any, size: tuple[int, int, int]) -> dict[str, Row]:
    """The rows with a time, after every rung of the ladder was measured at this size."""
    ladder.m, ladder.k, ladder.n = size
    ladder.run()
    assert ladder.wait(WAIT_S)
    return {key: row for key, row in ladder.results.items() if row.get("seconds")}


def references() -> dict[tuple[int, int, int], dict[str, Row]]:
    """The row of each rung at both sizes, the faster of two for five digits; what is estimated, 10,000 times that."""
    import widgets_lib as wl
    from widgets_lib.widgets.ladder.learner_rungs import OPEN_LADDERS

    found = {}
    for size in (SMALL, LARGE):
        ladder = wl.MatmulLadder(budget_s=0.3)
        OPEN_LADDERS.discard(ladder)  # the lesson's ladders must not take over what this one measures
        rounds = [measure(ladder, size) for _ in range(2 if size == SMALL else 1)]
        found[size] = {key: min((rows[key] for rows in rounds), key=lambda row: row["seconds"]) for key in rounds[0]}
    for key, row in found[LARGE].items():
        if row["state"] == "estimated":
            small = found[SMALL][key]
            found[LARGE][key] = small | {"seconds": 10_000 * small["seconds"], "time": f"10,000 × {small['time']}"}
    return found


def follow_lesson() -> list[tuple[str, tuple[int, int, int], dict[str, Row]]]:
    """Run the lesson's cells and press what it says: (which ladder, size, rows) of every ladder."""
    from IPython.core.interactiveshell import InteractiveShell

    from widgets_lib.widgets.ladder import MatmulLadder
    from widgets_lib.widgets.ladder.learner_rungs import OPEN_LADDERS

    shell = InteractiveShell.instance()
    for cell in json.loads(LESSON.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            shell.run_cell("".join(cell["source"]), store_history=True).raise_error()
    ladders = [ladder for ladder in OPEN_LADDERS if isinstance(ladder, MatmulLadder)]
    ladders.sort(key=lambda ladder: (not ladder.compact, len(ladder.rungs)))
    seen = []
    for ladder in ladders:
        seen.append((f"{len(ladder.rungs)} rungs", SMALL, measure(ladder, SMALL)))
    seen.append(("all 50,000", LARGE, measure(ladders[-1], LARGE)))
    return seen


def once(load: int) -> dict[str, Any]:
    """One run: how many times were shown, and which of them are false."""
    reference = references()
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(load)]
    try:
        shown = follow_lesson()
    finally:
        for process in busy:
            process.kill()
            process.wait()
    false = []
    times = 0
    for where, size, rows in shown:
        for key, row in rows.items():
            known = reference[size].get(key)
            if known:
                times += 1
                if said := falsehood(row, known):
                    false.append(f"{where}, {key}: {said}")
    return {"times": times, "false": false}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--load", type=int, default=4, help="busy processes beside the lesson")
    parser.add_argument("--once", action="store_true", help="one run in this process, as JSON")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.load)))
        return
    times = false = 0
    for run in range(options.runs):
        command = [sys.executable, "-m", "benchmarks.false_times", "--once", "--load", str(options.load)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = json.loads(output.splitlines()[-1])
        times, false = times + found["times"], false + len(found["false"])
        print(f"run {run + 1}: {len(found['false'])} of {found['times']} times are false", *found["false"], sep="\n  ")
    print(f"{false} of {times} times are false, in {options.runs} runs with {options.load} busy processes")


if __name__ == "__main__":
    main()
