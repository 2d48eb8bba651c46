"""The usual mistakes, made in the loops and expressions of random equations: each is named, and mended by a repair."""

import itertools
import random
import re

import pytest

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import EinsumError, parse, read_expression, read_loops

from .einsum_equations import random_equations

LIBRARIES = ("numpy", "torch")
EQUATIONS = [parse(equation, *shapes) for equation, shapes in random_equations(50, seed=23)]


def name_of(read, text, e, **options):
    """The rule that a text is refused by; one of the repairs means e. None for a text that means e itself."""
    try:
        assert einsum.same(read(text, like=e, **options), e), (e, text)
    except EinsumError as error:
        assert error.spans and error.message, text
        assert any(einsum.same(read(repair.text, like=e), e) for repair in error.repairs), (e, text, error.rule)
        return error.rule
    return None


def loops_of_all():
    """Each equation in loops of a random order, with both libraries: (einsum, lines)."""
    draw = random.Random(4)
    for e, library in itertools.product(EQUATIONS, LIBRARIES):
        yield e, e.loops("".join(draw.sample(list(e.sizes), len(e.sizes))), library).split("\n")


def expressions_of_all():
    for e, library in itertools.product(EQUATIONS, LIBRARIES):
        yield e, e.expression(library), library


def indent_of(line):
    return " " * (len(line) - len(line.lstrip()))


def places(sign, text):
    return [found.start() for found in re.finditer(re.escape(sign), text)]


def test_equals_for_plus_equals():
    texts = [(e, "\n".join(lines)) for e, lines in loops_of_all() if e.summed]
    assert len(texts) > 40
    assert {name_of(read_loops, text.replace("+=", "="), e) for e, text in texts} == {"overwrites"}


def test_plus_for_times():
    names = []
    for e, lines in loops_of_all():
        start = "\n".join(lines[:-1])
        for at in places(" * ", lines[-1]):
            names.append(name_of(read_loops, f"{start}\n{lines[-1][:at]} + {lines[-1][at + 3 :]}", e))
    for e, text, library in expressions_of_all():
        for at in places(" * ", text):
            names.append(name_of(read_expression, f"{text[:at]} + {text[at + 3 :]}", e, library=library))
    assert len(names) > 100 and set(names) == {"plus"}


def test_a_start_inside_any_of_the_loops():
    names = []
    for e, lines in loops_of_all():
        for depth in range(1, len(e.sizes) + 1):
            inside = [*lines[1 : depth + 1], indent_of(lines[depth + 1]) + lines[0], *lines[depth + 1 :]]
            names.append(name_of(read_loops, "\n".join(inside), e))
        if e.summed:
            cell = f"{indent_of(lines[-1])}{lines[-1].strip().split(' += ')[0]} = 0"
            names.append(name_of(read_loops, "\n".join([*lines[:-1], cell, lines[-1]]), e))
    assert len(names) > 150 and set(names) == {"start-inside"}


def test_an_index_that_is_never_looped():
    names = []
    for e, lines in loops_of_all():
        for at in range(1, len(lines) - 1):
            rest = [line.removeprefix("    ") for line in lines[at + 1 :]]
            names.append(name_of(read_loops, "\n".join([*lines[:at], *rest]), e))
    assert len(names) > 100 and set(names) == {"not-looped"}


def test_a_sum_over_other_axes():
    names = []
    for e, text, library in expressions_of_all():
        head, dot, axes = text.rpartition(".sum(")
        right = set(map(int, re.findall(r"\d", axes))) if axes != ")" else set(range(len(e.sizes)))
        for number in range(1, len(e.sizes) + 1) if dot else ():
            for wrong in itertools.combinations(range(len(e.sizes)), number):
                if set(wrong) != right:
                    shown = str(wrong[0] - len(e.sizes)) if number == 1 else str(wrong)  # −1 is the last axis
                    names.append(name_of(read_expression, f"{head}.sum({shown})", e, library=library, goal=e))
        if dot:
            names.append(name_of(read_expression, f"{head}.sum({len(e.sizes)})", e, library=library))
    assert len(names) > 200 and set(names) == {"sum-axis"}


def test_a_none_in_another_place_one_less_and_one_more():
    names = []
    for e, text, library in expressions_of_all():
        for index in re.finditer(r"\[([^\]]*None[^\]]*)\]", text):
            items = index[1].split(", ")
            less = [*items]
            less.remove("None")
            moved = [list(order) for order in dict.fromkeys(itertools.permutations(items))]
            for other in [*moved[1:4], less, ["None", *items]]:
                if other and other != items:
                    changed = text[: index.start(1)] + ", ".join(other) + text[index.end(1) :]
                    names.append(name_of(read_expression, changed, e, library=library, goal=e))
    assert len(names) > 100 and set(names) <= {"none", "sum-axis", None}  # a None in front may change nothing
    assert names.count("none") > len(names) / 2


@pytest.mark.parametrize(
    ("equation", "shapes", "loops", "wrong"),
    [
        ("pq,qr->pr", [(3, 3), (3, 3)], "c[p, r] += a[q, p] * b[q, r]", ["q", "p"]),
        ("pq,qr->pr", [(3, 3), (3, 3)], "c[r, p] += a[p, q] * b[q, r]", ["r", "p"]),
        ("pq,qr->pr", [(3, 3), (3, 3)], "c[p, q] += a[p, q] * b[q, r]", ["p", "q"]),
        ("xyz->xz", [(2, 2, 2)], "c[x, y] += a[x, y, z]", ["x", "y"]),
        ("uv,v->u", [(4, 4), (4,)], "c[u] += a[u, v] * b[u]", ["u"]),
    ],
)
def test_a_wrong_index_in_loops_that_can_be_read(equation, shapes, loops, wrong):
    goal = parse(equation, *shapes)
    n, letters = shapes[0][0], list(goal.sizes)
    shape = (n,) * loops.split("]")[0].count(",") + (n,)
    lines = [f"c = np.zeros({shape})", *(f"{'  ' * k}for {x} in range({n}):" for k, x in enumerate(letters))]
    text = "\n".join([*lines, f"{'  ' * len(letters)}{loops}"])
    like = parse(equation, *shapes)
    text = text.replace("c[", f"{like.names[-1]}[").replace("c =", f"{like.names[-1]} =")
    read_loops(text, *shapes, like=like)  # without a goal it is an einsum like any other
    with pytest.raises(EinsumError) as caught:
        read_loops(text, *shapes, like=like, goal=goal)
    error = caught.value
    assert (error.rule, [text[slice(*span)] for span in error.spans]) == ("wrong-index", wrong)
    assert einsum.same(read_loops(error.repairs[0].text, like=like), goal)
