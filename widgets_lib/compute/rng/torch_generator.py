"""torch's CPU generator in numpy, draw for draw: a prediction does not import torch, and needs none."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

STATE_BYTES = 5056  # of `torch.Generator.get_state()`


class TorchGenerator:
    """What `torch.Generator().manual_seed(seed)` is, for `torch.rand`.

    seed: a whole number from −2⁶³ to 2⁶⁴ − 1.
    Source: ATen's CPUGeneratorImpl and MT19937RNGEngine, a Mersenne Twister that is seeded as numpy's legacy one, with the
    lowest 32 bits; TransformationHelper.h, where a float32 from 0 to 1 is the lowest 24 bits of a word.
    """

    def __init__(self, seed: int) -> None:
        self.manual_seed(seed)

    def manual_seed(self, seed: int) -> "TorchGenerator":
        """Begin again from a seed."""
        self._seed = seed
        self._words = np.random.RandomState(seed & 0xFFFF_FFFF)
        self._is_new = True
        return self

    def rand(self, n: int) -> NDArray[np.float32]:
        """`torch.rand(n)`: n numbers from 0 to below 1."""
        self._is_new = self._is_new and not n
        words = self._words.randint(0, 2**32, size=n, dtype=np.uint32)
        return (words & 0xFF_FFFF).astype(np.float32) * np.float32(2**-24)

    def get_state(self) -> NDArray[np.uint8]:
        """The bytes of `torch.Generator.get_state()`, (5056,)."""
        inner = cast(Any, self._words.get_state(legacy=False))["state"]
        position = int(inner["pos"])
        left, following = (1, 0) if self._is_new else (625 - position, position)
        state = np.zeros(STATE_BYTES, np.uint8)
        head = np.array([self._seed & 0xFFFF_FFFF_FFFF_FFFF], "<u8").tobytes()
        head += np.array([left, 1, following, 0], "<i4").tobytes() + inner["key"].astype("<u8").tobytes()
        state[: len(head)] = np.frombuffer(head, np.uint8)
        return state
