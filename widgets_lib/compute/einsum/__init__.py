"""Einstein summation: one value behind every way to write it.

    e = parse("ik,kj->ij", (5, 784), (784, 10))   # shapes, or arrays
    e.letters    what becomes of each letter           e(a, b)          the value
    e.loops()    nested Python                         read_loops(text)
    e.expression()  broadcast, multiply, sum           read_expression(text)
    e.named()    the operation that has a name

The rule is one: a letter that is missing from the output is summed. A text that means no einsum is an EinsumError,
which says where in the text, which rule, and what would be right. Text is read, never run.

Source: the semantics of np.einsum without optimize; where libraries differ, see `differences`.
"""

from .costs import Cost
from .equation import Einsum
from .errors import EinsumError, Repair, Span
from .expression_reader import read_expression
from .loops_reader import read_loops
from .meaning import same
from .named import Named
from .parsing import parse
from .result_cells import CellSum, Product
from .roles import Letter

__all__ = [
    "CellSum",
    "Cost",
    "Einsum",
    "EinsumError",
    "Letter",
    "Named",
    "Product",
    "Repair",
    "Span",
    "parse",
    "read_expression",
    "read_loops",
    "same",
]
