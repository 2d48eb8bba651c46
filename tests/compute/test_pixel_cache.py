"""The file of pixels that all processes map: the same values as unpacked, and none of it where it can't be."""

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from widgets_lib.app import writable_dirs
from widgets_lib.compute import mnist
from widgets_lib.compute.mnist import bundled, pixel_cache

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(pixel_cache.FOLDER_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def npz(tmp_path):
    """1,234 and 56 images of random pixels."""
    draw = np.random.default_rng(1).integers
    images = {name: draw(0, 256, (n, 28, 28), np.uint8) for name, n in (("x_train", 1_234), ("x_test", 56))}
    np.savez_compressed(tmp_path / "few.npz", **images)
    return tmp_path / "few.npz"


def unpacked(npz):
    with np.load(npz) as files:
        return np.concatenate([files[name].reshape(-1, 784).astype(np.float32) / 256 for name in ("x_train", "x_test")])


def the_file(folder):
    (path,) = folder.glob("*.npy")
    return path


def is_mapped(pixels):
    while pixels is not None and not isinstance(pixels, np.memmap):
        pixels = pixels.base
    return pixels is not None


def test_the_rows_are_the_images_and_are_mapped_again_by_the_next_process(npz, folder):
    first = pixel_cache.mapped_pixels(npz)
    assert type(first) is np.ndarray and first.dtype == np.float32 and is_mapped(first)
    np.testing.assert_array_equal(first, unpacked(npz))
    before = the_file(folder).stat()
    np.testing.assert_array_equal(pixel_cache.mapped_pixels(npz), first)
    assert the_file(folder).stat().st_ino == before.st_ino
    assert {path.suffix for path in folder.iterdir()} == {".npy", ".lock"}


def test_a_learner_writes_into_a_copy(npz, folder):
    pixels = pixel_cache.mapped_pixels(npz)
    pixels[3] = 7
    assert (pixels[3] == 7).all()
    np.testing.assert_array_equal(pixel_cache.mapped_pixels(npz), unpacked(npz))


def truncate(path):
    os.truncate(path, path.stat().st_size - 1000)


def empty(path):
    path.write_bytes(b"")


def overwrite(path):
    with path.open("r+b") as file:
        file.seek(5_000)
        file.write(b"\xff" * 64)


def append(path):
    with path.open("ab") as file:
        file.write(b"more")


def other_array(path):
    with path.open("wb") as file:
        np.save(file, np.zeros((3, 784)))
    keep_stamp(path)


def pickled(path):
    with path.open("wb") as file:
        np.save(file, np.array([print], dtype=object))
    keep_stamp(path)


def cut_with_its_time_kept(path):
    truncate(path)
    keep_stamp(path)


def keep_stamp(path):
    os.utime(path, ns=(pixel_cache.STAMP_NS, pixel_cache.STAMP_NS))


DAMAGES = [truncate, empty, overwrite, append, other_array, pickled, cut_with_its_time_kept]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_built_again(npz, folder, damage):
    pixel_cache.mapped_pixels(npz)
    damage(the_file(folder))
    pixels = pixel_cache.mapped_pixels(npz)
    assert is_mapped(pixels)
    np.testing.assert_array_equal(pixels, unpacked(npz))


def test_other_images_have_another_file(npz, folder, tmp_path):
    pixel_cache.mapped_pixels(npz)
    np.savez(tmp_path / "black.npz", x_train=np.zeros((3, 28, 28), np.uint8), x_test=np.zeros((2, 28, 28), np.uint8))
    assert pixel_cache.mapped_pixels(tmp_path / "black.npz").shape == (5, 784)
    assert len(list(folder.glob("*.npy"))) == 2


PROCESS = (
    "import sys; from pathlib import Path; from widgets_lib.compute.mnist import pixel_cache as c; sys.stdin.read(1)"
)


def test_processes_that_build_at_once_share_one_file(npz, folder):
    code = f"{PROCESS}; x = c.mapped_pixels(Path(sys.argv[1])); print(x.sum(dtype='f8'), x.base is not None)"
    command = [sys.executable, "-c", code, str(npz)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(4)]
    for process in processes:
        process.stdin.write("g")
        process.stdin.flush()
    expected = f"{unpacked(npz).sum(dtype='f8')} True\n"
    assert [process.communicate(timeout=60)[0] for process in processes] == [expected] * 4
    assert {path.suffix for path in folder.iterdir()} == {".npy", ".lock"}


@pytest.mark.skipif(not pixel_cache.fcntl, reason="locks are of Unix")
def test_it_waits_for_another_builder_and_then_goes_on_without(npz, folder, monkeypatch):
    folder.mkdir()
    pixel_cache.mapped_pixels(npz)
    lock, path = next(folder.glob("*.lock")), the_file(folder)
    path.unlink()
    monkeypatch.setattr(pixel_cache, "BUILD_TIMEOUT_S", 0.1)
    with lock.open("ab") as held:
        pixel_cache.fcntl.flock(held, pixel_cache.fcntl.LOCK_EX)
        assert pixel_cache.mapped_pixels(npz) is None
    assert pixel_cache.mapped_pixels(npz) is not None


@pytest.mark.skipif(not pixel_cache.fcntl, reason="locks are of Unix")
def test_what_a_killed_process_left_is_cleared_away(npz, folder):
    pixel_cache.mapped_pixels(npz)
    path = the_file(folder)
    path.rename(f"{path}.x1.part")
    pixel_cache.mapped_pixels(npz)
    assert not list(folder.glob("*.part"))


def no_room(monkeypatch, folder):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(2**33, 2**33, pixel_cache.SPARE_BYTES))


def full_while_writing(monkeypatch, folder):
    def chunks(files):
        yield np.zeros((1, 784), np.float32)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pixel_cache, "_chunks", chunks)


def switched_off(monkeypatch, folder):
    monkeypatch.setenv(pixel_cache.FOLDER_VARIABLE, "")


def no_folder(monkeypatch, folder):
    folder.write_text("a file is in its place")


def no_writing(monkeypatch, folder):
    def refuse(*args, **options):
        raise PermissionError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)


def no_home(monkeypatch, folder):
    def refuse():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(pixel_cache.FOLDER_VARIABLE)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", refuse)


OBSTACLES = [no_room, full_while_writing, switched_off, no_folder, no_writing, no_home]


@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_where_it_can_not_be_the_digits_are_unpacked_as_ever(folder, monkeypatch, obstacle):
    obstacle(monkeypatch, folder)
    assert pixel_cache.mapped_pixels(bundled.BUNDLED) is None
    assert not folder.is_dir() or not list(folder.glob("*.part")) + list(folder.glob("*.npy"))
    digits = mnist.load.__wrapped__()
    assert not is_mapped(digits.x_train)
    for name in ("x_train", "x_valid", "x_test", "y_train", "y_valid", "y_test"):
        ours, usual = getattr(digits, name), getattr(mnist.load(), name)
        assert (ours.dtype, ours.shape, type(ours)) == (usual.dtype, usual.shape, type(usual))
        np.testing.assert_array_equal(ours, usual)


def test_a_file_on_a_disk_that_can_no_longer_be_written_to_is_still_read(npz, folder, monkeypatch):
    pixel_cache.mapped_pixels(npz)
    no_writing(monkeypatch, folder)
    assert is_mapped(pixel_cache.mapped_pixels(npz))


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"])
def test_the_folder_is_the_platforms(monkeypatch, name):
    monkeypatch.delenv(pixel_cache.FOLDER_VARIABLE, raising=False)
    assert pixel_cache.cache_folder().name == "tensor-foundations"
    platform = {"XDG_CACHE_HOME": "linux", "LOCALAPPDATA": "win32", "HOME": "darwin"}[name]
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(name, "/somewhere")
    inside = "Library/Caches/" if platform == "darwin" else ""
    assert pixel_cache.cache_folder().as_posix() == f"/somewhere/{inside}tensor-foundations"


def test_the_app_names_the_folder_on_a_read_only_disk():
    assert pixel_cache.FOLDER_VARIABLE in writable_dirs.CACHES


def test_the_digits_of_the_course_need_no_memory_of_their_own(folder):
    """What a process has for itself grows by less than 10 MB; unpacked, they take 220 MB."""
    code = (
        "import re; from pathlib import Path; from widgets_lib.compute import mnist\n"
        "def own(): return int(re.search(r'Anonymous:\\s+(\\d+)', Path('/proc/self/smaps_rollup').read_text())[1])\n"
        "before = own(); digits = mnist.load(); digits.x_train.sum(), digits.x_test.sum(); print(own() - before)"
    )
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("needs Linux")
    first, again = (int(subprocess.check_output([sys.executable, "-c", code])) for _ in range(2))
    assert first < 30_000 and again < 10_000
