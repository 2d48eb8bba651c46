"""Writes the tables of README.md and docs/ that follow from something else: `make docs`.

A part stands between `<!-- NAME -->` and `<!-- /NAME -->`. The lessons come from the notebooks' metadata, the widgets
from `wl.__all__`, the badges from the repository's address.
"""

import inspect
import re
import textwrap
from pathlib import Path

import widgets_lib as wl
from scripts import facts
from widgets_lib.app.patches import PATCHES

ROOT = facts.ROOT
BADGE = "[![{alt}](https://img.shields.io/badge/{label}-blue)]({link})"
BINDER = "https://mybinder.org/v2/gh/{address}/HEAD?urlpath={path}"
COLAB = "https://colab.research.google.com/github/{address}/blob/HEAD/lessons/{name}.ipynb"


def badges(root):
    """Links to Binder; empty while the repository has no address."""
    where = facts.address(root)
    if not where:
        return ""
    first = facts.lessons(root)[0]["name"]
    places = (
        ("JupyterLab on Binder", "Binder-JupyterLab", "lab/tree/lessons"),
        ("The app on Binder", "Binder-the_app", f"voila/render/lessons/{first}.ipynb"),
    )
    return "\n".join(
        BADGE.format(alt=alt, label=label, link=BINDER.format(address=where, path=path)) for alt, label, path in places
    )


def lesson_table(root):
    """A row for each lesson, with a link to Colab where there is an address, and what is coming."""
    where = facts.address(root)
    rows = [["lesson", "in it", "minutes", *(["on Colab"] if where else [])]]
    for lesson in facts.lessons(root):
        title = f"[**{lesson['number']} · {lesson['title']}**](lessons/{lesson['name']}.ipynb)"
        rows.append([title, lesson["summary"], str(lesson["minutes"])])
        if where:
            link = COLAB.format(address=where, name=lesson["name"])
            rows[-1].append(BADGE.format(alt="Colab", label="open-Colab", link=link))
    coming = ", ".join(f"{entry['title']} ({entry['number']})" for entry in facts.coming(root))
    return _table(rows) + (f"\n\nComing: {coming}." if coming else "")


def widget_names(root):
    """The widgets in a sentence, in lines of the width of prose."""
    names = [f"`wl.{name}`" for name in _widgets()]
    return textwrap.fill(f"The widgets: {', '.join(names)}. [What each shows](docs/widgets.md).", 120)


def widget_table(root):
    """A row for each widget: the first line of its docstring."""
    rows = [[f"`wl.{name}`", inspect.getdoc(widget).partition("\n")[0]] for name, widget in _widgets().items()]
    return _table([["widget", "shows"], *rows])


def _widgets():
    public = {name: getattr(wl, name) for name in sorted(wl.__all__)}
    return {name: thing for name, thing in public.items() if inspect.isclass(thing)}


def patch_table(root):
    """A row for each name that is replaced in Voila or Jupyter."""
    rows = [["replaced", "in", "because", "upstream", "until this fails"]]
    for patch in PATCHES:
        issue = f"[{'/'.join(patch.upstream.split('/')[-4:-2])} #{patch.upstream.rpartition('/')[2]}]({patch.upstream})"
        test = patch.delete_when.rpartition("/")[2].replace("::", " ")
        rows.append([f"`{patch.target}`", f"`{patch.needed_in}`", patch.reason, issue, f"`{test}`"])
    return _table(rows)


def _table(rows):
    head, *body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([head, "|---" * len(rows[0]) + "|", *body])


DOCUMENTS = {
    "README.md": {"badges": badges, "lessons": lesson_table, "widgets": widget_names},
    "docs/widgets.md": {"widgets": widget_table},
    "docs/architecture.md": {"patches": patch_table},
}


def rendered(root=ROOT):
    """{file name: its text as it should be}. Raises: ValueError if a part's place is missing."""
    return {name: _filled(root, name, parts) for name, parts in DOCUMENTS.items()}


def _filled(root, name, parts):
    text = Path(root, name).read_text("utf-8")
    for part, content in parts.items():
        place = re.compile(rf"(<!-- {part} -->\n).*?(<!-- /{part} -->)", re.DOTALL)
        if not place.search(text):
            raise ValueError(f"{name} has no place for its {part}: <!-- {part} --> and <!-- /{part} -->")
        new = content(root)
        text = place.sub(lambda marks, new=new: f"{marks[1]}{new + chr(10) if new else ''}{marks[2]}", text)
    return text


def write(root=ROOT):
    for name, text in rendered(root).items():
        Path(root, name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
