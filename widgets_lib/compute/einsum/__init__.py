"""Einstein summation: one value behind every way to write it.

    e = parse("ik,kj->ij", (5, 784), (784, 10))   # shapes, or arrays
    e.letters    what becomes of each letter           e(a, b)          the value
    e.loops()    nested Python                         read_loops(text)
    e.expression()  broadcast, multiply, sum           read_expression(text)
    e.named()    the operation that has a name         read_expression(text)
    e.costs()    multiplications, additions, bytes     paths(e)  the order of three operands and more
    e.cells(index)  what makes one cell of the result  differences(e)  numpy, optimize=True and torch

The rule is one: a letter that is missing from the output is summed. A text that means no einsum is an EinsumError,
which says where in the text, which rule, and what would be right. Text is read, never run.

Source: the semantics of np.einsum without optimize; where libraries differ, see `differences`.
"""

from .costs import Cost
from .equation import Einsum
from .errors import EinsumError, Repair, Span
from .examples import PRESETS, Preset
from .expression_reader import read_expression
from .forest import Forest, Node, plant
from .libraries import Difference, differences
from .loops_reader import read_loops
from .meaning import same
from .named import Named
from .orders import Path, Step, contract, describe_order, from_nodes, paths
from .parsing import parse
from .result_cells import CellSum, Product
from .roles import Letter

__all__ = [
    "PRESETS",
    "CellSum",
    "Cost",
    "Difference",
    "Einsum",
    "EinsumError",
    "Forest",
    "Letter",
    "Named",
    "Node",
    "Path",
    "Preset",
    "Product",
    "Repair",
    "Span",
    "Step",
    "contract",
    "describe_order",
    "differences",
    "from_nodes",
    "parse",
    "paths",
    "plant",
    "read_expression",
    "read_loops",
    "same",
]
