"""What the roofline's view draws: axes, roofs, the product, and a point for each rung that was timed."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from widgets_lib.compute import roofline
from widgets_lib.compute.formatting import count, format_rate, format_sizes, human, join_words, three_digits
from widgets_lib.compute.roofline import Machine
from widgets_lib.compute.roofline.points import share_text
from widgets_lib.widgets.ladder.results import Measured
from widgets_lib.widgets.ladder.rows import RIVAL

Size = tuple[int, int, int]  # (m, k, n)

INTENSITIES = (0.1, 1000.0)  # FLOP per byte: 1 × 1 × 1 has 0.17, the largest product of the sliders 501
USUAL_RATES = (1e9, 1e12)  # FLOP/s
GAIN = 1.2  # all cores that are not this many times as fast as one were needed elsewhere
MARKS = {"at least": ("≥ ", "≤ "), "at most": ("≤ ", "≥ "), "estimated": ("≈ ", "≈ ")}  # before its time and its rate
HEADROOM = 3  # above the roof, for words


def axes_of(machine: Machine | None, rates: Iterable[float]) -> dict[str, Any]:
    """x in FLOP per byte, always the same, and y in FLOP/s with room for the roofs and for so many rates."""
    found = list(rates)
    tops = [roof.peak_flops * HEADROOM for roof in machine.roofs] if machine else []
    bottoms = [roof.attainable(INTENSITIES[0]) for roof in machine.roofs] if machine else []
    high = max([rate * 2 for rate in found] + tops, default=USUAL_RATES[1])
    low = min([USUAL_RATES[0], *(rate / 2 for rate in found), *bottoms])
    return {"x": _axis(*INTENSITIES, 1.0), "y": _axis(_decade(low), _decade(high, up=True), 1e9)}


def _decade(value: float, *, up: bool = False) -> float:
    power = math.log10(value)
    return float(10.0 ** (math.ceil(power) if up else math.floor(power)))


def _axis(low: float, high: float, unit: float) -> dict[str, Any]:
    """A log axis with a tick at each power of ten, written in so many of a unit."""
    powers = range(round(math.log10(low)), round(math.log10(high)) + 1)
    ticks = [{"value": 10.0**power, "text": _plain(10.0**power / unit)} for power in powers]
    return {"low": low, "high": high, "ticks": ticks}


def _plain(number: float) -> str:
    """A power of ten without an exponent: "0.00001", "1,000"."""
    return f"{number:,.0f}" if number >= 1 else f"{number:.12f}".rstrip("0")


def roofs_of(machine: Machine | None) -> list[dict[str, Any]]:
    """The roofs, that of one core first, each with what is written on it."""
    return [
        {
            "peak": roof.peak_flops,
            "bandwidth": roof.read_bandwidth,
            "ridge": roof.ridge,
            "name": roof.name,
            "peak_text": format_rate(roof.peak_flops),
            "bandwidth_text": f"{three_digits(roof.read_bandwidth / 1e9)} GB/s",
            "ridge_text": f"ridge {three_digits(roof.ridge)}",
        }
        for roof in (machine.roofs if machine else ())
    ]


def product_of(size: Size, limit: roofline.Limit | None, intensity: float) -> dict[str, Any]:
    """Where the product of the sliders lies: its intensity, the height of the roof there and the time at best."""
    return {
        "intensity": intensity,
        "text": three_digits(intensity),
        "name": format_sizes(size),
        "attainable": limit.attainable_flops if limit else 0.0,
        "best": f"at best {human(limit.seconds)}" if limit else "",
    }


def point_of(entry: Measured, machine: Machine | None, size: Size) -> dict[str, Any]:
    """A rung that was timed, as a point with its words; without a roof it has no share of one."""
    cost = entry.cost
    bounds = {"at least": entry.at_least, "at most": entry.at_most, "estimated": entry.estimated}
    state = next((name for name, holds in bounds.items() if holds), "measured")
    rate = cost.flops / entry.seconds
    slow, about = MARKS.get(state, ("", ""))
    row = {
        "id": f"{entry.rung}@{format_sizes((entry.m, entry.k, entry.n))}",
        "rung": entry.rung,
        "title": entry.title,
        "sizes": {"m": entry.m, "k": entry.k, "n": entry.n},
        "product": format_sizes((entry.m, entry.k, entry.n)),
        "here": (entry.m, entry.k, entry.n) == size,
        "x": cost.flops_per_byte,
        "y": rate,
        "state": state,
        "time": f"{slow}{human(entry.seconds)}",
        "rate": about + format_rate(rate),
        "share": "",
        "label": f"{entry.title} · {about}{format_rate(rate)}",
        "sentence": f"It takes {slow}{human(entry.seconds)}, {about}{format_rate(rate)}. The roof is not measured yet.",
    }
    if machine:
        found = roofline.locate(
            cost,
            entry.seconds,
            machine,
            estimated=entry.estimated,
            at_least=entry.at_least,
            at_most=entry.at_most,
            threads=entry.threads,
        )
        row["share"] = about + share_text(found.share)
        row["label"] = f"{entry.title} · {row['share']}"
        row["sentence"] = found.sentence
    return row


def verdict_of(points: Sequence[dict[str, Any]], rung: str) -> tuple[str, str]:
    """(whom it is about, what is said) of the chosen point; of the fastest of this product if none is chosen."""
    here = [point for point in points if point["here"]]
    if not here:
        return "", "Nothing has been timed at this size yet."
    chosen = next((point for point in here if point["rung"] == rung), None)
    if chosen:
        return f"{chosen['title']}.", chosen["sentence"]
    fastest = max(here, key=lambda point: float(point["y"]))
    rivals = [p for p in here if p is not fastest and p["state"] == "at most" and RIVAL * p["y"] > fastest["y"]]
    known = ", as far as is known" if rivals else ""
    return f"The fastest here{known}: {fastest['title']}.", fastest["sentence"]


def ridge_of(machine: Machine | None) -> str:
    """What the ridge is."""
    if machine is None:
        return ""
    return (
        f"At the ridge, {three_digits(machine.all.ridge)} FLOP per byte, the two limits meet. With fewer operations "
        "per byte, the arithmetic waits for memory. With more, memory waits for the arithmetic. (A FLOP is one addition "
        "or multiplication.)"
    )


def notice_of(machine: Machine | None, gpu: Sequence[Measured], elsewhere: Sequence[Measured] = ()) -> str:
    """What must be known to read the drawing: a roof that may be higher, points that are not drawn."""
    parts = []
    no_gain = machine and machine.all.cores > 1 and machine.all.peak_flops < GAIN * machine.one.peak_flops
    if machine and no_gain:
        parts.append(f"Together, the {machine.all.name} multiplied hardly any faster than one.")
    if machine and (no_gain or any(roof.disturbed for roof in machine.roofs)):
        parts.append(
            "Other programs were running while the roof was measured, so it may be higher: measure again (under “more”) when "
            "it is quiet."
        )
    if gpu:
        titles = join_words(list(dict.fromkeys(entry.title for entry in gpu)))
        parts.append(f"Not drawn: {titles}. These are the roofs of the processor, not of the GPU.")
    if elsewhere:
        where = "your browser" if elsewhere[0].in_browser else "the machine on which this page was made"
        parts.append(f"Not drawn: the times of {where}. A time belongs under the roof of its own machine.")
    return " ".join(parts)


def label_of(product: dict[str, Any], roofs: Sequence[dict[str, Any]], points: Sequence[dict[str, Any]]) -> str:
    """The drawing in one sentence, for those who don't see it."""
    if not roofs:
        return f"Roofline, not measured yet; {product['name']} has {product['text']} FLOP per byte"
    top = roofs[-1]
    return (
        f"Roofline of {top['name']}: {top['bandwidth_text']} up to the {top['ridge_text']} FLOP per byte, then "
        f"{top['peak_text']}; "
        f"{product['name']} at {product['text']} FLOP per byte, {product['best']}; "
        f"{count(len(points), 'measured point')}"
    )
