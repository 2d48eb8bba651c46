import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from widgets_lib.compute.matmul import function_pickle, worker
from widgets_lib.compute.matmul import trial as trial_module
from widgets_lib.compute.matmul.trial import trial
from widgets_lib.compute.matmul.worker import Worker

# numpy and Python lists, and no digits: nothing heavy is loaded, and a process is up in a moment
SMALL = {"backend": "numpy", "m": 5, "k": 7, "n": 10, "budget_s": 0.02}
ENDLESS = {"backend": "python-lists", "m": 50_000, "k": 100, "n": 10, "budget_s": 3600}
LAST = {"result", "error", "cancelled"}


class Listener:
    """Collects the messages of a job."""

    def __init__(self):
        self.messages = queue.Queue()

    def __call__(self, message):
        self.messages.put(message)

    def until(self, *events):
        """All messages up to the first one of these events."""
        received = [self.messages.get(timeout=60)]
        while received[-1]["event"] not in events:
            received.append(self.messages.get(timeout=60))
        return received

    @property
    def last(self):
        return self.until(*LAST)[-1]


@pytest.fixture(scope="module")
def shared():
    """One warm worker for the tests that do not end it."""
    made = Worker()
    yield made
    made.close()


@pytest.fixture
def fresh():
    made = Worker()
    yield made
    made.close()


def run(at, job):
    at.start(job, listener := Listener())
    return listener.last


def gone(pid):
    """No such process, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_result_has_all_a_reader_needs(shared):
    result = run(shared, SMALL)
    assert result["event"] == "result" and result["backend"] == "numpy" and result["correct"] is True
    assert 0 < result["seconds"] < 1 and result["repeats"] >= 3 and result["first_call_s"] > 0
    assert (result["rows"], result["measured_rows"], result["checked_rows"]) == (5, 5, 5)
    assert result["extrapolated"] is False
    assert result["gflops"] == pytest.approx(700 / result["seconds"] / 1e9)


def test_a_slow_rung_reports_progress_and_is_marked_as_estimated(shared):
    shared.start({"backend": "python", "m": 50_000, "k": 100, "n": 10, "budget_s": 0.1}, listener := Listener())
    *progress, result = listener.until(*LAST)
    assert progress and all(step["event"] == "progress" and step["of"] == 50_000 for step in progress)
    assert (
        result["extrapolated"] is True and result["measured_rows"] < 100 < result["estimate_s"]
        if ("estimate_s" in result)
        else result["measured_rows"] < 100 < result["seconds"]
    )
    assert "estimated from" in result["text"]


def test_the_process_stays_warm_between_jobs(shared):
    run(shared, SMALL)
    pid = shared._process.pid
    run(shared, SMALL | {"backend": "matmul"})
    assert shared._process.pid == pid


def test_a_job_may_carry_an_id(shared):
    assert run(shared, SMALL | {"id": "7"})["id"] == "7"


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (SMALL | {"backend": "fortran"}, "no backend 'fortran'"),
        (SMALL | {"m": -5}, "m must be a whole number"),
        (SMALL | {"k": 0}, "every size must be at least 1"),
        (SMALL | {"m": 10**9, "n": 10**6}, "B are free on this machine"),
        ({"backend": "numpy"}, "KeyError"),
    ],
)
def test_a_job_that_cannot_run_is_answered_in_words(shared, job, message):
    answer = run(shared, job)
    assert answer["event"] == "error" and message in answer["message"]
    assert run(shared, SMALL)["event"] == "result"


def test_an_unavailable_backend_says_why(shared):
    from widgets_lib.compute.matmul import BACKENDS

    reason = BACKENDS["torch-cuda"].unavailable()
    answer = run(shared, SMALL | {"backend": "torch-cuda"})
    assert answer["event"] == ("error" if reason else "result")
    assert answer.get("message") == reason


def test_one_job_at_a_time(fresh):
    fresh.start(ENDLESS, listener := Listener())
    with pytest.raises(RuntimeError, match="busy"):
        fresh.start(SMALL, listener)


def test_cancel_ends_and_reaps_a_busy_process_within_a_second(fresh):
    fresh.start(ENDLESS, listener := Listener())
    listener.until("progress")
    pid, start = fresh._process.pid, time.perf_counter()
    assert fresh.cancel() is True
    assert time.perf_counter() - start < 1
    assert gone(pid) and not fresh.busy
    assert listener.last == {"event": "cancelled", "backend": "python-lists"}
    assert listener.messages.empty()
    assert run(fresh, SMALL)["event"] == "result"  # and life goes on


def test_cancel_when_nothing_runs_changes_nothing(shared):
    run(shared, SMALL)
    pid = shared._process.pid
    assert shared.cancel() is False
    assert shared._process.pid == pid


def test_cancel_before_the_process_is_even_up(fresh):
    fresh.start(SMALL, listener := Listener())
    pid = fresh._process.pid
    fresh.cancel()
    assert listener.last["event"] == "cancelled" and gone(pid)


def test_a_crash_is_reported_in_words_and_the_next_job_runs(fresh):
    fresh.start(ENDLESS, listener := Listener())
    listener.until("progress")
    os.kill(fresh._process.pid, signal.SIGSEGV)
    answer = listener.last
    assert answer["event"] == "error" and "crashed its process (Segmentation fault)" in answer["message"]
    assert run(fresh, SMALL)["event"] == "result"


def test_a_kill_from_outside_is_reported_too(fresh):
    fresh.start(ENDLESS, listener := Listener())
    listener.until("progress")
    os.kill(fresh._process.pid, signal.SIGKILL)
    assert "memory ran out" in listener.last["message"]


def test_an_idle_process_that_vanished_is_replaced(fresh):
    run(fresh, SMALL)
    first = fresh._process
    first.kill()
    first.wait()
    assert run(fresh, SMALL)["event"] == "result"
    assert fresh._process.pid != first.pid


def test_the_thread_count_reaches_the_libraries(fresh):
    run(fresh, SMALL | {"threads": 1})
    with open(f"/proc/{fresh._process.pid}/environ") as environment:
        values = dict(line.split("=", 1) for line in environment.read().split("\0") if "=" in line)
    assert {values[f"{name}_NUM_THREADS"] for name in ("OMP", "MKL", "OPENBLAS", "NUMBA")} == {"1"}
    first = fresh._process.pid
    run(fresh, SMALL)
    assert fresh._process.pid != first and gone(first)


def test_an_idle_worker_gives_its_memory_back(fresh, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_S", 0.05)
    run(fresh, SMALL)
    process = fresh._process
    if process:
        process.wait(timeout=10)
    assert run(fresh, SMALL)["event"] == "result"


@pytest.mark.parametrize("job", [None, ENDLESS], ids=["idle", "busy"])
def test_it_ends_by_itself_when_its_kernel_dies(job):
    """A parent that is killed outright: its end of the pipe closes, and that is all the worker can notice."""
    program = (
        "import sys, time; from widgets_lib.compute.matmul.worker import Worker\n"
        "w = Worker()\n"
        f"w.start({job or SMALL!r}, lambda m: print(w._process.pid, m['event'], flush=True))\n"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    pid, event = 0, None
    while event != ("progress" if job else "result"):
        pid, event = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    ended = threading.Event()
    for _ in range(200):
        if gone(int(pid)) or state(int(pid)) == "Z":  # an orphan is reaped by init, where there is one
            ended.set()
            break
        time.sleep(0.05)
    assert ended.is_set()
    parent.stdout.close()


def state(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def test_the_protocol_by_hand_and_nothing_else_on_stdout():
    jobs = "".join(json.dumps(job) + "\n" for job in [SMALL, SMALL | {"backend": "nope"}])
    process = subprocess.Popen(
        [sys.executable, "-m", "widgets_lib.compute.matmul.worker_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdin.write(jobs)
    process.stdin.flush()
    received = []
    while len([message for message in received if message["event"] in LAST]) < 2:
        received.append(json.loads(process.stdout.readline()))
    assert process.communicate()[0] == "" and process.returncode == 0
    assert [message["event"] for message in received if message["event"] in LAST] == ["result", "error"]


def test_a_function_of_the_notebook_runs_there_too_on_tensors(shared):
    def mine(a, b):
        assert type(a).__module__ == "torch", type(a)
        return a @ b

    result = run(shared, SMALL | {"backend": "mine", "function": function_pickle.pack(mine)})
    assert result["event"] == "result" and result["correct"] is True


def test_its_error_names_the_line(shared):
    def mine(a, b):
        c = a @ b
        return c.no_such_name

    answer = run(shared, SMALL | {"backend": "mine", "function": function_pickle.pack(mine)})
    assert answer["event"] == "error" and "AttributeError" in answer["message"]
    assert answer["message"].endswith("(line 3 of your code)")


def test_what_cannot_be_copied_is_said_in_words():
    lock = threading.Lock()
    with pytest.raises(TypeError, match="can't be copied into another process"):
        function_pickle.pack(lambda a, b: lock)


class TestTrial:
    a, b = np.ones((6, 4), np.float32), np.ones((4, 3), np.float32)

    def test_a_wrong_answer_gets_no_time_but_a_picture(self):
        def forgets_the_last_row(a, b):
            c = a @ b
            c[-1] = 0
            return c

        result = trial(forgets_the_last_row, self.a, self.b, budget_s=0.01)
        assert result["correct"] is False and "seconds" not in result
        assert result["mismatch"]["index"] == [5, 0] and result["mismatch"]["wrong_count"] == 3
        assert result["mismatch"]["picture"] == 5 * [[0, 0, 0]] + [[1, 1, 1]]
        json.dumps(result, allow_nan=False)

    def test_not_a_number_travels_as_a_word(self):
        result = trial(lambda a, b: a @ b * np.nan, self.a, self.b, budget_s=0.01)
        assert result["mismatch"]["got"] == "nan"
        json.dumps(result, allow_nan=False)

    def test_a_large_product_is_checked_on_rows_spread_over_all(self, monkeypatch):
        monkeypatch.setattr(trial_module, "CHECKED_FLOPS", 3 * 2 * 4 * 3)
        assert trial(np.matmul, self.a, self.b, budget_s=0.01)["checked_rows"] == 3

        def loses_the_last_row(a, b):
            c = a @ b
            c[-1] = 7
            return c

        assert trial(loses_the_last_row, self.a, self.b, budget_s=0.01)["correct"] is False

    def test_operands_a_function_spoils_are_not_the_reference(self):
        def spoils(a, b):
            a[:] = 2
            return a @ b

        copies = lambda a, b: (a.copy(), b.copy())  # noqa: E731
        assert trial(spoils, self.a, self.b, prepare=copies, budget_s=0.01)["correct"] is False
        assert (self.a == 1).all()

    def test_the_first_call_is_the_very_first_one(self, monkeypatch):
        now = [0.0]
        monkeypatch.setattr(trial_module, "perf_counter", lambda: now[0])
        calls = []

        def compiles_first(a, b):
            now[0] += 0 if calls else 2.5
            calls.append(1)
            return a @ b

        assert trial(compiles_first, self.a, self.b, budget_s=0.01)["first_call_s"] == 2.5

    def test_what_a_function_raises_comes_out(self):
        with pytest.raises(ZeroDivisionError):
            trial(lambda a, b: 1 / 0, self.a, self.b)
