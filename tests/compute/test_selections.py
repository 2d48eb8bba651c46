"""An index means what numpy makes of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets_lib.compute.selections import select

X = np.arange(28 * 20).reshape(28, 20)
BOUND = st.none() | st.integers(-40, 40)
PART = st.integers(-20, 19) | st.builds(slice, BOUND, BOUND, st.none() | st.integers(1, 5))


def written(part):
    if isinstance(part, int):
        return str(part)
    bounds = ["" if bound is None else str(bound) for bound in (part.start, part.stop, part.step)]
    return ":".join(bounds if bounds[2] else bounds[:2])


@given(PART, st.none() | PART)
def test_any_index_takes_what_numpy_takes(row, column):
    parts = [row] if column is None else [row, column]
    text = ", ".join(map(written, parts))
    taken = X[tuple(parts)]
    if not taken.size:
        with pytest.raises(ValueError, match="takes no"):
            select(text, X.shape)
        return
    found = select(f"x[{text}]", X.shape)
    assert found.shape == taken.shape
    np.testing.assert_array_equal(X[np.ix_(found.rows, found.columns)].ravel(), taken.ravel())
    assert select(found.index, X.shape) == found
    np.testing.assert_array_equal(eval(f"X[{found.index}]", {"X": X}), taken)


@pytest.mark.parametrize(
    ("text", "kind", "index"),
    [
        ("im3[10, 5]", "pixel", "10, 5"),
        ("im3[10][5]", "pixel", "10, 5"),
        ("[−1]", "row", "27"),
        ("10", "row", "10"),
        ("10, :", "row", "10"),
        (" : , 5 ", "column", ":, 5"),
        ("im3[4:15,4:22]", "slice", "4:15, 4:22"),
        ("4:15", "slice", "4:15"),
        ("10, 4:8", "slice", "10, 4:8"),
        ("::2, ::3", "slice", "::2, ::3"),
        (":", "slice", ":"),
    ],
)
def test_what_can_be_written(text, kind, index):
    found = select(text, (28, 28), "im3")
    assert (found.kind, found.index) == (kind, index)


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        ("10, 5", "`im3[10, 5]` is one number: row 10, column 5."),
        ("10", "`im3[10]` is row 10: 28 numbers, shape `(28,)`."),
        (":, 10", "`im3[:, 10]` is column 10: 28 numbers, shape `(28,)`."),
        ("4:15, 4:22", "`im3[4:15, 4:22]` takes rows 4 to 14 and columns 4 to 21: 11 × 18 numbers, shape `(11, 18)`."),
        ("5, ::3", "`im3[5, ::3]` takes row 5 and every 3rd column from 0 to 27: 1 × 10 numbers, shape `(10,)`."),
    ],
)
def test_it_is_said_in_a_sentence(index, sentence):
    assert select(index, (28, 28)).sentence("im3") == sentence


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no index was typed"),
        ("im7[3]", "shows im3, not im7"),
        ("28", "no row 28 in im3: rows go from 0 to 27"),
        (":, -29", "no column -29"),
        ("5:5", "5:5 takes no rows"),
        ("0:28:0", "step of 0"),
        ("::-1", "no steps backwards"),
        ("1, 2, 3", "3 indices"),
        ("1.5", "“1.5” is no whole number"),
        ("True", "“True” is no whole number"),
        ("None", "“None” is no whole number"),
        ("a:b", "“a” is no whole number"),
        ("__import__('os')", "is no whole number"),
        ("4:15, 4:", None),
        ("4;5", "can’t be read"),
        ("[[1, 2]]", "is no whole number"),
        ("3] + x[4", "can’t be read"),
        ("9" * 99, "there is no row 9999"),
        ("9" * 101, "too long"),
        ("1" + "," * 99, None),
    ],
)
def test_what_can_not_be_taken_is_refused_in_words(text, said):
    if said is None:
        try:
            select(text, (28, 28), "im3")
        except ValueError as error:
            assert len(str(error)) < 300
        return
    with pytest.raises(ValueError) as caught:
        select(text, (28, 28), "im3")
    assert said in str(caught.value) and len(str(caught.value)) < 300
