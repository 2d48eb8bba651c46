"""How fast this machine multiplies and reads: single measurements, and what the system says of itself."""

import math
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, process_time
from typing import Any, TypeAlias

import numpy as np

from widgets_lib.compute.formatting import format_sizes
from widgets_lib.compute.matmul import available_memory_bytes
from widgets_lib.compute.timing import ShouldStop, Stopped

Array: TypeAlias = np.ndarray

SIDE = 384  # of a square product for one core: 1.8 MB in all, which a cache holds, and long enough to time
SMALL_SIDE = 64  # numpy's OpenBLAS gives a product of this size to one thread
PIECES = 8  # of the array, each timed by itself
BUDGET_S = 0.14  # for one measurement, at most
MIN_CALLS, MAX_CALLS = 3, 10_000  # fewer than the first only where time is short
DISTURBED = 1.5  # half of the calls took longer than this many times the fastest
CACHES = 2  # an array of fewer caches than this may be read from the cache
WANTED_CACHES = 4
MIN_ARRAY, USUAL_ARRAY, MAX_ARRAY = 2**24, 2**27, 2**28  # bytes
FREE_SHARE = 4  # at most a quarter of the free memory


Product: TypeAlias = tuple[str, int, AbstractContextManager[Callable[[], Any]]]
"""Library, side, and a context that gives the function."""


class Schedule:
    """Gives each of some measurements, one after the other, an even share of the time that is left."""

    def __init__(self, stop: ShouldStop = lambda: False, limit_s: float = math.inf, turns: int = 1):
        self.stop, self._end, self._turns = stop, monotonic() + limit_s, turns

    def take_turn(self) -> float:
        """Seconds that the next measurement has: `BUDGET_S`, or less where less is left; 0 where nothing is."""
        share_s = (self._end - monotonic()) / max(1, self._turns)
        self._turns -= 1
        return max(0.0, min(BUDGET_S, share_s))

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return monotonic() >= self._end


# ---- what the system says ----


def usable_cores(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """How many cores this process may use: those it is allowed on, within the container's share of time."""
    if sys.platform in ("emscripten", "wasi"):  # Python in a browser has one thread, whatever the processor
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        granted, period = map(int, quota.read_text().split())
    except (OSError, ValueError):  # no container, or its limit is the word "max"
        return cores
    return max(1, min(cores, round(granted / period)))


def numpy_threads() -> int:
    """How many threads numpy's products use in this process; that was settled when numpy was loaded."""
    named = os.environ.get("OPENBLAS_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS") or ""
    return int(named) if named.isdigit() and int(named) else os.cpu_count() or 1


def processor_name() -> str:
    """The processor's name, "" where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor()


def largest_cache_bytes(folder: Path = Path("/sys/devices/system/cpu/cpu0/cache")) -> int | None:
    """Size of the largest cache of the first core; None where the system does not tell (not Linux)."""
    sizes = []
    for path in folder.glob("index*/size"):
        try:
            text = path.read_text().strip()
            sizes.append(int(text.rstrip("KMG")) * {"K": 2**10, "M": 2**20, "G": 2**30}.get(text[-1:], 1))
        except (OSError, ValueError):
            continue
    return max(sizes, default=None)


# ---- memory ----


def make_array(cache_bytes: int | None) -> Array:
    """float32 numbers, written once so that they are in memory: several caches' worth, as far as memory is free.

    Raises: RuntimeError if there is not even room for 16 MB.
    """
    size = min(max(WANTED_CACHES * cache_bytes if cache_bytes else USUAL_ARRAY, MIN_ARRAY), MAX_ARRAY)
    free = available_memory_bytes()
    if free is not None:
        size = min(size, free // FREE_SHARE)
    while size >= MIN_ARRAY:
        try:
            return np.ones(size // 4 // PIECES * PIECES, np.float32)
        except MemoryError:  # a limit of this process, which the system's free memory does not show
            size //= 2
    raise RuntimeError("too little memory is free to measure how fast it is read")


def read_bandwidth(array: Array, cores: int, schedule: Schedule) -> tuple[float, bool]:
    """(bytes/s at which so many threads read the array, whether other programs disturbed that).

    Piece after piece is timed, round and round, and the fastest counts: a piece is short enough to be read undisturbed,
    and by the time it is read again the others have pushed it out of the cache.
    """
    pieces = np.split(array, PIECES)
    if cores == 1:
        seconds, disturbed = _seconds([piece.max for piece in pieces], schedule, alone=True)
    else:
        with ThreadPoolExecutor(cores, thread_name_prefix="roofline") as pool:  # numpy lets go of the GIL in `max`
            shares = [np.array_split(piece, cores) for piece in pieces]
            seconds, disturbed = _seconds([partial(_largest, pool, part) for part in shares], schedule)
    return pieces[0].nbytes / seconds, disturbed


def _largest(pool: ThreadPoolExecutor, parts: list[Array]) -> list[Any]:
    return list(pool.map(np.max, parts))


# ---- arithmetic ----


def load_libraries() -> list[str]:
    """Load torch if it is installed, and name the libraries that can multiply, the one to try first in front."""
    if not find_spec("torch"):
        return ["numpy"]
    import_module("torch")  # by name, at the time of use: loading it takes a second
    return ["torch", "numpy"]


def peak_flops(cores: int, libraries: list[str], schedule: Schedule) -> tuple[float, str, bool]:
    """(FLOP/s, the product that reached them, whether other programs disturbed that) of the fastest float32 product.

    Products for which no time is left are not tried.
    """
    best = (0.0, "", False)
    for name, side, product in products(cores, libraries):
        if best[0] and schedule.over:
            break
        with product as multiply:
            seconds, disturbed = _seconds([multiply], schedule, alone=cores == 1)
        flops = 2 * side**3 / seconds
        if flops > best[0]:
            best = (flops, f"{name} @, {format_sizes((side, side, side))}", disturbed)
    return best


def products(cores: int, libraries: list[str]) -> list[Product]:
    """The products to try."""
    found: list[Product] = []
    side = 8 * round(SIDE * cores ** (1 / 3) / 8)  # as much for each core as one has alone
    if "torch" in libraries:
        found.append(("torch", side, _torch_product(side, cores)))
        if cores > 1:  # threads that start and meet for a longer time
            found.append(("torch", 2 * side, _torch_product(2 * side, cores)))
    if cores >= numpy_threads():
        found.append(("numpy", side, _numpy_product(side)))
    elif "torch" not in libraries:  # numpy's threads can't be told to rest
        found.append(("numpy", SMALL_SIDE, _numpy_product(SMALL_SIDE)))
    return found


@contextmanager
def _numpy_product(side: int) -> Iterator[Callable[[], Any]]:
    a = np.full((side, side), 0.5, np.float32)
    yield partial(np.matmul, a, a, out=np.empty_like(a))


@contextmanager
def _torch_product(side: int, cores: int) -> Iterator[Callable[[], Any]]:
    import torch  # here: it is loaded already

    before = torch.get_num_threads()
    a = torch.full((side, side), 0.5)
    torch.set_num_threads(cores)
    try:
        yield partial(torch.mm, a, a, out=torch.empty_like(a))
    finally:
        torch.set_num_threads(before)


def _seconds(functions: Sequence[Callable[[], Any]], schedule: Schedule, *, alone: bool = False) -> tuple[float, bool]:
    """(the fastest call of one of them, whether other programs had the processor: most took longer, or few had time).

    Raises: Stopped.

    By the clock on the wall; of one thread `alone` what it had of a processor, if that was less and the system tells
    (Linux). Where several work together, that says nothing.
    """
    by_processor = alone and sys.platform == "linux"
    budget_s = schedule.take_turn()
    functions[0]()  # wakes threads and fills caches
    times: list[float] = []
    start = perf_counter()
    while len(times) < (1 if schedule.over else MIN_CALLS) or (
        perf_counter() - start < budget_s and len(times) < MAX_CALLS
    ):
        if schedule.stop():
            raise Stopped
        function = functions[(1 + len(times)) % len(functions)]
        worked_s, before = process_time(), perf_counter()
        function()
        seconds = perf_counter() - before
        times.append(min(seconds, process_time() - worked_s) if by_processor else seconds)
    fastest = max(min(times), 1e-9)
    return fastest, len(times) < MIN_CALLS or median(times) > DISTURBED * fastest
