"""Where a product lies under the roof: what bounds it, how fast it could be, and by how much a measured one misses."""

from dataclasses import dataclass, replace

from widgets_lib.compute.formatting import format_bytes, format_large, format_rate, format_ratio, human, three_digits
from widgets_lib.compute.matmul import Cost
from widgets_lib.compute.roofline.machines import Machine, machine
from widgets_lib.compute.timing import Timing

BALANCED = 1.25  # both limits take nearly the same time: less than this factor apart
NEAR = 0.8  # of the roof: as good as it gets
FAR = 0.1  # of the roof: what holds the product back is neither of the two that the roof knows


@dataclass(frozen=True)
class Limit:
    """What the machine allows a product at best, with all cores."""

    cost: Cost
    intensity: float
    """FLOP per byte, each number of a, b and c moved once."""
    attainable_flops: float
    """FLOP/s, the height of the roof there."""
    bound: str
    """ "memory" or "arithmetic"."""
    arithmetic_s: float
    """Seconds that the arithmetic takes at the peak."""
    memory_s: float
    """Seconds that the bytes take at the measured bandwidth."""
    in_cache: bool
    """True if all its numbers fit into the cache: run again, it need not wait for memory."""
    sentence: str

    @property
    def seconds(self) -> float:
        """The time at best: the longer of the two."""
        return max(self.arithmetic_s, self.memory_s)

    @property
    def balanced(self) -> bool:
        """True close to the ridge, where a little noise decides which limit is the lower one."""
        return self.seconds < BALANCED * min(self.arithmetic_s, self.memory_s)


@dataclass(frozen=True)
class Point:
    """A measured product under the roof."""

    limit: Limit
    seconds: float
    attained_flops: float
    """FLOP/s."""
    share: float
    """Of the roof: 1 on it, more above it."""
    estimated: bool
    at_least: bool
    """True if it takes `seconds` at least: then `attained_flops` and `share` are what it attains at most."""
    at_most: bool
    """True if it takes `seconds` at most: then they are what it attains at least."""
    verdict: str
    """How near the roof it is: "near", "below", "far" or "above"."""
    sentence: str

    @property
    def intensity(self) -> float:
        """FLOP per byte."""
        return self.limit.intensity

    @property
    def bound(self) -> str:
        """ "memory" or "arithmetic": the limit that is reached first."""
        return self.limit.bound

    @property
    def factor(self) -> float:
        """How many times as long it takes as the machine would need at best."""
        return 1 / self.share


def limit(cost: Cost, on: Machine | None = None) -> Limit:
    """What bounds a product and the time it takes at best, as a `Limit`; `on` this machine if none is given.

    Raises: ValueError for a product without a number in it; what `machine` raises.
    """
    if not cost.flops:
        raise ValueError(f"there is nothing to multiply in {cost.m} × {cost.k} times {cost.k} × {cost.n}")
    on = on or machine()
    roof = on.all
    intensity = cost.flops_per_byte
    arithmetic_s, memory_s = cost.flops / roof.peak_flops, cost.bytes / roof.read_bandwidth
    bound = roof.bound(intensity)
    in_cache = on.cache_bytes is not None and cost.bytes <= on.cache_bytes
    found = Limit(cost, intensity, roof.attainable(intensity), bound, arithmetic_s, memory_s, in_cache, "")
    return replace(found, sentence=_limit_sentence(found, on))


def point(cost: Cost, timing: Timing, on: Machine | None = None) -> Point:
    """Where a timed product lies, as a `Point`, under the roof of all cores; `on` this machine if none is given.

    Raises: ValueError for a product without a number in it, or a time that is not above 0; what `machine` raises.
    """
    return locate(
        cost, timing.seconds, on, estimated=timing.extrapolated, at_least=timing.at_least, at_most=timing.at_most
    )


def locate(
    cost: Cost,
    seconds: float,
    on: Machine | None = None,
    *,
    estimated: bool = False,
    at_least: bool = False,
    at_most: bool = False,
    threads: int | None = None,
) -> Point:
    """The same for a time in seconds; whether it is an estimate or a bound, and how many threads it could use."""
    if not seconds > 0:
        raise ValueError(f"a time is above 0 seconds, not {seconds}")
    on = on or machine()
    best = limit(cost, on)
    attained = cost.flops / seconds
    share = attained / best.attainable_flops
    verdict = "above" if share > 1 else "near" if share >= NEAR else "far" if share < FAR else "below"
    found = Point(best, seconds, attained, share, estimated, at_least, at_most, verdict, "")
    sentence = " ".join(filter(None, [_point_sentence(found), _one_core_sentence(found, on, threads)]))
    return replace(found, sentence=sentence)


# ---- in words ----


def share_text(share: float) -> str:
    """A part of the roof: "64 %", "0.29 %", "1/84,000"."""
    if share >= 0.1:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.2g} %" if share >= 0.001 else f"1/{format_ratio(1 / share)}"


def _limit_sentence(found: Limit, on: Machine) -> str:
    roof = on.all
    ridge = three_digits(roof.ridge)
    work = (
        f"{format_large(found.cost.flops)} floating-point operations on {format_bytes(found.cost.bytes)}: "
        f"{three_digits(found.intensity)} FLOP per byte"
    )
    read = f"reading {format_bytes(found.cost.bytes)} at {three_digits(roof.read_bandwidth / 1e9)} GB/s"
    compute = f"the arithmetic at {format_rate(roof.peak_flops)}"
    balanced = " They are so close that the next measurement may change their order." if found.balanced else ""
    if found.bound == "memory":
        text = (
            f"{work}, less than the {ridge} of the ridge. Memory bounds this product: {read} takes "
            f"{human(found.memory_s)}, {compute} only {human(found.arithmetic_s)}.{balanced}"
        )
        if found.in_cache:
            text += (
                f" Its numbers fit into the cache ({format_bytes(on.cache_bytes or 0)}), so when it is run again and "
                "again it can pass the memory roof."
            )
        return text
    return (
        f"{work}, more than the {ridge} of the ridge. Arithmetic bounds this product: {compute} takes "
        f"{human(found.arithmetic_s)}, {read} only {human(found.memory_s)}.{balanced}"
    )


def _point_sentence(found: Point) -> str:
    best = found.limit
    slow, fast = _hedges(found)
    time = f"{slow}{human(found.seconds)}"
    rate = f"{fast}{format_rate(found.attained_flops)}"
    if found.verdict == "above":
        return f"It takes {time}, {rate}: {format_ratio(found.share)} times the roof that was measured. {_why_above(found)}"
    text = (
        f"It takes {time}, {rate}: {fast}{share_text(found.share)} of the roof. "
        f"At best it would take {human(best.seconds)}, limited by {best.bound}."
    )
    if found.verdict == "near":
        return f"{text} It is nearly there."
    text += f" It takes {slow}{format_ratio(found.factor)} times as long"
    if found.verdict == "below":
        return f"{text}."
    others = ", or to other programs, which were at work" if found.at_most else ""
    return (
        f"{text}, so the time goes elsewhere: into Python steps and calls, into sums of one number at a "
        f"time, or into bytes that are read more than once{others}."
    )


def _hedges(found: Point) -> tuple[str, str]:
    """What stands before its time, and before a rate or share, which is the larger the shorter the time."""
    if found.at_least:
        return "at least ", "at most "
    if found.at_most:
        return "at most ", "at least "
    return ("about ", "about ") if found.estimated else ("", "")


def _why_above(found: Point) -> str:
    if found.bound == "memory" and found.limit.in_cache:
        return "Its numbers fit into the cache, so on repeated runs memory does not hold it back."
    return (
        "The roof is itself measured, on products and reads that may have been slower than the best, or while other "
        "programs were running: measure again."
    )


def _one_core_sentence(found: Point, on: Machine, threads: int | None) -> str:
    """How near one core came to its own roof, where that is all that was used and it came near."""
    share = found.attained_flops / on.one.attainable(found.intensity)
    if threads != 1 or on.all.cores == 1 or share < FAR:
        return ""
    return f"It ran on one thread and reached {_hedges(found)[1]}{share_text(share)} of one core’s roof."
