"""A widget's files as the browser gets them: its module with all that it imports, and its stylesheets.

In a notebook `import "./x.js"` has nothing to be relative to. So each file gets a name that tells its contents too,
such as "shared/dom.js@5f1d2c9a", every import says `"#name#"` for the file it means, and shared/mount.js makes modules of
them in the page. They stay real modules: names never meet, one that is imported twice runs once, and each carries a
`sourceURL`, so that an error in the browser names file and line.

Imports stand at the top of a file, above all other code, each as `import … from "./x.js";`.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_IMPORT = re.compile(r"""import\b[^"';]*\bfrom\s*(["'])(?P<specifier>\.{1,2}/[^"'\n]+)\1;""")
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.S)


@dataclass(frozen=True)
class Bundle:
    """What one widget's view is made of."""

    module: str
    """The name of the widget's own module."""
    sheets: tuple[str, ...]
    """The names of its stylesheets, in the order in which they apply."""
    files: dict[str, str]
    """Name -> text, of these and of every module that is imported."""


def bundle(entry: Path, sheets: tuple[Path, ...] = ()) -> Bundle:
    """The module at `entry` with everything it imports, and the stylesheets.

    Raises: ValueError for an import that cannot be read, naming file and line, and for modules that import one another
    in a circle, naming them all; OSError for a file that cannot be read.
    """
    names: dict[Path, str] = {}
    files: dict[str, str] = {}
    module = _link(Path(entry).resolve(), names, files, [])
    return Bundle(module, tuple(_add(sheet, sheet.read_text("utf-8"), files) for sheet in sheets), files)


def _link(path: Path, names: dict[Path, str], files: dict[str, str], importers: list[Path]) -> str:
    """Add the module at `path` and what it imports to `files`; returns its name."""
    if path in importers:
        circle = [*importers[importers.index(path) :], path]
        raise ValueError(
            f"these modules import one another in a circle: {' → '.join(module.name for module in circle)}"
        )
    if path in names:
        return names[path]
    source = path.read_text("utf-8")
    pieces, end = [], 0
    for match in _imports(path, source):
        target = (path.parent / match["specifier"]).resolve()
        if not target.is_file():
            raise ValueError(f"{_place(path, source, match.start())}: there is no file {match['specifier']}")
        name = _link(target, names, files, [*importers, path])
        pieces += [source[end : match.start("specifier") - 1], f'"#{name}#"']
        end = match.end("specifier") + 1
    text = "".join([*pieces, source[end:].rstrip(), f"\n//# sourceURL=widgets_lib/{path.parent.name}/{path.name}\n"])
    names[path] = _add(path, text, files)
    return names[path]


def _add(path: Path, text: str, files: dict[str, str]) -> str:
    """Add a text under a name that changes with it, and so with that of every module it imports; returns the name."""
    name = f"{path.parent.name}/{path.name}@{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    files[name] = text
    return name


def _imports(path: Path, source: str) -> Iterator[re.Match[str]]:
    """The import statements at the top of a source; what follows the first other statement is not looked at."""
    position = _after_blank(source, 0)
    while re.compile(r"import\b(?!\s*[(.])").match(source, position):
        match = _IMPORT.match(source, position)
        if not match:
            line = source[position:].partition("\n")[0]
            raise ValueError(f"{_place(path, source, position)}: this import cannot be read: {line}")
        yield match
        position = _after_blank(source, match.end())


def _after_blank(source: str, position: int) -> int:
    blank = _BLANK.match(source, position)
    return blank.end() if blank else position


def _place(path: Path, source: str, position: int) -> str:
    return f"{path.name}:{source.count(chr(10), 0, position) + 1}"
