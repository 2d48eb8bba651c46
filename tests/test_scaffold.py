"""`make new-widget` and `make new-lesson`, in a copy of the tree: what they write passes the tests that concern it."""

import json
import re
import sys

import pytest

from scripts import facts
from scripts.new_widget import announce, register, title
from tests.support import trees
from tests.support.trees import python, run

ROOT = facts.ROOT


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return trees.grown_copy(tmp_path_factory.mktemp("copy") / "tree")


def test_the_new_widget_and_lesson_pass_the_python_tests_that_concern_them(copy):
    tests = ["tests/compute/test_dice.py", "tests/widgets/test_dice.py", "tests/lessons/test_09_convolution.py"]
    everything = ["compute/test_imports", "widgets/test_styles", "widgets/test_catalog", "lessons/test_every_lesson"]
    everything += ["test_every_widget", "test_documents", "test_types"]
    trees.pytest(copy, *tests)
    chosen = "dice or DiceRoller or convolution or in_step or coming_json or agree"
    said = trees.pytest(copy, "-k", chosen, *(f"tests/{name}.py" for name in everything))
    assert "passed" in said


def test_the_new_widget_passes_its_own_javascript_test_and_the_contract(copy):
    own = run(copy, "node", "--test", "tests/js/dice.test.js")
    assert own.returncode == 0, own.stdout
    contract = run(copy, "node", "--test", "--test-name-pattern=wl.DiceRoller", "tests/js/contract.test.js")
    assert contract.returncode == 0 and "wl.DiceRoller()" in contract.stdout, contract.stdout


def test_what_is_written_passes_the_linters(copy):
    python(copy, "-m", "ruff", "check", "--quiet", ".")
    python(copy, "-m", "ruff", "format", "--quiet", "--check", ".")
    python(copy, "-m", "mypy", "-p", "widgets_lib.widgets.dice", "-m", "widgets_lib.compute.dice")
    biome = run(copy, "node_modules/.bin/biome", "ci", "widgets_lib/widgets/dice", "tests/js/dice.test.js")
    assert biome.returncode == 0, biome.stdout + biome.stderr
    typescript = run(copy, "node_modules/.bin/tsc")  # of the whole tree, so only its words on the new files count
    assert "widgets/dice/" not in typescript.stdout and typescript.stderr == ""


def test_the_lesson_takes_its_facts_from_coming_json(copy):
    coming = trees.COMING
    (lesson,) = (lesson for lesson in facts.lessons(copy) if lesson["name"] == "09_convolution")
    assert {key: lesson[key] for key in coming} == coming
    assert "09_convolution" not in {entry["name"] for entry in facts.coming(copy)}
    assert "[**9 · Convolution**](lessons/09_convolution.ipynb)" in (copy / "README.md").read_text("utf-8")
    notebook = json.loads((copy / "lessons/09_convolution.ipynb").read_text("utf-8"))
    assert "".join(notebook["cells"][0]["source"]).startswith("# 9 · Convolution\n")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["new_widget", ""], "make new-widget NAME=DiceRoller STEM=dice"),
        (["new_widget", "dice"], "NAME=dice can't be a widget's class"),
        (["new_widget", "../Dice"], "can't be a widget's class"),
        (["new_widget", "StrideExplorer"], "there is a widget StrideExplorer already"),
        (["new_widget", "Other", "--stem", "strides"], "widgets_lib/widgets/strides exists already"),
        (
            ["new_widget", "Other", "--stem", "timing"],
            "widgets_lib/compute/timing.py and tests/compute/test_timing.py exist already",
        ),
        (["new_widget", "Other", "--stem", "class"], "STEM=class can't name its files"),
        (["new_lesson", ""], "make new-lesson NAME=09_convolution"),
        (["new_lesson", "einsum"], "NAME=einsum can't be a lesson"),
        (["new_lesson", "03_matmul"], "lessons/03_matmul.ipynb and tests/lessons/test_03_matmul.py exist already"),
        (["new_lesson", "03_other"], "03_matmul has the number 3 already"),
        (["new_lesson", "06_cuda"], "06_gpu has the number 6 already"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_written(copy, command, words):
    def tree():
        return {path: path.stat().st_mtime_ns for path in copy.rglob("*") if "__pycache__" not in path.parts}

    before = tree()
    done = run(copy, sys.executable, "-m", f"scripts.{command[0]}", *command[1:])
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was written: ") and words in done.stderr
    assert done.stderr.count("\n") == 1 and tree() == before


def test_a_name_in_words():
    assert title("DiceRoller") == "Dice roller" and title("Tape") == "Tape"


def test_a_widget_is_registered_in_alphabetical_order():
    text = (ROOT / "widgets_lib/__init__.py").read_text("utf-8")
    for name in ("Aa", "Qq", "Zz"):
        table = register(text, name, "some").partition("_PUBLIC = {")[2].partition("}")[0]
        names = re.findall(r'"(\w+)": ', table)
        assert name in names and names == sorted(names, key=str.lower)


def test_a_widget_is_announced_in_the_first_section():
    assert announce("# C\n\n## Next\n\n- a\n\n## 1.0\n\n- b\n", "X", "is.") == (
        "# C\n\n## Next\n\n- a\n- `X`: is.\n\n## 1.0\n\n- b\n"
    )
    assert announce("# C\n\n## Next\n\n- a\n", "X", "is.") == "# C\n\n## Next\n\n- a\n- `X`: is.\n"
