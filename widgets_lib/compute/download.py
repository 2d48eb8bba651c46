"""Fetch a file once and whole, or raise an error that says what happened and what to do."""

import http.client
import os
import re
import ssl
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any, Protocol
from urllib import error, request

from widgets_lib.compute._addresses import check_address
from widgets_lib.compute.formatting import shorten

CHUNK_BYTES = 2**16
RETRYABLE_STATUS = (408, 425, 429, 500, 502, 503, 504)
# of a TLS connection that ended early; other errors while it is set up come again at every attempt
RETRYABLE_TLS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, TimeoutError)

Check = Callable[[Path], str | None]
"""None for a good file, otherwise a sentence that says what is wrong."""


class DownloadError(OSError):
    """The file could not be fetched; the message says what happened and what to do."""


class _Retry(Exception):
    """This attempt failed, and another may not."""


def download_file(
    url: str,
    destination: str | Path,
    *,
    check: Check | None = None,
    most_bytes: int = 200_000_000,
    timeout_s: float = 10.0,
    total_s: float = 600.0,
    attempts: int = 4,
    progress: bool = True,
    sleep: Callable[[float], object] = time.sleep,
) -> Path:
    """Fetch url into the file `destination`, and return its Path. A good file that is there already stays.

    Where the destination is a symbolic link, the file that it points to is written.

    check: a function of a Path, returning None for a good file and otherwise a sentence that says what is wrong.
        Without one a file that is not empty is good.
    most_bytes: a larger file is refused. timeout_s: the longest silence; total_s: the longest download.
    attempts: a dropped connection is taken up again where it stopped, if the server can, after 0.5, 1, 2, … s.
    progress: show a bar with size and time left, if tqdm is installed.
    The file appears whole and checked, or not at all: it grows under another name beside the destination.
    Raises: DownloadError, saying what to do; ValueError for an address that is not http or https.
    """
    address = check_address(url)
    destination = Path(destination)
    try:
        if _is_there(destination, check, most_bytes):
            return destination
        target = Path(os.path.realpath(destination))
        target.parent.mkdir(parents=True, exist_ok=True)
        with _growing(target) as (file, partial), _bar(target.name, progress) as bar:
            transfer = _Transfer(address, file, bar, most_bytes, timeout_s, time.monotonic() + total_s)
            _download_with_retries(transfer, partial, check or _is_not_empty, attempts, sleep)
    except DownloadError:
        raise
    except (OSError, ValueError) as problem:  # ValueError: a null character in a file's name
        place = shorten(str(destination), 120)
        raise DownloadError(f"{place} could not be written: {_reason(problem)}. Choose another place.") from None
    return destination


def _is_there(destination: Path, check: Check | None, most_bytes: int) -> bool:
    """Whether a good file is there. Raises: DownloadError for what is there and can't be replaced; OSError."""
    try:
        status = destination.stat()
    except FileNotFoundError:
        return False
    place = shorten(str(destination), 120)
    if stat.S_ISDIR(status.st_mode):
        raise DownloadError(f"{place} is a folder; give the name of a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise DownloadError(f"{place} is a device or a pipe, not a file. Choose another place.")
    if check and status.st_size > most_bytes:
        raise DownloadError(
            f"{place} is there already and has {status.st_size:,} bytes, where no more than {most_bytes:,} were "
            "expected: it stays as it is. Choose another place."
        )
    return (check or _is_not_empty)(destination) is None


@contextmanager
def _growing(target: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A file beside the target, opened, which takes its name in the end; if anything fails, it is gone."""
    handle, name = tempfile.mkstemp(prefix=f"{target.name[:100]}.", suffix=".part", dir=target.parent)
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file, partial
        partial.chmod(0o644)  # mkstemp's file is for its owner alone
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


class _Transfer:
    """The transfer of one file; `attempt` resumes after the bytes that earlier attempts received."""

    def __init__(
        self, url: str, file: IO[bytes], bar: "_Bar", most_bytes: int, timeout_s: float, deadline: float
    ) -> None:
        self.url, self.file, self.bar = url, file, bar
        self.most_bytes, self.timeout_s, self.deadline = most_bytes, timeout_s, deadline
        self._opener = _opener()
        self.size: int | None = None  # of the whole file, once a server has said it
        self.version: str | None = None  # what the server calls the bytes we have: an ETag or a date
        self.resumed = False

    def attempt(self) -> None:
        """Bring the file to its end. Raises: _Retry, or DownloadError where another attempt would not help."""
        have = self.file.tell()
        headers = {"User-Agent": "tensor-foundations", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if self.version:
                headers["If-Range"] = self.version
        try:
            with self._opener.open(request.Request(self.url, headers=headers), timeout=self.timeout_s) as response:
                self._begin(response, have)
                self._receive(response)
        except error.HTTPError as refusal:
            self._refused(refusal)
        except (
            ValueError,
            http.client.InvalidURL,
        ) as problem:  # a redirect to, or a proxy at, something that is no address
            raise self._hopeless(_reason(problem)) from None
        except error.URLError as problem:
            raise self._unconnected(problem.reason) from None
        except (http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError) as problem:
            raise _Retry(_reason(problem)) from None

    def restart(self) -> None:
        """Forget the bytes that came."""
        self.bar.update(-self.file.tell())
        self.file.seek(0)
        self.file.truncate()
        self.size = self.version = None
        self.resumed = False

    def _begin(self, response: Any, have: int) -> None:
        """Read the head of the answer: does it resume after the bytes we have, and how many will there be?"""
        length = response.headers.get("Content-Length")
        rest = int(length) if length and length.isdecimal() else None
        if response.status == 206:
            span = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
            whole = int(span[2]) if span and span[2] != "*" else self.size
            if not span or int(span[1]) != have or (self.size is not None and whole != self.size):
                self.restart()
                raise _Retry("the server resumed at another place")
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

    def _receive(self, response: Any) -> None:
        while piece := response.read1(CHUNK_BYTES):  # read(CHUNK_BYTES) would wait for all of it, past the deadline
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

    def _refused(self, refusal: error.HTTPError) -> None:
        refusal.close()
        if refusal.code == 416:  # the server has no such bytes: what we have is of another file
            self.restart()
            raise _Retry("the file changed on the server")
        answer = f"{refusal.code} {refusal.reason}"
        if refusal.code in RETRYABLE_STATUS:
            raise _Retry(f"it answered {answer}")
        raise DownloadError(f"{self.url} answered {answer}. Check the address, or fetch the file in a browser.")

    def _unconnected(self, reason: str | BaseException) -> Exception:
        """What to raise where no connection came about: another attempt helps where the network was at fault."""
        if isinstance(reason, str):  # urllib's own, such as "unknown url type: ftp"
            return self._hopeless(reason)
        if isinstance(reason, ssl.SSLCertVerificationError):
            verdict = getattr(reason, "verify_message", None) or _reason(reason)
            return DownloadError(
                f"{self.url} was not fetched: its certificate is not trusted here ({verdict}). Check the "
                "address and this computer’s clock. A network that reads along needs its own certificate, in SSL_CERT_FILE."
            )
        if isinstance(reason, ssl.SSLError) and not isinstance(reason, RETRYABLE_TLS):
            return self._hopeless(_reason(reason))
        refused = re.fullmatch(r"Tunnel connection failed: (\d+) .*", str(reason))
        if refused and int(refused[1]) not in RETRYABLE_STATUS:
            return self._hopeless(f"the proxy refused it, {refused[0]}")
        return _Retry(_reason(reason))

    def _hopeless(self, reason: str) -> DownloadError:
        return DownloadError(
            f"{self.url} could not be fetched: {reason}. Check the address, and the proxy if one is set (https_proxy)."
        )

    def _too_large(self, size: str) -> DownloadError:
        return DownloadError(
            f"{self.url} sends {size}, and no more than {self.most_bytes:,} were expected. Check the address."
        )


def _download_with_retries(
    transfer: _Transfer, partial: Path, check: Check, attempts: int, sleep: Callable[[float], object]
) -> None:
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


def _opener() -> request.OpenerDirector:
    """urllib's opener for http and https alone: the usual one also follows a redirect to ftp.

    Made for each download, since it reads the proxies and certificates that are set in the environment.
    """
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


class _Bar(Protocol):
    """What is used of a tqdm."""

    total: float | None

    def update(self, n: float) -> object: ...


class _NoBar:
    total: float | None = None

    def update(self, n: float) -> None:
        pass


def _bar(name: str, progress: bool) -> AbstractContextManager[_Bar]:
    if progress:
        try:
            from tqdm.auto import tqdm

            # With a delay, however short, the bar is drawn with the first bytes: none is left where none came.
            return tqdm(desc=name, unit="B", unit_scale=True, unit_divisor=1024, delay=1e-6, mininterval=0)
        except ImportError:
            pass
    return nullcontext(_NoBar())


def _is_not_empty(path: Path) -> str | None:
    return None if path.is_file() and path.stat().st_size else "it is empty"


def _reason(problem: BaseException) -> str:
    """What went wrong, as the operating system or the library says it."""
    reason = getattr(problem, "reason", problem)  # URLError wraps what happened
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
