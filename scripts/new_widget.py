"""Writes a small working widget with its tests: `make new-widget NAME=DiceRoller [STEM=dice]`.

The example draws the squares of 1 to n. It is in `wl.__all__`, so every test that asks for every widget finds it.
"""

import argparse
import keyword
import re

import widgets_lib as wl
from scripts._scaffold import TEMPLATES, Refused, format_python, run, update_tables, write_new
from scripts.facts import ROOT

# template -> where its text goes
FILES = {
    "compute.py": "widgets_lib/compute/{stem}.py",
    "init.py": "widgets_lib/widgets/{stem}/__init__.py",
    "widget.py": "widgets_lib/widgets/{stem}/{stem}.py",
    "widget.js": "widgets_lib/widgets/{stem}/{stem}.js",
    "widget.css": "widgets_lib/widgets/{stem}/{stem}.css",
    "test_compute.py": "tests/compute/test_{stem}.py",
    "test_widget.py": "tests/widgets/test_{stem}.py",
    "widget.test.js": "tests/js/{stem}.test.js",
    "test_browser.py": "tests/browser/test_{stem}.py",
}


def title(name):
    """ "DiceRoller" -> "Dice roller"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).capitalize()


def check(name, stem):
    """Raises: Refused in words if there cannot be a widget of this name in files of this stem."""
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name):
        raise Refused(f"NAME={name} can't be a widget's class: letters and digits from a capital on, as in DiceRoller.")
    if name in wl.__all__:
        raise Refused(f"there is a widget {name} already.")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", stem) or keyword.iskeyword(stem):
        raise Refused(f"STEM={stem} can't name its files: lower-case letters, digits and _, as in dice.")
    if stem == "shared" or (ROOT / "widgets_lib/widgets" / stem).exists():
        raise Refused(f"the folder widgets_lib/widgets/{stem} exists already; choose other files: STEM=…")


def register(text, name, stem):
    """The text of widgets_lib/__init__.py with one more public name: in the table and among the editor's imports."""
    head, table, rest = re.fullmatch(r"(.*?\n_PUBLIC\b[^\n]*\{\n)(.*?\n)(\}\n.*)", text, re.DOTALL).groups()
    lines = table.splitlines(keepends=True)
    keys = [re.match(r'\s*"(\w+)"', line)[1].lower() for line in lines]
    at = max((index + 1 for index, key in enumerate(keys) if key < name.lower()), default=0)
    lines.insert(at, f'    "{name}": ".widgets.{stem}",\n')
    text = head + "".join(lines) + rest
    imported = f"    from widgets_lib.widgets.{stem} import {name} as {name}\n"
    return re.sub(r"^if TYPE_CHECKING:\n", lambda line: line[0] + imported, text, count=1, flags=re.MULTILINE)


def announce(text, name, does):
    """The text of CHANGELOG.md with one more line in its first section."""
    head, section, rest = re.fullmatch(r"(.*?\n## [^\n]*\n)(.*?)((?:\n## .*)?)", text, re.DOTALL).groups()
    return f"{head}{section.rstrip()}\n- `{name}`: {does}\n{rest}"


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="make new-widget",
        usage="make new-widget NAME=DiceRoller [STEM=dice]",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("name", help="the widget's class, as in DiceRoller")
    parser.add_argument("--stem", help="the name of its folder and files, as in dice (default: dice_roller)")
    chosen = parser.parse_args(arguments)
    name = chosen.name
    stem = chosen.stem or title(name).lower().replace(" ", "_")
    if not name:
        raise Refused("the widget needs a name: make new-widget NAME=DiceRoller STEM=dice")
    check(name, stem)

    replaced = (("WidgetName", name), ("widget_stem", stem), ("Widget title", title(name)))
    files = {}
    for template, path in FILES.items():
        text = (TEMPLATES / "widget" / template).read_text("utf-8")
        for old, new in replaced:
            text = text.replace(old, new)
        files[ROOT / path.format(stem=stem)] = text
    public = ROOT / "widgets_lib/__init__.py"
    registered = register(public.read_text("utf-8"), name, stem)
    write_new(files)
    public.write_text(registered, "utf-8")
    changelog = ROOT / "CHANGELOG.md"
    announced = announce(changelog.read_text("utf-8"), name, "the squares of 1 to n as bars (an example).")
    changelog.write_text(announced, "utf-8")
    format_python([*files, public])
    update_tables()

    print(f"wl.{name} is a working example:", *(f"  {path.relative_to(ROOT)}" for path in files), sep="\n")
    print(f"It is registered in {public.relative_to(ROOT)} and listed in README.md and CHANGELOG.md.")
    print("Next: make its compute, its drawing and its tests your own, in this order. CONTRIBUTING.md has the recipe.")


if __name__ == "__main__":
    run(main)
