import functools
import hashlib
import sys
import weakref

import numpy as np
import pytest

from widgets_lib.compute import mnist
from widgets_lib.compute.mnist import bundled, pixel_cache, sums


def test_shapes_and_types():
    digits = mnist.load()
    for name, count in (("train", 50_000), ("valid", 10_000), ("test", 10_000)):
        x, y = getattr(digits, f"x_{name}"), getattr(digits, f"y_{name}")
        assert (x.shape, x.dtype) == ((count, 784), np.float32)
        assert (y.shape, y.dtype) == ((count,), np.int64)


def test_the_pixels_of_the_course():
    x = mnist.load().x_train
    assert x[0][203] == 0.19140625
    assert x[0][200:210].tolist() == [0, 0, 0, 0.19140625, 0.9296875] + 5 * [0.98828125]
    assert (x.min(), x.max()) == (0, 0.99609375)


def test_the_first_digits_are_those_of_the_whole():
    images, labels = mnist.first_digits(30)
    assert (images.shape, images.dtype, labels.dtype) == ((30, 28, 28), np.uint8, np.int64)
    np.testing.assert_array_equal(images.reshape(30, 784) / 256, mnist.load().x_train[:30])
    np.testing.assert_array_equal(labels, mnist.load().y_train[:30])


def test_the_first_test_digits_are_those_of_the_whole():
    images, labels = mnist.first_digits(19, "test")
    np.testing.assert_array_equal(images.reshape(19, 784) / 256, mnist.load().x_test[:19])
    assert labels.tolist()[-4:] == mnist.load().y_test[15:19].tolist() == [5, 9, 7, 3]
    with pytest.raises(ValueError, match="10,001"):
        mnist.first_digits(10_001, "test")


def test_the_sums_of_a_page_are_those_of_all_training_digits(tmp_path, monkeypatch):
    digits = mnist.load()
    bytes_of = np.concatenate([digits.x_train, digits.x_valid]).reshape(-1, 28, 28) * np.float32(256)
    labels = np.concatenate([digits.y_train, digits.y_valid])
    packed = mnist.pack_sums()
    assert len(packed) < 31_000
    file = tmp_path / "digit_sums.npz"
    for is_there in (False, True):
        monkeypatch.setattr(sums, "SUMS", file)
        found, counts = mnist.digit_sums()
        assert (found.dtype, counts.tolist()) == (np.int64, np.bincount(labels).tolist())
        np.testing.assert_array_equal(found[3], bytes_of[labels == 3].sum(0, dtype=np.float64))
        file.write_bytes(packed)
        if not is_there:
            monkeypatch.setattr(sums, "training_blocks", lambda: pytest.fail("all digits are read"))


def test_the_labels_of_the_course():
    digits = mnist.load()
    assert digits.y_train[:3].tolist() == [5, 0, 4]
    assert digits.y_train[-3:].tolist() == [8, 4, 8]
    sixty_thousand = np.concatenate([digits.y_train, digits.y_valid])
    assert np.count_nonzero(sixty_thousand == 3) == 6131
    assert np.count_nonzero(sixty_thousand == 7) == 6265


@pytest.mark.parametrize(
    ("names", "magic_number", "shape", "md5"),
    [
        (("x_train", "x_valid"), 2051, (60_000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
        (("y_train", "y_valid"), 2049, (60_000,), "a25bea736e30d166cdddb491f175f624"),
        (("x_test",), 2051, (10_000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
        (("y_test",), 2049, (10_000,), "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_every_digit_is_the_published_one(names, magic_number, shape, md5):
    values = np.concatenate([getattr(mnist.load(), name) for name in names])
    scale = 256 if values.dtype == np.float32 else 1
    header = np.array([magic_number, *shape], ">u4").tobytes()
    assert hashlib.md5(header + (values * scale).astype(np.uint8).tobytes()).hexdigest() == md5


def test_it_is_read_once():
    assert mnist.load() is mnist.load()


def test_no_pickle_is_ever_read(tmp_path, monkeypatch):
    np.savez(tmp_path / "evil.npz", x_train=np.array([print], dtype=object))
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "evil.npz")
    with pytest.raises(ValueError, match="allow_pickle"):
        mnist.load.__wrapped__()


@pytest.mark.parametrize("cached", [True, False])
def test_blocks_of_training_digits_are_those_of_the_file_and_stay_in_memory_one_at_a_time(cached, monkeypatch):
    views = []

    def mapped(npz):
        assert not [view for view in views if view() is not None]
        pixels = pixel_cache.mapped_pixels(npz) if cached else None
        if pixels is not None:
            views.append(weakref.ref(pixels))
        return pixels

    monkeypatch.setattr(bundled, "mapped_pixels", mapped)
    monkeypatch.setattr(bundled, "load", None)  # it would keep a view of them all
    with np.load(mnist.BUNDLED) as files:
        at, expected, labels = 0, files["x_train"], files["y_train"]
    for images, digits in mnist.training_blocks(7_000):
        assert images.dtype == np.uint8 and (images == expected[at : at + 7_000]).all()
        assert digits.dtype == np.int64 and (digits == labels[at : at + 7_000]).all()
        at += len(images)
    assert at == 60_000 and len(views) == (9 if cached else 0)


@pytest.fixture
def as_in_a_browser(monkeypatch):
    """No file that processes share, and nobody has read all digits yet."""
    whole = mnist.load()
    monkeypatch.setattr(sys, "platform", "emscripten")
    bundled.compact.cache_clear()
    pixel_cache.is_mapped.cache_clear()
    monkeypatch.setattr(bundled, "load", functools.cache(lambda: pytest.fail("all digits take 220 MB")))
    yield whole
    bundled.compact.cache_clear()
    pixel_cache.is_mapped.cache_clear()


@pytest.mark.parametrize("part", ["train", "valid", "test"])
def test_without_a_shared_file_digits_come_as_bytes_and_become_the_same_rows(as_in_a_browser, part):
    rows, labels = mnist.compact(part)
    assert rows.dtype == np.uint8 and rows.nbytes == 784 * len(labels)
    np.testing.assert_array_equal(labels, getattr(as_in_a_browser, f"y_{part}"))
    for at in (0, len(rows) - 500):
        made = mnist.as_rows(rows[at : at + 500])
        np.testing.assert_array_equal(made, getattr(as_in_a_browser, f"x_{part}")[at : at + 500])
        assert made.dtype == np.float32


def test_all_training_digits_go_by_in_file_order(as_in_a_browser):
    blocks = [*mnist.training_blocks(1_000)]
    assert [len(images) for images, _ in blocks] == [1_000] * 60
    labels = np.concatenate([labels for _, labels in blocks])
    np.testing.assert_array_equal(labels, np.concatenate([as_in_a_browser.y_train, as_in_a_browser.y_valid]))
    for number, rows in ((0, as_in_a_browser.x_train[:1_000]), (59, as_in_a_browser.x_valid[-1_000:])):
        np.testing.assert_array_equal(mnist.as_rows(blocks[number][0].reshape(-1, 784)), rows)


def test_where_the_file_is_shared_digits_are_those_of_load():
    rows, labels = mnist.compact("test")
    assert rows is mnist.load().x_test and labels is mnist.load().y_test
    first, _ = next(mnist.training_blocks(1_000))
    np.testing.assert_array_equal(first, mnist.as_images(mnist.load().x_train[:1_000]))
    with pytest.raises(ValueError, match="train, valid or test, not 'all'"):
        mnist.compact("all")
