"""Stylesheets: a widget styles only itself, and its own rules win over the tokens' sheet in any order."""

import re
from pathlib import Path

import pytest

import widgets_lib
import widgets_lib as wl
from tests.support.catalog import widgets

FOLDER = Path(widgets_lib.__file__).parent / "widgets"
STEMS = sorted(path.name for path in FOLDER.iterdir() if (path / f"{path.name}.py").exists())


def top_level_rules(css):
    """(selector or at-rule, body) of each rule that stands in no other."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    rules, depth, start, opened = [], 0, 0, 0
    for brace in re.finditer(r"[{}]", css):
        depth += 1 if brace[0] == "{" else -1
        if brace[0] == "{" and depth == 1:
            opened = brace.start()
        elif depth == 0:
            rules.append((css[start:opened].strip(), css[opened + 1 : brace.start()]))
            start = brace.end()
    assert depth == 0 and not css[start:].strip()
    return rules


def nested_selectors(body):
    return [prelude.strip() for prelude in re.findall(r"([^{};]+)\{", body) if not prelude.strip().startswith("@")]


@pytest.mark.parametrize("stem", STEMS)
def test_every_rule_stands_in_the_widget_s_own_block(stem):
    """So a widget styles only itself, and its rules weigh two classes more than what they select says."""
    css = (FOLDER / stem / f"{stem}.css").read_text("utf-8")
    rules = [rule for rule in top_level_rules(css) if not re.match(rf"@keyframes wl-{stem}(?![\w])", rule[0])]
    assert [selector for selector, _ in rules] == [f".wl.wl-{stem}"]
    nested = nested_selectors(rules[0][1])
    assert nested
    assert [selector for selector in nested if re.search(r"[^,\s]\s*&|:root|\bhtml\b|\bbody\b", selector)] == []


def test_the_reading_of_a_stylesheet_itself():
    assert [selector for selector, _ in top_level_rules(".a { b { c: d; } } /* } */ @media x { .e { f: g; } }")] == [
        ".a",
        "@media x",
    ]
    assert nested_selectors("a: b; .c { d: e; } @media x { .f &, g { h: i; } }") == [".c", ".f &, g"]


@pytest.mark.parametrize("name", widgets())
def test_the_shared_sheet_comes_first_and_is_about_no_single_widget(name):
    """Which widget of a page comes first is not known, so order can't decide: the shared rules must be lighter."""
    made = getattr(wl, name)._bundle
    *shared, own = (made.files[sheet] for sheet in made.sheets)
    assert shared == [(FOLDER / "shared" / sheet).read_text("utf-8") for sheet in ("tokens.css", "theme.css")]
    assert own.lstrip().startswith(".wl.wl-")
    assert [selector for selector, _ in top_level_rules("".join(shared)) if ".wl.wl" in selector] == []


def test_every_widget_is_a_folder_with_a_triple_of_its_name():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert folders - {"shared"} == set(STEMS)
    assert all((FOLDER / stem / f"{stem}.{kind}").exists() for stem in STEMS for kind in ("js", "css"))
    assert {wl._PUBLIC[name].rpartition(".")[2] for name in widgets()} == set(STEMS)
