"""A plain web space as most are: files below a folder, packed by gzip where that helps, connections kept open."""

import functools
import gzip
import http.server
import socket
import threading
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

PACKED = (".html", ".js", ".mjs", ".css", ".json", ".svg", ".wasm", ".webmanifest", ".txt")
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm", ".webmanifest": "application/manifest+json"}


class _Files(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # else every file has a connection of its own
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}

    def log_message(self, *_):
        pass

    def handle(self):
        with suppress(ConnectionError):  # a page was closed before it had all that it asked for
            super().handle()

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.suffix not in PACKED or not path.is_file():
            super().do_GET()
            return
        body = _packed(path, path.stat().st_mtime_ns)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def setup(self):
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)  # else a body waits 40 ms for its head


@functools.cache
def _packed(path, changed):
    return gzip.compress(path.read_bytes())


@contextmanager
def web_space(root):
    """The address at which the folder is served."""
    server = http.server.ThreadingHTTPServer(("localhost", 0), functools.partial(_Files, directory=root))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
