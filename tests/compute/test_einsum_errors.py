"""What means no einsum is an EinsumError that names the place and the rule, and offers what was itself tried."""

import random
import string
import sys

import numpy as np
import pytest

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import EinsumError, parse, read_expression, read_loops

from .einsum_equations import operands_of, random_equations

PRODUCT = parse("ik,kj->ij", (5, 7), (7, 3))
LOOPS = PRODUCT.loops()


def refusal(read, *arguments, **more):
    with pytest.raises(EinsumError) as refused:
        read(*arguments, **more)
    return refused.value


def culprits(error):
    return [error.text[start:end] for start, end in error.spans]


# ---- equations ----


@pytest.mark.parametrize(
    ("equation", "shapes", "rule", "wrong", "repair"),
    [
        ("ik,kj->ij", [(2, 3), (4, 3)], "size", ["k", "k"], "ik,jk->ij"),
        ("ik,kj->ij", [(2, 3), (4, 5)], "size", ["k", "k"], "il,kj->ij"),
        ("ik,kj->ii", [], "output-repeats", ["i", "i"], "ik,kj->i"),
        ("ik,kj->il", [], "output-unknown", ["l"], "ik,kj->ij"),
        ("ik,kj=>ij", [], "character", ["="], "ik,kj->ij"),
        ("ik,kj→ij", [], "character", ["→"], "ik,kj->ij"),
        ("ik;kj->ij", [], "character", [";"], "ik,kj->ij"),
        ("αk,kβ->αβ", [], "character", ["α", "β", "α", "β"], "ak,kb->ab"),
        ("ik,kj- >ij", [], "arrow", ["-", ">"], "ik,kj->ij"),
        ("ik->kj->ij", [], "arrow", ["->"], "ik,kj->ij"),
        ("ik,kj->i,j", [], "output-comma", [","], "ik,kj->ij"),
        ("ikkj->ij", [(2, 3), (3, 4)], "operands", ["-"], "ik,kj->ij"),
        ("ik,kj,jl->il", [(2, 3), (3, 4)], "operands", ["jl"], "ik,kj->i"),
        ("ik,k->i", [(2, 3), (3, 4)], "axes", ["k"], "ik,kj->i"),
        ("ikl,kj->ij", [(2, 3), (3, 4)], "axes", ["ikl"], "ik,kj->ij"),
        ("i..j", [], "ellipsis", [".."], "i...j"),
        ("...i...", [], "ellipsis", ["..."], "...i"),
        ("i...->i", [(2, 3)], "ellipsis-lost", ["...", "i"], "i...->...i"),
        ("ii->i", [(2, 3)], "diagonal", ["i", "i"], "ji->i"),
        ("...,...", [(2,), (3,)], "size", ["...", "..."], None),
    ],
)
def test_the_rule_the_place_and_a_repair(equation, shapes, rule, wrong, repair):
    error = refusal(parse, equation, *shapes)
    assert (error.rule, culprits(error), error.text, str(error)) == (rule, wrong, equation, error.message)
    texts = [each.text for each in error.repairs]
    assert repair in texts if repair else not texts
    for each in error.repairs:
        e = parse(each.text, *shapes)
        operands = [
            np.ones(shape if shape is not None else (2,) * len(letters))
            for shape, letters in zip(e.shapes, e.inputs, strict=True)
        ]
        assert e(*operands).shape == np.einsum(each.text, *operands).shape and each.message.endswith(".")


def test_culprits_are_marked():
    assert refusal(parse, "ik,kj->ij", (2, 3), (4, 5)).marked == "ik,kj->ij\n ^ ^"
    error = refusal(read_loops, LOOPS.replace("+=", "="))
    assert error.marked == "            c[i, j] = a[i, k] * b[k, j]\n                    ^"


def mutated(draw, text, alphabet):
    """The text with one to three letters changed, left out, doubled or put in."""
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(text) + 1)
        kind = draw.randrange(4)
        new = draw.choice(alphabet)
        text = text[:at] + (new if kind != 1 else "") + (text[at:] if kind == 0 else text[at + 1 :])
        if kind == 3:
            text = text[:at] + text[max(0, at - 2) : at] + text[at:]
    return text


def names_its_place(error, text):
    assert error.rule and error.message and error.text == text[: len(error.text)], text
    assert error.spans and all(0 <= start < end <= len(text) or start == len(error.text) for start, end in error.spans)
    for repair in error.repairs:
        assert repair.text != text


ODD = [*"ijkab,,..->-> XY", "...", "->", "λ", "é", "0", "[", "\0", "\n", "→", "😀"]


def test_no_mutated_equation_gives_a_raw_error():
    draw = random.Random(11)
    refused = 0
    for equation, shapes in random_equations(2500, seed=11):
        text = mutated(draw, equation, ODD)
        given = shapes if draw.random() < 0.7 else []
        try:
            e = parse(text, *given)
        except EinsumError as error:
            refused += 1
            names_its_place(error, text)
            for repair in error.repairs:
                parse(repair.text, *given)
        else:
            if given:
                np.einsum(text, *(np.ones(shape) for shape in given))
            assert parse(e.equation, *e.shapes) == e
    assert 1000 < refused < 2400


CODE = [
    *"abcijk[](),.:*+=- \n0123\r\f\\#@λ\0'", "None", "sum", "np.", "for ", "range", "+=", "    ", ".T", "...", "-1",
    "[i]", "0*", "i, ", "None, ", ":, ", "for i in range(2):\n    ", ".sum(1)", "(0, 1)", "c[i] = 0\n",
]  # fmt: skip


def computes_what_python_does(text, found, e, read):
    """What was read as an einsum has the value that Python gives to the text."""
    operands = operands_of(e.shapes)
    names = dict(zip(e.names, operands, strict=False))
    builtins = {"__import__": __import__, **({"range": range, "len": len} if read is read_loops else {})}
    known = {"np": np, "__builtins__": builtins}
    try:
        exec(text if read is read_loops else f"{e.names[-1]} = {text.strip()}", known, names)
    except NameError:
        return  # another name for an operand, or for a size
    np.testing.assert_allclose(names[e.names[-1]], found(*operands), rtol=1e-9, atol=1e-9, err_msg=text)


@pytest.mark.parametrize(("read", "render"), [(read_loops, "loops"), (read_expression, "expression")])
def test_no_mutated_code_gives_a_raw_error(read, render):
    draw = random.Random(12)
    refused = 0
    for equation, shapes in random_equations(1250, seed=12, most_operands=3):
        e = parse(equation, *shapes)
        text = mutated(draw, getattr(e, render)(), CODE)
        given, like = draw.choice([((), None), (e.shapes, None), ((), e)])
        try:
            found = read(text, *given, like=like)
        except EinsumError as error:
            refused += 1
            names_its_place(error, text)
        else:
            if given:
                computes_what_python_does(text, found, e, read)
    assert refused > 600


def test_code_that_would_break_python_is_refused():
    for text in (
        "(" * 3000,
        "-" * 3999,
        "a" * 4001,
        "[" * 150 + "]" * 150,
        "a." * 1900 + "T",
        "a" + ".T" * 1999,
        "a*" * 1999 + "a",
        "\0",
        "",
        " ",
        "#",
    ):
        for read in (read_loops, read_expression):
            names_its_place(refusal(read, text), text)
    digits = sys.get_int_max_str_digits() + 1 if hasattr(sys, "get_int_max_str_digits") else 4000
    refusal(read_loops, LOOPS.replace("(7)", f"({'9' * min(digits, 3000)})"))


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.__class__",
        "(lambda: a)()",
        "[x for x in a]",
        "a if b else a",
        "a; b",
        "np.load('x')",
        "f'{a}'",
        "a[0]",
        "a[1:]",
        "a[b]",
        "a ** 2",
        "-a",
        "a + 1",
        "2 * a",
        "a.sum(0, 1, 2)",
        "a.sum(x=1)",
        "np.sum(*a)",
        "print(a)",
        "a.real",
        "np.pi",
        "np",
        "np.einsum(a, b)",
        "np.einsum('i', 3)",
        "a.sum(None, True)",
        "torch.nn.Linear(a)",
        "a = b = a",
        "a @ 2",
    ],
)
def test_what_is_not_listed_is_never_run(text):
    names_its_place(refusal(read_expression, text, (3, 3)), text)


# ---- usual mistakes in loops ----


@pytest.mark.parametrize(
    ("change", "rule", "wrong"),
    [
        (("+=", "="), "overwrites", ["="]),
        (("+=", "*="), "accumulate", ["*="]),
        (("] * b", "] + b"), "plus", ["+"]),
        (("    for j in range(3):\n    ", "    "), "not-looped", ["j", "j"]),
        (("c = np.zeros((5, 3))\n", ""), "no-start", ["c"]),
        (
            ("c = np.zeros((5, 3))\nfor i in range(5):\n", "for i in range(5):\n    c = np.zeros((5, 3))\n"),
            "start-inside",
            ["c = np.zeros((5, 3))"],
        ),
        (("            c[i", "            c[i, j] = 0\n            c[i"), "start-inside", ["c[i, j] = 0"]),
        (("(5, 3)", "(3, 5)"), "result-shape", ["np.zeros((3, 5))"]),
        (("np.zeros((5, 3))", "np.zeros(5, 3)"), "start", ["5, 3"]),
        (("np.zeros", "np.empty"), "no-start", ["np.empty((5, 3))"]),
        (
            ("for j in range(3):\n", "for j in range(3):\n      for l in range(2):\n"),
            "unused-loop",
            ["for l in range(2):"],
        ),
        (("a[i, k]", "a[i, k + 1]"), "index", ["k + 1"]),
        (("(7):", "(7)"), "syntax", ["\n"]),
        (("range(7)", "range(1, 7)"), "loop", ["range(1, 7)"]),
        (("c[i, j]", "c[i, i]"), "output-repeats", ["i", "i"]),
    ],
)
def test_usual_mistakes_in_loops(change, rule, wrong):
    text = LOOPS.replace(*change)
    assert text != LOOPS
    error = refusal(read_loops, text, like=PRODUCT)
    assert (error.rule, culprits(error)) == (rule, wrong)
    assert rule != "start-inside" or "inside the loop over" in error.message
    if rule != "output-repeats":
        assert einsum.same(read_loops(error.repairs[0].text, like=PRODUCT), PRODUCT)


def test_a_missing_loop_gets_the_size_of_its_axis():
    text = LOOPS.replace("    for j in range(3):\n    ", "    ")
    (repair,) = refusal(read_loops, text, (5, 7), (7, 3)).repairs
    assert read_loops(repair.text, (5, 7), (7, 3)).equation == "ik,kj->ij" and "for j in range(3):" in repair.text


def test_ranges_and_names_are_held_against_the_operands():
    assert refusal(read_loops, LOOPS, (5, 8), (8, 3)).rule == "range"
    error = refusal(read_loops, LOOPS, (5, 7), (1, 3))
    assert (error.rule, culprits(error)) == ("range", ["k"])
    assert read_loops(error.repairs[0].text, (5, 7), (1, 3)).shapes == ((5, 7), (1, 3))
    assert refusal(read_loops, LOOPS, (5, 7)).rule == "operands"
    assert refusal(read_loops, LOOPS, (5, 7, 2), (7, 3)).rule == "axes"
    assert culprits(refusal(read_loops, LOOPS.replace("b[", "x["), like=PRODUCT)) == ["x[k, j]"]
    assert culprits(refusal(read_loops, LOOPS.replace("b[k, j]", "a[k, j]"))) == ["a[k, j]"]


@pytest.mark.parametrize(
    ("body", "rule", "wrong"),
    [
        (
            "for i in range(5):\n  t = 0\n  for j in range(3):\n"
            "    for k in range(7):\n      t += a[i, k] * b[k, j]\n    c[i, j] = t",
            "start-inside",
            ["t = 0"],
        ),
        (
            "for i in range(5):\n  for j in range(3):\n"
            "    for k in range(7):\n      t += a[i, k] * b[k, j]\n    c[i, j] = t",
            "no-start",
            ["t"],
        ),
        (
            "for i in range(5):\n  for j in range(3):\n    t = 0\n"
            "    for k in range(7):\n      t += a[i, k] * b[k, j]\n      c[i, j] = t",
            "store-inside",
            ["c[i, j] = t"],
        ),
        (
            "for i in range(5):\n  for j in range(3):\n    t = 0\n    c[i, j] = t\n"
            "    for k in range(7):\n      t += a[i, k] * b[k, j]",
            None,
            None,
        ),
    ],
)
def test_a_total_starts_and_is_stored_in_its_own_loops(body, rule, wrong):
    error = refusal(read_loops, f"c = np.zeros((5, 3))\n{body}", like=PRODUCT)
    if rule:
        assert (error.rule, culprits(error)) == (rule, wrong)
        assert einsum.same(read_loops(error.repairs[0].text), PRODUCT)


# ---- usual mistakes in expressions ----


@pytest.mark.parametrize(
    ("text", "rule", "wrong", "repair"),
    [
        ("(a[:, :, None] + b[None, :, :]).sum(1)", "plus", ["+"], "(a[:, :, None] * b[None, :, :]).sum(1)"),
        ("(a[:, None, :] * b[None, :, :]).sum(1)", "none", ["None", "None"], "(a[:, :, None] * b[None, :, :]).sum(1)"),
        ("(a[:, :, None] * b[None, :, :]).sum(3)", "sum-axis", ["3"], "(a[:, :, None] * b[None, :, :]).sum(1)"),
        ("(a[:, :, None] * b[None, :, :]).sum((1, 1))", "sum-axis", ["1"], None),
        ("(a[:, :, None] * b[:, None, :, :]).sum(1)", "none", [":"], "(a[:, :, None] * b[None, :, :]).sum(1)"),
        (
            "(a[:, :, None] * b[None, :, :]).sum(1)[:, None]",
            "none",
            ["None"],
            "(a[:, :, None] * b[None, :, :]).sum(1)[:]",
        ),
        ("a @ b.T", "size", ["a", "b.T"], "a @ b"),
        ("b @ a", "size", ["b", "a"], None),
        ("a - b", "product", ["-"], None),
        ("a * a", "operand-twice", ["a"], None),
        ("np.einsum('ik,kj->il', a, b)", "output-unknown", ["l"], None),
    ],
)
def test_usual_mistakes_in_expressions(text, rule, wrong, repair):
    error = refusal(read_expression, text, like=PRODUCT)
    assert (error.rule, culprits(error)) == (rule, wrong)
    if repair:
        assert error.repairs[0].text == repair and read_expression(repair, like=PRODUCT) == PRODUCT


def test_places_are_right_behind_letters_of_several_bytes():
    error = refusal(read_expression, "(π[:, :, None] + b[None, :, :]).sum(1)")
    assert culprits(error) == ["+"]


def test_an_operand_of_unknown_rank_is_asked_for():
    error = refusal(read_expression, "(a * b).sum(1)")
    assert (error.rule, culprits(error)) == ("rank", ["a"])
    assert read_expression("(a * b).sum(1)", (2, 3), (2, 3)).equation == "ik,ik->i"


def test_every_printable_character_may_stand_in_an_equation_text():
    for each in string.printable + "é中\u200b":
        try:
            parse(f"i{each}j->i", (2, 3))
        except EinsumError as error:
            names_its_place(error, f"i{each}j->i")


@pytest.mark.parametrize(
    ("text", "rule", "wrong", "repair"),
    [
        ("(a[:, :, None] * b[None, :, :]).sum(0)", "sum-axis", ["0"], "(a[:, :, None] * b[None, :, :]).sum(1)"),
        ("np.sum(a[:, :, None] * b[None, :, :], axis=2)", "sum-axis", ["2"], None),
        ("(a[:, None, :] * b[None, :, :]).sum(1)", "none", ["None"], "(a[:, :, None] * b[None, :, :]).sum(1)"),
        ("a @ b.T", "transpose", ["b.T"], "a @ b"),
        ("a * b", "goal", ["a * b"], None),
    ],
)
def test_what_can_be_read_is_held_against_a_goal(text, rule, wrong, repair):
    goal, square = parse("ik,kj->ij"), [(3, 3), (3, 3)]
    error = refusal(read_expression, text, *square, goal=goal)
    assert (error.rule, culprits(error)) == (rule, wrong) and f"not “{goal}”" in error.message
    if rule != "goal":
        assert einsum.same(read_expression(error.repairs[0].text, *square, goal=goal), goal)
    assert repair in [each.text for each in error.repairs] or repair is None
    read_expression(text, *square)  # without a goal it is an einsum like any other
