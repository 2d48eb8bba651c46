"""torch's generator in numpy, beside torch itself: every number and every byte of the state."""

import numpy as np
import pytest
import torch

from widgets_lib.compute.rng.torch_generator import TorchGenerator

SEEDS = [0, 1, 42, 624, 2**31, 2**32 - 1, 2**32, 2**32 + 1, 457428938475, 2**63, 2**64 - 1, -1, -(2**63)]
SEEDS += np.random.default_rng(0).integers(0, 2**63, 200).tolist()


@pytest.mark.parametrize(
    "counts", [(1, 1, 1), (3, 0, 5), (15, 16, 17), (623, 1, 1), (624, 1), (625,), (2_000, 3), (0, 0)]
)
def test_numbers_and_state_are_those_of_torch(counts):
    for seed in SEEDS:
        ours, theirs = TorchGenerator(seed), torch.Generator().manual_seed(seed)
        assert ours.get_state().tobytes() == theirs.get_state().numpy().tobytes(), seed
        for n in counts:
            drawn = ours.rand(n)
            assert drawn.dtype == np.float32
            assert drawn.tobytes() == torch.rand(n, generator=theirs).numpy().tobytes(), (seed, n)
            assert ours.get_state().tobytes() == theirs.get_state().numpy().tobytes(), (seed, n)


def test_a_new_seed_begins_again():
    generator = TorchGenerator(1)
    generator.rand(700)
    generator.manual_seed(2)
    theirs = torch.Generator().manual_seed(2)
    assert generator.get_state().tobytes() == theirs.get_state().numpy().tobytes()
    assert generator.rand(9).tolist() == torch.rand(9, generator=theirs).tolist()
