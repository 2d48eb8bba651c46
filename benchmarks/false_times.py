"""How many times that lesson 3 shows are false on a busy machine? `python -m benchmarks.false_times --runs 20 --load 4`

Busy processes fill the machine up to `--load` tasks beside the lesson, less what other programs take (`_load.TopUp`).
Each run is a process of its own: it runs every code cell of the lesson in order, presses what the text says (the first
ladder, each compact one, the whole ladder, and the whole ladder for all 50,000 digits), and keeps every row.
`--quick` leaves out two of the three rungs that take a third of a second for five digits. `--minutes` begins no run
after so long; what was finished by then is counted. `--keep FILE` writes down rows and references as JSON, `--judge
FILE` judges them again, with `--write` into docs/BENCHMARKS.md, and `--references FILE` takes the references from
there, to which new looks are added. A run takes minutes, beside twenty tasks about seven; `--budget` shortens it. No
browser takes part.

**The reference** of a rung is found without the ladder's clock: the least that a call, or a batch of calls, ever took
by the clock on the wall or by that of the thread that worked most, in a process with all threads and in one with a
single thread; before the first run, after every fifth and after the last, while no load is added. The least of all of
them counts, for whatever else runs only adds to them. (The processor time of all threads together is no reference: of
two that share the work it is twice what they take.) What takes longer than three seconds for 50,000 digits has 10,000
times its reference for five.

**A time is false** if it is more than 1 + `SLOWER` times its reference, or its reference more than 1 + `FASTER` times
it. What the row says of its spread or certainty is no excuse. A time with "≥" is false only if it is too high, one
with "≤" only if it is too low; both are counted, so that they can't hide much. A rung that is said to be wrong is
false as well. `SLOWER` is what two cores at one memory slow each other down by: the program does run that much slower
then. Nothing makes it faster than its least, so `FASTER` is only what chance and a reference without a quiet moment
explain.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic, perf_counter, thread_time
from typing import Any

from benchmarks.__main__ import caption, write
from benchmarks._load import TopUp
from benchmarks._table import human

TASKS = Path("/proc/self/task")
LESSON = Path(__file__).parents[1] / "lessons/03_matmul.ipynb"
SMALL, LARGE = (5, 784, 10), (50_000, 784, 10)
SLOWER, FASTER = 0.6, 0.25
WAIT_S = 600
SLOW = ("python-kij", "launch-kernel")  # as slow as the first rung
LOOK_S, BATCH_S, LONG_S = 0.5, 3e-4, 3.0
LOOK_EVERY = 5  # runs

Row = dict[str, Any]
References = dict[str, dict[str, float]]
"""Size -> rung -> seconds."""


# ---- what is true ----


def least_s(call: Callable[[], Any]) -> float:
    """Seconds of one call: the least by the clock on the wall or by that of the thread that worked most."""
    call()
    found: list[float] = []
    calls, looks, end = 1, 0, perf_counter() + LOOK_S
    while looks < 3 or perf_counter() < end:
        seconds = _seconds(call, calls)
        calls, looks = max(calls, min(10 * calls, int(BATCH_S / seconds))), looks + 1
        found.append(seconds)
    return min(found)


def _seconds(call: Callable[[], Any], calls: int) -> float:
    others, worked, start = _others_worked_s(), thread_time(), perf_counter()
    for _ in range(calls):
        call()
    found, worked = perf_counter() - start, thread_time() - worked
    most = max(s - others.get(thread, 0.0) for thread, s in (_others_worked_s() | {"own": worked}).items())
    return min(found, most) / calls


def _others_worked_s() -> dict[str, float]:
    """What each other thread of this process has worked (Linux; up to 10 ms late while it is at work)."""
    found = {}
    for thread in TASKS.iterdir():
        if int(thread.name) != threading.get_native_id():
            with suppress(OSError):  # it has ended
                found[thread.name] = int((thread / "schedstat").read_text().split()[0]) / 1e9
    return found


def references(quick: bool) -> References:
    """What every rung that can run here takes, for five digits and for 50,000."""
    from widgets_lib.compute import matmul

    found: References = {str(SMALL): {}, str(LARGE): {}}
    for size in (SMALL, LARGE):
        a, b = matmul.operands(*size)
        for key, backend in matmul.BACKENDS.items():
            if backend.unavailable() or (quick and key in SLOW):
                continue
            long_s = LARGE[0] / SMALL[0] * found[str(SMALL)].get(key, 0)
            if size == LARGE and long_s > LONG_S:
                found[str(size)][key] = long_s
            else:
                operands = backend.prepare(a, b)
                found[str(size)][key] = least_s(lambda f=backend.function, operands=operands: f(*operands))
    return found


def least(first: References, second: References) -> References:
    """The lesser of two references of every rung."""
    return {size: {key: min(s, second[size][key]) for key, s in rungs.items()} for size, rungs in first.items()}


# ---- what is shown ----


def falsehood(row: Row, reference_s: float) -> str:
    """What is false about a row, in words; empty if nothing is. All rungs of the course are right."""
    if not row["seconds"]:
        return f"{row['where']}, {row['key']}: {row['time']}: {row['message']}"
    ratio = row["seconds"] / reference_s
    too_high = ratio > 1 + SLOWER and not row["time"].startswith("≤")
    too_low = 1 / ratio > 1 + FASTER and not row["time"].startswith("≥")
    if not (too_high or too_low):
        return ""
    noisy = " (said to be less certain)" if row.get("noisy") else ""
    return f"{row['where']}, {row['key']}: {row['time']} {row['spread']}{noisy}, reference {human(reference_s)}"


def measure(ladder: Any, size: tuple[int, int, int], quick: bool) -> dict[str, Row]:
    """The rows, after every rung of the ladder was measured at this size."""
    ladder.m, ladder.k, ladder.n = size
    able = [entry["key"] for entry in ladder.rungs if not entry["unavailable"]]
    ladder.run([key for key in able if key not in SLOW] if quick and not ladder.compact else "ladder")
    assert ladder.wait(WAIT_S)
    return dict(ladder.results)


def follow_lesson(budget_s: float | None, quick: bool) -> list[Row]:
    """Run the lesson's cells and press what it says: the rows of every ladder, with where, size and key.

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
    pressed = [(f"{len(ladder.rungs)} rungs", ladder, SMALL) for ladder in ladders]
    pressed.append(("all 50,000", ladders[-1], LARGE))
    seen = []
    for where, ladder, size in pressed:
        for key, row in measure(ladder, size, quick).items():
            kept = {name: row.get(name) for name in ("seconds", "time", "spread", "noisy", "notes", "message")}
            seen.append({"where": where, "size": str(size), "key": key, **kept})
    return seen


# ---- one after the other ----


def judged(rows: list[Row], reference: References) -> tuple[int, int, list[str]]:
    """(rows that have a reference, bounds among them, what is false)."""
    known = [(row, reference[row["size"]][row["key"]]) for row in rows if row["key"] in reference[row["size"]]]
    bounds = sum(row["time"][0] in "≤≥" for row, _ in known)
    return len(known), bounds, [said for row, seconds in known if (said := falsehood(row, seconds))]


def table(runs: list[list[Row]], reference: References, beside: list[tuple[float, float]]) -> list[str]:
    """Lines of Markdown: for each rung and size how many times were shown, and how many of them are false or bounds.

    beside: tasks of others and of ours, for each run.
    """
    rows = [row for run in runs for row in run]
    times, bounds, false = judged(rows, reference)
    tasks = sorted(others + ours for others, ours in beside)
    head = ["| rung | rows of a | times | false | bounds | shown | reference |", "|---|---|---|---|---|---|---|"]
    said = f"**{len(false)} of {times} times are false, in {len(runs)} runs; {bounds} are bounds.**"
    found = [f"{said} {tasks[0]:.1f} to {tasks[-1]:.1f} tasks wanted a processor beside a run.", "", *head]
    for size, rungs in reference.items():
        for key, least_seen_s in rungs.items():
            own = [row for row in rows if (row["size"], row["key"]) == (size, key)]
            times, bounds, false = judged(own, reference)
            shown = sorted((row["seconds"], row["time"]) for row in own if row["seconds"])
            ends = " to ".join(dict.fromkeys([shown[0][1], shown[-1][1]])) if shown else ""
            cells = (key, size[1:].split(",")[0], times, len(false), bounds, ends, human(least_seen_s))
            found.append("| " + " | ".join(map(str, cells)) + " |")
    return found


def in_a_process(*options: str, threads: int | None = None) -> Any:
    """What a step with these options found in a process of its own, with so many threads; None for all."""
    command = [sys.executable, "-m", "benchmarks.false_times", *options]
    names = ("OMP", "MKL", "OPENBLAS", "NUMBA") if threads else ()
    environment = os.environ | {f"{name}_NUM_THREADS": str(threads) for name in names}
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    return json.loads(run.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--load", type=int, default=4, help="busy tasks beside the lesson, those of others included")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no run after so long")
    parser.add_argument("--budget", type=float, help="seconds for a measurement, in place of the lesson's half second")
    parser.add_argument("--quick", action="store_true", help="without two slow rungs")
    parser.add_argument("--keep", type=Path, help="write down rows and references as JSON")
    parser.add_argument("--references", type=Path, help="a file that --keep has written")
    parser.add_argument("--judge", type=Path, help="run nothing, and judge what --keep has written into this file")
    parser.add_argument("--write", action="store_true", help="what was judged into docs/BENCHMARKS.md")
    parser.add_argument("--step", choices=("references", "once"), help="this alone, in this process, as JSON")
    options = parser.parse_args()
    if options.step:
        step = {
            "references": lambda: references(options.quick),
            "once": lambda: follow_lesson(options.budget, options.quick),
        }
        print(json.dumps(step[options.step]()))
        return
    if options.judge:
        kept = json.loads(options.judge.read_text("utf-8"))
        lines = table(kept["runs"], kept["references"], kept["beside"])
        print(*lines, sep="\n")
        if options.write:
            write("false_times", "\n".join([caption(None, False), "", *lines]))
        return
    series(options)


def series(options: argparse.Namespace) -> None:
    """The runs, with a look at the references between them, and what is false in the end."""
    passed_on = ["--quick"] * options.quick + (["--budget", str(options.budget)] if options.budget else [])

    def look() -> References:
        step = ("--step", "references", *passed_on)
        return least(in_a_process(*step), in_a_process(*step, threads=1))

    start, runs, seen = monotonic(), list[list[Row]](), list[tuple[float, float]]()
    reference = json.loads(options.references.read_text("utf-8"))["references"] if options.references else look()
    print(f"references: {monotonic() - start:.0f} s", flush=True)
    while len(runs) < options.runs and monotonic() - start < 60 * options.minutes:
        with TopUp(options.load) as load:
            runs.append(in_a_process("--step", "once", *passed_on))
            seen.append(load.seen())
        if len(runs) % LOOK_EVERY == 0 or len(runs) == options.runs:
            reference = least(reference, look())
        times, bounds, false = judged(runs[-1], reference)
        beside = "beside {:.1f} tasks of others and {:.1f} of ours".format(*seen[-1])
        said = f"run {len(runs)}, {beside}: {len(false)} of {times} times are false so far, {bounds} are bounds"
        print(said, *false, sep="\n  ", flush=True)
        if options.keep:
            kept = {"references": reference, "runs": runs, "beside": seen}
            options.keep.write_text(json.dumps(kept), encoding="utf-8")
    times, bounds, false = judged([row for run in runs for row in run], reference)
    print(f"{len(false)} of {times} times are false, in {len(runs)} runs; {bounds} are bounds", *false, sep="\n  ")


if __name__ == "__main__":
    main()
