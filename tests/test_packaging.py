"""What is shipped: the wheel, Binder's environment, the commands of the Makefile."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest
import yaml

from tests.support import servers

ROOT = servers.ROOT


def build(kind, source, folder):
    """The path of the "wheel" or "sdist" built from the folder `source`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (path,) = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


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


def test_the_source_distribution_is_the_repository_and_builds_the_same_wheel(wheel, tmp_path):
    sdist = build("sdist", ROOT, tmp_path)
    with tarfile.open(sdist) as archive:
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # Python 3.10 and 3.11 before 3.11.4
        archive.extractall(tmp_path, **safe)
    unpacked = tmp_path / sdist.name.removesuffix(".tar.gz")
    shipped = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    asked = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True)
    if asked.returncode == 0:  # a checkout
        present = {name for name in asked.stdout.splitlines() if (ROOT / name).is_file()}
        assert shipped == present | {"PKG-INFO"}
    assert {"Makefile", "README.md", "CHANGELOG.md", "LICENSE", "lessons/01_data.ipynb", "voila.json"} <= shipped
    again = zipfile.ZipFile(build("wheel", unpacked, tmp_path))
    first = zipfile.ZipFile(wheel)
    assert {each.filename: each.CRC for each in again.infolist()} == {
        each.filename: each.CRC for each in first.infolist()
    }


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
    assert "Building conda environment for python=3.12" in said  # with the CPU build of torch: see above
    assert os.access(ROOT / "binder/postBuild", os.X_OK)


@pytest.fixture
def built(tmp_path):
    """A copy of what postBuild reads, after it ran there with a pip and a python that do nothing."""
    for path in ("binder/postBuild", "hub/jupyter_server_config.py"):
        (tmp_path / "repo" / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / "repo" / path)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("pip", "python"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" "$TENSOR_FOUNDATIONS_CACHE"\n')
        (tools / name).chmod(0o755)
    env = {"PATH": f"{tools}:{os.environ['PATH']}", "NB_PYTHON_PREFIX": str(tmp_path / "env")}
    done = subprocess.run(
        ["binder/postBuild"], cwd=tmp_path / "repo", env=env, capture_output=True, text=True, check=True
    )
    return tmp_path, done.stdout.splitlines()


def test_the_image_serves_lessons_as_apps_beside_jupyterlab(built):
    """As a hub's server of one machine does, by the same file, whose link leads back to the lessons."""
    folder, (pip, python) = built
    link = folder / "env/etc/jupyter/jupyter_server_config.py"
    assert link.resolve() == folder / "repo/hub/jupyter_server_config.py"
    assert ".[lessons] jupyter-server-proxy" in pip
    assert python == f"python - {folder / 'repo/build/digits'}"


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
