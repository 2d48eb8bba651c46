"""What goes into Python's archives."""

import zipfile

import pytest

from static_edition import archive, compile


@pytest.fixture(scope="module")
def packed(small_site):
    (file,) = small_site.glob("static/python.*.zip")
    return zipfile.ZipFile(file)


def test_compiled_files_only_and_the_sources_that_the_course_shows(packed):
    names = packed.namelist()
    assert {"numpy/__init__.pyc", "traitlets/__init__.pyc", "seat.pyc", "widgets_lib/data/README"} <= set(names)
    sources = [name for name in names if name.endswith(".py")]
    assert "widgets_lib/compute/matmul/rungs.py" in sources
    assert all(name.startswith("widgets_lib/") for name in sources)
    assert "widgets_lib/compute/__pycache__/timing.cpython-314.pyc" in names
    assert not [
        name for name in names if "/tests/" in name or "/app/" in name or name.endswith((".js", ".css", ".pyi"))
    ]


def test_the_library_is_trimmed_and_has_what_is_looked_up_by_name(small_site):
    (file,) = small_site.glob("static/pyodide.*/python_stdlib.zip")
    names = set(zipfile.ZipFile(file).namelist())
    assert {"json/__init__.pyc", "encodings/utf_8.pyc", "traceback.pyc", "zipfile/__init__.pyc"} <= names
    assert not {"tkinter/__init__.pyc", "sqlite3/__init__.pyc", "turtle.pyc"} & names


def test_the_same_contents_make_the_same_archive():
    keep = archive.ROOT / "build/small_site/parts"
    assert archive._sources(keep) == archive._sources(keep)


def test_imports_are_found_where_they_count():
    text = "import a.b\nfrom . import c\nfrom ..d import e\nif x:\n    import f\ndef g():\n    import h\n"
    at_once = set(compile.imports("p/q/r.py", text, in_functions=False))
    assert at_once == {"a.b", "p.q", "p.q.c", "p.d", "p.d.e", "f"}
    assert set(compile.imports("p/q/r.py", text, in_functions=True)) - at_once == {"h"}
    assert "p.q.c" in set(compile.imports("p/q/__init__.py", "from . import c", in_functions=False))


@pytest.mark.parametrize(
    ("path", "name"), [("a/b.py", "a.b"), ("a/__init__.py", "a"), ("b.py", "b"), ("a/data/x.json", "a.data")]
)
def test_a_file_belongs_to_a_module(path, name):
    assert compile.module_name(path) == name
