"""A widget that would say something else in a browser fails the build, by name."""

from copy import deepcopy

import pytest

from static_edition import build, check, execute, render
from tests.site import small_course
from widgets_lib.app.course import course


@pytest.fixture(scope="module")
def lesson_page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check")
    (executed,) = execute.execute([small_course.write(folder, "01_small")], execute.ROOT / "build/small_site/executed")
    return render.page_of(course(folder)[0], executed)


def changed(page, change):
    executed = deepcopy(page.executed)
    change(executed.widgets[next(theirs for theirs, ours in page.ids.items() if ours == "strides-1")])
    return render.Page(page.lesson, executed, page.ids)


def test_what_is_made_again_says_the_same(lesson_page):
    (settled,), lines = check.settle([lesson_page], {})
    assert lines == [] and settled.widgets() == lesson_page.widgets()
    check.complain(lines)


def test_a_trait_that_differs_is_named_with_both_values(lesson_page):
    other = changed(lesson_page, lambda widget: widget["state"].update(moves="something else"))
    _, lines = check.settle([lesson_page, other], {})
    (line,) = lines
    assert line.startswith("01_small: strides-1: StrideExplorer")
    assert "moves" in line and "something else" in line
    with pytest.raises(check.Differs, match="strides-1"):
        check.complain(lines)


def test_an_input_that_the_lesson_has_set_goes_into_the_recipe(lesson_page):
    def set_input(widget):
        widget["state"] |= {"shape": [3, 2], "stride": [2, 1]}

    (settled,), lines = check.settle([changed(lesson_page, set_input)], {})
    assert settled.recipes({})["widgets"]["strides-1"]["inputs"]["shape"] == [3, 2]
    assert "inputs" not in settled.recipes({})["widgets"]["predict-1"]
    assert lines  # what follows from the inputs was not changed with them


def test_a_widget_that_cant_be_made_again_is_named(lesson_page):
    def spoil(widget):
        del widget["recipe"], widget["kept"]
        widget["problem"] = "a lambda has no place in a recipe"

    _, lines = check.settle([changed(lesson_page, spoil)], {})
    assert lines == ["01_small: strides-1: StrideExplorer: a lambda has no place in a recipe"]


def test_a_site_with_a_widget_that_differs_is_not_written(tmp_path, monkeypatch):
    (tmp_path / "lessons").mkdir()
    small_course.write(tmp_path / "lessons", "01_small")
    monkeypatch.setattr(check, "settle", lambda pages, book: (pages, ["01_small: strides-1: StrideExplorer.moves"]))
    keep = execute.ROOT / "build/small_site"
    with pytest.raises(build.BuildFailed, match=r"(?s)not in a browser what they are.*strides-1: StrideExplorer.moves"):
        build.build(tmp_path / "site", [], tmp_path / "lessons", keep)
    assert [path.name for path in tmp_path.iterdir()] == ["lessons"]
    build.build(tmp_path / "site", [], tmp_path / "lessons", keep, strict=False)
    assert (tmp_path / "site/01_small.html").exists()
