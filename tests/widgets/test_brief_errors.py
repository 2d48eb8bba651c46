"""What the course refuses, as an IPython shell shows it; and as plain Python raises it."""

import inspect
import re
import subprocess
import sys
import traceback

import pytest
import traitlets
from IPython.core.interactiveshell import InteractiveShell

import widgets_lib as wl
from widgets_lib.widgets import _base, _brief_errors


@pytest.fixture(scope="module")
def shell():
    shell = InteractiveShell.instance()
    _brief_errors.watch(shell)  # as the import of widgets_lib does in a notebook: see the last test
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def shown(shell, monkeypatch):
    """shown(cell) -> the text of the traceback that the shell shows for it, without colours."""

    def shown(cell):
        seen = []
        monkeypatch.setattr(shell, "_showtraceback", lambda kind, error, lines: seen.append("\n".join(lines)))
        shell.run_cell(cell)
        (text,) = seen
        return re.sub(r"\x1b\[[\d;]*m", "", text)

    return shown


REFUSED = {
    "@wl.rung\ndef mine(a, b): ...": ("TypeError", "@wl.rung needs a title in parentheses"),
    "wl.rung('  ')": ("TypeError", "@wl.rung needs a title in parentheses"),
    "wl.rung('python')": ("ValueError", "choose another title"),
    "wl.rung()": ("TypeError", "missing 1 required positional argument: 'title'"),
    "wl.MatmulLadder(m=-1)": ("ValueError", "m = -1: give 1 to"),
    "wl.MatmulLadder(rows=3)": ("TypeError", "unexpected keyword argument 'rows'"),
    "wl.MatmulLadder(m='five')": ("TraitError", "'m' trait"),
    "wl.StrideExplorer('text')": ("TypeError", "not a str"),
    "wl.StrideExplorer({1: 2})": ("TypeError", "not a dict"),
    "wl.LoopStepper(m=0)": ("ValueError", "m"),
    "wl.Predict('How many?')": ("TypeError", "answer"),
    "wl.BroadcastExplorer((2, -3), (3,))": ("ValueError", "-3"),
    "wl.EinsumExplorer('ik,kj->iz')": ("EinsumError", "“z”"),
    "wl.EinsumExplorer('ik,kj->ij', (3, 4), (3, 4))": ("EinsumError", "“k” is 4 in"),
    "wl.DigitViewer([[1, 2], [3]])": ("ValueError", ""),
    "wl.LoopStepper(m=2).m = 'five'": ("TraitError", "'m' trait of a LoopStepper"),
    "wl.projector('large')": ("TypeError", "such as 1.5"),
    "wl.projector(99)": ("ValueError", "not 99"),
    "wl.MatmulLadder().run(['no such rung'])": ("ValueError", "no such rung"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_refusal_ends_at_the_learners_own_line(shown, line):
    kind, words = REFUSED[line]
    text = shown(f"import widgets_lib as wl\nx = 1\n{line}\ny = 2")
    assert "widgets_lib/" not in text and "traitlets/" not in text and "site-packages" not in text
    assert f"----> 3 {line.partition(chr(10))[0]}" in text
    last = text.strip().splitlines()[-1]
    assert last.startswith(f"{kind}: ") and words in last, text
    assert "another exception" not in text and "direct cause" not in text


OF_COMPUTE = {
    "list(iterators.chunks([1, 2, 3], 0))": ("ValueError", "0"),
    "matmul.matmul(torch.ones(2, 3), torch.ones(4, 5))": ("ValueError", "(2, 3)"),
    "matmul.matmul(torch.ones(2, 3), torch.ones(3, 5), 'fast')": ("ValueError", "fast"),
    "rng.real_fork('dice')": ("ValueError", "dice"),
    "rng.WichmannHill(-1.5)": ("TypeError", "1.5"),
    "strides.describe('text')": ("TypeError", "not a str"),
    "strides.write(torch.zeros(3), 9, 1)": ("IndexError", "9"),
    "timing.measure(lambda: (x for x in []))": ("TypeError", "nothing to measure"),
    "timing.measure(len, [], budget_s=-1)": ("ValueError", "-1"),
    "broadcasting.broadcast((2, -3), (3,))": ("ValueError", "-3"),
    "array_pickle.load_arrays(gzip.compress(pickle.dumps(print)))": ("UnsafePickleError", "builtins.print"),
    "mnist.download_file('ftp://x', 'y')": ("ValueError", "ftp"),
    "timing.measure(lambda: matmul.matmul(torch.ones(2, 3), torch.ones(4, 5)))": ("ValueError", "(4, 5)"),
}
IMPORTS = (
    "import gzip, pickle, torch; "
    "from widgets_lib.compute import array_pickle, broadcasting, iterators, matmul, mnist, rng, strides, timing"
)


@pytest.mark.parametrize("line", OF_COMPUTE)
def test_what_compute_refuses_ends_at_the_learners_own_line(shown, line):
    kind, words = OF_COMPUTE[line]
    text = shown(f"{IMPORTS}\nx = 1\n{line}\ny = 2")
    assert "widgets_lib/" not in text and "site-packages" not in text, text
    assert f"----> 3 {line}" in text
    last = text.strip().splitlines()[-1]
    assert kind in last.partition(":")[0] and words in last, text
    assert "another exception" not in text and "direct cause" not in text


def test_a_learners_function_that_compute_calls_is_shown_with_the_line_at_fault(shown):
    text = shown(f"{IMPORTS}\ndef mine():\n    return list(iterators.chunks([1], 0))\n\n\ntiming.measure(mine)")
    assert "----> 6 timing.measure(mine)" in text and "----> 3     return list(iterators" in text
    assert "timing.py" not in text and "iterators.py" not in text


def test_what_a_learners_function_raises_itself_keeps_its_lines(shown):
    text = shown(f"{IMPORTS}\ndef mine():\n    raise ValueError('mine')\n\n\ntiming.measure(mine)")
    assert "timing.py" in text and "----> 3     raise ValueError('mine')" in text


def test_a_fault_of_compute_keeps_its_lines(shown, monkeypatch):
    monkeypatch.setattr("widgets_lib.compute.strides.describe", lambda x: len(3))
    text = shown(f"{IMPORTS}\nstrides.describe(torch.zeros(3))")
    assert "has no len()" in text


def test_a_notebook_that_imports_the_course_is_watched():
    cell = "from widgets_lib.compute import iterators\nlist(iterators.chunks([1], 0))"
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        f"shell = InteractiveShell.instance()\nshell.run_cell({cell!r})"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "ValueError" in run.stdout and "iterators.py" not in run.stdout


def test_functions_of_the_learners_are_shown_down_to_the_call(shown):
    text = shown("import widgets_lib as wl\ndef mine(size):\n    return wl.MatmulLadder(m=size)\nmine(-7)")
    assert "----> 4 mine(-7)" in text and "----> 3     return wl.MatmulLadder(m=size)" in text
    assert text.strip().splitlines()[-1].startswith("ValueError: m = -7")


def test_a_fault_of_the_library_keeps_its_lines(shown, monkeypatch):
    monkeypatch.setattr(wl.LoopStepper, "_recompute", lambda self: len(3))
    text = shown("import widgets_lib as wl\nwl.LoopStepper()")
    assert "_base.py" in text and "object of type 'int' has no len()" in text


def test_an_error_of_the_learners_code_that_the_library_calls_keeps_its_lines(shown):
    cell = "import widgets_lib as wl\ndef mine(change):\n    raise ValueError('mine')\n"
    text = shown(f"{cell}stepper = wl.LoopStepper(m=2)\nstepper.observe(mine, 'm')\n\n\nstepper.m = 3")
    assert "----> 3     raise ValueError('mine')" in text and "----> 8 stepper.m = 3" in text


def test_verbose_mode_shows_all(shell, shown):
    shell.run_line_magic("xmode", "Verbose")
    try:
        text = shown("import widgets_lib as wl\nwl.MatmulLadder(m=-1)")
    finally:
        shell.run_line_magic("xmode", "Context")
    assert "ladder.py" in text


def test_other_errors_of_a_cell_are_shown_as_ever(shown):
    assert "----> 1 int('x')" in shown("int('x')")


def test_plain_python_gets_the_same_exceptions_with_all_lines():
    with pytest.raises(ValueError, match="m = -1") as caught:
        wl.MatmulLadder(m=-1)
    assert type(caught.value) is ValueError
    assert "check_size" in "".join(traceback.format_exception(caught.value))
    with pytest.raises(TypeError, match="title"):
        wl.rung(print)
    with pytest.raises(traitlets.TraitError):
        wl.LoopStepper(m="three")
    run = subprocess.run(
        [sys.executable, "-c", "import widgets_lib as wl; wl.rung(print)"], capture_output=True, text=True
    )
    assert run.returncode == 1 and "learner_rungs.py" in run.stderr


def test_signatures_and_documentation_are_those_of_the_functions():
    assert list(inspect.signature(wl.MatmulLadder).parameters)[:3] == ["m", "k", "n"]
    assert list(inspect.signature(wl.rung).parameters) == ["title"]
    assert wl.rung.__doc__ and wl.rung.__name__ == "rung"
    assert inspect.getsource(wl.MatmulLadder.run).lstrip().startswith("def run(")
    assert wl.MatmulLadder.__init__ is not _base.Widget.__init__
