import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from select import select
from threading import Event

import numpy as np
import pytest
import torch

from tests.support.processes import assert_no_leaked_children
from widgets_lib.compute import rng, turns
from widgets_lib.compute.rng import RESEEDINGS, ForkSpec, compare, describe_fork, fork_records, forks, real_fork
from widgets_lib.compute.rng.generators import GENERATORS
from widgets_lib.compute.timing import Stopped
from widgets_lib.widgets.ladder.measurements import MEASURE_LOCK

# after seeding everything with 0, the first numbers of the libraries themselves
FIRST = {
    "wichmann-hill": 0.01693090619965683,
    "python": 0.8444218515250481,
    "numpy-legacy": 0.5488135039273248,
    "numpy-generator": 0.6369616873214543,
    "torch": 0.49625658988952637,
}
WITHOUT_TORCH = [key for key in GENERATORS if key != "torch"]


def values(process):
    return [draw.value for draw in process.draws]


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_parent_draws_what_the_library_draws(generator):
    assert values(describe_fork(generator).processes[0])[0] == FIRST[generator]


def test_the_parent_goes_on_from_before_the_fork():
    np.random.seed(7)
    expected = np.random.random_sample(6).tolist()
    fork = describe_fork("numpy-legacy", draws_before=2, draws_after=4, seed=7)
    assert list(fork.before) + values(fork.processes[0]) == expected
    random.seed(7)
    fork = describe_fork("python", draws_before=2, seed=7)
    assert list(fork.before) + values(fork.processes[0]) == [random.random() for _ in range(6)]
    fork = describe_fork("torch", draws_before=2, seed=7)
    torch.manual_seed(7)
    assert list(fork.before) == torch.rand(2).tolist() and values(fork.processes[0]) == torch.rand(4).tolist()


@pytest.mark.parametrize("generator", ["wichmann-hill", "numpy-legacy", "numpy-generator", "torch"])
def test_without_reseeding_every_child_repeats_its_parent(generator):
    fork = describe_fork(generator, children=3, draws_before=5, draws_after=4)
    assert len({tuple(values(process)) for process in fork.processes}) == 1
    assert (fork.drawn, fork.distinct, fork.equal) == (16, 4, 16)
    assert [[d.group for d in process.draws] for process in fork.processes] == [[0, 1, 2, 3]] * 4
    assert "only 4 different" in fork.sentence
    assert len({p.state_at_fork for p in fork.processes} | {p.state_at_start for p in fork.processes}) == 1
    assert all(process.predicted for process in fork.processes)


def test_pythons_random_reseeds_itself_in_every_child():
    fork = describe_fork("python")
    assert (fork.drawn, fork.distinct, fork.equal) == (12, 12, 0)
    parent, *children = fork.processes
    assert parent.reseeded == "" and parent.predicted
    for child in children:
        assert child.state_at_fork == parent.state_at_fork != child.state_at_start
        assert child.reseeded == "Python reseeded it from os.urandom" and not child.predicted
    assert describe_fork("python") == fork  # the stand-ins are the same every time


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("reseeding", [key for key in RESEEDINGS if key != "none"])
def test_reseeding_makes_all_draws_different_or_says_why_it_can_not(generator, reseeding):
    fork = describe_fork(generator, children=8, draws_before=3, draws_after=20, reseeding=reseeding)
    if reseeding == "jump" and generator in ("python", "torch"):
        assert "jump" in fork.unavailable and fork.sentence == fork.unavailable and fork.processes == ()
        return
    assert fork.unavailable is None
    assert fork.distinct == fork.drawn == 180 and fork.equal == 0
    assert all((p.reseeded == RESEEDINGS[reseeding]) == (p.name != "parent") for p in fork.processes)
    assert [p.predicted for p in fork.processes] == [True] + [reseeding != "urandom"] * 8


def test_the_state_card_of_wichmann_hill_is_the_state():
    fork = describe_fork("wichmann-hill", seed=457428938475, draws_after=1)
    parent, child, _ = fork.processes
    assert parent.state_at_fork == child.state_at_start == "(4976, 20238, 499)"
    assert parent.state_at_end == "(3364, 25938, 24184)"


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_state_is_told_at_every_moment(generator):
    fork = describe_fork(generator, draws_before=3, draws_after=5, reseeding="spawn")
    assert len(fork.states_before) == 4 and len(set(fork.states_before)) == 4
    for process in fork.processes:
        assert process.state_at_fork == fork.states_before[-1]
        assert len({process.state_at_start, *process.states}) == 6 and process.state_at_end == process.states[-1]


def test_wichmann_hills_states_are_those_of_python_2():
    fork = describe_fork("wichmann-hill", seed=457428938475, draws_before=1, draws_after=0)
    assert fork.states_before == ("(4976, 20238, 499)", "(3364, 25938, 24184)")
    assert fork.processes[1].states == () and fork.processes[1].state_at_end == "(3364, 25938, 24184)"


def test_the_count_can_be_told_draw_by_draw():
    fork = describe_fork(children=3)
    assert fork.sentence_after(0) == "No process has drawn since the fork."
    assert fork.sentence_after(2) == "8 draws after the fork, only 2 different: every child repeats its parent."
    assert fork.sentence_after(4) == fork.sentence
    assert describe_fork(children=1).sentence.endswith("only 4 different: the child repeats its parent.")


def test_equal_draws_are_marked_wherever_they_stand_in_a_stream():
    assert forks.equal_groups([[0.1, 0.2, 0.3], [0.3, 0.4], [0.5, 0.5]]) == [[None, None, 0], [0, None], [None, None]]


def test_neighbouring_process_ids_are_neighbouring_seeds_of_wichmann_hill():
    fork = describe_fork("wichmann-hill", reseeding="pid", pids=[1000, 1001, 1002])
    first, second = (values(child)[0] for child in fork.processes[1:])
    assert abs(first - second) == pytest.approx(171 / 30269)
    assert "close together" in fork.sentence and "close together" in fork.sentence_after(1)
    assert (
        "close" not in describe_fork("wichmann-hill", children=1, reseeding="pid").sentence
    )  # the parent's id is no seed
    assert "close" not in describe_fork("numpy-legacy", reseeding="pid").sentence


NAMES = {"os": os, "random": random, "np": np, "torch": torch, "WichmannHill": rng.WichmannHill}

# The code on the cards is what a learner would write: run in a child's place, it must draw what was predicted.
SETUP = {
    "wichmann-hill": ("rng = WichmannHill(seed); rng.draw(3)", "rng.random()"),
    "python": ("random.seed(seed); [random.random() for _ in range(3)]", "random.random()"),
    "numpy-legacy": ("np.random.seed(seed); np.random.random(3)", "np.random.random()"),
    "numpy-generator": ("rng = np.random.default_rng(seed); rng.random(3)", "rng.random()"),
    "torch": ("torch.manual_seed(seed); torch.rand(3)", "torch.rand(1).item()"),
}


def test_code_that_counts_the_children_says_from_where():
    for reseeding in RESEEDINGS:
        code = describe_fork("numpy-generator", reseeding=reseeding).code
        assert code.startswith("# child: 0 in the first child, 1 in the second") == (
            "child_seed" in code or "child +" in code
        ), reseeding


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("reseeding", ["none", "pid", "spawn", "jump"])
def test_the_code_shown_does_what_is_predicted(generator, reseeding, monkeypatch):
    fork = describe_fork(generator, reseeding=reseeding, seed=11, draws_before=3)
    if fork.unavailable or (generator, reseeding) == ("python", "none"):
        assert not fork.code or "since Python 3.7" in fork.code
        return
    setup, draw = SETUP[generator]
    for child, process in enumerate(fork.processes[1:]):
        monkeypatch.setattr(os, "getpid", lambda pid=process.pid: pid)
        names = NAMES | {"seed": 11, "children": 2, "child": child}
        exec(f"{setup}\n{fork.code}\ndrawn = [{draw} for _ in range(4)]", names)
        assert names["drawn"] == values(process)


@pytest.mark.parametrize("generator", GENERATORS)
def test_the_code_that_asks_the_operating_system_runs_and_differs_every_time(generator):
    code = describe_fork(generator, reseeding="urandom").code
    setup, draw = SETUP[generator]
    drawn = []
    for _ in range(2):
        names = NAMES | {"seed": 11}
        exec(f"{setup}\n{code}\ndrawn = {draw}", names)
        drawn.append(names["drawn"])
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("generator", WITHOUT_TORCH)
def test_a_real_fork_draws_what_was_predicted(generator):
    fork, real = describe_fork(generator, draws_before=1), real_fork(generator, draws_before=1)
    assert real.real and not fork.real
    assert compare(fork, real) == ((True, None, None) if generator == "python" else (True, True, True))
    assert real.before == fork.before and (real.drawn, real.distinct) == (fork.drawn, fork.distinct)
    assert [p.state_at_fork for p in real.processes] == [p.state_at_fork for p in fork.processes]
    pids = {p.pid for p in real.processes}
    assert len(pids) == 3 and os.getpid() not in pids


def test_a_real_fork_of_torch():
    real = real_fork("torch", children=2)
    assert [values(p)[0] for p in real.processes] == [FIRST["torch"]] * 3
    assert compare(describe_fork("torch"), real) == (True, True, True)


@pytest.mark.parametrize("reseeding", ["urandom", "spawn", "jump"])
def test_reseeding_for_real_makes_all_draws_different(reseeding):
    fork, real = (make("numpy-generator", children=3, reseeding=reseeding) for make in (describe_fork, real_fork))
    assert real.distinct == real.drawn == 16
    assert compare(fork, real) == (True, *[None if reseeding == "urandom" else True] * 3)


def test_with_the_real_process_ids_reseeding_by_them_is_predicted_exactly():
    real = real_fork("wichmann-hill", reseeding="pid")
    assert compare(describe_fork(reseeding="pid", pids=[p.pid for p in real.processes]), real) == (True, True, True)
    assert compare(describe_fork(reseeding="pid"), real) == (True, False, False)


def test_comparing_looks_at_the_states_too():
    """Where no process draws after the fork there is nothing else."""
    fork, real = describe_fork(draws_after=0, seed=1), real_fork(draws=0, seed=1)
    assert compare(fork, real) == (True, True, True)
    assert compare(describe_fork(draws_after=0, seed=2), real) == (False, False, False)


def test_one_process_at_a_time_forks_for_real_and_who_gave_up_waiting_starts_none(monkeypatch):
    """Also while anything else is timed."""
    inside, most, started, another = [], [], [], Event()

    def run(arguments, timeout_s, should_stop):
        inside.append(1)
        started.append(1)
        most.append(len(inside))
        if len(inside) > 1:
            another.set()
        another.wait(0.2)  # for another one, which must not come
        inside.pop()
        raise Stopped

    monkeypatch.setattr(forks, "_run_process", run)
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(real_fork, should_stop=(lambda given_up=n >= 4: given_up)) for n in range(6)]
    assert all(isinstance(fork.exception(), Stopped) for fork in waiting)
    assert max(most) == 1 and len(started) == 4
    with turns.take(lambda: False, 1), pytest.raises(TimeoutError, match="still at work"):
        real_fork(timeout_s=0.01)
    assert len(started) == 4 and turns.TURN is MEASURE_LOCK


def test_two_dozen_real_forks_leave_no_process_behind():
    with assert_no_leaked_children(), ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda seed: real_fork(children=1, draws=1, seed=seed), range(24)))
    pids = {process.pid for fork in done for process in fork.processes}
    assert len(pids) == 48
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_a_child_that_hangs_is_ended_with_its_siblings():
    script = (
        "import os, signal, sys\n"
        "from widgets_lib.compute.rng.fork_process import fork_and_collect\n"
        "try:\n"
        "    fork_and_collect(lambda child: 'an answer' if child else signal.pause(), 3, timeout_s=0.3)\n"
        "except TimeoutError as error:\n"
        "    print(error)\n"
        "try:\n"
        "    os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError:\n"
        "    print('no child left')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "a child did not answer in time\nno child left\n"


def test_a_child_that_fails_is_reported_and_none_returns_into_the_parents_code():
    script = (
        "from widgets_lib.compute.rng.fork_process import fork_and_collect\n"
        "try:\n"
        "    fork_and_collect(lambda child: 1 / 0, 2, timeout_s=20)\n"
        "except RuntimeError as error:\n"
        "    print(error, flush=True)\n"
        "finally:\n"
        "    print('once', flush=True)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "a child ended without an answer\nonce\n"


def test_a_fork_that_takes_too_long_is_ended_whole():
    with assert_no_leaked_children(), pytest.raises(TimeoutError, match=r"longer than 0.01 s, and was ended"):
        real_fork(timeout_s=0.01)


def test_a_fork_can_be_stopped_and_leaves_no_process(monkeypatch, tmp_path):
    hanging, held = tmp_path / "python", tmp_path / "held"  # a parent and a child that both go on for ever
    hanging.write_text(f"#!/bin/sh\nexec 3> {held}\nsleep 60 >&3 2>&3 &\necho started >&3\nwait\n")
    hanging.chmod(0o755)
    os.mkfifo(held)
    monkeypatch.setattr(sys, "executable", str(hanging))
    reader = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with assert_no_leaked_children(), pytest.raises(Stopped):
            real_fork(should_stop=lambda: select([reader], [], [], 0)[0])
        assert os.read(reader, 100) == b"started\n"
        # A killed process is gone a moment after the signal, and init may wait for an orphan late or never. Its files
        # are closed when it ends: the pipe that both hold has no writer any more.
        assert select([reader], [], [], 10)[0], "one of the two still holds the pipe after 10 s"
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


def test_children_end_when_the_process_that_asked_has_ended():
    script = (
        "import os, signal\n"
        "from widgets_lib.compute.rng.fork_process import fork_and_collect\n"
        "lifeline, other_end = os.pipe()\n"
        "os.close(other_end)\n"
        "try:\n"
        "    fork_and_collect(lambda child: signal.pause(), 2, timeout_s=20, lifeline=lifeline)\n"
        "except EOFError as error:\n"
        "    print(error)\n"
        "try:\n"
        "    os.waitpid(-1, os.WNOHANG)\n"
        "except ChildProcessError:\n"
        "    print('no child left')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=15, check=True)
    assert done.stdout == "the process that asked has ended\nno child left\n"


def test_a_process_that_fails_is_explained(monkeypatch, tmp_path):
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho 'Traceback' >&2\necho 'the last line' >&2\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    with pytest.raises(RuntimeError, match="failed: the last line"):
        real_fork()


def test_a_file_of_the_learners_can_not_get_in_the_way(monkeypatch, tmp_path):
    (tmp_path / "random.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    assert real_fork(draws=1).distinct == 1


def test_without_fork_the_prediction_stands(monkeypatch):
    monkeypatch.delattr(os, "fork")
    real = real_fork()
    assert "no fork on this system" in real.unavailable and real.processes == ()
    assert forks.fork_unavailable_reason() == real.unavailable
    assert describe_fork().equal == 12


def test_in_a_browser_there_is_no_fork(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    assert "no fork in a browser" in real_fork().unavailable


def test_without_torch_a_fork_of_torch_is_predicted_and_a_real_one_says_why_not(monkeypatch):
    monkeypatch.setattr("widgets_lib.compute.rng.generators.find_spec", lambda name: None)
    assert values(describe_fork("torch").processes[0])[0] == FIRST["torch"]
    assert real_fork("torch").unavailable == "torch is not installed here, so there is only the prediction."


def test_a_reseeding_that_can_not_be_done_is_not_forked_for():
    assert "no way to jump" in real_fork("torch", reseeding="jump").unavailable


@pytest.mark.parametrize("make", [describe_fork, real_fork])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"children": 1000}, ValueError, "a number of children is at most 8, not 1,000"),
        ({"children": 0}, ValueError, "at least 1, not 0"),
        ({"children": "two"}, TypeError, "a number of children is a whole number, not 'two'"),
        ({"draws_before": -1}, ValueError, "before the fork is at least 0"),
        ({"draws_before": 10**9}, ValueError, "at most 1,000"),
        ({"seed": -1}, ValueError, "a seed for Wichmann–Hill is at least 0, not -1"),
        ({"seed": float("nan")}, TypeError, "not nan"),
        ({"seed": "42"}, TypeError, "not '42'"),
        ({"generator": "numpy-legacy", "seed": 2**32}, ValueError, r"at most 4,294,967,295"),
        ({"generator": "torch", "seed": 10**5000}, ValueError, "16,610 bits"),
        ({"generator": "dice"}, ValueError, "no generator 'dice'; there are wichmann-hill, python"),
        ({"reseeding": "prayer"}, ValueError, "no reseeding 'prayer'; there are none, pid"),
    ],
)
def test_bad_arguments_are_explained(make, arguments, error, message):
    with pytest.raises(error, match=message):
        make(**arguments)


@pytest.mark.parametrize("generator", GENERATORS)
def test_every_generator_takes_a_seed_once_it_is_folded(generator):
    for seed in (0, 42, 2**32 - 1):
        assert forks.fold_seed(generator, seed) == (seed, "")
    for seed in (457428938475, 10**900):
        folded, message = forks.fold_seed(generator, seed)
        describe_fork(generator, seed=folded)
        assert (folded == seed) == (message == "")
        assert f"{folded:,}" in message or message == ""


def test_folding_leaves_the_remainder_and_says_so():
    assert forks.fold_seed("numpy-legacy", 457428938475) == (
        2162405099,
        "np.random (legacy) takes only seeds below 4,294,967,296: "
        "it gets the remainder after division by that, 2,162,405,099.",
    )
    assert forks.fold_seed("torch", 2**64 + 7)[0] == 7
    with pytest.raises(ValueError, match="no generator 'dice'"):
        forks.fold_seed("dice", 1)


def test_too_few_process_ids_are_explained():
    with pytest.raises(ValueError, match="one for each of 2 children, not 2"):
        describe_fork(reseeding="pid", pids=[1, 2])


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf")])
def test_a_bad_timeout_is_explained(timeout_s):
    with pytest.raises(ValueError, match="timeout_s"):
        real_fork(timeout_s=timeout_s)


def test_rng_has_the_forks_too():
    assert rng.real_fork is real_fork and rng.describe_fork is describe_fork
    assert rng.RESEEDINGS is rng.CURES is RESEEDINGS


def test_predicting_loads_no_torch():
    script = (
        "import sys\nfrom widgets_lib.compute import rng\n[rng.describe_fork(key) for key in ('numpy-legacy', 'torch')]\n"
        "print([name for name in ('torch', 'numba', 'IPython', 'ipywidgets') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_spec_and_a_record_come_back_through_json():
    spec = ForkSpec("numpy-generator", np.int64(3), seed=10**900, reseeding="spawn")
    assert fork_records.spec_from_json(fork_records.to_json(spec)) == spec
    process = fork_records.ProcessRecord(7, "a", "b", [0.1, 0.2], ["c", "d"])
    assert fork_records.process_record_from_json(fork_records.to_json(process)) == process
    record = fork_records.ForkRecord([0.3], ["e", "f"], [process, process])
    assert fork_records.fork_record_from_json(fork_records.to_json(record)) == record


def test_numbers_of_numpy_are_taken_for_a_real_fork():
    assert real_fork(children=np.int64(1), draws=np.int64(1), seed=np.uint8(5)).seed == 5


@pytest.mark.parametrize("make", [describe_fork, real_fork])
def test_the_former_keyword_is_taken_with_a_warning(make):
    with pytest.warns(DeprecationWarning, match="the keyword cure is now called reseeding"):
        fork = make("numpy-generator", cure="spawn")
    assert fork.reseeding == "spawn" and fork.equal == 0
    with pytest.raises(TypeError, match="give reseeding alone"):
        make(cure="spawn", reseeding="jump")
