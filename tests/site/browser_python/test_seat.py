"""The seat: a widget is made at its first message, answers in few messages, and says in words what is wrong."""

import base64
import json

import pytest
import seat

import widgets_lib as wl
from widgets_lib.widgets import _recipes, _tasks
from widgets_lib.widgets.trace import following

TIMES = {
    "processor": "a machine",
    "date": "2026-11-26",
    "records": [
        [key, 5, 784, 10, {
            "event": "result", "threads": 2, "correct": True, "checked_rows": 5, "gflops": 1.0, "seconds": seconds,
            "spread": 0.1, "repeats": 3, "rows": 5, "measured_rows": 5, "extrapolated": False, "at_least": False,
            "at_most": False, "noisy": False, "first_call_s": 0.0, "text": "1 s",
        }]
        for key, seconds in (("python", 0.3), ("matmul", 1e-5))
    ],
}  # fmt: skip

THERE = "measured on a machine, 26 November 2026"


def entry(cls, *args, kept=None, **kwargs):
    recipe = _recipes.dumps(cls, *cls.recipe_arguments(args, kwargs))
    return {"recipe": base64.b64encode(recipe).decode(), "kept": kept or {}}


class Page:
    """What a page hears."""

    def __init__(self, **widgets):
        self.posted, self.later = [], []
        seat.start(json.dumps({"book": TIMES, "widgets": widgets}), self.post)
        _tasks.call_later = self.later.append

    def post(self, model_id, text, buffers, in_place):
        self.posted.append((model_id, json.loads(text), buffers[:in_place], buffers[in_place:]))

    def say(self, model_id, **message):
        self.posted.clear()
        seat.hear(model_id, json.dumps(message))
        return [message for _, message, *_ in self.posted]

    def turns(self):
        while self.later:
            self.later.pop(0)()


def test_a_widget_is_made_at_its_first_message_and_answers_in_one():
    page = Page(a=entry(wl.StrideExplorer), b=entry(wl.LoopStepper, strategy="dot"))
    assert page.posted == [] and seat.kept("a") is None
    (answer,) = page.say("a", custom={"move": "transpose", "number": 3})[:1]
    assert answer["state"]["stride"] == [1, 0] and {"picture", "moves", "history"} <= set(answer["state"])
    assert page.say("b", state={"m": 2}) == []  # the page has just set it
    assert seat.kept("a") == "{}"


def test_what_has_changed_goes_before_a_message_of_the_widgets_own():
    page = Page(a=entry(wl.StrideExplorer))
    said = page.say("a", custom={"move": "transpose", "number": 3})
    assert [*map(list, said)] == [["state"], ["custom"]] and said[-1]["custom"] == {"done": 3}


def test_bytes_go_beside_the_text_and_come_back():
    page = Page(a=entry(wl.LoaderWorkers, workers=1))
    page.say("a", state={"workers": 2})
    (_, message, in_place, others) = next(posted for posted in page.posted if "after" in posted[1].get("state", {}))
    assert message["state"]["before"] == {"$buffer": 0} or message["state"]["after"] == {"$buffer": 0}
    assert {len(part) for part in in_place} == {4 * 2 * 2 * 28 * 28} and others == []


def test_bad_input_is_answered_in_words():
    page = Page(a=entry(wl.LoopStepper))
    (answer,) = page.say("a", state={"m": 99})
    assert "99" in answer["state"]["error"]


def test_what_can_not_be_made_says_so_in_its_place(caplog):
    page = Page(a={"recipe": base64.b64encode(b"nonsense").decode()}, b=entry(wl.DigitViewer, "no picture"))
    for model_id in "ab":
        (answer,) = page.say(model_id, custom={"view": 1})
        assert answer["state"]["error"].startswith("This widget can’t be brought to life here: ")
    assert "was not made" in caplog.text


def test_view_restore_and_restart_are_answered():
    page = Page(a=entry(wl.LoopStepper))
    assert page.say("a", custom={"view": 1}) == [{"state": {"error": ""}}]
    said = page.say("a", custom={"restore": {"m": 2, "strategy": "outer"}})
    assert said[-1] == {"custom": {"restored": True}} and said[0]["state"] == {"m": 2, "strategy": "outer"}
    assert page.say("a", custom={"restart": True})[0]["state"] == {"m": 3, "strategy": "ijk"}


def test_a_new_python_goes_on_where_the_page_is():
    first = Page(a=entry(wl.StrideExplorer))
    first.say("a", custom={"move": "transpose"})
    inputs = first.posted[0][1]["state"]
    again = {**entry(wl.StrideExplorer), "inputs": {name: inputs[name] for name in ("stride", "history")}}
    said = Page(a=again).say("a", custom={"view": 1})
    assert said[0]["state"]["picture"] == inputs["picture"]


def test_inputs_that_do_not_fit_leave_the_widget_as_it_was_made_and_say_so():
    page = Page(a={**entry(wl.LoopStepper), "inputs": {"m": 99}})
    states = [message["state"] for message in page.say("a", custom={"view": 1})]
    assert states[0]["m"] == 3 and "could not be brought back" in states[-1]["error"]


# ---- the ladder ----


def rows(page, said):
    state = {}
    for message in said:
        state.update(message.get("state", {}))
    return state


def test_a_ladder_plays_back_what_was_measured_and_measures_numpy_here_turn_by_turn():
    page = Page(a=entry(wl.MatmulLadder, show=("python", "numpy", "matmul", "numba"), budget_s=0.01))
    page.say("a", custom={"view": 1})
    first = page.say("a", custom={"run": "ladder"})
    assert {key for key, row in rows(page, first)["results"].items() if "seconds" in row} == {"python"}
    page.posted.clear()
    page.turns()
    found = rows(page, [message for _, message, *_ in page.posted])
    places = {key: row["notes"][-1] for key, row in found["results"].items()}
    assert places == {"python": THERE, "matmul": THERE, "numpy": "in your browser"}
    assert found["results"]["matmul"]["speedup"] == "30,000×" and found["results"]["numpy"]["speedup"] == ""
    assert found["progress"] == {}


def test_a_rung_without_a_time_is_greyed_with_a_sentence():
    page = Page(a=entry(wl.MatmulLadder))
    page.say("a", custom={"view": 1})
    said = rows(page, page.say("a", state={"m": 6}))["rungs"]
    reasons = {rung["key"]: rung["unavailable"] for rung in said}
    assert reasons["numpy"] == reasons["python-lists"] == ""
    assert reasons["matmul"].endswith("The machine that made this page has its times for 5 × 784 × 10.")
    assert reasons["numba"].startswith("It does not run in a browser, and the machine that made this page has no time")
    refused = rows(page, page.say("a", custom={"run": "matmul"}))
    assert "matmul can’t run here" in refused["error"]


def test_what_is_kept_of_a_ladder_brings_its_times_and_the_learners_rungs_back():
    row = {"state": "measured", "seconds": 1.0, "time": "1 s", "notes": ["measured on a machine"], "noisy": False}
    kept = {"learners": [{"key": "mine", "code": "def mine(a, b): ..."}], "found": [[5, 784, 10, {"mine": row}]]}
    page = Page(a=entry(wl.MatmulLadder, show=("mine", "numpy"), kept=kept))
    state = rows(page, page.say("a", custom={"view": 1}))
    assert json.loads(seat.kept("a")) == kept
    assert state["results"]["mine"]["time"] == "1 s"
    assert rows(page, page.say("a", custom={"run": "mine"}))["error"].count("can’t be run in this page") == 1


# ---- variants ----


def test_variants_play_back_what_came_out_when_the_page_was_made():
    codes = {"one": "nobody_has_this", "two": "torch.rand(1)"}
    outcomes = {
        "one": [{"result": {"text": "1", "failed": False, "line": 0}, "said": ""}],
        "two": [{"result": {"text": text, "failed": False, "line": 0}, "said": ""} for text in ("0.5", "0.7")],
    }
    page = Page(a=entry(wl.Variants, codes, repeat=True, kept={"outcomes": outcomes, "is_run": True}))
    said = page.say("a", state={"chosen": "two"})
    assert rows(page, said)["result"]["text"] == "0.5"
    again = rows(page, page.say("a", custom={"again": True}))
    assert again["result"]["text"] == "0.7" and again["said"].startswith("This page can’t run the code")
    assert rows(page, page.say("a", custom={"again": True}))["result"]["text"] == "0.5"


@pytest.mark.parametrize("generator", ["torch", "python", "numpy-generator"])
def test_a_fork_is_predicted_and_a_real_one_says_why_not(generator):
    page = Page(a=entry(wl.ForkSimulator, generator))
    state = rows(page, page.say("a", state={"seed": "7"}))
    assert len(state["timeline"]["lanes"]) == 3
    run = {"generator": generator, "children": 2, "draws_before": 2, "draws_after": 4, "reseeding": "none", "seed": "7"}
    assert "There is no fork" in rows(page, page.say("a", custom={"run": run}))["error"]


# ---- a long trace ----


def test_how_far_a_trace_is_is_told_while_it_is_followed(monkeypatch):
    monkeypatch.setattr(following, "INLINE_S", 0.0)
    monkeypatch.setattr(following, "TELL_S", 0.0)
    page = Page(a=entry(wl.KernelTrace))
    page.say("a", custom={"view": 1})
    page.turns()
    said = [message["state"] for message in page.say("a", custom={"kernel": "tiled"})]
    assert said[-1]["progress"] == {"message": "Following tiles in shared memory", "fraction": None}
    page.posted.clear()
    page.turns()
    states = [message["state"] for _, message, *_ in page.posted]
    told, result = states[:-1], {}
    while told and [*told[-1]] != ["progress"]:
        result |= told.pop()
    result |= states[-1]
    assert len(told) > 2 and all([*state] == ["progress"] and state["progress"]["message"] for state in told)
    assert result["progress"] == {} and len(result["picture"]["steps"]) == 46
