"""The examples that the BroadcastExplorer offers, those of the lesson first."""

from dataclasses import dataclass

import numpy as np

from widgets_lib.compute import broadcasting
from widgets_lib.widgets.broadcasting.operands import Operand, example, from_array


@dataclass(frozen=True, eq=False)
class Preset:
    """An example to choose."""

    about: str
    operator: str
    operands: tuple[Operand, ...]

    @property
    def title(self) -> str:
        return broadcasting.OPERATORS[self.operator].code(*(operand.code for operand in self.operands))


def _presets() -> dict[str, Preset]:
    a = from_array("a", np.array([10.0, 6.0, -4.0]))
    c = from_array("c", np.array([10.0, 20.0, 30.0]))
    m = from_array("m", np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]))
    p = from_array("p", np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    zero, scale = from_array("0", np.array(0)), from_array("scale", np.array([1.0, 0.5, 0.25]))
    digit, weights = example("digit", (784,), 1), example("weights", (784, 10), 0.1)
    column = c.moved("c[:, None]", (0,), (3, 1))
    return {
        "scalar": Preset("a scalar", ">", (a, zero)),
        "vector": Preset("a vector to each row", "+", (m, c)),
        "column": Preset("a vector to each column", "+", (m, column)),
        "outer": Preset("outer product", "*", (c.moved("c[None, :]", (1,), (1, 3)), column)),
        "comparison": Preset("each with each", ">", (c.moved("c[None]", (1,), (1, 3)), column)),
        "image": Preset("256 × 256 pixels", "*", (example("image", (256, 256, 3), 1), scale)),
        "digit": Preset("784 pixels", "*", (digit.moved("digit[:, None]", (0,), (784, 1)), weights)),
        "clash": Preset("fails", "+", (p, c)),
        "digit-clash": Preset("fails", "*", (digit, weights)),
    }


PRESETS = _presets()
