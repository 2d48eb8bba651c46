"""The numbers that lesson 06 states and shows."""

import math
import os
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest

import widgets_lib as wl
from tests.lessons.lesson_expressions import given_away, judged, shown, text_above, tried, widgets
from tests.support import servers

LESSON = "06_gpu"
A6000 = {"naive": 309.0, "naive_columns": 1986.5, "tiled": 2980.3, "library": 23249.6}


def cell(start):
    """The source of the lesson's one code cell that begins like this."""
    cells = nbformat.read(servers.ROOT / f"lessons/{LESSON}.ipynb", as_version=4).cells
    (found,) = [each.source for each in cells if each.cell_type == "code" and each.source.startswith(start)]
    return found


def prose():
    cells = nbformat.read(servers.ROOT / f"lessons/{LESSON}.ipynb", as_version=4).cells
    return "\n".join(each.source for each in cells if each.cell_type == "markdown")


def test_the_python_launch_makes_the_product(run_lesson, printed):
    launched, calls = run_lesson(
        LESSON,
        "(lambda c: [launch_kernel(matmul_cell, 5, 10, five, weights, c), c.tolist()])"
        "(np.full((5, 10), np.nan, np.float32))[1]",
        "(five.astype(float) @ weights).tolist()",
    )
    assert np.allclose(launched, calls, rtol=1e-5, atol=1e-5)
    assert printed(LESSON, "calls, steps = ") == "500,000 calls, each with 784 multiplications\n"


def test_a_cell_that_nobody_writes_fails_the_test(run_lesson):
    (said,) = run_lesson(
        LESSON,
        "(lambda c: [launch_kernel(matmul_cell, 5, 9, five, weights, c), raises(AssertionError, test_close, c, five @ weights)])"
        "(np.full((5, 10), np.nan, np.float32))[1]",
    )
    assert said == "values differ by up to nan"


def test_without_the_guard_python_raises(printed):
    assert printed(LESSON, "def no_guard") == "IndexError: index 5 is out of bounds for axis 0 with size 5\n"


def test_blocks_and_idle_threads(run_lesson, printed):
    assert run_lesson(LESSON, shown("blocks")) == [[math.ceil(50_000 / 16), math.ceil(10 / 16)]]
    assert printed(LESSON, "covered = ") == "300,000 of 800,000 threads are idle\n37.5 %\n"
    assert 3125 * 256 - 500_000 == 300_000 and 6 / 16 == 0.375


def test_each_variant_of_a_block(run_lesson):
    (said,) = run_lesson(LESSON, tried(0))
    assert "2,048 threads a block" in said.pop("(64, 32)")
    for name, text in said.items():
        x, y = eval(name)
        blocks = math.ceil(50_000 / x), math.ceil(10 / y)
        idle = 1 - 500_000 / (math.prod(blocks) * x * y)
        assert eval(text) == (blocks, f"{100 * idle:.1f} % idle")
    assert eval(said["(25, 10)"])[1] == "0.0 % idle"
    assert 7 * 32 < 25 * 10 < 8 * 32


def test_the_trace_of_the_kernel(printed):
    assert printed(LESSON, "c = np.full((5, 10), np.nan, np.float32)\ntrace") == "78,400 reads, 50 writes\n0 faults\n"
    assert 2 * 784 * 50 == 78_400


def test_what_a_kernel_without_a_guard_does_outside(printed):
    lines = printed(LESSON, "@cuda.jit\ndef unguarded").splitlines()
    assert [line.split(" on line")[0] for line in lines[:-1]] == [
        "thread (5, 0) reads a[5, 0]",
        "thread (0, 10) reads b[0, 10]",
        "thread (5, 0) writes c[5, 0]",
        "thread (0, 10) writes c[0, 10]",
    ]
    assert lines[-1] == f"{16 * 16 - 5 * 10} threads" == "206 threads"
    assert "A guard mends it: if i < a.shape[0]." in lines[0], "no backticks in plain text"


def test_what_is_written_for_a_gpu_runs_in_numbas_simulator():
    """The lesson's own cells, on few digits: in the simulator each thread is one of Python’s."""
    program = "\n".join(
        [
            *("import math", "import numpy as np", "from widgets_lib.compute import gpu", "threads = (16, 16)"),
            cell("def launch_kernel").split("\n\n\n")[1],
            cell("from widgets_lib.compute.gpu import cuda"),
            cell("def matmul_on_gpu").split("\n\n\n")[0],
            "a, b = np.ones((20, 9), np.float32), np.arange(90, dtype=np.float32).reshape(9, 10)",
            "test_close(matmul_on_gpu(a, b), a @ b)",
            "print('right')",
            cell("def show_rates").split("\n\n\n")[1],
            "time_here(size=16)",
        ]
    )
    file = servers.ROOT / "lessons/nowhere.py"  # the source of a kernel is looked up by file and line
    code = f"import linecache; text = {program!r}; name = {str(file)!r}; " + (
        "linecache.cache[name] = (len(text), None, text.splitlines(True), name); exec(compile(text, name, 'exec'), {})"
    )
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(servers.ROOT)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    right, *rates = run.stdout.splitlines() or [run.stderr]
    assert right == "right"
    assert [line.split()[0] for line in rates] == ["naive", "naive_columns", "tiled"]
    assert all(re.search(r"[\d.]+ GFLOP/s here, on numba’s simulator", line) for line in rates)


def test_the_transfer_of_the_digits(run_lesson, printed):
    bus = 16 * 8e9 * 128 / 130 / 8
    assert bus == pytest.approx(15.75e9, rel=1e-3)
    assert run_lesson(LESSON, "x_train.nbytes") == [50_000 * 784 * 4]
    said = printed(LESSON, "# PCIe 3.0")
    assert said == "the transfer: at least 10.0 ms\nthe product:  0.429 ms (published, 2022)\n"
    assert 20 < 50_000 * 784 * 4 / bus / 0.429e-3 < 25
    assert "157 MB" in prose() and round(50_000 * 784 * 4 / 1e6) == 157


def test_float64_sums_are_more_exact_and_float32_suffices(run_lesson):
    dtypes, errors, largest = run_lesson(
        LESSON,
        "[str(in_float32.dtype), str(in_float64.dtype)]",
        "[float(abs(each - exact).max()) for each in (in_float32, in_float64)]",
        "float(abs(exact).max())",
    )
    assert dtypes == ["float32", "float64"]
    assert errors[1] < errors[0] / 2
    assert errors[0] < 1e-5 * largest
    dtypes = shown("np.zeros((5, 10)).dtype, torch.zeros(5, 10).dtype").replace("tensor.tolist()", "str(tensor)")
    assert run_lesson(LESSON, dtypes) == [["float64", "torch.float32"]]


def test_the_loose_check_lets_whole_numbers_pass(printed):
    loose, strict = printed(LESSON, "rounded = ").splitlines()
    assert loose == "rounded to whole numbers: passes"
    assert float(re.fullmatch(r"our own test: values differ by up to (0\.\d\d)", strict)[1]) <= 0.5


def test_sectors_of_both_directions_of_x(run_lesson, printed):
    rows, columns = run_lesson(LESSON, "x_as_row", "x_as_column")
    assert printed(LESSON, "def sectors_per_load") == "sectors: a 16, b 1, c 16\n"
    assert printed(LESSON, "x_as_column = ") == "sectors: a 2, b 2, c 3\n"
    assert (rows, columns) == ({"a": 16, "b": 1, "c": 16}, {"a": 2, "b": 2, "c": 3})
    assert printed(LESSON, "row_loads = ") == "85 sectors against 32 at each step\n2.66 times as many\n"
    active, idle_warps = run_lesson(
        LESSON,
        "gpu.Placement.of(50_000, 784, 10, x_is_row=False).active((0, 0)).sum(axis=1).tolist()",
        "int((gpu.Placement.of(50_000, 784, 10).active((0, 0)).sum(axis=1) == 0).sum())",
    )
    assert (active, idle_warps) == ([20] * 8, 3)
    assert (
        printed(LESSON, "from widgets_lib.compute.gpu import Placement")
        == "33 sectors against 5 at each step\n6.6 times as many\n"
    )


def test_published_rates_are_those_of_their_source(run_lesson, printed):
    assert run_lesson(LESSON, "gpu.PUBLISHED_A6000.gflops", "gpu.PUBLISHED_A6000.size") == [A6000, 4092]
    said = printed(LESSON, "def show_rates")
    assert said.startswith("Published figures, not measured here:\nNVIDIA A6000 (Ampere), 4,092 × 4,092\n")
    assert [float(each.replace(",", "")) for each in re.findall(r"([\d,.]+) GFLOP/s\n", said)] == list(A6000.values())
    assert "github.com/siboehm/SGEMM_CUDA, README\n" in said
    assert A6000["naive_columns"] / A6000["naive"] == pytest.approx(6.4, abs=0.05)
    assert A6000["tiled"] / A6000["naive_columns"] == pytest.approx(1.5, abs=0.01)
    assert 7.5 < A6000["library"] / A6000["tiled"] < 8
    assert "2,980 GFLOP/s, one and a half times" in prose() and "nearly eight times as fast" in prose()


def test_tiles_read_a_sixteenth(printed):
    assert printed(LESSON, "a, b = random.random((2, 32, 32)").splitlines() == [
        "plain: 65,536 reads of a and b",
        "tiled: 4,096 reads of a and b",
    ]
    assert 2 * 32**3 == 65_536 == 16 * 4096


def test_the_race_is_named_and_mended(run_lesson, printed):
    assert printed(LESSON, "ones = ").startswith("threads 0 and 1 of block 0 both write out[0] on line 5")
    assert run_lesson(LESSON, "[float(mended.after['out'][0]), len(mended.faults)]") == [[64, 0]]


def test_each_broken_kernel_of_the_challenges_is_there(run_lesson):
    assert run_lesson(LESSON, "len(gpu.CHALLENGES)") == [5]


def test_the_climb_is_the_product_of_its_steps(run_lesson, printed):
    assert printed(LESSON, "slowest_s = ") == "69 minutes against 429 µs\n9.7 million times as fast\n"
    factors, total, ends, published = run_lesson(
        LESSON,
        "list(steps.values())",
        "total_factor",
        "over_tensors / all_cores * gpu_factor",
        "matmul.PUBLISHED_2022[50_000, 'matmul'] / matmul.PUBLISHED_2022[50_000, 'torch-cuda']",
    )
    assert len(factors) == 4 and min(factors) >= 1
    assert total == pytest.approx(ends)
    assert published == pytest.approx(15.5 / 0.429)
    lines = printed(LESSON, "total_factor = ").splitlines()
    assert sum(int(each.split()[2]) for each in lines[:4]) == pytest.approx(100, abs=2)


def test_the_widgets_show_the_lessons_own_launches(run_lesson):
    grids, sizes = run_lesson(
        LESSON,
        f"[[w.m, w.n, w.threads, w.x] for w in {widgets('KernelGrid')}]",
        f"[[w.m, w.k, w.n] for w in {widgets('MatmulLadder')}]",
    )
    assert grids == [[20, 11, [8, 8], "row"], [50_000, 10, [16, 16], "column"]]
    assert sizes == [[50_000, 784, 10]]


def test_every_question_knows_its_answer(run_lesson):
    largest, smallest = run_lesson(LESSON, "max(steps, key=steps.get)", "min(steps, key=steps.get)")
    right = [
        "500,000",
        "it raises an error",
        "3,125",
        "37.5",
        "53",
        "206",
        "10",
        "float64",
        "yes",
        "16",
        "2",
        "6.4",
        "16",
    ]
    right += ["that can’t be known", "three loops over tensors", largest]
    wrong = ["50", "it skips row 5", "3,126", "62.5", "48", "176", "0.4", "float32", "no", "1", "16", "2.7", "32"]
    wrong += ["64", "torch @", smallest]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]


def test_no_question_stands_below_its_answer():
    pairs = [
        ("call the kernel for all", "calls, steps = "),
        ("the launch is 6 × 10", "launch_kernel(no_guard"),
        ("How many blocks", "blocks = (math.ceil(m"),
        ("nothing to do", "covered = "),
        ("threadIdx.x", "3 * 16 + 5"),
        ("256 threads", "gpu.trace(unguarded"),
        ("over such a bus", "transfer_s"),
        ("dtype of", "np.zeros((5, 10)).dtype"),
        ("whole numbers", "np.round("),
        ("16 different rows", "sectors_per_load("),
        ("2 rows and 16 columns", "sectors_per_load(matmul_columns"),
        ("with x as the column", "show_rates"),
        ("32 × 32 matrices", "gpu.trace(matmul_tiled"),
        ("starts at 0", "gpu.trace(total,"),
        ("largest factor", "total_factor"),
    ]
    assert given_away(LESSON, pairs) == []


@pytest.mark.parametrize(
    ("word", "widget"), [("its **lanes**", "wl.KernelTrace(matmul_kernel"), ("(2 passes)", 'preset="tiled"')]
)
def test_a_word_of_a_film_is_explained_above_it(word, widget):
    cells = nbformat.read(servers.ROOT / f"lessons/{LESSON}.ipynb", as_version=4).cells
    (film,) = [at for at, each in enumerate(cells) if widget in each.source]
    assert word in "".join(each.source for each in cells[:film] if each.cell_type == "markdown")


def test_the_picture_on_top_answers_no_question():
    """It has sizes of its own: 3,125 blocks, 37.5 % and 16 sectors are asked for later."""
    assert "wl.KernelGrid(20, 11" in cell("wl.KernelGrid(20")
    grid = wl.KernelGrid(20, 11, threads=(8, 8), cell=(3, 9))
    assert "cell=(3, 9)" in cell("wl.KernelGrid(20")
    assert grid.picture["block"]["inside"] == [8, 3], "five of its eight columns are hatched"
    assert [warp["active"] for warp in grid.picture["warps"]["entries"]] == [24, 0]
    rows = [request["text"] for request in grid.picture["requests"]]
    grid.x = "column"
    assert (rows[0], grid.picture["requests"][0]["text"]) == ("8 sectors", "4 sectors"), "the swap shows"
    for number in ("3,125", "3125", "37.5", "500,000 calls"):
        assert number not in text_above(LESSON, "How many blocks")
