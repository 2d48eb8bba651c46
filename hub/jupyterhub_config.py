"""JupyterHub on one machine: `make hub`, or `.venv/bin/jupyterhub -f hub/jupyterhub_config.py` in the repository's root.

Everybody gets a server of their own, with the lessons as apps and as notebooks (jupyter_server_config.py beside this
file). What differs between hosts comes from environment variables, which docs/hosting.md lists; a secret comes from
nowhere else, and is kept in no file.
"""

import os
import secrets
import shutil
import sys
from pathlib import Path
from urllib.parse import urlparse

c = get_config()  # noqa: F821  traitlets gives it to the file

COURSE = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
BRIDGE = "172.17.0.1"  # this machine, as Docker's containers see it


def setting(name, default=""):
    """What the environment says, or the default where it says nothing."""
    return os.environ.get(f"HUB_{name}") or default


def names(name):
    """The names of a setting, which stand between commas."""
    return {each.strip() for each in setting(name).split(",") if each.strip()}


def refuse(words):
    """Ends the hub before it starts, with one sentence that names the remedy."""
    sys.exit(f"hub/jupyterhub_config.py: {words}")


def number(name, default, kind=int):
    """A setting that counts or measures something, from 0."""
    text = setting(name, default)
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if value < 0:
        refuse(f"HUB_{name} is {text!r}; it is a {'whole ' if kind is int else ''}number, such as {default}.")
    return value


# --- where it is, and what it keeps

data = Path(setting("DATA", Path.home() / ".local/share/tensor-foundations-hub")).resolve()
data.mkdir(parents=True, exist_ok=True, mode=0o711)  # others may pass, to the digits
address, spawner = setting("ADDRESS", "http://127.0.0.1:8000"), setting("SPAWNER", "simple")

c.JupyterHub.bind_url = address
c.JupyterHub.hub_bind_url = setting("INTERNAL_ADDRESS", f"http://{BRIDGE if spawner == 'docker' else '127.0.0.1'}:8081")
c.JupyterHub.db_url = f"sqlite:///{data / 'jupyterhub.sqlite'}"
# New at each start, so a restart of the hub asks everybody to log in again, unless it comes from the environment.
c.JupyterHub.cookie_secret = bytes.fromhex(os.environ.get("JPY_COOKIE_SECRET") or secrets.token_hex(32))
c.ConfigurableHTTPProxy.command = [str(COURSE / "node_modules/.bin/configurable-http-proxy")]
c.ConfigurableHTTPProxy.api_url = setting("PROXY_ADDRESS", "http://127.0.0.1:8001")
c.ConfigurableHTTPProxy.pid_file = str(data / "proxy.pid")

# --- who comes in

login = setting("LOGIN", "anonymous")
users, admins = names("USERS"), names("ADMINS")
c.Authenticator.allow_all = users == {"*"}
c.Authenticator.allowed_users = users - {"*"}
c.Authenticator.admin_users = admins

if login == "anonymous":  # a visit is a user, who is forgotten with their server
    c.JupyterHub.authenticator_class = "tmp"
    c.Authenticator.allow_all = True
elif login == "password":
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = setting("PASSWORD") or refuse(
        "HUB_LOGIN=password asks for HUB_PASSWORD, of at least 8 characters."
    )
    if admins:
        c.SharedPasswordAuthenticator.admin_password = setting("ADMIN_PASSWORD") or refuse(
            "HUB_ADMINS with HUB_LOGIN=password asks for HUB_ADMIN_PASSWORD, of at least 32 characters."
        )
else:  # github, gitlab, google, generic-oauth …: oauthenticator reads what else it needs from OAUTH_… variables
    c.JupyterHub.authenticator_class = login
    c.OAuthenticator.auto_login = True
    for variable in ("OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "OAUTH_CALLBACK_URL"):
        if not os.environ.get(variable):
            refuse(f"HUB_LOGIN={login} asks for {variable}, which the provider gives.")
if login != "anonymous" and not users | admins:
    refuse(f"HUB_LOGIN={login} lets nobody in; name them in HUB_USERS, or say HUB_USERS='*' for all who can log in.")

# --- their servers

idle_s = number("IDLE_S", "3600")
digits = data / "digits"  # 220 MB, which all lessons of this machine read
digits.mkdir(exist_ok=True, mode=0o755)

c.JupyterHub.spawner_class = spawner
c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/course/"
c.Spawner.mem_limit = setting("MEMORY", "2G")
c.Spawner.cpu_limit = number("PROCESSORS", "1", float)
c.Spawner.http_timeout = c.Spawner.start_timeout = 300  # a class that comes at once shares the processors
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(COURSE / "hub"),
    "PATH": f"{PROGRAMS}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    "TENSOR_FOUNDATIONS_CACHE": str(digits),
    "TENSOR_FOUNDATIONS_IDLE_S": str(idle_s),
    "TENSOR_FOUNDATIONS_LESSONS": setting("LESSONS", str(COURSE / "lessons")),
}
c.JupyterHub.active_server_limit = c.JupyterHub.concurrent_spawn_limit = number("SERVERS", "10")

if spawner == "simple":  # processes of this user: good for a trial, and for people who trust each other
    if urlparse(address).hostname not in LOOPBACK and setting("TRUST") != "everybody":
        refuse(
            "HUB_SPAWNER=simple runs everybody’s code as the user who runs the hub, with that user’s files, and applies "
            "no limit to a server as a whole. Take HUB_SPAWNER=systemd or docker, or say HUB_TRUST=everybody."
        )
    c.SimpleLocalProcessSpawner.home_dir_template = str(data / "homes" / "{username}")
    if login == "anonymous":  # nobody can come back to it
        c.Spawner.post_stop_hook = lambda spawner: shutil.rmtree(spawner.home_dir, ignore_errors=True)
    if os.geteuid() == 0:
        c.Spawner.args = ["--allow-root"]
elif spawner == "systemd":  # a Unix user, a control group and a /tmp for each server; the network is one
    c.SystemdSpawner.dynamic_users = True
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.isolate_devices = True
    c.SystemdSpawner.disable_user_sudo = True
    c.SystemdSpawner.unit_extra_properties = {"TasksMax": "200", "ProtectHome": "tmpfs"}
elif spawner == "docker":  # a container for each server, of the image that repo2docker makes
    c.DockerSpawner.image = setting("IMAGE", "tensor-foundations")
    c.DockerSpawner.cmd = ["jupyterhub-singleuser"]
    c.DockerSpawner.remove = True
    c.DockerSpawner.network_name = setting("NETWORK", "tensor-foundations")
    c.DockerSpawner.extra_host_config = {"pids_limit": 200, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}
    if login != "anonymous":
        c.DockerSpawner.volumes = {"tensor-foundations-{username}": "/home/jovyan"}
        c.Spawner.notebook_dir = "/home/jovyan"
    c.Spawner.environment = {"TENSOR_FOUNDATIONS_IDLE_S": str(idle_s)}  # the image has its own paths
else:
    refuse(f"HUB_SPAWNER is {spawner!r}; it is simple, systemd or docker.")

# --- when they end

cull_every_s, longest_s = number("CULL_EVERY_S", "300"), number("LONGEST_S", "0")
culler = "idle-culler"
arguments = [f"--timeout={idle_s}", f"--cull-every={cull_every_s}"]
if longest_s:
    arguments.append(f"--max-age={longest_s}")
if login == "anonymous":
    arguments.append("--cull-users=True")
c.JupyterHub.load_roles = [
    {
        "name": culler,
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers", "admin:users"],
        "services": [culler],
    }
]
c.JupyterHub.services = [{"name": culler, "command": [sys.executable, "-m", "jupyterhub_idle_culler", *arguments]}]
c.JupyterHub.last_activity_interval = number("ACTIVITY_S", "60")  # the proxy knows when bytes passed
