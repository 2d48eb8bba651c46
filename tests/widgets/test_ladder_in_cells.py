"""`@wl.rung` in the cells of a notebook: taken when the cell has ended, with one line of verdict under it."""

import pytest

import widgets_lib as wl
from widgets_lib.widgets.ladder import learner_rungs

WAIT_S = 60


@pytest.fixture
def shell(shell):
    shell.cell("import torch", "import widgets_lib as wl")
    return shell


@pytest.fixture
def ladders():
    made = [wl.MatmulLadder(m=3, k=8, n=2, budget_s=0.02), wl.MatmulLadder(m=4, k=8, n=2, budget_s=0.02)]
    yield made
    for ladder in made:
        ladder.close()
        assert ladder.wait(WAIT_S)


def states(ladders, title):
    for ladder in ladders:
        assert ladder.wait(WAIT_S)
    return [ladder.results[title]["state"] for ladder in ladders]


def test_a_helper_below_the_rung_is_found_in_every_ladder(shell, ladders):
    shell.cell(
        "@wl.rung('helped')", "def f(a, b):", "    return helper(a, b)", "", "def helper(a, b):", "    return a @ b"
    )
    assert states(ladders, "helped") == ["measured", "measured"]


def test_a_rung_may_call_itself(shell, ladders):
    shell.cell(
        "@wl.rung('recursive')",
        "def halves(a, b):",
        "    if len(a) == 1:",
        "        return a @ b",
        "    half = len(a) // 2",
        "    return torch.cat([halves(a[:half], b), halves(a[half:], b)])",
    )
    assert states(ladders, "recursive") == ["measured", "measured"]


def test_nothing_is_taken_before_the_cell_has_ended(shell, ladders):
    shell.user_ns["ladder"] = ladders[0]
    shell.cell("@wl.rung('late')", "def f(a, b):", "    return a @ b", "early = 'late' in ladder.results")
    assert shell.user_ns["early"] is False
    assert states(ladders, "late") == ["measured", "measured"]


def test_a_cell_that_fails_below_still_adds_its_rung(shell, ladders):
    with pytest.raises(ZeroDivisionError):
        shell.cell("@wl.rung('kept')", "def f(a, b):", "    return a @ b", "1 / 0")
    assert states(ladders, "kept") == ["measured", "measured"]


def test_a_changed_helper_counts_at_the_next_run(shell, ladders):
    shell.cell("@wl.rung('mine')", "def f(a, b):", "    return g(a, b)", "def g(a, b):", "    return a @ b + 1")
    assert states(ladders, "mine") == ["wrong", "wrong"]
    shell.cell("def g(a, b):", "    return a @ b")
    ladders[0].run("mine")
    assert states(ladders[:1], "mine") == ["measured"]


def test_the_last_of_two_functions_of_one_title_counts(shell, ladders):
    shell.cell(
        "@wl.rung('same')", "def f(a, b):", "    return a", "@wl.rung('same')", "def g(a, b):", "    return a @ b"
    )
    assert states(ladders, "same") == ["measured", "measured"]


def line(shell):
    return shell.shown[-1].value


def test_a_rung_that_was_forgotten_is_compared_with_none_before(shell, ladders):
    shell.cell("@wl.rung('again')", "def f(a, b):", "    return a @ b")
    assert states(ladders, "again") == ["measured", "measured"]
    wl.forget("again")
    shell.cell("@wl.rung('again')", "def f(a, b):", "    return a.matmul(b)")
    assert states(ladders, "again") == ["measured", "measured"]
    assert "✓ right · " in line(shell) and "before" not in line(shell)


def test_one_line_under_the_cell_says_how_it_went(shell, ladders):
    ladders[0].run("python")
    ladders[0].wait(WAIT_S)
    shell.cell("@wl.rung('mine')", "def f(a, b):", "    return a @ b + 1")
    assert states(ladders, "mine") == ["wrong", "wrong"]
    assert "✗ wrong · No time for a wrong answer: c[" in line(shell)
    shell.cell("@wl.rung('mine')", "def f(a, b):", "    return a @ b")
    assert states(ladders, "mine") == ["measured", "measured"]
    assert "✓ right · " in line(shell) and "as three loops" in line(shell) and "before" not in line(shell)
    shell.cell("@wl.rung('mine')", "def f(a, b):", "    return a.matmul(b)")
    assert states(ladders, "mine") == ["measured", "measured"]
    assert " · before: " in line(shell)
    assert len(shell.shown) == 3, "one line a cell, however many ladders are open"


def test_the_line_is_text_whatever_an_error_says(shell, ladders):
    shell.cell("@wl.rung('<b>')", "def f(a, b):", "    raise ValueError('<script>')")
    assert states(ladders, "<b>") == ["failed", "failed"]
    assert "&lt;script&gt;" in line(shell) and "<script>" not in line(shell)


def test_a_rung_without_a_ladder_is_timed_by_the_next_one_that_shows_it(shell):
    learner_rungs.OPEN_LADDERS.clear()
    others = wl.MatmulLadder(m=2, k=3, n=2, show=("python", "numpy"), budget_s=0.01)
    shell.cell("@wl.rung('homeless')", "def f(a, b):", "    return a @ b")
    assert "no ladder is open to time it" in line(shell)
    assert [entry["key"] for entry in others.rungs] == ["python", "numpy"], "these were asked for, and no other"
    bars = wl.MatmulLadder(m=2, k=3, n=2, show=("python", "homeless"), compact=True, budget_s=0.01)
    assert bars.wait(60) and bars.results["homeless"]["check"] == "✓ right" and "✓ right" in line(shell)
    shell.cell("@wl.rung('homeless')", "def f(a, b):", "    return a @ b + 1")
    assert bars.wait(60) and bars.results["homeless"]["state"] == "wrong"
    shell.cell("@wl.rung('other')", "def f(a, b):", "    return a @ b")
    assert bars.error == "" and "no ladder is open to time it" in line(shell)
    bars.close()
    others.close()


def test_without_a_ladder_the_line_says_where_there_is_one(shell):
    learner_rungs.OPEN_LADDERS.clear()
    shell.cell("@wl.rung('mine')", "def f(a, b):", "    return a @ b")
    assert "no ladder is open" in line(shell)
