"""ContractionPath: an order is made pair by pair, compared and timed."""

import sys

import numpy as np
import opt_einsum
import pytest

import widgets_lib as wl
from widgets_lib.compute.timing import Timing
from widgets_lib.widgets.contraction import clock

BIG = ("ij,jk,k->i", (2000, 2000), (2000, 2000), (2000,))


def rows(widget):
    return {row["key"]: row for row in widget.picture["orders"]}


def said(widget):
    return widget.picture["words"]["said"]


def send(widget, **message):
    widget._on_msg(message, [])


def test_it_opens_with_nothing_contracted_and_the_best_order_untold():
    widget = wl.ContractionPath(*BIG)
    assert [node["letters"] for node in widget.picture["nodes"]] == ["ij", "jk", "k"]
    assert [node["title"] for node in widget.picture["nodes"]] == ["a", "b", "c"]
    assert list(rows(widget)) == ["at once", "left to right"]
    assert said(widget).startswith("Drag one array onto another")


def test_operands_have_the_names_that_they_are_given():
    widget = wl.ContractionPath(*BIG, names=("A", "B", "w"))
    assert [node["title"] for node in widget.picture["nodes"]] == ["A", "B", "w"]
    send(widget, contract=[0, 1])
    assert widget.picture["nodes"][3]["name"].startswith("the product of A and B")
    assert "A and B make ik" in widget.picture["words"]["label"]
    for names in (("A", "B"), ("A", "B", 3)):
        with pytest.raises(ValueError, match="for 3 operands: one text each"):
            wl.ContractionPath(*BIG, names=names)


def test_bars_are_as_long_as_their_operations_are_many():
    widget = wl.ContractionPath(*BIG)
    assert [row["share"] for row in widget.picture["orders"]] == [1, pytest.approx(16 / 24, rel=1e-3)]
    send(widget, contract=[0, 1])
    assert rows(widget)["optimal"]["share"] == pytest.approx(16e6 / 24e9, rel=1e-3)


@pytest.mark.parametrize("equation", ["ij,jk,k->i", "ab,bc,cd->ad", "bij,bjk->bik", "i,j->", "zy,yx,z->zx"])
def test_a_letter_has_the_colour_that_it_has_in_the_explorer(equation):
    widget, explorer = wl.ContractionPath(equation), wl.EinsumExplorer(equation)
    colours = {letter["name"]: letter["tone"] for letter in explorer.picture["letters"]}
    for pair in [each["pair"] for each in widget.picture["choices"]][:1]:
        send(widget, contract=pair)
    for node in widget.picture["nodes"]:
        assert node["tones"] == [colours[letter] for letter in node["letters"]]


def test_the_costs_are_opt_einsums():
    widget = wl.ContractionPath(*BIG)
    send(widget, contract=[0, 1])
    assert widget.pairs == [[0, 1], [2, 3]]  # the last two follow
    _, slow = opt_einsum.contract_path(BIG[0], *BIG[1:], shapes=True, optimize=[(0, 1), (0, 1)])
    _, best = opt_einsum.contract_path(BIG[0], *BIG[1:], shapes=True, optimize="optimal")
    assert rows(widget)["own"]["exact"] == f"{int(slow.opt_cost):,} operations"
    assert rows(widget)["optimal"]["exact"] == f"{int(best.opt_cost):,} operations"
    assert said(widget) == (
        "Your order takes 16.0 billion operations, 1,000 times as many as the best. "
        "Its largest array holds 4,000,000 numbers instead of 2,000."
    )
    assert rows(widget)["left to right"]["same"] and not rows(widget)["optimal"]["same"]


def test_another_pair_replaces_the_order_and_the_best_is_praised():
    widget = wl.ContractionPath(*BIG, order=[(0, 1), (0, 1)])
    send(widget, contract=[2, 1])
    assert widget.pairs == [[1, 2], [0, 3]]
    assert "no order of pairs takes fewer" in said(widget)


def test_an_order_can_be_taken_over_taken_apart_and_started_again():
    widget = wl.ContractionPath("ab,bc,cd,de->ae", (2, 3), (3, 4), (4, 5), (5, 6))
    send(widget, take="left to right")
    assert widget.pairs == [[0, 1], [2, 4], [3, 5]]
    send(widget, apart=5)
    assert widget.pairs == [[0, 1]]
    send(widget, restart=True)
    assert widget.pairs == [] and widget.error == ""


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_timing_measures_each_order_once_on_the_learners_arrays(library, monkeypatch):
    torch = pytest.importorskip("torch")
    make = np.ones if library == "numpy" else torch.ones
    widget = wl.ContractionPath("ij,jk,k->i", make((20, 30)), make((30, 40)), make(40), order=[(0, 1), (0, 1)])
    assert widget.picture["words"]["operands"] == ""
    send(widget, time=True)
    assert widget.wait(60) and widget.error == "" and widget.progress == {}
    assert widget.picture["words"]["operands"] == f"Timed with your own arrays, in {library}."
    timed = rows(widget)
    assert timed["own"]["timed"] and timed["optimal"]["timed"]
    assert timed["own"]["time"] == timed["left to right"]["time"]
    assert timed["at once"]["timed"] == (library == "numpy")


def test_what_would_take_too_long_is_said_and_not_tried():
    widget = wl.ContractionPath("ij,jk,kl->il", *[(10_000, 10_000)] * 3, order=[(0, 1), (0, 1)])
    send(widget, time=True)
    assert widget.wait(60)
    assert rows(widget)["own"]["time"] == "not timed: it would take too long" and not rows(widget)["own"]["timed"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ij->ji", (2, 3)), "has 1 operand; give 2 to 8"),
        ((",".join(["ab"] * 9) + "->ab",), "has 9 operands"),
        (("ij,jk->ik", (2, 3), (4, 5)), "j"),
        (("i...,i->i",), "give the operands or their shapes"),
        (("ij,jk>ik",), "arrow|->|>"),
    ],
)
def test_what_it_cannot_be_made_of_is_refused_at_the_author(arguments, words):
    with pytest.raises(ValueError, match=words):
        wl.ContractionPath(*arguments)


def test_an_order_that_is_none_is_refused():
    with pytest.raises(ValueError, match="two arrays at a time, not 3"):
        wl.ContractionPath(*BIG, order=[(0, 1, 2)])
    with pytest.raises(ValueError, match="step 1"):
        wl.ContractionPath(*BIG, order=[(0, 1), (0, 5)])


@pytest.mark.parametrize(
    "message", [{"contract": [0, 9]}, {"contract": [1, 1]}, {"apart": 0}, {"apart": 99}, {"take": "at once"}]
)
def test_what_a_page_cannot_mean_is_answered_in_words_and_changes_nothing(message):
    widget = wl.ContractionPath(*BIG)
    before = widget.picture
    widget._on_msg(message, [])
    assert widget.error and widget.pairs == [] and widget.picture == before


@pytest.mark.parametrize("pairs", [[{"a": 1}], [3], [["x", "y"]], [None], [[0.5, 1]], [[0, 1], [0, 1]], [[[0], 1]]])
def test_pairs_that_are_none_are_answered_in_words(pairs, caplog):
    widget = wl.ContractionPath(*BIG)
    widget.set_state({"pairs": pairs})
    assert widget.error and not caplog.records


def test_what_was_kept_comes_back_and_nonsense_does_not():
    widget = wl.ContractionPath(*BIG)
    assert widget.restore({"pairs": [[1, 2], [0, 3]]}) and widget.picture["complete"]
    other = wl.ContractionPath(*BIG)
    assert not other.restore({"pairs": [[0, 1], [0, 1]]})
    assert other.pairs == [] and not other.picture["complete"]


def test_in_a_browser_it_says_so_and_tries_less(turns, monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    widget = wl.ContractionPath("ij,jk,k->i", (2000, 2000), (2000, 2000), (2000,), order=[(1, 2), (0, 1)])
    send(widget, time=True)
    assert widget.progress == {"message": "Timing"}
    turns.finish()
    assert widget.error == "" and widget.progress == {}
    assert rows(widget)["left to right"]["time"] == "not timed: it would take too long in a browser"
    assert rows(widget)["own"]["timed"]
    assert widget.picture["words"]["operands"].endswith("in numpy, in your browser.")


def test_a_time_that_is_only_a_bound_says_so(monkeypatch):
    monkeypatch.setattr(clock.timing, "measure", lambda *args, **options: Timing(1.63e-3, disturbed=True))
    widget = wl.ContractionPath("ij,jk,k->i", (3, 4), (4, 5), (5,), order=[(0, 1), (0, 1)])
    send(widget, time=True)
    assert widget.wait(60) and rows(widget)["own"]["time"] == "≤ 1.63 ms"
