"""EinsumExplorer: every pane leads, the others follow or wait, and what is drawn is what numpy and torch compute."""

import itertools
import json
import math

import numpy as np
import pytest
import torch

import widgets_lib as wl
from widgets_lib.compute.einsum import PRESETS, EinsumError
from widgets_lib.compute.einsum.challenges import CHALLENGES


def edit(widget, pane, text):
    widget.set_state({"pane": pane, "text": text})
    assert widget.error == ""


def send(widget, **message):
    widget._on_msg(message, [])


def numbers(panel):
    return [float(value.replace("−", "-")) for value in panel["values"]]


def arrays_of(widget):
    """The operands as they are drawn, whole."""
    panels = widget.picture["operands"]
    return [np.array(numbers(panel)).reshape([len(shown) for shown in panel["shown"]]) for panel in panels]


# ---- what is drawn ----


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_is_drawn_with_what_numpy_computes_of_it(key):
    widget = wl.EinsumExplorer(preset=key)
    picture = widget.picture
    expected = np.einsum(widget.equation, *arrays_of(widget))
    assert numbers(picture["result"]) == expected.reshape(-1).tolist()
    assert picture["steps"]["count"] == math.prod(letter["size"] for letter in picture["letters"])
    assert widget.preset == key and widget.problem == {} and widget.error == ""
    json.dumps(widget.get_state(widget.inputs))


@pytest.mark.parametrize("order", list(itertools.permutations("ikj")))
def test_the_steps_add_up_in_the_order_of_the_loops(order):
    widget = wl.EinsumExplorer("ik,kj->ij", (3, 4), (4, 2), order="".join(order))
    a, b = arrays_of(widget)
    steps, c, sizes = widget.picture["steps"], np.zeros((3, 2)), {"i": 3, "k": 4, "j": 2}
    turns = itertools.product(*(range(sizes[letter]) for letter in order))
    for turn, product, total in zip(turns, steps["products"], steps["sums"], strict=True):
        at = dict(zip(order, turn, strict=True))
        i, j, k = at["i"], at["j"], at["k"]
        c[i, j] += a[i, k] * b[k, j]
        assert (float(product), float(total)) == (a[i, k] * b[k, j], c[i, j])
    assert [line.split()[1] for line in widget.panes["loops"].splitlines() if "for" in line] == list(order)


def test_left_out_indices_are_in_the_sums_and_are_counted():
    a, b = np.arange(5 * 784).reshape(5, 784) % 7, np.arange(784 * 2).reshape(784, 2) % 5
    widget = wl.EinsumExplorer("ik,kj->ij", a, b)
    picture = widget.picture
    assert picture["operands"][0]["shown"] == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 783]]
    assert numbers(picture["result"]) == (a @ b).reshape(-1).tolist()
    assert picture["steps"]["count"] == 5 * 5 * 2
    sums = np.cumsum(a[0] * b[:, 0])
    assert [float(text) for text in picture["steps"]["sums"][:5]] == sums[[0, 1, 2, 3, 783]].tolist()
    assert (picture["listed"], picture["more"]) == (5, "779 more")
    assert picture["note"] == "Drawn in part: 5 of 784 along k."


@pytest.mark.parametrize("shapes", [((10**6, 10**6), (10**6, 10**6)), ((2**40, 784), (784, 2**20))])
def test_a_huge_product_is_drawn_in_part_and_not_computed_where_it_is_too_much(shapes):
    widget = wl.EinsumExplorer("ik,kj->ij", *shapes)
    assert all(len(panel["values"]) == 25 for panel in widget.picture["operands"])
    if shapes[0][1] > 784:
        assert "not computed here" in widget.picture["note"]
        assert set(widget.picture["result"]["values"]) == {"?"} and widget.picture["steps"]["count"] == 0
    else:
        assert "?" not in widget.picture["result"]["values"]


def test_colours_are_rows_blue_columns_vermillion_summed_green_and_no_fourth():
    def tones(*arguments):
        return {letter["name"]: letter["tone"] for letter in wl.EinsumExplorer(*arguments).picture["letters"]}

    assert tones("ik,kj->ij") == {"i": "i", "k": "k", "j": "j"}
    assert tones("bqd,bnd->bqn") == {"b": "p", "q": "i", "d": "k", "n": "j"}
    assert tones("ij->i") == {"i": "i", "j": "k"}
    assert tones("ij->j") == {"i": "k", "j": "j"}
    assert tones("ii->") == {"i": "k"}


def test_roles_are_words_with_marks():
    words = {
        letter["name"]: letter["words"]
        for letter in wl.EinsumExplorer("iij,jk->ik", (3, 3, 1), (4, 2)).picture["letters"]
    }
    assert words == {"i": ["→ kept", "⟍ diagonal"], "j": ["∑ summed", "↔ stretched"], "k": ["→ kept"]}


@pytest.mark.parametrize("make", [np.asarray, torch.as_tensor])
def test_own_arrays_keep_their_numbers_and_their_librarys_arithmetic(make):
    x = make(np.full(10, 200, np.uint8))
    widget = wl.EinsumExplorer("i->", x)
    expected = np.einsum("i->", x) if make is np.asarray else torch.einsum("i->", x)
    assert numbers(widget.picture["result"]) == [float(expected)]  # 208 in numpy, 2000 in torch
    assert widget.library == ("numpy" if make is np.asarray else "torch")
    batch = make(np.arange(24.0).reshape(2, 3, 4))
    widget = wl.EinsumExplorer("bij,bkj->bik", batch, batch)
    expected = np.einsum("bij,bkj->bik", *[np.asarray(batch)] * 2)
    assert numbers(widget.picture["result"]) == expected.reshape(-1).tolist()


def test_empty_axes_scalars_and_many_axes_are_drawn():
    assert wl.EinsumExplorer("ij,jk->ik", (2, 0), (0, 3)).picture["result"]["values"] == ["0"] * 6
    assert wl.EinsumExplorer("i->i", (0,)).picture["summary"].endswith("an axis of size 0 stays empty.")
    assert wl.EinsumExplorer(",->", (), ()).picture["result"]["values"] == ["4"]
    deep = wl.EinsumExplorer("abcdefg->gfedcba", (2, 2, 2, 2, 2, 2, 2)).picture
    assert len(deep["result"]["values"]) < 200


# ---- every pane leads ----


def test_the_others_follow_the_pane_that_is_edited():
    widget = wl.EinsumExplorer()
    edit(widget, "equation", "ik,kj->ji")
    assert "c[j, i] += a[i, k] * b[k, j]" in widget.panes["loops"]
    edit(widget, "loops", widget.panes["loops"].replace("c[j, i]", "c[i, j]").replace("(2, 3)", "(3, 2)"))
    assert widget.equation == widget.panes["equation"] == "ik,kj->ij"
    assert widget.order == "jik"  # the loops of j and i are still the other way round
    edit(widget, "expression", "a @ b.T")
    assert widget.equation == "ik,jk->ij" and widget.shapes == [[3, 4], [2, 4]]
    assert widget.panes["expression"] == "a @ b.T"  # as it was typed
    assert "a[i, k] * b[j, k]" in widget.panes["loops"]
    edit(widget, "shapes", "(5, 1), (2, 4)")
    assert widget.picture["letters"][1]["words"] == ["∑ summed", "↔ stretched"]
    assert "0*k" in widget.panes["loops"]


def test_what_can_not_be_read_leaves_the_rest_and_is_marked_where_it_is_wrong():
    widget = wl.EinsumExplorer()
    before = {name: getattr(widget, name) for name in ("picture", "equation", "shapes", "order")}
    wrong = widget.panes["loops"].replace("+=", "=")
    edit(widget, "loops", wrong)
    assert widget.panes["loops"] == wrong and widget.panes["equation"] == "ik,kj->ij"
    assert {name: getattr(widget, name) for name in before} == before
    (span,) = widget.problem["spans"]["loops"]
    assert wrong[slice(*span)] == "=" and "overwrites" in widget.problem["message"]
    send(widget, repair=0)
    assert "+=" in widget.panes["loops"] and widget.problem == {}


def test_shapes_that_do_not_fit_are_shown_in_the_equation_and_a_repair_takes_them_along():
    widget = wl.EinsumExplorer()
    edit(widget, "shapes", "(3, 4), (3, 2)")
    assert widget.problem["spans"] == {"equation": [[1, 2], [3, 4]]}
    texts = [repair["text"] for repair in widget.problem["repairs"]]
    assert texts
    send(widget, repair=0)
    assert widget.equation == texts[0] and widget.shapes == [[3, 4], [3, 2]] and widget.problem == {}
    for text in ("3, 4", "(3, x), (4, 2)", "()", "(-1, 2), (2, 2)", ""):
        edit(widget, "shapes", text)
        assert widget.problem["pane"] == "shapes" and widget.shapes == [[3, 4], [3, 2]]


def test_example_operands_follow_the_letters_and_given_ones_do_not():
    widget = wl.EinsumExplorer()
    edit(widget, "equation", "abc,cd,d->ab")
    assert [len(shape) for shape in widget.shapes] == [3, 2, 1]
    own = wl.EinsumExplorer("ik,kj->ij", np.eye(3), np.ones((3, 2)))
    edit(own, "equation", "ij->ji")
    assert own.problem["follow"] and own.shapes == [[3, 3], [3, 2]]
    send(own, follow=True)
    assert own.problem == {} and own.equation == "ij->ji" and len(own.shapes) == 1


def test_letters_are_moved_kept_and_summed():
    widget = wl.EinsumExplorer()
    for output, equation in [("ji", "ik,kj->ji"), ("jik", "ik,kj->jik"), ("", "ik,kj->")]:
        send(widget, output=output)
        assert widget.equation == widget.text == equation and widget.pane == "equation"
    send(widget, order="kji")
    assert widget.panes["loops"].splitlines()[1] == "for k in range(4):"
    send(widget, size={"letter": "k", "size": 6})
    assert widget.shapes == [[3, 6], [6, 2]] and widget.order == "kji"
    send(widget, size={"letter": "k", "size": 99})
    assert "can’t be 99" in widget.error
    send(widget, output="zz")
    assert widget.problem["pane"] == "equation"


def test_a_change_starts_the_steps_again_but_the_library_does_not():
    widget = wl.EinsumExplorer()
    widget.step = 5
    send(widget, library="torch")
    assert widget.step == 5 and "torch.zeros" in widget.panes["loops"]
    send(widget, output="ji")
    assert widget.step == 0
    widget.step = 10**6
    assert widget.step == 0


def test_remarks_name_count_and_tell_where_the_libraries_differ():
    widget = wl.EinsumExplorer()
    assert widget.remarks["named"] == {"title": "matrix product", "code": "a @ b"}
    assert widget.remarks["costs"] == (
        "24 multiplications and 24 additions; the expression needs 192 bytes for intermediate results, the loops none."
    )
    edit(widget, "equation", "ik,kj->ijk")
    assert widget.remarks["named"] is None


# ---- challenges ----


@pytest.mark.parametrize("key", CHALLENGES)
def test_a_challenge_is_judged_live_and_stays_solved(key):
    widget, challenge = wl.EinsumExplorer(challenge=key), CHALLENGES[key]
    assert not widget.solved and "Press a letter" in widget.challenge["message"]
    assert bool(widget.target) == challenge.is_picture
    for asked in range(1, len(challenge.hints) + 2):
        send(widget, hint=True)
        assert widget.challenge["hints"] == list(challenge.hints[:asked])
    assert widget.hints == len(challenge.hints) and not widget.challenge["more"]
    edit(widget, "equation", challenge.goal.upper())
    assert widget.solved and widget.challenge["now"] and challenge.goal.upper() in widget.challenge["message"]
    edit(widget, "equation", challenge.start)
    assert widget.solved and not widget.challenge["now"] and "have solved" in widget.challenge["message"]
    send(widget, restart=True)
    assert not widget.solved and widget.hints == 0


def test_a_challenge_names_the_mistake_in_the_text_that_was_edited():
    widget = wl.EinsumExplorer(challenge="rows")
    edit(widget, "expression", "a.sum(0)")
    assert widget.challenge["message"].startswith("The sum goes over the wrong axis. “i” is summed")
    edit(widget, "equation", "ij->j")  # the equation says nothing of axes
    assert widget.challenge["message"].startswith("“i” is summed")
    widget = wl.EinsumExplorer(challenge="batched-outer")
    edit(widget, "expression", "a[:, None, :] * b[:, :, None]")
    assert widget.challenge["message"].startswith("A None is missing, too many or in the wrong place. The right")
    widget = wl.EinsumExplorer(challenge="rows")
    edit(widget, "loops", "b = np.zeros((4,))\nfor i in range(3):\n    for j in range(4):\n        b[j] += a[i, j]")
    assert widget.challenge["message"].startswith("The index of one array is wrong. “i” is summed")
    widget = wl.EinsumExplorer(challenge="picture")
    edit(widget, "expression", "(a * b[:, None]).sum(1)")
    assert not widget.solved and "wrong axis" not in widget.challenge["message"]  # it would tell the answer


def test_a_challenge_is_solved_from_the_loops_and_the_expression_too():
    widget = wl.EinsumExplorer(challenge="rows")
    edit(widget, "expression", "a.sum(0)")
    assert not widget.solved and "“i” is summed" in widget.challenge["message"]
    edit(widget, "expression", "a.sum(1)")
    assert widget.solved


# ---- at the author ----


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: wl.EinsumExplorer("ik,kj->iz"), "“z”"),
        (lambda: wl.EinsumExplorer("ik,kj->ij", (3, 4), (3, 2)), "“k” is 4 in"),
        (lambda: wl.EinsumExplorer("ik", preset="dot"), "give only one of an equation, preset='dot'"),
        (lambda: wl.EinsumExplorer(preset="dots"), "'dots' is not one of matmul"),
        (lambda: wl.EinsumExplorer(challenge="dots"), "'dots' is not one of trace"),
        (lambda: wl.EinsumExplorer("ik,kj->ij", order="ij"), "order names each of the letters"),
        (lambda: wl.EinsumExplorer(np.eye(3)), "the equation is a text"),
    ],
)
def test_a_mistake_in_the_call_is_told_at_the_author(make, words):
    with pytest.raises((ValueError, TypeError)) as raised:
        make()
    assert words in str(raised.value)


def test_an_equation_that_does_not_fit_is_an_einsum_error():
    with pytest.raises(EinsumError) as raised:
        wl.EinsumExplorer("ii->", (3, 4))
    assert raised.value.spans == ((0, 1), (1, 2))
