"""The numbers that lesson 04 states and shows."""

import numpy as np
import pytest

from tests.lessons.lesson_expressions import given_away, judged, shown, tried, widgets

LESSON = "04_broadcasting"
M = np.arange(1, 10).reshape(3, 3)
C = np.array([10, 20, 30])


def test_arrays_are_the_unit_as_in_apl(run_lesson):
    (times, divided), scalar = run_lesson(LESSON, shown("a * 3, a / b"), "list(tensor(3.0).shape)")
    assert times == [9, 15, 18]
    assert divided == pytest.approx([0.4285714286, 0.625, 0.6666666667])
    assert scalar == []  # rank 0


def test_a_number_meets_every_element(run_lesson):
    assert run_lesson(LESSON, shown("a > 0")) == [[True, True, False]]


def test_the_data_set_is_normalised_by_mean_and_deviation(run_lesson, printed):
    said = printed(LESSON, "from widgets_lib.compute import mnist")
    before, after, shape = run_lesson(
        LESSON,
        "[mean.item(), deviation.item()]",
        "[normalised.double().mean().item(), normalised.double().std().item()]",
        "[list(normalised.shape), list(mean.shape)]",
    )
    assert said.splitlines() == [
        "39,200,000 pixels and two scalars, of shape ()",
        "before: mean 0.1304, deviation 0.3073",
        "after:  mean 0.0000, deviation 1.0000",
    ]
    assert before == pytest.approx([0.1304497, 0.3072898], abs=1e-6)  # numpy, in float64
    assert after == pytest.approx([0, 1], abs=1e-4)
    assert shape == [[50_000, 784], []]


def test_a_vector_is_added_to_each_row_from_either_side(run_lesson):
    assert run_lesson(LESSON, shown("m + c"), "(c + m).tolist()") == [(M + C).tolist()] * 2


def test_a_vector_of_two_numbers_does_not_fit(printed):
    assert printed(LESSON, "try:\n    m + tensor([10.0, 20.0])").startswith("The size of tensor a (3) must match")


def test_nothing_is_copied(run_lesson, printed):
    own, expanded, bytes_, stride = run_lesson(
        LESSON, shown("m.stride()"), shown("t"), "t.untyped_storage().nbytes()", shown("t.stride()")
    )
    assert own == [3, 1]
    assert expanded == [[10, 20, 30]] * 3
    assert bytes_ == 3 * 4
    assert printed(LESSON, "print(t.untyped_storage()") == "12 bytes: tensor([10., 20., 30.])\n"
    assert stride == [0, 1]


def test_the_stride_that_makes_the_column(run_lesson):
    assert run_lesson(LESSON, "t.as_strided((3, 3), (1, 0)).tolist()") == [[[10] * 3, [20] * 3, [30] * 3]]


def test_one_write_changes_three_elements_and_the_vector(run_lesson, printed):
    said = printed(LESSON, "t[0, 0] = 99")
    assert said.count("99") == 3 + 1 and said.endswith("tensor([99., 20., 30.])\n")
    assert run_lesson(LESSON, "c.tolist()", "t.tolist()") == [C.tolist(), [C.tolist()] * 3]  # and back


def test_a_write_to_one_place_more_than_once_is_refused(run_lesson, printed):
    assert "more than one element of the written-to tensor refers to a single memory location" in printed(
        LESSON, "try:\n    t += 1"
    )
    assert run_lesson(LESSON, "t.clone().untyped_storage().nbytes()") == [9 * 4]


def test_ways_to_write_and_what_they_do(run_lesson):
    (said,) = run_lesson(LESSON, tried(0))
    assert said["t += 1"].startswith("RuntimeError: unsupported operation: more than one element of the written-to")
    assert said["t[0, 0] += 1"].count("11.") == 3
    assert said["v += 1"] == said["t + 1"] and said["v += 1"].count("11.") == 3
    assert said["t.clone()"].count("99.") == 1 and said["t.clone()"].endswith("tensor([10., 20., 30.]))")
    assert run_lesson(LESSON, "c.tolist()", shown("t.as_strided((3, 3), (1, 0))")) == [
        C.tolist(),
        [[10] * 3, [20] * 3, [30] * 3],
    ]


def test_other_shapes_fit_as_numpy_says(run_lesson):
    (said,) = run_lesson(LESSON, tried(1))
    for name, text in said.items():
        try:
            assert text == f"torch.Size({list(np.broadcast_shapes((8, 1, 6, 1), eval(name)))})"
        except ValueError:
            assert text.startswith("RuntimeError: The size of tensor a (6) must match the size of tensor b (2)")
    assert [name for name, text in said.items() if text.startswith("RuntimeError")] == ["(7, 2, 5)"]
    assert said["(6,)"] == "torch.Size([8, 1, 6, 6])"


def test_new_axes(run_lesson):
    assert run_lesson(
        LESSON,
        shown("c[None, :].shape, c.unsqueeze(0).shape"),
        shown("c[:, None].shape, c.unsqueeze(1).shape"),
        shown("c[None].shape, c[..., None].shape"),
    ) == [[[1, 3], [1, 3]], [[3, 1], [3, 1]], [[1, 3], [3, 1]]]


def test_the_vector_as_a_column(run_lesson):
    (total,) = run_lesson(LESSON, shown("m + c[:, None]"))
    assert total == [[11, 12, 13], [24, 25, 26], [37, 38, 39]]


def test_the_table_and_the_comparison(run_lesson):
    table, larger = run_lesson(LESSON, shown("a[:, None] + b[None, :]"), shown("c[None] > c[:, None]"))
    assert table == np.add.outer([10, 20, 30, 40], [1, 2, 3]).tolist()
    assert larger == [[False, True, True], [False, False, True], [False, False, False]]


def test_an_image_by_a_factor_for_each_colour(run_lesson):
    shape, error = run_lesson(
        LESSON,
        shown("(image * factor).shape"),
        "(image * factor - image * factor.expand(256, 256, 3)).abs().max().item()",
    )
    assert shape == [256, 256, 3]
    assert error == 0


def test_an_image_by_a_factor_for_each_row(run_lesson):
    shape, factors, by_column = run_lesson(
        LESSON,
        shown("(image * rows[:, None, None]).shape"),
        "[((torch.ones(256, 256, 3) * rows[:, None, None])[at] == rows[at]).all().item() for at in (0, 100, 255)]",
        "((torch.ones(256, 256, 3) * rows[:, None])[:, 100] == rows[100]).all().item()",
    )
    assert shape == [256, 256, 3]
    assert factors == [True] * 3
    assert by_column  # “(256, 1) would put it below the columns”


def test_four_axes_and_three(run_lesson):
    (shape,) = run_lesson(LESSON, shown("(torch.zeros(8, 1, 6, 1) + torch.zeros(7, 1, 5)).shape"))
    assert tuple(shape) == np.broadcast_shapes((8, 1, 6, 1), (7, 1, 5))


def test_one_digit_is_stretched_over_the_weights(run_lesson):
    assert run_lesson(
        LESSON,
        shown("digit.shape, m2.shape"),
        shown("(digit[:, None] * m2).shape"),
    ) == [[[784], [784, 10]], [784, 10]]


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


def test_the_bias_is_added_to_each_digit(run_lesson):
    shapes, same = run_lesson(
        LESSON,
        shown("results.shape, bias.shape, (results + bias).shape"),
        "all(torch.equal((results + bias)[at], results[at] + bias) for at in range(5))",
    )
    assert shapes == [[5, 10], [10], [5, 10]]
    assert same


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


def test_the_axes_of_the_last_figure_are_u_and_v(run_lesson):
    """The cell is run once more, because a figure is closed after its cell."""
    (cell,) = run_lesson(LESSON, "next(cell for cell in In if 'plt.imshow(outer' in cell)")
    (axes,) = run_lesson(
        LESSON,
        f"(exec({cell.replace('plt.show()', 'axes = plt.gca()')!r}), [[t.get_text() for t in ticks] for ticks in "
        "(axes.get_xticklabels(), axes.get_yticklabels())], plt.close())[1]",
    )
    assert axes == [["4", "5", "6", "7"], ["1", "2", "3", "4"]]


def test_the_explorers_open_on_the_lessons_own_arrays(run_lesson):
    broadcasts, (stride, cells) = run_lesson(
        LESSON,
        f"[[w.picture['expression'], w.picture['shape']] for w in {widgets('BroadcastExplorer')}]",
        f"(lambda w: [w.stride, w.picture['texts']])({widgets('StrideExplorer')}[0])",
    )
    assert broadcasts == [
        ["m + c", "(3, 3)"],  # the lesson at a glance
        ["m + c[:, None]", "(3, 3)"],
        ["c[None, :] * c[:, None]", "(3, 3)"],
        ["image * factor", ""],  # the clash that the learner repairs
    ]
    assert (stride, cells) == ([0, 1], ["10", "20", "30"])


def test_every_question_knows_its_answer(run_lesson):
    answers = [  # right, wrong
        ("True, True, False", "False, False, True"),
        ("an error", "the third column stays as it is"),
        ("12", "36"),
        ("(0, 1)", "(3, 1)"),
        ("(1, 0)", "(1, 1)"),
        ("3", "1"),
        ("11, 12, 13", "11, 22, 33"),
        ("4, 3", "3, 4"),
        ("3", "6"),
        ("256, 256, 3", "256, 3"),
        ("256, 1, 1", "256, 1"),
        ("8, 7, 6, 5", "8, 7, 6, 1"),
        ("784, 10", "784"),
        ("220", "40"),
    ]
    assert run_lesson(LESSON, judged(*zip(*answers, strict=True))) == [[[True, False]] * len(answers)]


def test_no_answer_stands_above_its_question():
    pairs = [
        ("What is `a > 0`", "a > 0"),
        ("What is `m + tensor([10.0, 20.0])`", "m + tensor([10.0, 20.0])"),
        ("How many bytes", "nbytes()"),
        ("How many bytes", "wl.StrideExplorer("),
        ("What is `t.stride()`", "t.stride()"),
        ("What is `t.stride()`", "wl.StrideExplorer("),
        ("`t[0, 0] = 99`", "t[0, 0] = 99"),
        ("What is the first row of `m + c[:, None]`", "m + c[:, None]"),
        ("What is the first row of `m + c[:, None]`", "wl.BroadcastExplorer(m, c[:, None]"),
        ("What is the shape of `a[:, None] + b[None, :]`", "a[:, None] + b[None, :]"),
        ("How many of the nine pairs", "c[None] > c[:, None]"),
        ("What is the shape of their product", "image * factor"),
        ("Which shape gives each row", "rows[:, None, None]"),
        ("(8, 1, 6, 1) plus (7, 1, 5)", "torch.zeros(8, 1, 6, 1)"),
        ("(8, 1, 6, 1) plus (7, 1, 5)", "torch.zeros(7, 2, 5)"),
        ("Which stride makes", "as_strided((3, 3)"),
        ("`t[0, 0] = 99`", "t[0, 0] += 1"),
        ("What is the shape of `digit[:, None] * m2`", "digit[:, None] * m2"),
        ("What is the sum of all elements", "outer.sum()"),
    ]
    assert given_away(LESSON, pairs) == []


def test_no_shape_is_worked_out_by_a_function_that_imports_sympy(run_lesson):
    """torch.broadcast_shapes does, and takes half a second for it; the shape of a sum costs nothing."""
    assert run_lesson(LESSON, "'torch' in __import__('sys').modules", "'sympy' in __import__('sys').modules") == [
        True,
        False,
    ]
