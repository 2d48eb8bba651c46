"""Hands the browser one self-contained module made of a widget's .js and the shared modules it imports.

anywidget loads a widget from a Blob URL, where `import "./x.js"` has nothing to be relative to. So each imported
module becomes a function that is called once and returns its exports, and each import becomes a destructuring.

What a module may use: `import { a, b as c } from "./x.js"` at the top, `export function | async function | class |
const name`, and `export default { ... }` in the widget's own file. Anything else raises ValueError with the line.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";[ \t]*$', re.M)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.M)
_LEFT_OVER = re.compile(r"^(?:import|export) (?!default )[^\n]*", re.M)


def join(entry: Path) -> str:
    """The module at `entry` with everything it imports inside, as one ES module's source.

    Raises: ValueError for a form of import or export that is not in the list above, naming file and line.
    """
    modules: dict[Path, str] = {}
    body = _inline(Path(entry).resolve(), modules)
    return "\n".join([*modules.values(), body])


def _inline(path: Path, modules: dict[Path, str]) -> str:
    """`path`'s source with imports destructured; modules it needs are added to `modules`, dependencies first."""

    def destructure(match):
        names, specifier = match.groups()
        target = (path.parent / specifier).resolve()
        if target not in modules:
            source = _inline(target, modules)
            exported = _EXPORT.findall(source)
            source = _EXPORT.sub("", source)
            modules[target] = (
                f"const {_name(target)} = (() => {{\n{source}\nreturn {{ {', '.join(exported)} }};\n}})();\n"
            )
        return f"const {{{names.replace(' as ', ': ')}}} = {_name(target)};"

    source = _IMPORT.sub(destructure, path.read_text(encoding="utf-8"))
    if odd := _LEFT_OVER.search(_EXPORT.sub("", source)):
        raise ValueError(f"{path.name}: the joiner does not read this line: {odd.group()}")
    return source


def _name(path: Path) -> str:
    return "module_" + re.sub(r"\W", "_", path.stem)
