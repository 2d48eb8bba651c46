"""Runs in Pyodide, under node: makes .pyc of the .py in an archive, so that no browser compiles them again."""

import importlib._bootstrap_external as external
import importlib.util
import zipfile

READ_AT_RUN_TIME = "widgets_lib/"  # shows and traces its own sources; elsewhere nothing reads them
OLD = (1980, 1, 1, 0, 0, 0)  # the same contents make the same archive


def compile_archive(source, target, root):
    """root: where the archive's files will lie, which tracebacks name."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in sorted(old.namelist()):
            data = old.read(name)
            if name.endswith(".py"):
                pyc = external._code_to_hash_pyc(
                    compile(data, f"{root}/{name}", "exec", dont_inherit=True),
                    importlib.util.source_hash(data),
                    checked=False,
                )
                if name.startswith(READ_AT_RUN_TIME):
                    add(new, name, data)
                    add(new, cached(name), pyc)
                else:  # Python takes a .pyc in a source's place
                    add(new, f"{name}c", pyc)
            else:
                add(new, name, data)


def cached(name):
    """Where Python looks for the compiled form of a source that is there."""
    folder, _, file = name.rpartition("/")
    return f"{folder}/__pycache__/{file.removesuffix('.py')}.{sys_tag()}.pyc"


def sys_tag():
    import sys

    return sys.implementation.cache_tag


def add(archive, name, data):
    archive.writestr(zipfile.ZipInfo(name, OLD), data, zipfile.ZIP_DEFLATED, 9)
