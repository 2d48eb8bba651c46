"""Puts the repository's address into the README's badges and the lessons' first cells: `make address OWNER=… [REPO=…]`.

It stands once, as the project's URL in pyproject.toml. Without it there are no badges, and a lesson on Colab installs
the published package.
"""

import argparse
import re
import sys
from pathlib import Path

from scripts import tables
from scripts.facts import ADDRESS, PROJECT, ROOT, requirement

INSTALL = re.compile(rf"(%pip install --quiet ){PROJECT}[\w@:/.+-]*")


def put(of, root=ROOT):
    """Writes the address "owner/repository" everywhere it belongs, in place of an older one."""
    project = Path(root, "pyproject.toml")
    text = ADDRESS.sub("", project.read_text("utf-8"))
    urls = f'[project.urls]\nRepository = "https://github.com/{of}"\n'
    text = re.sub(r"\n+(?=\[project\.optional-dependencies\])", f"\n\n{urls}\n", text)
    project.write_text(text, "utf-8")
    for notebook in sorted(Path(root, "lessons").glob("*.ipynb")):
        cells = notebook.read_text("utf-8")
        notebook.write_text(INSTALL.sub(rf"\g<1>{requirement(of)}", cells), "utf-8")
    tables.write(root)


def _owner(text):
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})", text):
        raise argparse.ArgumentTypeError(f"{text!r} can't be a GitHub account: letters, digits and hyphens")
    return text


def _repository(text):
    if not re.fullmatch(r"[\w.-]{1,100}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} can't be a repository's name: letters, digits, '-', '_' and '.'")
    return text


def main(arguments):
    parser = argparse.ArgumentParser(
        prog="make address", usage="make address OWNER=your-account [REPO=name]", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("owner", type=_owner, help="the GitHub account that holds the repository")
    parser.add_argument("--repo", type=_repository, default=PROJECT, help=f"the repository's name (default: {PROJECT})")
    chosen = parser.parse_args(arguments)
    put(f"{chosen.owner}/{chosen.repo}")
    print(f"README.md, pyproject.toml and the lessons' first cells name github.com/{chosen.owner}/{chosen.repo}.")


if __name__ == "__main__":
    main(sys.argv[1:])
