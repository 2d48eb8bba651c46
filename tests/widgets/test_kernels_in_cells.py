"""`@wl.kernel` in the cells of a notebook: followed when the cell has ended, with one line of verdict under it."""

import pytest

import widgets_lib as wl
from widgets_lib.compute import gpu
from widgets_lib.widgets.trace import learner_kernels
from widgets_lib.widgets.trace.learner_kernels import LEARNER_KERNELS

WAIT_S = 60
RIGHT = [
    "def matmul(a, b, c):",
    "    i, j = cuda.grid(2)",
    "    if i < c.shape[0] and j < c.shape[1]:",
    "        total = float32(0)",
    "        for k in range(a.shape[1]):",
    "            total += a[i, k] * b[k, j]",
    "        c[i, j] = total",
]
COPY = ["def copy(a, out):", "    i = cuda.grid(1)", "    if i < out.size:", "        out[i] = a[i]"]


@pytest.fixture
def shell(shell):
    """The shell, which waits after each cell until its kernels were followed."""
    run = shell.cell

    def cell(*lines):
        run(*lines)
        assert learner_kernels.wait(WAIT_S)

    shell.cell = cell
    cell("import numpy as np", "import widgets_lib as wl", "from widgets_lib.compute.gpu import cuda, float32")
    cell("a, out = np.arange(10.0), np.zeros(10)")
    return shell


def line(shell):
    return shell.shown[-1].value.partition(">")[2].removesuffix("</span>")


def test_a_right_kernel_gets_one_line_that_says_so(shell):
    shell.cell("@wl.kernel('mine')", "@cuda.jit", *RIGHT)
    assert line(shell) == "✓ right · no faults · 5.5 sectors per warp load", "the launch was not the learner's choice"
    assert len(shell.shown) == 1
    shell.cell("@wl.kernel('mine', (1, 2), (16, 16))", "@cuda.jit", *RIGHT[:1], "    j, i = cuda.grid(2)", *RIGHT[2:])
    assert line(shell) == "✓ right · no faults · 2 sectors per warp load · 60.9 % of the threads idle"


def test_the_first_fault_is_named_with_its_line(shell):
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY[:2], "    out[i] = a[i]")
    assert line(shell) == (
        "✗ thread 2 of block 2 reads a[10] on line 4: axis 0 of a ends at 9. So does thread 3 of block 2. "
        "A guard mends it: <code>if i &lt; a.shape[0]</code>. (and 1 fault more)"
    )


def test_a_wrong_result_is_named_where_the_right_one_is_known(shell):
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out), expected=lambda a: 2 * a)", *COPY)
    assert line(shell) == "✗ no faults, but out[1] is 1 and should be 2; 9 of 10 cells are wrong."
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out), expected=a)", *COPY)
    assert line(shell).startswith("✓ right · no faults")
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY)
    assert line(shell).startswith("✓ no faults · "), "nobody said what is right"


def test_an_error_ends_at_the_learners_line(shell):
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY[:3], "        out[i] = a.sum()")
    assert line(shell).startswith("✗ line 5: a kernel can’t call a.sum()")
    shell.cell("@wl.kernel('mine')", "def two(a, b):", "    a[0, 0] = 1")
    assert line(shell) == "✗ two takes 2 arguments (a, b) and is given 3"


def test_a_helper_below_the_kernel_is_found_and_the_function_comes_back(shell):
    shell.cell(
        "@wl.kernel('mine', 3, 4, arrays=(a, out))",
        *COPY[:3],
        "        out[i] = twice(a[i])",
        "",
        "@cuda.jit(device=True)",
        "def twice(x):",
        "    return 2 * x",
    )
    assert line(shell).startswith("✓ no faults")
    assert shell.user_ns["copy"].__name__ == "copy"


def test_nothing_is_followed_before_the_cell_has_ended(shell):
    shell.cell("@wl.kernel('late', 3, 4, arrays=(a, out))", *COPY, "", "early = wl.KernelTrace().kernels[0]['key']")
    assert shell.user_ns["early"] == "late", "but it is listed"
    assert LEARNER_KERNELS["late"].followed.is_right


def test_it_is_listed_in_open_traces_and_running_the_cell_again_replaces_it(shell):
    trace = wl.KernelTrace()
    first = [entry["key"] for entry in trace.kernels]
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY[:2], "    out[i] = a[i]")
    assert [entry["key"] for entry in trace.kernels] == ["mine", *first] and trace.kernel == "rows"
    trace._on_msg({"kernel": "mine"}, [])
    assert len(trace.picture["faults"]) == 2 and trace.error == ""
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY)
    assert trace.wait(WAIT_S)
    assert trace.picture["faults"] == [] and trace.picture["code"][4]["text"].strip() == "out[i] = a[i]"
    assert [entry["key"] for entry in trace.kernels].count("mine") == 1
    assert wl.KernelTrace("mine").kernel == wl.KernelTrace(shell.user_ns["copy"]).kernel == "mine"
    trace.close()


def test_an_error_is_shown_in_the_trace_with_the_text(shell):
    trace = wl.KernelTrace()
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY[:3], "        out[i] = a.sum()")
    trace._on_msg({"kernel": "mine"}, [])
    (pin,) = trace.picture["faults"]
    assert pin["row"] == 4 and pin["message"].startswith("Line 5: a kernel can’t call a.sum()")
    assert trace.picture["code"][1]["text"] == "def copy(a, out):"
    trace.close()


def test_forgetting_it_removes_it_everywhere(shell):
    trace = wl.KernelTrace()
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY)
    trace._on_msg({"kernel": "mine"}, [])
    wl.forget("mine")
    assert trace.kernel == "rows" and "mine" not in [entry["key"] for entry in trace.kernels]
    assert trace.error == "" and len(trace.picture["steps"]) == 18
    with pytest.raises(ValueError, match="there is no rung 'mine' of yours to forget; there is none yet"):
        wl.forget("mine")
    shell.cell("@wl.kernel('other', 3, 4, arrays=(a, out))", *COPY)
    with pytest.raises(ValueError, match="there is no rung or kernel 'mine' of yours to forget; there is 'other'"):
        wl.forget("mine")
    trace.close()


def test_a_challenge_is_mended_in_a_cell(shell):
    shell.cell("@wl.kernel('mend', challenge='guard')", *gpu.CHALLENGES["guard"].example.text.splitlines())
    assert line(shell).startswith("✗ Thread (4, 0) of block (1, 0) reads a[12, 0] on line 6")
    shell.cell("@wl.kernel('mend', challenge='guard')", *RIGHT)
    assert line(shell) == "✓ Solved: no fault in 4 blocks, and every cell of c is right."


def test_a_kernel_for_the_drawn_arrays_alone_is_told_so_in_the_trace_too(shell):
    narrow = [text.replace("c.shape[0]", "12").replace("c.shape[1]", "10") for text in RIGHT]
    shell.cell("@wl.kernel('mend', challenge='guard')", *narrow)
    assert line(shell).startswith("✗ Right for the arrays that are drawn, and not for larger ones")
    trace = wl.KernelTrace("mend")
    assert trace.picture["verdict"]["text"].startswith("Right for the arrays that are drawn") and trace.challenge == {}
    trace.close()


def test_arguments_that_do_not_fit_are_shown_with_the_text(shell):
    trace = wl.KernelTrace()
    shell.cell("@wl.kernel('odd', 1, 4, arrays=(np.zeros(3, complex), out))", *COPY)
    assert line(shell).startswith("✗ ") and "complex numbers are not read" in line(shell)
    trace._on_msg({"kernel": "odd"}, [])
    assert "complex" in trace.error and trace.picture["code"][1]["text"] == "def copy(a, out):"
    trace.close()


def test_a_long_one_is_followed_on_a_thread_with_progress_under_the_cell(shell, monkeypatch):
    monkeypatch.setattr("widgets_lib.widgets.trace.following.INLINE_S", 0.0)
    monkeypatch.setattr("widgets_lib.widgets.trace.following.TELL_S", 0.0)
    said = []
    monkeypatch.setattr("widgets_lib.widgets._cell_line.CellLine.show", lambda self, text: said.append(text))
    shell.cell("@wl.kernel('mine', 3, 4, arrays=(a, out))", *COPY)
    assert said[0] == "“mine” will be followed" and said[1] == "Following “mine” …"
    assert said[-1].startswith("✓ no faults")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ("", TypeError, "missing 1 required positional argument"),
        ("3", TypeError, r"needs a title in parentheses: @wl.kernel\(\"my kernel\"\)"),
        ("'tiled'", ValueError, "the chooser has a kernel 'tiled' of its own"),
        ("'x', challenge='hard'", ValueError, "challenge 'hard' is not one of guard"),
        ("'x', 3, challenge='guard'", ValueError, "a challenge has its own launch and arrays"),
        ("'x', arrays=(1,)", ValueError, "give blocks and threads, too"),
        ("'x', 0", ValueError, "blocks is at least 1"),
        ("'x', 1, 2048", ValueError, "threads is at most 1,024"),
    ],
)
def test_what_is_wrong_with_the_decorator_is_said_above_the_function(shell, arguments, error, words):
    with pytest.raises(error, match=words):
        shell.cell(f"@wl.kernel({arguments})", *COPY)
    assert not LEARNER_KERNELS


def test_it_goes_above_a_function(shell):
    with pytest.raises(TypeError, match=r"goes above a function, or above @cuda\.jit"):
        wl.kernel("mine", 1, 1)(5)
