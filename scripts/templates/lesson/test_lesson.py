"""The numbers that the lesson states and shows."""

from tests.lessons.lesson_expressions import judged, shown, widgets

LESSON = "NN_name"


def test_transposing_copies_nothing(run_lesson):
    shape, same_memory = run_lesson(LESSON, shown("x.T.shape"), shown("np.shares_memory(x, x.T)"))
    assert shape == [3, 2] and same_memory is True


def test_the_widget_opens_on_the_lessons_own_array(run_lesson):
    assert run_lesson(LESSON, f"[w.stride for w in {widgets('StrideExplorer')}]") == [[[1, 3]]]


def test_every_question_knows_its_answer(run_lesson):
    right, wrong = ["3, 2"], ["2, 3"]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]
