"""Is what a kernel wrote what it should have written?"""

from dataclasses import dataclass

import numpy as np

from widgets_lib.compute.formatting import count, format_digits

from .faults import written
from .tracing import Trace

TOLERANCE = 1e-4
"""How far a value may be off, relative to the largest expected: sums in float32 are less exact."""


@dataclass(frozen=True)
class Outcome:
    """How the result compares with the expected one."""

    is_right: bool
    message: str
    """One sentence; empty if all is right."""
    wrong: np.ndarray
    """(shape of the result): which cells are wrong."""


def outcome(trace: Trace, array: str, expected: np.ndarray) -> Outcome:
    """Compare an array argument, as the launch leaves it, with what it should hold.

    Where only some blocks were followed, only the cells that they wrote are compared.
    Raises: ValueError for another shape, naming both.
    """
    found = trace.after[array]
    expected = np.asarray(expected)
    if found.shape != expected.shape:
        raise ValueError(f"{array} has the shape {found.shape} and is expected to have {expected.shape}")
    makers = trace.makers(array)
    scale = float(np.max(np.abs(expected), initial=0.0)) or 1.0
    wrong = ~(np.abs(found.astype(float) - expected) <= TOLERANCE * scale)  # nan is wrong
    if len(trace.blocks) < trace.launch.block_count:
        wrong &= makers >= 0
    if not wrong.any():
        return Outcome(True, "", wrong)
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    cell = written(array, first)
    if makers[first] < 0:
        said = f"{cell} was never written"
    else:
        value = found[first]
        wanted = f"should be {format_digits(expected[first], 4)}"
        if np.isnan(value):
            said = f"{cell} {wanted}. It is nan, because it was made from a cell that nobody had written"
        else:
            said = f"{cell} is {format_digits(value, 4)} and {wanted}"
    many = int(wrong.sum())
    return Outcome(
        False, f"{said}; {many:,} of {count(wrong.size, 'cell')} {'is' if many == 1 else 'are'} wrong.", wrong
    )
