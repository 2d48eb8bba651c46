"""Four renderings of one einsum: right Python (it is run here), equal values, and read back to the same einsum."""

import numpy as np
import pytest
import torch

from widgets_lib.compute import einsum
from widgets_lib.compute.einsum import parse, read_expression, read_loops

from .einsum_equations import operands_of, random_equations

EQUATIONS = list(random_equations(2000, seed=7, most_axes=3))


def run(text, e, operands, library=np):
    """The value of a rendered text, as Python computes it."""
    names = {"np": np, "torch": torch, **dict(zip(e.names, operands, strict=False))}
    if not text.startswith(f"{e.names[-1]} ="):
        return eval(text, names)
    exec(text, names)
    return names[e.names[-1]]


def close(value, expected, *about):
    assert np.shape(value) == np.shape(expected), about
    np.testing.assert_allclose(value, expected, rtol=1e-9, atol=1e-9, err_msg=str(about))


def test_two_thousand_equations_have_one_value_in_every_rendering():
    named = 0
    for number, (equation, shapes) in enumerate(EQUATIONS):
        operands = operands_of(shapes, number)
        e, expected = parse(equation, *operands), np.einsum(equation, *operands)
        close(np.einsum(e.equation, *operands), expected, equation)
        close(run(e.loops(), e, operands), expected, equation, shapes)
        close(run(e.expression(), e, operands), expected, equation, shapes, e.expression())
        name = e.named()
        if name:
            named += 1
            close(run(name.numpy, e, operands), expected, equation, shapes, name)
    assert named > 200


def test_torch_computes_the_same():
    for number, (equation, shapes) in enumerate(EQUATIONS[:600]):
        tensors = [torch.from_numpy(x) for x in operands_of(shapes, number)]
        e = parse(equation, *tensors)
        expected = torch.einsum(e.equation, *tensors)
        close(run(e.expression("torch"), e, tensors), expected, equation, shapes)
        if e.named():
            close(run(e.named().torch, e, tensors), expected, equation, shapes, e.named())
        if number < 60:
            loops = run(e.loops(library="torch"), e, tensors)
            np.testing.assert_allclose(loops, expected, rtol=1e-4, atol=1e-4)  # torch.zeros is float32


def test_every_rendering_is_read_back_to_the_same_einsum():
    for equation, shapes in EQUATIONS:
        e = parse(equation, *shapes)
        assert parse(e.equation, *shapes) == e
        loops = read_loops(e.loops())
        assert loops == e, e.loops()
        assert read_expression(e.expression(), like=e) == e, e.expression()
        if e.named():
            assert einsum.same(read_expression(e.named().numpy, like=e), e), e.named()


def test_torch_text_is_read_back_too():
    for equation, shapes in EQUATIONS[:600]:
        e = parse(equation, *shapes)
        assert read_loops(e.loops(library="torch")) == e
        assert read_expression(e.expression("torch"), like=e, library="torch") == e
        if e.named():
            assert read_expression(e.named().torch, like=e, library="torch") == e, e.named()


def test_free_sizes_are_read_back_too():
    for equation, _ in EQUATIONS[:600]:
        e = parse(equation)
        assert read_loops(e.loops()) == e, e.loops()
        assert read_expression(e.expression(), like=e) == e
        shapes = [tuple(2 for _ in term) for term in e.inputs]
        close(run(e.loops(), e, operands_of(shapes)), np.einsum(e.equation, *operands_of(shapes)))


def test_without_a_hint_the_meaning_is_read_back():
    for equation, shapes in EQUATIONS[:600]:
        e = parse(equation, *shapes)
        assert einsum.same(read_expression(e.expression(), *e.shapes), e)


def test_every_order_of_loops_computes_the_same():
    e = parse("ik,kj->ij", (2, 3), (3, 2))
    operands = operands_of(e.shapes)
    for order in ("ijk", "ikj", "jik", "jki", "kij", "kji"):
        text = e.loops(order)
        close(run(text, e, operands), operands[0] @ operands[1])
        back = read_loops(text)
        assert (back, back.loop_order, back.loops()) == (e, order, text)
    for wrong in ("ij", "ijkl", "ijj", ""):
        with pytest.raises(ValueError, match="names each of the letters"):
            e.loops(wrong)


# ---- the texts as they are shown ----


def test_the_product_of_matrices_as_it_is_shown():
    e = parse("ik,kj->ij", (5, 784), (784, 10))
    assert e.loops() == (
        "c = np.zeros((5, 10))\n"
        "for i in range(5):\n"
        "    for j in range(10):\n"
        "        for k in range(784):\n"
        "            c[i, j] += a[i, k] * b[k, j]"
    )
    assert e.expression() == e.expression("torch") == "(a[:, :, None] * b[None, :, :]).sum(1)"
    assert e.named().code("torch") == "a @ b"
    for render in (e.expression, e.named().code, lambda library: e.loops(library=library)):
        with pytest.raises(ValueError, match="“numpy” or “torch”, not 'jax'"):
            render("jax")


@pytest.mark.parametrize(
    ("equation", "numpy", "torch_text"),
    [
        ("ij->ji", "a.T", "a.T"),
        ("ii->", "a.diagonal(axis1=0, axis2=1).sum()", "a.diagonal(dim1=0, dim2=1).sum()"),
        ("ijk->kij", "a.transpose(2, 0, 1)", "a.permute(2, 0, 1)"),
        ("i,j->ij", "a[:, None] * b[None, :]", "a[:, None] * b[None, :]"),
        ("ij,ji->", "(a * b.T).sum()", "(a * b.T).sum()"),
        ("bij->b", "a.sum((1, 2))", "a.sum((1, 2))"),
        (",i->i", "a * b", "a * b"),
    ],
)
def test_expressions_as_they_are_shown(equation, numpy, torch_text):
    e = parse(equation)
    text = e.expression(), e.expression("torch")
    assert tuple(each.replace("A", "a").replace("B", "b") for each in text) == (numpy, torch_text)


def test_names_avoid_the_letters():
    assert parse("ab,bc->ac").names == ("A", "B", "C") and parse("aB,Bc->ac").names == ("t0", "t1", "t2")
    assert parse(",".join("i" * 30)).names[:2] == ("t0", "t1")


def test_a_stretched_axis_is_read_at_zero():
    e = parse("ij,jk->ik", (2, 3), (1, 4))
    assert e.loops().endswith("c[i, k] += a[i, j] * b[0*j, k]")
    assert read_loops(e.loops()).shapes == ((2, 3), (1, 4))
    assert read_loops(e.loops().replace("0*j", "0")).shapes == ((2, 3), (1, 4))


# ---- what else is read ----


@pytest.mark.parametrize(
    ("text", "equation"),
    [
        ("a @ b", "ik,kj->ij"),
        ("(a[:, :, None] * b[None]).sum(1)", "ik,kj->ij"),
        ("np.dot(a, b)", "k,k->"),
        ("a.T @ b", "ki,kj->ij"),
        ("(a @ b).T", "jk,ki->ij"),
        ("np.trace(a)", "kk->"),
        ("np.diag(a)", "ii->i"),
        ("a[:, None] * b[:]", "i,j->ij"),
        ("a[:, np.newaxis] * b[np.newaxis, :]", "i,j->ij"),
        ("torch.bmm(a, b)", "ijk,ikl->ijl"),
        ("c = torch.einsum('ik,kj->ij', a, b)", "ik,kj->ij"),
        ("torch.mv(a, b)", "ik,k->i"),
        ("np.inner(a, b)", "k,k->"),
        ("np.tensordot(a[:, :], b[:, :], axes=1)", "ik,kj->ij"),
        ("a[:, :].sum(-1)", "ik->i"),
        ("np.sum(a[:, :], axis=(0, 1))", "kl->"),
        ("a[:, :].sum(dim=1, keepdim=True).squeeze(1)", "ik->i"),
        ("a[:].unsqueeze(1) * b[:]", "i,j->ij"),
        ("torch.permute(a, (1, 0, 2))", "jil->ijl"),
        ("a[:][..., None] * b[:]", "i,j->ij"),
        ("(a[:, :] * b[:, :]).sum(0, keepdims=True).sum(0)", "ki,ki->i"),
        ("a @ b @ d", "ik,kl,lj->ij"),
        ("np.expand_dims(a[:], 1) * b[:]", "i,j->ij"),
        ("a[:, :].swapaxes(0, 1)", "ji->ij"),
    ],
)
def test_other_ways_to_write_it_are_read(text, equation):
    assert einsum.same(read_expression(text), parse(equation))
    if equation in ("ik,kj->ij", "i,j->ij", "k,k->"):
        assert read_expression(text).equation == equation  # the course's letters


def test_transpose_is_that_of_its_library():
    a = (2, 3)
    assert read_expression("a.transpose(0, 1)", a).equation == "ij->ij"
    assert read_expression("a.transpose(0, 1)", a, library="torch").equation == "ji->ij"
    assert read_expression("torch.transpose(a, 0, 1)", a).equation == "ji->ij"


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nc = np.zeros((2, 4))\n"
        "for row in range(2):\n  for col in range(4):\n    for k in range(3):\n"
        "      c[row][col] += b[k][col] * a[row][k]",
        "c = torch.zeros(2, 4)\n"
        "for i in range(2):\n  for k in range(0, 3):\n    for j in range(4):\n      c[i,j] += a[i,k]*b[k,j]",
        "c = np.empty((2, 4))\nfor i in range(2):\n  for j in range(4):\n    c[i, j] = 0\n    for k in range(3):\n"
        "      c[i, j] += a[i, k] * b[k, j]",
        "c = np.empty((2, 4))\nfor i in range(2):\n  for j in range(4):\n    total = 0.0\n    for k in range(3):\n"
        "      total += a[i, k] * b[k, j]\n    c[i, j] = total",
        "m, n = a.shape\nc = np.zeros((2, 4))\nfor i in range(2):\n  for j in range(4):\n    for k in range(3):\n"
        "      c[i, j] += a[i, k] * b[k, j]",
    ],
)
def test_other_ways_to_write_loops_are_read(text):
    e = read_loops(text)
    assert einsum.same(e, parse("ik,kj->ij")) and e.shapes == ((2, 3), (3, 4))
    a, b = operands_of(e.shapes)
    names = {"np": np, "torch": torch, "a": a, "b": b}
    exec(text, names)
    np.testing.assert_allclose(names["c"], e(a, b), rtol=1e-5, atol=1e-6)


def test_loops_may_leave_sizes_to_the_operands():
    text = (
        "c = np.zeros((m, n))\nfor i in range(m):\n  for j in range(len(b[0])):\n"
        "    for k in range(a.shape[1]):\n      c[i, j] += a[i, k] * b[k, j]"
    )
    assert read_loops(text) == parse("ik,kj->ij")
    assert read_loops(text, (2, 3), (3, 4)) == parse("ik,kj->ij", (2, 3), (3, 4))


# ---- operations with a name ----


@pytest.mark.parametrize(
    ("equation", "key", "code"),
    [
        ("ik,kj->ij", "matmul", "a @ b"),
        ("ik,kj->ji", "matmul", "b.T @ a.T"),
        ("kj,ik->ij", "matmul", "b @ a"),
        ("ij->ji", "transpose", "a.T"),
        ("ii->", "trace", "a.trace()"),
        ("ii->i", "diagonal", "a.diagonal()"),
        ("i,j->ij", "outer", "np.outer(a, b)"),
        ("j,i->ij", "outer", "np.outer(b, a)"),
        ("i,i->", "dot", "np.dot(a, b)"),
        ("ij->j", "column sums", "a.sum(0)"),
        ("ij->", "sum", "a.sum()"),
        ("bij,bjk->bik", "batched matmul", "A @ B"),
        ("pi,pj->pij", "batched outer", "a[:, :, None] * b[:, None, :]"),
        ("ij,ij->ij", "hadamard", "a * b"),
        ("ij,j->i", "matrix-vector", "a @ b"),
        ("ijk->kji", "permute", "a.transpose(2, 1, 0)"),
        ("ij->ij", "identity", "a"),
        ("ijk,jkl->il", "tensordot", "np.tensordot(a, b, axes=([1, 2], [0, 1]))"),
        (",ij->ij", "scale", "a * b"),
        ("i,ij,j->", "bilinear", "a @ b @ c"),
    ],
)
def test_operations_that_have_a_name(equation, key, code):
    found = parse(equation).named()
    assert (found.key, found.numpy) == (key, code)


def test_what_has_no_name_has_none():
    for equation in ("ij,kl->il", "iij->ij", "ik,kj->i", "iii->", "i,i,i->"):
        assert parse(equation).named() is None
    assert parse("ij,jk->ik", (2, 3), (1, 4)).named() is None  # @ does not stretch
