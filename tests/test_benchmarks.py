"""The table of `make bench`: one benchmark is written without touching the others."""

from benchmarks import __main__ as benchmarks


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
