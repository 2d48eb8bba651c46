"""Bytes that a visitor loads, and their bounds."""

import gzip

import pytest

from static_edition import weigh


def test_a_page_weighs_what_it_names(small_site):
    weights = {weight.lesson: weight for weight in weigh.weigh(small_site)}
    assert set(weights) == {"01_small", "02_plain"}
    small, plain = weights["01_small"], weights["02_plain"]
    page = len(gzip.compress((small_site / "01_small.html").read_bytes(), 6, mtime=0))
    views = sum(weigh.travelling(file) for file in small_site.glob("static/views/strides/*"))
    assert small.reading > plain.reading + views and small.reading > page + views
    assert 8_000_000 < small.python <= weigh.MAX_PYTHON_BYTES
    assert small.python - plain.python < 5_000  # the recipes


def test_a_bound_that_is_passed_is_named():
    fits = weigh.Weight("01_fits", weigh.MAX_READING_BYTES, weigh.MAX_PYTHON_BYTES)
    weigh.hold_bounds([fits])
    with pytest.raises(weigh.TooHeavy, match=r"02_heavy loads 300,001 bytes to be read; the bound is 300,000"):
        weigh.hold_bounds([fits, weigh.Weight("02_heavy", 300_001, 0)])
    with pytest.raises(weigh.TooHeavy, match="for Python"):
        weigh.hold_bounds([weigh.Weight("02_heavy", 0, 12_000_001)])
