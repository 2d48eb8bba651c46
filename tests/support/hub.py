"""A hub of this project's configuration, and learners without a browser: cookies, redirects, a server of their own."""

import json
import re
import sys
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit

import psutil

from tests.support import servers
from tests.support.visitors import Visitor

BIN = Path(sys.executable).parent
CONFIGURATION = servers.ROOT / "hub" / "jupyterhub_config.py"
READY_S = 600  # for a server to start, beside a whole class


@contextmanager
def hub(folder, **settings):
    """A hub that keeps everything in `folder`; yields a Server. `settings` are environment variables."""
    ports = {
        name: f"http://127.0.0.1:{servers.free_port()}" for name in ("ADDRESS", "INTERNAL_ADDRESS", "PROXY_ADDRESS")
    }
    env = {"HUB_DATA": str(folder), **{f"HUB_{name}": address for name, address in ports.items()}, **settings}
    command = [str(BIN / "jupyterhub"), "-f", str(CONFIGURATION)]
    with servers.serve("hub", command, folder, f"{env['HUB_ADDRESS']}/", folder, env) as server:
        servers.wait_until(lambda: server.get("hub/health")[0] == 200, "the hub does not answer", 60)
        yield server


def kill(process):
    """End a hub and all that it has started. Told to end, it ends its proxy, and then calls it for half a minute."""
    for each in [*family(process), process] if process.poll() is None else []:
        with suppress(psutil.NoSuchProcess):
            each.kill()


def family(process):
    """All processes that one has started, and they in turn."""
    return psutil.Process(process.pid).children(recursive=True)


class Learner:
    """Somebody with a browser's cookies. `name` is who the hub takes them for, `url` their server's address."""

    def __init__(self, hub):
        self.hub, self.name = hub, None
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))
        self.address = ""  # where the last answer came from, redirects followed

    @property
    def url(self):
        return f"{self.hub.url}user/{self.name}/"

    @property
    def home(self):
        """The learner's folder."""
        return (self.hub.root / "homes" / self.name).resolve()

    def cookie(self, path):
        """The header that a browser sends to a path of the hub."""
        request = urllib.request.Request(self.hub.url + path)
        self._cookies.add_cookie_header(request)
        return request.get_header("Cookie") or ""

    def xsrf(self, path):
        """The token that a page's scripts send along, for requests to a path of the hub."""
        return re.findall(r"_xsrf=([^;]+)", self.cookie(path))[0]

    def ask(self, url, body=None, method=None, **headers):
        """(status, headers, text) of a request, errors included; a body makes it a POST, unless it has a method."""
        request = urllib.request.Request(url, body, headers, method=method)
        try:
            reply = self._opener.open(request, timeout=READY_S)
        except HTTPError as error:
            reply = error
        with reply:
            self.address = reply.url
            return reply.status, reply.headers, reply.read().decode()

    def come(self, path="course/"):
        """Follows a link that leads to a path of the visitor's own server; returns what is there, as `ask` does.

        It is the way of a browser: logged in first, then a page that waits for the server to start.
        """
        reply = self.follow(path)
        if "/hub/spawn-pending/" not in self.address:
            return reply
        self.wait_for_the_server()
        return self.ask(self.url + path)

    def follow(self, path="course/"):
        """The same, no further than to the page that waits."""
        reply = self.ask(f"{self.hub.url}hub/user-redirect/{path}")
        found = re.search(r"/(?:user|spawn-pending)/([^/?]+)", self.address)
        self.name = found[1] if found else None
        return reply

    def wait_for_the_server(self):
        """Reads the events that the waiting page reads, to the last. Raises: RuntimeError if the server fails."""
        progress = f"hub/api/users/{self.name}/server/progress"
        query = urlencode({"_xsrf": self.xsrf("hub/")})
        request = urllib.request.Request(f"{self.hub.url}{progress}?{query}", headers={"Accept": "text/event-stream"})
        with self._opener.open(request, timeout=READY_S) as events:
            for line in events:
                event = json.loads(line[5:]) if line.startswith(b"data:") else {}
                if event.get("ready"):
                    return
                if event.get("failed"):
                    raise RuntimeError(f"{event}\n{self.hub.log}")
        raise RuntimeError(f"the server did not start:\n{self.hub.log}")

    def processes(self):
        """The learner's server and all that it has started, orphans as well; empty where nothing is left."""
        return [each for each in psutil.process_iter() if environment(each).get("HOME") == str(self.home)]

    def wait_for_the_end(self):
        """Returns once nothing is left of the learner's server. Raises: TimeoutError that names what is."""

        def left():
            processes = [each.as_dict(["pid", "cmdline"]) for each in self.processes()]
            return f"processes are left: {processes}\n{self.hub.log}"

        servers.wait_until(lambda: not self.processes(), left, 60)


def environment(process):
    try:
        return process.environ()
    except psutil.Error:  # it has just ended
        return {}


class App:
    """A learner's lessons as apps: what a Visitor asks of a server."""

    def __init__(self, learner):
        self.learner, self.url = learner, f"{learner.url}course/"

    def get(self, path="", **headers):
        return self.learner.ask(self.url + path, **headers)

    def close_tab(self, page):
        """The status with which the beacon of a closing tab is answered."""
        kernel = re.search(r'"kernelId": "([\w-]+)"', page)[1]
        return self.learner.ask(f"{self.url}voila/api/shutdown/{kernel}", b"", Origin=origin(self.url))[0]


def origin(url):
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class Lesson(Visitor):
    """A lesson that a learner opens as an app."""

    def __init__(self, learner, name):
        self.learner = learner
        super().__init__(App(learner), name)

    def connect(self, **options):
        path = urlsplit(self.server.url).path[1:]
        return super().connect(
            additional_headers={"Cookie": self.learner.cookie(path)}, origin=origin(self.server.url), **options
        )


class Notebook(Lesson):
    """The same lesson as a notebook: a kernel in which the learner runs code."""

    def __init__(self, learner, name):
        self.learner, self.server, self.page, self.socket = learner, learner, "", None
        self._open = ExitStack()
        asked = {"path": f"lessons/{name}", "name": name, "type": "notebook", "kernel": {"name": "python3"}}
        path = urlsplit(learner.url).path[1:]
        headers = {"X-XSRFToken": learner.xsrf(path), "Content-Type": "application/json"}
        self.status, self.headers, text = learner.ask(
            f"{learner.url}api/sessions", json.dumps(asked).encode(), **headers
        )
        self.kernel = json.loads(text)["kernel"]["id"]

    def leave(self):
        self._open.close()

    def run(self, code):
        """What the code printed."""
        asked = {"code": code, "silent": False, "store_history": False, "user_expressions": {}, "allow_stdin": False}
        answers = self.until_idle(self.send("execute_request", asked))
        return "".join(each["content"].get("text", "") for each in answers if each["content"].get("name") == "stdout")
