"""The numbers that lesson 03 states."""

import pytest

LESSON = "03_matmul"


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


def test_python_goes_round_as_often_as_it_says(run_lesson):
    steps = run_lesson(LESSON, "ladder.steps['python']", "ladder.steps['dot']", "ladder.steps['broadcast']")
    assert steps == ["39,200 Python steps", "50 Python steps", "5 Python steps"]


def test_the_learners_rung_joins_the_ladder(run_lesson):
    state, title = run_lesson(
        LESSON, "(ladder.wait(60), ladder.results['my matmul']['state'])[1]", "ladder.rungs[-1]['title']"
    )
    assert (state, title) == ("measured", "my matmul")
