"""What is said beside the drawing: what an einsum is called, what it costs, where libraries differ, and a challenge."""

from collections.abc import Callable, Sequence
from typing import Any

from widgets_lib.compute.einsum import Cost, Einsum, differences
from widgets_lib.compute.einsum.challenges import Challenge, judge
from widgets_lib.compute.formatting import count, format_bytes
from widgets_lib.widgets._challenges import SOLVED_BEFORE, describe_progress
from widgets_lib.widgets.einsum.operands import Operand


def remark(e: Einsum, operands: Sequence[Operand], library: str) -> dict[str, Any]:
    """named: title and code of the operation, None if it has no name. costs: one line. differences: sentences."""
    named = e.named()
    return {
        "named": named and {"title": named.title, "code": named.code(library)},
        "costs": describe_costs(e.costs(max((operand.itemsize for operand in operands), default=8))),
        "differences": describe_differences(e.equation, [operand.given for operand in operands]),
    }


def describe_differences(equation: str, operands: Sequence[Any]) -> list[str]:
    """Where numpy and torch differ for this equation, a sentence each."""
    return [difference.sentence for difference in differences(equation, *operands)]


def describe_costs(costs: tuple[Cost, ...]) -> str:
    by_name = {cost.rendering: cost for cost in costs}
    loops, expression = by_name["loops"], by_name["expression"]
    work = [count(loops.multiplications, "multiplication")] * bool(loops.multiplications)
    work += [count(loops.additions, "addition")] * bool(loops.additions)
    if not work:
        return "Nothing is computed: numbers only move."
    held = expression.intermediate_bytes
    between = (
        f"the expression needs {format_bytes(held)} for intermediate results, the loops none"
        if held
        else "there are no intermediate results"
    )
    return f"{' and '.join(work)}; {between}."


def describe_challenge(
    challenge: Challenge, e: Einsum, solved: bool, hints: int, name_mistake: Callable[[Einsum], str]
) -> dict[str, Any]:
    """task, message, solved: the words, and whether it was ever solved. hints: those asked for; more: whether one is left.

    name_mistake: what is wrong with the learner's text if this einsum is wanted, a sentence or nothing.
    """
    verdict = judge(challenge, e)
    message = verdict.message
    if not verdict.is_solved and not challenge.is_picture:
        message = f"{name_mistake(challenge.wanted)} {message}".strip()
    if not verdict.is_solved and solved:
        message = SOLVED_BEFORE
    elif e.equation == challenge.start:
        message = "Press a letter to keep or to sum it, or edit one of the three texts: the drawing follows."
    return describe_progress(challenge, message, verdict.is_solved, solved, hints)
