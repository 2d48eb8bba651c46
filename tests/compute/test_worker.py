import importlib
import itertools
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from widgets_lib.compute import timing
from widgets_lib.compute.formatting import count
from widgets_lib.compute.matmul import BACKENDS, examination, function_pickle, remembering, worker, worker_process
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


def run(at, job, function=b""):
    at.start(job, listener := Listener(), function)
    return listener.last


def run_function(at, function, **changes):
    """The last message about a function as a learner writes it."""
    return run(at, SMALL | {"backend": "mine"} | changes, function_pickle.pack(function))


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
    assert result["extrapolated"] is True and result["measured_rows"] < 100 < result["seconds"]
    how = "from" if result["text"].startswith("at most ") else "estimated from"  # a bound, where all was disturbed
    assert f" ({how} {count(result['measured_rows'], 'row')})" in result["text"]


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
    assert run(fresh, SMALL | {"threads": 1})["threads"] == 1
    with open(f"/proc/{fresh._process.pid}/environ") as environment:
        values = dict(line.split("=", 1) for line in environment.read().split("\0") if "=" in line)
    assert {values[f"{name}_NUM_THREADS"] for name in ("OMP", "MKL", "OPENBLAS", "NUMBA")} == {"1"}
    first = fresh._process.pid
    assert run(fresh, SMALL | {"threads": 3})["threads"] == 3
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


@pytest.mark.parametrize("size", [{}, {"m": 300, "k": 200}])
@pytest.mark.parametrize("call_s", [0.2, 0.9])
def test_while_calls_come_back_it_says_every_few_of_them_how_far_it_is(monkeypatch, size, call_s):
    """On a busy machine half a minute may lie between two steps; then a right function would seem endless."""
    now, said = [0.0], []
    for module, clock in ((worker_process, "monotonic"), (timing, "perf_counter")):
        monkeypatch.setattr(module, clock, lambda: now[0])

    def work(a, b):
        now[0] += call_s
        return a @ b

    monkeypatch.setattr(worker_process, "_function", lambda job: (work, lambda a, b: (a, b)))
    worker_process._run(SMALL | size | {"budget_s": 10.0}, lambda **message: said.append((now[0], message)))
    times = [at for at, _ in said]
    assert times[-1] > 10 and all(later - before < 1 + 5 * call_s for before, later in itertools.pairwise(times))
    assert [message["event"] for _, message in said[:-1]] == (len(said) - 1) * ["progress"]


def test_a_function_of_the_notebook_runs_there_too_on_tensors(shared):
    def mine(a, b):
        assert type(a).__module__ == "torch", type(a)
        return a @ b

    result = run_function(shared, mine)
    assert result["event"] == "result" and result["correct"] is True


def test_its_error_names_the_line(shared):
    def mine(a, b):
        c = a @ b
        return c.no_such_name

    answer = run_function(shared, mine)
    assert answer["event"] == "error" and "AttributeError" in answer["message"]
    assert answer["message"].endswith("(line 3 of your code)")


def test_what_cannot_be_copied_is_said_in_words():
    lock = threading.Lock()
    with pytest.raises(TypeError, match="can’t be copied into another process"):
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
        assert result["mismatch"]["index"][0] == 5 and result["mismatch"]["wrong_count"] == 3
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
        monkeypatch.setattr(examination, "perf_counter", lambda: now[0])
        calls = []

        def compiles_first(a, b):
            now[0] += 0 if calls else 2.5
            calls.append(1)
            return a @ b

        assert trial(compiles_first, self.a, self.b, budget_s=0.01)["first_call_s"] == 2.5

    def test_between_calls_and_before_each_check_it_asks_whether_to_stop(self):
        """A part of a large product is measured in steps, then the whole, and at last what is checked is computed."""
        done = []
        a, b = np.ones((40, 300), np.float32), np.ones((300, 30), np.float32)

        def mine(a, b):
            done.append("call")
            return a @ b

        def asked():
            done.append("asked")
            return False

        assert trial(mine, a, b, budget_s=0.02, should_stop=asked)["correct"] is True
        assert done[-3:] == ["asked", "call", "asked"] and done.count("asked") > 10

        is_checked = lambda: done[-1] == "checked"  # noqa: E731

        def tells(a, b):
            done.append("checked" if a.shape == (40, 300) and not (a == 1).all() else "call")
            return a @ b

        for should_stop in (lambda: True, lambda: done.count("call") > 20, is_checked):
            done.clear()
            with pytest.raises(timing.Stopped):
                trial(tells, a, b, budget_s=0.02, should_stop=should_stop)

    def test_what_a_function_raises_comes_out(self):
        with pytest.raises(ZeroDivisionError):
            trial(lambda a, b: 1 / 0, self.a, self.b)


# ---- what learners write ----


def test_a_function_that_leaves_out_the_last_k_is_wrong_at_every_size(shared):
    """The last pixel of a digit is blank, so digits alone would not show it."""

    def short(a, b):
        return a[:, :-1] @ b[:-1]

    for m in (1, 5, 300):
        result = run_function(shared, short, m=m, k=784)
        assert result["correct"] is False and "values are wrong" in result["mismatch"]["reason"]


def test_blank_columns_in_the_middle_count_too(shared):
    def skips(a, b):
        c = a @ b
        return c - torch.outer(a[:, 3], b[3])

    import torch

    assert run_function(shared, skips, m=5, k=784)["correct"] is False


def writes_into_a(a, b):
    c = a @ b
    a *= 2
    return c


def writes_into_b(a, b):
    c = a @ b
    b[-1, -1] += 1
    return c


def leaves_memory_unwritten(a, b):
    import torch

    c = torch.empty(a.shape[0], b.shape[1])
    c[:, 0] = a @ b[:, 0]
    return c


def adds_to_unwritten_memory(a, b):
    import numpy as np

    c = np.empty((a.shape[0], b.shape[1]), np.float32)
    c += a.numpy() @ b.numpy()
    return c


def adds_to_an_old_constructor(a, b):
    import torch

    c = torch.Tensor(a.shape[0], b.shape[1])
    c += a @ b
    return c


def keeps_its_result(a, b, kept=[]):  # noqa: B006
    if not kept:
        kept.append(a @ b)
    kept[0][:] = a @ b
    return kept[0]


def answers_from_memory(a, b, known={}):  # noqa: B006
    key = a.shape, b.shape
    if key not in known:
        known[key] = a @ b
    return known[key].clone()


def remembers_the_object(a, b, known={}):  # noqa: B006
    if id(a) not in known:
        known[id(a)] = a @ b
    return known[id(a)].clone()


def remembers_the_numbers(a, b, known={}):  # noqa: B006
    """Knows every product by its numbers, and gives a new matrix each time."""
    import time

    key = a.numpy().tobytes() + b.numpy().tobytes()
    if key not in known:
        time.sleep(0.002)  # slow enough to be seen beside hashing
        known[key] = a @ b
    return known[key].clone()


def adds_up_over_calls(a, b, total=[0]):  # noqa: B006
    total[0] = total[0] + a @ b
    return total[0].clone()


def uses_one_matrix_for_all(a, b, made=[]):  # noqa: B006
    import torch

    if not made:
        made.append(torch.zeros(a.shape[0], b.shape[1]))
    torch.matmul(a, b, out=made[0])
    return made[0][:]


def yields_rows(a, b):
    for row in a:
        yield row @ b


async def is_async(a, b):
    return a @ b


def maps_rows(a, b):
    return map(b.T.mv, a)


def forgets_to_return(a, b):
    c = a @ b  # noqa: F841


def returns_bfloat16(a, b):
    return (a @ b).bfloat16()


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (writes_into_a, r"writes into its input: 35 values of `a` changed"),
        (writes_into_b, r"writes into its input: 1 value of `b` changed"),
        (leaves_memory_unwritten, "nan is what new memory holds here"),
        (adds_to_unwritten_memory, "nan is what new memory holds here"),
        (adds_to_an_old_constructor, "nan is what new memory holds here"),
        (keeps_its_result, "returns the same object each time"),
        (uses_one_matrix_for_all, "returns the same object each time|changes the result of the first"),
        (answers_from_memory, "keeps something between calls; it is the answer of the call before"),
        (remembers_the_object, "keeps something between calls; it is the answer of the call before"),
        (adds_up_over_calls, "keeps something between calls"),
        (yields_rows, "has a `yield`"),
        (is_async, "is `async`"),
        (maps_rows, "returns a `map`"),
        (forgets_to_return, "is a `return` missing"),
        (returns_bfloat16, "bfloat16"),
    ],
)
def test_what_is_no_product_of_its_own_gets_no_time(shared, function, named):
    result = run_function(shared, function)
    assert result["event"] == "result" and result["correct"] is False and "seconds" not in result
    assert re.search(named, result["mismatch"]["reason"]), result["mismatch"]["reason"]


def test_a_function_that_knows_every_product_by_its_numbers_gets_no_time(shared):
    """Where other programs disturbed every call for half a second, nobody is accused: then it is asked again."""
    results = (run_function(shared, remembers_the_numbers) for _ in range(6))
    found = next((result for result in results if not result["correct"]), None)
    assert found and "seconds" not in found
    assert "remembers its answers: with a new number in `a` it takes" in found["mismatch"]["reason"]


def interrupts_itself(a, b):
    raise KeyboardInterrupt


def leaves_python(a, b):
    sys.exit("enough")


def raises_without_a_word(a, b):
    raise NotImplementedError


def asks(a, b):
    return a @ b * float(input("factor? "))


def stops_for_a_look(a, b):
    breakpoint()
    return a @ b


def stops_in_pdb(a, b):
    import pdb

    pdb.set_trace()
    return a @ b


def reads_a_line(a, b):
    return a @ b * float(next(iter(sys.stdin)))


@pytest.mark.parametrize(
    ("function", "named"),
    [
        (interrupts_itself, r"^KeyboardInterrupt, without a message \(line 2"),
        (leaves_python, r"^SystemExit: the function calls exit"),
        (raises_without_a_word, r"^NotImplementedError, without a message \(line 2"),
        (asks, r"input\(\) can’t be answered.*\(line 2"),
        (stops_for_a_look, r"breakpoint\(\) can’t be answered.*\(line 2"),
        (stops_in_pdb, r"input\(\) can’t be answered"),
        (reads_a_line, r"StopIteration, without a message"),
    ],
)
def test_what_would_end_or_block_the_process_is_said(shared, function, named):
    pid = shared._process.pid if shared._process else None
    answer = run_function(shared, function)
    assert answer["event"] == "error" and re.search(named, answer["message"]), answer
    assert pid in (None, shared._process.pid), "the process ended"


def test_numba_is_told_to_take_arrays(shared):
    import numba

    @numba.njit
    def compiled(a, b):
        return a @ b

    def calls_compiled(a, b):
        return compiled(a, b)

    for function in (compiled, calls_compiled):
        answer = run_function(shared, function)
        assert answer["event"] == "error" and "give it a.numpy() and b.numpy()" in answer["message"], answer


def written_for_one_size(a, b):
    import torch

    c = torch.zeros(50, 40)
    for i in range(50):
        c[i] = a[i] @ b
    return c


def shape_of_one_size(a, b):
    import torch

    return torch.zeros(50, 40)


@pytest.mark.parametrize(("function", "event"), [(written_for_one_size, "error"), (shape_of_one_size, "result")])
def test_sizes_written_into_a_function_are_suspected(shared, function, event):
    answer = run_function(shared, function, m=50, k=784, n=40)
    said = answer.get("message") or answer["mismatch"]["reason"]
    assert answer["event"] == event and re.search(r"it was given \d rows of a and 19 columns of b here", said), said


def test_a_large_product_is_not_slowed_by_the_rows_that_are_not_used(shared):
    """The copy of a few rows must not copy the memory of all of them."""
    start = time.perf_counter()
    result = run_function(shared, lambda a, b: a @ b, m=50_000, k=784, budget_s=0.3)
    assert result["correct"] and not result["extrapolated"] and result["seconds"] < 3, result
    assert time.perf_counter() - start < 30


def test_a_closure_of_many_megabytes_goes_as_bytes(shared):
    weights = np.ones((10_000_000,), np.float32)
    packed = function_pickle.pack(lambda a, b: (a @ b) * float(weights[0]))
    assert isinstance(packed, bytes) and len(packed) < 1.01 * weights.nbytes
    assert run(shared, SMALL | {"backend": "mine"}, packed)["correct"] is True


def test_a_closure_that_is_too_large_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(function_pickle, "MAX_BYTES", 10_000)
    data = np.ones(5_000, np.float32)
    with pytest.raises(ValueError, match=r"uses 2\d\.\d kB of data from the notebook, which is too much"):
        function_pickle.pack(lambda a, b: a @ b * data[0])


@pytest.mark.parametrize("style", ["function", "module"])
def test_a_module_that_was_edited_and_reloaded_runs_as_it_is_now(shared, tmp_path, monkeypatch, style):
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"helpers_of_{style}"
    path = tmp_path / f"{name}.py"
    path.write_text("def product(a, b):\n    return a @ b + 1\n")
    module = importlib.import_module(name)

    def by_module(a, b):
        return module.product(a, b)

    product = lambda: module.product if style == "function" else by_module  # noqa: E731
    assert run_function(shared, product())["correct"] is False
    path.write_text("def product(a, b):\n    return a @ b  # mended\n")
    importlib.reload(module)
    assert run_function(shared, product())["correct"] is True
    monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize(
    ("all_s", "one_s", "disturbed", "together", "seconds", "threads", "at_most"),
    [
        (5e-3, 7e-6, True, True, 7e-6, 1, False),  # two that wait for each other's processor, for what is over by then
        (5e-3, 3e-3, True, True, 3e-3, 1, True),  # two may do it in half the time
        (5e-3, 9e-3, True, True, 5e-3, 2, True),
        (9e-6, 7e-6, False, True, 7e-6, 1, False),
        (200e-6, 390e-6, False, True, 200e-6, 2, False),
        (200e-6, 190e-6, True, False, 190e-6, 1, False),  # one thread that was slowed down, and later was not
        (5e-3, None, False, True, 5e-3, 2, False),  # long enough, and nothing in the way: one alone is not tried
        (5e-3, None, True, False, 5e-3, 2, True),  # nor where it was one anyway
    ],
)
def test_one_thread_is_timed_too_where_several_may_be_in_their_own_way(
    monkeypatch, all_s, one_s, disturbed, together, seconds, threads, at_most
):
    torch = pytest.importorskip("torch")
    tried = []

    def measure(fn, a, b, **options):
        tried.append(torch.get_num_threads())
        alone = tried[-1] == 1
        held_up = {"disturbed": disturbed and not alone, "together": together and not alone}
        return timing.Timing(one_s if alone else all_s, spread=0.1, **held_up)

    before = torch.get_num_threads()
    monkeypatch.setattr(trial_module.timing, "measure", measure)
    torch.set_num_threads(2)
    try:
        found = trial(torch.matmul, torch.ones(2, 3), torch.ones(3, 4))
        assert tried == ([2, 1] if one_s else [2]) and torch.get_num_threads() == 2
        assert (found["seconds"], found["threads"], found["at_most"]) == (seconds, threads, at_most)
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("fresh", "again", "accused"),
    [
        ((2e-3, False), (1e-5, False), True),
        ((2e-3, True), (1e-5, False), False),  # threads that waited for a processor, as the first of two calls does
        ((2e-3, False), (1e-5, True), False),
        ((2e-5, False), (1e-5, False), False),
    ],
)
def test_only_calls_that_nothing_disturbed_tell_that_answers_are_remembered(monkeypatch, fresh, again, accused):
    calls = itertools.cycle([fresh, again])
    monkeypatch.setattr(remembering, "timed_call", lambda fn, a, b: next(calls))
    assert bool(remembering.remembers(np.matmul, np.ones((2, 3)), np.ones((3, 4)))) is accused


def test_a_quiet_moment_among_many_is_waited_for(monkeypatch):
    clock = itertools.count(0, 0.01)
    monkeypatch.setattr(remembering, "perf_counter", lambda: next(clock))
    calls = itertools.chain([(2e-3, True)] * 60, itertools.cycle([(2e-3, False), (1e-5, False)]))
    monkeypatch.setattr(remembering, "timed_call", lambda fn, a, b: next(calls))
    assert remembering.remembers(np.matmul, np.ones((2, 3)), np.ones((3, 4)))


def test_whether_answers_are_remembered_is_asked_of_one_thread(monkeypatch):
    torch = pytest.importorskip("torch")
    before, threads = torch.get_num_threads(), []
    monkeypatch.setattr(trial_module, "remembers", lambda fn, a, b: threads.append(torch.get_num_threads()))
    torch.set_num_threads(2)
    try:
        assert trial(torch.matmul, torch.ones(2, 3), torch.ones(3, 4), budget_s=0.01)["correct"]
        assert (threads, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_operands_of_a_rung_are_left_alone_by_every_check():
    a, b = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32)
    for key in ("numpy", "matmul", "python-lists"):
        assert trial(BACKENDS[key].function, a, b, BACKENDS[key].prepare, budget_s=0.01)["correct"]
    assert (a == 1).all() and (b == 1).all()
