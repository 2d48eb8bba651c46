"""The table of `make bench`: one benchmark is written without touching the others."""

import pytest

from benchmarks import __main__ as benchmarks
from benchmarks import false_times


def test_a_section_is_replaced_and_the_others_stay(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmarks, "DOCUMENT", tmp_path / "BENCHMARKS.md")
    benchmarks.write("widgets", "a quiet day\n\n| w |")
    benchmarks.write("import", "a busy day\n\n| i |")
    benchmarks.write("widgets", "another day\n\n| w2 |")
    assert benchmarks.DOCUMENT.read_text() == (
        f"{benchmarks.HEADING}\n## import\n\na busy day\n\n| i |\n\n## widgets\n\nanother day\n\n| w2 |\n"
    )


def test_every_section_of_the_document_is_a_benchmark():
    headings = [line[3:] for line in benchmarks.DOCUMENT.read_text().splitlines() if line.startswith("## ")]
    assert headings == sorted(headings) and set(headings) <= set(benchmarks.NAMES)


def row(seconds, spread, time="x"):
    return {"seconds": seconds, "spread": spread, "time": time}


@pytest.mark.parametrize(
    ("shown", "reference", "false"),
    [
        (row(1.0, "±3 %"), row(1.0, "±3 %"), False),
        (row(1.6, "±3 %"), row(1.0, "±3 %"), False),  # a shared core
        (row(1.7, "±3 %"), row(1.0, "±3 %"), True),
        (row(0.5, "one call"), row(1.0, "one call"), True),
        (row(2.4, "±80 %"), row(1.0, "±3 %"), False),  # says itself how sure it is
        (row(0.5, "one call", "≥ 500 ms"), row(1.0, "±3 %"), False),
        (row(5.0, "one call", "≥ 5.00 s"), row(1.0, "±3 %"), True),
    ],
)
def test_a_false_time_is_outside_what_is_stated(shown, reference, false):
    assert bool(false_times.falsehood(shown, reference)) is false
