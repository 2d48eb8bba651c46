"""The roof of this machine: how high, how much it differs from one measurement to the next, and how long that takes.

Each round measures anew; the widget keeps the fastest of all, so the median here is less than what it shows in time.
"""

from statistics import median

from benchmarks._table import human, p95, row
from widgets_lib.compute import matmul, roofline
from widgets_lib.compute.formatting import format_rate
from widgets_lib.compute.roofline import machines

PRODUCTS = ((50_000, 784, 10), (1024, 1024, 1024))


def figures(quick=False):
    """Yield a row for each figure of the roof, and what bounds the lesson's two products under the highest one."""
    rounds = [machines.measure_anew() for _ in range(3 if quick else 15)]
    seconds = [each.elapsed_s for each in rounds]
    yield row("measuring the roof, without loading torch", human(median(seconds)), f"p95 {human(p95(seconds))}")
    for at, roof in enumerate(rounds[0].roofs):
        peaks = [each.roofs[at].peak_flops for each in rounds]
        bandwidths = [each.roofs[at].read_bandwidth for each in rounds]
        yield row(f"arithmetic, {roof.name}", format_rate(median(peaks)), _range(peaks, format_rate))
        yield row(f"reading memory, {roof.name}", _bandwidth(median(bandwidths)), _range(bandwidths, _bandwidth))
    best = max(rounds, key=lambda each: (each.all.peak_flops, each.all.read_bandwidth))
    for m, k, n in PRODUCTS:
        limit = roofline.limit(matmul.cost(m, k, n), best)
        yield row(f"{m}×{k}×{n} at best", human(limit.seconds), beside=limit.sentence)


def _range(values, text):
    return f"{text(min(values))} to {text(max(values))}"


def _bandwidth(bytes_per_s):
    return f"{bytes_per_s / 1e9:.1f} GB/s"
