"""The numbers that lesson 01 states and shows."""

import numpy as np
import pytest

from tests.lessons.lesson_expressions import judged, shown, widgets
from tests.support import servers

LESSON = "01_data"
TEN = [0, 0, 0, 0.19140625, 0.9296875, 0.98828125, 0.98828125, 0.98828125, 0.98828125, 0.98828125]


@pytest.fixture(scope="module")
def training():
    """The bundled file's training images and labels, read without the course's own code."""
    with np.load(servers.ROOT / "widgets_lib/data/mnist.npz") as files:
        return files["x_train"][:50_000], files["y_train"][:50_000]


def test_without_a_network_the_lesson_goes_on_and_says_so(run_lesson):
    bundled, source, half_files = run_lesson(
        LESSON, "digits.bundled", "digits.source", "[str(p) for p in path_gz.parent.glob('*')]"
    )
    assert bundled
    assert source.startswith("These are the digits that come with the course, the same ones: https://github.com/")
    assert "could not be fetched in 2 attempts" in source
    assert half_files == []


def test_a_digit_is_squeezed_and_comes_back_whole(run_lesson):
    (plain, squeezed, signature), same = run_lesson(
        LESSON,
        shown("len(one_digit), len(squeezed), squeezed[:2].hex()"),
        shown("gzip.decompress(squeezed) == one_digit"),
    )
    assert plain == 784 * 4 and squeezed < plain / 4 and signature == "1f8b"
    assert same is True


def test_the_pickle_that_runs_is_refused_by_the_courses_reader(run_lesson):
    refused, it_would_call = run_lesson(
        LESSON,
        "raises(UnsafePickleError, load_arrays, gzip.compress(not_just_data))",
        "[f'{arg}' for opcode, arg, _ in __import__('pickletools').genops(not_just_data) if isinstance(arg, str)]",
    )
    assert refused == "the pickle was not opened: it asks for builtins.print, which no array of numbers needs"
    assert it_would_call == ["builtins", "print", "This line ran while the file was being opened."]


def test_ten_values_their_chunks_and_what_islice_gives(run_lesson):
    vals, halves = run_lesson(LESSON, shown("vals"), shown("list(chunks(vals, 5))"))
    assert vals == TEN
    assert halves == [TEN[:5], TEN[5:]]
    taken = "[Out[i] for i, cell in enumerate(In) if cell.splitlines()[-1:] == ['list(islice(it, 5))']]"
    assert run_lesson(LESSON, taken) == [[TEN[:5], TEN[5:], []]]


def test_the_list_becomes_the_picture(run_lesson, training):
    sizes, img = run_lesson(LESSON, shown("len(img), len(img[0])"), "img")
    assert sizes == [28, 28]
    np.testing.assert_array_equal(img, training[0][0] / 256)


def test_the_exercise_can_be_done(run_lesson):
    assert run_lesson(LESSON, "plt.imshow(list(chunks(lst1, 27))[:-1]).get_size()") == [[29, 27]]


def test_one_pixel_by_every_name_it_has(run_lesson):
    assert run_lesson(
        LESSON,
        shown("img[20][15], lst1[28 * 20 + 15]"),
        shown("m[20, 15]"),
        shown("tensor(img)[20, 15]"),
        shown("imgs[0, 20, 15]"),
    ) == [[0.98828125] * 2, 0.98828125, 0.98828125, 0.98828125]


def test_the_four_arrays_as_tensors(run_lesson, training):
    shapes, types, folded, sums = run_lesson(
        LESSON,
        shown("x_train.shape, y_train.shape, x_valid.shape, y_valid.shape"),
        shown("x_train.type(), y_train.type()"),
        shown("imgs.shape"),
        "[x_train.double().sum().item(), y_train.sum().item()]",
    )
    assert shapes == [[50_000, 784], [50_000], [10_000, 784], [10_000]]
    assert types == ["torch.FloatTensor", "torch.LongTensor"]
    assert folded == [50_000, 28, 28]
    assert sums == [training[0].sum(dtype=np.int64) / 256, training[1].sum(dtype=np.int64)]


def test_least_and_largest_and_ranks(run_lesson):
    assert run_lesson(
        LESSON,
        shown("x_train.min(), x_train.max()"),
        shown("y_train.min(), y_train.max(), y_train[:3]"),
        shown("imgs[0, 20, 15].shape, [t.ndim for t in (imgs[0, 20, 15], y_train, x_train, imgs)]"),
    ) == [[0, 255 / 256], [0, 9, [5, 0, 4]], [[], [0, 1, 2, 3]]]


def test_the_average_three(run_lesson, training):
    shape, average = run_lesson(LESSON, shown("threes.shape"), "average.tolist()")
    pictures, labels = training
    assert shape == [int((labels == 3).sum()), 28, 28]
    np.testing.assert_allclose(average, pictures[labels == 3].mean(axis=0) / 256, atol=1e-5)


def test_the_widgets_open_on_the_lessons_own_values(run_lesson):
    tapes, viewers = run_lesson(
        LESSON,
        f"[len(w.picture['texts']) for w in {widgets('IteratorTape')}]",
        f"[[w.row, w.column] for w in {widgets('DigitViewer')}]",
    )
    assert tapes == [10, 784]
    assert viewers[0] == [20, 15] and len(viewers) == 2


def test_every_question_knows_its_answer(run_lesson):
    right = ["361", "print is called", "28", "2", "[]", "29", "575", "50000, 28, 28", "0.99609375", "()"]
    right += ["28, 28", "100, 28"]
    wrong = [
        "3136",
        "an error",
        "784",
        "4",
        "an error",
        "28",
        "35",
        "28, 28, 50000",
        "1",
        "1",
        "5101, 28",
        "100, 28, 28",
    ]
    assert run_lesson(LESSON, judged(right, wrong)) == [[[True, False]] * len(right)]
