"""What does a reader of the static edition load? Bytes of a built site as they travel, with gzip where a web space does so.

A build that passes a bound fails; static_edition/weigh.py has them. No other site is weighed beside it.
"""

from pathlib import Path

from benchmarks._table import row

SITE = Path(__file__).parents[1] / "site"


def figures(quick=False):
    """Yield a row for each lesson of `site/`."""
    from static_edition import weigh

    weights = weigh.weigh(SITE) if SITE.is_dir() else []
    if not weights:
        yield row("a lesson of the static edition", beside="nothing is built: make site")
    for weight in weights:
        yield row(
            f"to read {weight.lesson}",
            f"{weight.reading / 1e3:.0f} kB",
            f"at most {weigh.MAX_READING_BYTES / 1e3:.0f} kB",
            beside=f"{weight.python / 1e6:.1f} MB more once Python wakes, at most {weigh.MAX_PYTHON_BYTES / 1e6:.0f} MB",
        )
