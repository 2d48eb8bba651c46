"""What a fork makes anew, so that no two of them share it: random streams, keys, open files."""

from __future__ import annotations

import ctypes
import os
import re
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.process import current_process
from typing import Any

from widgets_lib.app.forks import streams

OMP_PAUSE_SOFT = 1  # of OpenMP's omp_pause_resource_t
GPUS = ("/dev/nvidia", "/dev/kfd", "/dev/dri")  # whose driver, once started in a process, does not survive a fork

_torch_threads: list[int] = []  # one number, before they were ended
_seeds: dict[str, Any] = {}  # of a library's generator, before a lesson's cells were run


def reseed() -> None:
    """Gives every generator a state of its own, except those that the lesson's cells have seeded.

    Such a lesson draws the same numbers in every kernel, as it does in a notebook. `secrets` and `uuid` ask the system,
    `tempfile` looks at the process id.
    """
    current_process().authkey = os.urandom(32)
    streams.renew()
    if (numpy := sys.modules.get("numpy.random")) and _seeds.get("numpy") == _numpy_seed():
        numpy.set_state(numpy.MT19937().state)
    if (torch := sys.modules.get("torch")) and _seeds.get("torch", torch.initial_seed()) == torch.initial_seed():
        seed_torch(torch)


def seed_torch(torch: Any) -> None:
    """Gives torch's generators a new seed.

    `torch.seed()` notes it for a GPU with the lines of code that asked, also where the build knows none: 1.4 MB in each fork.
    """
    knows_gpus = any(getattr(torch.version, kind, None) for kind in ("cuda", "hip", "xpu"))
    (torch.seed if knows_gpus else torch.default_generator.seed)()


def note_seeds() -> None:
    """Called before a lesson's cells are run: from then on who seeds a generator keeps it."""
    streams.watch()
    _seeds["numpy"] = _numpy_seed()
    if torch := sys.modules.get("torch"):
        _seeds["torch"] = torch.initial_seed()


def _numpy_seed() -> int | None:
    """Stays the same until `numpy.random.seed` is called."""
    mtrand = sys.modules.get("numpy.random.mtrand")
    sequence = mtrand and getattr(mtrand._rand._bit_generator, "_seed_seq", None)
    return sequence and id(sequence)


def restore_threads(blas: int) -> None:
    """Sets the threads of torch as they were, and of numpy's OpenBLAS, which had to be loaded with one."""
    if _torch_threads and _torch_threads[0] != 1:
        sys.modules["torch"].set_num_threads(_torch_threads[0])
    if blas == 1:
        return
    for library in _loaded("openblas"):
        for name in ("scipy_openblas_set_num_threads64_", "openblas_set_num_threads64_", "openblas_set_num_threads"):
            if function := getattr(library, name, None):
                function(blas)
                break


def end_native_threads() -> None:
    """Ends the threads that torch and OpenBLAS keep for their next computation; a fork starts others."""
    if torch := sys.modules.get("torch"):
        _torch_threads[:] = [torch.get_num_threads()]
        torch.set_num_threads(1)
    for library in _loaded("omp"):
        if pause := getattr(library, "omp_pause_resource_all", None):
            pause(OMP_PAUSE_SOFT)
    for library in _loaded("openblas"):
        for name in ("blas_thread_shutdown_", "scipy_blas_thread_shutdown_64_"):
            if shut_down := getattr(library, name, None):
                shut_down()
                break


def lasting_threads() -> str:
    """Names threads that were started here and that end every fork in which they are asked to compute, or ""."""
    parallel = sys.modules.get("numba.np.ufunc.parallel")
    return "numba’s for GNU OpenMP" if getattr(parallel, "_threading_layer", None) == "omp" else ""


def _loaded(name: str) -> list[ctypes.CDLL]:
    """The shared libraries of this process with `name` in theirs."""
    with open("/proc/self/maps") as maps:
        paths = set(re.findall(rf"/\S*{name}[^/\s]*\.so\S*", maps.read()))
    return [ctypes.CDLL(path) for path in paths]


def descriptors() -> dict[int, int]:
    """{descriptor: its kind, as in `stat.S_IFMT`} of what this process has open."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the folder itself, closed by now
            found[int(name)] = stat.S_IFMT(os.fstat(int(name)).st_mode)
    return found


def shareable(kind: int, path: str) -> bool:
    """Whether forks may begin with such a descriptor: a file or a device, not a way to another process, and no GPU."""
    return kind in (stat.S_IFREG, stat.S_IFDIR, stat.S_IFCHR) and not path.startswith(GPUS)


def reopen_files(keep: Iterable[int]) -> None:
    """Opens regular files once more, at the same place: else a read in one fork would move the place in all."""
    for number, kind in descriptors().items():
        if kind != stat.S_IFREG or number in keep:
            continue
        with suppress(OSError):  # a file that was removed, or must not be opened again
            place = os.lseek(number, 0, os.SEEK_CUR)
            flags = _flags(number)
            again = os.open(f"/proc/self/fd/{number}", flags & ~(os.O_CREAT | os.O_EXCL | os.O_TRUNC))
            os.lseek(again, place, os.SEEK_SET)
            os.dup2(again, number, inheritable=not flags & os.O_CLOEXEC)
            os.close(again)


def _flags(number: int) -> int:
    with open(f"/proc/self/fdinfo/{number}") as info:
        return int(re.search(r"^flags:\s+(\d+)", info.read(), re.MULTILINE)[1], 8)
