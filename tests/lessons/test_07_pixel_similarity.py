"""The numbers that lesson 07 states and shows: against the published figures, and against numpy in float64."""

import nbformat
import numpy as np
import pytest

from tests.lessons.lesson_expressions import given_away, judged, shown, tried, widgets
from tests.support import servers
from widgets_lib.compute import mnist

LESSON = "07_pixel_similarity"


@pytest.fixture(scope="module")
def digits():
    """(training images by digit, test images by digit), float64 from 0 to 1."""
    data = mnist.load()
    x, y = np.concatenate([data.x_train, data.x_valid]), np.concatenate([data.y_train, data.y_valid])
    scaled = [(x[y == d] * (256 / 255)).reshape(-1, 28, 28) for d in range(10)]
    return scaled, [(data.x_test[data.y_test == d] * (256 / 255)).reshape(-1, 28, 28) for d in range(10)]


@pytest.fixture(scope="module")
def means(digits):
    return np.stack([images.mean(0, dtype=np.float64) for images in digits[0]])


def l1(a, b):
    return np.abs(a - b).mean((-1, -2))


def l2(a, b):
    return ((a - b) ** 2).mean((-1, -2)) ** 0.5


def read(images, ideals, distance):
    return np.stack([distance(images, ideal) for ideal in ideals], 1).argmin(1)


def test_threes_and_sevens_are_lists_of_tensors(run_lesson, digits):
    counts, kinds, kind = run_lesson(
        LESSON,
        shown("len(three_tensors), len(seven_tensors)"),
        "[type(each).__name__ for each in (three_tensors, three_tensors[0], seven_tensors, seven_tensors[0])]",
        "[list(im3.shape), str(im3.dtype), int(im3.max())]",
    )
    assert counts == [6131, 6265] == [len(digits[0][d]) for d in (3, 7)]
    assert kinds == ["list", "Tensor"] * 2
    assert kind == [[28, 28], "torch.uint8", 255]


def test_the_slice_is_shown_as_a_table_of_greys(run_lesson, digits):
    shape, table, html, missing = run_lesson(
        LESSON,
        shown("im3[4:15, 4:22].shape"),
        "table.data.to_numpy().tolist()",
        "table.to_html()",
        "(lambda modules, cell: [modules.update({'pandas': None}), exec(cell, globals()), table, "
        "modules.pop('pandas')][2])(__import__('sys').modules, "
        "next(cell for cell in In if 'import pandas' in cell and 'next(' not in cell))",
    )
    assert shape == [11, 18]
    assert table == np.rint(digits[0][3][1032] * 255)[4:15, 4:22].tolist()
    assert html.count("currentColor 32%, transparent") == 1 < html.count("color-mix(")  # one shade for 253, 254, 255
    assert missing.startswith("pandas is not installed.")


def test_the_stack_and_its_mean(run_lesson, means):
    shape, rank, mean_shape, both = run_lesson(
        LESSON,
        shown("stacked_threes.shape"),
        shown("len(stacked_threes.shape), stacked_threes.ndim"),
        shown("mean3.shape"),
        "[mean3.tolist(), mean7.tolist()]",
    )
    assert (shape, rank, mean_shape) == ([6131, 28, 28], [3, 3], [28, 28])
    np.testing.assert_allclose(both, means[[3, 7]], atol=1e-6)


def test_steps_that_are_left_out(run_lesson, digits):
    (said,) = run_lesson(LESSON, tried(0))
    hundred = digits[0][3][:100]
    assert "could not infer output dtype" in said["without .float()"]
    four = np.array(eval(said["as above"].removeprefix("tensor")))
    np.testing.assert_allclose(four, hundred.mean(0)[14, 10:14], atol=1e-4)
    np.testing.assert_allclose(np.array(eval(said["without / 255"].removeprefix("tensor"))), 255 * four, rtol=1e-3)
    assert said["mean(1)"] == "torch.Size([100, 28])" and said["mean((1, 2))"] == "torch.Size([100])"
    assert eval(said["mean()"].removeprefix("tensor")) == pytest.approx(hundred.mean(), abs=1e-4)


def test_two_distances_written_out_and_from_the_library(printed, digits, means):
    a_3 = digits[0][3][1032]
    found = [f"{distance(a_3, means[d]):.4f}" for d in (3, 7) for distance in (l1, l2)]
    assert found == ["0.1114", "0.2021", "0.1586", "0.3021"]
    assert printed(LESSON, "dist_3_abs = ").splitlines() == [
        "to the ideal 3: 0.1114 absolute, 0.2021 root mean square",
        "to the ideal 7: 0.1586 absolute, 0.3021 root mean square",
    ]
    assert printed(LESSON, "for name, ideal in").splitlines() == [
        "to the ideal 3: 0.1114, 0.2021",
        "to the ideal 7: 0.1586, 0.3021",
    ]


def test_it_is_the_only_three_with_these_distances(digits, means):
    threes = digits[0][3]
    wanted = [(l1, 3, 0.1114), (l2, 3, 0.2021), (l1, 7, 0.1586), (l2, 7, 0.3021)]
    fits = [np.round(distance(threes, means[digit]), 4) == number for distance, digit, number in wanted]
    assert np.flatnonzero(np.all(fits, 0)).tolist() == [1032]


def test_the_plain_difference_cancels(printed, digits, means):
    a_3 = digits[0][3][1032]
    more, less = int((a_3 > means[3]).sum()), int((a_3 < means[3]).sum())
    assert f"{(a_3 - means[3]).mean():.4f}" == "0.0009"
    assert printed(LESSON, "more, less = ").splitlines() == [
        "0.0009",
        f"{more} pixels have more ink than the ideal, {less} have less",
    ]
    tests = np.concatenate([digits[1][3], digits[1][7]])
    plain = [(tests - means[d]).mean((1, 2)) for d in (3, 7)]
    assert (plain[0] < plain[1]).sum() == 2038 == len(tests)
    assert printed(LESSON, "def plain_distance").splitlines() == ["2038 of 2038", "mean of mean7 − mean3: -0.027"]
    assert f"{(means[7] - means[3]).mean():.3f}" == "-0.027"


def test_arrays_and_tensors_give_the_same(printed, run_lesson):
    assert printed(LESSON, "print(tns[1], tns[:, 1]").splitlines() == [
        "tensor([4, 5, 6]) tensor([2, 5]) tensor([5, 6])",
        "[4 5 6] [2 5] [5 6]",
    ]
    assert printed(LESSON, "print(tns.type()").splitlines() == [
        "torch.LongTensor torch.LongTensor torch.FloatTensor",
        "int64 int64 float64",
    ]
    said, gradient = run_lesson(LESSON, tried(1), shown("x.grad"))
    assert said["tns + 1"].split() == ["tensor([[2,", "3,", "4],", "[5,", "6,", "7]])"]
    assert said["a row"] == "tensor([4, 5, 6])" and said["a slice"] == "tensor([5, 6])"
    assert said["jagged, a tensor"].startswith("ValueError: expected sequence of length 3 at dim 1 (got 2)")
    assert said["jagged, an array"] == "array([list([1, 2, 3]), list([4, 5])], dtype=object)"
    assert gradient == 6


def test_the_rule_on_two_thousand_digits(run_lesson, printed, digits, means):
    shapes, one, many, first = run_lesson(
        LESSON,
        shown("test_3s.shape, test_7s.shape"),
        shown("mnist_distance(a_3, mean3)"),
        shown("mnist_distance(test_3s, mean3).shape"),
        shown("is_3(a_3), is_3(test_3s).shape"),
    )
    assert shapes == [[1010, 28, 28], [1028, 28, 28]]
    assert round(one, 4) == 0.1114
    assert many == [1010] and first == [True, [1010]]
    right = [int((read(digits[1][d], means[[3, 7]], l1) == answer).sum()) for answer, d in enumerate((3, 7))]
    shares = right[0] / 1010, right[1] / 1028
    assert right == [926, 1013]
    assert [f"{each:.4f}" for each in (*shares, sum(shares) / 2)] == ["0.9168", "0.9854", "0.9511"]
    assert sum(right) == 1939 and f"{1939 / 2038:.4f}" == "0.9514"
    assert printed(LESSON, "accuracy_3s = ").splitlines() == [
        "threes: 0.9168",
        "sevens: 0.9854",
        "mean of the two: 0.9511",
    ]
    assert printed(LESSON, "right_3s, right_7s") == "(926 + 1013) / (1010 + 1028) = 0.9514\n"


def test_with_two_digits_the_distances_are_closer_than_with_ten(digits, means):
    shares = [
        np.mean([(read(digits[1][d], means[[3, 7]], distance) == at).mean() for at, d in enumerate((3, 7))])
        for distance in (l1, l2)
    ]
    assert shares == pytest.approx([0.9511, 0.966], abs=5e-4)


def test_ten_digits(run_lesson, printed, digits, means):
    found, shapes = run_lesson(LESSON, "means.tolist()", shown("means.shape, test_images.shape"))
    np.testing.assert_allclose(found, means, atol=1e-6)
    assert shapes == [[10, 28, 28], [10_000, 28, 28]]
    assert printed(LESSON, "differences = ") == "78,400,000 differences, 314 MB\n"
    assert printed(LESSON, "said_l1, said_l2") == "L1: 0.6685\nL2: 0.8203\n"
    right = [sum((read(digits[1][d], means, each) == d).sum() for d in range(10)) for each in (l1, l2)]
    assert right == [6685, 8203]


def test_the_confusion_matrix_and_its_favourite(run_lesson, printed, digits, means):
    said = [read(images, means, l1) for images in digits[1]]
    table = np.array([np.bincount(each, minlength=10) for each in said])
    (found,) = run_lesson(LESSON, "confusion(test_labels, said_l1).tolist()")
    assert found == table.tolist()
    favourite = table.sum(0).argmax()
    assert favourite == 1 and table[:, 1].sum() == 3278
    assert all(table[d, 1] > 300 for d in (2, 3, 5, 8))
    assert printed(LESSON, "def confusion").splitlines() == [
        f"how often it says each digit: {table.sum(0).tolist()}",
        "1,135 digits are a 1, and L1 says “1” 3,278 times.",
        "Of the fives it gets 0.326 right.",
    ]
    assert f"{table[5, 5] / table[5].sum():.3f}" == "0.326"


def test_an_empty_page_is_a_one(printed, means):
    ink = means.mean((1, 2))
    assert ink.argmin() == 1 and f"{ink[1]:.3f}" == "0.076" and ink[0] > 2 * ink[1]
    assert printed(LESSON, "empty = ").splitlines() == [
        f"ink of each mean: {[round(each, 3) for each in ink.tolist()]}",
        "an empty page is read as 1 by L1 and as 1 by L2",
    ]


def test_attempts_to_mend_it(run_lesson):
    said, zeros, more = run_lesson(
        LESSON,
        tried(2),
        "(similarity.course_digits('median') == 0).mean()",
        "(lambda said: [int((said == digit).sum()) for digit in (0, 1, 8)])"
        "((test_images.flatten(1) @ means.flatten(1).T).argmax(1))",
    )
    found = {name: eval(text.removeprefix("tensor")) for name, text in said.items()}
    assert found == pytest.approx(
        {
            "L1": 0.6685,
            "L2": 0.8203,
            "L1 to the medians": 0.7535,
            "the largest product": 0.631,
            "L2, moved up by 2": 0.48,
        },
        abs=6e-4,
    )
    assert zeros > 0.7  # most pixels of a median
    assert more[0] > 1.5 * 980 and more[1] < 1135 and more[2] > 2 * 974  # 0 and 8 have the most ink, the 1 the least


def test_the_widgets_hold_the_lessons_own_digits(run_lesson):
    hero, table, mean, challenges = run_lesson(
        LESSON,
        "[w.picture['name'] for w in " + widgets("PixelTable") + "]",
        "[list(map(float, w.picture['texts']['0–255'])) == im3.flatten().tolist() for w in "
        + widgets("PixelTable")
        + "]",
        f"[[w.digit, w.stack['counts'][0], w.stack['counts'][-1]] for w in {widgets('MeanDigit')}]",
        f"[bool(w.challenge) for w in {widgets('SimilarityExplorer')}]",
    )
    assert hero == ["im3", "im3"] and table == [True, True]
    assert mean == [[3, 1, 6131]]
    assert sum(challenges) == 5


def test_two_pixels_do_more_harm_upwards_than_to_the_right(digits, means):
    found = {}
    for rows, columns in ((-2, 0), (0, 2)):
        for name, distance in (("L1", l1), ("L2", l2)):
            padded = [np.pad(images, ((0, 0), (2, 2), (2, 2))) for images in digits[1]]
            moved = [each[:, 2 - rows : 30 - rows, 2 - columns : 30 - columns] for each in padded]
            right = sum((read(images, means, distance) == digit).sum() for digit, images in enumerate(moved))
            found[name, rows, columns] = f"{right / 100:.0f} %"
    assert list(found.values()) == ["34 %", "48 %", "55 %", "63 %"]
    remember = nbformat.read(servers.ROOT / f"lessons/{LESSON}.ipynb", 4).cells[-1].source
    assert "up by two pixels, and L1 reads only 34\N{NO-BREAK SPACE}% right, L2 48\N{NO-BREAK SPACE}%." in remember
    assert "A shift to the right does less harm: 55\N{NO-BREAK SPACE}% and 63\N{NO-BREAK SPACE}%." in remember


def test_every_question_knows_its_answer(run_lesson):
    right = [
        "6131",
        "11, 18",
        "6131, 28, 28",
        "3",
        "28, 28",
        "no, plus and minus cancel",
        "the root mean squared error",
    ]
    right += ["tensor([2, 5])", "torch.FloatTensor", "6", "1010", "95", "there are more sevens than threes", "2038"]
    right += ["313600000", "L2, by far", "1", "1"]
    wrong = ["60000", "12, 19", "28, 28, 6131", "6131", "6131, 28", "yes, the two are nearly equal"]
    wrong += ["the mean absolute difference", "tensor([4, 5, 6])", "torch.LongTensor", "9", "1010, 28", "50"]
    wrong += ["it is a rounding error", "1939", "31360000", "L1, by far", "0", "0"]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]


def test_no_question_stands_below_its_answer():
    pairs = [
        ("ten kinds of digits", "len(three_tensors)"),
        ("im3[4:15, 4:22]", "im3[4:15, 4:22]"),
        ("torch.stack(three_tensors)", "stacked_threes.shape"),
        ("rank of", "stacked_threes.ndim"),
        ("stacked_threes.mean(0)", "mean3.shape"),
        ("that mean is 0.0009", "more, less"),
        ("Which number is larger", "dist_3_abs"),
        ("tns[:, 1]", "tns[:, 1]"),
        ("(tns * 1.5).type()", "(tns * 1.5).type()"),
        ("tiny amount", "x.grad"),
        ("mnist_distance(test_3s, mean3)", "mnist_distance(test_3s, mean3)"),
        ("how many of 100", "accuracy_3s"),
        ("0.9514 and not", "right_3s"),
        ("as the distance", "plain_distance"),
        ("How many bytes", "differences = "),
        ("Which distance reads", "accuracy_l1"),
        ("favourite answer", "confusion(test_labels"),
        ("favourite answer", "commonest-mistake"),
        ("empty page", "empty = "),
    ]
    assert given_away(LESSON, pairs) == []


def test_every_number_of_the_prose_is_one_of_these():
    """A number that is changed in the text and not here, or the other way round, is noticed."""
    text = "\n".join(
        cell.source
        for cell in nbformat.read(servers.ROOT / f"lessons/{LESSON}.ipynb", 4).cells
        if cell.cell_type == "markdown"
    )
    for number in ("784", "60,000", "1,032", "10,000", "926 of 1,010", "1,013 of 1,028", "1,939 of 2,038", "0.9514"):
        assert number in text
    for number in (
        "0.8203",
        "0.95 for two digits by L1, 0.82 for ten by L2",
        "more than 300 each of the 2s, 3s, 5s and 8s",
    ):
        assert number in text
