"""The table of `make bench`: one benchmark is written without touching the others."""

import json
import os
import signal
import subprocess
import sys

import pytest
import torch

from benchmarks import __main__ as benchmarks
from benchmarks import (
    _lessons,
    _load,
    bench_endurance,
    bench_matmul,
    bench_memory,
    bench_open,
    bench_visitors,
    false_times,
)
from tests.support import servers
from tests.support.visitors import SLIDER
from widgets_lib.app.forks.client import unavailable_reason


def test_a_section_is_replaced_and_the_others_stay(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmarks, "DOCUMENT", tmp_path / "BENCHMARKS.md")
    benchmarks.write("widgets", "a quiet day\n\n| w |")
    benchmarks.write("import", "a busy day\n\n| i |")
    benchmarks.write("widgets", "another day\n\n| w2 |")
    assert benchmarks.DOCUMENT.read_text() == (
        f"{benchmarks.HEADING}\n## import\n\na busy day\n\n| i |\n\n## widgets\n\nanother day\n\n| w2 |\n"
    )


def test_every_section_of_the_document_is_a_benchmark():
    headings = [line[3:] for line in benchmarks.DOCUMENT.read_text().splitlines() if line.startswith("## ")]
    assert headings == sorted(headings) and set(headings) <= set(benchmarks.SECTIONS)


def row(seconds, time="x"):
    return {
        "host": "app",
        "where": "all",
        "key": "numpy",
        "size": "5",
        "seconds": seconds,
        "spread": "±100 % or more",
        "time": time,
    }


@pytest.mark.parametrize(
    ("shown", "false"),
    [
        (row(1.0), False),
        (row(1.59), False),  # a shared core
        (row(1.61), True),
        (row(0.81), False),
        (row(0.79), True),
        (row(0.5, "≥ 500 ms"), False),
        (row(5.0, "≥ 5.00 s"), True),
        (row(5.0, "≤ 5.00 s"), False),
        (row(0.5, "≤ 500 ms"), True),
    ],
)
def test_a_false_time_is_far_from_the_least_that_was_ever_seen(shown, false):
    assert bool(false_times.falsehood(shown, 1.0)) is false


def test_a_rung_without_a_reference_is_not_judged_and_bounds_are_counted():
    rows = [row(1.0), row(9.0), row(9.0, "≤ 9.00 s"), row(9.0) | {"key": "another"}]
    times, bounds, false = false_times.judged(rows, {"app": {"5": {"numpy": 1.0}}})
    assert (times, bounds, len(false)) == (3, 1, 1)


def test_each_host_has_its_own_reference():
    reference = {"app": {"5": {"numpy": 2.0}}, "lab": {"5": {"numpy": 1.0}}}
    rows = [row(2.0), row(2.0) | {"host": "lab"}]
    assert [len(false_times.judged([shown], reference)[2]) for shown in rows] == [0, 1]


def test_the_rung_of_the_lessons_reader_has_a_reference():
    a, b = torch.rand(5, 7), torch.rand(7, 3)
    assert torch.allclose(false_times.own_rung()(a, b), a @ b)


def test_a_rung_that_is_said_to_be_wrong_is_false():
    wrong = row(None, "✗ wrong") | {"message": "it remembers"}
    assert false_times.judged([wrong], {"app": {"5": {"numpy": 1.0}}}) == (1, 0, ["all, numpy: ✗ wrong: it remembers"])


def test_of_two_references_the_lesser_counts():
    first, second = {"5": {"numpy": 1.0, "numba": 4.0}}, {"5": {"numpy": 2.0, "numba": 3.0}}
    assert false_times.least(first, second) == {"5": {"numpy": 1.0, "numba": 3.0}}


def test_a_series_that_was_kept_is_judged_again_into_its_section(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmarks, "DOCUMENT", tmp_path / "BENCHMARKS.md")
    benchmarks.write("widgets", "| w |")
    rows = [row(1.0) | {"size": "(5, 784, 10)"}, row(9.0, "≤ 9.00 s") | {"size": "(5, 784, 10)"}]
    reference = {"app": {"(5, 784, 10)": {"numpy": 0.5, "numba": 2.0}}}
    kept = {"references": reference, "runs": [rows, rows[:1]]}
    kept |= {"beside": [(2.5, 2.0), (6.0, 0.5)]}
    (tmp_path / "kept.json").write_text(json.dumps(kept), "utf-8")
    monkeypatch.setattr(sys, "argv", ["false_times", "--judge", str(tmp_path / "kept.json"), "--write"])
    false_times.main()
    benchmarks.write("widgets", "| other |")
    text = (tmp_path / "BENCHMARKS.md").read_text("utf-8")
    assert (
        "**2 of 3 times are false, in 2 runs (2 in app); 1 are bounds.** 4.5 to 6.5 tasks" in text
        and "| other |" in text
    )
    assert "| app | numpy | 5 | 3 | 2 | 1 | x to ≤ 9.00 s | 500 ms |" in text and "| numba |" not in text


def test_the_reference_of_two_threads_that_took_turns_is_what_the_longer_one_worked(monkeypatch, tmp_path):
    """One works for 11 ms and then the other for 10, because another program has a processor: together they take 11."""
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "schedstat").write_text("5000000000 0 0")
    (tmp_path / "2").mkdir()  # it ends
    clock = {"wall": 0.0, "own": 3.0}

    def call():
        clock["wall"], clock["own"] = clock["wall"] + 0.021, clock["own"] + 0.011
        (tmp_path / "1" / "schedstat").write_text("5010000000 0 0")

    monkeypatch.setattr(false_times, "TASKS", tmp_path)
    monkeypatch.setattr(false_times, "perf_counter", lambda: clock["wall"])
    monkeypatch.setattr(false_times, "thread_time", lambda: clock["own"])
    assert false_times._seconds(call, 1) == pytest.approx(0.011)
    assert false_times._seconds(call, 1) == pytest.approx(0.011), "the other one had nothing to do"


@pytest.mark.parametrize(("others", "ours"), [(0.2, 4), (1.4, 3), (3.6, 0), (11.0, 0)])
def test_a_load_is_filled_up_and_not_added_to(others, ours):
    assert _load.missing(4, others) == ours


def test_only_tasks_of_other_programs_count_as_load(tmp_path):
    """Process 10 started 11, and 11 started 12; 20 is another. Five tasks run, three of them of 10 and its family."""
    (tmp_path / "loadavg").write_text("9.00 9.00 9.00 5/300 999\n")
    for pid, parent, states in ((10, 1, "R"), (11, 10, "SR"), (12, 11, "R"), (20, 1, "RR")):
        for at, state in enumerate(states):
            task = tmp_path / str(pid) / "task" / str(pid + 100 * at)
            task.mkdir(parents=True)
            (task / "stat").write_text(f"{pid} (a name) {state} {parent} 0 0")
        (tmp_path / str(pid) / "stat").write_text(f"{pid} (a (odd) name) {states[0]} {parent} 0 0")
    assert _load.others_running(10, tmp_path) == 2


FILLED = """
import json
from benchmarks._load import TopUp
with TopUp(2) as load:
    print(json.dumps([process.pid for process in load._busy]), flush=True)
    input()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a load is filled up on Linux only")
def test_a_killed_benchmark_leaves_no_busy_process_behind_and_no_stopped_one():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", FILLED], cwd=servers.ROOT, **pipes) as benchmark:
        busy = json.loads(benchmark.stdout.readline())
        for process in busy:
            os.kill(process, signal.SIGSTOP)
        benchmark.kill()
    servers.wait_until(lambda: not any(map(servers.is_running, busy)), "they are left behind")


def test_a_library_that_was_disturbed_in_most_rounds_has_no_figure():
    times = {"numba": [2.0, None, 2.2], "torch @": [1.0, 1.1, 1.2], "numpy @": [None, None, 3.0], "read": [1e9] * 3}
    rows = {row["figure"].partition(",")[0]: row for row in bench_matmul._compare("a size", 2e9, 1.0, times)}
    assert rows["numba"]["ratio"] == "0.52× torch @", "of the two rounds in which both have a time"
    assert "2 of 3 rounds" in rows["numba"]["beside"]
    assert rows["numpy @"]["median"] == "—" and "in the way in 2 of 3 rounds" in rows["numpy @"]["beside"]


# --- the benchmarks of the app, on small lessons

forks = pytest.mark.skipif(bool(unavailable_reason()), reason="this system does not fork kernels")
SMALL = ["import widgets_lib as wl\nwl.StrideExplorer()", SLIDER]
LESSONS = {"01_data.ipynb": SMALL, "02_random.ipynb": SMALL}


@pytest.fixture(scope="module")
def both():
    """A server whose kernels are forks, both lessons run, and stock Voila."""
    options = (_lessons.PREHEATED, *_lessons.ROOM)
    with (
        _lessons.serve(_lessons.FORKS, LESSONS, *options) as own,
        _lessons.serve(_lessons.STOCK, LESSONS) as stock,
    ):
        _lessons.wait_until_filled(own, len(LESSONS))
        yield {_lessons.FORKS: own, _lessons.STOCK: stock}


def by_figure(rows):
    """{end of a row's figure: the row}."""
    return {row["figure"].partition(": ")[2] or row["figure"].partition(",")[0]: row for row in rows}


@forks
def test_a_small_crowd_is_served_moves_and_leaves(both):
    own, stock = both.values()
    size = bench_visitors.Size(LESSONS, move=1, moves=2, rounds=1)
    rush = bench_visitors.Rush(_lessons.FORKS, own, size)
    rows = by_figure(rush.rows(3, and_then=lambda rush: bench_visitors.moving(rush, stock)))
    assert rows["what they got"]["median"] == "3 × a lesson with a working slider, 0 × class is full, 0 × error"
    assert rows["memory of everything together"]["beside"].startswith("below 8 GiB")
    for how in ("once a second", "without a pause"):
        assert rows[f"a slider → its picture while 1 move {how}"]["spread"].startswith("p95 ")
    assert rows["after they left"]["median"].startswith("4 processes")  # the server, what forks, two lessons


@forks
def test_a_fork_costs_less_memory_than_a_kernel_of_stock_voila(both):
    costs = {
        _lessons.FORKS: bench_memory.cost(both[_lessons.FORKS], "01_data.ipynb", 1),
        _lessons.STOCK: bench_memory.cost_of_stock("01_data.ipynb", SMALL, 1),
    }
    assert costs[_lessons.FORKS].uss < costs[_lessons.STOCK].uss
    assert bench_memory.compared("a lesson", costs)["ratio"].endswith("× less than stock Voila")


@forks
def test_a_few_visits_leave_nothing_behind(both):
    rows = list(bench_endurance.run(both, bench_endurance.Size(LESSONS, opens=4, step=2, at_once=2)))
    found = by_figure(rows)
    assert found["what 4 opens came to"]["median"] == "0 hung, 0 refused, 0 errors"
    assert found["what 4 opens came to"]["beside"].endswith(", of 2")  # of stock Voila's some may hang
    assert found["left behind by 2 visits after the first 2"]["median"] == "nothing"
    assert [row["median"][-3:] for row in rows[:2]] == [" MB"] * 2


def test_an_open_that_hung_is_named():
    row = bench_open._compared("open a lesson", {"forks": [1.0, 2.0], "stock Voila": [bench_open.LIMIT_S, 3.0]})
    assert row["ratio"] == "23.2× stock Voila" and "stock Voila: 1 of 2 opens hung, counted as 45 s" in row["beside"]
