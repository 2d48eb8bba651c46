"""Documents: what follows from elsewhere is in step, snippets run, links lead somewhere, with and without badges."""

import json
import re
import shutil
import subprocess
import sys

import pytest

import widgets_lib as wl
from scripts import address, facts, tables

ROOT = facts.ROOT
BADGE = re.compile(r"img\.shields\.io|mybinder\.org|colab\.research\.google\.com")


@pytest.fixture
def copy(tmp_path):
    """What `make address` writes to, in a folder of its own, with no address."""
    (tmp_path / "docs").mkdir()
    for name in (*tables.DOCUMENTS, "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "lessons", tmp_path / "lessons", ignore=shutil.ignore_patterns("data"))
    (tmp_path / "pyproject.toml").write_text(facts.ADDRESS.sub("", (ROOT / "pyproject.toml").read_text()))
    return tmp_path


def text(folder):
    return (folder / "README.md").read_text("utf-8")


def first_cells(folder):
    for lesson in facts.lessons(folder):
        cells = json.loads((folder / f"lessons/{lesson['name']}.ipynb").read_text("utf-8"))["cells"]
        yield "".join(next(cell["source"] for cell in cells if cell["cell_type"] == "code"))


@pytest.mark.parametrize("name", tables.DOCUMENTS)
def test_its_tables_are_in_step(name):
    assert (ROOT / name).read_text("utf-8") == tables.rendered()[name], (
        f"{name} is behind what it is made from: make docs"
    )


def test_a_fact_that_changes_changes_the_table(copy):
    path = copy / "lessons/03_matmul.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    notebook["metadata"][facts.KEY]["minutes"] = 17
    path.write_text(json.dumps(notebook), "utf-8")
    assert tables.rendered(copy)["README.md"] != text(copy)
    tables.write(copy)
    assert re.search(r"^\| \[\*\*3 · Matrix multiplication.* 17 \|", text(copy), re.MULTILINE)


def test_a_part_without_a_place_is_named(copy):
    (copy / "README.md").write_text("# Empty")
    with pytest.raises(ValueError, match="no place for its badges"):
        tables.rendered(copy)


def test_every_widget_and_every_lesson_is_in_it():
    assert {name for name in wl.__all__ if f"`wl.{name}`" in text(ROOT)} >= {"StrideExplorer", "MatmulLadder"}
    assert all(f"(lessons/{lesson['name']}.ipynb)" in text(ROOT) for lesson in facts.lessons())


def test_without_an_address_nothing_links_to_a_repository(copy):
    address.put("some/address", copy)
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "pyproject.toml").write_text(facts.ADDRESS.sub("", (ROOT / "pyproject.toml").read_text()))
    tables.write(copy)
    assert not BADGE.search(text(copy))
    assert text(copy).startswith("# Tensor Foundations\n\n<!-- badges -->\n<!-- /badges -->\n")


@pytest.mark.parametrize("before", [None, "former/address"])
def test_an_address_is_put_into_badges_and_first_cells(copy, before):
    if before:
        address.put(before, copy)
    address.put("some-body/tensors.2", copy)
    assert facts.address(copy) == "some-body/tensors.2"
    names = [lesson["name"] for lesson in facts.lessons(copy)]
    colab = re.findall(r"https://colab\.research\.google\.com/github/(\S+?)/blob/HEAD/lessons/(\w+)\.ipynb", text(copy))
    assert colab == [("some-body/tensors.2", name) for name in names]
    binder = re.findall(r"https://mybinder\.org/v2/gh/(\S+?)/HEAD\?urlpath=([\w./-]+)", text(copy))
    assert binder == [
        ("some-body/tensors.2", path) for path in ("lab/tree/lessons", f"voila/render/lessons/{names[0]}.ipynb")
    ]
    install = "    %pip install --quiet tensor-foundations@git+https://github.com/some-body/tensors.2\n"
    assert all(install in cell for cell in first_cells(copy))
    assert (copy / "pyproject.toml").read_text().count("[project.urls]") == 1
    assert "former" not in text(copy) + (copy / "pyproject.toml").read_text() + "".join(first_cells(copy))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([""], "'' can't be a GitHub account"),
        (["a b"], "'a b' can't be a GitHub account"),
        (["https://github.com/me"], "can't be a GitHub account"),
        (["me", "--repo", "a/b"], "'a/b' can't be a repository's name"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(arguments, words, capsys):
    with pytest.raises(SystemExit):
        address.main(arguments)
    assert words in capsys.readouterr().err


def test_the_readmes_snippets_run():
    snippets = re.findall(r"^```python\n(.*?)^```", text(ROOT), re.DOTALL | re.MULTILINE)
    assert len(snippets) == 3
    claims = re.findall(r"^(\S.*)  # (\(.*\))$", "".join(snippets), re.MULTILINE)
    assert len(claims) == 2
    program = "\n".join([*snippets, *(f"assert {code} == {value}, {code}" for code, value in claims)])
    program += "\nassert ladder.wait(60) and ladder.results['my matmul']['check'] == '✓ right'"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


LINK = re.compile(r'\]\((?!https?://)([^)#]+)[^)]*\)|(?:src|srcset)="(?!https?://)([^"]+)"')


@pytest.mark.parametrize("path", ["CONTRIBUTING.md", "docs/hosting.md", *tables.DOCUMENTS])
def test_every_link_and_make_target_leads_somewhere(path):
    content = (ROOT / path).read_text("utf-8")
    for link, picture in LINK.findall(content):
        assert ((ROOT / path).parent / (link or picture)).exists()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make ([a-z][\w-]*)|^make ([a-z][\w-]*)", content, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", makefile, re.MULTILINE), target
    for script in re.findall(r"(?:^|[ `(])((?:widgets_lib|tests|scripts|benchmarks|lessons|docs)/[\w/.-]+\w)", content):
        made = ("lessons/data", "09_convolution", "dice")  # by lesson 1 and by the recipes
        assert (ROOT / script).exists() or any(name in script for name in made), script


def test_the_settings_a_host_reads_are_those_of_voila_json():
    rows = re.findall(r"^\| `(\w+)\.(\w+)` \| (\w+) \|", (ROOT / "docs/hosting.md").read_text("utf-8"), re.MULTILINE)
    settings = json.loads((ROOT / "voila.json").read_text())
    assert {(owner, name): json.loads(value) for owner, name, value in rows} == {
        (owner, name): settings[owner][name] for owner, name, _ in rows
    }
    explained = {name for owner, name, _ in rows if owner == "LessonKernelManager"}
    assert explained == set(settings["LessonKernelManager"])
