"""Which cells wait for a prediction, and how the page marks them."""

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.support import servers
from widgets_lib.app.veils import find_veils, question_ids

ASK = "import widgets_lib as wl\nwl.Predict('How many?', answer=3)"


def cells(kinds):
    """Cells of a notebook in short: Q asks, c is code, m Markdown, H a heading, x prose with a heading below it."""
    texts = {"m": "prose", "H": "## Next", "x": "the answer\n\n## Next\n\nprose"}
    return [
        new_code_cell(ASK if kind == "Q" else "1", id=f"{at}{kind}", metadata={"tags": ["question"] * (kind == "Q")})
        if kind in "Qc"
        else new_markdown_cell(texts[kind], id=f"{at}{kind}")
        for at, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("kinds", "waiting"),
    [
        ("mcQccHc", ["2Q: 3c 4c"]),
        ("QcmcQmc", ["0Q: 1c 2m 3c", "4Q: 5m 6c"]),  # prose after code belongs to the answer
        ("QHc", []),
        ("cmHc", []),
        ("QQc", ["0Q 1Q: 2c"]),  # neither may be given away
        ("QcQ", ["0Q: 1c"]),
        ("QHQc", ["2Q: 3c"]),  # the first has no answer below it
        ("Qcxc", ["0Q: 1c 2x-lead"]),
        ("Qx", ["0Q: 1x-lead"]),
        ("Q", []),
        ("", []),
    ],
)
def test_what_follows_a_question_waits_for_it_up_to_the_next_question_or_heading(kinds, waiting):
    arranged, veils = find_veils(cells(kinds))
    names = [cell.id for cell in arranged]
    found = [
        f"{' '.join(names[at] for at in veil.questions)}: {' '.join(names[veil.first : veil.last + 1])}"
        for veil in veils
    ]
    assert found == waiting


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("so it is\n## Next", "so it is\n"),
        ("so it is\n\nNext\n====\nprose", "so it is\n\n"),
        ("so it is\n\nA long\nheading\n---\nprose", "so it is\n\n"),
        ("so it is\n<h2 id='a'>Next</h2>", "so it is\n"),
        ("```python\n# a comment\n```\nprose", None),
        ("~~~\n# a comment\n```\n~~~\n\n# Next", "~~~\n# a comment\n```\n~~~\n\n"),
        ("prose\n\n---\n\nmore", None),
        ("* one\n* two\n---\nmore", None),
        ("    # code\n#hashtag", None),
    ],
)
def test_a_text_is_cut_at_its_first_heading(text, lead):
    question = cells("Q")
    arranged, veils = find_veils([*question, new_markdown_cell(text)])
    assert "".join(cell.source for cell in arranged[1:]) == text
    assert veils[0].first == veils[0].last == 1
    assert arranged[1].source == (lead or text) and len(arranged) == (3 if lead else 2)


def test_a_cell_without_an_id_asks_nothing():
    notebook = cells("Qc")
    notebook[0].pop("id")
    assert find_veils(notebook) == (notebook, []) and question_ids(notebook) == []


def veils_in(page):
    """[(questions, what waits for them)] of a page."""
    found = re.findall(r'<section class="answer" data-for="([^"]*)">(.*?)</section>', page, re.DOTALL)
    return [(questions, re.findall(r'id="cell-id=([^"]*)"', inner)) for questions, inner in found]


def test_the_page_marks_what_waits_before_it_is_shown(render):
    _, _, page = render(new_notebook(cells=cells("cQcxQQc"), metadata=KERNEL))
    assert veils_in(page) == [("1Q", ["2c", "3x-lead"]), ("4Q 5Q", ["6c"])]
    assert page.count('id="answers-switch"') == 1
    assert page.index("the answer") < page.index("</section>") < page.index(">Next<")


def test_a_page_without_questions_has_no_switch_for_them(render):
    _, _, page = render(["1", ("md", "## Next")])
    assert veils_in(page) == [] and 'id="answers-switch"' not in page


@pytest.mark.parametrize(
    "fault",
    ["1/0", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "'no widget'"],
    ids=["error", "dead-kernel", "no-widget"],
)
def test_a_question_that_failed_hides_nothing(render, fault):
    notebook = cells("QcHQc")
    notebook[3].source = fault
    _, _, page = render(new_notebook(cells=notebook, metadata=KERNEL))
    assert veils_in(page) == [("0Q", ["1c"])]
    assert 'id="cell-id=4c"' in page


def test_of_two_questions_the_one_that_works_is_waited_for(render):
    notebook = cells("QQc")
    notebook[0].source = "1/0"
    _, _, page = render(new_notebook(cells=notebook, metadata=KERNEL))
    assert veils_in(page) == [("1Q", ["2c"])]


def test_a_page_that_was_prepared_before_marks_the_same(pooled_voila):
    path = pooled_voila.root / "01_data.ipynb"
    servers.write_notebook(new_notebook(cells=cells("cQcxQQc"), metadata=KERNEL), path)
    servers.wait_until(lambda: pooled_voila.health()["waiting"] == 1, "the pool stays empty")
    _, _, page = pooled_voila.get("voila/render/01_data.ipynb")
    assert veils_in(page) == [("1Q", ["2c", "3x-lead"]), ("4Q 5Q", ["6c"])]
    assert 'startLesson("01_data.ipynb")' in page
    pooled_voila.close_tab(page)


KERNEL = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
