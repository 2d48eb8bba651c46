"""The numbers that lesson 04 states and shows."""

import numpy as np
import pytest

from tests.lessons.lesson_expressions import judged, shown, widgets

LESSON = "04_broadcasting"
M = np.arange(1, 10).reshape(3, 3)
C = np.array([10, 20, 30])


def test_arrays_are_the_unit_as_in_apl(run_lesson):
    (times, divided), scalar = run_lesson(
        LESSON, shown("a * 3, a / b"), shown("tensor(3.0).shape, tensor(3.0).ndim, a.ndim")
    )
    assert times == [9, 15, 18]
    assert divided == pytest.approx([0.4285714286, 0.625, 0.6666666667])
    assert scalar == [[], 0, 1]


def test_a_number_meets_every_element(run_lesson):
    (positive, plus_one), doubled = run_lesson(LESSON, shown("a > 0, a + 1"), shown("2 * m"))
    assert positive == [True, True, False]
    assert plus_one == [11, 7, -3]
    assert doubled == (2 * M).tolist()


def test_the_data_set_is_normalised_by_mean_and_deviation(run_lesson):
    shapes, before, after = run_lesson(
        LESSON,
        shown("x_train.shape, mean.shape, normalised.shape"),
        "[mean.item(), deviation.item()]",
        "[normalised.double().mean().item(), normalised.double().std().item()]",
    )
    assert shapes == [[50_000, 784], [], [50_000, 784]]
    assert before == pytest.approx([0.1304497, 0.3072898], abs=1e-6)  # numpy, in float64
    assert after == pytest.approx([0, 1], abs=1e-4)


def test_a_vector_is_added_to_each_row_from_either_side(run_lesson):
    assert run_lesson(LESSON, shown("m.shape, c.shape"), shown("m + c"), shown("c + m")) == [
        [[3, 3], [3]],
        (M + C).tolist(),
        (M + C).tolist(),
    ]


def test_nothing_is_copied(run_lesson):
    expanded, memory, bytes_, (stride, shape) = run_lesson(
        LESSON,
        shown("t"),
        shown("t.as_strided((3,), (1,))  # memory as it is, one number after the other"),
        "t.untyped_storage().nbytes()",
        shown("t.stride(), t.shape"),
    )
    assert expanded == [[10, 20, 30]] * 3
    assert memory == [10, 20, 30]
    assert bytes_ == 3 * 4
    assert (stride, shape) == ([0, 1], [3, 3])


def test_new_axes(run_lesson):
    assert run_lesson(
        LESSON,
        shown("c.unsqueeze(0).shape, c[None, :].shape"),
        shown("c.unsqueeze(1).shape, c[:, None].shape"),
        shown("c[None].shape, c[..., None].shape"),
    ) == [[[1, 3], [1, 3]], [[3, 1], [3, 1]], [[1, 3], [3, 1]]]


def test_the_vector_as_a_column(run_lesson):
    column, total = run_lesson(LESSON, shown("c[:, None].expand_as(m)"), shown("m + c[:, None]"))
    assert column == [[10] * 3, [20] * 3, [30] * 3]
    assert total == [[11, 12, 13], [24, 25, 26], [37, 38, 39]]


def test_outer_product_and_comparison(run_lesson):
    product, larger = run_lesson(LESSON, shown("c[None, :] * c[:, None]"), shown("c[None] > c[:, None]"))
    assert product == np.outer(C, C).tolist()
    assert larger == [[False, True, True], [False, False, True], [False, False, False]]


def test_an_image_by_a_factor_for_each_colour(run_lesson):
    shape, error = run_lesson(
        LESSON,
        shown("(image * factor).shape"),
        "(image * factor - image * factor.expand(256, 256, 3)).abs().max().item()",
    )
    assert shape == [256, 256, 3]
    assert error == 0


def test_one_digit_is_stretched_over_the_weights(run_lesson):
    assert run_lesson(
        LESSON,
        shown("digit.shape, m2.shape"),
        shown("digit[:, None].expand_as(m2).shape"),
        shown("(digit[:, None] * m2).shape"),
    ) == [[[784], [784, 10]], [784, 10], [784, 10]]


def test_the_product_with_one_loop_left_is_right_for_the_whole_data_set(run_lesson):
    (error,) = run_lesson(
        LESSON,
        "(lambda exact: ((matmul_broadcast(x_train, m2) - exact).abs().max() / exact.abs().max()).item())"
        "(x_train.double() @ m2.double())",
    )
    assert error < 1e-4


def test_how_far_it_is_from_where_the_learner_began(run_lesson):
    """Some thousand times: the bound is far from it, so that no busy machine reaches it."""
    (times,) = run_lesson(LESSON, "one.seconds * 50_000 / everything.seconds")
    assert times > 100


def test_the_ladder_checks_and_times_it(run_lesson):
    ladder = f"{widgets('MatmulLadder')}[0]"
    sizes, result = run_lesson(
        LESSON,
        f"(lambda w: [w.m, w.k, w.n])({ladder})",
        # five rows are enough here
        f"(lambda w: (setattr(w, 'm', 5), w.run(['broadcast']), w.wait(60), w.results['broadcast'])[-1])({ladder})",
    )
    assert sizes == [50_000, 784, 10]
    assert result["check"] == "✓ right" and result["seconds"] > 0


def test_the_outer_product_and_its_sum(run_lesson):
    outer, total = run_lesson(LESSON, *(f"{shown('outer, outer.sum()')}[{i}]" for i in (0, 1)))
    assert outer == np.outer([1, 2, 3, 4], [4, 5, 6, 7]).tolist()
    assert total == (1 + 2 + 3 + 4) * (4 + 5 + 6 + 7) == 220


def test_the_explorers_open_on_the_lessons_own_arrays(run_lesson):
    broadcasts, (stride, cells) = run_lesson(
        LESSON,
        f"[[w.picture['expression'], w.picture['shape']] for w in {widgets('BroadcastExplorer')}]",
        f"(lambda w: [w.stride, w.picture['texts']])({widgets('StrideExplorer')}[0])",
    )
    assert broadcasts == [
        ["a > 0", "(3,)"],
        ["m + c", "(3, 3)"],
        ["m + c[:, None]", "(3, 3)"],
        ["c[None, :] * c[:, None]", "(3, 3)"],
        ["image * factor", ""],  # the clash that the learner repairs
    ]
    assert (stride, cells) == ([0, 1], ["10", "20", "30"])


def test_every_question_knows_its_answer(run_lesson):
    right = ["True, True, False", "50000, 784", "3, 3", "3", "10, 10, 10", "11, 12, 13"]
    right += ["3, 3", "3", "256, 256, 3", "8, 7, 6, 5", "784, 10", "220"]
    wrong = ["False, False, True", "784", "3", "9", "10, 20, 30", "11, 22, 33"]
    wrong += ["1, 3", "6", "256, 3", "8, 7, 6, 1", "784", "40"]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]
