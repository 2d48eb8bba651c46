"""One measuring process for all kernels: who is next, what is refused, and what dies. Real sockets and processes."""

import asyncio
import json
import logging
import os
import re
import signal
import time
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace

import psutil
import pytest

from tests.support.servers import is_running
from widgets_lib.app.measuring import known as known_module
from widgets_lib.app.measuring import process as measuring_process
from widgets_lib.app.measuring import requests, server
from widgets_lib.app.measuring.known import Known
from widgets_lib.app.measuring.process import MeasuringProcess
from widgets_lib.app.measuring.protocol import ADDRESS
from widgets_lib.app.measuring.queue import FairQueue
from widgets_lib.app.measuring.server import MAX_CONNECTIONS, MeasuringServer
from widgets_lib.compute import matmul
from widgets_lib.widgets.ladder import shared_process
from widgets_lib.widgets.ladder.sizes import MAX_SIZES

SHORT = {"backend": "numpy", "m": 3, "k": 8, "n": 2, "budget_s": 0.01}
LONG = {"backend": "python", "m": 50_000, "k": 784, "n": 10, "budget_s": 5.0}
WAIT_S = 60


@asynccontextmanager
async def measuring(process=None, visitor_of=lambda kernel_id: kernel_id.partition(":")[0]):
    """A server for kernels "visitor:lesson"; `open(kernel_id)` gives a kernel's address."""
    found = MeasuringServer(process or MeasuringProcess(dict(os.environ)), visitor_of, logging.getLogger("test"))
    addresses = {}

    async def address(kernel_id):
        if kernel_id not in addresses:
            addresses[kernel_id] = (await found.welcome(kernel_id))[ADDRESS]
        return addresses[kernel_id]

    found.address, found.asking = address, []
    try:
        yield found
    finally:
        for asking in found.asking:
            asking.leave()
        await found.close()
        assert not any(map(os.path.exists, addresses.values()))
        assert found.process.pid is None


class Asking:
    """One connection of a kernel."""

    @classmethod
    async def of(cls, found, kernel_id, request=None):
        """request: a job, or bytes as they are."""
        self = cls()
        found.asking.append(self)
        self.reader, self.writer = await asyncio.open_unix_connection(await found.address(kernel_id))
        if request is not None:
            self.writer.write(request if isinstance(request, bytes) else json.dumps(request).encode() + b"\n")
        return self

    async def next(self):
        """The next message, None at the end."""
        line = await asyncio.wait_for(self.reader.readline(), WAIT_S)
        return json.loads(line) if line else None

    async def until(self, event):
        """The next message of this event, which comes before the end."""
        while (message := await self.next())["event"] != event:
            assert message["event"] not in shared_process.LAST, message
        return message

    def leave(self):
        self.writer.close()


def run(scenario):
    """The scenario in an event loop, within a limit that only a fault reaches."""
    asyncio.run(asyncio.wait_for(scenario(), 2 * WAIT_S))


# ---- who is next ----


def test_visitors_take_turns_whatever_they_have_waiting():
    queue = FairQueue()
    for n in range(20):
        queue.add("many", f"many {n}")
    queue.add("one", "one 0")
    assert list(queue.in_order())[:3] == ["many 0", "one 0", "many 1"]
    assert [queue.take(), queue.take(), queue.take()] == ["many 0", "one 0", "many 1"]
    queue.add("one", "one 1")
    assert list(queue.in_order())[:3] == ["many 2", "one 1", "many 3"]
    queue.remove("many", "many 2")
    assert queue.take() == "many 3" and queue.take() == "one 1"
    assert (len(queue), queue.count("many"), queue.count("one")) == (16, 16, 0)


def test_the_order_that_is_told_is_the_order_that_comes():
    queue = FairQueue()
    for visitor, count in (("a", 3), ("b", 1), ("c", 2)):
        for n in range(count):
            queue.add(visitor, f"{visitor}{n}")
    told = list(queue.in_order())
    assert told == [queue.take() for _ in told] == ["a0", "b0", "c0", "a1", "c1", "a2"]
    assert queue.take() is None


def test_twenty_rungs_of_one_visitor_do_not_hold_up_the_single_one_of_another():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("progress")
            many = [await Asking.of(found, "many:3", SHORT) for _ in range(20)]
            assert (await many[-1].until("waiting"))["before"] == 20
            one = await Asking.of(found, "one:3", SHORT)
            assert await one.next() == {"event": "waiting", "before": 2}  # what runs, and one of the twenty
            assert (await many[-1].until("waiting"))["before"] == 21
            plug.leave()
            assert (await one.until("waiting"))["before"] == 1
            assert (await one.until("result"))["correct"]
            assert (await many[1].next())["event"] == "waiting"
            for asking in many:
                assert (await asking.until("result"))["seconds"] > 0

    run(scenario)


def test_lessons_of_one_visitor_share_a_turn():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            first, second = [await Asking.of(found, f"many:{lesson}", SHORT) for lesson in (3, 5)]
            await second.until("waiting")
            one = await Asking.of(found, "one:3", SHORT)
            assert (await one.until("waiting"))["before"] == 2
            assert (await second.until("waiting"))["before"] == 3
            assert (await first.next())["before"] == 1

    run(scenario)


# ---- who leaves ----


def test_who_leaves_the_queue_is_no_longer_counted():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            leaves = await Asking.of(found, "leaves:3", SHORT)
            await leaves.until("waiting")
            dies = await Asking.of(found, "dies:3", SHORT)
            await dies.until("waiting")
            last = await Asking.of(found, "last:3", SHORT)
            assert await last.next() == {"event": "waiting", "before": 3}
            leaves.leave()
            assert await last.next() == {"event": "waiting", "before": 2}
            found.forget("dies:3")  # its kernel has ended; a process that it has started still holds the connection
            assert await last.next() == {"event": "waiting", "before": 1}
            plug.leave()
            assert await last.next() == {"event": "start"}

    run(scenario)


def test_what_runs_is_ended_when_nobody_wants_it():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("progress")
            pid = found.process.pid
            after = await Asking.of(found, "after:3", SHORT)
            await after.until("waiting")
            plug.leave()
            assert (await after.until("result"))["correct"]
            assert not is_running(pid) and found.process.pid not in (None, pid)

    run(scenario)


# ---- what dies ----


@pytest.mark.parametrize("when", ["it works", "it is idle"])
def test_a_killed_process_is_started_again(when):
    async def scenario():
        async with measuring() as found:
            first = await Asking.of(found, "a:3", LONG if when == "it works" else SHORT)
            await first.until("progress" if when == "it works" else "result")
            pid = found.process.pid
            os.kill(pid, signal.SIGKILL)
            if when == "it works":
                assert "was killed from outside" in (await first.until("error"))["message"]
                assert await first.next() is None
            again = await Asking.of(found, "a:3", SHORT)
            assert (await again.until("result"))["correct"]
            assert found.process.pid != pid

    run(scenario)


def test_a_process_that_hangs_is_stopped_and_started_again(monkeypatch):
    assert measuring_process.SILENCE_LIMIT_S == 30
    monkeypatch.setattr(measuring_process, "SILENCE_LIMIT_S", 0.3)

    async def scenario():
        async with measuring() as found:
            first = await Asking.of(found, "a:3", LONG)
            await first.until("progress")
            after = await Asking.of(found, "b:3", SHORT)
            pid = found.process.pid
            os.kill(pid, signal.SIGSTOP)
            assert "nothing was heard of it for 0 seconds" in (await first.until("error"))["message"]
            assert (await after.until("start")) and not is_running(pid)
            monkeypatch.setattr(measuring_process, "SILENCE_LIMIT_S", 30)

    run(scenario)


@pytest.mark.parametrize(
    "worked_s", [(0, 0.004, 0.008, 0.012), (5, 5.004, 5.004)], ids=["works for too long", "stands still"]
)
def test_on_a_busy_machine_the_time_of_its_work_counts(worked_s, monkeypatch):
    looks = list(worked_s)
    monkeypatch.setattr(measuring_process, "_worked_s", lambda pid: looks.pop(0))

    async def scenario():
        silent = SimpleNamespace(pid=1, stdout=asyncio.StreamReader())
        with pytest.raises(asyncio.TimeoutError):
            await measuring_process._next_line(silent, 0.01)
        assert looks == [], "it was given more time, as long as it worked"

    run(scenario)


def test_its_memory_is_limited():
    async def scenario():
        async with measuring(MeasuringProcess(dict(os.environ), memory_limit_mb=512)) as found:
            asking = await Asking.of(found, "a:3", SHORT)
            assert (await asking.until("result"))["correct"]
            limit = psutil.Process(found.process.pid).rlimit(psutil.RLIMIT_DATA)
            assert limit == (512 * 2**20, 512 * 2**20)

    run(scenario)


def test_it_ends_after_idle_minutes(monkeypatch):
    assert measuring_process.IDLE_S == 120
    monkeypatch.setattr(measuring_process, "IDLE_S", 0)

    async def scenario():
        async with measuring() as found:
            asking = await Asking.of(found, "a:3", SHORT)
            await asking.until("result")
            while found.process.pid:
                await asyncio.sleep(0)
            again = await Asking.of(found, "a:3", SHORT)
            assert (await again.until("result"))["correct"]

    run(scenario)


# ---- what is refused ----


def request(**changes):
    return json.dumps({**SHORT, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (request(backend="my matmul"), "no rung 'my matmul' is measured for all visitors"),
        (request(backend=["numpy"]), "no rung ['numpy']"),
        (request(backend="x" * 500), "no rung 'xxx"),
        (request(m=50_001), "m = 50001: give 1 to 50,000"),
        (request(k=0), "k = 0: give 1 to 2,048"),
        (request(n=2_049), "n = 2049"),
        (request(n=-1), "n = -1"),
        (request(m=5.0), "m = 5.0"),
        (request(m=True), "m = True"),
        (request(m="5"), "m = '5'"),
        (request(m=10**300), "m = 1000"),
        (request(budget_s=600), "budget_s = 600: on a server a rung may take up to 5 s"),
        (request(budget_s=0), "budget_s = 0"),
        (request(budget_s=float("nan")), "budget_s = nan"),
        (request(budget_s=None), "budget_s = None"),
        (request(function_bytes=812), "and nothing else"),
        (request(threads=64), "and nothing else"),
        (b'{"backend": "numpy"}\n', "a request names backend, m, k, n, budget_s"),
        (b'{"turn": 30}\n', "a request names"),
        (b'{"turn": true, "m": 5}\n', "a request names"),
        (b"[]\n", "a request names"),
        (b"7\n", "a request names"),
        (b"[" * 900 + b"\n", "one line of JSON"),
        (b"9" * 900 + b"\n", "a request names"),
        (b"\x80\x04K\x07.\n", "one line of JSON"),
        (b"\n", "one line of JSON"),
        (b"GET / HTTP/1.1\r\n", "one line of JSON"),
    ],
)
def test_what_is_no_request_is_answered_in_words(line, named):
    with pytest.raises(requests.Refused) as refused:
        requests.job_of(line)
    assert named in str(refused.value) and len(str(refused.value)) < 120


def test_a_refusal_comes_over_the_socket_and_starts_nothing():
    async def scenario():
        async with measuring() as found:
            asking = await Asking.of(found, "a:3", request(backend="fortran"))
            assert "no rung 'fortran'" in (await asking.next())["message"]
            assert await asking.next() is None
            assert found.process.pid is None

    run(scenario)


@pytest.mark.parametrize("line", [b'{"backend": "nu', b"x" * 100_000], ids=["half", "long"])
def test_half_a_line_and_an_endless_one_are_not_waited_for(line, monkeypatch):
    monkeypatch.setattr(server, "REQUEST_LIMIT_S", 0.1)

    async def scenario():
        async with measuring() as found:
            asking = await Asking.of(found, "a:3", line)
            with suppress(ConnectionResetError):
                assert await asking.next() is None
            assert found.process.pid is None

    run(scenario)


def test_ten_thousand_jobs_in_one_connection_are_one():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            await Asking.of(found, "a:3", request() * 10_000)
            after = await Asking.of(found, "b:3", SHORT)
            message = await after.until("waiting")
            while message["before"] > 1:  # who says more than a request has left
                message = await after.until("waiting")
            assert message["before"] == 1

    run(scenario)


def test_of_a_thousand_connections_of_one_kernel_a_few_wait_and_others_are_served():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            waiting = [await Asking.of(found, "many:3", SHORT) for _ in range(MAX_CONNECTIONS)]
            await waiting[-1].until("waiting")
            for _ in range(1_000):
                refused = await Asking.of(found, "many:3", SHORT)
                assert f"{MAX_CONNECTIONS} measurements of yours wait already" in (await refused.next())["message"]
                refused.leave()
            one = await Asking.of(found, "one:3", SHORT)
            assert (await one.until("waiting"))["before"] == 2
            waiting[0].leave()
            await asyncio.sleep(0)
            plug.leave()
            assert (await one.until("result"))["correct"]

    run(scenario)


def test_all_lessons_of_a_visitor_together_have_a_limit(monkeypatch):
    monkeypatch.setattr(server, "MAX_WAITING", 3)

    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            for lesson in range(3):
                await (await Asking.of(found, f"many:{lesson}", SHORT)).until("waiting")
            refused = await Asking.of(found, "many:4", SHORT)
            assert "3 measurements of yours wait already" in (await refused.next())["message"]

    run(scenario)


class Talkative(MeasuringProcess):
    """Says much of the first job, and never ends it."""

    said = None

    async def measure(self, job, tell):
        if self.said is None:
            self.said = 0
            for self.said in range(1, 100_000):
                tell({"event": "progress", "rows_done": self.said, "of": 100_000})
            await asyncio.Event().wait()
        await super().measure(job, tell)


def test_who_reads_no_answers_loses_the_turn():
    async def scenario():
        process = Talkative(dict(os.environ))
        async with measuring(process) as found:
            silent = await Asking.of(found, "silent:3")
            silent.writer.transport.pause_reading()
            silent.writer.write(request())
            other = await Asking.of(found, "other:3", SHORT)
            assert (await other.until("result"))["correct"]
            assert process.said

    run(scenario)


# ---- what has to agree with the course ----


def test_rungs_and_sizes_are_those_of_the_ladder():
    assert set(matmul.BACKENDS) == requests.RUNGS
    assert requests.MAX_SIZES == MAX_SIZES
    assert shared_process.ADDRESS == ADDRESS


def test_without_a_folder_for_sockets_kernels_are_told_nothing(monkeypatch, caplog):
    monkeypatch.setattr(server.tempfile, "mkdtemp", lambda prefix: f"/tmp/{'long' * 40}")

    async def scenario():
        found = MeasuringServer(MeasuringProcess({}), str, logging.getLogger("test"))
        assert [await found.welcome(kernel_id) for kernel_id in "ab"] == [{}, {}]

    run(scenario)
    assert caplog.text.count("Each kernel measures in a process of its own") == 1


# ---- a turn for a kernel itself ----


def test_nothing_is_measured_while_a_kernel_has_a_turn_for_itself():
    async def scenario():
        async with measuring() as found:
            alone = await Asking.of(found, "a:3", requests.TURN)
            assert await alone.next() == {"event": "start"}
            after = await Asking.of(found, "b:3", SHORT)
            assert await after.next() == {"event": "waiting", "before": 1}
            assert found.process.pid is None
            alone.leave()
            assert (await after.until("result"))["correct"]

    run(scenario)


def test_a_turn_is_waited_for_and_ends_after_a_while(monkeypatch):
    assert server.TURN_LIMIT_S == 30
    monkeypatch.setattr(server, "TURN_LIMIT_S", 0.1)

    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            alone = await Asking.of(found, "a:3", requests.TURN)
            assert await alone.next() == {"event": "waiting", "before": 1}
            after = await Asking.of(found, "b:3", SHORT)
            plug.leave()
            assert "its turn is over" in (await alone.until("error"))["message"]
            assert (await after.until("result"))["correct"]

    run(scenario)


# ---- what was measured already ----


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_time_is_given_once_to_each_other_kernel_for_an_hour():
    clock = Clock()
    clock.now = time.mktime((2026, 11, 26, 14, 3, 20, 0, 0, -1))
    known = Known(clock)
    known.remember("a", SHORT, {"event": "result", "seconds": 1e-5})
    assert known.recall("a", SHORT) is None, "it was measured for this one"
    assert known.recall("b", SHORT) == {"event": "result", "seconds": 1e-5, "measured_at": "14:03"}
    assert known.recall("b", SHORT) is None, "who asks again wants it measured"
    for other in ({"m": 4}, {"budget_s": 0.5}, {"backend": "python"}):
        assert known.recall("c", SHORT | other) is None
    known.forget("b")
    clock.now += 3600
    assert known.recall("b", SHORT)
    clock.now += 1
    assert known.recall("c", SHORT) is None


def test_of_times_the_newest_are_kept_and_of_failures_none(monkeypatch):
    monkeypatch.setattr(known_module, "MAX_KEPT", 2)
    known = Known()
    for m in (1, 2, 1, 3):
        known.remember("a", SHORT | {"m": m}, {"event": "result", "seconds": m})
    known.remember("a", SHORT | {"m": 4}, {"event": "result", "correct": False, "mismatch": {}})
    assert [m for m in range(1, 5) if known.recall("b", SHORT | {"m": m})] == [1, 3]


def test_a_bound_does_not_replace_a_time():
    known = Known()
    for seconds, at_most in ((3, True), (2, False), (2.5, True)):
        known.remember("a", SHORT, {"event": "result", "seconds": seconds, "at_most": at_most})
        given = known.recall(f"b{seconds}", SHORT)
        assert (given["seconds"], given["at_most"]) == ((3, True) if seconds == 3 else (2, False))


def test_who_waits_for_what_is_measured_meanwhile_is_given_it():
    async def scenario():
        async with measuring() as found:
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            waiting = [await Asking.of(found, f"{visitor}:3", SHORT) for visitor in "abc"]
            for asking in waiting:
                await asking.until("waiting")
            plug.leave()
            own, *given = [await asking.until("result") for asking in waiting]
            assert "measured_at" not in own
            for message in given:
                assert re.fullmatch(r"\d\d:\d\d", message.pop("measured_at")) and message == own

    run(scenario)


def test_who_need_not_wait_is_measured_for():
    async def scenario():
        async with measuring() as found:
            await (await Asking.of(found, "a:3", SHORT)).until("result")
            second = await Asking.of(found, "b:3", SHORT)
            assert await second.next() == {"event": "start"}
            assert "measured_at" not in await second.until("result")
            plug = await Asking.of(found, "plug:3", LONG)
            await plug.until("start")
            third = await Asking.of(found, "c:3", SHORT)
            assert (await third.next())["measured_at"]
            again = await Asking.of(found, "c:3", SHORT)
            assert await again.next() == {"event": "waiting", "before": 1}

    run(scenario)
