"""Stylesheets: a widget styles only itself, and its own rules win over the tokens' sheet in any order."""

import re
from pathlib import Path

import pytest

import widgets_lib
import widgets_lib as wl

FOLDER = Path(widgets_lib.__file__).parent / "widgets"
STEMS = sorted(path.name for path in FOLDER.iterdir() if (path / f"{path.name}.py").exists())


@pytest.mark.parametrize("stem", STEMS)
def test_every_rule_is_about_the_widget_itself(stem):
    css = re.sub(r"/\*.*?\*/", "", (FOLDER / stem / f"{stem}.css").read_text("utf-8"), flags=re.S)
    css = re.sub(r"@keyframes[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", css)
    selectors = [
        selector.strip() for selector in re.findall(r"([^{};@]+)\{", css) if not selector.strip().startswith("(")
    ]
    rules = [rule for rule in selectors if not re.match(r"^(media|container|supports)\b", rule)]
    assert rules
    assert [rule for rule in rules if not re.match(rf"(\.wl)?\.wl-{stem}(?![\w-])", rule)] == []


def test_its_rules_arrive_one_class_heavier():
    """Otherwise the tokens' sheet that the last widget of a page brings along would overrule the others."""
    assert ".wl.wl-predict form {" in wl.Predict("?", answer=1)._css


def test_every_widget_is_a_folder_with_a_triple_of_its_name():
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert folders - {"shared"} == set(STEMS)
    assert all((FOLDER / stem / f"{stem}.{kind}").exists() for stem in STEMS for kind in ("js", "css"))
    assert {wl._PUBLIC[name].rpartition(".")[2] for name in wl._PUBLIC} == set(STEMS)
