import numpy as np
import pytest

from widgets_lib.compute.augmentations import Augmentation, augment, augmentations
from widgets_lib.compute.forks import CURES


def change(turn_deg=0.0, shift_rows=0, shift_columns=0):
    return Augmentation(0, turn_deg, shift_rows, shift_columns, None)


@pytest.mark.parametrize("generator", ["wichmann-hill", "numpy-legacy", "numpy-generator", "torch"])
def test_without_a_cure_four_workers_make_the_same_changes(generator):
    batches = augmentations(workers=4, batches=3, generator=generator)
    for batch in batches:
        assert [one.worker for one in batch] == [0, 1, 2, 3]
        assert len({(one.turn_deg, one.shift_rows, one.shift_columns) for one in batch}) == 1
        assert [one.group for one in batch] == [0, 0, 0, 0]
    assert len({batch[0].turn_deg for batch in batches}) == 3  # from batch to batch they do differ


@pytest.mark.parametrize("cure", [cure for cure in CURES if cure != "none"])
def test_with_a_cure_they_differ(cure):
    for batch in augmentations(cure, batches=5):
        assert len({one.turn_deg for one in batch}) == 4 and all(one.group is None for one in batch)


def test_pythons_random_needs_no_cure():
    (batch,) = augmentations(generator="python")
    assert len({one.turn_deg for one in batch}) == 4


def test_the_changes_come_from_the_draws():
    u = np.random.default_rng(0).random(3)
    one = augmentations()[0][0]
    assert one.turn_deg == 40 * u[0] - 20
    assert (one.shift_rows, one.shift_columns) == (int(7 * u[1]) - 3, int(7 * u[2]) - 3)


def test_the_changes_stay_in_their_range_and_reach_its_ends():
    changes = [one for batch in augmentations("spawn", workers=8, batches=100) for one in batch]
    assert {one.shift_rows for one in changes} == {one.shift_columns for one in changes} == set(range(-3, 4))
    turns = [one.turn_deg for one in changes]
    assert -20 <= min(turns) < -19 and 19 < max(turns) <= 20


def test_bad_arguments_get_words():
    with pytest.raises(ValueError, match="no way to jump"):
        augmentations("jump", generator="torch")
    with pytest.raises(ValueError, match="a number of children is at most 8, not 1,000"):
        augmentations(workers=1000)
    with pytest.raises(ValueError, match="a number of batches"):
        augmentations(batches=0)


def test_augmenting_shifts_down_and_right_and_fills_with_nothing():
    image = np.arange(1, 10).reshape(3, 3)
    assert augment(image, change()).tolist() == image.tolist()
    assert augment(image, change(shift_rows=1, shift_columns=2)).tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 4]]


def test_augmenting_turns_clockwise():
    image = np.arange(1, 10).reshape(3, 3)
    assert augment(image, change(turn_deg=90)).tolist() == np.rot90(image, -1).tolist()
