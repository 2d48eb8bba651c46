"""Challenges: judged by meaning and not by letters, and what is missing is said in words."""

import itertools
import string

import numpy as np
import pytest

from widgets_lib.compute.einsum import EinsumError, parse
from widgets_lib.compute.einsum.challenges import CHALLENGES, judge
from widgets_lib.widgets.einsum.operands import Operand

RENAMED = str.maketrans(string.ascii_lowercase, string.ascii_lowercase[::-1])


@pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=list(CHALLENGES))
def test_a_challenge_starts_unsolved_and_its_goal_solves_it_in_any_letters(challenge):
    start = judge(challenge, parse(challenge.start, *challenge.shapes))
    assert not start.is_solved and start.message
    for equation in (challenge.goal, challenge.goal.translate(RENAMED)):
        verdict = judge(challenge, parse(equation, *challenge.shapes))
        assert verdict.is_solved and equation in verdict.message
    assert challenge.hints and all(hint.endswith((".", "?")) for hint in challenge.hints)


# What a learner makes on the way, each with the words that say what is missing.
MISSING = {
    ("trace", "ij->"): "the diagonal of a counts",
    ("trace", "ii->i"): "“i” is kept, and should be summed",
    ("diagonal", "ii->"): "“i” is summed, but the result needs it",
    ("rows", "ij->j"): "“i” is summed, but the result needs it",
    ("rows", "ij->"): "“i” is summed",
    ("transpose", "ij->ij"): "another order: the result should have shape (4, 3)",
    ("pairs", "ik,kj->ij"): None,  # does not fit the operands
    ("pairs", "ik,jk->ji"): "should have shape (3, 2)",
    ("pairs", "ik,jk->"): "“i” and “j” are summed, but the result needs them",
    ("batched-outer", "pi,qj->pqij"): "Axis 0 of a and axis 0 of b belong together",
    ("batched-outer", "pi,pj->ij"): "“p” is summed",
    ("batched-matmul", "pik,pkj->ij"): "“p” is summed",
    ("bilinear", "i,ij,j->i"): "“i” is kept, and should be summed",
    ("channels", "hwc->cwh"): "should have shape (2, 3, 4)",
    ("picture", "ij,i->i"): "Your result has shape (3,), the one in the picture (4,)",
    ("picture", "ab->ba"): "operands of shape (3, 4) and (3,)",
    ("picture-pairs", "ik,jl->ji"): "the numbers are not the ones in the picture",
}


@pytest.mark.parametrize(("key", "equation"), MISSING)
def test_what_is_missing_is_said(key, equation):
    challenge, words = CHALLENGES[key], MISSING[key, equation]
    if words is None:
        with pytest.raises(EinsumError):
            parse(equation, *challenge.shapes)
        return
    shapes = challenge.shapes if equation.count(",") + 1 == len(challenge.shapes) else ()
    verdict = judge(challenge, parse(equation, *shapes))
    assert not verdict.is_solved and words in verdict.message


def equations(shapes):
    """Every equation of operands of these shapes, but for the names of its letters."""
    axes = sum(map(len, shapes))
    for numbers in itertools.product(range(axes), repeat=axes):
        if any(number > max(numbers[:at], default=-1) + 1 for at, number in enumerate(numbers)):
            continue  # the same with other letters
        letters = "".join(string.ascii_lowercase[number] for number in numbers)
        ends = list(itertools.accumulate(map(len, shapes), initial=0))
        inputs = ",".join(letters[start:end] for start, end in itertools.pairwise(ends))
        distinct = "".join(dict.fromkeys(letters))
        for n in range(len(distinct) + 1):
            for output in itertools.permutations(distinct, n):
                yield f"{inputs}->{''.join(output)}"


@pytest.mark.parametrize("key", [key for key, challenge in CHALLENGES.items() if challenge.is_picture])
def test_no_other_equation_gives_the_picture(key):
    challenge = CHALLENGES[key]
    arrays = [Operand(shape, place).take([range(n) for n in shape]) for place, shape in enumerate(challenge.shapes)]
    picture = np.einsum(challenge.goal, *arrays)
    giving = []
    for equation in equations(challenge.shapes):
        try:
            value = np.einsum(equation, *arrays)
        except ValueError:
            continue  # the sizes do not fit
        if np.array_equal(value, picture):
            giving.append(judge(challenge, parse(equation, *challenge.shapes)).is_solved)
    assert giving == [True]
