"""How many times that lesson 3 shows are false on a busy machine? `python -m benchmarks.false_times --runs 20 --load 4`

Busy processes fill the machine up to `--load` tasks beside the lesson, less what other programs take (`_load.TopUp`).
Each run has a browser and a server of its own, the app's and JupyterLab's in turn (`_followed`): the lesson's cells run,
every ladder is pressed, the last one once more for all 50,000 digits, and every row is read off the page; all that
counts as the lesson, not as load. `--host` names one of the two. `--minutes` begins no run after so long; what was
finished by then is counted. `--keep FILE` writes down rows and references as JSON, `--judge FILE` judges them again,
with `--write` into docs/BENCHMARKS.md, and `--references FILE` takes the references from there, to which new looks are
added. A run takes about three minutes.

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
explain. Each host has its own references: the app measures with one thread. The rung of the lesson's reader has one too.
"""

import argparse
import ast
import importlib
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
from benchmarks._followed import HOSTS, LARGE, LESSON, SMALL, follow
from benchmarks._load import TopUp
from benchmarks._table import human

TASKS = Path("/proc/self/task")
OWN = '@wl.rung("my matmul")'  # the line above the function of the lesson's reader
SLOWER, FASTER = 0.6, 0.25
LOOK_S, BATCH_S, LONG_S = 0.5, 3e-4, 3.0
LOOK_EVERY = 5  # runs

Row = dict[str, Any]
Times = dict[str, dict[str, float]]
"""Size -> rung -> seconds."""
References = dict[str, Times]
"""Host -> size -> rung -> seconds."""


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


def references() -> Times:
    """What every rung that can run here takes, for five digits and for 50,000, with the threads of this process."""
    from widgets_lib.compute import matmul

    able = {key: backend for key, backend in matmul.BACKENDS.items() if not backend.unavailable()}
    calls = {key: (backend.function, backend.prepare) for key, backend in able.items()}
    calls["my matmul"] = (own_rung(), lambda a, b: (a, b))
    found: Times = {str(SMALL): {}, str(LARGE): {}}
    for size in (SMALL, LARGE):
        a, b = matmul.operands(*size)
        for key, (function, prepare) in calls.items():
            long_s = LARGE[0] / SMALL[0] * found[str(SMALL)].get(key, 0)
            if (
                size == LARGE and key in able and long_s > LONG_S
            ):  # the reader's rung does all rows in each of its steps
                found[str(size)][key] = long_s
            else:
                operands = prepare(a, b)
                found[str(size)][key] = least_s(lambda f=function, operands=operands: f(*operands))
    return found


def own_rung() -> Callable[..., Any]:
    """The function of the lesson's reader, as the lesson has it."""
    cells = json.loads(LESSON.read_text("utf-8"))["cells"]
    cell = next(text for text in map("".join, (each["source"] for each in cells)) if text.startswith(OWN))
    tree = ast.parse(cell.removeprefix(OWN))
    names: dict[str, Any] = {"torch": importlib.import_module("torch")}
    exec(compile(ast.Module(tree.body[:1], []), str(LESSON), "exec"), names)
    return names["my_matmul"]


def least(first: Times, second: Times) -> Times:
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
    return f"{row['where']}, {row['key']}: {row['time']} {row['spread']}, reference {human(reference_s)}"


# ---- one after the other ----


def judged(rows: list[Row], reference: References) -> tuple[int, int, list[str]]:
    """(rows that have a reference, bounds among them, what is false)."""
    all_known = [(row, reference[row["host"]][row["size"]].get(row["key"])) for row in rows]
    known = [(row, seconds) for row, seconds in all_known if seconds]
    bounds = sum(row["time"][0] in "≤≥" for row, _ in known)
    return len(known), bounds, [said for row, seconds in known if (said := falsehood(row, seconds))]


def table(runs: list[list[Row]], reference: References, beside: list[tuple[float, float]]) -> list[str]:
    """Lines of Markdown: for each rung and size how many times were shown, and how many of them are false or bounds.

    beside: tasks of others and of ours, for each run.
    """
    rows = [row for run in runs for row in run]
    times, bounds, false = judged(rows, reference)
    tasks = sorted(others + ours for others, ours in beside)
    hosts = [run[0]["host"] for run in runs]
    where = " and ".join(f"{hosts.count(host)} in {host}" for host in dict.fromkeys(hosts))
    head = [
        "| in | rung | rows of a | times | false | bounds | shown | reference |",
        "|---|---|---|---|---|---|---|---|",
    ]
    said = f"**{len(false)} of {times} times are false, in {len(runs)} runs ({where}); {bounds} are bounds.**"
    found = [f"{said} {tasks[0]:.1f} to {tasks[-1]:.1f} tasks wanted a processor beside a run.", "", *head]
    known = (
        (host, size, key, s)
        for host in reference
        for size in reference[host]
        for key, s in reference[host][size].items()
    )
    for host, size, key, least_seen_s in known:
        own = [row for row in rows if (row["host"], row["size"], row["key"]) == (host, size, key)]
        if own:
            times, bounds, false = judged(own, reference)
            shown = sorted((row["seconds"], row["time"]) for row in own if row["seconds"])
            ends = " to ".join(dict.fromkeys([shown[0][1], shown[-1][1]])) if shown else ""
            cells = (host, key, size[1:].split(",")[0], times, len(false), bounds, ends, human(least_seen_s))
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
    parser.add_argument("--host", choices=HOSTS, help="only there, not in both in turn")
    parser.add_argument("--keep", type=Path, help="write down rows and references as JSON")
    parser.add_argument("--references", type=Path, help="a file that --keep has written")
    parser.add_argument("--judge", type=Path, help="run nothing, and judge what --keep has written into this file")
    parser.add_argument("--write", action="store_true", help="what was judged into docs/BENCHMARKS.md")
    parser.add_argument("--step", choices=("references", *HOSTS), help="this alone, in this process, as JSON")
    options = parser.parse_args()
    if options.step:
        print(json.dumps(references() if options.step == "references" else follow(options.step)))
    elif options.judge:
        kept = json.loads(options.judge.read_text("utf-8"))
        lines = table(kept["runs"], kept["references"], kept["beside"])
        print(*lines, sep="\n")
        if options.write:
            write("false_times", "\n".join([caption(None, False), "", *lines]))
    else:
        series(options)


def look(before: References | None = None) -> References:
    """What every rung takes in each host, or took before if that was less."""
    step = ("--step", "references")
    all_threads, single = in_a_process(*step), in_a_process(*step, threads=1)
    seen = {"app": single, "lab": least(all_threads, single)}
    return {host: least(seen[host], before[host]) if before else seen[host] for host in HOSTS}


def series(options: argparse.Namespace) -> None:
    """The runs, with a look at the references between them, and what is false in the end."""
    hosts = [options.host] if options.host else list(HOSTS)
    start, runs, seen = monotonic(), list[list[Row]](), list[tuple[float, float]]()
    reference = json.loads(options.references.read_text("utf-8"))["references"] if options.references else look()
    print(f"references: {monotonic() - start:.0f} s", flush=True)
    while len(runs) < options.runs and monotonic() - start < 60 * options.minutes:
        host = hosts[len(runs) % len(hosts)]
        with TopUp(options.load) as load:
            runs.append(in_a_process("--step", host))
            seen.append(load.seen())
        if len(runs) % LOOK_EVERY == 0 or len(runs) == options.runs:
            reference = look(reference)
        times, bounds, false = judged(runs[-1], reference)
        beside = "beside {:.1f} tasks of others and {:.1f} of ours".format(*seen[-1])
        said = (
            f"run {len(runs)}, in {host}, {beside}: {len(false)} of {times} times are false so far, {bounds} are bounds"
        )
        print(said, *false, sep="\n  ", flush=True)
        if options.keep:
            kept = {"references": reference, "runs": runs, "beside": seen}
            options.keep.write_text(json.dumps(kept), encoding="utf-8")
    times, bounds, false = judged([row for run in runs for row in run], reference)
    print(f"{len(false)} of {times} times are false, in {len(runs)} runs; {bounds} are bounds", *false, sep="\n  ")


if __name__ == "__main__":
    main()
