"""`python -m benchmarks [--quick] [--only NAME] [--write]`: every figure in one Markdown table.

Nothing here passes or fails: a figure is a time on one machine, and the ratios beside it are what holds on others.
"""

import argparse
import datetime
import importlib
import os
import platform
from importlib.metadata import version
from pathlib import Path

from benchmarks import _browser, _table

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "BENCHMARKS.md"
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
QUIET_LOAD = 1.5
PACKAGES = ("numpy", "torch", "numba", "matplotlib", "ipywidgets", "anywidget", "voila")
HEADING = """# How fast it is

Written by `python -m benchmarks --write`; `make bench` prints the same table. Medians drift between machines and hours;
a ratio (how many times as fast as what stands beside it) is taken between peers measured in turn in the same run.
The head of each `benchmarks/bench_*.py` says what exactly is measured.
"""


def figures(names, quick):
    """The rows of the named benchmarks."""
    for name in names:
        yield from importlib.import_module(f"benchmarks.bench_{name}").figures(quick)


def caption(load, quick):
    """When, on what machine and with which versions; a warning if other work disturbed it."""
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    text = (
        f"{datetime.date.today()}, {cpu_model()}, {os.cpu_count()} cores, load average {load:.1f} at the start. "
        f"Python {platform.python_version()}, {', '.join(versions)}, Chromium {_browser.version()}."
    )
    if quick:
        text += " **Quick: a few rounds only.**"
    if load > QUIET_LOAD:
        text += " **The machine was not quiet: trust the ratios at most.**"
    return text


def cpu_model():
    """The processor's name, as the machine gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def main():
    """Print the table as it grows; with --write also keep it in docs/BENCHMARKS.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few rounds: does it work, and about how fast?")
    parser.add_argument("--only", choices=NAMES, help="one benchmark instead of all")
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT.relative_to(HERE.parent)} as well")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("--write keeps the whole table: leave --only out")

    head = caption(os.getloadavg()[0], options.quick)
    print(head, end="\n\n", flush=True)
    table = []
    for line in _table.lines(figures([options.only] if options.only else NAMES, options.quick)):
        print(line, flush=True)
        table.append(line)
    if options.write:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text("\n".join([HEADING, head, "", *table, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
