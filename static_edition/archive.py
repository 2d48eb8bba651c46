"""Python for the browser as two archives: its own library, and what the widgets compute with."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import tempfile
import zipfile
from pathlib import Path

from static_edition import parts
from static_edition.execute import LIBRARY, ROOT, library_files

BROWSER = Path(__file__).parent / "browser/python"
# Of the wheels: what only developers and compilers read.
_DROPPED = re.compile(
    r"/(tests|include|f2py|_pyinstaller|distutils|_examples)/|\.(pyi|a|pxd|h|c|txt|md)$|\.dist-info/"
    r"|/testing/(?!__init__)|/random/lib/|/conftest\.py$"
)


class ArchiveFailed(Exception):
    """Pyodide could not compile what goes into a page; the message has its words."""


def build(keep: Path) -> tuple[bytes, bytes]:
    """(python.zip, python_stdlib.zip), compiled now or, if nothing that is in them has changed, at an earlier time.

    keep: the folder that holds what was compiled or fetched earlier.
    Raises: ArchiveFailed; parts.PartMissing.
    """
    sources = _sources(keep / "parts")
    makers = [Path(__file__).with_name(name).read_bytes() for name in ("archive.mjs", "compile.py", "parts.json")]
    key = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in [sources, *makers])).hexdigest()[:16]
    file = keep / f"compiled-{key}.zip"
    if not file.exists():
        print("Python for the browser: compiling it", flush=True)
        packed, library = _compile(sources)
        for old in keep.glob("compiled-*.zip"):
            old.unlink()
        with zipfile.ZipFile(new := file.with_suffix(".new"), "w") as both:
            both.writestr("python.zip", packed)
            both.writestr("library.zip", library)
        new.replace(file)
    with zipfile.ZipFile(file) as both:
        return both.read("python.zip"), both.read("library.zip")


def _compile(packed: bytes) -> tuple[bytes, bytes]:
    pyodide = parts.pyodide()
    with tempfile.TemporaryDirectory() as folder:
        sources, library = Path(folder, "python.zip"), Path(folder, "library.zip")
        sources.write_bytes(packed)
        library.write_bytes((pyodide / parts.PARTS["pyodide"]["library"]).read_bytes())
        command = ["node", str(Path(__file__).with_name("archive.mjs")), str(pyodide), str(sources), str(library)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise ArchiveFailed(f"Python can't be compiled for the browser.\n{result.stderr}")
        return sources.read_bytes(), library.read_bytes()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)  # the same contents, the same archive


def _sources(cache: Path) -> bytes:
    """numpy, traitlets, widgets_lib without the app, and the Python end of a page, as sources."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("numpy", "traitlets"):
            with zipfile.ZipFile(parts.wheel(name, cache)) as wheel:
                for item in wheel.namelist():
                    if not _DROPPED.search(item) and not item.endswith("/"):
                        _add(archive, item, wheel.read(item))
        for source in library_files():
            if source.suffix == ".py":  # the page has the views itself
                _add(archive, source.relative_to(ROOT).as_posix(), source.read_bytes())
        _add(archive, f"{LIBRARY.name}/data/README", b"")  # the folder into which the digits come
        for source in sorted(BROWSER.glob("*.py")):
            _add(archive, source.name, source.read_bytes())
    return file.getvalue()
