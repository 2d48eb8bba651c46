"""Roofline shows what is known of the machine and what ladders have timed, and follows both."""

import json
import sys

import pytest

import widgets_lib as wl
from widgets_lib.compute import matmul, roofline, timing
from widgets_lib.compute.roofline import Machine, Roof, machines
from widgets_lib.widgets.ladder import results
from widgets_lib.widgets.ladder.measurements import MEASURE_LOCK
from widgets_lib.widgets.roofline import picture
from widgets_lib.widgets.roofline import roofline as module

WAIT_S = 60
ONE = Roof(1, 100e9, 20e9, "torch @, 384 × 384 × 384")
ALL = Roof(4, 400e9, 40e9, "torch @, 608 × 608 × 608")
MACHINE = Machine(ONE, ALL, "Test CPU", 32 * 2**20, 2**27, 1.0)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(machines, "_machine", None)
    monkeypatch.setattr(results, "_measured", {})


@pytest.fixture
def measured(monkeypatch):
    """The roof is known."""
    monkeypatch.setattr(machines, "_machine", MACHINE)


def record(rung, seconds, size=(50_000, 784, 10), estimated=False, at_least=False, at_most=False, threads=4):
    m, k, n = size
    timed = {
        "seconds": seconds,
        "threads": threads,
        "extrapolated": estimated,
        "at_least": at_least,
        "at_most": at_most,
    }
    results.record({"backend": rung, "m": m, "k": k, "n": n}, {"event": "result", **timed})


def words(widget):
    return widget.picture["words"]


def points(widget):
    return {point["id"]: point for point in widget.picture["points"]}


# ---- the product of the sliders ----


def test_opens_on_the_digits_and_says_what_bounds_them(measured):
    widget = wl.Roofline()
    assert widget.size == (50_000, 784, 10)
    assert words(widget)["product"] == roofline.limit(matmul.cost(50_000, 784, 10), MACHINE).sentence
    assert "Memory bounds this product" in words(widget)["product"]
    product = widget.picture["product"]
    assert (product["text"], product["name"], product["best"]) == ("4.94", "50,000 × 784 × 10", "at best 3.97 ms")
    assert product["attainable"] == pytest.approx(40e9 * product["intensity"])
    widget._set_traits(next(preset["sizes"] for preset in widget.presets if preset["name"] == "1,024³"))
    assert "Arithmetic bounds this product" in words(widget)["product"]
    assert widget.picture["product"]["attainable"] == 400e9


def test_both_roofs_and_their_ridge_are_there(measured):
    one, both = wl.Roofline().picture["roofs"]
    assert (one["peak"], one["bandwidth"], one["ridge"], one["name"]) == (100e9, 20e9, 5, "1 core")
    assert (both["peak_text"], both["bandwidth_text"], both["ridge_text"]) == ("400 GFLOP/s", "40.0 GB/s", "ridge 10.0")
    assert words(wl.Roofline())["ridge"].startswith("At the ridge, 10.0 FLOP per byte, the two limits meet")


def test_unmeasured_it_says_so_and_shows_the_intensity():
    widget = wl.Roofline()
    assert widget.picture["roofs"] == [] and widget.picture["product"]["text"] == "4.94"
    assert "not measured yet: press Measure" in words(widget)["product"]
    assert "not measured yet" in words(widget)["label"]
    record("matmul", 0.0155)
    (point,) = widget.picture["points"]
    assert point["share"] == "" and point["label"] == "torch @ · 50.6 GFLOP/s"


def test_a_roof_that_a_cell_has_measured_since_is_shown_when_the_widget_is_seen(monkeypatch):
    widget = wl.Roofline()
    monkeypatch.setattr(machines, "_machine", MACHINE)
    widget._on_msg({"measure": "first"}, [])
    assert widget.progress == {} and len(widget.picture["roofs"]) == 2


def test_a_size_out_of_range_is_named():
    with pytest.raises(ValueError, match="m = 50,001: give 1 to 50,000"):
        wl.Roofline(m=50_001)
    widget = wl.Roofline()
    before = widget.picture
    widget.set_state({"n": 5_000})
    assert "n = 5,000: give 1 to 2,048" in widget.error and widget.picture == before
    widget._on_msg({"restart": True}, [])
    assert widget.error == "" and widget.n == 10


def test_what_does_not_fit_into_memory_is_not_timed(monkeypatch):
    monkeypatch.setattr(matmul.Cost, "too_big", lambda self: "it needs 2 GB")
    widget = wl.Roofline()
    assert words(widget)["refusal"] == "Not attempted: it needs 2 GB."
    widget._on_msg({"time": True}, [])
    assert widget.error == "Not attempted: it needs 2 GB."


# ---- the points ----


def test_every_rung_that_is_timed_appears_and_the_learners_own_too(measured):
    widget = wl.Roofline()
    record("matmul", 0.0155)
    record("my matmul", 2.77, estimated=True)
    record("python", 3_600.0, estimated=True, at_least=True)
    record("matmul", 7e-6, size=(5, 784, 10))
    here = {point["rung"]: point for point in widget.picture["points"] if point["here"]}
    assert list(here) == ["matmul", "my matmul", "python"]
    flops = 2 * 50_000 * 784 * 10
    for rung, seconds in (("matmul", 0.0155), ("my matmul", 2.77), ("python", 3_600.0)):
        assert here[rung]["y"] == pytest.approx(flops / seconds)
        assert here[rung]["x"] == pytest.approx(flops / (4 * (50_000 * 784 + 784 * 10 + 50_000 * 10)))
    assert here["matmul"]["label"] == "torch @ · 26 %"
    assert here["my matmul"]["label"] == "my matmul · ≈ 0.14 %" and here["my matmul"]["state"] == "estimated"
    assert (
        here["python"]["label"].startswith("three loops over tensors · ≤ 1/")
        and here["python"]["time"] == "≥ 60 minutes"
    )
    record("numpy", 0.0155, at_most=True)
    bound = points(widget)["numpy@50,000 × 784 × 10"]
    assert (bound["state"], bound["time"], bound["label"]) == ("at most", "≤ 15.5 ms", "numpy @ · ≥ 26 %")
    other = points(widget)["matmul@5 × 784 × 10"]
    assert not other["here"] and other["product"] == "5 × 784 × 10"
    axis = widget.picture["axes"]["y"]
    assert axis["low"] <= here["python"]["y"] / 2 and axis["high"] >= 3 * 400e9
    assert [tick["text"] for tick in axis["ticks"]][:2] == ["0.0001", "0.001"]


def test_it_follows_a_ladder_and_forgets_what_is_rewritten(measured):
    widget = wl.Roofline(m=3, k=8, n=2)
    ladder = wl.MatmulLadder(3, 8, 2, budget_s=0.02)
    try:
        wl.rung("mine")(lambda a, b: a @ b)
        ladder.run(["numpy"])
        assert ladder.wait(WAIT_S)
        assert {point["title"] for point in widget.picture["points"]} == {"mine", "numpy @"}
        wl.forget("mine")
        assert {point["title"] for point in widget.picture["points"]} == {"numpy @"}
    finally:
        ladder.close()


def test_the_chosen_point_is_spoken_of_else_the_fastest(measured):
    widget = wl.Roofline()
    assert (words(widget)["verdict_title"], words(widget)["verdict"]) == (
        "",
        "Nothing has been timed at this size yet.",
    )
    record("numpy", 0.012)
    record("broadcast", 0.67)
    assert words(widget)["verdict_title"] == "The fastest here: numpy @."
    assert words(widget)["verdict"].startswith("It takes 12.0 ms, 65.3 GFLOP/s: 33 % of")
    widget.rung = "broadcast"
    assert words(widget)["verdict_title"] == "broadcasting, one loop left."
    assert words(widget)["verdict"].startswith("It takes 670 ms, 1.17 GFLOP/s: 0.59 %")
    assert "It takes 169 times as long, so the time goes elsewhere" in words(widget)["verdict"]


def test_a_point_above_the_roof_says_so(measured):
    widget = wl.Roofline(m=5)
    record("numpy", 5e-7, size=(5, 784, 10))
    (point,) = widget.picture["points"]
    assert point["label"] == "numpy @ · 236 %" and "times the roof that was measured" in point["sentence"]
    assert point["y"] == pytest.approx(2 * 5 * 784 * 10 / 5e-7), "it is drawn where it is"
    assert widget.picture["axes"]["y"]["high"] >= 2 * point["y"]


def test_what_ran_on_the_gpu_is_named_and_not_drawn(measured):
    widget = wl.Roofline()
    record("torch-cuda", 4e-4)
    assert widget.picture["points"] == []
    assert words(widget)["notice"] == (
        "Not drawn: torch @ on the GPU. These are the roofs of the processor, not of the GPU."
    )


@pytest.mark.parametrize(
    ("roof", "said"),
    [
        (Roof(4, 400e9, 40e9, "", disturbed=True), "Other programs were running while the roof was measured"),
        (
            Roof(4, 110e9, 40e9, ""),
            "Together, the 4 cores multiplied hardly any faster than one. Other programs were running",
        ),
        (Roof(4, 400e9, 40e9, ""), ""),
    ],
)
def test_a_disturbed_roof_is_told(monkeypatch, roof, said):
    monkeypatch.setattr(machines, "_machine", Machine(ONE, roof, "", None, 2**27, 1.0))
    notice = words(wl.Roofline())["notice"]
    assert notice.startswith(said) and bool(notice) == bool(said)


# ---- measuring the roof ----


@pytest.fixture
def fake_machine(monkeypatch):
    """machine() without a clock; `calls` holds whether it was to measure again."""
    calls = []

    def machine(*, again, should_stop, on_progress):
        calls.append(again)
        on_progress(0.5, "multiplying with 1 core")
        machines._machine = MACHINE
        return MACHINE

    monkeypatch.setattr(roofline, "machine", machine)
    return calls


def test_a_view_in_sight_measures_once(fake_machine):
    widget, other = wl.Roofline(), wl.Roofline(m=5)
    seen = []
    widget.observe(lambda change: seen.append(change.new.get("message", "")), names=["progress"])
    for _ in range(3):
        widget._on_msg({"measure": "first"}, [])
        assert widget.wait(WAIT_S)
    assert fake_machine == [False]
    assert seen[0] == "Measuring this machine" and "multiplying with 1 core" in seen[1] and seen[-1] == ""
    for each in (widget, other):
        assert len(each.picture["roofs"]) == 2, "every roofline shows it"
    widget._on_msg({"measure": "again"}, [])
    assert widget.wait(WAIT_S) and fake_machine == [False, True]


def test_it_waits_for_a_ladder_and_can_be_cancelled_meanwhile(fake_machine):
    widget = wl.Roofline()
    with MEASURE_LOCK:
        widget.measure()
        task = widget._tasks._current
        widget._on_msg({"cancel": True}, [])
        task.join(WAIT_S)
    assert fake_machine == [] and widget.progress == {} and widget.picture["roofs"] == [] and widget.error == ""
    assert not MEASURE_LOCK.locked()


def test_what_goes_wrong_is_said(monkeypatch):
    def fail(**options):
        raise RuntimeError("too little memory is free to measure how fast it is read")

    monkeypatch.setattr(roofline, "machine", fail)
    widget = wl.Roofline()
    widget.measure()
    assert widget.wait(WAIT_S) and "too little memory" in widget.error and widget.progress == {}
    assert not MEASURE_LOCK.locked()


def test_without_threads_it_says_so_and_then_measures(fake_machine, turns):
    widget = wl.Roofline()
    widget._on_msg({"measure": "first"}, [])
    assert fake_machine == [] and widget.progress["message"] == "Measuring this machine"
    turns.finish()
    assert fake_machine == [False] and len(widget.picture["roofs"]) == 2
    assert widget.progress == {} and widget.error == ""


# ---- timing a product here ----


def test_it_times_the_chosen_rung_here(measured):
    widget = wl.Roofline(m=3, k=8, n=2, rung="numpy")
    assert widget.timed == "numpy @"
    widget._on_msg({"time": True}, [])
    assert widget.progress["message"] == "numpy @: starting"
    assert widget.wait(WAIT_S) and widget.progress == {} and widget.error == ""
    (point,) = widget.picture["points"]
    assert (point["title"], point["product"], point["state"]) == ("numpy @", "3 × 8 × 2", "measured")
    assert words(widget)["verdict_title"] == "numpy @." and words(widget)["verdict"].startswith("It takes ")


def test_unless_one_is_chosen_it_times_the_fastest_that_can_run(monkeypatch):
    assert wl.Roofline().timed == "torch @"
    assert wl.Roofline(rung="torch-cuda").timed in ("torch @", "torch @ on the GPU")
    monkeypatch.setattr(matmul.Backend, "unavailable", lambda self: "no" if self.key != "numpy" else None)
    assert wl.Roofline().timed == "numpy @"


def test_without_processes_it_times_here(measured, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(module, "BUDGET_S", 0.01)
    widget = wl.Roofline(m=3, k=8, n=2, rung="numpy")
    widget.time()
    assert widget.wait(WAIT_S) and widget.error == ""
    assert [point["title"] for point in widget.picture["points"]] == ["numpy @"]


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"event": "error", "message": "no memory"}, "numpy @ did not run: no memory"),
        (
            {"event": "result", "correct": False, "mismatch": {"reason": "3 of 6 values differ"}},
            "numpy @ has no time, because its product is wrong: 3 of 6 values differ.",
        ),
    ],
)
def test_a_rung_that_fails_has_no_time(measured, message, said):
    widget = wl.Roofline()
    widget._on_message({"backend": "numpy", "m": 50_000, "k": 784, "n": 10}, message)
    assert widget.error == said and widget.picture["points"] == []


def test_a_closed_one_follows_no_more(measured):
    widget = wl.Roofline()
    widget.close()
    record("matmul", 0.0155)
    assert widget.picture["points"] == []


def test_start_again_keeps_what_was_measured(measured):
    widget = wl.Roofline(m=5)
    record("numpy", 1e-5, size=(5, 784, 10))
    widget.m, widget.rung = 100, "numpy"
    widget._on_msg({"restart": True}, [])
    assert (widget.m, widget.rung) == (5, "") and len(widget.picture["points"]) == 1


def test_a_timing_lies_where_point_says(measured):
    widget = wl.Roofline()
    record("matmul", 0.0155)
    (point,) = widget.picture["points"]
    assert point["sentence"] == roofline.point(matmul.cost(50_000, 784, 10), timing.Timing(0.0155), MACHINE).sentence


# ---- in a page that another machine has made ----


def test_a_kept_roof_comes_with_its_machine_and_its_times(measured, monkeypatch):
    there = Machine(ONE, ONE, "A processor", None, 2**27, 1.0, "26 November 2026")
    monkeypatch.setattr(machines, "_machine", there)
    record("matmul", 0.0155)
    widget = wl.Roofline()
    kept = json.loads(json.dumps(widget.keep()))
    monkeypatch.setattr(machines, "_machine", None)
    monkeypatch.setattr(results, "_measured", {})
    again = wl.Roofline()
    assert again.picture["roofs"] == [] and again.picture["points"] == []
    again._restore_kept(kept)
    assert again.picture == widget.picture and roofline.known() == there
    assert words(again)["machine"].startswith("A processor, measured on 26 November 2026\n1 core: ")


def test_a_time_in_a_browser_lies_under_the_roof_of_the_browser(measured, turns, monkeypatch):
    monkeypatch.setattr(machines, "_machine", Machine(ONE, ONE, "A processor", None, 2**27, 1.0))
    record("matmul", 0.0155)
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(module, "BUDGET_S", 0.01)
    here = Machine(ONE, ONE, "Python in your browser", None, 2**27, 1.0, "", True)
    monkeypatch.setattr(machines, "measure_anew", lambda *args: here)
    widget = wl.Roofline(rung="numpy")
    assert [point["title"] for point in widget.picture["points"]] == ["torch @"]
    widget.m = 3
    widget._on_msg({"time": True}, [])
    turns.finish()
    assert widget.error == "" and roofline.known() == here
    assert [point["title"] for point in widget.picture["points"]] == ["numpy @"]
    assert words(widget)["notice"].endswith(
        "Not drawn: the times of the machine on which this page was made. "
        "A time belongs under the roof of its own machine."
    )


def test_the_fastest_is_said_with_care_where_a_bound_lies_near_it():
    exact = {"title": "numpy @", "rung": "numpy", "here": True, "y": 2.0, "state": "measured", "sentence": ""}
    near = exact | {"title": "torch @", "rung": "matmul", "y": 1.0, "state": "at most"}
    assert picture.verdict_of([exact, near], "")[0] == "The fastest here, as far as is known: numpy @."
    assert picture.verdict_of([exact, near | {"y": 0.5}], "")[0] == "The fastest here: numpy @."
    assert picture.verdict_of([exact, near | {"state": "measured"}], "")[0] == "The fastest here: numpy @."


def test_without_a_roof_a_bound_is_said_as_well():
    record("numpy", 0.0155, at_most=True)
    point = picture.point_of(results.results()[0], None, (50_000, 784, 10))
    assert point["sentence"].startswith("It takes ≤ 15.5 ms, ≥ 50.6 GFLOP/s. The roof is not measured yet")
