"""Makes every widget of a lesson again, as a page will, and compares it with what the page shows.

    python -m static_edition.remake lessons/04_broadcasting.ipynb …

There is no torch, numba, ipywidgets and thread for that: see absent.py. A trait that differs fails the build, but for
those that a class names in `local_traits`, which say what the machine can do: of these the page gets the new values.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
MAX_SHOWN = 120  # characters of a value in a message


@dataclass(frozen=True)
class Remade:
    """What came of it."""

    problems: list[str]
    """One sentence for each widget that could not be made and each trait that differs."""
    local: dict[str, dict[str, Any]]
    """Model id -> those of its traits that say something else in a browser, with what they say there."""
    inputs: dict[str, dict[str, Any]]
    """Model id -> the inputs that the lesson has set since the widget was made."""


def remake(widgets: Mapping[str, Mapping[str, Any]], book: Mapping[str, Any] | None = None) -> Remade:
    """Make widgets as snapshot.py takes them in a Python of their own. book: what ladders play back, see recorded.py.

    Raises: RuntimeError if that Python itself fails, with what it said.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.run(
        [sys.executable, "-m", "static_edition.remake"],
        input=json.dumps({"widgets": widgets, "book": book or {}}),
        text=True,
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    if process.returncode:
        raise RuntimeError(f"the widgets could not be made again:\n{process.stderr}")
    return Remade(**json.loads(process.stdout.splitlines()[-1]))


# ---- in the other Python ----


def _answer() -> None:
    from static_edition import absent

    absent.hide()
    asked = json.load(sys.stdin)
    import numpy  # noqa: F401 (before Python says that it is another)
    import recorded

    sys.platform = "emscripten"  # what a widget asks when it says what can be done

    recorded.install(asked["book"])
    remade = Remade([], {}, {})
    for key, widget in asked["widgets"].items():
        remade.problems.extend(f"{key}: {problem}" for problem in _differences(key, widget, remade))
    print(json.dumps(vars(remade)))


def _differences(key: str, saved: Mapping[str, Any], remade: Remade) -> Iterator[str]:
    """The problems of one widget; what else is found goes into `remade`."""
    from widgets_lib.widgets import _recipes

    name, state = saved["class"], saved["state"]
    if "recipe" not in saved:
        yield f"{name}: {saved['problem']}"
        return
    recipe, inputs = base64.b64decode(saved["recipe"]), {name: state[name] for name in saved["inputs"]}
    try:
        widget = _recipes.make_again(recipe, saved["kept"])
        changed = {name: value for name, value in inputs.items() if _as_json(getattr(widget, name)) != value}
        if changed:
            remade.inputs[key] = inputs
            if not widget.restore(dict(inputs)):
                yield f"{name}: its inputs don't come back: {', '.join(changed)}"
                return
    except Exception as error:
        yield f"{name}: {type(error).__name__}: {error}"
        return
    if missing := sorted(set(state) - set(widget.keys)):
        yield f"{name} has no {', '.join(missing)} in a browser"
    for trait in sorted(set(state) & set(widget.keys)):
        now = _as_json(getattr(widget, trait))
        if now == state[trait]:
            continue
        if trait in widget.local_traits:
            remade.local.setdefault(key, {})[trait] = now
        else:
            yield f"{name}.{trait}: {_where(now, state[trait])}"


def _as_json(value: Any) -> Any:
    def plain(value: Any) -> Any:
        if isinstance(value, (bytes, bytearray, memoryview)):
            return {"$bytes": base64.b64encode(value).decode()}
        raise TypeError(f"a {type(value).__name__} in a widget's state")

    return json.loads(json.dumps(value, default=plain))


def _where(now: Any, then: Any, path: str = "") -> str:
    """The first place at which two JSON values differ, in words."""
    if isinstance(now, dict) and isinstance(then, dict):
        for name in {**then, **now}:
            if now.get(name) != then.get(name):
                return _where(now.get(name), then.get(name), f"{path}.{name}")
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        for at, (one, other) in enumerate(zip(now, then, strict=True)):
            if one != other:
                return _where(one, other, f"{path}[{at}]")
    return f"{path + ': ' if path else ''}{str(now)[:MAX_SHOWN]!r} is not {str(then)[:MAX_SHOWN]!r}"


def _try(names: list[str]) -> int:
    """Execute lessons, or take them as they were executed last, and say what differs."""
    from static_edition.execute import execute

    failed = 0
    for lesson in execute([Path(name) for name in names], ROOT / "build/static_edition/executed"):
        remade = remake(lesson.widgets)
        kept = sum(len(widget.get("recipe", "")) * 3 // 4 for widget in lesson.widgets.values())
        print(f"{lesson.name}: {len(lesson.widgets)} widgets, {kept:,} bytes of recipes")
        for problem in remade.problems:
            print("  ", problem)
        for key, traits in remade.local.items():
            print("  ", f"{lesson.widgets[key]['class']}: local {', '.join(traits)}")
        failed += len(remade.problems)
    return int(failed > 0)


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit(_try(sys.argv[1:]))
    _answer()
