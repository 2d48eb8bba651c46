import importlib.util
import os
import platform
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets_lib.compute import matmul
from widgets_lib.compute.matmul import BACKENDS, backends, checking, sources

KEYS = [
    *("python", "python-kij", "python-lists", "elementwise", "dot", "numba-dot", "broadcast"),
    *("einsum", "matmul", "numpy", "numba", "launch-kernel", "numba-cuda", "torch-cuda"),
]
GPU = {"numba-cuda", "torch-cuda"}
REQUIRED = [key for key in BACKENDS if key not in GPU]  # these run on every machine, and are never skipped
COMPILED = ["einsum", "matmul", "numpy", "numba"]
SHAPES = [
    *((5, 784, 10), (1, 1, 1), (1, 7, 1), (3, 1, 4), (2, 3, 4), (7, 5, 3), (1, 784, 10), (17, 2, 1)),
    *((0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 0, 0), (0, 0, 4)),
]
AWKWARD = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 255, 256, 257, 300, 513, 784]


def matrices(m, k, n, dtype=np.float32, seed=0):
    random = np.random.default_rng(seed)
    return random.standard_normal((m, k)).astype(dtype), random.standard_normal((k, n)).astype(dtype)


def assert_close(c, a, b):
    """c equals the float64 product within 1e-4 of the numbers that were added up."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    assert np.shape(c) == (a @ b).shape
    assert (abs(np.asarray(c) - a @ b) <= 1e-4 * (abs(a) @ abs(b))).all()


def test_the_ladder_and_its_order():
    assert list(BACKENDS) == KEYS
    assert all(backend.key == key and backend.title for key, backend in BACKENDS.items())


def test_the_steps_python_takes():
    steps = {key: backend.python_steps(5, 784, 10) for key, backend in BACKENDS.items()}
    assert steps == (
        dict.fromkeys(("python", "python-kij", "python-lists", "launch-kernel"), 39_200)
        | dict.fromkeys(("elementwise", "dot", "numba-dot"), 50)
        | {"broadcast": 5}
        | dict.fromkeys(("einsum", "matmul", "numpy", "numba", "numba-cuda", "torch-cuda"), 1)
    )


@pytest.mark.parametrize("key", REQUIRED)
class TestRung:
    def test_it_is_available(self, key):
        assert BACKENDS[key].unavailable() is None

    @pytest.mark.parametrize("shape", SHAPES, ids=str)
    def test_it_agrees_with_float64(self, key, shape):
        a, b = matrices(*shape)
        assert_close(matmul.matmul(a, b, backend=key), a, b)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_it_returns_what_it_was_given(self, key, dtype):
        a, b = matrices(3, 4, 2, dtype)
        c = matmul.matmul(a, b, backend=key)
        assert isinstance(c, np.ndarray) and c.dtype == dtype
        t = matmul.matmul(torch.from_numpy(a), torch.from_numpy(b), backend=key)
        assert isinstance(t, torch.Tensor) and t.numpy().dtype == dtype
        assert_close(t, a, b)

    def test_float64_is_not_rounded_to_float32(self, key):
        a, b = matrices(3, 40, 2, np.float64)
        np.testing.assert_allclose(matmul.matmul(a, b, backend=key), a @ b, rtol=0, atol=1e-12)

    def test_views_with_any_strides(self, key):
        a, b = matrices(12, 10, 9)
        views = [
            (a.T, np.asfortranarray(a)),
            (a[::2, ::-1], b[:, ::3]),
            (np.broadcast_to(a[0], (3, 10)), b[::-1]),
        ]
        for left, right in views:
            assert_close(matmul.matmul(left, right, backend=key), left, right)
        a, b = torch.from_numpy(a), torch.from_numpy(b)
        assert_close(matmul.matmul(b.T, a.T, backend=key), b.T, a.T)

    def test_its_operands_are_left_alone(self, key):
        a, b = matrices(3, 4, 2)
        before = a.copy(), b.copy()
        matmul.matmul(a, b, backend=key)
        assert np.array_equal(a, before[0]) and np.array_equal(b, before[1])

    def test_sizes_that_do_not_fit_are_named(self, key):
        with pytest.raises(ValueError, match=r"\(2, 3\).*\(4, 5\)"):
            matmul.matmul(np.ones((2, 3)), np.ones((4, 5)), backend=key)
        with pytest.raises(ValueError, match=r"two matrices.*\(3,\).*\(3, 2\)"):
            matmul.matmul(torch.ones(3), torch.ones(3, 2), backend=key)

    def test_its_code_is_the_source_that_runs(self, key):
        code = BACKENDS[key].code
        compile(code, key, "exec")
        assert f"def {BACKENDS[key].function.__name__}(a, b):" in code
        assert "@register_backend" not in code


@pytest.mark.parametrize("key", COMPILED)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    shape=st.tuples(*3 * [st.sampled_from(AWKWARD)]),
    dtype=st.sampled_from([np.float32, np.float64]),
    transposed=st.tuples(st.booleans(), st.booleans()),
)
def test_a_fast_rung_agrees_with_float64_at_every_shape(key, shape, dtype, transposed):
    m, k, n = shape
    a = matrices(m, k, 0, dtype)[0] if not transposed[0] else matrices(k, m, 0, dtype)[0].T
    b = matrices(0, k, n, dtype)[1] if not transposed[1] else matrices(0, n, k, dtype)[1].T
    assert_close(matmul.matmul(a, b, backend=key), a, b)


def in_a_process_for(processor, features, code):
    """What a program prints in which numba compiles for that processor."""
    names = {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": features}
    run = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | names, stdout=subprocess.PIPE, text=True, check=True
    )
    return run.stdout.strip()


def test_the_numba_rung_is_right_on_a_processor_with_fewer_and_shorter_registers():
    code = """if True:
        import numpy as np
        from widgets_lib.compute import matmul
        from widgets_lib.compute.matmul import tiles
        for m, k, n in ((1, 300, 130), (150, 257, 70), (13, 1, 65)):
            for dtype in (np.float32, np.float64):
                a, b = (np.random.default_rng(0).standard_normal(shape).astype(dtype) for shape in ((m, k), (k, n)))
                assert matmul.check(matmul.matmul(a, b, "numba"), a, b) is None, (m, k, n, dtype)
        print(tiles.VECTOR_BYTES)"""
    assert in_a_process_for("generic", "", code) == "16"


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="zmm registers are those of x86")
def test_the_numba_rung_uses_whole_registers_where_llvm_prefers_halves():
    """Compiled, not run, for an Intel server: any machine can do that."""
    code = """if True:
        from numba import float32, njit
        from widgets_lib.compute.matmul import tiles
        kernel = njit(tiles.multiply_tiles.py_func)
        matrix, block = float32[:, ::1], float32[:, :, ::1]
        kernel.compile((matrix, matrix, matrix, block, block))
        adds = [line for line in kernel.inspect_asm(kernel.signatures[0]).splitlines() if "vfmadd" in line]
        print(len(adds) >= 2 * tiles.ROWS and all("zmm" in line for line in adds))"""
    features = "+avx,+avx2,+fma,+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512cd"
    assert in_a_process_for("skylake-avx512", features, code) == "True"


def test_mixed_types_and_lists_are_computed_in_the_wider_float():
    assert matmul.matmul(np.ones((2, 2), np.float32), np.ones((2, 2))).dtype == np.float64
    assert matmul.matmul([[1, 2]], [[3], [4]]).tolist() == [[11.0]]
    assert matmul.matmul(torch.ones(1, 2), np.ones((2, 1), np.float32)).dtype == torch.float32


class TestRegistering:
    @pytest.fixture(autouse=True)
    def _restore(self):
        before = dict(BACKENDS)
        yield
        BACKENDS.clear()
        BACKENDS.update(before)

    def test_a_backend_joins_as_the_last_rung_and_the_function_comes_back_unchanged(self):
        def mine(a, b):
            return a @ b

        assert matmul.register_backend("mine", "my own", takes="torch", steps="m·k")(mine) is mine
        assert list(BACKENDS)[-1] == "mine" and BACKENDS["mine"].needs == ("torch",)
        assert BACKENDS["mine"].python_steps(2, 3, 5) == 6
        assert matmul.matmul([[1.0, 2.0]], [[3.0], [4.0]], backend="mine").tolist() == [[11.0]]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"key": "numpy"}, "the key 'numpy' is taken by 'numpy @'; choose another key"),
            ({"takes": "jax"}, "takes='jax' is unknown; choose one of numpy, lists, torch, torch on GPU, numba on GPU"),
            ({"steps": "m*n"}, "steps='m*n' is not a product of m, k and n; write \"m·n·k\""),
            ({"steps": "m·p"}, "steps='m·p' is not a product"),
            ({"steps": "m·1"}, "steps='m·1' is not a product"),
            ({"steps": ""}, "steps='' is not a product"),
        ],
    )
    def test_a_bad_registration_is_refused_with_the_value_and_the_remedy(self, arguments, message):
        before = dict(BACKENDS)
        with pytest.raises(ValueError) as error:
            matmul.register_backend(**{"key": "mine", "title": "", "takes": "numpy", "steps": "1"} | arguments)
        assert message in str(error.value)
        assert before == BACKENDS

    @pytest.mark.parametrize("function", [np.matmul, eval("lambda a, b: a @ b")], ids=["builtin", "no file"])
    def test_a_function_without_source_runs_and_its_code_says_so(self, function):
        matmul.register_backend("mine", "my own", takes="numpy", steps="1")(function)
        assert matmul.matmul([[2.0]], [[3.0]], backend="mine").tolist() == [[6.0]]
        assert BACKENDS["mine"].code == f"{sources.UNREADABLE}\n"

    def test_the_code_of_a_lambda_and_of_a_missing_kernel_is_no_error(self):
        matmul.register_backend("mine", "def", takes="numpy", steps="1", kernel="no_such_module:f")(lambda a, b: a @ b)
        assert BACKENDS["mine"].code.startswith("# The source of no_such_module:f can't be read.")
        assert "lambda a, b: a @ b" in BACKENDS["mine"].code

    def test_the_code_begins_after_the_decorators(self):
        @matmul.register_backend("mine", "def of my own", takes="numpy", steps="1")
        def mine(a, b):
            return a @ b

        assert BACKENDS["mine"].code == "def mine(a, b):\n    return a @ b\n"


def test_an_unknown_backend_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no backend 'fortran'.*python.*torch-cuda"):
        matmul.matmul([[1.0]], [[1.0]], backend="fortran")


@pytest.mark.parametrize("key", sorted(GPU))
def test_a_gpu_rung_runs_or_says_why_not(key):
    a, b = matrices(5, 784, 10)
    reason = BACKENDS[key].unavailable()
    if reason is None:
        assert_close(matmul.matmul(a, b, backend=key), a, b)
        return
    assert len(reason.split()) > 3 and "CUDA" in reason
    with pytest.raises(RuntimeError) as error:
        matmul.matmul(a, b, backend=key)
    assert reason in str(error.value) and key in str(error.value)


@pytest.mark.parametrize("missing", ["torch", "numba"])
def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch, missing):
    monkeypatch.setattr(backends, "find_spec", lambda name: None if name == missing else importlib.util.find_spec(name))
    needing = [key for key, backend in BACKENDS.items() if missing in backend.needs]
    assert "dot" in needing or "numba-dot" in needing
    for key in needing:
        assert BACKENDS[key].unavailable() == f"{missing} is not installed: pip install {missing}"
    assert BACKENDS["numpy"].unavailable() is None


def test_without_torch_and_numba_the_rest_still_works():
    """In a process where importing torch or numba fails."""
    program = """if True:
        import importlib.abc, sys
        class Missing(importlib.abc.MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name.split(".")[0] in ("torch", "numba"):
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Missing())
        import importlib.util
        real = importlib.util.find_spec
        importlib.util.find_spec = lambda name: None if name in ("torch", "numba") else real(name)
        import numpy as np
        from widgets_lib.compute import matmul
        a, b = matmul.operands(5, 784, 10)
        assert isinstance(a, np.ndarray)
        ran = [key for key, rung in matmul.BACKENDS.items() if rung.unavailable() is None]
        for key in ran:
            assert matmul.check(matmul.matmul(a, b, key), a, b) is None
        print(*ran)
    """
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.split() == ["python-lists", "numpy"], run.stderr


def test_the_cuda_kernels_in_the_simulator():
    """Both kernels and the rung, in a process of its own: the simulator is chosen when numba is imported."""
    program = """if True:
        import numpy as np
        from widgets_lib.compute import matmul
        from widgets_lib.compute.matmul import cuda_kernels
        from numba import cuda
        assert matmul.BACKENDS["numba-cuda"].unavailable() is None
        for m, k, n in [(5, 784, 10), (17, 5, 33), (1, 1, 1)]:
            a, b = matmul.operands(m, k, n)
            assert matmul.check(matmul.matmul(a, b, "numba-cuda"), a, b) is None
        for m, k, n in [(3, 5, 2), (17, 33, 18)]:
            a, b = (cuda.to_device(x.numpy()) for x in matmul.operands(m, k, n))
            for kernel in (cuda_kernels.naive, cuda_kernels.tiled):
                c = cuda_kernels.launch(kernel, a, b)
                assert matmul.check(c, a.copy_to_host(), b.copy_to_host()) is None, kernel
        print("all right")
    """
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert run.stdout == "all right\n", run.stderr


class TestCost:
    def test_the_five_digits_and_all_of_them(self):
        assert matmul.cost(5, 784, 10).flops == 78_400
        assert matmul.cost(5, 784, 10).bytes == 4 * (5 * 784 + 784 * 10 + 5 * 10)
        everyone = matmul.cost(50_000, 784, 10)
        assert everyone.flops == 784_000_000
        assert everyone.flops_per_byte == pytest.approx(4.9, abs=0.05)

    def test_too_big_is_explained(self):
        large = matmul.cost(50_000, 2048, 2048)
        assert large.too_big(available_bytes=100e9) is None
        assert large.too_big(available_bytes=500e6).endswith("500 MB are free on this machine")

    def test_the_memory_of_this_machine(self):
        available = matmul.available_memory_bytes()
        assert available is None or 1e6 < available < 1e15

    @pytest.mark.parametrize("sizes", [(-1, 2, 3), (1, 2.5, 3), (1, 2, -7)])
    def test_impossible_sizes_are_named(self, sizes):
        with pytest.raises(ValueError, match=r"[mkn] must be a whole number, 0 or more, not (-1|2.5|-7)"):
            matmul.cost(*sizes)


class TestOperands:
    def test_five_digits_are_real(self):
        from widgets_lib.compute import mnist

        a, b = matmul.operands(5, 784, 10)
        assert (a.dtype, b.dtype, b.shape) == (torch.float32, torch.float32, (784, 10))
        assert np.array_equal(a, mnist.load().x_valid[:5])
        assert np.array_equal(matmul.operands(50_000, 784, 1)[0], mnist.load().x_train)

    def test_else_they_are_random_and_the_seed_decides(self):
        a, b = matmul.operands(4, 3, 2, seed=1)
        assert (a.shape, b.shape) == ((4, 3), (3, 2))
        again, other = matmul.operands(4, 3, 2, seed=1), matmul.operands(4, 3, 2, seed=2)
        assert torch.equal(a, again[0]) and torch.equal(b, again[1])
        assert not torch.equal(a, other[0])

    def test_the_global_random_state_is_left_alone(self):
        before = torch.get_rng_state(), np.random.get_state()[1].copy()
        matmul.operands(4, 784, 2)
        assert torch.equal(before[0], torch.get_rng_state()) and (before[1] == np.random.get_state()[1]).all()


class TestCheck:
    a, b = matrices(6, 30, 8)

    def product(self):
        return (self.a.astype(np.float64) @ self.b).astype(np.float32)

    @pytest.mark.parametrize("form", [np.asarray, torch.from_numpy, np.ndarray.tolist])
    def test_a_right_result_in_any_form(self, form):
        assert matmul.check(form(self.product()), form(self.a), form(self.b)) is None

    def test_one_wrong_value_is_found(self):
        c = self.product()
        c[3, 7] += 0.5
        wrong = matmul.check(c, self.a, self.b)
        assert wrong.index == (3, 7) and wrong.wrong_count == 1 and wrong.total == 48
        assert wrong.got == pytest.approx(wrong.expected + 0.5)
        assert wrong.wrong.tolist() == [[(i, j) == (3, 7) for j in range(8)] for i in range(6)]
        assert "c[3, 7]" in wrong.reason and "1 of 48" in wrong.reason

    def test_sums_that_cancel_are_judged_by_what_was_added(self):
        a, b = np.array([[1e4, 1.0, -1e4]], np.float32), np.array([[1e4], [1e-3], [1e4]], np.float32)
        assert matmul.check(np.array([[0.0]]), a, b) is None
        assert matmul.check(np.array([[3e4]]), a, b) is not None

    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_nan_and_infinity_are_wrong(self, bad):
        c = self.product()
        c[0, 1] = bad
        assert matmul.check(c, self.a, self.b).index == (0, 1)

    @pytest.mark.parametrize(
        ("c", "message"),
        [
            (np.zeros((8, 6), np.float32), r"shape \(8, 6\), expected \(6, 8\)"),
            (np.zeros(48), r"shape \(48,\)"),
            (np.zeros((6, 8), int), "int64"),
            (np.zeros((6, 8), np.float16), "too coarse"),
            (None, "returned nothing: is a `return` missing"),
            (torch.zeros(6, 8, dtype=torch.bfloat16), "bfloat16 numbers, too coarse"),
            (torch.eye(6).to_sparse(), "to_dense"),
            (np.zeros((6, 8), complex), "complex128"),
            ("hello", "str"),
            ([[1.0], [1.0, 2.0]], "list"),
        ],
    )
    def test_a_result_of_another_kind_is_said_in_words(self, c, message):
        wrong = matmul.check(c, self.a, self.b)
        assert wrong.index is None and wrong.picture() is None
        assert message in wrong.reason or re.search(message, wrong.reason)

    def test_blocks_of_rows_are_counted_as_one(self, monkeypatch):
        monkeypatch.setattr(checking, "CHECKED_AT_ONCE", 4)
        c = self.product()
        assert matmul.check(c, self.a, self.b) is None
        c[1, 1], c[5, 2] = 100, 200
        wrong = matmul.check(c, self.a, self.b)
        assert (wrong.index, wrong.wrong_count) == ((5, 2), 2)

    def test_a_large_picture_shrinks_and_keeps_every_wrong_value(self):
        mask = np.zeros((1000, 10), bool)
        mask[997, 3] = True
        picture = matmul.Mismatch("", wrong=mask).picture(side=50)
        assert picture.shape == (50, 10)
        assert np.argwhere(picture).tolist() == [[49, 3]] and picture[49, 3] == pytest.approx(1 / 20)

    def test_nothing_to_compare_is_right(self):
        assert matmul.check(np.zeros((0, 3)), np.zeros((0, 2)), np.zeros((2, 3))) is None


def test_the_published_times():
    published = matmul.PUBLISHED_2022
    assert published[5, "python"] / published[5, "broadcast"] == pytest.approx(5746, rel=1e-3)
    # The five rows a hundred-thousandfold against the GPU: not "around 5 million" but 9.7.
    assert published[5, "python"] * 10_000 / published[50_000, "torch-cuda"] == pytest.approx(9.7e6, rel=5e-3)
    assert {key for _, key in published} <= set(BACKENDS)


def test_no_rung_prints(capsys):
    a, b = matrices(2, 3, 2)
    for key in REQUIRED:
        matmul.matmul(a, b, backend=key)
    assert capsys.readouterr() == ("", "")


NO_MATRICES = {
    "times": np.array([["2026-11-25T10:00"]], "M8[m]"),
    "durations": np.array([[90]], "m8[h]"),
    "records": np.zeros((1, 1), [("x", "f8"), ("y", "f8")]),
    "masked": np.ma.array([[4.0]], mask=[[True]]),
    "complex": np.array([[1j]]),
    "texts": np.array([["1.5"]]),
    "quantised": lambda: torch.quantize_per_tensor(torch.ones(1, 1), 0.1, 0, torch.qint8),
}


@pytest.mark.parametrize("key", ["python", "python-lists", "numpy", "matmul", "einsum"])
@pytest.mark.parametrize("what", NO_MATRICES)
def test_what_is_not_a_matrix_of_real_numbers_is_refused_by_every_rung(what, key):
    x = NO_MATRICES[what]
    x = x() if callable(x) else x
    for a, b in ((x, [[1.0]]), ([[1.0]], x)):
        with pytest.raises(TypeError):
            matmul.matmul(a, b, key)


@pytest.mark.parametrize("key", ["dot", "matmul", "numpy"])
def test_gradients_that_are_left_behind_are_said(key):
    with pytest.warns(UserWarning, match="leaves gradients behind"):
        product = matmul.matmul(torch.ones(2, 3), torch.ones(3, 1, requires_grad=True), key)
    assert product.tolist() == [[3], [3]] and not product.requires_grad
