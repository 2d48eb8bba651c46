"""What is shipped: the wheel, Binder's environment, the commands of the Makefile."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
import yaml

from tests.support import servers

ROOT = servers.ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_file_of_the_package(wheel):
    ours = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "widgets_lib").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = set(zipfile.ZipFile(wheel).namelist())
    assert ours <= shipped
    suffixes = {name.rsplit(".", 1)[-1] for name in ours}
    assert {"py", "js", "css", "npz", "j2", "html"} <= suffixes


def test_the_installed_wheel_serves_its_own_template(wheel, tmp_path, logs):
    """Away from the repository: the configuration names a class, the rest comes out of the wheel."""
    site, lessons = tmp_path / "site", tmp_path / "lessons"
    zipfile.ZipFile(wheel).extractall(site)
    lessons.mkdir()
    servers.write_notebook(["import widgets_lib\nprint(widgets_lib.__file__)"], lessons / "01_data.ipynb")
    shutil.copy(ROOT / "voila.json", tmp_path)
    with servers.voila(lessons, logs, env={"PYTHONPATH": str(site)}, cwd=tmp_path) as server:
        _, _, page = server.get("voila/render/01_data.ipynb")
        assert 'id="code-switch"' in page
        assert str(site) in page
        style = re.search(r'href="/([^"]*lesson\.css[^"]*)"', page)[1]
        assert server.get(style)[0] == 200


def test_binder_has_the_same_environment():
    assert (ROOT / "binder/environment.yml").read_bytes() == (ROOT / "environment.yml").read_bytes()


def test_the_environment_pins_torchs_cpu_build_at_the_makefiles_version():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge"]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    version = re.search(r"^TORCH +\?= torch==(.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert f"torch=={version}+cpu" in pip


def test_repo2docker_builds_from_binder():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    said = done.stdout + done.stderr
    assert "binder/environment.yml" in said
    assert "./binder/postBuild" in said
    assert os.access(ROOT / "binder/postBuild", os.X_OK)


def test_post_build_names_only_what_there_is():
    """The Python part of postBuild runs here as it will on Binder."""
    script = (ROOT / "binder/postBuild").read_text()
    python = re.search(r"<<'EOF'\n(.*?)^EOF$", script, re.DOTALL | re.MULTILINE)[1]
    subprocess.run([sys.executable, "-c", python], check=True)


def test_nothing_in_the_root_hides_the_voila_package():
    assert not (ROOT / "voila.py").exists()
    json.loads((ROOT / "voila.json").read_text())


def test_the_lock_file_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_an_old_python_is_told_in_one_line(tmp_path):
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python2.7"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    # As a person runs it, not as a part of the `make test` that may be running this.
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "MFLAGS"}
    command = ["make", "app", f"PYTHON={old}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=alone)
    assert done.returncode != 0
    assert done.stdout == ""
    first, *rest = done.stderr.splitlines()
    assert first.startswith("Python 3.10 or newer is needed")
    assert all(line.startswith("make:") for line in rest)


def test_the_readme_has_a_badge_for_every_lesson_and_names_only_what_there_is():
    readme = (ROOT / "README.md").read_text()
    lessons = sorted(path.name for path in (ROOT / "lessons").glob("*.ipynb"))
    colab = re.findall(
        r"https://colab\.research\.google\.com/github/([\w-]+/[\w-]+)/blob/HEAD/lessons/(\w+\.ipynb)", readme
    )
    binder = re.findall(r"https://mybinder\.org/v2/gh/([\w-]+/[\w-]+)/HEAD\?urlpath=([\w./-]+)", readme)
    assert [name for _, name in colab] == lessons
    assert len({address for address, _ in [*colab, *binder]}) == 1
    paths = [path for _, path in binder]
    assert paths == ["lab/tree/lessons", f"voila/render/lessons/{lessons[0]}"]
    for picture in re.findall(r'(?:src|srcset)="([^"]+)"', readme):
        assert (ROOT / picture).exists()
