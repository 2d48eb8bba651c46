"""Writes a small lesson that runs, with its test: `make new-lesson NAME=09_convolution [TITLE=…]`.

Number and name come from NAME; title and summary from coming.json, whose entry goes, if the lesson stands there.
"""

import argparse
import json
import re

from scripts import facts
from scripts._scaffold import TEMPLATES, Refused, format_python, run, update_tables, write_new

ROOT = facts.ROOT
SUMMARY = "One sentence on what a learner will be able to do."


def check(name):
    """The lesson's number. Raises: Refused in words if there cannot be a lesson of this name."""
    found = re.fullmatch(r"(\d\d)_[a-z][a-z0-9_]*", name)
    if not found:
        raise Refused(f"NAME={name} can't be a lesson: two digits and lower-case words, as in 09_convolution.")
    number = int(found[1])
    for other in [*facts.lessons(), *facts.coming()]:
        if other["number"] == number and other["name"] != name:
            raise Refused(f"{other['name']} has the number {number} already.")
    return number


def filled(metadata, cells, values):
    """The template notebook with the lesson's facts and, where a cell says NUMBER, TITLE or SUMMARY, these."""
    lesson = {key: values.get(key, metadata[facts.KEY][key]) for key in facts.KEYS}
    metadata = metadata | {facts.KEY: lesson, "title": f"{lesson['number']} · {lesson['title']}"}
    texts = {"NUMBER": str(lesson["number"]), "TITLE": lesson["title"], "SUMMARY": lesson["summary"]}
    texts[facts.PROJECT] = facts.requirement(facts.address())
    for index, cell in enumerate(cells, 1):
        cell["id"] = f"{values['name'][3:]}-{index:02}"
        for old, new in texts.items():
            cell["source"] = [line.replace(old, new) for line in cell["source"]]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="make new-lesson",
        usage="make new-lesson NAME=09_convolution [TITLE=…]",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument("name", help="the notebook's name, as in 09_convolution")
    parser.add_argument("--title", help="the lesson's title (default: coming.json's, else the name in words)")
    chosen = parser.parse_args(arguments)
    if not chosen.name:
        raise Refused("the lesson needs a name: make new-lesson NAME=09_convolution")
    name, number = chosen.name, check(chosen.name)

    coming = facts.coming()
    entry = next((entry for entry in coming if entry["name"] == name), {})
    title = chosen.title or entry.get("title") or name[3:].replace("_", " ").capitalize()
    values = {"name": name, "number": number, "title": title, "summary": entry.get("summary") or SUMMARY}
    template = json.loads((TEMPLATES / "lesson/lesson.ipynb").read_text("utf-8"))
    notebook = ROOT / f"lessons/{name}.ipynb"
    test = ROOT / f"tests/lessons/test_{name}.py"
    lesson = filled(template["metadata"], template["cells"], values)
    write_new(
        {
            notebook: json.dumps(lesson, indent=1, ensure_ascii=False) + "\n",
            test: (TEMPLATES / "lesson/test_lesson.py").read_text("utf-8").replace("NN_name", name),
        }
    )
    format_python([test])
    if entry:
        coming.remove(entry)
        rest = json.dumps(coming, indent=2, ensure_ascii=False) + "\n"
        (ROOT / "lessons/coming.json").write_text(rest, "utf-8")
    update_tables()

    print(f"Lesson {number}, “{title}”, runs from top to bottom:", f"  lessons/{name}.ipynb", sep="\n")
    print(f"  tests/lessons/test_{name}.py")
    print("It is on the course home and in README.md. Its facts stand in the notebook's metadata.")
    print(f"Next: `make lab`, write it; `make pictures LESSON={name}` draws its card. CONTRIBUTING.md has the recipe.")


if __name__ == "__main__":
    run(main)
