"""Rows of the table that every benchmark yields, and the arithmetic in them."""

from statistics import median, quantiles

from widgets_lib.compute.timing import human

COLUMNS = ("figure", "median", "spread", "ratio", "beside")


def row(figure, median="—", spread="—", ratio="", beside=""):
    """One row, all of it text: what was measured, its median and spread, and how many times as fast as `beside`."""
    return dict(zip(COLUMNS, (figure, median, spread, ratio, beside), strict=True))


def p95(seconds):
    """The time that 95 of 100 stay under."""
    return quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]


def compared(figure, own, peers):
    """A row for the seconds of every round; `peers` holds by name the seconds of the same rounds.

    A ratio is the median of the rounds' own ratios, so that what slowed a whole round down cancels out.
    """
    ratios = [f"{median(map(float.__truediv__, theirs, own)):.3g}× {name}" for name, theirs in peers.items()]
    beside = [f"{name}: {human(median(theirs))}, p95 {human(p95(theirs))}" for name, theirs in peers.items()]
    return row(figure, human(median(own)), f"p95 {human(p95(own))}", ", ".join(ratios), "; ".join(beside))


def lines(rows):
    """The table as lines of Markdown, each as soon as its row is there."""
    yield "| " + " | ".join(COLUMNS) + " |"
    yield "|---" * len(COLUMNS) + "|"
    for each in rows:
        yield "| " + " | ".join(each[column] for column in COLUMNS) + " |"
