"""A page's policy: its own files, and of what stands in it only what it was built with."""

import base64
import hashlib
import re

import pytest

from static_edition import security


def rules(page):
    content = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    return {rule.split()[0]: rule.split()[1:] for rule in content.split("; ")}


@pytest.mark.parametrize("name", ["01_small.html", "02_plain.html", "index.html", "404.html"])
def test_a_page_says_first_what_it_may(small_site, name):
    page = (small_site / name).read_text("utf-8")
    before = page[: page.index("Content-Security-Policy")]
    assert "<script" not in before and "<link" not in before and "<style" not in before
    policy = rules(page)
    assert policy["default-src"] == ["'none'"]
    allowed = [each for values in policy.values() for each in values if not each.startswith("'sha256-")]
    assert set(allowed) == {"'none'", "'self'", "data:", "'unsafe-inline'"}
    assert [name for name, values in policy.items() if "'unsafe-inline'" in values] == ["style-src-attr"]


def test_a_script_is_allowed_by_what_is_in_it():
    page = security.secured(f"{security.PLACE}<script>run()</script><style>a {{}}</style><script src='x.js'></script>")
    sha = base64.b64encode(hashlib.sha256(b"run()").digest()).decode()
    assert rules(page)["script-src"] == ["'self'", f"'sha256-{sha}'"]
    assert len(rules(page)["style-src-elem"]) == 2


def test_data_is_no_script():
    page = security.secured(f'{security.PLACE}<script type="application/json">{{"a": 1}}</script>')
    assert rules(page)["script-src"] == ["'self'"]
