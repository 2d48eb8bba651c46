"""Every row of the table of differences, done for real with the installed numpy and torch.

A failing test here names its row: a new version of a library has changed it, and the table is to follow.
"""

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from widgets_lib.compute.einsum import EinsumError, differences, parse, paths

from .einsum_equations import random_equations


def three(equation, *operands):
    """What numpy, numpy with optimize=True and torch give: values, or the exceptions that they raise."""
    results = []
    for compute, convert in (
        (np.einsum, np.asarray),
        (lambda *given: np.einsum(*given, optimize=True), np.asarray),
        (torch.einsum, lambda x: torch.from_numpy(np.array(x))),
    ):
        try:
            results.append(compute(equation, *map(convert, operands)))
        except Exception as error:
            results.append(error)
    return results


def row(key, equation, *operands):
    found = {each.key: each for each in differences(equation, *operands)}
    assert key in found, f"no row “{key}” for {equation}: {list(found)}"
    return found[key]


def refuses(result):
    return isinstance(result, Exception)


@pytest.mark.parametrize("equation", ["i...->i", "...->", "...i,...i->i"])
def test_a_lost_ellipsis(equation):
    operands = [np.ones((2, 3))] * (equation.count(",") + 1)
    plain, optimized, in_torch = three(equation, *operands)
    assert row("ellipsis-lost", equation, *operands).numpy == "refuses" and refuses(plain)
    assert np.array_equal(optimized, in_torch)
    with pytest.raises(EinsumError):
        parse(equation, *operands)


@pytest.mark.parametrize("equation", ["i- >i", "i,j- >ij", "i. ..->...i", "i.. ."])
def test_spaces(equation):
    operands = [np.arange(3.0)] * (equation.count(",") + 1)
    plain, optimized, in_torch = three(equation, *operands)
    assert row("spaces", equation, *operands)
    assert refuses(plain) and not refuses(optimized) and refuses(in_torch)


def test_spaces_elsewhere_are_fine_in_all_three():
    for result in three(" i k , k j -> i j ", np.ones((2, 3)), np.ones((3, 2))):
        assert np.array_equal(result, np.full((2, 2), 3.0))


TYPES = ["float32", "float64", "int64", "uint8", "bool"]


def typed_operands():
    """Random equations of two operands with operands of random types."""
    rng = np.random.default_rng(0)
    for equation, shapes in random_equations(1500, seed=10, most_operands=2):
        types = rng.choice(TYPES, size=len(shapes))
        yield equation, [np.ones(shape).astype(kind) for shape, kind in zip(shapes, types, strict=True)]


def test_torch_refuses_types_exactly_where_the_table_says():
    refused = 0
    for equation, operands in typed_operands():
        keys = {each.key for each in differences(equation, *operands)}
        plain, _, in_torch = three(equation, *operands)
        assert not refuses(plain)
        assert refuses(in_torch) == bool(keys & {"mixed types", "bool products"}), (
            equation,
            [x.dtype for x in operands],
            [x.shape for x in operands],
            in_torch,
            keys,
        )
        refused += refuses(in_torch)
    assert refused > 50


def test_torch_adds_narrow_types_in_int64_exactly_where_the_table_says():
    seen = 0
    for equation, shapes in random_equations(500, seed=13, most_operands=1):
        for kind in ("uint8", "bool", "int16", "int32", "int64", "float32"):
            x = np.ones(shapes[0]).astype(kind)
            keys = {each.key for each in differences(equation, x)}
            plain, _, in_torch = three(equation, x)
            widened = str(in_torch.dtype) != f"torch.{plain.dtype}"
            assert widened == ("narrow sums" in keys), (equation, x.shape, kind)
            seen += widened
    assert seen > 200


def test_ten_times_200():
    tens = np.full(10, 200, np.uint8)
    assert [int(x) for x in three("i->", tens)] == [208, 208, 2000] and tens.sum() == 2000
    assert row("narrow sums", "i->", tens).torch == "adds in int64"
    assert row("narrow sums", "i->", tens > 0).torch == "counts"
    assert [int(x) for x in three("i->", tens > 0)] == [1, 1, 10]


def test_rounding():
    x = np.full(10**6, 0.1, np.float32)
    row("rounding", "i->", x)
    row("rounding", "i,i->", x, np.ones_like(x))
    for equation, operands in (("i->", [x]), ("i,i->", [x, np.ones_like(x)])):
        values = [float(each) for each in three(equation, *operands)]
        assert len(set(values)) > 1 and np.allclose(values, 10**5, rtol=0.02)
    assert not {each.key for each in differences("i->", x[:10])} & {"rounding"}


def test_float64_of_few_terms_has_no_difference():
    assert differences("ij->ji", np.ones((2, 3))) == differences("i,j->ij", np.ones(2), np.ones(3)) == ()
    assert differences(parse("ij->i")) == () and differences("ij->k", (2, 3)) == ()


class Recorder(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.products = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if "bmm" in str(function) or "mm" in str(function):
            self.products.append([tuple(x.shape) for x in args if isinstance(x, torch.Tensor)])
        return function(*args, **(kwargs or {}))


def test_speed_is_a_matter_of_blas(monkeypatch):
    a, b = np.ones((4, 5)), np.ones((5, 6))
    assert row("speed", "ik,kj->ij", a, b).torch == "BLAS"
    called = []
    import numpy._core.einsumfunc as module

    monkeypatch.setattr(module, "matmul", lambda *x, **more: called.append(1) or np.matmul(*x, **more))
    np.einsum("ik,kj->ij", a, b)
    assert not called
    np.einsum("ik,kj->ij", a, b, optimize=True)
    assert called
    with Recorder() as recorder:
        torch.einsum("ik,kj->ij", torch.ones(4, 5), torch.ones(5, 6))
    assert recorder.products


@pytest.mark.parametrize("installed", [False, True])
def test_the_order_of_three_operands(installed, monkeypatch):
    e = parse("ij,jk,k->i", (4, 5), (5, 6), (6,))
    found = row("order", e)
    assert "from left to right" in found.sentence and found.numpy == "all operands at once"
    monkeypatch.setattr(torch.backends.opt_einsum, "enabled", installed)
    with Recorder() as recorder:
        torch.einsum("ij,jk,k->i", torch.ones(4, 5), torch.ones(5, 6), torch.ones(6))
    first = {size for shape in recorder.products[0] for size in shape if size != 1}
    assert first == ({5, 6} if installed else {4, 5, 6})
    assert (
        paths(e)["optimal"].steps[0].equation == "jk,k->j"
        and paths(e)["left to right"].steps[0].equation == "ij,jk->ik"
    )


def test_what_all_three_refuse_or_read_alike():
    assert all(map(refuses, three("i->ii", np.ones(3)))) and all(map(refuses, three("λ->λ", np.ones(3))))
    for result in three("ij,jk->ik", np.ones((2, 3)), np.ones((1, 4))):  # a size of 1 stretches, even if it is summed
        assert np.array_equal(result, np.full((2, 4), 3.0))
    for implicit, shape in (("zy,yx", (4, 2)), ("jI", (3, 2)), ("ji", (3, 2))):
        operands = [np.ones((2, 3)), np.ones((3, 4))][: implicit.count(",") + 1]
        assert {tuple(x.shape) for x in three(implicit, *operands)} == {shape}
