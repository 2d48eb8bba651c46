"""Where parts come from, and what is said when they don't."""

import hashlib
import json
import subprocess

import pytest

from static_edition import parts
from static_edition.execute import ROOT
from widgets_lib.compute.download import DownloadError

DATA = b"a wheel"


@pytest.fixture(autouse=True)
def one_part(monkeypatch):
    """A part by address, found in no folder of this machine."""
    part = {
        "file": "a.whl",
        "sha256": hashlib.sha256(DATA).hexdigest(),
        "folders": [],
        "address": "https://example.org/a",
    }
    monkeypatch.setitem(parts.PARTS, "numpy", part)
    monkeypatch.delenv(parts.VARIABLE, raising=False)
    return part


def never(*args, **kwargs):
    raise DownloadError("there is no network")


def test_a_named_folder_comes_first(tmp_path, monkeypatch):
    (tmp_path / "a.whl").write_bytes(DATA)
    monkeypatch.setenv(parts.VARIABLE, str(tmp_path))
    monkeypatch.setattr(parts, "download_file", never)
    assert parts.wheel("numpy", tmp_path / "cache") == tmp_path / "a.whl"


def test_what_is_not_what_its_hash_says_is_not_used(tmp_path, monkeypatch):
    (tmp_path / "a.whl").write_bytes(b"something else")
    monkeypatch.setenv(parts.VARIABLE, str(tmp_path))
    monkeypatch.setattr(parts, "download_file", never)
    with pytest.raises(parts.PartMissing) as failed:
        parts.wheel("numpy", tmp_path / "cache")
    said = str(failed.value)
    assert "a.whl is needed" in said and hashlib.sha256(DATA).hexdigest() in said
    assert "not the file that is meant" in said and "there is no network" in said
    assert f"{parts.VARIABLE}=FOLDER make site" in said


def test_else_it_is_fetched_once(tmp_path, monkeypatch):
    fetched = []

    def fetch(address, file, check):
        fetched.append(address)
        file.write_bytes(DATA)
        assert check(file) is None

    monkeypatch.setattr(parts, "download_file", fetch)
    assert [parts.wheel("numpy", tmp_path).read_bytes() for _ in range(2)] == [DATA, DATA]
    assert fetched == ["https://example.org/a"]


def test_pip_is_told_the_hash(tmp_path, monkeypatch, one_part):
    one_part |= {"from": "pip", "version": "1.0"}
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    commands = []
    parts.wheel("numpy", tmp_path)
    assert {"--require-hashes", "--no-deps"} <= set(commands[0])
    assert (tmp_path / "wanted.txt").read_text() == f"numpy==1.0 --hash=sha256:{one_part['sha256']}\n"


def test_pyodide_is_the_version_that_the_lock_file_holds():
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/pyodide"]
    assert locked["version"] == parts.PARTS["pyodide"]["version"] and locked["integrity"].startswith("sha512-")


def test_numpy_is_the_one_that_this_pyodide_was_built_with():
    wheel = json.loads((ROOT / "static_edition/parts.json").read_text())["numpy"]
    numpy = json.loads((parts.pyodide() / "pyodide-lock.json").read_text())["packages"]["numpy"]
    assert (numpy["file_name"], numpy["sha256"]) == (wheel["file"], wheel["sha256"])
    assert wheel["address"].endswith(wheel["file"])


def test_another_pyodide_is_refused_with_the_remedy(monkeypatch):
    monkeypatch.setitem(parts.PARTS, "pyodide", {"version": "0.1"})
    with pytest.raises(parts.PartMissing, match="npm ci"):
        parts.pyodide()
