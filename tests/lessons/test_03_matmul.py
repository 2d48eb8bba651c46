"""The numbers that lesson 03 states."""

import re

import numpy as np
import pytest

from tests.lessons.lesson_expressions import given_away, judged, shown, text_above, widgets
from widgets_lib.compute import matmul

LESSON = "03_matmul"
HANDLING = "handling single numbers as tensors"


def test_shapes(run_lesson):
    shapes = run_lesson(LESSON, "*(list(x.shape) for x in (x_train, x_valid, m1, m2, bias, t1))")
    assert shapes == [[50_000, 784], [10_000, 784], [5, 784], [784, 10], [10], [5, 10]]


def test_the_share_and_the_norm(run_lesson):
    share, by_loops, by_elements = run_lesson(LESSON, "share.item()", "by_loops", "by_elements.item()")
    assert share == pytest.approx(2 / 3)
    assert f"{share:.2f}" == "0.67"
    assert round(by_loops, 4) == 16.8819
    assert by_elements == pytest.approx(by_loops)


def test_every_rung_of_the_lesson_agrees_with_torch(run_lesson):
    torch_rungs = ["loops", "kij", "elementwise", "dot", "broadcast"]
    errors = run_lesson(
        LESSON,
        *(f"(matmul_{rung}(m1, m2) - m1 @ m2).abs().max().item()" for rung in torch_rungs),
        "(tensor(matmul_lists(a_list, b_list)) - m1 @ m2).abs().max().item()",
        "abs(matmul_numba(a_array, b_array) - a_array @ b_array).max().item()",
        "(my_matmul(m1, m2) - m1 @ m2).abs().max().item()",
    )
    assert max(errors) < 1e-4


def test_test_close_notices_a_wrong_value_and_a_wrong_shape(run_lesson):
    value, shape = run_lesson(
        LESSON, "raises(AssertionError, test_close, t1 + 1, t1)", "raises(AssertionError, test_close, t1[:4], t1)"
    )
    assert "values differ by up to 1" in value
    assert "shapes differ: (4, 10) and (5, 10)" in shape


def test_pythons_loop_runs_as_often_as_it_says(run_lesson):
    rungs = ("python", "dot", "broadcast", "matmul")  # “39,200 → 50 → 5 → 1”
    steps = run_lesson(LESSON, *(f"ladder.steps[{key!r}]" for key in rungs))
    assert steps == ["39,200 Python steps", "50 Python steps", "5 Python steps", "1 Python step"]


def test_the_learners_rung_joins_the_ladders_below_it_and_none_above(run_lesson):
    found = widgets("MatmulLadder")
    waited, with_yours = run_lesson(
        LESSON,
        f"[w.wait(60) for w in {found}]",
        f"[[w.compact, w.results['my matmul']['state']] for w in {found} if any(r['key'] == 'my matmul' for r in w.rungs)]",
    )
    assert all(waited) and with_yours == [[True, "measured"], [False, "measured"]]
    assert run_lesson(LESSON, f"['my matmul' in w.results for w in {found}[:2]]") == [[False, False]]


def test_the_first_drawing_takes_24_steps_and_then_three(run_lesson):
    strategies, moments = run_lesson(
        LESSON,
        f"[w.strategy for w in {widgets('LoopStepper')}]",
        "[len(matmul.loops.STRATEGIES[key].moments(3, 4, 2)) for key in ('ijk', 'broadcast')]",
    )
    assert strategies == ["ijk", "kij", "dot", "broadcast"]
    assert moments == [24, 3]


def test_the_column_of_the_largest_result_is_the_answer(run_lesson, printed):
    results, weights, digits, labels = run_lesson(
        LESSON, "t1.tolist()", "weights.tolist()", "data.x_valid.tolist()", "data.y_valid.tolist()"
    )
    answers = np.argmax(results, axis=1).tolist()
    assert printed(LESSON, 'print("labels: "') == f"labels:  {labels[:5]}\nanswers: {answers}\n"
    right = (np.argmax(np.array(digits) @ np.array(weights), axis=1) == labels).mean()
    assert 0.05 < right < 0.15  # “about one in ten”
    assert printed(LESSON, "answers = ") == f"{100 * right:.1f} % of 10,000 answers are right\n"


def test_the_bias_is_there_for_lesson_4_and_changes_nothing_yet(run_lesson):
    assert run_lesson(LESSON, "bias.tolist()", "(t1 + bias == t1).all().item()") == [[0] * 10, True]


def test_minutes_are_asked_for_and_minutes_are_printed(run_lesson, printed):
    (minutes,) = run_lesson(LESSON, "loops.seconds * 10_000 / 60")
    assert (
        printed(LESSON, 'print(f"50,000 digits') == f"50,000 digits: {minutes:,.0f} minutes (estimated from 5 digits)\n"
    )


@pytest.mark.parametrize(
    ("ijk", "kij", "said"),
    [
        (1.0, 1.2, "The order makes hardly any difference."),
        (1.66, 0.916, "The slower order took 1.8 times as long."),
        (1.0, 2.0, "The slower order took 2.0 times as long."),
    ],
)
def test_the_sentence_on_the_order_follows_the_times(run_lesson, ijk, kij, said):
    (cell,) = run_lesson(LESSON, "next(cell for cell in In if 'def matmul_kij' in cell)")
    reckoning = cell[cell.index("slower_by = ") :].replace("print(", "said.append(")
    names = {"ijk_s": [ijk, 9.0], "kij_s": [9.0, kij], "said": []}
    exec(reckoning, names)
    assert names["said"] == [said]


def test_the_two_orders_are_measured_in_turn(run_lesson):
    assert run_lesson(LESSON, "len(ijk_s), len(kij_s)") == [3, 3]


def test_what_the_text_says_of_the_speed_holds(run_lesson, printed):
    whole, from_lists, from_broadcast, share = run_lesson(
        LESSON, "whole", "from_lists", "loops.seconds / broadcast.seconds", "share_of_climb.item()"
    )
    assert whole > 1000 and from_broadcast > 1000  # “thousands of times as fast”
    assert from_lists > 20  # “far ahead”
    assert share == pytest.approx(np.log(from_lists) / np.log(whole))
    said = printed(LESSON, "share_of_climb = ")
    assert said.endswith(f"factors of ten: {100 * share:.0f} %\n")
    assert 0.2 < share < 0.8  # “a good part” and “the rest”


def test_the_times_of_2022_stand_beside_the_measured_ones(printed):
    lines = printed(LESSON, "from widgets_lib.compute import matmul").splitlines()
    assert len({line.index(" here ") for line in lines}) == 1  # a bound, “at most …”, may stand last and shifts nothing
    published = {line.split()[0]: line.split(" 2022 ")[1].partition(" here ")[0].strip() for line in lines}
    assert published == {
        "python": "416 ms",
        "numba-dot": "245 µs",
        "elementwise": "600 µs",
        "dot": "487 µs",
        "broadcast": "72.4 µs",
    }
    assert set(published) == {key for rows, key in matmul.PUBLISHED_2022 if rows == 5}


def test_the_lesson_opens_with_the_race_of_four_and_then_asks_for_those_between(run_lesson):
    found = (
        f"[[rung['key'] for rung in w.rungs if rung['key'] in matmul.BACKENDS] for w in {widgets('MatmulLadder')}[:2]]"
    )
    race, predicted = run_lesson(LESSON, *(f"{found}[{at}]" for at in (0, 1)))
    assert race == ["python", "python-lists", "broadcast", "matmul"]
    assert run_lesson(LESSON, f"[w.compact for w in {widgets('MatmulLadder')}[:2]]") == [[True, False]]
    assert predicted == ["python", "numba-dot", "elementwise", "dot", "matmul"]
    assert "Three more, which you will write in this lesson, lie in between" in text_above(
        LESSON, "What do you think most of that time goes into"
    )


def test_the_ladder_finds_the_k_that_five_digits_do_not_show(run_lesson):
    """The last pixel of the five digits is blank, so the lesson's own test lets the mistake pass."""
    tried = (
        f"(lambda w: {{each['name']: (setattr(w, 'chosen', each['name']), w.wait(60), [each.wait(60) for each in ladders], "
        f"w.result['text'], w.said)[3:] for each in [*w.variants[1:], w.variants[0]]}})({widgets('Variants')}[0])"
    )
    tried = f"(lambda ladders: {tried})({widgets('MatmulLadder')})"  # one of them measures
    said, blank = run_lesson(LESSON, tried, "m1[:, 783].tolist()")
    assert blank == [0] * 5
    assert said["as it stands"][0] == said["the last k left out"][0] == said["a @ b"][0] == ""
    assert said["as it stands"][1].startswith("✓ right · ") and said["a @ b"][1].startswith("✓ right · ")
    assert said["the last k left out"][1].startswith("✗ wrong · ")
    assert (
        said["None elsewhere"][0].startswith("RuntimeError: ")
        and "(10) must match the size of tensor b (5)" in said["None elsewhere"][0]
    )
    assert said["None elsewhere"][1] and "✓" not in said["None elsewhere"][1]


def test_the_answers_behind_the_first_questions(run_lesson, printed):
    assert run_lesson(LESSON, shown("(m1 @ m2).shape  # @ is PyTorch's own product")) == [[5, 10]]
    assert printed(LESSON, 'print(f"{784 * 10') == "7,840 for one digit, 39,200 for five\n"


def test_no_ladder_above_a_question_counts_its_steps(run_lesson):
    """The race and the ladder with the predictions have the steps for five digits in every row."""
    (said,) = run_lesson(LESSON, "ladder.steps")
    assert said and not any(steps.split()[0] in ("200", "50,000", "784", "7,840") for steps in said.values())


def test_every_question_knows_its_answer(run_lesson):
    minutes, right_by_luck, climb = run_lesson(
        LESSON,
        "loops.seconds * 50_000 / 5 / 60",
        "100 * (answers == data.y_valid).mean()",
        "100 * share_of_climb.item()",
    )
    answers = [  # right, wrong
        ("5, 10", "10, 5"),
        ("7840", "784"),
        (f"{right_by_luck}", "50"),
        (f"{minutes}", f"{minutes / 60}"),
        (HANDLING, "multiplying and adding"),
        ("the first", "about the same"),
        ("200", "50"),
        ("2/3", "1/3"),
        ("50000", "5"),
        ("784", "5"),
        (f"{climb}", f"{climb / 2}"),
    ]
    assert run_lesson(LESSON, judged(*zip(*answers, strict=True))) == [[[True, False]] * len(answers)]


def test_no_answer_stands_above_its_question():
    pairs = [
        ("What is the shape of their product", "t1.shape"),
        ("What is the shape of their product", "m1 @ m2"),
        ("How many multiplications", "784 * 10"),
        ("How many times does the loop of `my_matmul`", "wl.Variants("),
        ("how many answers do you expect to be right", "answers = "),
        ("how many minutes", "minutes (estimated"),
        ("What do you think most of that time", "matmul_lists"),
        ("Which one takes longer", "%time dot("),
        ("how many steps are left for Python", "def matmul_numba"),
        ("the share of the elements", "share = "),
        ("Only the loop over `i` is left", "def matmul_broadcast"),
        ("what percentage of the whole climb", "share_of_climb"),
    ]
    assert given_away(LESSON, pairs) == []


def test_no_text_says_an_answer_before_its_question():
    assert "single number" not in text_above(LESSON, "What do you think most of that time goes into").lower()
    assert "compiler" not in text_above(LESSON, "Which one takes longer")
    assert "7,840" not in text_above(LESSON, "How many multiplications does it take for a single digit")
    assert not re.search(r"(?<![\d,])200\b", text_above(LESSON, "how many steps are left for Python"))
    assert "784" not in text_above(LESSON, "How many times does the loop of `my_matmul`").split("## Your rung")[1]
