import json
import subprocess
import sys

import numpy as np
import pytest

from widgets_lib.compute.rng import RESEEDINGS
from widgets_lib.compute.rng.dataloader import GLOBALS, Augmentation, augment, augmentations


def change(turn_deg=0.0, shift_rows=0, shift_columns=0):
    return Augmentation(0, turn_deg, shift_rows, shift_columns, None)


def key(one):
    return one.turn_deg, one.shift_rows, one.shift_columns


@pytest.mark.parametrize("generator", ["wichmann-hill", "numpy-legacy", "numpy-generator", "torch"])
def test_without_reseeding_the_four_batches_of_a_round_are_changed_alike(generator):
    rounds = augmentations(workers=4, rounds=3, generator=generator, batch_size=2)
    for batches in rounds:
        assert [[one.worker for one in batch] for batch in batches] == [[0, 0], [1, 1], [2, 2], [3, 3]]
        assert len({tuple(map(key, batch)) for batch in batches}) == 1
        assert [[one.group for one in batch] for batch in batches] == [[0, 1]] * 4
    assert len({key(one) for batches in rounds for one in batches[0]}) == 6  # in one worker's batches no two are alike


def test_pytorchs_loader_does_what_is_said_of_it():
    """Each batch whole from one worker, in turn; a generator of one's own copied, the libraries' own seeded."""
    script = """
import json, random, warnings
import numpy as np, torch
from torch.utils.data import DataLoader, Dataset, get_worker_info

class Drawing(Dataset):
    rng = np.random.default_rng(0)
    def __len__(self):
        return 12
    def __getitem__(self, index):
        seeded = random.random(), np.random.random(), torch.rand(1).item()
        return index, get_worker_info().id, self.rng.random(3).tolist(), seeded

warnings.simplefilter("ignore")  # more workers than cores
loader = DataLoader(Drawing(), batch_size=2, num_workers=3, multiprocessing_context="fork", collate_fn=list)
print(json.dumps(list(loader)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    batches = json.loads(done.stdout)
    assert [[index for index, *_ in batch] for batch in batches] == np.arange(12).reshape(6, 2).tolist()
    said = [batch for round_ in augmentations(workers=3, rounds=2, batch_size=2) for batch in round_]
    for batch, changes in zip(batches, said, strict=True):
        for (_, worker, (turn, down, right), _), change in zip(batch, changes, strict=True):
            assert worker == change.worker
            assert key(change) == (40 * turn - 20, int(7 * down) - 3, int(7 * right) - 3)
    for kind, _ in enumerate(GLOBALS):
        assert len({seeded[kind] for batch in batches for *_, seeded in batch}) == 12


@pytest.mark.parametrize("reseeding", [key for key in RESEEDINGS if key != "none"])
def test_with_reseeding_they_differ(reseeding):
    for batches in augmentations(reseeding, rounds=5, batch_size=2):
        changes = [one for batch in batches for one in batch]
        assert len({one.turn_deg for one in changes}) == 8 and all(one.group is None for one in changes)


def test_pythons_random_needs_no_reseeding():
    (batches,) = augmentations(generator="python")
    assert len({one.turn_deg for (one,) in batches}) == 4


def test_the_changes_come_from_the_draws():
    u = np.random.default_rng(0).random(3)
    one = augmentations()[0][0][0]
    assert one.turn_deg == 40 * u[0] - 20
    assert (one.shift_rows, one.shift_columns) == (int(7 * u[1]) - 3, int(7 * u[2]) - 3)


def test_the_changes_stay_in_their_range_and_reach_its_ends():
    changes = [one for batches in augmentations("spawn", workers=8, rounds=100) for (one,) in batches]
    assert {one.shift_rows for one in changes} == {one.shift_columns for one in changes} == set(range(-3, 4))
    turns = [one.turn_deg for one in changes]
    assert -20 <= min(turns) < -19 and 19 < max(turns) <= 20


def test_bad_arguments_are_explained():
    with pytest.raises(ValueError, match="no way to jump"):
        augmentations("jump", generator="torch")
    with pytest.raises(ValueError, match="a number of children is at most 8, not 1,000"):
        augmentations(workers=1000)
    with pytest.raises(ValueError, match="a number of rounds"):
        augmentations(rounds=0)
    with pytest.raises(ValueError, match="a batch size is at least 1, not 0"):
        augmentations(batch_size=0)


def test_augmenting_shifts_down_and_right_and_fills_with_nothing():
    image = np.arange(1, 10).reshape(3, 3)
    assert augment(image, change()).tolist() == image.tolist()
    assert augment(image, change(shift_rows=1, shift_columns=2)).tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 4]]


def test_augmenting_turns_clockwise():
    image = np.arange(1, 10).reshape(3, 3)
    assert augment(image, change(turn_deg=90)).tolist() == np.rot90(image, -1).tolist()


def test_the_former_keyword_is_taken_with_a_warning():
    with pytest.warns(DeprecationWarning, match="now called reseeding"):
        assert augmentations(cure="spawn") == augmentations("spawn")
