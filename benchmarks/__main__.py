"""`python -m benchmarks [--quick] [--only NAME] [--write]`: every figure, one Markdown table for each benchmark.

Nothing here passes or fails: a figure is a time on one machine, and the ratios beside it are what holds on others.
"""

import argparse
import datetime
import importlib
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path

from benchmarks import _table
from tests.support import chromium

HERE = Path(__file__).parent
DOCUMENT = HERE.parent / "docs" / "BENCHMARKS.md"
NAMES = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
SECTIONS = sorted([*NAMES, "false_times"])  # the last takes an hour, and is run by itself
QUIET_LOAD = 1.5
PACKAGES = ("numpy", "torch", "numba", "matplotlib", "ipywidgets", "anywidget", "voila")
HEADING = """# How fast it is

Written by `python -m benchmarks --write`, or with `--only NAME` one section of it; `make bench` prints the same tables.
Medians drift between machines and hours; a ratio (how many times as fast as what stands beside it) is taken between
peers measured in turn in the same run. The head of each `benchmarks/bench_*.py` says what exactly is measured.
"""


def caption(load, quick):
    """When, on what machine and with which versions; a warning if other work disturbed it. load: None if it is no matter."""
    versions = [f"{name} {version(name)}" for name in PACKAGES]
    loaded = "" if load is None else f", load average {load:.1f} at the start"
    text = (
        f"{datetime.date.today()}, {cpu_model()}, {os.cpu_count()} cores{loaded}. "
        f"Python {platform.python_version()}, {', '.join(versions)}, Chromium {chromium.version()}."
    )
    if quick:
        text += " **Quick: a few rounds only.**"
    if load is not None and load > QUIET_LOAD:
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
    for name in [options.only] if options.only else NAMES:
        measured = importlib.import_module(f"benchmarks.bench_{name}")
        lines = [caption(os.getloadavg()[0], options.quick), ""]
        print(f"## {name}\n", *lines, sep="\n", flush=True)
        for line in _table.lines(measured.figures(options.quick)):
            print(line, flush=True)
            lines.append(line)
        print()
        if options.write:
            write(name, "\n".join(lines))


def write(name, text):
    """Put one benchmark's section into the document; the others stay as they are."""
    written = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    sections = dict(re.findall(r"^## (\w+)\n+(.*?)\s*(?=^## |\Z)", written, re.DOTALL | re.MULTILINE))
    sections[name] = text
    parts = [HEADING, *(f"## {name}\n\n{sections[name]}\n" for name in SECTIONS if name in sections)]
    DOCUMENT.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
