"""The configuration of one machine: what it refuses in words, and the classes of servers that isolate."""

import re
import subprocess
import sys

import pytest
from traitlets.config import PyFileConfigLoader

from tests.support.servers import ROOT

CONFIGURATION = ROOT / "hub/jupyterhub_config.py"
OAUTH = {"OAUTH_CLIENT_ID": "a", "OAUTH_CLIENT_SECRET": "b", "OAUTH_CALLBACK_URL": "https://c.example.org"}


@pytest.fixture
def load(tmp_path, monkeypatch):
    """load(HUB_…="value") -> what the file sets; nothing of it is started."""
    monkeypatch.setenv("HUB_DATA", str(tmp_path))

    def load(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return PyFileConfigLoader(CONFIGURATION.name, str(CONFIGURATION.parent)).load_config()

    return load


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"HUB_SPAWNER": "kubernetes"}, "'kubernetes'; it is simple, systemd or docker"),
        ({"HUB_ADDRESS": "http://0.0.0.0:8000"}, "runs everybody’s code as the user who runs the hub"),
        ({"HUB_LOGIN": "password", "HUB_USERS": "*"}, "asks for HUB_PASSWORD"),
        ({"HUB_LOGIN": "password", "HUB_PASSWORD": "12345678"}, "lets nobody in; name them in HUB_USERS"),
        ({"HUB_LOGIN": "github", "HUB_USERS": "*"}, "asks for OAUTH_CLIENT_ID"),
        ({"HUB_LOGIN": "github", **OAUTH}, "lets nobody in"),
        ({"HUB_SERVERS": "many"}, "HUB_SERVERS is 'many'; it is a whole number, such as 10"),
        ({"HUB_PROCESSORS": "half"}, "HUB_PROCESSORS is 'half'; it is a number, such as 1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(load, settings, words):
    with pytest.raises(SystemExit) as refused:
        load(**settings)
    assert words in str(refused.value)


def test_a_hub_on_the_network_may_be_one_of_people_who_trust_each_other(load):
    c = load(HUB_ADDRESS="http://0.0.0.0:8000", HUB_TRUST="everybody")
    assert c.JupyterHub.bind_url == "http://0.0.0.0:8000"


@pytest.mark.parametrize("spawner", ["systemd", "docker"])
def test_servers_that_are_isolated_have_their_limits(load, spawner):
    """Neither systemd nor Docker runs here: that each setting is one of the class is all that can be known."""
    c = load(HUB_SPAWNER=spawner, HUB_ADDRESS="http://0.0.0.0:8000", HUB_MEMORY="3G")
    from dockerspawner import DockerSpawner  # here: they are imported by no other test
    from systemdspawner import SystemdSpawner

    classes = {"systemd": SystemdSpawner, "docker": DockerSpawner}
    own = classes[spawner].__name__
    assert c[own].keys() <= classes[spawner].class_traits(config=True).keys()
    assert c.Spawner.keys() <= classes[spawner].class_traits(config=True).keys()
    assert (c.Spawner.mem_limit, c.Spawner.cpu_limit) == ("3G", 1)
    assert ("127.0.0.1" in c.JupyterHub.hub_bind_url) is (spawner == "systemd"), "a container cannot reach it there"


def test_with_oauth_only_who_is_named_comes_in(load):
    c = load(HUB_LOGIN="github", HUB_USERS="a, b", HUB_ADMINS="c", **OAUTH)
    assert c.JupyterHub.authenticator_class == "github"
    assert (c.Authenticator.allow_all, c.Authenticator.allowed_users) == (False, {"a", "b"})
    assert c.Authenticator.admin_users == {"c"}
    assert "--cull-users=True" not in c.JupyterHub.services[0]["command"]


def test_anonymous_users_are_forgotten_with_their_servers(load):
    assert "--cull-users=True" in load(HUB_LONGEST_S="7200").JupyterHub.services[0]["command"]
    assert "--max-age=7200" in load().JupyterHub.services[0]["command"]


def test_the_document_explains_each_setting():
    asked = set(re.findall(r'(?:setting|number|names)\("(\w+)"', CONFIGURATION.read_text("utf-8")))
    rows = re.findall(r"^\| (`HUB_[^|]*)\|", (ROOT / "docs/hosting.md").read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`HUB_(\w+)`", "".join(rows))) == asked


def test_each_command_line_option_of_the_culler_is_one(load):
    command = load(HUB_LONGEST_S="7200").JupyterHub.services[0]["command"]
    assert command[:3] == [sys.executable, "-m", "jupyterhub_idle_culler"]
    done = subprocess.run([*command, "--generate-config", "--config=/dev/null"], capture_output=True, text=True)
    assert "unrecognized" not in done.stderr and "expected one argument" not in done.stderr
