"""The field's figures for a digit reader without learning, measured before this code was written, and bad input."""

import tracemalloc

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from widgets_lib.compute import mnist, similarity


@pytest.fixture(scope="module")
def training():
    """(images (60000, 28, 28) float32 from 0 to 1, labels) in the order of the files."""
    digits = mnist.load()
    images = np.concatenate([digits.x_train, digits.x_valid]).reshape(-1, 28, 28)
    images *= np.float32(256 / 255)
    return images, np.concatenate([digits.y_train, digits.y_valid])


@pytest.fixture(scope="module")
def means():
    return similarity.course_digits("mean")


@pytest.fixture(scope="module")
def testing():
    images, labels = similarity.test_digits()
    return np.divide(images, 255, dtype=np.float32), labels


def read(testing, references, metric):
    images, labels = testing
    return similarity.confusion(labels, similarity.classify(images, references, metric))


# ---- threes and sevens ----


def test_the_means_are_those_of_numpy(training, means):
    images, labels = training
    assert np.count_nonzero(labels == 3) == 6_131 and np.count_nonzero(labels == 7) == 6_265
    for digit in (3, 7):
        np.testing.assert_allclose(means[digit], images[labels == digit].mean(0, dtype=np.float64), atol=1e-6)
    np.testing.assert_allclose(similarity.mean_digits(images[:999], labels[:999])[4], images[:999][labels[:999] == 4].mean(0), atol=1e-6)  # fmt: skip


def test_the_published_three(training, means):
    images, labels = training
    three = images[labels == 3][1032]
    found = {metric: similarity.distances(three[np.newaxis], means[[3, 7]], metric)[0] for metric in ("l1", "l2")}
    np.testing.assert_allclose(found["l1"], [0.1114, 0.1586], atol=5e-5)
    np.testing.assert_allclose(found["l2"], [0.2021, 0.3021], atol=5e-5)


def test_three_against_seven(testing, means):
    images, labels = testing
    right = {}
    for place, digit in enumerate((3, 7)):
        answers = similarity.classify(images[labels == digit], means[[3, 7]], "l1")
        right[digit] = (answers == place).mean()
    assert [round(right[digit], 4) for digit in (3, 7)] == [0.9168, 0.9854]
    assert round((right[3] + right[7]) / 2, 4) == 0.9511
    counts = {digit: np.count_nonzero(labels == digit) for digit in (3, 7)}
    assert round(sum(right[digit] * counts[digit] for digit in (3, 7)) / sum(counts.values()), 4) == 0.9514


# ---- ten digits ----


def test_ten_digits_by_each_metric(testing, means):
    l1, l2, dot = (read(testing, means, metric) for metric in ("l1", "l2", "dot"))
    assert [similarity.accuracy(table) for table in (l2, l1, dot)] == [0.8203, 0.6685, 0.631]
    assert l1[:, 1].sum() == 3_278
    assert round(l1[5, 5] / l1[5].sum(), 3) == 0.326


def test_the_median_helps_l1(testing):
    assert similarity.accuracy(read(testing, similarity.course_digits("median"), "l1")) == 0.7535


def test_the_medians_are_those_of_numpy(training):
    images, labels = training[0][:2000], training[1][:2000]
    medians = similarity.median_digits(images, labels)
    np.testing.assert_allclose(medians[8], np.median(images[labels == 8].astype(np.float64), axis=0), atol=1e-7)


@pytest.mark.parametrize(
    ("direction", "published"), [("up", [0.723, 0.480, 0.251, 0.152]), ("right", [0.805, 0.632, 0.407, 0.224])]
)
def test_shifts_mislead_it(means, direction, published):
    images, labels = similarity.test_digits()
    shifted = list(similarity.under_shifts(images, labels, means, "l2", direction, scale=1 / 255))
    assert [each.pixels for each in shifted] == [0, 1, 2, 3, 4]
    np.testing.assert_allclose([each.accuracy for each in shifted], [0.8203, *published], atol=5e-4)


def test_inverted_ink_and_a_forgotten_255(testing, means):
    images, labels = testing
    assert round(similarity.accuracy(read((1 - images, labels), means, "l2")), 3) == 0.005
    forgotten = [similarity.accuracy(read((images * 255, labels), means, metric)) for metric in ("l2", "l1")]
    assert [round(share, 3) for share in forgotten] == [0.632, 0.724]


def test_the_course_s_answers_are_kept(testing, means):
    kept = similarity.course_answers("l2")
    np.testing.assert_array_equal(kept, similarity.classify(testing[0], means, "l2"))
    assert similarity.has_answers("l2", "left", 0) and similarity.course_answers("l2", "left", 0) is kept
    assert similarity.accuracy(similarity.course_confusion("l2", "right", 1)) == 0.8046


def test_what_a_digit_looks_like():
    digits = mnist.load()
    images = (digits.x_valid[:600] * 256).astype(np.uint8).reshape(-1, 28, 28)
    found = [similarity.looks_like(image) for image in images]
    right = sum(one == label for one, label in zip(found, digits.y_valid, strict=False))
    assert (right, found.count(None)) == (546, 13)


# ---- each function beside another way to compute the same ----


@pytest.fixture
def few():
    generator = np.random.default_rng(7)
    return generator.random((1_203, 28, 28)), generator.random((4, 28, 28))


def test_distances_are_those_of_torch(few):
    images, references = few
    x, y = torch.tensor(images), torch.tensor(references)
    for metric, expected in (
        ("l1", (x[:, None] - y).abs().mean((-1, -2))),
        ("l2", ((x[:, None] - y) ** 2).mean((-1, -2)).sqrt()),
        ("dot", torch.einsum("nij,mij->nm", x, y)),
    ):
        np.testing.assert_allclose(similarity.distances(x, y, metric), expected, rtol=1e-6)
        flat = similarity.distances(images.reshape(-1, 784), references.reshape(-1, 784), metric)
        np.testing.assert_allclose(flat, expected, rtol=1e-6)
    assert similarity.distances(x[:1], y, "l1")[0, 2] == pytest.approx(F.l1_loss(x[0], y[2]).item(), rel=1e-6)
    assert similarity.distances(x[:1], x[:1], "l2")[0, 0] == pytest.approx(0, abs=1e-7)


def test_charges_add_up_to_the_distance(few):
    images, references = few
    for metric, total in (("l1", np.mean), ("l2", lambda x: np.sqrt(x.mean())), ("dot", np.sum)):
        charged = similarity.charges(images[0], references[1], metric)
        assert charged.shape == (28, 28)
        expected = similarity.distances(images[:1], references, metric)[0, 1]
        assert total(charged) == pytest.approx(expected, rel=1e-6)


def test_a_confusion_matrix_counts_pairs():
    labels, answers = np.random.default_rng(3).integers(0, 10, (2, 500))
    table = similarity.confusion(labels, torch.tensor(answers))
    assert table.shape == (10, 10) and table.sum() == 500
    assert all(table[i, j] == sum((labels == i) & (answers == j)) for i in range(10) for j in range(10))
    assert similarity.accuracy(table) == pytest.approx((labels == answers).mean())


@pytest.mark.parametrize(("rows", "columns"), [(0, 0), (2, 0), (-3, 1), (0, -4), (28, 0), (5, -28)])
def test_a_shift_moves_and_fills_with_zeros(few, rows, columns):
    images = few[0][:3]
    padded = np.pad(images, ((0, 0), (28, 28), (28, 28)))
    expected = padded[:, 28 - rows : 56 - rows, 28 - columns : 56 - columns]
    np.testing.assert_array_equal(similarity.shift(images, rows, columns), expected)
    np.testing.assert_array_equal(similarity.shift(images[0], rows, columns), expected[0])


def test_ten_thousand_images_need_little_memory(means):
    images, labels = similarity.test_digits()
    tracemalloc.start()
    try:
        next(similarity.under_shifts(images, labels, means, "l1", pixels=[1], scale=1 / 255))
        similarity.mean_digits(images, labels)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 25e6  # as float64 the images alone have 63 MB


# ---- bad input ----

ZEROS, TEN = np.zeros((3, 28, 28)), np.zeros((10, 28, 28))
REFUSED = {
    "one image": (lambda: similarity.distances(np.zeros(784), TEN), r"x\[np.newaxis\]"),
    "other sizes": (lambda: similarity.distances(ZEROS, np.zeros((10, 100))), "784 pixels.*100"),
    "colour": (lambda: similarity.distances(np.zeros((3, 28, 28, 3)), TEN), r"\(3, 28, 28, 3\): give \(n, 28, 28\)"),
    "nan": (lambda: similarity.distances(ZEROS * np.nan, TEN), "nan among the pixels of images"),
    "inf in the means": (lambda: similarity.classify(ZEROS, TEN + np.inf), "inf among the pixels of means"),
    "complex": (lambda: similarity.distances(ZEROS * 1j, TEN), "complex"),
    "another metric": (lambda: similarity.distances(ZEROS, TEN, "cosine"), "'cosine' is not one of"),
    "no images": (lambda: similarity.distances(ZEROS[:0], TEN), r"\(0, 28, 28\)"),
    "labels too few": (lambda: similarity.mean_digits(ZEROS, [1, 2]), "2 labels for 3 images"),
    "a label that is none": (lambda: similarity.mean_digits(ZEROS, [1, 2, 11]), "there is 11 among the labels"),
    "a missing digit": (lambda: similarity.median_digits(ZEROS, [1, 2, 3]), "no image of 0, 4, 5, 6, 7, 8 and 9"),
    "charges of two shapes": (lambda: similarity.charges(ZEROS[0], np.zeros(784)), "no pixels in common"),
    "answers too few": (lambda: similarity.confusion([1, 2], [1]), "1 answer for 2 labels"),
    "no answers": (lambda: similarity.accuracy(np.zeros((10, 10), int)), "no answers"),
    "half a pixel": (lambda: similarity.shift(ZEROS, 0.5, 0), "whole number"),
    "too far": (lambda: similarity.shift(ZEROS, 29, 0), "at most 28"),
    "a row": (lambda: similarity.shift(np.zeros(784), 1, 0), "no rows to move"),
    "a direction": (lambda: list(similarity.under_shifts(ZEROS, [1, 2, 3], TEN, direction="north")), "'north'"),
    "flat images": (lambda: list(similarity.under_shifts(np.zeros((2, 784)), [1, 2], TEN)), "can’t be moved"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_answered_in_words(case):
    use, message = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=message):
        use()


@pytest.mark.parametrize("index", [0, 18, 499, 500, 9_999])
def test_one_test_digit_is_that_of_all_read_alone_or_with_them(index):
    images, labels = similarity.test_digits()
    similarity.test_digits.cache_clear()
    for _ in range(2):
        image, label = similarity.test_digit(index)
        np.testing.assert_array_equal(image, images[index])
        assert (label, type(label)) == (labels[index], int)
        similarity.test_digits()
