"""Hands the browser one self-contained module made of a widget's .js and the modules it imports.

anywidget loads a widget from a Blob URL, where `import "./x.js"` has nothing to be relative to. So the sources travel
together; in the browser each becomes a Blob module of its own, and every import is given the URL of what it names.
They stay real modules: names never meet, one that is imported twice runs once, and each carries a `sourceURL`, so that
an error in the browser names file and line. Compressed, because a page carries them once for each of its widgets.

Imports stand at the top of a file, above all other code, each as `import … from "./x.js";`.
"""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

_IMPORT = re.compile(r"""import\b[^"';]*\bfrom\s*(["'])(?P<specifier>\.{1,2}/[^"'\n]+)\1;""")
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.S)

# `"#2#"` in a source stands for the URL of module 2; a module comes after those it imports. The page keeps one copy of
# each module for all its widgets.
_LOADER = """
const packed = Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0));
const unpacked = new Response(packed).body.pipeThrough(new DecompressionStream("gzip"));
const sources = await new Response(unpacked).json();
const modules = (globalThis[Symbol.for("widgets_lib.modules")] ??= new Map());
const urls = [];
for (const source of sources) {
  const text = source.replace(/"#(\\d+)#"/g, (_, index) => JSON.stringify(urls[index]));
  if (!modules.has(text)) modules.set(text, URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  urls.push(modules.get(text));
}
export default (await import(urls.at(-1))).default;
"""


def bundle(entry: Path) -> str:
    """The module at `entry` with everything it imports inside, as one ES module's source; its default export is entry's.

    Raises: ValueError for an import that cannot be read, naming file and line, and for modules that import one another
    in a circle, naming them all.
    """
    entry = Path(entry).resolve()
    linked: dict[Path, str] = {}
    _link(entry, linked, [])
    packed = gzip.compress(json.dumps(list(linked.values())).encode(), 6, mtime=0)
    return f'const data = "{base64.b64encode(packed).decode()}";{_LOADER}'


def _link(path: Path, linked: dict[Path, str], importers: list[Path]) -> None:
    """Add `path`'s source to `linked`, after the modules that it imports, each specifier replaced by a module's number."""
    if path in importers:
        circle = [*importers[importers.index(path) :], path]
        raise ValueError(
            f"these modules import one another in a circle: {' → '.join(module.name for module in circle)}"
        )
    source = path.read_text(encoding="utf-8")
    pieces, end = [], 0
    for match in _imports(path, source):
        target = (path.parent / match["specifier"]).resolve()
        if not target.is_file():
            raise ValueError(f"{_place(path, source, match.start())}: there is no file {match['specifier']}")
        if target not in linked:
            _link(target, linked, [*importers, path])
        pieces += [source[end : match.start("specifier") - 1], f'"#{list(linked).index(target)}#"']
        end = match.end("specifier") + 1
    linked[path] = "".join(
        [*pieces, source[end:].rstrip(), f"\n//# sourceURL=widgets_lib/{path.parent.name}/{path.name}\n"]
    )


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
