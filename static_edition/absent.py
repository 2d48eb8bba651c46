"""This Python made like that of a browser: what a page without a server has not got is not there for the course.

`hide()` first of all, then import `widgets_lib`. A test may still import torch to compare with it: only the course finds
none. No thread and no process starts, as in Pyodide.
"""

import builtins
import importlib
import importlib.util
import os
import subprocess
import sys
import threading
from pathlib import Path

STAND_INS = Path(__file__).parent / "browser" / "python"
ABSENT = {"torch", "numba", "numba_cuda", "numba_cuda_mlir", "IPython", "cloudpickle", "comm", "matplotlib"}
HOMES = ("widgets_lib", *(path.stem for path in STAND_INS.glob("*.py")))  # whose imports find none of these


def hide() -> None:
    """Hide what is absent from the course, and put the stand-ins into the places of anywidget and ipywidgets.

    Raises: RuntimeError if one of them was imported before.
    """
    early = [name for name in ("anywidget", "ipywidgets", "widgets_lib") if name in sys.modules]
    if early:
        raise RuntimeError(f"{early[0]} was imported before it could be hidden")
    sys.path.insert(0, str(STAND_INS))
    _hide_modules()
    threading.Thread.start = _refuse_thread
    subprocess.Popen.__init__ = _refuse_process
    if hasattr(os, "fork"):
        del os.fork


def _hide_modules():
    load, by_name, find = builtins.__import__, importlib.import_module, importlib.util.find_spec

    def import_(name, globals=None, locals=None, fromlist=(), level=0):
        if not level:
            _check(name, (globals or {}).get("__name__", ""))
        return load(name, globals, locals, fromlist, level)

    def import_module(name, package=None):
        _check(name, _caller())
        return by_name(name, package)

    def find_spec(name, package=None):
        return None if _is_hidden(name, _caller()) else find(name, package)

    builtins.__import__, importlib.import_module, importlib.util.find_spec = import_, import_module, find_spec


def _caller():
    """The name of the module that called the function that asks."""
    return sys._getframe(2).f_globals.get("__name__", "")


def _is_hidden(name, importer):
    return name.partition(".")[0] in ABSENT and importer.partition(".")[0] in HOMES


def _check(name, importer):
    if _is_hidden(name, importer):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _refuse_thread(thread):
    raise RuntimeError("can't start new thread")


def _refuse_process(process, *args, **kwargs):
    process.returncode = None
    process._child_created = False
    raise OSError("[Errno 138] emscripten does not support processes.")
