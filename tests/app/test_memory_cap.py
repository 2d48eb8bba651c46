"""The cap on kernels follows what they hold: with measurements that a test makes up, and with real processes."""

import asyncio
import logging
import os
import random
import sys
from itertools import count

import pytest
from tornado.web import HTTPError

from tests.support.servers import wait_until
from widgets_lib.app import memory, memory_cap
from widgets_lib.app.kernel_slots import KernelSlots
from widgets_lib.app.memory import Held, Meter
from widgets_lib.app.memory_cap import FORK_MB, GUESSES, PROCESS_MB, RESERVE_MB, SETTLED_S, UNKNOWN, MemoryCap

OTHERS = 1  # the process id of what is there for all


class Machine:
    """Has `total_mb`; what its processes hold of their own is said by `own`, {process id: MB}."""

    def __init__(self, total_mb=None, others_mb=0, readable=True):
        self.total_mb, self.readable, self.clock = total_mb, readable, 0.0
        self.own = {OTHERS: others_mb}
        self.started = {}  # kernel id -> process id
        self._pids = count(OTHERS + 1)

    def cap(self, slots=None, *, forks=True, memory_mb=0):
        self.slots = slots or KernelSlots(max_kernels=0)
        options = {"memory_mb": memory_mb, "forks": forks, "log": logging.getLogger("voila")}
        return MemoryCap(self.slots, self.started.get, meter=self, now=lambda: self.clock, **options)

    def open(self, own_mb=0.0):
        """A visitor's lesson; returns its process. Raises: HTTPError if the class is full."""
        pid = next(self._pids)
        self.slots.acquire_slot(f"kernel {pid}", preparing=False)
        self.started[f"kernel {pid}"], self.own[pid] = pid, own_mb
        return pid

    def close(self, pid):
        self.slots.release(f"kernel {pid}")
        del self.started[f"kernel {pid}"], self.own[pid]

    # as a Meter

    def trees(self, pids):
        return [[pid] for pid in pids], [OTHERS]

    def held(self, pid):
        return Held(self.own[pid] + 1, self.own[pid]) if self.readable and pid in self.own else None

    def free_mb(self):
        return None if self.total_mb is None else self.total_mb - sum(self.own.values())


@pytest.fixture(autouse=True)
def no_rest(monkeypatch):
    """Between measurements that cost nothing."""
    monkeypatch.setattr(memory_cap, "REST", 0)


def measure(cap):
    asyncio.run(cap.measure())
    return cap.load


def test_before_anything_is_measured_todays_numbers_hold():
    machine = Machine(total_mb=RESERVE_MB + 6_100)
    assert machine.cap(forks=False).load.max_kernels == 6_100 // PROCESS_MB == machine.slots.max_kernels
    assert machine.cap(forks=True).load.max_kernels == 6_100 // FORK_MB
    assert machine.cap(forks=False, memory_mb=1_300).load.max_kernels == 2
    assert Machine(total_mb=100).cap().load.max_kernels == 1  # the first visitor may try
    assert Machine(total_mb=None).cap().load.max_kernels == UNKNOWN
    assert Machine(total_mb=None).cap(memory_mb=2 * FORK_MB).load.max_kernels == 2


def test_what_visitors_hold_decides_how_many_there_may_be():
    machine = Machine(total_mb=10_000, others_mb=1_000)
    cap = machine.cap()
    for _ in range(4):
        machine.open(own_mb=150)
    load = measure(cap)
    expected = (GUESSES * FORK_MB + 4 * 150) / (GUESSES + 4)
    assert load.per_visitor_mb == expected == 100
    assert load.used_mb == 1_001 + 4 * 151 and load.memory_mb == load.used_mb + 8_400 - RESERVE_MB
    assert load.max_kernels == 4 + (8_400 - RESERVE_MB) // expected == machine.slots.max_kernels


def test_a_visitor_who_has_just_come_does_not_promise_that_the_next_is_cheap():
    machine = Machine(total_mb=3_000)
    cap = machine.cap()
    for _ in range(12):
        machine.open(own_mb=20)
    assert measure(cap).per_visitor_mb == FORK_MB
    machine.clock += SETTLED_S
    lower = (GUESSES * FORK_MB + 12 * 20) / (GUESSES + 12)
    assert measure(cap).per_visitor_mb == round(lower) < FORK_MB
    for pid in list(machine.started.values()):
        machine.close(pid)
    assert measure(cap).per_visitor_mb == round(lower)  # those who have left are remembered


def test_those_who_got_in_have_room_to_use_more():
    """What they will need is kept for them: when all have taken it there is as much room as was said."""
    machine = Machine(total_mb=2_000 + RESERVE_MB)
    cap = machine.cap()
    pids = [machine.open(own_mb=10) for _ in range(10)]
    before = measure(cap).max_kernels
    for pid in pids:
        machine.own[pid] = FORK_MB
    assert measure(cap).max_kernels == before == 2_000 // FORK_MB


def test_memory_that_another_program_takes_lowers_the_cap_and_ends_no_visit():
    machine = Machine(total_mb=4_000)
    cap = machine.cap()
    pids = [machine.open(own_mb=50) for _ in range(20)]
    assert measure(cap).max_kernels > 20
    machine.total_mb = 1_000  # less than its kernels hold
    assert measure(cap).max_kernels == 20 == len(machine.slots.visits) and not machine.slots.has_free()
    with pytest.raises(HTTPError, match="503"):
        machine.open()
    machine.close(pids[0])
    assert machine.open()  # of the place that has become free
    machine.total_mb = 4_000
    assert measure(cap).max_kernels > 20 and machine.slots.changed.is_set()


def test_where_memory_is_short_the_first_visitor_may_try_and_no_lesson_is_run_ahead():
    machine = Machine(total_mb=RESERVE_MB + FORK_MB / 2)
    cap = machine.cap()
    assert machine.slots.max_kernels == 1 and not machine.slots.has_free()
    machine.total_mb = RESERVE_MB + 2 * FORK_MB
    assert measure(cap).max_kernels == 2 and machine.slots.has_free()
    machine.open(own_mb=FORK_MB)
    assert measure(cap).max_kernels == 2 and machine.slots.has_free()
    machine.open(own_mb=FORK_MB)
    assert measure(cap).max_kernels == 2 and not machine.slots.has_free()
    machine.total_mb = 0
    set_by_hand = machine.cap(KernelSlots(max_kernels=2))
    assert measure(set_by_hand).max_kernels == 2 and machine.slots.has_free()


def test_a_number_that_was_set_stays_and_memory_is_still_reported():
    machine = Machine(total_mb=9_000, others_mb=300)
    cap = machine.cap(KernelSlots(max_kernels=2))
    machine.open(own_mb=200)
    load = measure(cap)
    assert (load.max_kernels, machine.slots.max_kernels) == (2, 2)
    assert load.used_mb == 301 + 201 and load.per_visitor_mb == (GUESSES * FORK_MB + 200) / (GUESSES + 1)


def test_where_nothing_can_be_read_each_kernel_counts_as_what_it_was_seen_to_need():
    machine = Machine(total_mb=100_000, readable=False)
    cap = machine.cap(forks=False, memory_mb=6_100)
    for _ in range(3):
        machine.open()
    load = measure(cap)
    assert (load.used_mb, load.per_visitor_mb, load.max_kernels) == (3 * PROCESS_MB, PROCESS_MB, 10)


def test_a_lesson_that_is_run_ahead_takes_a_slot_and_tells_nothing_of_visitors():
    machine = Machine(total_mb=5_000)
    cap = machine.cap(forks=False)
    machine.slots.preheated["kernel 2"], machine.started["kernel 2"], machine.own[2] = None, 2, 900.0
    load = measure(cap)
    assert load.per_visitor_mb == PROCESS_MB
    assert load.max_kernels == 1 + (5_000 - 900 - RESERVE_MB) // PROCESS_MB


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_comings_and_goings_never_fill_the_memory_nor_put_anyone_out(seed):
    """Lessons that grow to 30 … 90 MB; measured after every fourth event."""
    chance, machine = random.Random(seed), Machine(total_mb=3_000, others_mb=1_000)
    cap, here, goal = machine.cap(), [], {}
    refused = 0
    for event in range(400):
        machine.clock += 20
        if here and chance.random() < 0.3:
            machine.close(here.pop(chance.randrange(len(here))))
        else:
            try:
                here.append(machine.open(own_mb=25))
                goal[here[-1]] = chance.uniform(30, 90)
            except HTTPError:
                refused += 1
        for pid in here:
            machine.own[pid] = min(goal[pid], machine.own[pid] + chance.uniform(0, 10))
        if event % 4 == 0:
            assert measure(cap).max_kernels >= len(here)
        assert machine.free_mb() > 0.8 * RESERVE_MB and len(machine.slots.visits) == len(here)
    assert refused and len(here) >= 15


# --- real processes


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="this system does not say what is held")
def test_pages_that_processes_share_are_counted_once_and_their_own_are_told():
    program = (
        "import os, sys, time\nblock = bytearray(os.urandom(1) * (200 << 20))\n"
        "for _ in range(3):\n    if not os.fork():\n        own = bytearray(os.urandom(1) * (40 << 20))\n        break\n"
        "print('begun', flush=True)\ntime.sleep(600)"
    )
    meter = Meter()

    async def run():
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
        try:
            for _ in range(4):
                await process.stdout.readline()
            wait_until(lambda: len(meter.trees([process.pid])[0][0]) == 4, "not all processes are found")
            [tree], others = meter.trees([process.pid])
            assert tree[0] == process.pid and not set(tree) & set(others)
            each = [meter.held(pid) for pid in tree]
            assert 200 + 3 * 40 <= sum(held.pss_mb for held in each) < 200 + 3 * 40 + 40
            assert all(40 <= held.own_mb < 60 for held in each[1:]) and each[0].own_mb < 30
            assert meter.held(2**22 + 1) is None
        finally:
            for pid in tree:
                os.kill(pid, 9)
            await process.wait()

    asyncio.run(run())


def test_what_is_free_is_what_the_system_has_without_mapped_files(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "PROC", tmp_path)
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable:  4096000 kB\nMapped:  1024000 kB\n")
    assert Meter().free_mb() == 3_000
    (tmp_path / "meminfo").unlink()
    assert Meter().free_mb() > 0  # what psutil says


@pytest.mark.parametrize("inside", [False, True], ids=["on the machine", "in a container"])
@pytest.mark.parametrize("version", [1, 2])
def test_the_least_of_the_limits_around_this_process_holds(tmp_path, monkeypatch, version, inside):
    monkeypatch.setattr(memory, "PROC", tmp_path / "proc")
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "cgroup")
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemAvailable: 9216000 kB\n")
    line = "0::/class/voila" if version == 2 else "4:memory,hugetlb:/class/voila"
    (tmp_path / "proc/self/cgroup").write_text(f"7:pids:/other\n{line}\n")
    root = tmp_path / "cgroup" / ("memory" if version == 1 else "")
    folder = root / ("" if inside else "class/voila")  # a container sees its own cgroup as the root
    folder.mkdir(parents=True)
    limit, usage, prefix = memory.VERSIONS[2 - version]
    mapped = "file_mapped" if version == 2 else "total_mapped_file"
    mb = 2**20
    (folder / limit).write_text(f"{2_000 * mb}\n")
    (folder / usage).write_text(f"{1_500 * mb}\n")
    (folder / "memory.stat").write_text(
        f"anon 7\n{prefix}inactive_file {300 * mb}\n{prefix}active_file {100 * mb}\n{mapped} {150 * mb}\n"
    )
    if not inside:  # the group above it has room
        (root / "class" / limit).write_text(str(5_000 * mb) if version == 1 else "max\n")
        (root / "class" / usage).write_text(str(1_500 * mb))
        (root / "class/memory.stat").write_text((folder / "memory.stat").read_text())
    assert Meter().free_mb() == 2_000 - 1_500 + 250
    (folder / limit).write_text("max\n" if version == 2 else "9223372036854771712\n")
    assert Meter().free_mb() == (9_000 if version == 2 or inside else 5_000 - 1_500 + 250)


@pytest.mark.parametrize(("soft", "hard", "allowed"), [(1_024, 4_096, 4_096), (2**30, 2**30, 2**30), (-1, -1, 65_536)])
def test_a_server_may_open_as_many_files_as_the_system_lets_it(monkeypatch, soft, hard, allowed):
    resource = pytest.importorskip("resource")
    limits = [(soft, hard)]
    monkeypatch.setattr(memory.resource, "getrlimit", lambda kind: limits[-1])
    monkeypatch.setattr(memory.resource, "setrlimit", lambda kind, both: limits.append(both))
    assert resource.RLIM_INFINITY == -1 and memory.allow_open_files() == allowed
    assert limits[1:] == ([(4_096, 4_096)] if soft == 1_024 else [])


def test_there_are_no_more_kernels_than_files_may_be_open(monkeypatch):
    monkeypatch.setattr(memory_cap, "allow_open_files", lambda: 1_024)
    assert Machine(total_mb=100_000).cap().load.max_kernels == (1_024 - 128) // 16
