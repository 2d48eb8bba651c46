"""The broken kernels to mend: each fails as named, each solution mends it, and every wrong choice is told why."""

import itertools

import numpy as np
import pytest

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda, float32

CHALLENGES = gpu.CHALLENGES
SOLUTIONS = [(key, choice) for key, task in CHALLENGES.items() for choice in task.solutions]
WRONG = [
    (key, place, alternative)
    for key, task in CHALLENGES.items()
    for place, at in enumerate(task.places)
    for alternative in range(len(at.alternatives))
    if {place: alternative} not in task.solutions
]
# What the trace says of each wrong choice, made alone: the fault, or what is wrong with the result.
CONSEQUENCES = {
    ("guard", 0, 1): "reads a[12, 0] on line 7: axis 0 of a ends at 11. 10 other threads also read past the end of a.",
    ("guard", 0, 2): "reads b[0, 10] on line 7: axis 1 of b ends at 9. 19 other threads also read past the end of b.",
    ("guard", 0, 3): "reads b[0, 10] on line 7: axis 1 of b ends at 9. 71 other threads also read past the end of b.",
    ("guard", 1, 0): "reads a[12, 0] on line 5",
    ("guard", 1, 1): "reads a[0, 6] on line 5: axis 1 of a ends at 5. 255 other threads also read past the end of a.",
    ("guard", 2, 0): "reads a[12, 0] on line 5",
    ("guard", 2, 1): "There are 2 other faults",
    ("axes", 0, 0): "Thread (0, 2) of block (0, 1) reads b[0, 10] on line 6",
    ("axes", 0, 1): "both write the same value into c[0, 0] on line 7: blocks run in any order",
    ("axes", 1, 1): "reads b[0, 10] on line 6: axis 1 of b ends at 9. 23 other threads also read past the end of b.",
    ("axes", 1, 2): "No thread does anything forbidden, but c[10, 0] was never written; 20 of 120 cells are wrong.",
    ("axes", 2, 0): "writes c[0, 10] on line 7",
    ("axes", 3, 0): "reads b[0, 10] on line 6: axis 1 of b ends at 9. 19 other threads also read past the end of b.",
    ("barrier", 0, 0): "reads tile_a[0, 0] on line 13 and thread (0, 0) of block (0, 0) writes it on line 9",
    ("barrier", 1, 0): "reads tile_a[0, 0] on line 13 and thread (0, 0) of block (0, 0) writes it on line 8",
    ("barrier", 1, 1): "There are 2 other faults",
    ("barrier", 3, 0): "reads tile_a[0, 0] on line 12 and thread (0, 0) of block (0, 0) writes it on line 8",
    ("barrier", 3, 1): "There are 2 other faults",
    ("race", 0, 0): "Threads 0 and 1 of block 0 both write out[0] on line 4",
    ("race", 0, 1): "Threads 0 and 1 of block 0 both write out[0] on line 5",
    ("race", 1, 0): "Thread 25 of block 0 reads a[50] on line 4: axis 0 of a ends at 49",
    ("race", 1, 2): "out[0] should be 124. It is nan, because it was made from a cell that nobody had written; 25 of 25 cells are wrong.",
    ("race", 1, 3): "Threads 0 and 1 of block 0 both write out[0] on line 4",
    ("one-block", 0, 2): "both write the same value into c[0, 1] on line 8",
    ("one-block", 0, 3): "both write the same value into c[0, 0] on line 8",
    ("one-block", 1, 0): "No thread does anything forbidden, but c[0, 8] was never written; 56 of 120 cells are wrong.",
    ("one-block", 2, 0): "writes c[12, 0] on line 7: axis 0 of c ends at 11",
    ("one-block", 2, 1): "c[0, 0] should be 188. It is nan, because it was made from a cell that nobody had written",
}  # fmt: skip


def test_there_are_the_five_kinds_that_the_course_promises():
    assert list(CHALLENGES) == ["guard", "axes", "barrier", "race", "one-block"]


@pytest.mark.parametrize("key", CHALLENGES)
def test_a_broken_kernel_fails_as_named(key):
    task = CHALLENGES[key]
    verdict = gpu.judge(task)
    assert not verdict.is_solved
    assert {fault.kind for fault in verdict.trace.faults} == {task.fault}


@pytest.mark.parametrize("key", CHALLENGES)
def test_it_is_judged_on_several_blocks_and_on_numbers_that_differ(key):
    for example in (CHALLENGES[key].example, CHALLENGES[key].larger):
        *given, result = example.arguments()
        assert np.isnan(result).all()
        assert all(len(np.unique(array)) > 1 for array in given)
        assert np.prod(example.blocks) > 1
        again = example.arguments()
        assert all(np.array_equal(one, other) for one, other in zip(given, again, strict=False))
        threads = np.broadcast_to(example.threads, result.ndim)
        assert any(size % along for size, along in zip(result.shape, threads, strict=True))
        if result.ndim == 2:
            assert result.shape[0] != result.shape[1]


@pytest.mark.parametrize(("key", "choice"), SOLUTIONS)
def test_a_solution_mends_it(key, choice):
    verdict = gpu.judge(CHALLENGES[key], edits=choice)
    assert verdict.is_solved and verdict.is_right and verdict.message.startswith("Solved: no fault in "), (
        verdict.message
    )
    assert not verdict.trace.faults


def test_every_wrong_choice_is_in_the_table():
    assert set(CONSEQUENCES) == set(WRONG)


@pytest.mark.parametrize(("key", "place", "alternative"), WRONG)
def test_a_wrong_choice_is_told_what_it_does_and_why(key, place, alternative):
    verdict = gpu.judge(CHALLENGES[key], edits={place: alternative})
    assert not verdict.is_solved
    assert CONSEQUENCES[key, place, alternative] in verdict.message
    because = CHALLENGES[key].places[place].alternatives[alternative].because
    assert verdict.message.endswith(because) and because.endswith(".")


@pytest.mark.parametrize("key", CHALLENGES)
def test_choices_together_are_judged_by_what_they_do_together(key):
    """Whatever is chosen is a kernel that can be followed, and no reason is given that holds for one choice alone."""
    task = CHALLENGES[key]
    options = [range(-1, len(place.alternatives)) for place in task.places]
    together = [
        {place: chosen for place, chosen in enumerate(choice) if chosen >= 0} for choice in itertools.product(*options)
    ]
    for edits in [edits for edits in together if len(edits) > 1][::7]:
        verdict = gpu.judge(task, edits=edits)
        assert verdict.message and not any(
            alternative.because in verdict.message for place in task.places for alternative in place.alternatives
        )


def test_axes_that_differ_are_named_and_no_second_guard_is_advised():
    faults = gpu.judge(CHALLENGES["axes"]).trace.faults
    assert faults and all("A guard mends it" not in fault.message for fault in faults)
    assert (
        "line 3 compares j with c.shape[0], and here j counts along axis 1: write `if j < b.shape[1]`."
        in faults[0].message
    )
    missing = gpu.judge(CHALLENGES["guard"]).trace.faults
    assert all("A guard mends it" in fault.message for fault in missing)


def test_advice_hint_and_verdict_on_the_race_agree():
    task = CHALLENGES["race"]
    (fault,) = gpu.judge(task).trace.faults
    assert not fault.same_value, "two nan are no value"
    assert (
        "Let one thread make each cell; or give out its first values, and then use a function of cuda.atomic"
        in fault.message
    )
    atomic = gpu.judge(task, edits={1: 2}).message
    assert "nobody had written" in atomic and "nobody has set" in atomic
    assert not any("fault" in hint for hint in task.hints), "a cell without a value is read, and that is no fault here"


def test_what_the_tasks_say_of_their_sizes_is_so():
    made = gpu.judge(CHALLENGES["one-block"]).trace.makers("c")
    assert f"{(made < 0).sum()} of the {made.size} cells of c stay empty" in CHALLENGES["one-block"].task


def test_what_is_right_for_the_drawn_arrays_only_is_not_solved():
    def for_twelve_rows(a, b, c):
        i, j = cuda.grid(2)
        if i < 12 and j < 10:
            total = float32(0)
            for k in range(6):
                total += a[i, k] * b[k, j]
            c[i, j] = total

    verdict = gpu.judge(CHALLENGES["guard"], for_twelve_rows)
    assert not verdict.is_solved and verdict.is_right
    assert verdict.message.startswith(
        "Right for the arrays that are drawn, and not for larger ones, (33, 20) and (20, 17)"
    )


def test_a_kernel_of_ones_own_is_judged_too():
    assert gpu.judge(CHALLENGES["guard"], gpu.naive).is_solved
    assert gpu.judge(CHALLENGES["one-block"], gpu.tiled).message.startswith("Thread")  # its tiles are 16 wide


def test_what_is_no_choice_is_named():
    task = CHALLENGES["guard"]
    with pytest.raises(ValueError, match="guard has no place 9"):
        task.edited({9: 0})
    with pytest.raises(ValueError, match="place 1 of guard has no alternative 5"):
        task.edited({1: 5})


@pytest.mark.parametrize("key", CHALLENGES)
def test_places_are_lines_of_the_text_and_alternatives_fit_there(key):
    task = CHALLENGES[key]
    lines = task.example.text.splitlines()
    assert task.larger.text == task.example.text and task.hints
    for place in task.places:
        before = lines[place.first - 1 : place.last]
        for alternative in place.alternatives:
            assert alternative.text.splitlines() != before
            compile(
                task.edited(
                    {task.places.index(place): task.places[task.places.index(place)].alternatives.index(alternative)}
                ),
                key,
                "exec",
            )


@pytest.mark.parametrize("key", gpu.EXAMPLES)
def test_the_memory_has_room_beside_an_examples_text(key):
    assert max(map(len, gpu.EXAMPLES[key].text.splitlines())) <= 56


@pytest.mark.parametrize("key", gpu.EXAMPLES)
def test_the_kernels_to_look_at_do_what_they_say(key):
    example = gpu.EXAMPLES[key]
    arguments = example.arguments()
    trace = gpu.trace(example.text, example.blocks, example.threads, *arguments)
    if key == "race":
        assert {fault.kind for fault in trace.faults} == {"race"}
        return
    assert not trace.faults
    np.testing.assert_array_equal(list(trace.after.values())[-1], example.expected(*arguments[:-1]))
    assert '"""' not in example.text and "TILE" not in example.text
