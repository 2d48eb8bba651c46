"""The roof of this machine: the fastest arithmetic and the fastest reading of memory that could be measured.

Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model for multicore
architectures", Communications of the ACM 52 (2009): attainable FLOP/s = min(peak, bandwidth × intensity).
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from widgets_lib.compute._browser import in_browser
from widgets_lib.compute.formatting import count, format_bytes, format_rate, three_digits
from widgets_lib.compute.roofline import probes
from widgets_lib.compute.timing import ShouldStop, Stopped

LIMIT_S = 1.2  # for the measuring; the calls that run when it is over come on top

OnProgress = Callable[[float, str], object]


@dataclass(frozen=True)
class Roof:
    """The most that so many cores can do: a slope where memory sets the pace, flat where arithmetic does."""

    cores: int
    peak_flops: float
    """FLOP/s in float32: the fastest matrix product that was measured, so the true peak is at least this high."""
    read_bandwidth: float
    """Bytes/s read from an array that no cache holds."""
    product: str
    """The product that gave `peak_flops`: "torch @, 384 × 384 × 384"."""
    disturbed: bool = False
    """True when other programs had the processor during the measuring, so that the roof may be higher."""

    @property
    def ridge(self) -> float:
        """FLOP per byte at which slope and flat meet: below it memory is the limit, above it arithmetic."""
        return self.peak_flops / self.read_bandwidth

    def attainable(self, intensity: float) -> float:
        """The most FLOP/s at so many FLOP per byte."""
        return min(self.peak_flops, self.read_bandwidth * intensity)

    def bound(self, intensity: float) -> str:
        """ "memory" below the ridge, "arithmetic" from the ridge on."""
        return "memory" if intensity < self.ridge else "arithmetic"

    @property
    def name(self) -> str:
        """ "1 core", "16 cores"."""
        return count(self.cores, "core")


@dataclass(frozen=True)
class Machine:
    """What was measured here, for one core and for all."""

    one: Roof
    all: Roof
    """For as many cores as this process may use; the same as `one` where that is a single one."""
    processor: str
    """Its name, or "" where it can't be read."""
    cache_bytes: int | None
    """Size of the largest cache; None where it can't be read."""
    array_bytes: int
    """Size of the array that was read."""
    elapsed_s: float
    """What the measuring took, without loading libraries."""
    date: str = ""
    """When, as in "26 November 2026"; "" where nobody noted it."""
    in_browser: bool = False
    """Whether it was measured in a browser."""

    @property
    def roofs(self) -> tuple[Roof, ...]:
        """One roof, or that of one core and that of all."""
        return (self.one,) if self.all.cores == 1 else (self.one, self.all)

    @property
    def cached(self) -> bool:
        """True when the array was not much larger than the cache, so that the bandwidth may be too high."""
        return self.cache_bytes is not None and self.array_bytes < probes.CACHES * self.cache_bytes

    @property
    def sentence(self) -> str:
        """What was measured, and how, in words: a line for the processor, one for each roof, one for the methods."""
        roofs = "".join(
            f"{roof.name}: {format_rate(roof.peak_flops)} ({roof.product}), {three_digits(roof.read_bandwidth / 1e9)} GB/s\n"
            for roof in self.roofs
        )
        when = f", measured on {self.date}" if self.date else ""
        text = f"{self.processor or 'This processor'}{when}\n{roofs}"
        text += (
            "Arithmetic: the fastest of some float32 matrix products, so the true peak is at least this high. "
            f"Memory: {format_bytes(self.array_bytes)} of numbers read from end to end, in pieces; the fastest piece counts."
        )
        if self.cached:
            text += " The cache may have held a part of them, so the true bandwidth may be lower."
        return text


_lock = threading.Lock()
_machine: Machine | None = None


def known() -> Machine | None:
    """What `machine()` has measured in this process; None if it has not yet. Returns at once."""
    return _machine


def recall(measured: Machine) -> None:
    """Know from now on what was measured elsewhere, if nothing is known yet."""
    global _machine
    if _machine is None:
        _machine = measured


def machine(
    *, again: bool = False, should_stop: ShouldStop | None = None, on_progress: OnProgress | None = None
) -> Machine:
    """The roof of this machine as a `Machine`, in FLOP/s and bytes/s; measured once per process.

    `again=True` measures once more and keeps the faster of both: other programs can only slow a machine down. What was
    measured on another processor is dropped.
    It takes about a second, and even on a busy machine less than two; it needs up to 256 MB of memory while it runs, never more than a quarter of what is free.
    Arithmetic: float32 products by torch and numpy; where torch is missing and numpy uses threads, one core is
    measured on a product so small that they stay idle. Memory: the largest numbers of the pieces of a long array.
    `should_stop()` is asked, and `on_progress(share, text)` called, between the steps.
    Raises: Stopped if `should_stop()` says True; RuntimeError if there is no memory to read.
    """
    global _machine
    stop = should_stop or (lambda: False)
    while not _lock.acquire(timeout=0.1):  # two that measure at once would halve each other's roof
        if stop():
            raise Stopped
    try:
        if _machine is None or again:
            measured = measure_anew(stop, *([on_progress] if on_progress else []))
            _machine = _merged(measured, _machine) if _machine else measured
        return _machine
    finally:
        _lock.release()


def measure_anew(stop: ShouldStop = lambda: False, progress: OnProgress = lambda share, text: None) -> Machine:
    """What `machine` measures, without what is known already."""
    progress(0.0, "loading the libraries")
    libraries = probes.load_libraries()
    start = perf_counter()
    counts = sorted({1, probes.usable_cores()})
    cache_bytes = probes.largest_cache_bytes()
    array = probes.make_array(cache_bytes)
    turns = sum(1 + len(probes.products(cores, libraries)) for cores in counts)
    schedule = probes.Schedule(stop, LIMIT_S - (perf_counter() - start), turns)

    def roof_of(count_of_cores: int, first: float, last: float) -> Roof:
        name = count(count_of_cores, "core")
        progress(first, f"reading memory with {name}")
        bandwidth, slow_reading = probes.read_bandwidth(array, count_of_cores, schedule)
        progress((first + last) / 2, f"multiplying with {name}")
        peak, product, slow_product = probes.peak_flops(count_of_cores, libraries, schedule)
        return Roof(count_of_cores, peak, bandwidth, product, slow_reading or slow_product)

    one = roof_of(1, 0.1, 0.5)
    # What one core can do, all can: where the others were busy, all were slower.
    all_cores = _highest(roof_of(counts[-1], 0.5, 1.0), one) if len(counts) > 1 else one
    now = datetime.now()
    date = f"{now.day} {now:%B %Y}"
    name = "Python in your browser" if in_browser() else probes.processor_name()
    return Machine(one, all_cores, name, cache_bytes, array.nbytes, perf_counter() - start, date, in_browser())


def _highest(roof: Roof, other: Roof) -> Roof:
    """The roof, raised where the other is higher."""
    faster = max((roof, other), key=lambda each: each.peak_flops)
    bandwidth = max(roof.read_bandwidth, other.read_bandwidth)
    return replace(roof, peak_flops=faster.peak_flops, product=faster.product, read_bandwidth=bandwidth)


def _merged(new: Machine, old: Machine) -> Machine:
    """The newer measurement with the higher of both roofs."""
    if (new.all.cores, new.processor) != (old.all.cores, old.processor):
        return new
    return replace(new, one=_highest(new.one, old.one), all=_highest(new.all, old.all))
