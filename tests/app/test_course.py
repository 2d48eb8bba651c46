"""The course home: which lessons it lists, and in what order."""

import json
import re

import nbformat
import pytest

from tests.support import servers
from widgets_lib.app import course

LESSONS = servers.ROOT / "lessons"


def write(folder, name, title=None, **lesson):
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(f"# {title}" if title else "text")])
    nb.metadata.kernelspec = {"name": "python3", "language": "python", "display_name": "Python 3"}
    if lesson:
        nb.metadata.tensor_foundations = lesson
    nbformat.write(nb, folder / f"{name}.ipynb")


@pytest.fixture
def course_folder(tmp_path):
    """Lessons 2 and 1, one to come, one that is there although `coming.json` names it, and a plain notebook."""
    write(tmp_path, "02_b", number=2, title="Second", summary="What comes second.", minutes=20)
    write(tmp_path, "01_a", number=1, title="First <&>", summary="What comes first.", minutes=30, hero="Bar")
    write(tmp_path, "my_notes")
    coming = [
        {"name": "03_c", "number": 3, "title": "Third", "summary": "What comes third."},
        {"name": "02_b", "number": 2, "title": "An old name", "summary": "An old line."},
    ]
    (tmp_path / "coming.json").write_text(json.dumps(coming))
    (tmp_path / "assets").mkdir()
    for theme in ("light", "dark"):
        (tmp_path / "assets" / f"01_a-{theme}.png").write_bytes(b"")
    (tmp_path / "assets" / "pictures.json").write_text('{"01_a": "A bar"}')
    return tmp_path


def test_lessons_come_in_order_and_one_that_is_there_wins_over_coming(course_folder):
    lessons = course.course(course_folder)
    assert [lesson.label for lesson in lessons] == ["1 · First <&>", "2 · Second", "3 · Third", "my notes"]
    assert [lesson.path for lesson in lessons] == ["01_a.ipynb", "02_b.ipynb", None, "my_notes.ipynb"]
    assert (lessons[0].picture, lessons[0].picture_alt, lessons[1].picture) == ("assets/01_a", "A bar", None)


def test_a_plain_notebook_is_called_by_its_heading(course_folder):
    write(course_folder, "my_notes", title="Notes of my own")
    assert course.course(course_folder)[-1].title == "Notes of my own"  # read again, since the file has changed


def test_a_lesson_knows_its_questions(course_folder):
    nb = nbformat.v4.new_notebook()
    tags = {"tags": ["question"]}
    nb.cells = [nbformat.v4.new_code_cell("1", id=f"c-{at}", metadata=tags if at else {}) for at in range(3)]
    nb.cells.append(nbformat.v4.new_markdown_cell("text", metadata=tags))
    nbformat.write(nb, course_folder / "04_d.ipynb")
    questions = {lesson.name: lesson.questions for lesson in course.course(course_folder)}
    assert questions["04_d"] == ("c-1", "c-2") and questions["01_a"] == questions["03_c"] == ()
    assert all(lesson.questions for lesson in course.course(LESSONS) if lesson.path)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"cells": 3, "metadata": {}}', '{"metadata": [], "cells": []}', "\x00"]
)
def test_a_broken_notebook_is_left_out_and_logged(course_folder, caplog, content):
    (course_folder / "00_broken.ipynb").write_text(content)
    assert len(course.course(course_folder)) == 4
    assert "00_broken.ipynb" in caplog.text


@pytest.mark.parametrize("content", ["{", "{}", "[3, {}, null]", '[{"name": 3}]'])
def test_a_broken_list_of_coming_lessons_names_none(course_folder, content):
    (course_folder / "coming.json").write_text(content)
    assert [lesson.name for lesson in course.course(course_folder)] == ["01_a", "02_b", "my_notes"]


def test_previous_and_next_skip_what_is_not_there_yet(course_folder):
    lessons = course.course(course_folder)
    first, second, _, notes = lessons
    assert course.neighbours(lessons, "01_a.ipynb") == (None, second)
    assert course.neighbours(lessons, "02_b.ipynb") == (first, notes)
    assert course.neighbours(lessons, "elsewhere.ipynb") == (None, None)


def test_this_course_has_eight_lessons():
    assert [lesson.number for lesson in course.course(LESSONS)] == list(range(1, 9))
    assert all(lesson.summary for lesson in course.course(LESSONS))
    coming = {entry["name"] for entry in json.loads((LESSONS / "coming.json").read_text())}
    assert coming == {lesson.name for lesson in course.course(LESSONS) if not lesson.path}


def test_every_picture_is_small_and_has_words():
    says = json.loads((LESSONS / "assets" / "pictures.json").read_text())
    for lesson in course.course(LESSONS):
        if lesson.picture:
            assert says[lesson.name]
            for theme in ("light", "dark"):
                assert (LESSONS / f"{lesson.picture}-{theme}.png").stat().st_size < 80_000


def test_the_page_can_be_read_without_scripts(course_folder, logs):
    (course_folder / "00_broken.ipynb").write_text("{")
    (course_folder / "more & more").mkdir()
    write(course_folder / "more & more", "x", title="In a folder")
    with servers.voila(course_folder, logs) as server:
        _, _, page = server.get()
        _, _, inner = server.get("voila/tree/more%20%26%20more")
        assert "00_broken.ipynb" in server.log
    assert re.search('<html lang="en">.*<meta name="description" content="[^"]{80,}', page, re.DOTALL)
    assert page.count("<h1>") == 1
    cards = re.findall(r"<li class=\"card.*?</li>", page, re.DOTALL)
    assert [re.sub(r"<[^>]+>|\s+", " ", card).split() for card in cards] == [
        ["1", "·", "First", "&lt;&amp;&gt;", "What", "comes", "first.", "30", "minutes"],
        ["2", "·", "Second", "What", "comes", "second.", "20", "minutes"],
        ["3", "·", "Third", "What", "comes", "third.", "coming"],
        ["my", "notes"],
    ]
    assert 'href="/voila/render/01_a.ipynb"' in cards[0] and 'alt="A bar"' in cards[0]
    assert "href" not in cards[2] and "<img" not in cards[2]
    assert 'href="/voila/tree/more%20%26%20more"' in page
    assert 'href="/voila/render/more%20%26%20more/x.ipynb"' in inner and "In a folder" in inner
