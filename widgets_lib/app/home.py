"""The course as its visitors see it: which lessons there are, which are coming, and what works on this machine.

Lessons say so themselves, in their notebook's metadata; `coming.json` beside them names those still to be written.
"""

import json
import logging
import subprocess
import sys
import threading
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from pathlib import Path
from urllib.parse import quote

from jupyter_client.kernelspec import KernelSpecManager

ASSETS = "assets"  # pictures, beside the lessons
PROBE_S = 20

log = logging.getLogger("voila")


@dataclass(frozen=True)
class Lesson:
    """One card of the course home. `path` is relative to the served folder; None while the lesson is coming."""

    name: str
    path: str | None
    title: str
    number: int | None = None
    summary: str = ""
    minutes: int | None = None
    picture: str | None = None  # "assets/03_matmul": -light.png and -dark.png exist
    picture_says: str = ""

    @property
    def label(self):
        return f"{self.number} · {self.title}" if self.number is not None else self.title

    @property
    def address(self):
        """Relative to the server's base address."""
        return f"voila/render/{quote(self.path)}" if self.path else None


def course(root, folder=""):
    """The lessons of `folder` in the served folder `root`: those that are there and those that are coming, in order."""
    here = Path(root, folder)
    says = _read_json(here / ASSETS / "pictures.json", dict)
    lessons = {}
    for entry in _read_json(here / "coming.json", list):
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            lessons[entry["name"]] = Lesson(entry["name"], None, **_described(entry, entry["name"]))
    for file in sorted(here.glob("*.ipynb")):
        described = _metadata(file, _stamp(file))
        if described is None or file.name.startswith("."):
            continue
        name = file.stem
        picture = f"{ASSETS}/{name}"
        drawn = all((here / f"{picture}-{theme}.png").is_file() for theme in ("light", "dark"))
        lessons[name] = Lesson(
            name,
            str(Path(folder, file.name).as_posix()),
            **described,
            picture=quote(Path(folder, picture).as_posix()) if drawn else None,
            picture_says=str(says.get(name, "")),
        )
    return sorted(lessons.values(), key=lambda lesson: (inf if lesson.number is None else lesson.number, lesson.name))


def neighbours(lessons, path):
    """(previous, next) of the lesson at `path` among those that are there; None at either end."""
    there = [lesson for lesson in lessons if lesson.path]
    at = next((i for i, lesson in enumerate(there) if lesson.path == path), None)
    if at is None:
        return None, None
    return (there[at - 1] if at else None), (there[at + 1] if at + 1 < len(there) else None)


def folders(root, folder=""):
    """Paths of the folders of `folder` that hold a notebook, for a host who keeps lessons in several."""
    inner = (path for path in Path(root, folder).iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    return sorted(path.relative_to(root).as_posix() for path in inner if any(path.glob("*.ipynb")))


def _stamp(file):
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=256)
def _metadata(file, stamp):
    """What the notebook says of itself, or None if it cannot be read; read again when the file's `stamp` changes."""
    try:
        notebook = json.loads(file.read_text("utf-8"))
        metadata, cells = notebook["metadata"], notebook["cells"]
        own = metadata.get("tensor_foundations") or {}
        plain = metadata.get("title") or _first_heading(cells) or file.stem.replace("_", " ")
        return _described(own, plain)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("%s is left out of the course home: it cannot be read as a notebook (%r)", file.name, error)
        return None


def _described(entry, plain_title):
    whole = {key: entry[key] for key in ("number", "minutes") if type(entry.get(key)) is int}
    return {"title": str(entry.get("title") or plain_title), "summary": str(entry.get("summary") or ""), **whole}


def _first_heading(cells):
    lines = (line for cell in cells if cell["cell_type"] == "markdown" for line in "".join(cell["source"]).splitlines())
    return next((line[2:].strip() for line in lines if line.startswith("# ")), None)


def _read_json(file, kind):
    """The content of an optional JSON file, or an empty `kind` if it is missing or not what it should be."""
    if not file.exists():
        return kind()
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read: %s", file, error)
        return kind()
    return content if isinstance(content, kind) else kind()


# --- preflight: what the lessons' Python has. It is asked in a process of its own, once, because to import torch here
# would cost the server a second and 150 MB; even there nothing is imported but the driver's own library.
PROBE = """
import ctypes, importlib.metadata, json, pathlib, importlib.util
def version(name):
    try:
        return importlib.metadata.version(name).split("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return None
def gpu():
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return None
    count, name = ctypes.c_int(), ctypes.create_string_buffer(100)
    if cuda.cuInit(0) or cuda.cuDeviceGetCount(ctypes.byref(count)) or not count.value:
        return None
    cuda.cuDeviceGetName(name, len(name), 0)
    return name.value.decode(errors="replace")
def torch_has_cuda():
    spec = importlib.util.find_spec("torch")
    if not spec or not spec.origin:
        return False
    told = {}
    exec((pathlib.Path(spec.origin).parent / "version.py").read_text(), told)
    return bool(told.get("cuda"))
print(json.dumps({"torch": version("torch"), "numba": version("numba"), "gpu": gpu(), "torch_has_cuda": torch_has_cuda()}))
"""


class Preflight:
    """What works in the lessons' Python, found on a thread: no request waits for it."""

    def __init__(self):
        self._found = None
        self._thread = threading.Thread(target=self._look, name="preflight", daemon=True)
        self._thread.start()

    def _look(self):
        try:
            python = KernelSpecManager().get_kernel_spec("python3").argv[0]
            # jupyter_client, too, takes a bare "python" for the one it runs in
            python = python if Path(python).is_absolute() else sys.executable
            asked = subprocess.run([python, "-c", PROBE], capture_output=True, text=True, timeout=PROBE_S, check=True)
            self._found = told(**json.loads(asked.stdout))
        except Exception as error:  # a host's Python may fail in ways of its own; the page then just says less
            log.warning("What works here could not be found out: %s", error)

    def lines(self):
        """[(works, words), …], or [] while it is not known."""
        return self._found or []


def told(torch, numba, gpu, torch_has_cuda):
    """What was found, in words: [(works, words), …]."""
    return [
        (bool(torch), f"torch {torch}" if torch else "torch is missing: lessons will stop where they need it"),
        (bool(numba), f"numba {numba}" if numba else "numba is missing: its rungs are left out"),
        (bool(gpu), _gpu_words(gpu, torch_has_cuda)),
    ]


def _gpu_words(gpu, torch_has_cuda):
    if not gpu:
        return "no GPU: its kernels run in numba’s simulator"
    return gpu if torch_has_cuda else f"{gpu}, for numba; this torch is built for the CPU"
