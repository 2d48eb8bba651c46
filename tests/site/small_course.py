"""A made-up course of two short lessons, for tests of the builder."""

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

CELLS = [
    new_markdown_cell("# A small lesson\n\nWith a sum, $c_{ij} = \\sum_k a_{ik} b_{kj}$, in a line:\n\n$$\\|A\\|^2$$"),
    new_code_cell("import numpy as np\n\nimport widgets_lib as wl", metadata={"tags": ["hide-input"]}),
    new_code_cell("wl.StrideExplorer(np.arange(6).reshape(2, 3))"),
    new_code_cell('wl.Predict("How many?", answer=3)', id="asks", metadata={"tags": ["question", "hide-input"]}),
    new_markdown_cell("Three, and </script> ends no script.\n\n## What follows"),
    new_code_cell('from IPython.display import HTML\n\nHTML("<style>.made-up { color: red }</style><p>drawn</p>")'),
    new_code_cell("import sys\n\nprint('said')\nprint('not for', 'readers', file=sys.stderr)"),
    new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
]


def write(folder: Path, name: str, cells=CELLS, number: int = 1) -> Path:
    """Write a notebook into a folder."""
    facts = {"number": number, "title": f"Lesson {number}", "minutes": 5, "summary": "Short & small."}
    notebook = new_notebook(cells=cells, metadata={"title": f"{number} · Lesson {number}", "tensor_foundations": facts})
    path = folder / f"{name}.ipynb"
    path.write_text(nbformat.writes(notebook), "utf-8")
    return path


def course(folder: Path) -> Path:
    """Write both lessons; the second has no widget."""
    write(folder, "01_small")
    write(folder, "02_plain", [new_markdown_cell("# Plain"), new_code_cell("6 * 7")], number=2)
    (folder / "coming.json").write_text(json.dumps([{"name": "03_later", "title": "Later"}]), "utf-8")
    return folder
