"""BackwardStepper: what it draws and says at each step, and inputs that are edited."""

import re

import pytest

import widgets_lib as wl
from widgets_lib.compute.learning import graphs


def moments(widget):
    return widget.picture["moments"]


def type_in(widget, name, text):
    widget._on_msg({"set": {"name": name, "text": text}}, [])


def number(text):
    return float(text.strip("()").replace("−", "-"))


@pytest.mark.parametrize("key", graphs.EXPRESSIONS)
def test_every_equation_is_right(key):
    """The arithmetic of each step, read from its text: to the three digits that are shown."""
    widget = wl.BackwardStepper(key)
    for moment in moments(widget)[1:]:
        *_, written, result = moment["equation"]
        if moment["kind"] == "backward":
            operation = re.fullmatch(r"(\S+) ([×+]) (\S+)", written)
            a, b = number(operation[1]), number(operation[3])
            computed = a * b if operation[2] == "×" else a + b
            assert computed == pytest.approx(number(result), rel=0.02, abs=0.01), moment["equation"]
            assert moment["grads"][widget.picture["arrows"][moment["arrows"][0]]["source"]] == result
    assert moments(widget)[-1]["grads"].count(None) == 0


def test_each_step_lights_its_lines_of_code():
    widget = wl.BackwardStepper("line")
    code = widget.picture["code"]
    lit = [[code[line] for line in moment["lines"]] for moment in moments(widget)]
    assert lit[0] == [] and lit[1] == ["p = w * x"] and lit[5] == ["loss.grad = 1"]
    assert lit[6] == ["loss = e**2", "        edge.source.grad += value.grad * edge.local"]
    assert widget.picture["opening"] == 5


def test_a_step_is_said_in_words():
    said = [moment["said"] for moment in moments(wl.BackwardStepper("twice"))]
    assert said[1].startswith(
        "Forward: `q = x**2`. Each arrow keeps how fast q changes with its operand: ∂q/∂x = 2 · x = 3."
    )
    assert (
        said[5]
        == "Now backward. `loss` changes exactly as fast as itself, so its gradient with respect to itself is 1."
    )
    assert said[-1] == (
        "Backward from q to x: its gradient 1.5 times the local gradient ∂q/∂x = 2 · x = 3 is 4.5. Another arrow had "
        "brought −0.75 before: the two add up. All gradients are there: press an input to see what its own means."
    )  # fmt: skip


def test_an_input_is_edited_and_each_expression_keeps_its_own():
    widget = wl.BackwardStepper("line", w=2)
    assert widget.picture["nodes"][0]["typed"] == "2"
    type_in(widget, "w", " −1/2 ")
    assert widget.error == "" and widget.values == {"line": {"w": -0.5}}
    assert widget.picture["nodes"][0] | {"nudged": ""} == {
        **{"name": "w", "column": 0, "row": 0, "value": "−0.5", "typed": "−0.5", "nudged": ""}
    }
    assert (
        "`loss` goes from 36 to 35.976: it changes −24 times as much, and the gradient of w is −24."
        in (widget.picture["nodes"][0]["nudged"])
    )
    widget.expression = "relu"
    type_in(widget, "w", "2")
    widget.expression = "line"
    assert widget.picture["nodes"][0]["typed"] == "−0.5"
    widget._on_msg({"restart": True}, [])
    assert widget.values == {"line": {"w": 2}} and widget.expression == "line"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("three", "s0: “three” can’t be read as a number: write 1000, 0.5 or 1/3"),
        ("", "s0: no number was typed"),
        ("800", "e0: exp(800) is too large for a float"),
        ("1e6", "s0 is a number from −1,000 to 1,000, such as 0.5, not 1000000.0"),
        ("-999", "l: log(0) has no value: only numbers above 0 have a logarithm"),
    ],
)
def test_a_bad_number_is_answered_in_words_and_changes_nothing(text, words):
    widget = wl.BackwardStepper("softmax")
    before = widget.picture
    type_in(widget, "s0", text)
    assert widget.error.startswith(words) and widget.values == {} and widget.picture == before
    type_in(widget, "s0", "0")
    assert widget.error == ""


def test_an_input_that_is_not_there_and_bad_arguments_are_named():
    widget = wl.BackwardStepper()
    type_in(widget, "w9", "1")
    assert widget.error == "these are not inputs of “a neuron and its loss”: {'w9': 1.0}"
    with pytest.raises(ValueError, match="“line” has no input 'w1', but w, x, b, y"):
        wl.BackwardStepper("line", w1=1)
    with pytest.raises(ValueError, match="no expression 'cube'"):
        wl.BackwardStepper("cube")
    with pytest.raises(ValueError, match=r"such as 0\.5, not nan"):
        wl.BackwardStepper("line", w=float("nan"))
