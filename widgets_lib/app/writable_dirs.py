"""On a disk that cannot be written to, the server needs other folders for connection files and caches."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
CACHES = {
    "NUMBA_CACHE_DIR": "numba",  # it must have one
    "MPLCONFIGDIR": "matplotlib",
    "IPYTHONDIR": "ipython",
    "TENSOR_FOUNDATIONS_CACHE": "course",  # see widgets_lib.compute.mnist.pixel_cache
}


def ensure_writable_dirs() -> None:
    """Finds a folder for temporary files, in memory if there is no other, and one for the kernels' caches."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        if not MEMORY.is_dir():
            return
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # look again
    if not any(os.access(place, os.W_OK) for place in (Path.home(), Path(__file__).parent)):
        caches = tempfile.mkdtemp(prefix="lessons-")
        atexit.register(shutil.rmtree, caches, ignore_errors=True)
        for variable, name in CACHES.items():
            os.environ.setdefault(variable, os.path.join(caches, name))
