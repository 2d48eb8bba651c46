"""A visitor who uses every widget of a lesson: whatever a learner may do in each, one after the other."""

import re
from functools import partial
from pathlib import Path

from tests.support.catalog import widgets
from tests.widgets.test_restore import DOINGS

OWN = re.compile(r"^Private_\w+:\s+(\d+)", re.MULTILINE)
# What takes a process or a measurement, which the table of doings leaves out.
FORK = {"generator": "python", "children": 2, "draws_before": 1, "draws_after": 2, "reseeding": "none", "seed": "42"}
IN_EARNEST = {
    "ForkSimulator": {"message": {"run": FORK}},
    "MatmulLadder": {"message": {"run": "ladder"}},
    "Roofline": {"message": {"measure": "again"}},
}


def own_mb(pid):
    """What a process alone holds of memory: it is free when the process has ended."""
    return sum(map(int, OWN.findall(Path(f"/proc/{pid}/smaps_rollup").read_text()))) / 1024


def use_every_widget(visitor, seconds=120):
    """Does in each widget of the lesson what may be done; returns the names of their classes.

    Sliders and buttons that are no widgets of the course are moved and pressed as well.
    """
    used = []
    for model, state in visitor.states().items():
        name = _class_of(state)
        doings = _doings(name, state)
        for doing in doings:
            visitor.until_idle(_do(visitor, model, doing), seconds)
        if name in IN_EARNEST:
            _do(visitor, model, IN_EARNEST[name])
            visitor.receive(partial(_is_done, model), seconds)
        if name and doings:
            used.append(name)
    return used


def _do(visitor, model, doing):
    if "message" not in doing:
        return visitor.move(model, **doing)
    data = {"method": "custom", "content": doing["message"]}
    return visitor.send("comm_msg", {"comm_id": model, "data": data})


def _is_done(model, message):
    """Whether the widget says that nothing goes on any more."""
    content = message["content"]
    return content.get("comm_id") == model and not content.get("data", {}).get("state", {}).get("progress", True)


def _class_of(state):
    """The name of the course's widget that has this state; None for another."""
    module = Path(state.get("_view", {}).get("module", "") if isinstance(state.get("_view"), dict) else "").name
    stem = re.match(r"\w*", module)[0]
    return next((name for name, widget in widgets().items() if widget._stem.name == stem), None)


def _doings(name, state):
    if name == "Variants":
        return [{"chosen": variant["name"]} for variant in state["variants"]]
    if name == "Predict" and state["choices"]:
        return [{"given": choice} for choice in state["choices"]]
    if name:
        return DOINGS[name]
    if state.get("_model_name") == "ButtonModel":
        return [{"message": {"event": "click"}}]
    if state.get("_model_name") in ("IntSliderModel", "FloatSliderModel"):
        return [{"value": state["max"]}, {"value": state["min"]}]
    return []
