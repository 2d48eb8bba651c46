"""How many times that lesson 3 shows are false on a busy machine? `python -m benchmarks.false_times --runs 20 --load 4`

First the references are measured, once, while no load is added. Then `--load` busy processes are started, and each run is
a process of its own: it runs every code cell of the lesson in order, presses what the text says (the first ladder, each
compact one, the whole ladder, and the whole ladder for all 50,000 digits), and compares every time with its reference.
`--quick` leaves out two of the three rungs that take a third of a second for five digits. `--minutes` begins no run after so long; what was finished by then is counted. A run takes a minute or two on a machine
that is otherwise idle, most of it for three loops over tensors; `--budget` shortens the rest.

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
from time import monotonic
from typing import Any

LESSON = Path(__file__).parents[1] / "lessons/03_matmul.ipynb"
SMALL, LARGE = (5, 784, 10), (50_000, 784, 10)
TOLERANCE = 0.6
WAIT_S = 600
SLOW = ("python-kij", "launch-kernel")  # as slow as the first rung

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
        noisy = " (said to be less certain)" if row.get("noisy") else ""
        return f"{row['time']} {row['spread']}{noisy}, reference {reference['time']}"
    return ""


def measure(ladder: Any, size: tuple[int, int, int], quick: bool) -> dict[str, Row]:
    """The rows with a time, after every rung of the ladder was measured at this size."""
    ladder.m, ladder.k, ladder.n = size
    able = [entry["key"] for entry in ladder.rungs if not entry["unavailable"]]
    ladder.run([key for key in able if key not in SLOW] if quick and not ladder.compact else "ladder")
    assert ladder.wait(WAIT_S)
    return {key: row for key, row in ladder.results.items() if row.get("seconds")}


def references(quick: bool) -> dict[str, dict[str, Row]]:
    """Size -> the row of each rung, the faster of two for five digits; what is estimated, 10,000 times that."""
    import widgets_lib as wl
    from widgets_lib.widgets.ladder.learner_rungs import OPEN_LADDERS

    found = {}
    for size in (SMALL, LARGE):
        ladder = wl.MatmulLadder(budget_s=0.3)
        OPEN_LADDERS.discard(ladder)  # one ladder must not take over what another measures
        rounds = [measure(ladder, size, quick) for _ in range(2 if size == SMALL else 1)]
        found[str(size)] = {
            key: min((rows[key] for rows in rounds if key in rows), key=lambda row: row["seconds"]) for key in rounds[0]
        }
    for key, row in found[str(LARGE)].items():
        if row["state"] == "estimated":
            small = found[str(SMALL)][key]
            found[str(LARGE)][key] = small | {
                "seconds": 10_000 * small["seconds"],
                "time": f"10,000 × {small['time']}",
            }
    return found


def follow_lesson(budget_s: float | None, quick: bool) -> list[tuple[str, tuple[int, int, int], dict[str, Row]]]:
    """Run the lesson's cells and press what it says: (which ladder, size, rows) of every ladder.

    budget_s: what a measurement may take, about; None for what the lesson gives it.
    """
    from IPython.core.interactiveshell import InteractiveShell

    from widgets_lib.widgets.ladder import MatmulLadder
    from widgets_lib.widgets.ladder.learner_rungs import OPEN_LADDERS

    shell = InteractiveShell.instance()
    for cell in json.loads(LESSON.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            shell.run_cell("".join(cell["source"]), store_history=True).raise_error()
    ladders = [ladder for ladder in OPEN_LADDERS if isinstance(ladder, MatmulLadder)]
    ladders.sort(key=lambda ladder: (not ladder.compact, len(ladder.rungs)))
    for ladder in ladders:
        ladder._budget_s = budget_s or ladder._budget_s
    seen = []
    for ladder in ladders:
        seen.append((f"{len(ladder.rungs)} rungs", SMALL, measure(ladder, SMALL, quick)))
    seen.append(("all 50,000", LARGE, measure(ladders[-1], LARGE, quick)))
    return seen


def once(reference: dict[str, dict[str, Row]], budget_s: float | None, quick: bool) -> dict[str, Any]:
    """One run: how many times were shown, and which of them are false."""
    false = []
    times = 0
    for where, size, rows in follow_lesson(budget_s, quick):
        for key, row in rows.items():
            if known := reference[str(size)].get(key):
                times += 1
                if said := falsehood(row, known):
                    false.append(f"{where}, {key}: {said}")
    return {"times": times, "false": false}


def in_a_process(options: list[str], given: Any = None) -> Any:
    """What a step with these options found in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.false_times", *options]
    run = subprocess.run(command, input=json.dumps(given), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--load", type=int, default=4, help="busy processes beside the lesson")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no run after so long")
    parser.add_argument("--budget", type=float, help="seconds for a measurement, in place of the lesson's half second")
    parser.add_argument("--quick", action="store_true", help="without two slow rungs")
    parser.add_argument("--step", choices=("references", "once"), help="this alone, in this process, as JSON")
    options = parser.parse_args()
    if options.step:
        given, quick = json.loads(sys.stdin.read()), options.quick
        print(json.dumps(references(quick) if options.step == "references" else once(given, options.budget, quick)))
        return
    start, runs, times, false = monotonic(), 0, 0, 0
    passed_on = ["--quick"] * options.quick + (["--budget", str(options.budget)] if options.budget else [])
    reference = in_a_process(["--step", "references", *passed_on])
    print(f"references: {monotonic() - start:.0f} s", flush=True)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.load)]
    try:
        while runs < options.runs and monotonic() - start < 60 * options.minutes:
            found = in_a_process(["--step", "once", *passed_on], reference)
            runs, times, false = runs + 1, times + found["times"], false + len(found["false"])
            said = f"run {runs}: {len(found['false'])} of {found['times']} times are false"
            print(said, *found["false"], sep="\n  ", flush=True)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    print(f"{false} of {times} times are false, in {runs} runs with {options.load} busy processes")


if __name__ == "__main__":
    main()
