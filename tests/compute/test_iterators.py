from itertools import islice

import numpy as np
import pytest

from widgets_lib.compute.iterators import Matrix, chunks, pixels, walk


def test_chunks_are_the_slices_and_the_last_may_be_short():
    assert list(chunks([0, 1, 2, 3, 4, 5, 6], 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(chunks("tensor", 2)) == ["te", "ns", "or"]
    assert list(chunks((), 5)) == []
    assert list(chunks([1], 10**30)) == [[1]]


def test_784_values_fold_into_28_rows_of_28():
    rows = list(chunks(list(range(784)), 28))
    assert rows == np.arange(784).reshape(28, 28).tolist()


def test_chunks_of_an_array_are_views_of_it():
    values = np.arange(6.0)
    first = next(chunks(values, 4))
    first[0] = 9
    assert values[0] == 9


@pytest.mark.parametrize("size", [0, -1, -784, 2.0, "28", None, float("nan")])
def test_a_bad_chunk_size_is_named_at_once(size):
    with pytest.raises(ValueError, match="a chunk size") as caught:
        chunks([1, 2, 3], size)  # the call itself, not the first value
    assert str(size) in str(caught.value)


def test_chunks_of_something_without_a_length_says_what_to_do():
    with pytest.raises(TypeError, match=r"list\(\.\.\.\) gives it one"):
        chunks(iter([1, 2]), 1)


def test_a_matrix_is_indexed_as_a_tensor_is():
    array = np.arange(784).reshape(28, 28)
    m = Matrix(array.tolist())
    assert m[20, 15] == array[20, 15] == m.rows[20][15]
    assert m[-1, -28] == array[-1, -28]
    assert m.shape == (28, 28)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        ((28, 0), r"row 28 is outside 0 … 27: the matrix is 28 × 28"),
        ((0, 28), "column 28 is outside 0 … 27"),
        ((-29, 0), "row -29 is outside"),
    ],
)
def test_an_index_outside_gets_words(index, words):
    with pytest.raises(IndexError, match=words):
        Matrix(chunks(range(784), 28))[index]


@pytest.mark.parametrize("index", [20, (1, 2, 3), "ab", (slice(1), 0), (0, 1.0)])
def test_an_index_of_another_kind_gets_words(index):
    with pytest.raises(TypeError, match=r"takes two indices|index is a whole number"):
        Matrix([[1, 2], [3, 4]])[index]


def test_odd_matrices():
    assert Matrix([]).shape == (0, 0)
    with pytest.raises(IndexError, match="row 0 is outside nothing"):
        Matrix([])[0, 0]
    with pytest.raises(ValueError, match="row 1 has 1 value and row 0 has 2 values"):
        Matrix([[1, 2], [3]])


def test_pixels_say_what_stands_under_the_pointer():
    values = np.linspace(0, 255 / 256, 784)
    picture = pixels(values)
    assert picture.shape == (28, 28)
    assert np.array_equal(picture.values, values.reshape(28, 28))
    assert picture.flat_index[20][15] == 28 * 20 + 15
    assert picture.values[20][15] == values[picture.flat_index[20][15]]
    assert (picture.lowest, picture.highest) == (0, 255 / 256)
    assert picture.grey[0][0] == 0 and picture.grey[27][27] == 1


def test_grey_levels_of_the_largest_numbers():
    assert pixels([-1.7e308, 0, 1.7e308, 1.7e308], columns=2).grey == ((0, 0.5), (1, 1))


def test_pixels_of_one_shade_and_of_no_picture():
    assert pixels([3, 3, 3, 3], columns=2).grey == ((0, 0), (0, 0))
    for values, columns in ([], 28), ([1, 2, 3], 2):
        with pytest.raises(ValueError, match="do not fill rows"):
            pixels(values, columns)


def test_islice_moves_the_head_and_the_third_call_on_ten_values_gives_nothing():
    it = iter(range(10))
    truth = [list(islice(it, 5)) for _ in range(3)]
    tape = walk(10, [("islice", "it", 5)] * 3)
    assert [press.returned for press in tape.presses] == truth == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], []]
    assert [press.spans for press in tape.presses] == [((0, 5),), ((5, 10),), ((10, 10),)]
    assert [press.heads[0].position for press in tape.presses] == [5, 10, 10]
    assert [press.exhausted for press in tape.presses] == [False, True, True]
    assert tape.presses[0].code == "list(islice(it, 5))"


def test_taking_none_is_not_taken_for_the_end():
    none, end = walk(2, [("islice", "it", 0), ("islice", "it", 5), ("islice", "it", 0)]).presses[::2]
    assert none.returned == end.returned == [] and not none.exhausted and end.exhausted
    assert none.sentence.startswith("None were asked for") and none.sentence == end.sentence


def test_a_second_name_moves_the_one_head_and_a_new_iterator_has_its_own():
    tape = walk(
        "abcdefgh",
        [("islice", "it", 2), ("same", "other", "it"), ("islice", "other", 3), ("iter", "new"), ("next", "new"), ("next", "it")],
    )  # fmt: skip
    _, same, with_other, new, first, last = tape.presses
    assert [(h.position, h.names) for h in same.heads] == [(2, ("it", "other"))]
    assert with_other.returned == ["c", "d", "e"] and with_other.heads[0].position == 5
    assert [(h.position, h.names) for h in new.heads] == [(5, ("it", "other")), (0, ("new",))]
    assert (first.head, first.returned) == (1, "a")
    assert (last.head, last.returned, last.code) == (0, "f", "next(it)")
    assert [h.position for h in last.heads] == [6, 1]


def test_a_name_bound_anew_leaves_its_old_head_to_the_other_names():
    tape = walk(5, [("islice", "it", 3), ("iter", "it"), ("same", "b", "it")])
    assert [(h.number, h.position, h.names) for h in tape.start] == [(0, 0, ("it",))]
    assert [(h.number, h.position, h.names) for h in tape.presses[-1].heads] == [(1, 0, ("it", "b"))]


def test_next_at_the_end_raises_stop_iteration_and_says_so():
    (press,) = walk([], [("next", "it")]).presses
    assert press.raised == "StopIteration" and press.exhausted and press.spans == ((0, 0),)


def test_iter_with_a_sentinel_runs_until_the_empty_list():
    image = np.arange(784).tolist()
    it = iter(image)
    truth = list(iter(lambda: list(islice(it, 28)), []))
    (press,) = walk(image, [("until", "it", 28)]).presses
    assert press.returned == truth and len(press.returned) == 28
    assert press.code == "list(iter(lambda: list(islice(it, 28)), []))"
    assert len(press.spans) == 29 and press.spans[-1] == (784, 784)
    assert eval(press.code, {"islice": islice, "it": iter(image)}) == truth


def test_a_run_up_to_the_sentinel_ends_with_a_short_chunk():
    (press,) = walk(7, [("until", "it", 3)]).presses
    assert press.returned == [[0, 1, 2], [3, 4, 5], [6]]
    assert press.spans == ((0, 3), (3, 6), (6, 7), (7, 7))


def test_a_run_at_the_end_is_one_call():
    press = walk(3, [("islice", "it", 3), ("until", "it", 2)]).presses[-1]
    assert (press.returned, press.spans) == ([], ((3, 3),))
    assert press.sentence == "The very first call gave the sentinel [], so nothing was collected."


@pytest.mark.parametrize("values", [[5, 6], (5, 6), np.array([5, 6]), iter([5, 6])])
def test_a_tape_of_any_values(values):
    tape = walk(values, [("islice", "it", 9)])
    assert list(tape.values) == tape.presses[0].returned == [5, 6]


@pytest.mark.parametrize(
    ("press", "words"),
    [
        (("fly", "it"), "no press 'fly'; there are islice, next, until, same, iter"),
        ((), "no press None"),
        (("next", "ti"), "no iterator named 'ti'; there are it"),
        (("same", "new", "old"), "no iterator named 'old'"),
        (("same", "new"), "no iterator named None"),
        (("iter", "1st"), "'1st' can’t be the name"),
        (("islice", "it", -1), "at least 0, not -1"),
        (("islice", "it", "5"), "a whole number, not '5'"),
        (("until", "it", 0), "at least 1, not 0"),
    ],
)
def test_a_press_that_makes_no_sense_gets_words(press, words):
    with pytest.raises(ValueError, match=words):
        walk(10, [press])
