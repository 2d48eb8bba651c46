"""What holds for every lesson notebook."""

import ast
import os
import re

import nbformat
import pytest

import widgets_lib as wl
from scripts import facts
from widgets_lib.app.forks.client import unavailable_reason
from widgets_lib.app.veils import find_veils, is_question

LESSONS = facts.ROOT / "lessons"
NAMES = [lesson["name"] for lesson in facts.lessons()]


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return nbformat.read(LESSONS / f"{name}.ipynb", as_version=4)


def test_there_are_lessons():
    assert "03_matmul" in NAMES


def test_coming_json_names_only_what_has_no_notebook():
    assert not {entry["name"] for entry in facts.coming()} & set(NAMES)


def test_outputs_and_widget_state_are_stripped(notebook):
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None


def test_metadata_holds_the_lessons_facts(name, notebook):
    lesson = notebook.metadata[facts.KEY]
    assert set(lesson) == set(facts.KEYS)
    assert lesson["number"] == int(name[:2])
    assert lesson["title"] and lesson["summary"] and 15 <= lesson["minutes"] <= 30
    assert lesson["hero"] in wl.__all__
    assert notebook.cells[0].source.startswith(f"# {lesson['number']} · {lesson['title']}")


def test_the_first_code_cell_imports_and_installs_only_what_is_missing(notebook):
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    install = f"%pip install --quiet {facts.requirement(facts.address())}"
    assert f'if importlib.util.find_spec("widgets_lib") is None:\n    {install}\n' in first.source
    assert first.source.count("%pip") == 1
    others = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell is not first]
    assert not any(word in source for source in others for word in ("%pip", "!pip", "global ", "import widgets_lib"))


def test_a_question_does_not_show_its_answer(notebook):
    """The code of a Predict cell holds the answer: it is folded in JupyterLab and Colab, left out in Voila."""
    questions = [cell for cell in notebook.cells if cell.source.startswith("wl.Predict(")]
    assert questions
    for cell in questions:
        assert cell.metadata["jupyter"]["source_hidden"] and cell.metadata["cellView"] == "form"
        assert "hide-input" in cell.metadata["tags"]


def test_what_asks_is_tagged_as_a_question(notebook):
    """The tag, and no list, says in the app what waits for a prediction."""
    for cell in notebook.cells:
        asks = cell.cell_type == "code" and "Predict(" in cell.source
        assert ("question" in cell.metadata.get("tags", ())) == asks, cell.id


def test_each_question_has_an_answer_of_its_own_behind_it(notebook):
    """In the app it waits for the prediction; a question right before a heading, or the next one, would hide nothing."""
    cells, veils = find_veils(notebook.cells)
    asked = [at for at, cell in enumerate(cells) if is_question(cell)]
    assert [veil.questions for veil in veils] == [(at,) for at in asked], [cells[at].source for at in asked]


def test_what_can_be_tried_in_the_app_shows_its_code_once(notebook):
    """In a notebook the cell with the variants is there to be edited; in the app the widget shows what is in it."""
    for cell in notebook.cells:
        if not cell.source.startswith("wl.Variants("):
            continue
        assert cell.metadata["tags"] == ["hide-input"] and "jupyter" not in cell.metadata


def test_every_variant_does_what_its_note_says_it_does(name, run_lesson):
    """Each runs; what fails, fails with an error of Python or PyTorch and not by a name that is missing."""
    found = "[w for _, w in sorted(Out.items()) if isinstance(w, wl.Variants)]"
    outcomes, noted = run_lesson(
        name,
        f"[outcome(w, each['name']) for w in {found} for each in w.variants]",
        f"[bool(each['note']) for w in {found} for each in w.variants]",
    )
    assert len(outcomes) == len(noted) and all(noted)
    for ended, shown, said in outcomes:
        text = said or shown
        assert ended and text
        assert not any(kind in text for kind in ("NameError", "SyntaxError", "AttributeError")), text


def test_it_runs_top_to_bottom_without_a_network(name, run_lesson):
    assert run_lesson(name, "1 + 1") == [2]


def test_what_a_widget_says_has_no_asterisks(notebook):
    """`because` and `notes` are plain text with `code`; the emphasis of Markdown would show as asterisks."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.startswith(("wl.Predict(", "wl.Variants(")):
            call = ast.parse(cell.source).body[0].value
            said = [keyword.value for keyword in call.keywords if keyword.arg in ("because", "notes")]
            texts = [n.value for value in said for n in ast.walk(value) if isinstance(n, ast.Constant)]
            marked = [
                t for t in texts if isinstance(t, str) and re.search(r"\*\w[^*`]*\w\*", re.sub(r"`[^`]*`", "", t))
            ]
            assert not marked


@pytest.mark.skipif(bool(unavailable_reason()), reason="this system does not fork kernels")
def test_it_freezes_so_that_visitors_get_forks_of_it(name, freeze):
    """The last test of each lesson, which ends its kernel: no thread, process, socket or pipe is left open."""
    source = freeze(name)
    assert os.listdir(f"/proc/{source.pid}/task") == [str(source.pid)]
    source.close()
