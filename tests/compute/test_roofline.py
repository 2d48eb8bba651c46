"""The roof and what lies under it, against arithmetic in float64 and published figures; on a clock of the test's own."""

import itertools
import math
import threading
from contextlib import contextmanager

import numpy as np
import pytest

from widgets_lib.compute import matmul, roofline, timing
from widgets_lib.compute.roofline import Machine, Roof, machines, probes

ONE = Roof(1, 100e9, 20e9, "torch @, 384 × 384 × 384")
ALL = Roof(4, 400e9, 40e9, "torch @, 608 × 608 × 608")
MACHINE = Machine(ONE, ALL, "Test CPU", 32 * 2**20, 2**27, 1.0)
DIGITS, SQUARE, FIVE = matmul.cost(50_000, 784, 10), matmul.cost(1024, 1024, 1024), matmul.cost(5, 784, 10)


@pytest.fixture
def fresh(monkeypatch):
    """Nothing is measured yet, and nothing measured here stays."""
    monkeypatch.setattr(machines, "_machine", None)


@pytest.fixture
def quick(monkeypatch, fresh):
    """A clock that advances by 1 ms at each look, and a small array: three calls, and every probe takes 1 ms."""
    ticks = itertools.count()
    monkeypatch.setattr(probes, "perf_counter", lambda: next(ticks) / 1000)
    seconds = itertools.count()
    monkeypatch.setattr(probes, "process_time", lambda: next(seconds))  # always more than the wall's
    monkeypatch.setattr(probes, "BUDGET_S", 0.004)
    monkeypatch.setattr(probes, "largest_cache_bytes", lambda: 2**20)
    monkeypatch.setattr(machines, "LIMIT_S", math.inf)  # the real clock's, which must not leave out a product here


# ---- the formulae ----


@pytest.mark.parametrize(
    ("m", "k", "n"), [(50_000, 784, 10), (1024, 1024, 1024), (5, 784, 10), (1, 1, 1), (7, 2, 2048)]
)
def test_the_intensity_of_a_product_is_2mkn_over_its_bytes(m, k, n):
    m_, k_, n_ = np.float64([m, k, n])
    by_hand = 2 * m_ * k_ * n_ / (4 * (m_ * k_ + k_ * n_ + m_ * n_))
    assert roofline.limit(matmul.cost(m, k, n), MACHINE).intensity == pytest.approx(by_hand, rel=1e-12)
    # the same from real matrices: each number once
    if m < 5_000:
        a, b = np.ones((m, k), np.float32), np.ones((k, n), np.float32)
        moved = a.nbytes + b.nbytes + (a @ b).nbytes
        assert matmul.cost(m, k, n).bytes == moved


def test_nvidias_published_ratios_come_out():
    """NVIDIA, "GPU performance background": V100, and the intensities of a linear layer, in float16."""
    v100 = Roof(80, 125e12, 900e9, "")
    assert v100.ridge == pytest.approx(138.9, abs=0.05)
    for batch, published, bound in ((512, 315, "arithmetic"), (1, 1, "memory")):
        intensity = 2 * matmul.cost(batch, 1024, 4096).flops_per_byte  # 2 bytes a number, and ours has 4
        assert round(intensity) == published and v100.bound(intensity) == bound


def test_the_roof_rises_to_the_ridge_and_is_flat_from_there():
    intensities = np.geomspace(0.01, 1e4, 200)
    heights = np.array([ALL.attainable(x) for x in intensities])
    np.testing.assert_allclose(heights, np.minimum(np.float64(400e9), 40e9 * intensities), rtol=1e-12)
    assert (np.diff(heights) >= 0).all()
    assert ALL.ridge == 10 and ALL.attainable(10) == 400e9
    assert [ALL.bound(x) for x in (9.99, 10, 10.01)] == ["memory", "arithmetic", "arithmetic"]


def test_the_lessons_two_products():
    digits = roofline.limit(DIGITS, MACHINE)
    assert (digits.bound, round(digits.intensity, 2)) == ("memory", 4.94)
    assert digits.seconds == digits.memory_s == pytest.approx(4 * (50_000 * 784 + 784 * 10 + 50_000 * 10) / 40e9)
    assert digits.attainable_flops == pytest.approx(DIGITS.flops / digits.seconds)
    square = roofline.limit(SQUARE, MACHINE)
    assert (square.bound, round(square.intensity, 1)) == ("arithmetic", 170.7)
    assert square.seconds == square.arithmetic_s == pytest.approx(2 * 1024**3 / 400e9)
    assert "159 MB: 4.94 FLOP per byte, less than the 10.0 of the ridge. Memory bounds this product" in digits.sentence
    assert "12.6 MB: 171 FLOP per byte, more than the 10.0 of the ridge. Arithmetic bounds this" in square.sentence


def test_close_to_the_ridge_neither_limit_is_certain():
    for ridge, balanced in ((4.94 * 1.5, False), (4.94 * 1.1, True), (4.94 / 1.1, True), (4.94 / 1.5, False)):
        roof = Roof(1, ridge * 20e9, 20e9, "")
        found = roofline.limit(DIGITS, Machine(roof, roof, "", None, 2**27, 1.0))
        assert found.balanced == balanced == ("may change their order" in found.sentence)


def test_time_at_best_never_falls_as_a_size_grows():
    for at in range(3):
        sizes = [[60, 60, 60] for _ in range(50)]
        for step, size in enumerate(sizes):
            size[at] = 1 + 40 * step
        times = [roofline.limit(matmul.cost(*size), MACHINE).seconds for size in sizes]
        assert times == sorted(times)


# ---- a measured product ----


@pytest.mark.parametrize("share", [1.5, 0.9, 0.5, 0.05, 1e-5])
def test_a_point_is_as_far_below_the_roof_as_its_time_is_long(share):
    found = roofline.locate(DIGITS, roofline.limit(DIGITS, MACHINE).seconds / share, MACHINE)
    assert found.share == pytest.approx(share) and found.factor == pytest.approx(1 / share)
    assert found.attained_flops == pytest.approx(share * found.limit.attainable_flops)
    assert found.verdict == {1.5: "above", 0.9: "near", 0.5: "below"}.get(share, "far")


@pytest.mark.parametrize(
    ("cost", "seconds", "said"),
    [
        (DIGITS, 4.1e-3, "97 % of the roof. At best it would take 3.97 ms, limited by memory. It is nearly there."),
        (
            DIGITS,
            15e-3,
            "26 % of the roof. At best it would take 3.97 ms, limited by memory. It takes 3.78 times as long.",
        ),
        (
            SQUARE,
            0.02,
            "27 % of the roof. At best it would take 5.37 ms, limited by arithmetic. It takes 3.73 times as long.",
        ),
        (
            FIVE,
            0.284,
            "1/240,000 of the roof. At best it would take 1.18 µs, limited by memory. It takes 240,000 times as",
        ),
        (
            FIVE,
            5e-7,
            "2.36 times the roof that was measured. Its numbers fit into the cache, so on repeated runs memory",
        ),
        (SQUARE, 5e-3, "1.07 times the roof that was measured. The roof is itself measured, on products and reads"),
    ],
)
def test_how_near_it_is_is_said(cost, seconds, said):
    assert said in roofline.locate(cost, seconds, MACHINE).sentence


def test_an_estimate_and_a_bound_say_so():
    estimate = timing.Timing(0.5, rows=50_000, measured_rows=10)
    found = roofline.point(DIGITS, estimate, MACHINE)
    assert found.estimated and found.sentence.startswith("It takes about 500 ms, about 1.57 GFLOP/s: about 0.79 %")
    least = timing.Timing(0.5, rows=50_000, measured_rows=10, at_least=True)
    said = roofline.point(DIGITS, least, MACHINE).sentence
    assert said.startswith("It takes at least 500 ms, at most 1.57 GFLOP/s: at most 0.79 %")
    assert "It takes at least 126 times as long" in said
    most = timing.Timing(0.5, rows=50_000, measured_rows=50_000, disturbed=True)
    said = roofline.point(DIGITS, most, MACHINE).sentence
    assert said.startswith("It takes at most 500 ms, at least 1.57 GFLOP/s: at least 0.79 %")
    assert "It takes at most 126 times as long" in said
    assert said.endswith("or to other programs, which were at work.")


def test_one_thread_is_also_held_against_the_roof_of_one_core():
    found = roofline.locate(SQUARE, SQUARE.flops / 92e9, MACHINE, threads=1)
    assert found.sentence.endswith("It ran on one thread and reached 92 % of one core’s roof.")
    assert "one thread" not in roofline.locate(SQUARE, SQUARE.flops / 92e9, MACHINE, threads=4).sentence
    assert "one thread" not in roofline.locate(SQUARE, 100.0, MACHINE, threads=1).sentence


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.64, "64 %"), (0.0123, "1.2 %"), (0.0029, "0.29 %"), (1 / 84_000, "1/84,000")]
)
def test_a_share_is_written_short(share, text):
    assert roofline.points.share_text(share) == text


def test_what_can_not_be_placed_is_refused_in_words():
    with pytest.raises(ValueError, match="nothing to multiply in 5 × 0 times 0 × 10"):
        roofline.limit(matmul.cost(5, 0, 10), MACHINE)
    with pytest.raises(ValueError, match="above 0 seconds, not 0"):
        roofline.locate(FIVE, 0.0, MACHINE)


# ---- measuring ----


def test_the_roof_is_operations_and_bytes_by_the_clock(quick, monkeypatch):
    monkeypatch.setattr(probes, "usable_cores", lambda: 2)
    heard = []
    found = roofline.machine(on_progress=lambda share, text: heard.append((share, text)))
    size = probes.MIN_ARRAY
    assert found.array_bytes == size
    assert found.one.read_bandwidth == pytest.approx(size / 8 / 1e-3) == found.all.read_bandwidth
    assert found.one.peak_flops == pytest.approx(2 * 384**3 / 1e-3)
    assert found.one.product == "torch @, 384 × 384 × 384"
    # of products that all take 1 ms the largest is the fastest
    assert found.all.peak_flops == pytest.approx(2 * 960**3 / 1e-3)
    assert (found.one.cores, found.all.cores, len(found.roofs)) == (1, 2, 2)
    shares = [share for share, _ in heard]
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] < 1
    assert [text for _, text in heard][1:] == [
        "reading memory with 1 core",
        "multiplying with 1 core",
        "reading memory with 2 cores",
        "multiplying with 2 cores",
    ]
    assert "2 cores: 1,769 GFLOP/s (torch @, 960 × 960 × 960), 2.10 GB/s" in found.sentence.splitlines()


def test_it_is_measured_once_and_again_keeps_the_faster(quick, monkeypatch):
    assert roofline.known() is None
    first = roofline.machine()
    assert roofline.machine() is first and roofline.known() is first
    ticks = itertools.count()
    monkeypatch.setattr(probes, "perf_counter", lambda: next(ticks) / 100)  # ten times as slow
    again = roofline.machine(again=True)
    assert again is not first and again.one == first.one and again.all == first.all


def test_all_cores_are_never_below_one(quick, monkeypatch):
    monkeypatch.setattr(probes, "usable_cores", lambda: 2)
    monkeypatch.setattr(probes, "read_bandwidth", lambda array, cores, schedule: (30e9 / cores, cores == 2))
    monkeypatch.setattr(
        probes, "peak_flops", lambda cores, libraries, schedule: (100e9 / cores, f"product of {cores}", False)
    )
    found = roofline.machine()
    assert (found.all.peak_flops, found.all.read_bandwidth, found.all.product) == (100e9, 30e9, "product of 1")
    assert found.all.disturbed and not found.one.disturbed


def test_one_core_has_one_roof(quick, monkeypatch):
    monkeypatch.setattr(probes, "usable_cores", lambda: 1)
    found = roofline.machine()
    assert found.roofs == (found.one,) and found.all is found.one and found.one.name == "1 core"


def test_without_torch_numpy_alone_measures(quick, monkeypatch):
    monkeypatch.setattr(probes, "find_spec", lambda name: None)
    monkeypatch.setattr(probes, "usable_cores", lambda: 2)
    monkeypatch.setattr(probes, "numpy_threads", lambda: 2)
    found = roofline.machine()
    assert found.all.product == "numpy @, 480 × 480 × 480" and found.one.product == "numpy @, 64 × 64 × 64"
    monkeypatch.setattr(probes, "numpy_threads", lambda: 1)
    assert roofline.machine(again=True).one.product == "numpy @, 384 × 384 × 384"


def test_torchs_threads_are_as_many_as_before(quick):
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    roofline.machine()
    assert torch.get_num_threads() == before
    with pytest.raises(ZeroDivisionError), probes._torch_product(8, 1):
        raise ZeroDivisionError
    assert torch.get_num_threads() == before


def test_it_can_be_stopped_and_then_nothing_is_known(quick):
    asked = itertools.count()
    with pytest.raises(timing.Stopped):
        roofline.machine(should_stop=lambda: next(asked) > 5)
    assert roofline.known() is None


def test_one_that_waits_for_another_can_be_stopped(quick):
    with machines._lock:
        stop = threading.Event()
        ended = []

        def measure():
            try:
                roofline.machine(should_stop=stop.is_set)
            except timing.Stopped:
                ended.append("stopped")

        thread = threading.Thread(target=measure)
        thread.start()
        stop.set()
        thread.join(30)
    assert ended == ["stopped"]


def test_disturbed_calls_are_told(monkeypatch):
    times = itertools.chain([0, 0, 1, 1, 3, 3, 6, 6, 9], itertools.repeat(9))  # one call takes 1 s, the others longer
    monkeypatch.setattr(probes, "perf_counter", lambda: next(times))
    assert probes._seconds([lambda: None], probes.Schedule()) == (1, True)
    times = itertools.chain([0, 0, 1, 1, 2, 2, 3, 3], itertools.repeat(3))
    monkeypatch.setattr(probes, "perf_counter", lambda: next(times))
    assert probes._seconds([lambda: None], probes.Schedule()) == (1, False)


def test_one_thread_alone_is_timed_by_what_it_had_of_a_processor(monkeypatch):
    monkeypatch.setattr(probes.sys, "platform", "linux")
    wall, processor = itertools.count(), itertools.count()
    monkeypatch.setattr(probes, "perf_counter", lambda: next(wall))
    monkeypatch.setattr(probes, "process_time", lambda: next(processor) / 4)
    assert probes._seconds([lambda: None], probes.Schedule(), alone=True)[0] == 0.25
    assert probes._seconds([lambda: None], probes.Schedule())[0] == 1, "several may have worked at once"
    monkeypatch.setattr(probes.sys, "platform", "win32")  # where that clock is a coarse one
    assert probes._seconds([lambda: None], probes.Schedule(), alone=True)[0] == 1


def test_what_is_left_of_the_time_is_shared_out(monkeypatch):
    now = [50.0]
    monkeypatch.setattr(probes, "monotonic", lambda: now[0])
    monkeypatch.setattr(probes, "BUDGET_S", 0.2)
    schedule = probes.Schedule(limit_s=0.9, turns=4)
    assert schedule.take_turn() == 0.2, "never more than one needs"
    now[0] += 0.6
    assert schedule.take_turn() == pytest.approx(0.1) and not schedule.over
    now[0] += 0.3
    assert schedule.take_turn() == 0 and schedule.over


def test_where_no_time_is_left_one_product_is_multiplied_once_and_said_to_be_disturbed(monkeypatch):
    calls = []

    @contextmanager
    def product(name):
        yield lambda: calls.append(name)

    found = [("torch", 8, product("first")), ("numpy", 8, product("second"))]
    monkeypatch.setattr(probes, "products", lambda cores, libraries: found)
    assert probes.peak_flops(2, [], probes.Schedule(limit_s=0))[1:] == ("torch @, 8 × 8 × 8", True)
    assert calls == ["first", "first"], "the one that wakes the threads, and the one that is timed"


def test_a_busy_machine_does_not_make_the_measuring_long(fresh, monkeypatch):
    """Each look at the clock is 40 ms later, as when other programs have the processor."""
    now = itertools.count()
    monkeypatch.setattr(probes, "usable_cores", lambda: 2)
    monkeypatch.setattr(probes, "monotonic", lambda: next(now) * 0.04)
    monkeypatch.setattr(probes, "perf_counter", lambda: next(now) * 0.04)
    roofline.machine()
    assert next(now) * 0.04 < 2


def test_every_piece_of_the_array_is_read_in_turn_and_whole(monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(probes, "perf_counter", lambda: next(ticks) / 1000)
    monkeypatch.setattr(probes, "BUDGET_S", 0.1)
    array = np.zeros(8 * 100, np.float32)
    for cores in (1, 2):
        seen = []
        seconds = probes._seconds

        def counted(functions, schedule, *, alone=False, seen=seen, seconds=seconds):
            numbered = [lambda at=at, each=each: seen.append((at, each())) for at, each in enumerate(functions)]
            return seconds(numbered, schedule)

        array[:] = np.repeat(np.arange(8), 100)  # the largest number of a piece is its own
        monkeypatch.setattr(probes, "_seconds", counted)
        bandwidth, _ = probes.read_bandwidth(array, cores, probes.Schedule())
        monkeypatch.setattr(probes, "_seconds", seconds)
        assert bandwidth == pytest.approx(400 / 1e-3)
        assert [at for at, _ in seen[:17]] == [*range(8), *range(8), 0]
        assert all(np.ravel(found).tolist() == [at] * cores for at, found in seen)


@pytest.mark.parametrize(
    ("cache", "free", "size"),
    [
        (None, None, 2**27),
        (2**20, None, 2**24),
        (2**25, None, 2**27),
        (2**30, None, 2**28),
        (2**25, 2**28, 2**26),
    ],
)
def test_the_array_is_larger_than_the_cache_and_never_more_than_a_quarter_of_what_is_free(
    monkeypatch, cache, free, size
):
    monkeypatch.setattr(probes, "available_memory_bytes", lambda: free)
    monkeypatch.setattr(np, "ones", lambda count, dtype: np.empty(count, dtype))  # not written: needs no memory
    assert probes.make_array(cache).nbytes == size


def test_a_limit_of_the_process_is_met_with_a_smaller_array(monkeypatch):
    ones = np.ones

    def limited(count, dtype):
        if count > 2**23:
            raise MemoryError
        return ones(count, dtype)

    monkeypatch.setattr(np, "ones", limited)
    monkeypatch.setattr(probes, "available_memory_bytes", lambda: None)
    assert probes.make_array(2**25).nbytes == 2**25
    monkeypatch.setattr(probes, "available_memory_bytes", lambda: 2**20)
    with pytest.raises(RuntimeError, match="too little memory is free"):
        probes.make_array(2**25)


def test_an_array_that_the_cache_holds_is_told():
    assert "The cache may have held" in Machine(ONE, ALL, "", 2**27, 2**27, 1.0).sentence
    assert "The cache may have held" not in MACHINE.sentence
    assert not Machine(ONE, ALL, "", None, 2**27, 1.0).cached


def test_the_largest_cache_is_read(tmp_path):
    for index, text in enumerate(["32K", "1024K", "32M", "what?"]):
        (tmp_path / f"index{index}").mkdir()
        (tmp_path / f"index{index}/size").write_text(text + "\n")
    assert probes.largest_cache_bytes(tmp_path) == 32 * 2**20
    assert probes.largest_cache_bytes(tmp_path / "no such folder") is None


def test_the_cores_are_those_of_the_process_within_its_share_of_time(monkeypatch, tmp_path):
    monkeypatch.setattr(probes.os, "sched_getaffinity", lambda pid: {0, 5, 7}, raising=False)
    for text, cores in (("max 100000", 3), ("200000 100000", 2), ("50000 100000", 1), ("6400000 100000", 3)):
        (tmp_path / "cpu.max").write_text(text + "\n")
        assert probes.usable_cores(tmp_path / "cpu.max") == cores
    assert probes.usable_cores(tmp_path / "no such file") == 3
    monkeypatch.setattr(probes.sys, "platform", "emscripten")
    assert probes.usable_cores(tmp_path / "no such file") == 1


def test_numpys_threads_are_those_it_was_given(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert probes.numpy_threads() == 3
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert probes.numpy_threads() == 2


def test_a_system_without_proc_still_has_a_name(monkeypatch):
    monkeypatch.setattr(probes.Path, "read_text", lambda self: (_ for _ in ()).throw(OSError))
    monkeypatch.setattr(probes.platform, "processor", lambda: "arm")
    assert probes.processor_name() == "arm"


def test_a_real_measurement_is_finite_and_has_a_name_for_its_product(fresh):
    """No figure is asserted, only that the real clock and the real libraries lead to numbers."""
    found = roofline.machine()
    for roof in found.roofs:
        assert 0 < roof.peak_flops < math.inf and 0 < roof.read_bandwidth < math.inf and "@, " in roof.product
    assert roofline.point(FIVE, timing.Timing(1e-3)).limit.bound in ("memory", "arithmetic")
