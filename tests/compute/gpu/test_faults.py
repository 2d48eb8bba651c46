"""Faulty kernels are named right: the kind, the lines, and nothing else; right ones are not accused."""

import numpy as np
import pytest

from widgets_lib.compute import gpu

from . import faulty_kernels, right_kernels
from .cases import FAULTY, RIGHT

assert faulty_kernels and right_kernels  # they fill the tables


def marked_lines(trace):
    """{(function, line)} of the lines that end with the mark."""
    texts = {None: trace.text, **trace.texts}
    return {
        (name, number)
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if line.endswith("# here")
    }


def test_there_are_enough_of_both():
    assert len(FAULTY) >= 40 and len(RIGHT) >= 40
    assert {case.kind for case in FAULTY.values()} == set(gpu.KINDS)


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_kernel_is_named_right(name):
    case = FAULTY[name]
    trace = gpu.trace(case.kernel, case.blocks, case.threads, *case.arguments())
    assert {fault.kind for fault in trace.faults} == {case.kind}, [fault.message for fault in trace.faults]
    assert {(fault.function, line) for fault in trace.faults for line in fault.lines} == marked_lines(trace)
    for fault in trace.faults:
        assert (fault.threads and fault.line in fault.lines and fault.repair in fault.message) or fault.repair[
            1:
        ] in fault.message
        assert f"line {fault.line}" in fault.message and fault.message.endswith((".", ":"))


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_kernel_is_not_accused(name):
    case = RIGHT[name]
    arguments = case.arguments()
    trace = gpu.trace(case.kernel, case.blocks, case.threads, *arguments)
    assert not trace.faults, [fault.message for fault in trace.faults]
    assert not trace.notes
    result = list(trace.after.values())[-1]
    np.testing.assert_array_equal(result, case.expected(*arguments[:-1]))
