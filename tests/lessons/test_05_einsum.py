"""The numbers that lesson 05 states and shows."""

import numpy as np
import pytest

from tests.lessons.lesson_expressions import given_away, judged, shown, tried, widgets

LESSON = "05_einsum"
M = np.arange(1, 10).reshape(3, 3)
U, V = np.array([1, 2, 3]), np.array([10, 20, 30])


def test_the_letters_give_the_product_in_either_order(run_lesson):
    shape, error, renamed = run_lesson(
        LESSON,
        shown('torch.einsum("ik,kj->ji", m1, m2).shape'),
        '(torch.einsum("ik,kj->ji", m1, m2).T.double() - m1.double() @ m2.double()).abs().max().item()',
        'torch.equal(torch.einsum("ab,bc->ca", m1, m2), torch.einsum("ik,kj->ji", m1, m2))',
    )
    assert shape == [10, 5]
    assert error < 1e-3
    assert renamed is True


def test_repeated_letters_are_kept_if_the_output_has_them(run_lesson):
    assert run_lesson(LESSON, shown('torch.einsum("i,i->i", u, v), torch.einsum("i,i->", u, v)')) == [
        [(U * V).tolist(), int(U @ V)]
    ]
    assert (U * V).tolist() == [10, 40, 90] and U @ V == 140


def test_letters_that_stand_once_are_summed_apart(run_lesson):
    (apart,) = run_lesson(LESSON, shown('torch.einsum("ik,lj->ij", torch.ones(2, 3), torch.ones(5, 4))'))
    assert apart == (np.outer(np.ones((2, 3)).sum(1), np.ones((5, 4)).sum(0))).tolist() == [[15.0] * 4] * 2


def test_the_rung_is_right_for_all_digits(run_lesson):
    error, largest = run_lesson(
        LESSON,
        "(matmul_einsum(x_train, m2).double() - x_train.double() @ m2.double()).abs().max().item()",
        "(x_train.double() @ m2.double()).abs().max().item()",
    )
    assert error < 1e-5 * largest


def test_the_table_of_all_products(printed):
    assert printed(LESSON, "products = ") == "392,000,000 products, 1.57 GB of float32\n"


def test_operations_with_a_name(run_lesson):
    columns, (diagonal, trace) = run_lesson(
        LESSON, shown('torch.einsum("ij->j", m)'), shown('torch.einsum("ii->i", m), torch.einsum("ii->", m)')
    )
    assert columns == M.sum(0).tolist()
    assert diagonal == M.diagonal().tolist()
    assert trace == np.trace(M)


def test_each_variant_gives_what_numpy_gives(run_lesson):
    (said,) = run_lesson(LESSON, tried(0))
    assert said.pop("ii->ii").startswith("RuntimeError: einsum(): output subscript i appears more than once")
    expected = {
        "ij->ji": M.T,
        "ij->i": M.sum(1),
        "ij->": M.sum(),
        "ii->i": M.diagonal(),
        "i,j->ij": np.outer(U, V),
        "ij,j->i": M @ V,
    }
    assert {name: eval(text, {"tensor": np.array}).tolist() for name, text in said.items()} == {
        name: value.tolist() for name, value in expected.items()
    }


def test_the_diagonal_is_a_view_that_writes_to_the_matrix(run_lesson, printed):
    assert printed(LESSON, "copy = m.clone()") == "stride: (4,)\n"
    assert run_lesson(LESSON, "copy.tolist()", "m.tolist()") == [(M - np.diag(M.diagonal())).tolist(), M.tolist()]


def test_sums_of_squares_and_the_digit_with_the_most_ink(run_lesson):
    shape, label, ink = run_lesson(
        LESSON,
        "list(ink.shape)",
        "int(data.y_train[most_ink])",
        "(lambda sums: [sums[most_ink], sums.max()])((x_train.numpy().astype('float64') ** 2).sum(1))",
    )
    assert shape == [50_000]
    assert ink[0] == ink[1]
    assert label == 0


def test_without_an_arrow_the_alphabet_decides(run_lesson):
    assert run_lesson(LESSON, shown('np.einsum("zy,yx", p, q).shape, np.einsum("zy,yx->zx", p, q).shape')) == [
        [[4, 2], [2, 4]]
    ]


def test_bytes_overflow_in_numpy_only(run_lesson):
    wrapped, total, torchs = run_lesson(
        LESSON,
        'int(np.einsum("i->", pixels))',
        "int(pixels.sum())",
        'int(torch.einsum("i->", torch.from_numpy(pixels)))',
    )
    assert (wrapped, total, torchs) == (2000 % 256, 2000, 2000)
    assert wrapped == 2000 - 7 * 256


def test_three_float32_sums_lose_different_amounts(printed):
    sums = [float(line.split()[-1].replace(",", "")) for line in printed(LESSON, "tenths = ").splitlines()]
    assert sums[0] == pytest.approx(1_000_000, abs=100)
    assert abs(sums[0] - 1e6) > 5 * max(abs(each - 1e6) for each in sums[1:])


def test_a_lost_ellipsis(printed, run_lesson):
    said = printed(LESSON, "from widgets_lib.compute import einsum")
    assert said.startswith("tensor([3., 3.])\nnumpy refuses")
    assert run_lesson(LESSON, 'raises(ValueError, np.einsum, "i...->i", np.ones((2, 3)))')[0]


def test_two_orders_give_the_same_and_cost_a_thousand_times_as_much(run_lesson):
    error, ratio = run_lesson(
        LESSON,
        "(((A @ B) @ w - A @ (B @ w)).abs().max() / (A @ (B @ w)).abs().max()).item()",
        "[step.flops for step in (lambda found: (found['left to right'], found['optimal']))"
        "(einsum.paths(einsum.parse('ij,jk,k->i', A, B, w)))]",
    )
    assert error < 1e-4
    assert ratio[0] / ratio[1] == pytest.approx((2000**3 + 2000**2) / (2 * 2000**2))


def test_steps_at_once_and_in_pairs(printed):
    assert printed(LESSON, 'print(f"{48**4') == "5,308,416 steps at once, 221,184 in pairs\n"


def test_operations_per_byte(printed):
    assert printed(LESSON, "def operations_per_byte").splitlines() == [
        "50,000 × 784 × 10:     4.9 operations per byte",
        "1,024 × 1,024 × 1,024: 170.7 operations per byte",
    ]


def test_the_roof_is_this_machines(run_lesson):
    intensities, bounds, ridge = run_lesson(
        LESSON, "[digits.intensity, square.intensity]", "[digits.bound, square.bound]", "machine.all.ridge"
    )
    assert intensities == pytest.approx([4.93605, 170.66667], rel=1e-4)
    assert bounds == ["memory" if each < ridge else "arithmetic" for each in intensities]


def test_the_widgets_hold_the_lessons_own_operands(run_lesson):
    equations, sizes = run_lesson(
        LESSON,
        f"[w.equation for w in {widgets('EinsumExplorer')}]",
        f"[[w.m, w.k, w.n] for w in {widgets('Roofline')}]",
    )
    assert equations[:3] == ["ik,kj->ij", "ik,lj->ij", "bij,bjk->bik"]
    assert sizes == [[50_000, 784, 10]]


def test_every_question_knows_its_answer(run_lesson):
    bound = run_lesson(LESSON, "square.bound")[0]
    right = ["10, 5", "10, 40, 90", "15", "1", "392,000,000", "ij->j", "15", "3", "np,np->n", "4, 2", "208"]
    right += ["it sums the axes of “...” and says nothing", "1000", "5,308,416", "4.94", bound]
    wrong = ["5, 10", "140", "60", "50,000", "392,000", "ij->i", "45", "9", "np,np->p", "2, 4", "2000"]
    wrong += ["it refuses as well", "2", "221,184", "10", "memory" if bound == "arithmetic" else "arithmetic"]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]


def test_no_question_stands_below_its_answer():
    pairs = [
        ("ik,kj->ji", 'torch.einsum("ik,kj->ji"'),
        ("i,i->i", 'torch.einsum("i,i->i"'),
        ("torch.ones(5, 4)", "torch.ones(5, 4)"),
        ("hold before the sum", "products = "),
        ("each column", 'torch.einsum("ij->j"'),
        ("zero_()", "d.zero_()"),
        ("zy,yx", 'np.einsum("zy,yx"'),
        ("pixels = np.full", 'np.einsum("i->", pixels)'),
        ("i...->i", 'torch.einsum("i...->i"'),
        ("all loops at once", "48**4"),
        ("Which one bounds", "square.sentence"),
    ]
    assert given_away(LESSON, pairs) == []
