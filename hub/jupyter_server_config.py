"""A learner's own server: the lessons as apps at `course/`, and as notebooks in `lessons/` of their folder.

JupyterHub's servers find this file by JUPYTER_CONFIG_PATH; the image has a link to it (binder/postBuild).

The app runs beside the server, behind jupyter-server-proxy, because it is then the one that `voila lessons/` starts, with
its limits, its pages and its tests. Voila as an extension of the learner's server would share that server's kernels,
where notebooks run code, so that none of what keeps a page to its widgets could hold.
"""

import os
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path

c = get_config()  # noqa: F821  traitlets gives it to the file

COURSE = Path(__file__).resolve().parents[1]
LESSONS = Path(os.environ.get("TENSOR_FOUNDATIONS_LESSONS") or COURSE / "lessons")
TOKEN = secrets.token_hex(32)  # between this server and the app alone: another user of this machine is turned away

voila = [sys.executable, "-m", "voila", str(LESSONS), "--no-browser", "--token"]  # the token: see "environment"
voila += ["--port={port}", "--base_url={base_url}course/"]
voila += ["--preheat_kernel=False", "--LessonKernelManager.forks=False"]  # what would they share, and with whom?
voila += ["--LessonKernelManager.max_kernels=4", "--LessonKernelManager.max_kernels_per_visitor=0"]
# The app ends with its server, however that ends (Linux; a container or a control group does it as well).
tied = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []

c.ServerProxy.servers = {
    "course": {
        "command": [*tied, "sh", "-c", 'cd "$0" && exec "$@"', str(COURSE), *voila],  # where voila.json is
        "environment": {"JUPYTER_TOKEN": TOKEN},
        "request_headers_override": {"Authorization": f"token {TOKEN}"},
        "absolute_url": True,
        "timeout": 300,  # seconds to start in, beside a whole class
        # An open websocket is pinged for ever; what counts is that a page asks, as it does while it is seen and has a kernel.
        "exclude_last_activity_patterns": [r".*/channels$"],
        "launcher_entry": {"title": "Lessons as apps"},
    }
}

# What voila.json says of an app's kernels holds for a notebook's.
c.KernelProvisionerFactory.default_provisioner_name = "limited-provisioner"
c.LimitedProvisioner.memory_limit_mb = 2048
idle_s = int(os.environ.get("TENSOR_FOUNDATIONS_IDLE_S", "3600"))
c.MappingKernelManager.cull_idle_timeout = idle_s
c.MappingKernelManager.cull_connected = True
# The hub counts every byte, and so thinks a tab that was left open is used: the server itself knows better, and ends.
c.ServerApp.shutdown_no_activity_timeout = idle_s

built = COURSE / "build/digits"  # in an image (binder/postBuild); a hub of one machine names a folder of its own
if built.is_dir():
    os.environ.setdefault("TENSOR_FOUNDATIONS_CACHE", str(built))

# The learner's own copies, to write in: made once, and never over what is there. Where that can't be, they read only.
own = Path(os.environ.get("JUPYTERHUB_ROOT_DIR") or Path.cwd()) / "lessons"
if not own.exists():
    with suppress(OSError):
        shutil.copytree(LESSONS, own, ignore=shutil.ignore_patterns("data", ".ipynb_checkpoints"))
