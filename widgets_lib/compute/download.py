"""Fetch a file once and whole, or say in words why not; and the classic `mnist.pkl.gz` that lesson 01 begins with."""

import hashlib
import http.client
import os
import re
import ssl
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib import error, parse, request

import numpy as np

from .array_pickle import load_arrays

MNIST_URL = "https://github.com/mnielsen/neural-networks-and-deep-learning/blob/master/data/mnist.pkl.gz?raw=true"
MNIST_GZ = Path("data/mnist.pkl.gz")
MNIST_MD5 = "98100ca27dc0e07ddd9f822cf9d244db"  # of the file at MNIST_URL, as published by others who pin it
SHAPES = ((50_000, 784), (10_000, 784), (10_000, 784))  # train, valid, test
PIECE = 2**16
WORTH_RETRYING = (408, 425, 429, 500, 502, 503, 504)


class DownloadError(OSError):
    """The file could not be fetched; the message says what happened and what to do."""


class _Retry(Exception):
    """This attempt failed, and another may not."""


def download_file(
    url,
    destination,
    *,
    check=None,
    most_bytes=200_000_000,
    timeout_s=10.0,
    total_s=600.0,
    attempts=4,
    progress=True,
    sleep=time.sleep,
):
    """Fetch url into the file `destination`, and return its Path. A good file that is there already stays.

    check: a function of a Path, returning None for a good file and otherwise a sentence that says what is wrong.
        Without one a file that is not empty is good.
    most_bytes: a larger file is refused. timeout_s: the longest silence; total_s: the longest download.
    attempts: a dropped connection is taken up again where it stopped, if the server can, after 0.5, 1, 2, … s.
    progress: show a bar with size and time left, if tqdm is installed.
    The file appears whole and checked, or not at all: it grows under another name beside the destination.
    Raises: DownloadError, saying what to do; ValueError for an address that is not http or https.
    """
    destination = Path(destination)
    if parse.urlsplit(str(url)).scheme not in ("http", "https"):
        raise ValueError(f"an address to download from begins with http:// or https://, not {str(url)[:80]!r}")
    if destination.is_dir():
        raise DownloadError(f"{destination} is a folder; give the name of a file in it.")
    check = check or _is_not_empty
    if destination.exists() and check(destination) is None:
        return destination
    partial = None
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f"{destination.name}.", suffix=".part", dir=destination.parent)
        partial = Path(name)
        with os.fdopen(handle, "wb") as file, _bar(destination.name, progress) as bar:
            transfer = _Transfer(url, file, bar, most_bytes, timeout_s, time.monotonic() + total_s)
            _persevere(transfer, partial, check, attempts, sleep)
        partial.chmod(0o644)  # mkstemp's file is for its owner alone
        os.replace(partial, destination)
    except DownloadError:
        raise
    except OSError as problem:
        raise DownloadError(f"{destination} could not be written: {_words(problem)}. Choose another place.") from None
    finally:
        if partial:
            partial.unlink(missing_ok=True)
    return destination


def download_mnist(path_gz=MNIST_GZ, url=MNIST_URL, **options):
    """Fetch `mnist.pkl.gz` (17 MB) unless it is there and good; return its Path. Options as for download_file.

    Raises: DownloadError; the digits bundled with the course need no download (see `mnist_or_bundled`).
    """
    try:
        return _download_mnist(path_gz, url, options)
    except DownloadError as problem:
        raise DownloadError(f"{problem} The course carries the same digits: mnist.load() needs no network.") from None


def _download_mnist(path_gz, url, options):
    return download_file(url, path_gz, **{"check": what_is_wrong_with_mnist, **options})


def load_pickle(path_gz=MNIST_GZ):
    """((x_train, y_train), (x_valid, y_valid), (x_test, y_test)) from `mnist.pkl.gz`, as numpy arrays.

    x: (50000, 784), (10000, 784), (10000, 784) float32 from 0 to below 1; y: (n,) int64 from 0 to 9.
    Raises: UnsafePickleError if the pickle holds more than arrays, and nothing of it has run; ValueError if it
    is damaged or holds other arrays; OSError if there is no such file.
    """
    pairs = load_arrays(path_gz)
    wrong = _what_is_wrong_with_pairs(pairs)
    if wrong:
        raise ValueError(f"{path_gz} is not the MNIST file: {wrong}")
    return tuple((np.asarray(x), np.asarray(y, np.int64)) for x, y in pairs)


def what_is_wrong_with_mnist(path_gz):
    """None if the file is `mnist.pkl.gz`, by its MD5 or else by what it holds; otherwise what is wrong, in words."""
    path_gz = Path(path_gz)
    try:
        if hashlib.md5(path_gz.read_bytes(), usedforsecurity=False).hexdigest() == MNIST_MD5:
            return None
        load_pickle(path_gz)
    except Exception as problem:
        return str(problem)
    return None


def _what_is_wrong_with_pairs(pairs):
    try:
        shapes = [(x.shape, y.shape, x.dtype.name, y.dtype.kind) for x, y in pairs]
    except (TypeError, ValueError, AttributeError):
        return "it does not hold pairs of images and labels"
    if shapes != [(shape, shape[:1], "float32", "i") for shape in SHAPES]:
        return f"it holds arrays of the shapes and types {shapes}"
    if not all(x.min() >= 0 and x.max() < 1 and y.min() >= 0 and y.max() <= 9 for x, y in pairs):
        return "its pixels are not from 0 to 1, or its labels not from 0 to 9"
    return None


@dataclass(frozen=True, eq=False)
class MnistFile:
    """The digits, and in `source` the sentence that says where they are from. Pairs as from `load_pickle`."""

    train: tuple[np.ndarray, np.ndarray]
    valid: tuple[np.ndarray, np.ndarray]
    test: tuple[np.ndarray, np.ndarray]
    source: str
    bundled: bool


def mnist_or_bundled(path_gz=MNIST_GZ, url=MNIST_URL, **options):
    """The digits of `mnist.pkl.gz`, downloaded if need be; failing that, the same digits bundled with the course.

    Options as for download_file. Never raises for want of a network: `source` says what happened.
    """
    try:
        pairs = load_pickle(_download_mnist(path_gz, url, options))
        return MnistFile(*pairs, source=f"The digits are from {path_gz}.", bundled=False)
    except (DownloadError, ValueError) as problem:
        from . import mnist

        digits = mnist.load()
        pairs = (
            (digits.x_train, digits.y_train),
            (digits.x_valid, digits.y_valid),
            (digits.x_test, digits.y_test),
        )
        source = f"These are the digits that come with the course, the same ones: {problem}"
        return MnistFile(*pairs, source=source, bundled=True)


class _Transfer:
    """One file on its way; `attempt` goes on from the bytes that earlier attempts got."""

    def __init__(self, url, file, bar, most_bytes, timeout_s, deadline):
        self.url, self.file, self.bar = url, file, bar
        self.most_bytes, self.timeout_s, self.deadline = most_bytes, timeout_s, deadline
        self.size = None  # of the whole file, once a server has said it
        self.version = None  # what the server calls the bytes we have: an ETag or a date
        self.resumed = False

    def attempt(self):
        """Bring the file to its end. Raises: _Retry, or DownloadError where another attempt would not help."""
        have = self.file.tell()
        headers = {"User-Agent": "tensor-foundations", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self.version:
                headers["If-Range"] = self.version
        try:
            with _OPENER.open(request.Request(self.url, headers=headers), timeout=self.timeout_s) as response:
                self._begin(response, have)
                self._receive(response)
        except error.HTTPError as refusal:
            self._refused(refusal)
        except (error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError) as problem:
            raise _Retry(_words(problem)) from None

    def restart(self):
        self.bar.update(-self.file.tell())
        self.file.seek(0)
        self.file.truncate()
        self.size = self.version = None
        self.resumed = False

    def _begin(self, response, have):
        """Read the head of the answer: does it go on from the bytes we have, and how many will there be?"""
        length = response.headers.get("Content-Length")
        rest = int(length) if length and length.isdecimal() else None
        if response.status == 206:
            span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
            whole = int(span[2]) if span and span[2] != "*" else self.size
            if not span or int(span[1]) != have or (self.size is not None and whole != self.size):
                self.restart()
                raise _Retry("the server went on from another place")
            self.resumed = True
            self.size = whole
        else:
            if have:
                self.restart()
            self.size = rest
        etag = response.headers.get("ETag", "")
        strong = etag if etag.startswith('"') else None  # a weak ETag may stand for different bytes
        self.version = strong or response.headers.get("Last-Modified")
        if self.size is not None:
            if self.size > self.most_bytes:
                raise self._too_large(f"{self.size:,} bytes")
            self.bar.total = self.size

    def _receive(self, response):
        while piece := response.read1(PIECE):  # read(PIECE) would wait for all of it, past the deadline
            self.file.write(piece)
            self.bar.update(len(piece))
            if self.file.tell() > self.most_bytes:
                raise self._too_large(f"more than {self.most_bytes:,} bytes")
            if time.monotonic() > self.deadline:
                raise DownloadError(f"{self.url} is too slow: it was given up. Try again later.")
        have = self.file.tell()
        if self.size is not None and have != self.size:
            if have > self.size:
                self.restart()
            raise _Retry(f"the connection ended after {have:,} of {self.size:,} bytes")

    def _refused(self, refusal):
        refusal.close()
        if refusal.code == 416:  # the server has no such bytes: what we have is of another file
            self.restart()
            raise _Retry("the file changed on the server")
        answer = f"{refusal.code} {refusal.reason}"
        if refusal.code in WORTH_RETRYING:
            raise _Retry(f"it answered {answer}")
        raise DownloadError(f"{self.url} answered {answer}. Check the address, or fetch the file in a browser.")

    def _too_large(self, size):
        return DownloadError(
            f"{self.url} sends {size}, and no more than {self.most_bytes:,} were expected. Check the address."
        )


def _persevere(transfer, partial, check, attempts, sleep):
    """Attempt the transfer until the file is whole and good. Raises: DownloadError."""
    for attempt in range(1, attempts + 1):
        try:
            transfer.attempt()
            transfer.file.flush()
            wrong = check(partial)
            if wrong is None:
                return
            wrong = wrong.replace(str(partial), "the file")
            if not transfer.resumed:
                raise DownloadError(
                    f"{transfer.url} sent something else: {wrong}. "
                    "A network that asks for a login answers like this: open any page in a browser, then try again."
                )
            transfer.restart()  # two halves that do not fit together
            raise _Retry(wrong)
        except _Retry as problem:
            if attempt == attempts or time.monotonic() > transfer.deadline:
                raise DownloadError(
                    f"{transfer.url} could not be fetched in {attempt} attempts: {problem}. "
                    "Check the network connection and try again."
                ) from None
            sleep(0.5 * 2 ** (attempt - 1))


def _opener():
    """urllib's opener for http and https alone: the usual one also follows a redirect to ftp."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.HTTPHandler,
        request.HTTPSHandler,
        request.HTTPDefaultErrorHandler,
        request.HTTPRedirectHandler,
        request.HTTPErrorProcessor,
        request.UnknownHandler,
    ):
        opener.add_handler(handler())
    return opener


_OPENER = _opener()


class _NoBar:
    total = None

    def update(self, n):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def _bar(name, progress):
    if progress:
        try:
            from tqdm.auto import tqdm

            # With a delay, however short, the bar is drawn with the first bytes: none is left where none came.
            return tqdm(desc=name, unit="B", unit_scale=True, unit_divisor=1024, delay=1e-6, mininterval=0)
        except ImportError:
            pass
    return _NoBar()


def _is_not_empty(path):
    return None if path.is_file() and path.stat().st_size else "it is empty"


def _words(problem):
    reason = getattr(problem, "reason", problem)  # URLError wraps what happened
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
