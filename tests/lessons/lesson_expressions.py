"""Expressions for `run_lesson`: what a cell of the lesson showed, and the widgets in it."""

import nbformat

from tests.support import servers


def shown(line):
    """What the cell that ends in this line shows, tensors and tuples as lists."""
    found = f"next(Out[i] for i, cell in enumerate(In) if cell.splitlines()[-1:] == [{line!r}])"
    return f"_json.loads(_json.dumps({found}, default=lambda tensor: tensor.tolist()))"


def widgets(kind):
    """The widgets of a kind, in the lesson's order."""
    return f"[w for _, w in sorted(Out.items()) if isinstance(w, wl.{kind})]"


def judged(right, wrong):
    """For each question of the lesson whether these answers are right: [[True, False], …] if all is well."""
    return (
        "[[(setattr(w, 'given', given), w.right)[1] for given in answers] "
        f"for w, *answers in zip({widgets('Predict')}, {right}, {wrong}, strict=True)]"
    )


def given_away(lesson, pairs):
    """The questions that stand below what answers them, from pairs of a question's words and the code that tells."""
    cells = nbformat.read(servers.ROOT / f"lessons/{lesson}.ipynb", as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    questions = {at: source for at, source in enumerate(code) if source.startswith("wl.Predict(")}
    early = []
    for words, tells in pairs:
        (asked,) = [at for at, source in questions.items() if words in source]
        answered = [at for at, source in enumerate(code) if tells in source and at not in questions]
        assert answered, f"{tells} is in no cell"
        if min(answered) < asked:
            early.append(words)
    return early


def text_above(lesson, words):
    """The Markdown that a reader has read when the question with these words comes."""
    cells = nbformat.read(servers.ROOT / f"lessons/{lesson}.ipynb", as_version=4).cells
    (asked,) = [at for at, cell in enumerate(cells) if "wl.Predict(" in cell.source and words in cell.source]
    return "\n".join(cell.source for cell in cells[:asked] if cell.cell_type == "markdown")


def tried(at):
    """What comes out of each variant of the lesson's chooser number `at`: {name: what is shown}."""
    each = "{each['name']: outcome(w, each['name'])[1] for each in w.variants}"
    return f"(lambda w: {each})({widgets('Variants')}[{at}])"
