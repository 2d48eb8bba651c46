"""A hub behind OAuth: who is let in, and what stays when an idle server is ended."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.hub.conftest import NAME
from tests.support import servers
from tests.support.hub import Learner, hub, kill


class Provider(BaseHTTPRequestHandler):
    """Logs everybody in at once as `who`, as a provider does whose cookie the browser has."""

    who = ""

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/authorize":
            asked = {name: value for name, (value,) in parse_qs(url.query).items()}
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({'code': 'a', 'state': asked['state']})}")
            self.end_headers()
        else:
            self.answer({"username": Provider.who})

    def do_POST(self):
        self.answer({"access_token": "a", "token_type": "Bearer"})

    def answer(self, what):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def provider():
    with ThreadingHTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def behind_oauth(provider, course, tmp_path_factory):
    """A hub that ends a server which nobody has used for a second."""
    idle = dict.fromkeys(("HUB_IDLE_S", "HUB_CULL_EVERY_S", "HUB_ACTIVITY_S"), "1")
    port = servers.free_port()
    settings = {
        "HUB_ADDRESS": f"http://127.0.0.1:{port}",
        "HUB_LOGIN": "generic-oauth",
        "HUB_USERS": "learner",
        "OAUTH_CLIENT_ID": "this-hub",
        "OAUTH_CLIENT_SECRET": "not-in-a-file",
        "OAUTH_CALLBACK_URL": f"http://127.0.0.1:{port}/hub/oauth_callback",
        "OAUTH2_AUTHORIZE_URL": f"{provider}/authorize",
        "OAUTH2_TOKEN_URL": f"{provider}/token",
        "OAUTH2_USERDATA_URL": f"{provider}/user",
    }
    with hub(tmp_path_factory.mktemp("oauth"), HUB_LESSONS=str(course), **settings, **idle) as server:
        yield server
        kill(server.process)  # that a hub ends when it is told to shows at the other one


def test_who_is_not_named_is_turned_away(behind_oauth):
    Provider.who = "somebody-else"
    status, _, _ = Learner(behind_oauth).follow()
    assert status == 403 and "somebody-else" in behind_oauth.log


def test_an_idle_server_is_ended_and_what_was_written_stays(behind_oauth):
    Provider.who = "learner"
    learner = Learner(behind_oauth)
    learner.follow()
    assert learner.name == "learner"
    learner.wait_for_the_server()
    mine = learner.home / "lessons" / NAME
    assert mine.exists()
    mine.write_text("mine")
    servers.wait_until(lambda: not learner.processes(), "the server goes on", 60)
    servers.wait_until(
        lambda: "User learner server took" in behind_oauth.log, "the hub does not know that it has ended"
    )
    assert "Culling server learner" in behind_oauth.log

    learner.follow()  # the same link, and the cookie
    learner.wait_for_the_server()
    assert learner.name == "learner" and mine.read_text() == "mine"


def test_the_providers_secret_is_in_no_file(behind_oauth):
    files = [path for path in behind_oauth.root.rglob("*") if path.is_file()]
    assert files and not [path for path in files if b"not-in-a-file" in path.read_bytes()]
