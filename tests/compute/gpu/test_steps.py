"""What a block did, step by step: in an order that every thread agrees with, and as coarse as it must be."""

import numpy as np
import pytest

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda, float32


def traced(key):
    example = gpu.EXAMPLES[key]
    return gpu.trace(example.text, example.blocks, example.threads, *example.arguments())


@pytest.mark.parametrize("key", gpu.EXAMPLES)
def test_the_steps_of_a_block_hold_every_access_once(key):
    trace = traced(key)
    for block in trace.blocks:
        found = gpu.steps(trace, block)
        assert found.grain == "round" and found.total == len(found.steps)
        accesses = sum(len(request.cells) for step in found.steps for request in step.requests)
        assert accesses == int((trace.accesses.columns.block == block).sum())


def test_the_steps_of_a_product_by_its_formula():
    """Each warp reads a and b once a round of k, then writes c; what it asks for is what the trace says in all."""
    trace = traced("rows")
    found = gpu.steps(trace, 0)
    assert [(step.warp, step.line, len(step.threads)) for step in found.steps] == (
        [(0, 6, 32)] * 8 + [(0, 7, 32)] + [(1, 6, 32)] * 8 + [(1, 7, 32)]
    )
    assert found.steps[-1].reads == {"global": 64 * 8 * 2}
    asked = {}
    for block in trace.blocks:
        for step in gpu.steps(trace, block).steps:
            for request in step.requests:
                name = trace.accesses.arrays[request.array].name
                asked[name] = asked.get(name, 0) + request.cost
    assert asked == {name: trace.sectors(name).sectors for name in "abc"}


def test_what_shared_memory_is_asked_for_is_what_the_trace_says():
    trace = traced("transposed")
    passes = [
        request.cost
        for step in gpu.steps(trace, 0).steps
        for request in step.requests
        if trace.accesses.arrays[request.array].space == "shared" and request.kind == "read"
    ]
    assert passes == [32] * 32 and sum(passes) == trace.bank_conflicts("tile", kind="read").passes


def test_a_barrier_stands_between_what_comes_before_and_after():
    steps = gpu.steps(traced("tiled"), 0).steps
    kinds = [(step.kind, step.line, step.interval) for step in steps]
    barriers = [at for at, (kind, _, _) in enumerate(kinds) if kind == "barrier"]
    assert [kinds[at] for at in barriers] == [
        ("barrier", 16, 0),
        ("barrier", 19, 1),
        ("barrier", 16, 2),
        ("barrier", 19, 3),
    ]
    for at in barriers:
        assert all(step.interval <= steps[at].interval for step in steps[:at])
        assert all(step.interval > steps[at].interval for step in steps[at + 1 :])
    assert steps[barriers[0]].reads == {"global": 128, "shared": 0}
    assert steps[-1].reads == {"global": 256, "shared": 2048}, "each block reads 16 columns of a and 16 rows of b"


def branching(a, out):
    i = cuda.grid(1)
    if i % 2 == 0:
        out[i] = a[i]
    else:
        x = a[i]
        out[i] = x
    out[i + 32] = a[i]


def test_lanes_that_branch_come_one_after_the_other_and_the_others_wait():
    trace = gpu.trace(branching, 1, 32, np.arange(32.0), np.zeros(64))
    steps = gpu.steps(trace, 0).steps
    assert [(step.line, len(step.threads), len(step.lost)) for step in steps] == [
        (4, 16, 16), (6, 16, 16), (7, 16, 16), (8, 32, 0),
    ]  # fmt: skip


def loops_of_different_length(a, out):
    i = cuda.grid(1)
    total = float32(0)
    for k in range(i % 3):
        if a[k] > 0:
            total += a[k]
    out[i] = total


def test_every_thread_comes_to_its_steps_in_order():
    trace = gpu.trace(loops_of_different_length, 1, 32, np.arange(1.0, 5), np.zeros(32))
    steps = gpu.steps(trace, 0).steps
    assert steps[-1].line == 7 and len(steps[-1].threads) == 32
    for thread in range(32):
        mine = trace.accesses.columns.where(trace.accesses.columns.thread == thread)
        asked = [
            c for step in steps for r in step.requests for t, c in zip(r.threads, r.cells, strict=True) if t == thread
        ]
        assert asked == mine.cell.tolist()


def test_a_warp_without_work_has_a_step_of_its_own():
    a, b, c = gpu.examples.matrices(5, 3, 4)
    steps = gpu.steps(gpu.trace(gpu.naive_columns, 1, (16, 16), a, b, c), 0).steps
    assert [step.warp for step in steps if step.kind == "idle"] == [3, 4, 5, 6, 7]
    assert all(not len(step.requests) for step in steps if step.kind == "idle")
    assert {len(step.threads) for step in steps if step.kind == "access"} == {4, 8}
    assert all(not len(step.lost) for step in steps), "who has no work at all waits for nobody"


@pytest.mark.parametrize(("most", "grain", "total"), [(18, "round", 18), (17, "interval", 4), (3, "block", 2)])
def test_steps_are_as_coarse_as_they_must_be(most, grain, total):
    found = gpu.steps(traced("rows"), 0, most)
    assert (found.grain, found.total, len(found.steps)) == (grain, total, total)
    assert sum(len(request.cells) for step in found.steps for request in step.requests) == 64 * 17


def test_what_is_too_much_even_then_is_cut_and_counted():
    found = gpu.steps(traced("tiled"), 0, 5)
    assert found.grain == "block" and len(found.steps) == 5 and found.total == 4 + 2 * 3 + 1
    assert [step.line for step in found.steps] == [9, 13, 16, 18, 19]


def test_a_block_that_was_not_followed_is_named():
    with pytest.raises(ValueError, match=r"block \(1, 1\) was not followed"):
        a, b, c = gpu.examples.matrices(12, 8, 10)
        gpu.steps(gpu.trace(gpu.naive, (2, 2), (8, 8), a, b, c, max_accesses=1), 3)


def test_a_line_says_what_it_asks_for():
    trace = traced("rows")
    use = gpu.line_use(trace, 6)
    assert [(each.array, each.kind, each.accesses) for each in use.uses] == [("a", "read", 960), ("b", "read", 960)]
    assert use.uses[0].sectors == trace.sectors("a") and use.uses[0].conflicts is None
    assert use.lanes == trace.lanes(6)
    assert gpu.line_use(trace, 3).uses == ()
    assert gpu.lines_with_accesses(trace) == ((6, None), (7, None))
    tile = gpu.line_use(traced("transposed"), 9).uses
    assert {each.array: each.conflicts and each.conflicts.worst for each in tile} == {"tile": 32, "out": None}


# ---- is the result right? ----


def test_an_outcome_names_the_first_wrong_cell():
    trace = traced("rows")
    right = trace.after["c"].astype(float)
    assert gpu.outcome(trace, "c", right).is_right
    wrong = right.copy()
    wrong[3, 4] += 1
    found = gpu.outcome(trace, "c", wrong)
    assert (
        found.message == f"c[3, 4] is {right[3, 4]:.0f} and should be {right[3, 4] + 1:.0f}; 1 of 120 cells is wrong."
    )
    with pytest.raises(ValueError, match=r"c has the shape \(12, 10\) and is expected to have \(10, 12\)"):
        gpu.outcome(trace, "c", right.T)


def test_an_outcome_tells_what_nobody_wrote_from_what_was_made_of_nothing():
    def half(a, out):
        i = cuda.grid(1)
        if i < 4:
            out[i] = a[i]

    def onto_poison(a, out):
        i = cuda.grid(1)
        out[i] = out[i] + a[i]

    a, nothing = np.arange(8.0), np.full(8, np.nan)
    assert gpu.outcome(gpu.trace(half, 1, 8, a, nothing), "out", a).message == (
        "out[4] was never written; 4 of 8 cells are wrong."
    )
    message = gpu.outcome(gpu.trace(onto_poison, 1, 8, a, nothing), "out", a).message
    assert message.startswith("out[0] should be 0. It is nan, because it was made from a cell that nobody had written")


def test_of_sampled_blocks_only_their_cells_are_compared():
    a, b, c = gpu.examples.matrices(64, 4, 64)
    trace = gpu.trace(gpu.naive, (16, 16), (4, 4), a, b, c, max_accesses=1440)
    assert len(trace.blocks) == 10 and gpu.outcome(trace, "c", gpu.examples.product(a, b)).is_right
