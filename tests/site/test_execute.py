"""A lesson is run once, and again only when something has changed."""

import gzip
import pickle

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from static_edition import digits, execute
from tests.site import small_course
from widgets_lib.compute import mnist

COUNT = "from pathlib import Path\n\nPath('runs').open('a').write('.')\nlen(Path('runs').read_text())"


@pytest.fixture
def lesson(tmp_path):
    return small_course.write(tmp_path, "01_count", [new_code_cell(COUNT)])


def said(executed):
    return executed.notebook.cells[0].outputs[0].data["text/plain"]


def test_a_lesson_that_has_not_changed_is_not_run_again(lesson, tmp_path, monkeypatch):
    for _ in range(2):
        (executed,) = execute.execute([lesson], tmp_path / "kept")
        assert said(executed) == "1" and executed.name == "01_count"
    monkeypatch.setattr(execute, "_surroundings", lambda: b"widgets_lib has changed")
    assert said(execute.execute([lesson], tmp_path / "kept")[0]) == "2"
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_cell_that_fails_ends_the_build_and_is_shown(tmp_path):
    lesson = small_course.write(tmp_path, "01_fails", [new_code_cell("undefined_name")])
    with pytest.raises(execute.LessonFailed, match=r"(?s)01_fails.*undefined_name"):
        execute.execute([lesson], tmp_path / "kept")
    assert not list(tmp_path.glob("kept/*"))


def test_the_outputs_depend_on_the_widgets_and_not_on_the_app():
    files = {str(file.relative_to(execute.LIBRARY)) for file in execute.library_files()}
    assert {"widgets/_base.py", "compute/rng/forks.py", "widgets/shared/dom.js", "data/mnist.npz"} <= files
    assert not [name for name in files if name.startswith("app/") or "__pycache__" in name]


def test_a_line_under_a_cell_is_text_in_the_page(tmp_path):
    rung = 'import widgets_lib as wl\n\n@wl.rung("mine")\ndef mine(a, b):\n    return a @ b'
    lesson = small_course.write(tmp_path, "01_rung", [new_code_cell(rung)])
    (executed,) = execute.execute([lesson], tmp_path / "kept")
    (output,) = executed.notebook.cells[0].outputs
    assert list(output.data) == ["text/html"] and "no ladder is open" in output.data["text/html"]


def test_another_librarys_widget_ends_the_build(tmp_path):
    slider = new_code_cell("import ipywidgets\n\nipywidgets.IntSlider()")
    lesson = small_course.write(tmp_path, "01_slider", [slider])
    with pytest.raises(execute.LessonFailed, match="01_slider: IntSlider"):
        execute.execute([lesson], tmp_path / "kept")


def test_what_a_lesson_downloads_is_in_its_folder_with_or_without_a_network(tmp_path, monkeypatch):
    asked = []

    def no_network(*_, **__):
        asked.append(True)
        raise mnist.DownloadError("there is none")

    few = mnist.Mnist(*[np.arange(3)] * 6)
    monkeypatch.setattr(mnist, "download_mnist", no_network)
    monkeypatch.setattr(mnist, "load", lambda: few)
    places = [tmp_path / "lessons.gz", tmp_path / "kept/mnist.pkl.gz"]
    for name in ("first", "second"):
        digits.provide(tmp_path / name / "data/mnist.pkl.gz", places)
        with gzip.open(tmp_path / name / "data/mnist.pkl.gz") as file:
            (x, y), _, _ = pickle.load(file)
        assert x.tolist() == y.tolist() == [0, 1, 2]
    assert asked == [True], "what was packed is kept"
    places[0].write_bytes(b"the reader's own")
    digits.provide(tmp_path / "third/mnist.pkl.gz", places)
    assert (tmp_path / "third/mnist.pkl.gz").read_bytes() == b"the reader's own"
