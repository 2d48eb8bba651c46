"""KernelTrace: what is drawn is what the trace says; the page sends names and numbers, never code."""

import json

import numpy as np
import pytest

import widgets_lib as wl
from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda
from widgets_lib.compute.timing import Stopped
from widgets_lib.widgets.trace import following
from widgets_lib.widgets.trace.windows import MAX_COLUMNS, MAX_ROWS

WAIT_S = 60


def doubled(a, out):
    i = cuda.grid(1)
    if i < out.shape[0]:
        out[i] = 2 * a[i]


def without_guard(a, out):
    i = cuda.grid(1)
    out[i] = a[i]


def endless(out):
    i = cuda.grid(1)
    for k in range(900_000):
        if k == 0:
            out[i] = k


def made(*arguments, **named):
    """A KernelTrace, once its kernel was followed: on a slow machine a thread may be at it."""
    widget = wl.KernelTrace(*arguments, **named)
    assert widget.wait(WAIT_S)
    return widget


def say(widget, **message):
    widget._on_msg(message, [])


def settled(widget, **message):
    """The same, until what was asked for is there."""
    say(widget, **message)
    assert widget.wait(WAIT_S)


# ---- what it is made of ----


@pytest.mark.parametrize("key", gpu.EXAMPLES)
def test_every_preset_is_drawn_in_a_state_that_shows_its_point(key):
    widget = made(preset=key)
    picture = widget.picture
    assert widget.error == "" and 0 < picture["opening"] <= len(picture["steps"]) <= 300
    assert picture["verdict"]["good"] is (key != "race")
    assert len(json.dumps(picture)) < 200_000


@pytest.mark.parametrize("key", gpu.BROKEN)
def test_every_broken_kernel_can_be_looked_at_with_its_fault(key):
    widget = made(preset=key)
    assert widget.picture["faults"] and not widget.picture["verdict"]["good"] and widget.challenge == {}
    assert widget.picture["title"].startswith("broken: ")


def test_a_kernel_of_ones_own_stands_first_in_the_chooser_with_its_own_numbers():
    a, out = np.arange(10.0), np.zeros(10)
    widget = made(doubled, 3, 4, a, out)
    assert [entry["title"] for entry in widget.kernels][:2] == ["doubled", gpu.EXAMPLES["rows"].title]
    assert widget.picture["code"][0]["text"] == "def doubled(a, out):"
    assert widget.picture["verdict"] == {"good": None, "text": "No fault found."}, "nobody said what is right"
    assert not out.any()
    say(widget, choose={"array": "out", "place": 9})
    assert widget.answer["title"] == "out[9] is 18 in the end"
    assert widget.answer["sentences"] == ["Thread 1 of block 2 writes it on line 4."]


def test_a_fault_is_a_pin_on_its_lines_its_threads_and_its_cell():
    widget = made(without_guard, 3, 4, np.arange(10.0), np.zeros(10))
    pins = widget.picture["faults"]
    assert [pin["row"] for pin in pins] == [2, 2] and {pin["kind"] for pin in pins} == {"out-of-bounds"}
    assert widget.picture["block"] == 2, "the block of the first fault is shown"
    assert pins[0]["threads"] == [2, 3] and pins[0]["cell"] == [0, 0, 10], "one beside the edge"
    assert pins[0]["message"].startswith("Thread 2 of block 2 reads a[10] on line 3")
    assert "`if i < a.shape[0]`" in pins[0]["message"]
    assert widget.picture["opening"] == pins[0]["step"] + 1


def test_the_steps_name_warp_line_lanes_and_what_they_cost():
    picture = made(preset="transposed").picture
    assert picture["steps"][0]["text"] == "Warp 0, line 6: 32 lanes read a (4 sectors) and write tile."
    assert picture["steps"][32]["text"].startswith("Barrier on line 7: no thread of the block goes on")
    assert picture["steps"][33]["text"] == "Warp 0, line 9: 32 lanes read tile (32 passes) and write out (4 sectors)."
    assert picture["steps"][33]["reads"] == "reads so far: 1,024 global, 32 shared"


def test_what_tiles_save_is_counted():
    assert made(preset="tiled").picture["reuse"] == (
        "Shared memory saves 3,136 of 3,840 global reads: 704 are left, one for every 5.5."
    )
    assert made(preset="rows").picture["reuse"] == ""


def test_what_is_not_known_is_said():
    assert made().picture["not_known"] == list(gpu.NOT_KNOWN)


def test_lanes_that_are_lost_and_warps_that_rest_are_seen():
    a, b, c = gpu.examples.matrices(5, 3, 10)
    picture = made(gpu.naive, 1, (16, 16), a, b, c).picture
    assert len(picture["threads"]["idle"]) == 256 - 50
    assert picture["steps"][-1]["text"] == "Warp 7 does nothing: none of its threads touches an array."

    def every_other(out):
        i = cuda.grid(1)
        if i % 2:
            out[i] = 1
        else:
            out[i] = 2

    step = made(every_other, 1, 32, np.zeros(32)).picture["steps"][0]
    assert (
        step["lost"] == list(range(0, 32, 2))
        and step["text"] == "Warp 0, line 4: 16 lanes write out (8 sectors). 16 lanes wait."
    )


# ---- large launches ----


def test_a_large_launch_is_drawn_in_part_and_says_so():
    a, b, c = gpu.examples.matrices(100, 300, 90)
    widget = made(gpu.naive, (7, 6), (16, 16), a, b, c)
    assert widget.wait(WAIT_S)
    picture = widget.picture
    assert len(json.dumps(picture)) < 400_000
    assert all(len(array["rows"]) <= MAX_ROWS and array["width"] <= MAX_COLUMNS for array in picture["arrays"])
    assert picture["arrays"][0]["note"] == "rows 0 to 15, columns 0 to 31"
    assert picture["grain"] == "A step is one warp at one line, with all its rounds up to the next barrier."
    assert "blocks of 42 were followed" in picture["notes"][0]
    assert len(picture["blocks"]) == len(widget._found[2].trace.blocks)
    last = max(entry["value"] for entry in picture["blocks"])
    say(widget, block=last)
    assert widget.error == "" and widget.picture["block"] == last == 41
    assert widget.picture["arrays"][2]["note"] == "rows 96 to 99, columns 80 to 89"
    say(widget, block=999)
    assert widget.error == "block 999 was not followed"


def test_what_takes_long_runs_on_a_thread_with_progress_and_can_be_stopped(monkeypatch):
    monkeypatch.setattr(following, "INLINE_S", 0.0)
    monkeypatch.setattr(following, "TELL_S", 0.0)
    widget = made()
    assert widget.wait(WAIT_S) and widget.picture["steps"]
    told = []
    widget.observe(lambda change: told.append(change["new"]), names=["progress"])
    say(widget, kernel="tiled")
    assert widget.picture["code"][1]["text"].strip().startswith("tile_a"), "its text is there at once"
    assert widget.wait(WAIT_S)
    assert widget.picture["title"] == gpu.EXAMPLES["tiled"].title and len(widget.picture["steps"]) == 46
    assert told[0] == {"message": "Following tiles in shared memory", "fraction": None} and told[-1] == {}
    assert any(0 < (each.get("fraction") or 0) < 1 and "s left" in each["message"] for each in told)


def test_a_trace_that_is_stopped_can_be_begun_again(monkeypatch):
    monkeypatch.setattr(following, "INLINE_S", 0.0)
    held = []

    def hold(self, edits, on_progress=None):
        on_progress(1, 1)  # on the main thread: too slow
        held.append(True)
        while True:
            on_progress(1, 2)

    widget = made()
    assert widget.wait(WAIT_S)
    with monkeypatch.context() as patch:
        patch.setattr("widgets_lib.widgets.trace.subjects.Subject.follow", hold)
        say(widget, kernel="tiled")
        assert widget.progress["message"] == "Following tiles in shared memory"
        say(widget, cancel=True)
        assert widget.progress == {} and widget.error.startswith("Stopped.")
    say(widget, kernel="columns")
    assert widget.wait(WAIT_S) and widget.error == "" and len(widget.picture["steps"]) == 18
    say(widget, kernel="tiled")
    assert widget.wait(WAIT_S) and len(widget.picture["steps"]) == 46


def test_without_threads_it_is_followed_all_the_same(monkeypatch):
    def no_thread(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(following, "INLINE_S", 0.0)
    monkeypatch.setattr("threading.Thread.start", no_thread)
    widget = made(preset="tiled")
    assert len(widget.picture["steps"]) == 46 and widget.progress == {}


def test_a_newer_kernel_takes_the_place_of_one_that_is_still_followed(monkeypatch):
    monkeypatch.setattr(following, "INLINE_S", 0.0)
    widget = made()
    for key in ("tiled", "transposed", "columns"):
        say(widget, kernel=key)
    assert widget.wait(WAIT_S)
    assert widget.picture["title"] == gpu.EXAMPLES["columns"].title


# ---- asking ----


def test_a_line_says_its_sectors_its_lanes_and_its_conflicts():
    widget = made(preset="transposed")
    say(widget, choose={"row": 8})
    assert widget.answer["title"] == "Line 9"
    assert widget.answer["sentences"] == [
        "tile is read 1,024 times, in 32 passes a warp: lanes wait for each other at the banks of shared memory.",
        "out is written 1,024 times, 4 sectors of 32 bytes a warp.",
        "On average 32 of 32 lanes take part.",
    ]
    assert widget.answer["rows"] == [8] and len(widget.answer["threads"]) == 256
    say(widget, choose={"row": 0})
    assert widget.answer["sentences"] == ["It touches no array, so a trace does not see who comes to it."]
    say(widget, choose={})
    assert widget.answer == {}


def test_a_line_of_a_product_says_what_would_do():
    a, b, c = np.zeros((50, 24), np.float32), np.zeros((24, 10), np.float32), np.zeros((50, 10))
    widget = made(gpu.naive, (4, 1), (16, 16), a, b, c)
    say(widget, choose={"row": next(at for at, row in enumerate(widget.picture["code"]) if "total +=" in row["text"])})
    assert widget.answer["sentences"][0] == (
        "a is read 12,000 times, 12.5 sectors of 32 bytes a warp; 1.8 would be enough if the bytes lay side by side."
    )
    assert widget.answer["sentences"][2] == "On average 25 of 32 lanes take part and 7 have no work at all."


def test_what_takes_long_to_count_is_counted_on_a_thread(monkeypatch):
    widget = made(preset="transposed")
    settled(widget, choose={"row": 8})
    at_once = widget.answer
    monkeypatch.setattr("widgets_lib.widgets.trace.answers.MANY_ACCESSES", 1)
    widget = made(preset="transposed")
    told = []
    widget.observe(lambda change: told.append(change["new"]), names=["progress"])
    settled(widget, choose={"row": 8})
    assert widget.answer == at_once and told == [{"message": "Counting", "fraction": None}, {}]
    settled(widget, choose={"row": 99})
    assert widget.error == "the kernel has no row 99"
    settled(widget, choose={"row": 8})
    assert widget.answer == at_once and len(told) == 2, "it is remembered"


def test_a_thread_says_what_it_reads_and_makes():
    widget = made()
    say(widget, choose={"thread": 9})
    assert widget.answer["title"] == "Thread (1, 1) of block (0, 0)"
    assert widget.answer["sentences"] == [
        "Lane 9 of warp 0.",
        "It reads a[1, 0], a[1, 1] and 6 more.",
        "It reads b[0, 1], b[1, 1] and 6 more.",
        "It writes c[1, 1].",
    ]
    assert widget.answer["writes"] == [[2, [11]]]
    assert dict(widget.answer["reads"]) == {0: list(range(8, 16)), 1: list(range(1, 80, 10))}


def test_a_cell_says_who_made_it_and_who_reads_it():
    widget = made(preset="tiled")
    say(widget, choose={"array": "tile_a", "place": 12})
    assert widget.chosen == {"array": "tile_a", "cell": 12}
    assert widget.answer["sentences"] == [
        "Thread (1, 4) of block (0, 0) writes it on line 9, 2 times in all.",
        "It is read 16 times, by 8 threads.",
    ]
    say(widget, choose={"array": "a", "place": 0})
    assert widget.answer["sentences"] == ["Nobody writes it.", "It is read 2 times, by 2 threads."]


def test_a_fault_marks_its_lines_and_threads():
    widget = made(preset="race")
    say(widget, choose={"fault": 0})
    assert (
        widget.answer["title"] == "Fault 1" and widget.answer["rows"] == [3, 5] and widget.answer["threads"] == [0, 1]
    )


@pytest.mark.parametrize(
    "chosen",
    [
        {"row": 99},
        {"thread": 64},
        {"thread": -1},
        {"array": "d", "place": 0},
        {"array": "c", "place": 120},
        {"fault": 0},
    ],
)
def test_what_is_not_there_is_said_in_words(chosen):
    widget = made()
    before = widget.picture
    say(widget, choose=chosen)
    assert widget.error and widget.error[0].islower() and "Error" not in widget.error
    assert widget.picture == before and widget.chosen == {}, "so that nothing that follows fails for it"
    say(widget, choose={"row": 5})
    assert widget.error == "" and widget.answer["title"] == "Line 6"


def test_a_race_opens_where_its_two_lines_meet():
    """The tiles are first filled in an interval of their own: the race is in the next one, with the next tiles."""
    picture = made(challenge="barrier").picture
    step = picture["steps"][picture["faults"][0]["step"]]
    assert (step["row"], step["interval"]) == (7, 1) and picture["opening"] == picture["faults"][0]["step"] + 1
    assert any(each["row"] == 11 and each["interval"] == 1 for each in picture["steps"])


# ---- what the page may send ----


@pytest.mark.parametrize(
    "message",
    [{"kernel": "def f(a): pass"}, {"kernel": "guard"}, {"kernel": ""}, {"edit": {"place": 0, "alternative": 0}}],
)
def test_only_names_of_the_list_and_numbers_of_the_catalogue_are_taken(message):
    widget = made()
    say(widget, **message)
    assert widget.error in (
        "there is nothing to mend here",
        f"there is no kernel “{message.get('kernel')}” to choose here",
    )
    assert widget.kernel == "rows"


# ---- challenges ----


def test_a_challenge_is_solved_by_a_choice_and_stays_solved():
    widget = made(challenge="guard")
    assert [entry["key"] for entry in widget.kernels] == ["guard"], "nothing else to choose"
    assert widget.challenge["task"] == gpu.CHALLENGES["guard"].task and not widget.challenge["solved"]
    assert [place["first"] for place in widget.challenge["places"]] == [2, 4, 6]
    settled(widget, edit={"place": 2, "alternative": 0})
    assert widget.challenge["message"].endswith("by then the thread has read outside a and b.")
    assert [place["first"] for place in widget.challenge["places"]] == [2, 4, 6] and widget.solved == []
    assert widget.challenge["places"][2]["last"] == 7
    settled(widget, edit={"place": 2, "alternative": -1})
    assert widget.edits == {"guard": {}}
    settled(widget, edit={"place": 0, "alternative": 0})
    assert widget.challenge["now"] and widget.solved == ["guard"] and widget.kernels[0]["solved"]
    assert [(place["first"], place["last"]) for place in widget.challenge["places"]] == [(2, 4), (6, 6), (8, 8)]
    assert widget.picture["verdict"]["good"] and "return" in widget.picture["code"][3]["text"]
    settled(widget, edit={"place": 0, "alternative": 1})
    assert widget.challenge["message"].endswith("(You have mended this one before.)")
    assert not widget.challenge["now"] and widget.challenge["solved"] and widget.solved == ["guard"]


def test_hints_come_one_by_one_and_then_there_are_no_more():
    widget = made(challenge=["race", "one-block"])
    known = gpu.CHALLENGES["race"].hints
    for asked in range(1, len(known) + 2):
        say(widget, hint=True)
        assert widget.challenge["hints"] == list(known[:asked]) and widget.error == ""
    assert not widget.challenge["more"]
    settled(widget, kernel="one-block")
    assert widget.challenge["hints"] == [] and widget.challenge["more"]


def test_all_challenges_are_one_widget_with_a_state_each():
    widget = made(challenge="all")
    assert [entry["key"] for entry in widget.kernels] == list(gpu.CHALLENGES)
    for key, task in gpu.CHALLENGES.items():
        settled(widget, kernel=key)
        for place, alternative in task.solutions[0].items():
            settled(widget, edit={"place": place, "alternative": alternative})
        assert widget.wait(WAIT_S) and widget.error == ""
    assert widget.solved == list(gpu.CHALLENGES)
    settled(widget, kernel="guard")
    assert widget.challenge["now"], "what was chosen is still there"


def test_an_edit_that_is_not_there_is_said_and_changes_nothing():
    widget = made(challenge="guard")
    settled(widget, edit={"place": 7, "alternative": 0})
    assert widget.error == "the challenge guard has no place 7" and widget.edits == {}


# ---- for the author ----


@pytest.mark.parametrize(
    ("arguments", "named", "words"),
    [
        ((), {"preset": "fast"}, "preset 'fast' is not one of rows, columns, tiled"),
        ((), {"challenge": "hard"}, "challenge 'hard' is not one of guard, axes"),
        ((), {"challenge": []}, "no challenge was named; there is guard"),
        ((), {"challenge": "guard", "preset": "rows"}, "give a kernel, a preset or a challenge, only one"),
        ((doubled,), {}, "a kernel needs blocks and threads"),
        ((doubled, 1), {}, "a kernel needs blocks and threads"),
        (("mine",), {}, "there is no kernel 'mine' of yours; there is none yet"),
        ((doubled, 0, 1, np.zeros(1), np.zeros(1)), {}, "blocks is at least 1, not 0"),
        ((doubled, 1, 4, np.zeros(4)), {}, r"doubled takes 2 arguments \(a, out\) and is given 1"),
        ((lambda a: a, 1, 4, np.zeros(4)), {}, "a kernel is written with def"),
    ],
)
def test_what_is_wrong_is_named_at_the_author(arguments, named, words):
    with pytest.raises((ValueError, TypeError), match=words):
        made(*arguments, **named)


def test_progress_can_end_a_trace_with_barriers_between_two_of_them():
    calls = []

    def stop(done, total):
        calls.append(done)
        raise Stopped

    a, b, c = gpu.examples.matrices(16, 784, 16)
    with pytest.raises(Stopped):
        gpu.trace(gpu.tiled, 1, (16, 16), a, b, c, on_progress=stop)
    assert calls == [0], "at the first barrier, not at the end"
