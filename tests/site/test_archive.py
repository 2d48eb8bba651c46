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


def test_imports_are_found_at_any_depth():
    text = "import a.b\nfrom . import c\nfrom ..d import e\nif x:\n    import f\ndef g():\n    def i():\n        import h\n"
    assert set(compile.imports("p/q/r.py", text)) == {"a.b", "p.q", "p.q.c", "p.d", "p.d.e", "f", "h"}
    assert "p.q.c" in set(compile.imports("p/q/__init__.py", "from . import c"))


def test_what_the_library_imports_at_its_first_use_is_there_and_what_is_left_out_is_not_needed(small_site):
    (file,) = small_site.glob("static/pyodide.*/python_stdlib.zip")
    names = set(zipfile.ZipFile(file).namelist())
    assert "_ast_unparse.pyc" in names  # of ast.unparse
    assert not [name for name in names if name.startswith(("multiprocessing/", "_pyrepl/", "ftplib"))]
    assert compile.is_unasked("multiprocessing.pool") and not compile.is_unasked("tests")


@pytest.mark.parametrize(
    ("path", "name"), [("a/b.py", "a.b"), ("a/__init__.py", "a"), ("b.py", "b"), ("a/data/x.json", "a.data")]
)
def test_a_file_belongs_to_a_module(path, name):
    assert compile.module_name(path) == name
