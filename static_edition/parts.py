"""What the pages need that is not in this repository: Pyodide, and traitlets and numpy as wheels.

`parts.json` is the one place with versions, addresses and hashes. A file that is not what its hash says is not used.
`python -m static_edition.parts` fetches what is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from widgets_lib.compute.download import DownloadError, download_file

ROOT = Path(__file__).parents[1]
KEEP = ROOT / "build/static_edition/parts"
VARIABLE = "TENSOR_FOUNDATIONS_PARTS"  # names a folder with parts, which is looked into first
PARTS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "parts.json").read_text("utf-8"))


class PartMissing(Exception):
    """A part can't be had; the message names it, what was tried, and the remedy."""


def pyodide() -> Path:
    """The folder of the npm package, as `npm ci` has checked and installed it."""
    version, folder = PARTS["pyodide"]["version"], ROOT / "node_modules/pyodide"
    try:
        found = json.loads((folder / "package.json").read_text("utf-8"))["version"]
    except OSError:
        found = "nothing"
    if found != version:
        raise PartMissing(
            f"Pyodide {version} is needed, and node_modules/pyodide holds {found}.\nRun `npm ci` in {ROOT.name}/, or `make site`."
        )
    return folder


def wheel(name: str, cache: Path) -> Path:
    """The wheel of a part, looked for in folders and in `cache`, else fetched into `cache`."""
    part = PARTS[name]
    places = [*filter(None, [os.environ.get(VARIABLE)]), *(ROOT / folder for folder in part.get("folders", ())), cache]
    tried = []
    for place in map(Path, places):
        file = place / part["file"]
        problem = _problem(file, part["sha256"])
        if problem is None:
            return file
        tried.append(f"{_shown(file)}: {problem}")
    cache.mkdir(parents=True, exist_ok=True)
    try:
        return _by_pip(part, name, cache) if part.get("from") == "pip" else _by_address(part, cache)
    except (DownloadError, subprocess.CalledProcessError) as error:
        source = "pip" if part.get("from") == "pip" else part["address"]
        tried.append(f"{source}: {_words(error)}")
    raise PartMissing(
        f"{part['file']} is needed (sha256 {part['sha256']}).\nTried:\n"
        + "".join(f"  {line}\n" for line in tried)
        + f"Fetch it on a machine that can, put it into a folder, and name the folder: {VARIABLE}=FOLDER make site"
    )


def _problem(file: Path, sha256: str) -> str | None:
    """What is wrong with a file, or None."""
    if not file.is_file():
        return "not there"
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    return None if found == sha256 else f"not the file that is meant: its sha256 is {found}"


def _by_address(part: dict[str, Any], cache: Path) -> Path:
    file = cache / part["file"]
    file.unlink(missing_ok=True)
    download_file(part["address"], file, check=lambda path: _problem(path, part["sha256"]))
    return file


def _by_pip(part: dict[str, Any], name: str, cache: Path) -> Path:
    """pip checks the hash itself, and asks where it is set up to ask."""
    wanted = cache / "wanted.txt"
    wanted.write_text(f"{name}=={part['version']} --hash=sha256:{part['sha256']}\n", "utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes", "--dest", str(cache), "--requirement", str(wanted)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return cache / part["file"]


def _words(error: Exception) -> str:
    said = str(getattr(error, "stderr", "") or error).strip().splitlines()
    return said[-1] if said else type(error).__name__


def _shown(path: Path) -> str:
    """A path as a reader of the message knows it."""
    try:
        return str(path.resolve().relative_to(ROOT))
    except ValueError:
        return str(path)


def main() -> int:
    """Fetch what is not there yet; a build that follows needs no network."""
    try:
        pyodide()
        for name in ("traitlets", "numpy"):
            wheel(name, KEEP)
    except PartMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
