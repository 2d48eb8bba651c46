"""LoaderWorkers: batches of real digits go to the workers, every change is described and counted, bad images are explained."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

import widgets_lib as wl
from widgets_lib.compute import mnist
from widgets_lib.compute.rng import dataloader, generators


def pictures(widget, name):
    """The pictures of a trait as (rounds, workers, batch size, rows, columns)."""
    return np.frombuffer(getattr(widget, name), np.uint8).reshape(-1, widget.workers, 2, *widget.shape)


def groups(widget):
    """Round by round, batch by batch, the group of each picture's change."""
    return [
        [[change["group"] for change in batch["changes"]] for batch in one["batches"]]
        for one in widget.timeline["rounds"]
    ]


def said(widget):
    return widget.timeline["rounds"][0]["message"]


def test_opens_on_four_batches_with_the_same_changes_one_from_each_worker():
    widget = wl.LoaderWorkers()
    assert groups(widget) == [[[0, 1]] * 4] * 4
    assert said(widget) == (
        "All 4 workers drew the same numbers: one change for every first picture, and one for every second."
    )
    for one in widget.timeline["rounds"]:
        assert len({json.dumps(batch["changes"]) for batch in one["batches"]}) == 1


def test_batches_are_numbered_through_and_each_is_whole_from_one_worker():
    second = wl.LoaderWorkers(workers=3).timeline["rounds"][1]["batches"]
    assert [(batch["name"], batch["worker"]) for batch in second] == [
        ("batch 3", "worker 0"),
        ("batch 4", "worker 1"),
        ("batch 5", "worker 2"),
    ]


def test_the_pictures_are_the_digits_of_the_training_set_in_order():
    before = pictures(wl.LoaderWorkers(), "before")
    assert before.shape == (4, 4, 2, 28, 28)
    np.testing.assert_array_equal(before.reshape(32, 784), mnist.load().x_train[:32] * 256)


def test_a_picture_is_moved_as_the_words_say():
    dot = np.zeros((9, 9))
    dot[4, 4] = 1  # in the middle: turning leaves it there
    widget = wl.LoaderWorkers(dot, reseeding="spawn")
    batches = [batch for one in widget.timeline["rounds"] for batch in one["batches"]]
    for batch, pictured in zip(batches, pictures(widget, "after").reshape(-1, 2, 9, 9), strict=True):
        for change, after in zip(batch["changes"], pictured, strict=True):
            ((row, column),) = np.argwhere(after == 255)
            assert (row - 4, column - 4) == (change["shift_rows"], change["shift_columns"])
            down, right = change["shift_rows"], change["shift_columns"]
            shifts = [f"{abs(down)} {'down' if down > 0 else 'up'}"] if down else []
            shifts += [f"{abs(right)} {'right' if right > 0 else 'left'}"] if right else []
            assert change["shift"] == (", ".join(shifts) or "no shift")
            assert change["turn"] == f"{abs(change['turn_deg']):.1f}° " + (
                "clockwise" if change["turn_deg"] > 0 else "anticlockwise"
            )


@pytest.mark.parametrize("reseeding", ["pid", "urandom", "spawn", "jump"])
def test_reseeded_they_differ_and_the_code_is_shown(reseeding):
    widget = wl.LoaderWorkers()
    widget.reseeding = reseeding
    assert groups(widget) == [[[None, None]] * 4] * 4
    assert said(widget).startswith("4 batches from 4 workers, 4 different changes for their first pictures and 4 for")
    assert "\nrng = " in "\n" + widget.timeline["code"]
    assert ("and can’t be predicted" in widget.timeline["note"]) == (reseeding == "urandom")
    assert ("might give: 1001, 1002, 1003, 1004." in widget.timeline["note"]) == (reseeding == "pid")


@pytest.mark.parametrize("generator", generators.GENERATORS)
def test_what_pytorchs_own_loader_does_is_told_of_each_generator(generator):
    widget = wl.LoaderWorkers(generator=generator, reseeding="pid")
    note = widget.timeline["note"]
    assert note.startswith(
        "PyTorch’s `DataLoader(pictures, batch_size=2, num_workers=4)` takes each whole batch from one"
    )
    assert ("reseeds this generator in every worker" in note) == (generator in dataloader.GLOBALS)
    assert ("a generator of your own" in note) == (generator not in dataloader.GLOBALS)
    assert ("the first turns hardly differ" in note) == (generator == "wichmann-hill")
    turns = [batch["changes"][0]["turn_deg"] for batch in widget.timeline["rounds"][0]["batches"]]
    assert (max(turns) - min(turns) < 1) == (generator == "wichmann-hill")


def test_a_reseeding_that_can_not_be_done_says_why():
    widget = wl.LoaderWorkers(generator="python")
    assert [one["key"] for one in widget.reseedings if one["reason"]] == ["jump"]
    widget.reseeding = "jump"
    assert "no jumpahead" in widget.timeline["unavailable"] and widget.timeline["rounds"] == [] and widget.error == ""


def test_torch_draws_what_torch_draws():
    widget = wl.LoaderWorkers(generator="torch")
    turn = widget.timeline["rounds"][0]["batches"][3]["changes"][0]["turn_deg"]
    assert turn == pytest.approx(40 * torch.rand(1, generator=torch.Generator().manual_seed(0)).item() - 20)


def test_one_worker_has_no_other_to_repeat_it():
    assert said(wl.LoaderWorkers(workers=1)).startswith("1 batch from 1 worker: there is no other to repeat")


@pytest.mark.parametrize(
    "images",
    [
        np.full((2, 28, 28), 128, np.uint8),
        np.full(784, 128, np.uint8),
        torch.full((2, 28, 28), 0.5).to(torch.bfloat16),
        Image.new("L", (28, 28), 128),
        np.full((2, 784), 128 / 255),
        torch.full((2, 28, 28), 128.0),
        np.full((28, 28), 128),
        np.full((28, 28), 128 / 255, np.float32).tolist(),
    ],
    ids=["uint8", "flat", "bfloat16", "PIL", "rows of 784", "torch", "one", "lists"],
)
def test_takes_the_learners_own_images(images):
    widget = wl.LoaderWorkers(images)
    assert widget.shape == (28, 28) and set(widget.before) == {128} and len(widget.before) == 4 * 4 * 2 * 784


def test_images_are_put_into_batches_in_order_and_again_when_they_run_out():
    images = np.arange(3, dtype=np.uint8).reshape(3, 1, 1) + 2
    widget = wl.LoaderWorkers(images, workers=2)
    assert list(widget.before)[:6] == [2, 3, 4, 2, 3, 4]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"images": np.zeros((4, 65, 65))}, ValueError, "images: 65 × 65 pixels are too many.* at most 64 × 64"),
        ({"images": np.zeros(300)}, ValueError, "300 values fold into no square"),
        ({"images": np.zeros((28, 28, 3))}, ValueError, "in colour"),
        ({"images": (torch.zeros(28, 28), 5)}, TypeError, r"dataset\[0\]\[0\]"),
        ({"images": torch.eye(28).to_sparse()}, TypeError, "to_dense"),
        ({"images": np.zeros((0, 28, 28))}, ValueError, r"no pixels in the shape \(0, 28, 28\)"),
        ({"images": [[0.0, float("nan")]]}, ValueError, "nan or infinite"),
        ({"images": [[-1.0, 2.0]]}, ValueError, "not from -1 to 2"),
        ({"images": [["a", "b"]]}, TypeError, "'a' .str. is not a number"),
        ({"images": [[1, 2], [3]]}, ValueError, "row 1 has 1 value and row 0 has 2 values"),
        ({"workers": 1000}, ValueError, "at most 8, not 1,000"),
        ({"workers": 0}, ValueError, "at least 1, not 0"),
        ({"reseeding": "prayer"}, ValueError, "no reseeding 'prayer'"),
        ({"generator": "dice"}, ValueError, "no generator 'dice'"),
        ({"colour": "red"}, TypeError, "colour"),
    ],
)
def test_a_bad_argument_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        wl.LoaderWorkers(**arguments)


def test_bad_input_from_the_view_is_explained_and_nothing_is_lost():
    widget = wl.LoaderWorkers()
    before = widget.timeline
    widget.set_state({"workers": 1000})
    assert "at most 8, not 1,000" in widget.error and widget.timeline == before
    widget._run_guarded(widget._on_custom_msg, {"restart": True}, [])
    assert (widget.workers, widget.error) == (4, "")


def test_start_again_goes_back_to_what_was_given():
    widget = wl.LoaderWorkers(reseeding="spawn", workers=3)
    first = widget.timeline
    widget.reseeding, widget.workers = "none", 5
    widget._on_custom_msg({"restart": True}, [])
    assert (widget.reseeding, widget.workers) == ("spawn", 3) and widget.timeline == first


def test_pictures_and_timeline_come_in_one_message(monkeypatch):
    """A view between two messages would draw an old timeline on new pictures."""
    widget = wl.LoaderWorkers(workers=5)
    sent = []
    monkeypatch.setattr(widget, "send_state", lambda key=None: sent.append({key} if isinstance(key, str) else set(key)))
    widget.set_state({"workers": 4})
    assert [keys for keys in sent if keys & {"before", "after", "timeline"}] == [
        keys for keys in sent if {"before", "after", "timeline"} <= keys
    ]
    assert any("timeline" in keys for keys in sent)
