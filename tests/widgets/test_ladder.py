"""MatmulLadder: sizes are checked before they run, answers before they are timed; what goes wrong gets a message."""

import re
import time

import pytest

import widgets_lib as wl
from widgets_lib.compute import matmul
from widgets_lib.compute.matmul import costs, devices
from widgets_lib.compute.turns import TURN
from widgets_lib.widgets.ladder import measurements
from widgets_lib.widgets.ladder import rows as ladder_rows
from widgets_lib.widgets.ladder.learner_rungs import LEARNER_RUNGS
from widgets_lib.widgets.ladder.verdict import verdict_of

WAIT_S = 60


@pytest.fixture
def ladder():
    widget = wl.MatmulLadder(m=3, k=8, n=2, budget_s=0.02)
    yield widget
    widget.close()
    assert widget.wait(WAIT_S)


def rows(widget, *states):
    return {key: row for key, row in widget.results.items() if row["state"] in states}


# ---- before it runs ----


@pytest.mark.parametrize(
    ("sizes", "named"),
    [({"m": -3}, "m = -3: give 1 to 50,000"), ({"k": 0}, "k = 0"), ({"n": 2_049}, "n = 2,049: give 1 to 2,048")],
)
def test_a_size_out_of_range_is_named(sizes, named):
    with pytest.raises(ValueError, match=named):
        wl.MatmulLadder(**sizes)


def test_an_unknown_keyword_is_named():
    with pytest.raises(TypeError, match="rows"):
        wl.MatmulLadder(rows=5)


def test_a_bad_size_from_the_view_is_shown_and_the_next_good_one_clears_it(ladder):
    ladder.set_state({"k": 0})
    assert ladder.error == "k = 0: give 1 to 2,048"
    with pytest.raises(ValueError, match="k = 0"):
        ladder.run(["numpy"])  # nor is it run
    ladder.set_state({"k": 9})
    assert ladder.error == ""
    assert ladder.steps["python"] == "54 Python steps"


def test_python_steps_fall_as_the_lesson_says(ladder):
    ladder.m, ladder.k, ladder.n = 5, 784, 10
    steps = [ladder.steps[key] for key in ("python", "dot", "broadcast", "matmul")]
    assert steps == ["39,200 Python steps", "50 Python steps", "5 Python steps", "1 Python step"]


def test_cost_is_shown_before_the_run(ladder):
    ladder.m, ladder.k, ladder.n = 50_000, 784, 10
    # 2·m·k·n operations on 4 bytes × (m·k + k·n + m·n) numbers
    assert ladder.cost["message"].startswith(
        "784 million floating-point operations on 159 MB of numbers: 4.94 per byte"
    )


def test_a_size_that_would_not_fit_is_explained_and_not_attempted(ladder, monkeypatch):
    monkeypatch.setattr(costs, "available_memory_bytes", lambda: 1_000_000)
    ladder.m, ladder.k, ladder.n = 50_000, 2_048, 2_048
    assert "Not attempted: it needs" in ladder.cost["refusal"]
    ladder._run_guarded(ladder._on_custom_msg, {"run": "ladder"}, [])
    assert "Not attempted" in ladder.error
    assert ladder.results == {}


def test_every_backend_is_listed_and_those_that_can_not_run_say_why(ladder):
    listed = {entry["key"]: entry for entry in ladder.rungs}
    assert list(listed)[: len(matmul.BACKENDS)] == list(matmul.BACKENDS)
    for key, backend in matmul.BACKENDS.items():
        assert listed[key]["unavailable"] == (backend.unavailable() or "")
        assert "def " in listed[key]["code"]


def test_published_times_stand_only_beside_their_own_size(ladder):
    assert ladder.published == {}
    ladder.m, ladder.k, ladder.n = 5, 784, 10
    assert ladder.published["python"] == {"seconds": 0.416, "text": "416 ms"}
    ladder.m = 50_000
    assert ladder.published["matmul"]["text"] == "15.5 ms"
    assert "python" not in ladder.published


# ---- running ----


def test_the_whole_ladder_is_checked_and_timed(ladder):
    ladder.run()
    assert ladder.wait(WAIT_S)
    runnable = [key for key, backend in matmul.BACKENDS.items() if not backend.unavailable()]
    assert list(rows(ladder, "measured")) == runnable
    assert all(row["check"] == "✓ right" and row["seconds"] > 0 for row in ladder.results.values())
    assert ladder.results["python"]["speedup"] == "1.00×"
    assert ladder.progress == {}
    assert ladder.summary.startswith("Fastest so far: ")


def test_a_slow_rung_is_estimated_and_says_from_how_many_rows(ladder):
    ladder.m, ladder.k, ladder.n = 50_000, 784, 10
    ladder.run(["python-lists"])
    assert ladder.wait(WAIT_S)
    row = ladder.results["python-lists"]
    assert row["state"] == "estimated"
    how = "from" if row["time"].startswith("≤") else "estimated from"  # a bound, where all was disturbed
    assert any(re.fullmatch(rf"{how} \d+ rows?", note) for note in row["notes"])
    assert row["check"] != "✓ right"


def test_a_prediction_is_judged_beside_the_time(ladder):
    ladder.predictions = {"matmul": 3600.0}
    ladder.run(["matmul"])
    assert ladder.wait(WAIT_S)
    assert ladder.results["matmul"]["notes"][0].startswith("predicted 60 minutes: ")
    assert ladder.results["matmul"]["notes"][0].endswith("× too slow")


def test_a_size_left_and_come_back_to_keeps_its_times(ladder):
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    found = ladder.results["numpy"]
    ladder.m = 4
    assert ladder.results == {}
    ladder.m = 3
    assert ladder.results["numpy"] == found
    ladder.restart()
    assert (ladder.m, ladder.k, ladder.n, ladder.results) == (3, 8, 2, {})


def test_cancel_ends_a_long_run_within_a_second(ladder):
    ladder.m, ladder.k, ladder.n = 5_000, 784, 10
    ladder._budget_s = 600
    ladder.run(["python", "matmul"])
    deadline = time.monotonic() + WAIT_S
    while ladder.results["python"]["state"] != "running" and time.monotonic() < deadline:
        time.sleep(0.01)  # until it really runs
    ladder.cancel()
    assert ladder.wait(1.0), "still running a second after Cancel"
    assert {key: row["state"] for key, row in ladder.results.items()} == {"python": "stopped", "matmul": "stopped"}
    ladder._budget_s = 0.02
    ladder.run(["matmul"])
    assert ladder.wait(WAIT_S)
    assert ladder.results["matmul"]["seconds"] > 0


@pytest.mark.parametrize(("keys", "named"), [(["fortran"], "no rung 'fortran'"), (["torch-cuda"], "no CUDA device")])
def test_a_rung_that_is_not_there_or_can_not_run_is_explained(ladder, keys, named, monkeypatch):
    monkeypatch.setattr(devices, "cuda_device_count", lambda: 0)
    ladder._list_rungs()
    with pytest.raises(ValueError, match=named):
        ladder.run(keys)


# ---- the learner's own rung ----


def test_a_right_rung_appears_checked_and_timed_and_comes_back_unchanged(ladder):
    @wl.rung("my matmul")
    def mine(a, b):
        return a @ b

    assert mine.__name__ == "mine"
    assert ladder.wait(WAIT_S)
    assert ladder.rungs[0]["title"] == "my matmul" and "return a @ b" in ladder.rungs[0]["code"]
    assert ladder.results["my matmul"]["state"] == "measured"


def test_running_the_cell_again_replaces_the_rung(ladder):
    wl.rung("my matmul")(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S)
    wl.rung("my matmul")(lambda a, b: a @ b + 1)
    assert ladder.wait(WAIT_S)
    assert [entry["key"] for entry in ladder.rungs].count("my matmul") == 1
    assert ladder.results["my matmul"]["state"] == "wrong"


def test_rungs_written_one_after_the_other_wait_for_each_other(ladder):
    for title in ("first", "second", "third"):
        wl.rung(title)(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S)
    assert [ladder.results[title]["state"] for title in ("first", "second", "third")] == ["measured"] * 3


def test_a_wrong_rung_gets_no_time_but_a_picture(ladder):
    @wl.rung("wrong in one place")
    def mine(a, b):
        c = a @ b
        c[2, 1] += 1
        return c

    assert ladder.wait(WAIT_S)
    row = ladder.results["wrong in one place"]
    assert row["state"] == "wrong" and "seconds" not in row
    assert "c[2, 1] is " in row["message"] and "1 of 6 values" in row["message"]
    assert row["picture"]["wrong"] == [[False, False], [False, False], [False, True]]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (lambda a, b: a[0], r"the shape \(8,\), expected \(3, 2\)"),
        (lambda a, b: None, "`return` missing"),
        (lambda a, b: 1 / 0, "ZeroDivisionError"),
        (lambda a: a, "TypeError"),
    ],
    ids=["shape", "nothing", "raises", "arguments"],
)
def test_all_that_a_rung_does_wrong_is_said_in_words(ladder, body, named):
    wl.rung("my matmul")(body)
    assert ladder.wait(WAIT_S)
    row = ladder.results["my matmul"]
    assert row["state"] in ("wrong", "failed") and "seconds" not in row
    assert re.search(named, row["message"]), row["message"]


def test_a_rung_that_never_ends_can_be_cancelled_and_the_ladder_goes_on(ladder):
    @wl.rung("endless")
    def mine(a, b):
        while True:
            pass

    deadline = time.monotonic() + WAIT_S
    while ladder.results["endless"]["state"] != "running" and time.monotonic() < deadline:
        time.sleep(0.01)  # until it really runs
    ladder.cancel()
    assert ladder.wait(1.0), "still running a second after Cancel"
    assert ladder.results["endless"]["state"] == "stopped"
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    assert ladder.results["numpy"]["state"] == "measured"


def test_cancel_in_one_ladder_ends_an_endless_rung_in_all_of_them(ladder):
    other = wl.MatmulLadder(m=2, k=3, n=4, budget_s=0.02)

    @wl.rung("endless")
    def mine(a, b):
        while True:
            pass

    other._on_custom_msg({"cancel": True}, [])
    assert ladder.wait(1.0) and other.wait(1.0)
    other.close()


def test_a_rung_sees_the_names_of_its_notebook_and_may_print(ladder):
    factor = 1.0

    def helper(x):
        print("printing must not disturb the measurement")
        return factor * x

    wl.rung("with a helper")(lambda a, b: helper(a) @ b)
    assert ladder.wait(WAIT_S)
    assert ladder.results["with a helper"]["state"] == "measured"


FACTOR = 1.0


def test_in_a_plain_program_a_rung_is_measured_as_it_was_written(ladder, monkeypatch):
    """The measuring thread waits until the program has changed all that the function uses."""
    data = [1.0]
    with measurements.MEASURE_LOCK:
        wl.rung("mine")(lambda a, b: FACTOR * data[0] * (a @ b))
        data[0] = 2.0
        monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert ladder.wait(WAIT_S) and ladder.results["mine"]["state"] == "measured"
    ladder.run(["mine"])
    assert ladder.wait(WAIT_S) and ladder.results["mine"]["state"] == "measured"


def test_and_so_is_one_that_no_ladder_was_open_for():
    data = [1.0]
    wl.rung("mine")(lambda a, b: data[0] * (a @ b))
    data[0] = 2.0
    ladder = wl.MatmulLadder(m=2, k=3, n=4, budget_s=0.02)
    assert ladder.wait(WAIT_S) and ladder.results["mine"]["state"] == "measured"
    ladder.close()


def halves(a, b):
    raise AssertionError("the version before")


def test_in_a_plain_program_a_rung_may_call_itself(ladder):
    before = globals()["halves"]
    code = "def halves(a, b):\n    return a @ b if len(a) == 1 else torch.cat([halves(a[:1], b), halves(a[1:], b)])\n"
    exec(f"import torch\n@wl.rung('of a module')\n{code}", globals())  # the name is bound when `rung` has returned
    assert globals()["halves"] is not before

    @wl.rung("of a function")
    def parts(a, b):
        import torch

        return a @ b if len(a) == 1 else torch.cat([parts(a[:1], b), parts(a[1:], b)])

    assert ladder.wait(WAIT_S)
    assert [ladder.results[title]["state"] for title in ("of a module", "of a function")] == ["measured"] * 2


def test_a_rung_needs_a_title_and_one_of_its_own():
    with pytest.raises(TypeError, match="needs a title"):
        wl.rung(lambda a, b: a @ b)
    with pytest.raises(ValueError, match="'numpy' of its own"):
        wl.rung("numpy")


def test_a_ladder_whose_last_view_was_removed_gets_no_rungs(ladder):
    ladder._on_msg({"view": 1}, [])
    ladder._on_msg({"view": -1}, [])
    wl.rung("my matmul")(lambda a, b: a @ b)
    assert "my matmul" not in ladder.results


# ---- which rungs, and in which order ----


def test_the_newest_rung_is_on_top_and_one_can_be_forgotten(ladder):
    for title in ("first", "second", "first"):
        wl.rung(title)(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S)
    assert [entry["key"] for entry in ladder.rungs[:3]] == ["first", "second", "python"]
    wl.forget("first")
    assert [entry["key"] for entry in ladder.rungs[:2]] == ["second", "python"]
    assert "first" not in ladder.results and "first" not in LEARNER_RUNGS
    with pytest.raises(ValueError, match="no rung 'first' of yours to forget; there is 'second'"):
        wl.forget("first")
    with pytest.raises(ValueError, match="no rung 'numpy' of yours"):
        wl.forget("numpy")


def test_forgetting_a_rung_that_runs_ends_it(ladder):
    @wl.rung("endless")
    def mine(a, b):
        while True:
            pass

    wl.forget("endless")
    assert ladder.wait(5), "still running"
    assert "endless" not in ladder.results


def test_a_ladder_of_some_rungs_in_their_order():
    some = wl.MatmulLadder(m=2, k=3, n=2, show=("python-lists", "python", "python-lists"))
    assert [entry["key"] for entry in some.rungs] == ["python-lists", "python"]
    assert some.backend == "python-lists"
    with pytest.raises(ValueError, match="no rung 'numpy'; there is python-lists, python"):
        some.run("numpy")
    with pytest.raises(ValueError, match="no rung 'fortran'"):
        wl.MatmulLadder(show=["python", "fortran"])
    some.close()


def test_a_compact_ladder_adds_one_bar_to_what_others_measured(ladder):
    ladder.run(["python-lists", "numpy"])
    assert ladder.wait(WAIT_S)
    compact = wl.MatmulLadder(m=3, k=8, n=2, show=("python-lists", "einsum"), compact=True, budget_s=0.02)
    assert list(compact.results) == ["python-lists"], "what was measured before"
    wl.rung("my matmul")(lambda a, b: a @ b)
    assert [entry["key"] for entry in compact.rungs] == ["python-lists", "einsum"], "no place for a learner's rung"
    before = compact.results["python-lists"]["seconds"]
    compact._on_custom_msg({"run": "ladder"}, [])
    assert compact.wait(WAIT_S) and ladder.wait(WAIT_S)
    assert compact.results["einsum"]["seconds"] > 0 and compact.results["python-lists"]["seconds"] == before
    assert ladder.results["einsum"]["seconds"] == compact.results["einsum"]["seconds"], "all ladders show it"
    compact.close()


def test_a_ladder_of_all_rungs_is_sorted_when_it_was_measured(ladder, monkeypatch):
    listed = [entry["key"] for entry in ladder.rungs]
    assert ladder.sort and ladder.order == listed, "nothing to sort by"
    orders = []
    ladder.observe(lambda change: orders.append((bool(ladder.progress), change["new"])), names=["order"])
    wl.rung("mine")(lambda a, b: a @ b)
    ladder.run(["numpy", "python", "python-lists"])
    assert ladder.wait(WAIT_S)
    timed = sorted(ladder.results, key=lambda key: -ladder.results[key]["seconds"])
    assert set(timed) == {"mine", "numpy", "python", "python-lists"}
    assert ladder.order == timed + [key for key in listed if key not in timed]
    assert ladder.summary.endswith("The slowest is on top.")
    assert [order for busy, order in orders if busy] in ([], [["mine", *listed]]), "no row moves while one is measured"


def test_a_rung_without_a_time_is_on_top_if_it_is_ones_own_else_below(ladder):
    ladder.run(["numpy"])
    assert ladder.wait(WAIT_S)
    wl.rung("wrong")(lambda a, b: a @ b + 1)
    assert ladder.wait(WAIT_S)
    assert ladder.order[:3] == ["wrong", "numpy", "python"]
    wl.forget("wrong")
    assert ladder.order[:2] == ["numpy", "python"]
    ladder.m = 4
    assert ladder.order[0] == "python", "this size has no times"


def test_the_order_is_an_input_and_a_chosen_few_stay_as_they_were_chosen(ladder):
    ladder.run(["numpy", "python"])
    assert ladder.wait(WAIT_S)
    ladder.set_state({"sort": False})
    assert ladder.order == [entry["key"] for entry in ladder.rungs] and "on top" not in ladder.summary
    ladder.restart()
    assert ladder.sort
    some = wl.MatmulLadder(m=3, k=8, n=2, show=("numpy", "python"))
    assert not some.sort and some.order == ["numpy", "python"]
    by_time = wl.MatmulLadder(m=3, k=8, n=2, show=("numpy", "python"), sort=True)
    for key, seconds in (("numpy", 1e-5), ("python", 1e-3)):
        by_time.receive((3, 8, 2), key, {"state": "measured", "time": "", "seconds": seconds})
    assert by_time.order == ["python", "numpy"]
    some.close()
    by_time.close()


@pytest.mark.parametrize("keys", ["numpy", ["numpy"], ("numpy", "numpy")])
def test_a_rung_by_its_key_or_several_by_theirs(ladder, keys):
    ladder.run(keys)
    assert ladder.wait(WAIT_S)
    assert list(ladder.results) == ["numpy"] and ladder.error == ""


def test_no_rungs_at_all_is_said(ladder):
    with pytest.raises(ValueError, match="no rung was named; there is python, "):
        ladder.run([])


@pytest.mark.parametrize("keys", [7, None, [7], {"numpy": 1}, "", [["numpy"]]])
def test_what_is_no_rung_is_said_in_words(ladder, keys):
    with pytest.raises(ValueError, match=r"there is no rung|give the key"):
        ladder.run(keys)


# ---- predictions and the axis ----


def test_predictions_belong_to_a_size(ladder):
    ladder.predictions = {"numpy": 1e-5}
    ladder.m = 40
    assert ladder.predictions == {}
    ladder.predictions = {"numpy": 2.0, "dot": 3.0}
    ladder.m = 3
    assert ladder.predictions == {"numpy": 1e-5}
    ladder.m = 40
    assert ladder.predictions == {"numpy": 2.0, "dot": 3.0}
    ladder.restart()
    assert (ladder.m, ladder.predictions, ladder.other_predictions) == (3, {}, {})


def test_predictions_come_back_at_their_sizes(ladder):
    ladder.predictions = {"numpy": 1e-5}
    ladder.m = 40
    ladder.predictions = {"numpy": 2.0}
    kept = {name: getattr(ladder, name) for name in ladder.inputs}
    again = wl.MatmulLadder(m=3, k=8, n=2)
    assert again.restore(kept)
    assert (again.m, again.predictions) == (40, {"numpy": 2.0})
    again.m = 3
    assert again.predictions == {"numpy": 1e-5}
    again.close()


def test_predictions_show_in_every_ladder_of_the_size(ladder):
    same, other = wl.MatmulLadder(m=3, k=8, n=2), wl.MatmulLadder(m=4, k=8, n=2)
    ladder.predictions = {"numpy": 1e-5}
    assert same.predictions == {"numpy": 1e-5} and other.predictions == {}
    later = wl.MatmulLadder(m=3, k=8, n=2)
    assert later.predictions == {"numpy": 1e-5}
    later.restart()
    assert later.predictions == {}
    for opened in (same, other, later):
        opened.close()


def test_the_axis_has_room_for_what_was_measured_and_predicted(ladder):
    assert ladder.axis["high"] == 1
    ladder.predictions = {"numpy": 50.0}
    assert ladder.axis["high"] == 60
    ladder.predictions = {}
    assert ladder.axis["high"] == 1
    ladder.receive(ladder.size, "python", {"state": "measured", "seconds": 1.66, "time": "1.66 s"})
    assert ladder.axis["high"] == 10


# ---- how sure ----


def result(**changes):
    message = {
        "event": "result",
        "correct": True,
        "seconds": 2.0,
        "extrapolated": False,
        "noisy": False,
        "spread": 0.02,
    }
    return (
        message
        | {"at_least": False, "at_most": False, "first_call_s": 2.0, "gflops": 1.0, "measured_rows": 5, "text": "2 s"}
        | changes
    )


def test_noise_is_said_once_and_not_in_every_row():
    noisy = {key: ladder_rows.row_of(result(noisy=True, spread=3.8)) for key in ("dot", "numpy")}
    quiet = {"einsum": ladder_rows.row_of(result())}
    assert ladder_rows.notice_of(quiet) == ""
    assert "torch.dot and numpy @ are less certain" in ladder_rows.notice_of(noisy | quiet)
    assert noisy["dot"]["notes"] == [] and noisy["dot"]["spread"] == "±100 % or more"


def test_a_lower_bound_is_marked_in_the_time_and_in_the_speedup():
    row = ladder_rows.row_of(result(at_least=True, extrapolated=True, text="at least 2.00 s (from 3 rows)"))
    assert row["time"] == "≥ 2.00 s" and row["notes"] == ["from 3 rows"]
    first = ladder_rows.row_of(result(seconds=8.0))
    assert ladder_rows.with_comparison(row, first, None)["speedup"] == "≤ 4.00×"
    assert ladder_rows.with_comparison(first, row, None)["speedup"] == "≥ 0.250×"
    assert ladder_rows.with_comparison(row, row, None)["speedup"] == "1.00×"


def test_an_upper_bound_is_marked_in_the_time_the_speedup_and_the_verdict():
    row = ladder_rows.row_of(result(at_most=True, noisy=True))
    assert row["time"] == "≤ 2.00 s"
    assert row["notes"] == ["other programs may have slowed down every call: it may be faster"]
    first, least = ladder_rows.row_of(result(seconds=8.0)), ladder_rows.row_of(result(seconds=8.0, at_least=True))
    assert ladder_rows.with_comparison(row, first, None)["speedup"] == "≥ 4.00×"
    assert ladder_rows.with_comparison(row, least, None)["speedup"] == "≥ 4.00×"
    assert ladder_rows.with_comparison(first, row, None)["speedup"] == "≤ 0.250×"
    assert verdict_of(row, first, {}) == "✓ right · ≤ 2.00 s · at least 4.00 times as fast as three loops"
    assert verdict_of(row, timed(1.0), {}) == "✓ right · ≤ 2.00 s · at most 2.00 times as long as three loops"


def timed(seconds, **changes):
    return ladder_rows.row_of(result(seconds=seconds, **changes))


def test_where_three_loops_are_a_bound_so_is_what_is_compared_with_them():
    row, first = timed(2.0), timed(8.0, at_most=True)
    assert ladder_rows.with_comparison(row, first, None)["speedup"] == "≤ 4.00×"
    assert verdict_of(row, first, {}) == "✓ right · 2.00 s · at most 4.00 times as fast as three loops"
    assert verdict_of(timed(16.0), first, {}).endswith("· at least 2.00 times as long as three loops")
    assert ladder_rows.with_comparison(first, first, None)["speedup"] == "1.00×"


def test_of_two_bounds_the_ratio_is_neither_known_above_nor_below():
    row, first = timed(2.0, at_most=True), timed(8.0, at_most=True)
    assert ladder_rows.with_comparison(row, first, None)["speedup"] == "≈ 4.00×"
    assert "· about 4.00 times as fast as" in verdict_of(row, first, {})
    assert ", about 4.00 times the speed of" in ladder_rows.summary_of({"python": first, "numpy": row})


def test_the_version_before_is_a_bound_too():
    assert verdict_of(timed(2.0), {}, timed(3.0, at_most=True)) == "✓ right · 2.00 s · before: ≤ 3.00 s"


def test_the_fastest_so_far_names_those_that_may_be_faster():
    rows = {
        "python": timed(8.0),
        "dot": timed(4.0, at_most=True),
        "numpy": timed(2.0),
        "numba": timed(7.0, at_most=True),
    }
    said = ladder_rows.summary_of(rows)
    assert (
        said
        == "Fastest so far: numpy @, 2.00 s, 4.00 times the speed of three loops over tensors; torch.dot may be faster."
    )
    rows = {"python": timed(8.0), "numpy": timed(2.0, at_most=True)}
    assert ladder_rows.summary_of({"numpy": timed(2.0, at_most=True)}) == "So far: numpy @, ≤ 2.00 s."  # the only one
    assert ladder_rows.summary_of(rows).endswith(
        "numpy @, ≤ 2.00 s, at least 4.00 times the speed of three loops over tensors."
    )


@pytest.mark.parametrize(
    ("bound", "predicted_s", "note"),
    [
        ("at_most", 1.0, "predicted 1.00 s: that may be"),
        ("at_most", 2.9, "predicted 2.90 s: that may be"),
        ("at_most", 8.0, "predicted 8.00 s: at least 4.00× too slow"),
        ("at_least", 8.0, "predicted 8.00 s: that may be"),
        ("at_least", 0.5, "predicted 500 ms: at least 4.00× too fast"),
    ],
)
def test_a_prediction_that_a_bound_does_not_rule_out_is_not_called_wrong(bound, predicted_s, note):
    row = ladder_rows.row_of(result(**{bound: True}))
    assert ladder_rows.with_comparison(row, {}, predicted_s)["notes"][0] == note


def test_the_verdict_is_one_line():
    row = ladder_rows.row_of(result(seconds=45e-6))
    assert verdict_of(row, timed(0.2835), timed(1.7e-3)) == (
        "✓ right · 45.0 µs · 6,300 times as fast as three loops · before: 1.70 ms"
    )
    assert verdict_of(row, {}, {}) == "✓ right · 45.0 µs"
    assert "· 2.00 times as long as three loops" in verdict_of(row, timed(22.5e-6), {})
    assert verdict_of({"state": "wrong", "time": "✗ wrong", "message": "c[0, 0] is 1."}, row, row) == (
        "✗ wrong · c[0, 0] is 1."
    )


# ---- limits ----


def test_an_endless_rung_is_stopped_in_words(ladder, monkeypatch):
    assert measurements.FUNCTION_LIMIT_S == 30
    monkeypatch.setattr(measurements, "FUNCTION_LIMIT_S", 0.3)

    @wl.rung("endless")
    def mine(a, b):
        while True:
            pass

    assert ladder.wait(WAIT_S)
    row = ladder.results["endless"]
    assert row["state"] == "failed" and "stopped after 0 seconds without a word: either it never ends" in row["message"]
    ladder.run("numpy")
    assert ladder.wait(WAIT_S) and ladder.results["numpy"]["state"] == "measured"


def test_a_rung_that_is_heard_of_is_not_stopped_however_long_it_is_measured(monkeypatch):
    """On a busy machine a call of a quarter of a second, measured on more and more rows, took 30 in all."""
    limits = []

    class Talks:
        def start(self, job, on_message, function):
            for rows in range(5):
                on_message({"event": "progress", "rows_done": rows, "of": 5} | ({"estimate_s": 0.1} if rows else {}))
                limits.append(jobs._limit)
            on_message({"event": "result"})

        def cancel(self, reason):
            pytest.fail(reason)

    monkeypatch.setattr(measurements, "_WORKER", Talks())
    jobs = measurements.Measurements(lambda job, message: None, lambda: None)
    jobs.submit([{"backend": "mine", "function": b"packed"}])
    assert jobs.wait(WAIT_S)
    assert len({id(limit) for limit in limits}) == 5 and all(limit.finished.is_set() for limit in limits)


def test_a_rung_of_the_course_has_no_such_limit(ladder, monkeypatch):
    monkeypatch.setattr(measurements, "FUNCTION_LIMIT_S", 0.01)
    ladder.run("python")
    assert ladder.wait(WAIT_S) and ladder.results["python"]["state"] == "measured"


def test_running_the_cell_again_ends_the_version_that_runs(ladder):
    @wl.rung("my matmul")
    def endless(a, b):
        while True:
            pass

    deadline = time.monotonic() + WAIT_S
    while ladder.results["my matmul"]["state"] != "running" and time.monotonic() < deadline:
        time.sleep(0.01)
    start = time.monotonic()
    wl.rung("my matmul")(lambda a, b: a @ b)
    assert ladder.wait(WAIT_S)
    assert ladder.results["my matmul"]["state"] == "measured" and time.monotonic() - start < 25


def test_what_waits_already_is_not_measured_twice(ladder):
    with TURN:  # something else is measured
        for _ in range(400):
            ladder._on_msg({"run": "ladder"}, [])
        waiting = list(ladder._measurements._queue)
        ladder.cancel()
    assert len(waiting) == len({job["backend"] for job in waiting})
    assert ladder.wait(10)
