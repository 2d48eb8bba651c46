"""The sums of the training digits, of which their means are made: in a small file where all 60,000 would be fetched."""

import io

import numpy as np

from .bundled import BUNDLED, training_blocks

SUMS = BUNDLED.with_name("digit_sums.npz")
"""Only a page without a server has it: `pack_sums` gives its contents when the page is built."""


def digit_sums() -> tuple[np.ndarray, np.ndarray]:
    """(sums (10, 28, 28) int64 of the bytes of each digit's training images, counts (10,) int64 of those images)."""
    if SUMS.exists():
        with np.load(SUMS, allow_pickle=False) as files:
            return files["sums"].astype(np.int64), files["counts"].astype(np.int64)
    sums, counts = np.zeros((10, 28, 28), np.int64), np.zeros(10, np.int64)
    for images, labels in training_blocks():  # a block at a time: it needs no room for all images
        for digit in range(10):
            chosen = images[labels == digit]
            sums[digit] += chosen.sum(0, dtype=np.int64)
            counts[digit] += len(chosen)
    return sums, counts


def pack_sums() -> bytes:
    """What `digit_sums` gives as an .npz file, some 20 kB."""
    sums, counts = digit_sums()
    file = io.BytesIO()
    np.savez_compressed(file, sums=sums.astype(np.int32), counts=counts.astype(np.int32))
    return file.getvalue()
