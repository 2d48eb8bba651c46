"""The numbers that lesson 01 states and shows."""

import socket
import threading
from urllib.error import ContentTooShortError
from urllib.request import urlretrieve

import numpy as np
import pytest

from tests.lessons.lesson_expressions import given_away, judged, shown, tried, widgets
from tests.support import servers

LESSON = "01_data"
TEN = [0, 0, 0, 0.19140625, 0.9296875, 0.98828125, 0.98828125, 0.98828125, 0.98828125, 0.98828125]


@pytest.fixture(scope="module")
def training():
    """The bundled file's training images and labels, read without the course's own code."""
    with np.load(servers.ROOT / "widgets_lib/data/mnist.npz") as files:
        return files["x_train"][:50_000], files["y_train"][:50_000]


def test_without_a_network_the_lesson_goes_on_and_says_so(run_lesson, printed):
    said = printed(LESSON, "from pathlib import Path")
    path_gz, half_files = run_lesson(LESSON, "path_gz", "list(map(str, Path('data').glob('*')))")
    assert said.startswith("https://github.com/")
    assert "could not be fetched in 2 attempts" in said
    assert "The course carries the same digits" in said
    assert path_gz is None
    assert half_files == []


def test_urlretrieve_leaves_half_a_file_under_the_final_name(tmp_path):
    """What the lesson says of the one-liner, and why the course has a function of its own."""
    with socket.create_server(("localhost", 0)) as server:

        def send_half():
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 50)

        sender = threading.Thread(target=send_half)
        sender.start()
        with pytest.raises(ContentTooShortError):
            urlretrieve(f"http://localhost:{server.getsockname()[1]}/", tmp_path / "mnist.pkl.gz")
        sender.join()
    assert (tmp_path / "mnist.pkl.gz").read_bytes() == b"x" * 50


def test_a_digit_is_compressed_and_comes_back_whole(run_lesson, printed):
    plain, packed = run_lesson(LESSON, "len(one_digit)", "packed.hex()")
    assert printed(LESSON, "import gzip") == "3,136 bytes: 784 numbers of 4 bytes each\n"
    size = len(bytes.fromhex(packed))
    assert plain == 784 * 4 == 3136 and size < plain / 4
    assert printed(LESSON, "packed = ") == f"{size} bytes after gzip; the first two are 1f 8b\nNothing is lost: True\n"


def test_the_pickle_that_runs_is_refused_by_the_courses_reader(run_lesson):
    refused, it_would_call = run_lesson(
        LESSON,
        "raises(UnsafePickleError, load_arrays, gzip.compress(not_just_data))",
        "[f'{arg}' for opcode, arg, _ in __import__('pickletools').genops(not_just_data) if isinstance(arg, str)]",
    )
    assert refused == "the pickle was not opened: it asks for builtins.print, which no array of numbers needs"
    assert it_would_call == ["builtins", "print", "This line ran while the file was being opened."]


def test_the_learners_own_file_is_opened_by_the_restricted_reader(run_lesson, printed, training):
    """Without a network it is the file that the lesson wrote, and any reader of pickles finds the same in it."""
    opened = printed(LESSON, "path = path_gz or few_gz")
    pairs, first = run_lesson(
        LESSON,
        "[[x.shape, y.shape] for x, y in pickle.load(gzip.open(few_gz))]",
        "pickle.load(gzip.open(path))[0][0][0].tolist()",
    )
    assert "numpy._core.multiarray" in opened and "_reconstruct" in opened  # a pickle names what it calls
    assert opened.endswith("x_train from few.pkl.gz: a numpy array of shape (100, 784), float32\n")
    assert printed(LESSON, 'print("The same digits:"') == "The same digits: True\n"
    assert pairs == [[[100, 784], [100]]] * 3
    np.testing.assert_array_equal(first, training[0][0].ravel() / 256)


def test_the_digits_in_the_file_are_compared_with_the_courses_copy(run_lesson):
    """The comparison is no formality: other digits would not pass it."""
    (cell,) = run_lesson(LESSON, "next(cell for cell in In if cell.startswith('print(\"The same digits:'))")
    comparison = cell.splitlines()[0].removeprefix('print("The same digits:", ').removesuffix(")")
    assert run_lesson(LESSON, f"[bool({comparison}) for x_train in (data.x_train[:9], data.x_train[1:9])]") == [
        [True, False]
    ]


def test_there_are_70_000_digits(run_lesson):
    assert run_lesson(LESSON, "len(data.x_train) + len(data.x_valid) + len(data.x_test)") == [70_000]


def test_ten_values_their_chunks_and_what_islice_gives(run_lesson):
    vals, halves, taken, nothing = run_lesson(
        LESSON,
        "vals",
        shown("list(chunks(vals, 5))"),
        shown("list(islice(it, 5)), list(islice(it, 5))"),
        shown("list(islice(it, 5))"),
    )
    assert vals == TEN and TEN.index(next(filter(None, TEN))) == 3  # the stroke begins at the fourth
    assert halves == taken == [TEN[:5], TEN[5:]]
    assert nothing == []


def test_the_list_becomes_the_picture(run_lesson, printed, training):
    (img,) = run_lesson(LESSON, "img")
    assert printed(LESSON, "it = iter(lst1)") == "28 rows of 28\n"
    np.testing.assert_array_equal(img, training[0][0] / 256)


def test_rows_of_27_slip_to_the_right(run_lesson, training):
    (leaning,) = run_lesson(LESSON, "leaning")
    assert np.shape(leaning) == (29, 27)
    picture = training[0][0] / 256
    for row in range(28):  # what still fits beside the edge
        np.testing.assert_array_equal(leaning[row][row:], picture[row][: 27 - row])


def test_rows_of_unequal_length_are_refused(run_lesson, printed):
    said = printed(LESSON, "try:\n    tensor(list(chunks")
    assert said == "expected sequence of length 27 at dim 1 (got 1)\n"
    assert run_lesson(LESSON, "raises(ValueError, tensor, [[1, 2], [3]])") != [None]


def test_rows_columns_and_slices(run_lesson):
    assert run_lesson(LESSON, shown("t[1], t[1, 1:3]"), shown("t[:, 1]")) == [[[4, 5, 6], [5, 6]], [2, 5, 8]]


def test_whole_numbers_stay_whole_until_a_float_joins_them(printed):
    said = printed(LESSON, "print(t + 1)")
    assert (
        said == "tensor([[ 2,  3,  4],\n        [ 5,  6,  7],\n        [ 8,  9, 10]])\ntorch.int64 but torch.float32\n"
    )


def test_printoptions_change_what_is_shown_and_are_put_back(run_lesson, printed):
    said = printed(LESSON, "torch.set_printoptions(precision=2)")
    assert said.splitlines()[0] == "tensor([[0.01, 0.07, 0.07, 0.07],"
    assert run_lesson(LESSON, "str(tensor(1 / 3))") == ["tensor(0.3333)"]


def test_one_pixel_by_every_name_it_has(run_lesson):
    assert run_lesson(
        LESSON,
        shown("img[20][15], lst1[28 * 20 + 15]"),
        shown("m[20, 15]"),
        shown("tensor(img)[20, 15]"),
        shown("imgs.shape, imgs[0, 20, 15]"),
        "tensor(img)[20, 15].ndim",
    ) == [[0.98828125] * 2, 0.98828125, 0.98828125, [[50_000, 28, 28], 0.98828125], 0]


def test_the_ink_begins_at_row_5_column_12(run_lesson):
    (flat,) = run_lesson(LESSON, "lst1")
    assert not any(flat[: 28 * 5 + 12]) and flat[28 * 5 + 12] > 0


def test_the_four_arrays_as_tensors(run_lesson, printed, training):
    said = printed(LESSON, "x_train, y_train, x_valid, y_valid = map(tensor")
    shapes, no_copy, bits, sums = run_lesson(
        LESSON,
        "[list(each.shape) for each in (x_train, y_train, x_valid, y_valid)]",
        "imgs.data_ptr() == x_train.data_ptr()",
        "[8 * x_train.element_size(), 8 * y_train.element_size()]",
        "[x_train.double().sum().item(), y_train.sum().item()]",
    )
    assert shapes == [[50_000, 784], [50_000], [10_000, 784], [10_000]]
    assert said == "50,000 digits of 784 pixels in a torch.FloatTensor\n50,000 labels in a torch.LongTensor\n"
    assert no_copy  # “no number moves”
    assert bits == [32, 64]
    assert sums == [training[0].sum(dtype=np.int64) / 256, training[1].sum(dtype=np.int64)]


def test_reshape_copies_where_the_numbers_are_in_another_order(run_lesson):
    assert run_lesson(
        LESSON, "t.reshape(9).data_ptr() == t.data_ptr()", "t.T.reshape(9).data_ptr() == t.data_ptr()"
    ) == [
        True,
        False,
    ]


def test_blank_paper_least_and_largest_and_ranks(run_lesson, printed, training):
    said = printed(LESSON, "blank = ")
    extremes, labels, ranks = run_lesson(
        LESSON,
        shown("x_train.min(), x_train.max(), 255 / 256"),
        shown("y_train.min(), y_train.max(), y_train[:3]"),
        shown("imgs[0, 20, 15].shape, [t.ndim for t in (imgs[0, 20, 15], y_train, x_train, imgs)]"),
    )
    assert said == f"{100 * (training[0] == 0).mean():.1f} % of 39,200,000 pixels are 0\n"
    assert 0.75 < (training[0] == 0).mean() < 0.85  # “four pixels in five”
    assert extremes == [0, 255 / 256, 255 / 256]
    assert labels == [0, 9, [5, 0, 4]]
    assert ranks == [[], [0, 1, 2, 3]]


def test_the_average_three(run_lesson, training):
    shape, average = run_lesson(LESSON, shown("threes.shape"), "average.tolist()")
    pictures, labels = training
    assert shape == [int((labels == 3).sum()), 28, 28]
    np.testing.assert_allclose(average, pictures[labels == 3].mean(axis=0) / 256, atol=1e-5)


def test_the_widgets_open_on_the_lessons_own_values(run_lesson):
    tapes, viewers, own = run_lesson(
        LESSON,
        f"[len(w.picture['texts']) for w in {widgets('IteratorTape')}]",
        f"[[w.count, w.index, w.row, w.column] for w in {widgets('DigitViewer')}]",
        f"[w.picture['texts'] == [str(v) for v in data.x_train[w.index]] for w in {widgets('DigitViewer')}]",
    )
    assert tapes == [10, 784]
    assert viewers == [[1, 0, 7, 10], [1, 0, 20, 15], [20, 2, 20, 15]]
    assert own == [True] * 3


def test_every_question_knows_its_answer(run_lesson):
    answers = [  # right, wrong
        ("361", "3136"),
        ("print is called", "an error"),
        ("2", "4"),
        ("each row slips one pixel further to the right", "each row slips one pixel further to the left"),
        ("[]", "an error"),
        ("29", "28"),
        ("575", "35"),
        ("152", "784"),
        ("2, 5, 8", "4, 5, 6"),
        ("50000, 28, 28", "28, 28, 50000"),
        ("80", "50"),
        ("()", "1"),
        ("28, 28", "5101, 28"),
        ("100, 28", "100, 28, 28"),
    ]
    assert run_lesson(LESSON, judged(*zip(*answers, strict=True))) == [[[True, False]] * len(answers)]


def test_other_widths_do_what_is_said_of_them(run_lesson):
    """27 and 29 leave one value; 14 halves the rows; 56 puts two side by side, rows 0, 2, 4 … and 1, 3, 5 …"""
    lengths, short, long, half, double = run_lesson(
        LESSON,
        "{n: [len(row) for row in chunks(lst1, n)] for n in (27, 29)}",
        "all(cut[at:] == row[: 27 - at] for at, (cut, row) in enumerate(zip(chunks(lst1, 27), img)))",
        "all(cut[: 28 - at] == row[at:] for at, (cut, row) in enumerate(zip(chunks(lst1, 29), img)))",
        "[row[:14] for row in img] == list(chunks(lst1, 14))[::2] and [r[14:] for r in img] == list(chunks(lst1, 14))[1::2]",
        "[r[:28] for r in chunks(lst1, 56)] == img[::2] and [r[28:] for r in chunks(lst1, 56)] == img[1::2]",
    )
    assert lengths == {"27": [27] * 29 + [1], "29": [29] * 27 + [1]}
    assert short and long  # each row slips one pixel further to the right, or to the left
    assert half and double
    (seen,) = run_lesson(
        LESSON,
        f"(lambda w: [(setattr(w, 'chosen', v['name']), w.wait(60), w.result['lengths'])[-1] for v in w.variants])"
        f"({widgets('Variants')}[0])",
    )
    assert [rows[0] for rows in seen] == [28, 27, 29, 14, 56] and all(sum(rows) == 784 for rows in seen)


def test_other_indices_and_other_shapes(run_lesson):
    indices, shapes = run_lesson(LESSON, tried(1), tried(2))
    assert list(indices.values())[:3] == [
        "tensor([2, 5, 8])",
        "tensor([7, 8, 9])",
        "tensor([[2, 3],\n        [5, 6],\n        [8, 9]])",
    ]
    assert indices["t[::2]"] == "tensor([[1, 2, 3],\n        [7, 8, 9]])"
    assert indices["t[1, 3]"].startswith("IndexError: ")
    assert [text.partition(":")[0] for text in shapes.values()] == [
        "torch.Size([50000, 28, 28])",
        "torch.Size([50000, 14, 56])",
        "RuntimeError",
        "torch.Size([28, 28, 50000])",
        "RuntimeError",
    ]
    same = "torch.equal(x_train.reshape((28, 28, -1))[:, :, 0].ravel(), x_train[0])"
    assert run_lesson(LESSON, same) == [False]


def test_the_first_pixel_with_ink_is_found(run_lesson, printed):
    assert printed(LESSON, "print(next(position") == "152\n"
    assert run_lesson(LESSON, shown("28 * 5 + 12"), shown("imgs[:100, 20].shape")) == [152, [100, 28]]


def test_no_answer_stands_above_its_question():
    pairs = [
        ("after gzip, roughly", "gzip.compress(one_digit)"),
        ("What happens at `pickle.loads", "pickle.loads("),
        ("rows of 27 values", "chunks(lst1, 27)"),
        ("At which position", "28 * 20 + 15"),
        ("At which position", "row=20"),
        ("What is `t[:, 1]`", "t[:, 1]"),
        ("What is the shape of `x_train.reshape", "x_train.reshape("),
        ("how many are exactly 0", "x_train == 0"),
        ("What is the shape of the single pixel", "imgs[0, 20, 15].shape"),
        ("What is the shape of `threes.mean", "threes.mean("),
        ("What happens to the 5", "wl.Variants("),
        ("What is `t[:, 1]`", "t[-1]"),
        ("the first pixel that is not 0", "next(position"),
        ("What is the shape of `x_train.reshape", "(-1, 14, 56)"),
        ("You want row 20", "imgs[:100, 20].shape"),
    ]
    assert given_away(LESSON, pairs) == []
