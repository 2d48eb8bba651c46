"""ForkSimulator: predicted at once, done for real on a thread, and laid over; bad input is explained."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import widgets_lib as wl
from tests.support.processes import assert_no_leaked_children
from tests.support.servers import wait_until
from widgets_lib.compute import rng
from widgets_lib.compute.rng import forks, generators

WAIT_S = 25  # below the 30 s after which a real fork ends itself: what ended in time was ended


@pytest.fixture
def fork():
    with assert_no_leaked_children():  # whatever a test does
        widget = wl.ForkSimulator()
        yield widget
        widget.close()
        assert widget.wait(WAIT_S)


class Hanging:
    """A Python that never answers in place of the real one."""

    def __init__(self, folder, monkeypatch):
        self._python, self._patch = sys.executable, monkeypatch
        self._fifo, script = folder / "fifo", folder / "python"
        os.mkfifo(self._fifo)
        script.write_text(f"#!/bin/sh\necho $$ > {self._fifo}\nexec sleep 600\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))

    def wait(self):
        """Until it runs."""
        self.pid = int(self._fifo.read_text())

    def gone(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def let_go(self):
        """The next one is the real one again."""
        self._patch.setattr(sys, "executable", self._python)


@pytest.fixture
def hanging(tmp_path, monkeypatch):
    return Hanging(tmp_path, monkeypatch)


def numbers(draws):
    return [draw["text"] for draw in draws]


def groups(widget):
    return [[draw["group"] for draw in lane["draws"]] for lane in widget.timeline["lanes"]]


def settings(widget):
    return {
        name: getattr(widget, name)
        for name in ("generator", "children", "draws_before", "draws_after", "reseeding", "seed")
    }


def really(widget):
    widget.run()
    assert widget.wait(WAIT_S) and widget.error == ""
    return widget.real


# ---- the prediction ----


def test_opens_on_children_that_repeat_their_parent(fork):
    assert [lane["name"] for lane in fork.timeline["lanes"]] == ["parent", "child 1", "child 2"]
    assert groups(fork) == [[0, 1, 2, 3]] * 3
    last = fork.timeline["moments"][-1]["message"]
    assert last == "12 draws after the fork, only 4 different: every child repeats its parent."
    assert [moment["kind"] for moment in fork.timeline["moments"]] == ["seed", *["before"] * 2, "fork", *["after"] * 4]


def test_the_numbers_are_those_of_the_library(fork):
    fork.generator, fork.seed = "numpy-legacy", "7"
    np.random.seed(7)
    expected = np.random.random_sample(6).tolist()
    drawn = fork.timeline["before"]["draws"] + fork.timeline["lanes"][1]["draws"]
    assert [float(draw["exact"]) for draw in drawn] == expected
    assert numbers(drawn) == [f"{value:.4f}" for value in expected]


def test_a_state_is_sent_for_every_moment():
    widget = wl.ForkSimulator(seed=457428938475, draws_before=1)
    assert widget.timeline["before"]["states"] == ["(4976, 20238, 499)", "(3364, 25938, 24184)"]
    for lane in widget.timeline["lanes"]:
        assert lane["at_fork"] == lane["states"][0] == "(3364, 25938, 24184)" and len(lane["states"]) == 5


def test_reseeding_is_a_moment_of_the_timeline_with_its_code(fork):
    fork.reseeding = "pid"
    assert fork.timeline["code"] == "rng.seed(os.getpid())"
    assert fork.timeline["moments"][4] == {
        "kind": "reseed",
        "message": "Every child seeds its generator again, with its own process id.",
    }
    assert groups(fork) == [[None] * 4] * 3
    assert "close together" in fork.timeline["moments"][-1]["message"]


def test_numbers_of_the_operating_system_are_called_stand_ins(fork):
    fork.generator = "python"
    parent, *children = fork.timeline["lanes"]
    assert parent["note"] == "" and all("operating system" in child["note"] for child in children)
    assert "`random` reseeds itself" in fork.timeline["moments"][4]["message"]


def test_a_reseeding_that_can_not_be_done_says_why_and_can_be_told_before(fork):
    fork.generator = "python"
    assert {one["key"]: bool(one["reason"]) for one in fork.reseedings} == {
        **dict.fromkeys(rng.RESEEDINGS, False),
        "jump": True,
    }
    fork.reseeding = "jump"
    assert "no jumpahead since Python 3" in fork.timeline["unavailable"]
    assert fork.timeline["moments"] == [] and fork.error == ""
    with pytest.raises(ValueError, match="no jumpahead"):
        fork.run()
    fork.reseeding = "none"
    assert fork.timeline["unavailable"] == "" and len(fork.timeline["lanes"]) == 3


def test_torch_is_predicted_without_torch(monkeypatch):
    monkeypatch.setattr("widgets_lib.compute.rng.generators.find_spec", lambda name: None)
    widget = wl.ForkSimulator("torch", seed=0, draws_before=0)
    assert widget.timeline["lanes"][1]["draws"][0]["text"] == "0.4963"  # torch.manual_seed(0); torch.rand(1)
    assert widget.cannot_fork == "torch is not installed here, so there is only the prediction."
    widget.generator = "python"
    assert widget.cannot_fork == ""


# ---- for real ----


def test_the_real_numbers_are_laid_over_lane_by_lane(fork):
    real = really(fork)
    assert [numbers(lane["draws"]) for lane in real["lanes"]] == [numbers(ln["draws"]) for ln in fork.timeline["lanes"]]
    assert all(draw["same"] for lane in real["lanes"] for draw in lane["draws"]) and all(
        draw["same"] for draw in real["before"]
    )
    assert {lane["verdict"] for lane in real["lanes"]} == {"✓ as predicted"}
    assert (
        "only 4 different" in real["message"] and "Every process drew exactly the predicted numbers" in real["message"]
    )
    assert fork.progress == {}


def test_what_can_not_be_predicted_is_said(fork):
    fork.generator = "python"
    real = really(fork)
    assert [lane["verdict"].split(";")[0] for lane in real["lanes"]] == ["✓ as predicted", *["can’t be predicted"] * 2]
    assert [draw["same"] for draw in real["lanes"][1]["draws"]] == [None] * 4
    assert "can’t be predicted: their seeds come from the operating system" in real["message"]


def test_where_no_process_draws_it_is_the_states_that_are_compared(fork):
    fork.draws_before = fork.draws_after = 0
    real = really(fork)
    assert real["message"] == (
        "Forked for real: no process has drawn since. ✓ Every process is in exactly the predicted state."
    )
    assert {lane["verdict"] for lane in real["lanes"]} == {"✓ the predicted state"}
    fork.generator = "python"
    real = really(fork)
    assert "What the children would draw can’t be predicted" in real["message"]
    assert [lane["verdict"] for lane in real["lanes"]] == ["✓ the predicted state", *["can’t be predicted"] * 2]


def test_reseeded_by_process_id_the_prediction_is_made_again_with_the_real_ids(fork):
    fork.reseeding = "pid"
    first = numbers(fork.timeline["lanes"][1]["draws"])
    real = really(fork)
    assert {lane["verdict"] for lane in real["lanes"]} == {"✓ as predicted"}
    assert numbers(fork.timeline["lanes"][1]["draws"]) == numbers(real["lanes"][1]["draws"]) != first
    assert fork.timeline["lanes"][1]["pid"].endswith(real["lanes"][1]["pid"])


def test_a_new_setting_takes_the_real_numbers_away(fork):
    really(fork)
    fork.children = 3
    assert fork.real == {}


def test_the_kernel_is_not_held_and_a_run_can_be_cancelled(fork, hanging):
    fork._on_custom_msg({"run": settings(fork)}, [])
    assert fork.progress["cancel"] and "fresh Python process" in fork.progress["message"]
    task = fork._tasks._current
    hanging.wait()
    fork._on_custom_msg({"cancel": True}, [])
    assert fork.progress == {}
    task.join(WAIT_S)
    assert not task.is_alive() and hanging.gone()
    assert fork.real == {} and fork.error == ""


@pytest.mark.parametrize("end", [lambda fork: fork.close(), lambda fork: setattr(fork, "seed", "8")])
def test_closing_or_changing_a_setting_ends_a_run(fork, hanging, end):
    fork.run()
    task = fork._tasks._current
    hanging.wait()
    end(fork)
    task.join(WAIT_S)
    assert not task.is_alive() and hanging.gone()


def test_a_new_run_replaces_one_that_goes_on(fork, hanging):
    fork.run()
    first = fork._tasks._current
    hanging.wait()
    hanging.let_go()
    fork.run()
    assert fork.wait(WAIT_S)
    first.join(WAIT_S)
    assert not first.is_alive() and hanging.gone()
    assert "Forked for real" in fork.real["message"] and fork.progress == {}


def test_a_run_takes_the_settings_of_the_view_whose_own_message_may_come_later(fork):
    fork._on_custom_msg({"run": settings(fork) | {"children": 3}}, [])
    fork.set_state({"children": 3})
    assert fork.wait(WAIT_S)
    assert len(fork.real["lanes"]) == len(fork.timeline["lanes"]) == 4


def test_a_run_with_settings_that_can_not_be_is_refused_in_words(fork):
    fork._run_guarded(fork._on_custom_msg, {"run": settings(fork) | {"children": 1000}}, [])
    assert "at most 8, not 1,000" in fork.error and fork.progress == {}


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
def test_a_kernel_that_is_killed_leaves_no_process(tmp_path):
    """In the process that forks, each child writes its number and then hangs; its parent waits for it."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, signal\n"
        "fork = os.fork\n"
        "def hanging_fork():\n"
        "    if pid := fork():\n"
        "        return pid\n"
        f"    open({str(tmp_path / 'pids')!r}, 'a').write(f'{{os.getppid()}} {{os.getpid()}}\\n')\n"
        "    signal.pause()\n"
        "os.fork = hanging_fork\n"
    )
    script = "import time, widgets_lib as wl; wl.ForkSimulator().run(); time.sleep(600)"
    kernel = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": str(tmp_path)})
    pids = tmp_path / "pids"
    wait_until(lambda: pids.exists() and pids.read_text().count("\n") == 2, "it did not fork")
    kernel.kill()
    kernel.wait()
    wait_until(lambda: not any(map(runs, set(pids.read_text().split()))), "processes are left")


def runs(pid):
    """Whether the process is there, and more than a number that init has yet to wait for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_run_that_fails_is_told_in_words(fork, monkeypatch):
    monkeypatch.setattr(forks, "run_fork", lambda spec, **_: (_ for _ in ()).throw(RuntimeError("the last line")))
    fork.run()
    assert fork.wait(WAIT_S)
    assert fork.error == "the last line" and fork.progress == {} and fork.timeline["lanes"]


def test_without_fork_it_says_so_and_the_simulation_stands(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    widget = wl.ForkSimulator()
    assert "no fork in a browser" in widget.cannot_fork
    with pytest.raises(ValueError, match="so there is only the prediction"):
        widget.run()
    assert groups(widget) == [[0, 1, 2, 3]] * 3


# ---- bad input ----


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("children", 1000, "a number of children is at most 8, not 1,000"),
        ("children", 0, "at least 1, not 0"),
        ("draws_after", 10_000, "10,000 draws after the fork: this drawing has room for 0 to 16"),
        ("draws_before", -1, "-1 draws before the fork"),
        ("seed", "-1", "a seed for Wichmann–Hill is at least 0, not -1"),
        ("seed", "nan", "a whole number such as 42, not “nan”"),
        ("seed", "9" * 2000, "up to 1,000 digits"),
        ("seed", "", "a whole number"),
        ("generator", "dice", "no generator 'dice'; there are wichmann-hill"),
        ("reseeding", "prayer", "no reseeding 'prayer'"),
    ],
)
def test_bad_input_is_explained_and_nothing_is_lost(fork, name, value, message):
    before, good = fork.timeline, getattr(fork, name)
    fork.set_state({name: value})
    assert message in fork.error
    assert fork.timeline == before
    fork.set_state({name: good})
    assert fork.error == ""
    with pytest.raises(ValueError, match=message.split("(")[0]):
        wl.ForkSimulator(**{name: value})


def test_a_seed_too_large_for_the_next_generator_is_folded_for_it_alone(fork):
    fork.seed = "457428938475"
    assert fork.timeline["seed_note"] == ""
    fork.generator = "numpy-legacy"
    assert fork.error == "" and fork.timeline["title"] == "np.random (legacy)"
    assert (
        "it gets the remainder after division by that, 2,162,405,099." in fork.timeline["seed_note"]
        and fork.seed == "457428938475"
    )
    first = np.random.RandomState(457428938475 % 2**32).random_sample()
    assert float(fork.timeline["before"]["draws"][0]["exact"]) == first
    assert (
        "Every process drew exactly the predicted numbers" in really(fork)["message"]
        and "2,162,405,099" in fork.timeline["seed_note"]
    )
    fork.generator = "wichmann-hill"  # what was typed is not lost
    assert fork.timeline["before"]["states"][0] == "(4976, 20238, 499)" and fork.timeline["seed_note"] == ""


@pytest.mark.parametrize("generator", generators.GENERATORS)
def test_every_generator_takes_a_huge_seed(fork, generator):
    fork.seed = "9" * 900
    fork.generator = generator
    assert fork.wait(WAIT_S) and fork.error == "" and len(fork.timeline["lanes"]) == 3


def test_start_again_goes_back_to_what_was_given():
    widget = wl.ForkSimulator("numpy-generator", children=3, seed=5)
    first = widget.timeline
    widget.seed = "nonsense"
    widget.children, widget.reseeding = 5, "spawn"
    widget._run_guarded(widget._on_custom_msg, {"restart": True}, [])
    assert (widget.children, widget.reseeding, widget.seed, widget.error) == (3, "none", "5", "")
    assert widget.timeline == first


def test_all_of_it_is_json(fork):
    really(fork)
    json.dumps(
        {name: getattr(fork, name) for name in fork.keys if name[0] != "_" and name != "layout"}, allow_nan=False
    )


def test_an_unknown_keyword_is_named():
    with pytest.raises(TypeError, match="processes"):
        wl.ForkSimulator(processes=5)


def test_a_run_that_is_cancelled_before_its_prediction_was_made_leaves_the_prediction(fork, monkeypatch):
    fork.generator = "python"
    fork._shown = None  # as if the run had taken the place of a prediction still being made
    fork.timeline = {}
    fork._on_custom_msg({"cancel": True}, [])
    assert fork.timeline["title"] == "Python’s random" and fork.error == ""


@pytest.mark.parametrize(
    ("make", "former", "name", "value"),
    [
        (wl.ForkSimulator, "cure", "reseeding", "spawn"),
        (wl.LoaderWorkers, "cure", "reseeding", "spawn"),
        (wl.RandomStream, "beside", "compare_with", "randu"),
    ],
)
def test_a_former_keyword_is_taken_with_a_warning(make, former, name, value):
    with pytest.warns(DeprecationWarning, match=f"{former} is now called {name}"):
        assert getattr(make(**{former: value}), name) == value
