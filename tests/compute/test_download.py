"""Every download here comes from a server of this file's own on the loopback address."""

import gzip
import os
import pickle
import re
import socket
import ssl
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib import error

import numpy as np
import pytest

from widgets_lib.compute import download, mnist
from widgets_lib.compute._addresses import check_address
from widgets_lib.compute.array_pickle import UnsafePickleError
from widgets_lib.compute.download import DownloadError, download_file
from widgets_lib.compute.mnist import archive, download_mnist, load_mnist, load_pickle

BODY = np.random.default_rng(0).bytes(300_000)


class Server:
    """Answers with the behaviours it is given, one for each request and the last one from then on.

    `requests` are the headers of those that came; `done` lets a server that hangs go on.
    """

    def __init__(self, *behaviours, body=BODY):
        self.behaviours, self.body = list(behaviours), body
        self.requests, self.done, self.dripped = [], threading.Event(), 0

    def answer(self, request):
        self.requests.append(request.headers)
        behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        behaviour(self, request)


def send(request, status, body=b"", announced=None, **headers):
    request.send_response(status)
    request.send_header("Content-Length", len(body) if announced is None else announced)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


def whole(server, request):
    send(request, 200, server.body, ETag='"one"')


def without_a_size(server, request):
    request.send_response(200)
    request.end_headers()
    request.wfile.write(server.body)


def half(server, request):
    """Announces the whole file, and hangs up after half of what was asked for."""
    span = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    start = int(span[1]) if span else 0
    rest = server.body[start:]
    head = {"ETag": '"one"'}
    if start:
        head["Content-Range"] = f"bytes {start}-{len(server.body) - 1}/{len(server.body)}"
    send(request, 206 if start else 200, rest[: len(rest) // 2], announced=len(rest), **head)


def half_without_a_version(server, request):
    send(request, 200, server.body[: len(server.body) // 2], announced=len(server.body))


def ranges(server, request):
    """The rest of the file from where it is asked for."""
    start = int(re.fullmatch(r"bytes=(\d+)-", request.headers["Range"])[1])
    span = f"bytes {start}-{len(server.body) - 1}/{len(server.body)}"
    send(request, 206, server.body[start:], Content_Range=span)


def another_range(server, request):
    send(request, 206, server.body[10:], Content_Range=f"bytes 10-{len(server.body) - 1}/{len(server.body)}")


def rest_of_another_file(server, request):
    start = int(re.fullmatch(r"bytes=(\d+)-", request.headers["Range"])[1])
    span = f"bytes {start}-{len(server.body) - 1}/{len(server.body)}"
    send(request, 206, bytes(len(server.body) - start), Content_Range=span)


def no_such_range(server, request):
    send(request, 416)


def status(code):
    return lambda server, request: send(request, code, b"sorry")


def redirect(to):
    return lambda server, request: send(request, 302, Location=to)


def silent(server, request):
    server.done.wait(30)


def stalls(server, request):
    send(request, 200, server.body[:1000], announced=len(server.body))
    server.done.wait(30)


def drips(server, request):
    """A byte at a time, always in time: only a limit on the whole can end it."""
    send(request, 200, announced=10**6)
    try:
        while server.dripped < 300:
            request.wfile.write(b".")
            server.dripped += 1
            server.done.wait(0.01)
    except OSError:
        pass


def endless(server, request):
    request.send_response(200)
    request.end_headers()
    try:
        while not server.done.is_set():
            request.wfile.write(bytes(65536))
    except OSError:
        pass


def hangs_up(server, request):
    request.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(*behaviours, body=BODY):
    server = Server(*behaviours, body=body)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            server.answer(self)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.port = http.server_port
        server.url = f"http://127.0.0.1:{server.port}/file.bin"
        try:
            yield server
        finally:
            server.done.set()
            http.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def sleeps():
    """The pauses asked for between attempts, in seconds; none is taken."""
    return []


@pytest.fixture
def fetch(tmp_path, sleeps):
    def fetch(server, **options):
        options = {"progress": False, "sleep": sleeps.append, "timeout_s": 5, **options}
        return download_file(server.url, tmp_path / "folder" / "file.bin", **options)

    return fetch


def only_file(path):
    """The file is there, whole, and nothing is beside it."""
    return path.read_bytes() == BODY and list(path.parent.iterdir()) == [path]


def nothing_left(tmp_path):
    return not any(path.is_file() for path in tmp_path.rglob("*"))


@pytest.mark.parametrize("answer", [whole, without_a_size])
def test_a_whole_file_arrives_whole(fetch, sleeps, answer):
    with serving(answer) as server:
        path = fetch(server)
    assert only_file(path) and sleeps == [] and len(server.requests) == 1
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_good_file_that_is_there_stays_and_nothing_is_asked(fetch):
    with serving(whole, status(500)) as server:
        path = fetch(server)
        before = path.stat().st_mtime_ns
        assert fetch(server) == path
    assert path.stat().st_mtime_ns == before and len(server.requests) == 1


def test_an_empty_file_that_is_there_is_replaced(fetch, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file.bin").touch()
    with serving(whole) as server:
        assert only_file(fetch(server))


def test_a_bad_file_that_is_there_is_replaced_by_a_good_one_only(fetch, tmp_path):
    (tmp_path / "folder").mkdir()
    there = tmp_path / "folder" / "file.bin"
    there.write_bytes(b"half")
    opened = there.open("rb")  # someone is reading the old one: the new one takes its place, not its bytes

    def check(path):
        return None if path.read_bytes() == BODY else "it is not the body"

    with serving(status(404), whole) as server:
        with pytest.raises(DownloadError):
            fetch(server, check=check)
        assert there.read_bytes() == b"half" and list(there.parent.iterdir()) == [there]
        assert only_file(fetch(server, check=check))
    with opened:
        assert opened.read() == b"half"


def test_a_dropped_connection_is_taken_up_where_it_stopped(fetch, sleeps):
    with serving(half, half, ranges) as server:
        assert only_file(fetch(server))
    assert [request["Range"] for request in server.requests] == [None, "bytes=150000-", "bytes=225000-"]
    assert server.requests[1]["If-Range"] == '"one"'
    assert sleeps == [0.5, 1.0]


def test_a_server_that_names_no_version_is_resumed_too(fetch):
    with serving(half_without_a_version, ranges) as server:
        assert only_file(fetch(server))
    assert server.requests[1]["Range"] == "bytes=150000-" and server.requests[1]["If-Range"] is None


@pytest.mark.parametrize("second", [whole, another_range, no_such_range, rest_of_another_file])
def test_what_can_not_be_resumed_is_begun_anew(fetch, second):
    with serving(half, second, whole) as server:
        path = fetch(server, check=lambda path: None if path.read_bytes() == BODY else "it is not the body")
    assert only_file(path)
    assert server.requests[-1]["Range"] == (None if len(server.requests) == 3 else "bytes=150000-")


@pytest.mark.parametrize("trouble", [status(500), status(503), status(429), hangs_up])
def test_a_trouble_that_may_pass_is_tried_again_with_longer_pauses(fetch, sleeps, trouble):
    with serving(trouble, trouble, trouble, whole) as server:
        assert only_file(fetch(server))
    assert sleeps == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("answer", "options", "words"),
    [
        (status(404), {}, "answered 404 Not Found. Check the address"),
        (status(403), {}, "answered 403 Forbidden"),
        (status(500), {"attempts": 2}, r"could not be fetched in 2 attempts: it answered 500 .* Check the network"),
        (half_without_a_version, {"attempts": 1}, "the connection ended after 150,000 of 300,000 bytes"),
        (half_without_a_version, {"attempts": 4}, "could not be fetched in 4 attempts"),
        (hangs_up, {"attempts": 2}, "could not be fetched in 2 attempts"),
        (silent, {"attempts": 1, "timeout_s": 0.1}, "no answer in time"),
        (stalls, {"attempts": 2, "timeout_s": 0.1}, "no answer in time"),
        (whole, {"most_bytes": 299_999}, "sends 300,000 bytes, and no more than 299,999 were expected"),
        (endless, {"most_bytes": 1_000_000}, "sends more than 1,000,000 bytes"),
        (whole, {"check": lambda path: f"{path} is a login page"}, "sent something else: the file is a login page"),
        (redirect("file:///etc/hostname"), {}, "answered 302"),
    ],
)  # fmt: skip
def test_a_failure_leaves_nothing_and_says_what_to_do(fetch, tmp_path, answer, options, words):
    with serving(answer) as server:
        with pytest.raises(DownloadError, match=words):
            fetch(server, **options)
        assert nothing_left(tmp_path)


def test_a_drip_is_given_up_while_it_drips(fetch, tmp_path):
    with serving(drips) as server:
        with pytest.raises(DownloadError, match="is too slow"):
            fetch(server, total_s=0.1)
        assert server.dripped < 300 and nothing_left(tmp_path)


def test_a_redirect_to_another_kind_of_server_is_not_followed(fetch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as ftp:
        ftp.setblocking(False)
        elsewhere = redirect(f"ftp://127.0.0.1:{ftp.getsockname()[1]}/x")
        with serving(elsewhere) as server, pytest.raises(DownloadError, match="could not be fetched"):
            fetch(server, timeout_s=0.5)
        with pytest.raises(BlockingIOError):  # no client connected
            ftp.accept()
    assert nothing_left(tmp_path)


def test_a_refusal_that_will_not_pass_is_asked_for_once(fetch, sleeps):
    with serving(status(404)) as server, pytest.raises(DownloadError):
        fetch(server)
    assert len(server.requests) == 1 and sleeps == []


def test_a_redirect_is_followed(fetch):
    with serving(whole) as target, serving(redirect(target.url)) as server:
        assert only_file(fetch(server))


def test_without_a_server_words(fetch, tmp_path, sleeps):
    with serving(whole) as server:
        pass  # stopped: no server listens at its address
    with pytest.raises(DownloadError, match=r"in 4 attempts: Connection refused. Check the network connection"):
        fetch(server)
    assert sleeps == [0.5, 1.0, 2.0] and nothing_left(tmp_path)


def test_an_interrupt_leaves_nothing(fetch, tmp_path):
    def interrupt(_):
        raise KeyboardInterrupt

    with serving(half) as server, pytest.raises(KeyboardInterrupt):
        fetch(server, sleep=interrupt)
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("url", ["ftp://host/x", "file:///etc/passwd", "data:,x", "host/x", "", None])
def test_only_http_is_fetched(tmp_path, url):
    with pytest.raises(ValueError, match="begins with http:// or https://"):
        download_file(url, tmp_path / "x")


def test_a_place_that_can_not_be_written_gets_words(fetch, tmp_path):
    (tmp_path / "folder").write_text("a file where a folder should be")
    with serving(whole) as server, pytest.raises(DownloadError, match=r"could not be written: .*another place"):
        fetch(server)
    with pytest.raises(DownloadError, match="is a folder"):
        download_file(server.url, tmp_path)


def test_a_full_disk_gets_words(fetch, tmp_path, monkeypatch):
    def full(self, response):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(download._Transfer, "_receive", full)
    with serving(whole) as server, pytest.raises(DownloadError, match="could not be written: No space left"):
        fetch(server)
    assert nothing_left(tmp_path)


# ---- addresses ----


@pytest.mark.parametrize(
    ("url", "ascii_url"),
    [
        ("https://bücher.example/ziffern/größe.gz", "https://xn--bcher-kva.example/ziffern/gr%C3%B6%C3%9Fe.gz"),
        ("http://例え.jp:8080/数?名=é", "http://xn--r8jz45g.jp:8080/%E6%95%B0?%E5%90%8D=%C3%A9"),
        ("  https://example.org/a file.gz\n", "https://example.org/a%20file.gz"),
        ("HTTP://Example.org/%7Ea?raw=true&x=[1]#part", "http://example.org/%7Ea?raw=true&x=[1]"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        ("http://my_host/x", "http://my_host/x"),
        (mnist.archive.MNIST_URL, mnist.archive.MNIST_URL),
    ],
)
def test_an_address_is_made_ascii(url, ascii_url):
    assert check_address(url) == ascii_url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://[fe80::", "Invalid IPv6"),
        ("https://example.org:eighty/", "is not an address to download from"),
        ("https://example.org:70000/", "out of range"),
        ("https:///data/mnist.gz", "names no server"),
        ("http://?x", "names no server"),
        ("https://exa mple.org/x", "can’t be a server’s name"),
        ("https://example..org/x", "can’t be a server’s name"),
        (f"https://{'ä' * 70}.org/x", "can’t be a server’s name"),
        ("https://exam\x00ple.org/", "can’t be a server’s name"),
        (f"ftp://{'x' * 1000}", "begins with http"),
    ],
)
def test_what_can_not_be_an_address_is_told_apart_from_a_bad_network(tmp_path, sleeps, url, words):
    with pytest.raises(ValueError, match=words) as refusal:
        download_file(url, tmp_path / "x", sleep=sleeps.append, progress=False)
    assert sleeps == [] and len(str(refusal.value)) < 250
    file = load_mnist(tmp_path / "x", url, sleep=sleeps.append, progress=False)
    assert file.bundled and re.search(words, file.source)


def test_a_path_of_any_letters_is_asked_for(tmp_path):
    asked = []

    def note(server, request):
        asked.append(request.path)
        send(request, 200, BODY)

    with serving(note) as server:
        download_file(server.url + "/größer als?q=ñ", tmp_path / "x", progress=False)
    assert asked == ["/file.bin/gr%C3%B6%C3%9Fer%20als?q=%C3%B1"]


# ---- what another attempt can't mend ----


@pytest.mark.parametrize("target", ["ftp://example.org/x", "http://[::1/x", "http://example.org:port/x"])
def test_a_redirect_to_no_address_is_followed_once(fetch, sleeps, target):
    with serving(redirect(target)) as server, pytest.raises(DownloadError, match=r"Check the address|answered 302"):
        fetch(server)
    assert len(server.requests) == 1 and sleeps == []


def test_https_at_a_server_of_http_is_tried_once(tmp_path, sleeps):
    with serving(whole) as server, pytest.raises(DownloadError, match=r"could not be fetched: .*Check the address"):
        download_file(server.url.replace("http:", "https:"), tmp_path / "x", sleep=sleeps.append, progress=False)
    assert sleeps == [] and nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("reason", "pauses", "words"),
    [
        (
            ssl.SSLCertVerificationError(1, "certificate has expired"),
            0,
            "its certificate is not trusted here .*expired",
        ),
        (ssl.SSLError(1, "TLSV1_ALERT_PROTOCOL_VERSION"), 0, "Check the address"),
        (OSError("Tunnel connection failed: 407 Proxy Authentication Required"), 0, "the proxy refused it"),
        (OSError("Tunnel connection failed: 502 Bad Gateway"), 3, "Check the network"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), 3, "Check the network"),
        (socket.gaierror(-3, "Temporary failure in name resolution"), 3, "Check the network"),
    ],
)
def test_only_what_may_pass_is_tried_again(tmp_path, sleeps, monkeypatch, reason, pauses, words):
    class Opener:
        def open(self, *_, **__):
            raise error.URLError(reason)

    monkeypatch.setattr(download, "_opener", Opener)
    with pytest.raises(DownloadError, match=words) as failure:
        download_file("https://example.org/x", tmp_path / "x", sleep=sleeps.append, progress=False)
    assert len(sleeps) == pauses
    assert ("network connection" in str(failure.value)) == bool(pauses)


def test_a_proxy_that_is_set_later_is_used(tmp_path, monkeypatch):
    with serving(whole) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        assert download_file("http://nowhere.invalid/x", tmp_path / "x", progress=False).read_bytes() == BODY
        monkeypatch.setenv("http_proxy", "http://")
        with pytest.raises(DownloadError, match=r"and the proxy if one is set \(https_proxy\)"):
            download_file("http://nowhere.invalid/x", tmp_path / "y", progress=False)
    assert len(proxy.requests) == 1


# ---- places ----


PLACES = {
    "a name too long": lambda tmp: tmp / ("x" * 300),
    "a folder's name too long": lambda tmp: tmp / ("é" * 200) / "x",
    "a path too long": lambda tmp: tmp.joinpath(*["folder"] * 1000),
    "a null character": lambda tmp: tmp / "a\0b",
    "below a file": lambda tmp: tmp / "file" / "x",
    "below a device": lambda tmp: "/dev/null/x",
    "a link to itself": lambda tmp: tmp / "loop",
    "a pipe": lambda tmp: tmp / "pipe",
    "a device": lambda tmp: "/dev/zero",
    "a full device": lambda tmp: "/dev/full",
    "a link to a device": lambda tmp: tmp / "device",
    "a folder": lambda tmp: tmp,
}


@pytest.fixture
def odd_places(tmp_path):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "device").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.parametrize("what", PLACES)
def test_a_place_that_takes_no_file_gets_words_and_the_lesson_goes_on(fetch, odd_places, what):
    place = PLACES[what](odd_places)
    with serving(whole) as server:
        with pytest.raises(DownloadError, match=r"Choose another place|give the name of a file") as failure:
            download_file(server.url, place, progress=False)
        assert len(str(failure.value)) < 300
        file = load_mnist(place, server.url, progress=False)
    assert file.bundled and "come with the course" in file.source
    assert server.requests == [] or "full" in str(failure.value)
    assert {path.name for path in odd_places.iterdir()} <= {"file", "loop", "device", "pipe", "folder"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become someone who may not enter a folder")
def test_a_folder_that_can_not_be_entered_gets_words(tmp_path):
    code = (
        "import encodings.idna, os, sys; from widgets_lib.compute import mnist; mnist.load();"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534);"
        "print(mnist.load_mnist(sys.argv[1], 'http://127.0.0.1:9/x', progress=False, sleep=lambda s: None).source)"
    )
    os.chmod(tmp_path, 0)
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "a" / "b"], capture_output=True, text=True)
    assert "could not be written: Permission denied. Choose another place." in done.stdout, done.stderr


def test_a_file_that_is_far_too_large_is_neither_read_nor_replaced(tmp_path):
    there = tmp_path / "mnist.pkl.gz"
    with there.open("wb") as file:
        file.truncate(2**40)  # it takes no room: nothing is written

    def check(path):
        raise AssertionError("it was read")

    with serving(whole) as server:
        with pytest.raises(DownloadError, match="is there already and has 1,099,511,627,776 bytes"):
            download_file(server.url, there, check=check, progress=False)
        assert load_mnist(there, server.url, progress=False).bundled
    assert there.stat().st_size == 2**40 and server.requests == []
    assert archive.validate_mnist_file(there) == f"{there} has more than {archive.MAX_BYTES:,} bytes"


@pytest.mark.parametrize("contents", [None, b"", b"an old one"])
def test_a_link_stays_a_link_and_its_file_is_written(tmp_path, contents):
    elsewhere = tmp_path / "large disk" / "digits"
    if contents is not None:
        elsewhere.parent.mkdir()
        elsewhere.write_bytes(contents)
    link = tmp_path / "here"
    link.symlink_to(elsewhere)
    with serving(whole) as server:
        assert (
            download_file(server.url, link, check=lambda p: None if p.read_bytes() == BODY else "old", progress=False)
            == link
        )
    assert link.is_symlink() and link.readlink() == elsewhere and only_file(elsewhere)


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/full", "pipe"])
def test_what_goes_on_for_ever_is_not_read(odd_places, place):
    with pytest.raises(OSError, match="is a device or a pipe"):
        load_pickle(odd_places / place)


def test_two_at_once_do_not_get_in_each_others_way(fetch):
    first_is_waiting, go_on = threading.Event(), threading.Event()

    def waits(server, request):
        first_is_waiting.set()
        go_on.wait(10)
        whole(server, request)

    with serving(waits, whole) as server:
        thread = threading.Thread(target=fetch, args=[server])
        thread.start()
        assert first_is_waiting.wait(10)
        path = fetch(server)
        go_on.set()
        thread.join()
    assert only_file(path)


def test_the_bar_shows_the_name_and_the_size(fetch, capsys):
    with serving(half, ranges) as server:
        fetch(server, progress=True)
    shown = capsys.readouterr().err
    assert "file.bin: 100%" in shown and "293k/293k" in shown


def test_no_bar_is_left_where_nothing_came(fetch, capsys):
    with serving(status(404)) as server, pytest.raises(DownloadError):
        fetch(server, progress=True)
    assert capsys.readouterr().err == ""


def test_without_tqdm_there_is_no_bar_and_no_error(fetch, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "tqdm.auto", None)
    with serving(whole) as server:
        assert only_file(fetch(server, progress=True))
    assert capsys.readouterr().err == ""


# mnist.pkl.gz, at a hundredth of its size: 220 MB of zeros would take seconds to pack


@pytest.fixture
def small_mnist(monkeypatch):
    """The bytes of a good file of the shapes that are asked for, and its arrays."""
    shapes = ((50, 784), (10, 784), (10, 784))
    monkeypatch.setattr(archive, "SHAPES", shapes)
    random = np.random.default_rng(0)
    pairs = tuple(((random.integers(0, 256, s) / np.float32(256)).astype(np.float32), random.integers(0, 10, s[0])) for s in shapes)  # fmt: skip
    return gzip.compress(pickle.dumps(pairs, 2)), pairs


def same(pairs, others):
    return all(np.array_equal(a, b) for one, other in zip(pairs, others, strict=True) for a, b in zip(one, other, strict=True))  # fmt: skip


OPTIONS = {"progress": False, "sleep": lambda s: None, "timeout_s": 5}


def test_mnist_is_fetched_once_and_read(small_mnist, tmp_path):
    body, pairs = small_mnist
    with serving(whole, status(500), body=body) as server:
        path = download_mnist(tmp_path / "data" / "mnist.pkl.gz", server.url, **OPTIONS)
        assert download_mnist(path, server.url, **OPTIONS) == path
    loaded = load_pickle(path)
    assert same(loaded, pairs) and len(server.requests) == 1
    assert [(x.dtype.name, y.dtype.name) for x, y in loaded] == [("float32", "int64")] * 3
    file = load_mnist(path, server.url, **OPTIONS)
    assert not file.bundled and str(path) in file.source and same([file.train, file.valid, file.test], pairs)


def test_the_shapes_asked_for_are_those_of_the_bundled_digits():
    digits = mnist.load()
    assert (digits.x_train.shape, digits.x_valid.shape, digits.x_test.shape) == archive.SHAPES
    pairs = ((digits.x_train, digits.y_train), (digits.x_valid, digits.y_valid), (digits.x_test, digits.y_test))
    assert archive._validate_pairs(pairs) is None


def test_a_file_of_the_published_md5_is_not_read_further(tmp_path, monkeypatch):
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(b"the file")
    monkeypatch.setattr(archive, "MNIST_MD5", "9144da26b6b58c823799dd4a8a884f26")  # of b"the file", by md5sum
    assert archive.validate_mnist_file(path) is None


def spoiled(pairs):
    (x, y), valid, test = pairs
    return {
        "other shapes": ((x[:-1], y[:-1]), valid, test),
        "double precision": ((x.astype(float), y), valid, test),
        "bytes as pixels": ((x * 256, y), valid, test),
        "no numbers": ((np.full_like(x, np.nan), y), valid, test),
        "labels past 9": ((x, y + 9), valid, test),
        "two pairs": (valid, test),
        "one array": x,
        "nothing": None,
    }


@pytest.mark.parametrize("what", spoiled([[np.zeros(1)] * 2] * 3))
def test_a_file_of_other_arrays_is_refused(small_mnist, tmp_path, what):
    body = gzip.compress(pickle.dumps(spoiled(small_mnist[1])[what]))
    with serving(whole, body=body) as server:
        with pytest.raises(DownloadError, match=r"sent something else.*mnist\.load\(\) needs no network"):
            download_mnist(tmp_path / "mnist.pkl.gz", server.url, **OPTIONS)
        assert nothing_left(tmp_path)


class Runs:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


def test_a_malicious_file_is_refused_and_the_lesson_goes_on(tmp_path):
    mark = tmp_path / "ran"
    body = gzip.compress(pickle.dumps(Runs(mark)))
    path = tmp_path / "mnist.pkl.gz"
    with serving(whole, body=body) as server:
        with pytest.raises(DownloadError, match=r"it asks for (io|_io).open"):
            download_mnist(path, server.url, **OPTIONS)
        assert load_mnist(path, server.url, **OPTIONS).bundled
    assert nothing_left(tmp_path)
    path.write_bytes(body)
    with pytest.raises(UnsafePickleError, match="was not opened"):
        load_pickle(path)
    assert not mark.exists()


@pytest.mark.parametrize("answer", [status(404), half_without_a_version, hangs_up])
def test_without_the_file_the_lesson_goes_on_with_the_bundled_digits_and_says_so(tmp_path, answer):
    with serving(answer) as server:
        file = load_mnist(tmp_path / "mnist.pkl.gz", server.url, **OPTIONS)
    assert file.bundled and "come with the course" in file.source and server.url in file.source
    digits = mnist.load()
    assert file.train == (digits.x_train, digits.y_train) and file.test == (digits.x_test, digits.y_test)
    assert nothing_left(tmp_path)


@pytest.mark.parametrize("answer", [status(404), hangs_up])
def test_without_the_fallback_a_failed_download_raises(tmp_path, answer):
    with serving(answer) as server, pytest.raises(DownloadError, match=server.url):
        load_mnist(tmp_path / "mnist.pkl.gz", server.url, fallback=False, **OPTIONS)


def test_without_the_fallback_a_file_that_can_not_be_read_raises_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "_download_mnist", lambda path, url, options: path)
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps([1, 2])))
    with pytest.raises(DownloadError, match="is not the MNIST file"):
        load_mnist(path, fallback=False)
    assert load_mnist(path).bundled


def test_the_digits_are_loaded_under_their_former_name_too(tmp_path):
    assert mnist.mnist_or_bundled is mnist.load_mnist


def test_a_lesson_finds_the_download_in_mnist():
    assert mnist.download_file is download_file and mnist.download_mnist is download_mnist
