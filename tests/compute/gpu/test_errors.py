"""What a kernel can't do ends in one sentence that names the line and the remedy."""

import linecache

import numba
import numpy as np
import pytest
import torch
from numba import cuda as numba_cuda

from widgets_lib.compute import gpu
from widgets_lib.compute.gpu import cuda, float32, int32

SENTENCES = {
    "out[0] = a.sum()": "a kernel can’t call a.sum(): write out what it does, in a loop",
    "out[0] = np.sum(a)": "a kernel can’t call np.sum(): a GPU runs arithmetic",
    "out[0] = sorted(a)": "a kernel can’t call sorted()",
    "out[0] = a.T[0, 0]": "a.T is not there in a kernel: write out what it does",
    "out[0] = width": "the name `width` is not known: define it above the kernel (thread 0)",
    "out[0] = width(1)": "the name `width` is not known: define it above the kernel",
    "out[0] = i(1)": "i is no function here",
    "out[i / 2] = 1": "an index of out is 0.0: write // or int(…)",
    "out[0] = [1, 2][0]": "a list can’t be made on a GPU: use cuda.local.array",
    "out[0] = sum([x for x in a])": "a list can’t be made on a GPU",
    "out[0] = {1: 2}[1]": "a dictionary can’t be used on a GPU",
    "out[0] = (lambda: 1)()": "lambda can’t be used here",
    "out[0] = a @ a": "@ can’t be used in a kernel: write the loop over k",
    "out[0] = f'{i}'": "text can’t be made on a GPU",
    "import math": "import above the kernel, not in it",
    "return out": "a kernel returns nothing: write the result into an array",
    "out[0] = a": "out is given a whole array: write one number",
    "out[0] = a + 1": "a whole array, a, is no number to compute with",
    "out[0] = 7 // (i - i)": "a whole number is divided by zero: guard the line with an if",
    "out[0] = a[0, 0]": "a has the shape (4,) and is given 2 indices: give one for each axis",
    "out[0] = i[0]": "i is one number and has no cells",
    "i[0] = 1": "i is no array and can’t be written into",
    "out[:] = 0": "a kernel writes one cell at a time: write a loop",
    "out[0] = cuda.shfl_sync(1, 2, 3)": "cuda.shfl_sync is not followed by a trace, which knows cuda.grid",
    "out[0] = cuda.threadIdx.w": "cuda.threadIdx.w is not followed by a trace",
    "cuda.syncthreads": "cuda.syncthreads is a function: call it, with ()",
    "cuda.syncthreads(1)": "cuda.syncthreads() takes nothing",
    "out[0] = cuda.grid()": "cuda.grid takes the number of axes: cuda.grid(1), (2) or (3)",
    "out[0] = cuda.grid(4)": "cuda.grid takes 1, 2 or 3, not 4",
    "t = cuda.shared.array(i, float32)": "the shape of a shared array is fixed before the kernel runs, and `i` is not",
    "t = cuda.shared.array((4, 4))": "cuda.shared.array takes a shape and a type: ((16, 16), float32)",
    "t = cuda.shared.array(4, complex)": "complex is no type that a trace knows: float32, float64",
    "t = cuda.shared.array(0, float32)": "made of whole numbers above 0, not 0",
    "t = cuda.shared.array((128, 128), float32)": "brings the shared memory of a block to 65,536 bytes",
    "cuda.atomic.add(out, 0)": "cuda.atomic.add takes an array, an index and a value",
    "cuda.atomic.add(i, 0, 1)": "cuda.atomic.add works on a global or a shared array",
    "cuda.atomic.cas(out, 0, 1)": "cuda.atomic.cas is not followed by a trace",
    "for x in a: out[0] = x": "a can’t be looped over here: loop over range(a.shape[0])",
    "for k in range(a[0] / 2): out[0] = k": "range takes whole numbers: write // where a division stands",
    "while i < 9: out[0] = 1": "went round its loops more than 1,000,000 times: the loop has no end",
    "for k in range(10**9): out[0] = 1": "went round its loops more than 1,000,000 times",
    "out[0] = later; later = 1": "`later` has no value yet: assign it on every path that leads here",
    "assert i > 0": "the kernel raised AssertionError",
    "raise ValueError('too small')": "the kernel raised ValueError: too small",
    "out[0] = helper(1)": "helper takes 2 arguments (x, y) and is given 1",
    "out[0] = a.shape[5]": "a shape, or another tuple, has no such part",
    "if a: out[0] = 1": "a is a whole array, neither true nor false: compare one of its cells",
    "out[0] = cuda.blockIdx.x[0]": "cuda.blockIdx.x is one number and has no cells",
}
TEXT = """
@cuda.jit(device=True)
def helper(x, y):
    return x + y

def kernel(a, out):
    i = cuda.grid(1)
    {}
"""


@pytest.mark.parametrize("line", SENTENCES)
def test_a_sentence_names_the_line_and_the_remedy(line):
    with pytest.raises(gpu.KernelError) as caught:
        gpu.trace(TEXT.format(line), 1, 2, np.arange(4.0), np.zeros(4))
    message = str(caught.value)
    assert SENTENCES[line] in message and "__gpu_" not in message and "\n" not in message
    assert message.startswith("line 3: ") and caught.value.line == 3


def test_an_error_in_a_device_function_names_it():
    text = "@cuda.jit(device=True)\ndef inner(x):\n    return 1 // x\n\ndef kernel(out):\n    out[0] = inner(0)\n"
    with pytest.raises(
        gpu.KernelError, match=r"^line 3 of inner: a whole number is divided by zero.*\(thread 0\)$"
    ) as error:
        gpu.trace(text, 1, 1, np.zeros(1))
    assert (error.value.line, error.value.function) == (3, "inner")


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        ("x = 1", "the text defines no function"),
        ("def k(a:\n    pass", "not Python"),
        ("def k(*a):\n    pass", "a kernel’s parameters are plain names"),
        ("def k(a, b=1):\n    pass", "a kernel’s parameters have no defaults"),
        ("def k(a, b):\n    pass", r"k takes 2 arguments \(a, b\) and is given 1"),
        ("def k(a):\n    def f():\n        pass", "line 2: define f above the kernel"),
    ],
)
def test_a_text_that_is_no_kernel(kernel, words):
    with pytest.raises(gpu.KernelError, match=words):
        gpu.trace(kernel, 1, 1, np.zeros(1))


def test_what_is_no_kernel_at_all():
    with pytest.raises(TypeError, match="a kernel is a function or its text, not a int"):
        gpu.trace(5, 1, 1)
    with pytest.raises(gpu.KernelError, match="a kernel is written with def"):
        gpu.trace(eval("lambda a: None"), 1, 1, np.zeros(1), source="lambda a: None")
    with pytest.raises(gpu.KernelError, match=r"source can’t be read.*pass source="):
        space = {}
        exec("def k(a):\n    a[0] = 1", space)
        gpu.trace(space["k"], 1, 1, np.zeros(1))
    assert gpu.trace(space["k"], 1, 1, np.zeros(1), source="def k(a):\n    a[0] = 1").after["a"] == [1]


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (np.zeros(2, complex), "complex numbers are not read"),
        (np.zeros(2, np.float16), "a holds float16: a trace computes with float32"),
        (np.array(["x"]), "a"),
        (None, "a"),
    ],
)
def test_an_argument_that_holds_no_numbers(argument, words):
    with pytest.raises(TypeError, match=words):
        gpu.trace("def k(a):\n    pass", 1, 1, argument)


def test_one_block_with_too_many_accesses_is_stopped(monkeypatch):
    monkeypatch.setattr("widgets_lib.compute.gpu.recording.MAX_IN_A_BLOCK", 1000)
    with pytest.raises(gpu.KernelError, match="one block alone makes more than 1,000 accesses"):
        gpu.trace(gpu.naive, 1, (16, 16), np.ones((16, 9)), np.ones((9, 16)), np.ones((16, 16)))


# ---- what a kernel may be ----

WIDTH = 4
WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0])


@numba_cuda.jit(device=True)
def doubled(x):
    return x * 2


@numba_cuda.jit
def of_numba(a, out):
    i = numba_cuda.grid(1)
    tile = numba_cuda.shared.array((WIDTH,), dtype=numba.float32)
    tile[i] = doubled(a[i])
    numba_cuda.syncthreads()
    out[i] = tile[WIDTH - 1 - i]


def bare(x):
    return x + 1


def with_all_kinds_of_names(a, out):
    i = numba.cuda.grid(1)
    out[i] = bare(a[i]) * WEIGHTS[i]


def test_a_kernel_that_numba_has_wrapped():
    trace = gpu.trace(of_numba, 1, 4, np.arange(4.0), np.zeros(4))
    assert trace.after["out"].tolist() == [6, 4, 2, 0] and not trace.notes and not trace.faults
    assert trace.text.startswith("@numba_cuda.jit\ndef of_numba") and trace.accesses[-1].line == 7
    assert set(trace.texts) == {"doubled"}


def test_names_by_any_road():
    trace = gpu.trace(with_all_kinds_of_names, 1, 4, np.arange(4.0), np.zeros(4))
    assert trace.after["out"].tolist() == [1, 4, 9, 16]
    assert trace.notes == ("On a GPU bare needs @cuda.jit(device=True) above it.",)
    assert trace.sectors("WEIGHTS").requests == 1


def test_a_kernel_in_a_closure():
    factor = 3

    def kernel(out):
        out[cuda.grid(1)] = factor

    assert gpu.trace(kernel, 1, 2, np.zeros(2)).after["out"].tolist() == [3, 3]


def test_the_text_of_a_cell_stays_readable():
    before = len(linecache.cache)
    text = "from numba import cuda\nimport math\nN = 2\ndef k(a):\n    a[cuda.grid(1)] = math.sqrt(16) + N\n"
    trace = gpu.trace(text, 1, 2, torch.zeros(2))
    assert trace.after["a"].tolist() == [6, 6] and trace.accesses[0].line == 2
    assert len(linecache.cache) > before


def test_a_device_function_that_calls_another_and_waits():
    text = """
@cuda.jit(device=True)
def wait_and_read(tile, i):
    cuda.syncthreads()
    return tile[i]

@cuda.jit(device=True)
def outer(tile, i):
    return wait_and_read(tile, 3 - i) + 1

def kernel(a, out):
    tile = cuda.shared.array(4, int32)
    i = cuda.grid(1)
    tile[i] = a[i]
    out[i] = outer(tile, i)
"""
    trace = gpu.trace(text, 1, 4, np.arange(4), np.zeros(4, int))
    assert trace.after["out"].tolist() == [4, 3, 2, 1] and not trace.faults


def test_assignments_of_every_form():
    def kernel(a, out):
        n: int32 = 0
        out[0], (x, out[1]) = a[1], (a[2], a[3])
        out[2] = out[3] = x
        out[n] += out[1]
        a[int(out[0]) - 4] -= 1
        (m,), k = a.shape, 2
        out[k] *= float32(m)

    trace = gpu.trace(kernel, 1, 1, np.arange(4.0), np.zeros(4))
    assert trace.after["out"].tolist() == [4, 3, 8, 2] and trace.after["a"].tolist() == [-1, 1, 2, 3]
    assert [len(trace.reads.of(name, line)) for name, line in [("out", 5), ("out", 6), ("a", 6)]] == [2, 1, 1]
