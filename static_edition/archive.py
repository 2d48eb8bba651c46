"""Python for the browser as two archives: its own library, and what the widgets compute with."""

from __future__ import annotations

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


def build(cache: Path) -> tuple[bytes, bytes]:
    """(python.zip, python_stdlib.zip), compiled."""
    pyodide = parts.pyodide()
    with tempfile.TemporaryDirectory() as folder:
        sources, library = Path(folder, "python.zip"), Path(folder, "library.zip")
        sources.write_bytes(_sources(cache))
        library.write_bytes((pyodide / parts.PARTS["pyodide"]["library"]).read_bytes())
        command = ["node", str(Path(__file__).with_name("archive.mjs")), str(pyodide), str(sources), str(library)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return sources.read_bytes(), library.read_bytes()


def _sources(cache: Path) -> bytes:
    """numpy, traitlets, widgets_lib without the app, and the Python end of a page, as sources."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("numpy", "traitlets"):
            with zipfile.ZipFile(parts.wheel(name, cache)) as wheel:
                for item in wheel.namelist():
                    if not _DROPPED.search(item) and not item.endswith("/"):
                        archive.writestr(item, wheel.read(item))
        for source in library_files():
            if source.suffix in (".py", ".js", ".css") or source.name == "py.typed":
                archive.write(source, source.relative_to(ROOT).as_posix())
        archive.writestr(f"{LIBRARY.name}/data/README", "")  # the folder into which the digits come
        for source in sorted(BROWSER.glob("*.py")):
            archive.write(source, source.name)
    return file.getvalue()
