"""Runs in Pyodide, under node: makes .pyc of the .py in an archive, so that no browser compiles them again.

Of Python's own library only what can be asked for comes along: what was imported once all of the course was, and what any
function of the course, of numpy or of traitlets imports, each with all that it imports itself, when it is loaded or in a
function: `ast` imports what `ast.unparse` needs at the first call only.
"""

import ast
import importlib._bootstrap_external as external
import importlib.util
import sys
import zipfile

READ_AT_RUN_TIME = "widgets_lib/"  # shows and traces its own sources; nothing reads any other
OLD = (1980, 1, 1, 0, 0, 0)  # the same contents make the same archive
# What Python looks up by name, so that no import tells.
CODECS = "aliases ascii cp437 idna latin_1 raw_unicode_escape unicode_escape utf_8 utf_8_sig utf_16_le utf_32_le"
BY_NAME = ["encodings", *(f"encodings.{name}" for name in CODECS.split()), "traceback", "linecache", "tokenize"]
# What functions import that no page calls, with all that is in it: left out, unless it is loaded all the same.
NOT_NEEDED = {
    "asyncio.__main__ distutils cProfile doctest pdb pydoc test unittest": "for who develops",
    "_pyrepl rlcompleter": "nobody types at a prompt",
    "concurrent.futures.interpreter concurrent.futures.process concurrent.interpreters multiprocessing": "no processes",
    "ctypes.util ctypes.wintypes": "looks for libraries of a system",
    "ftplib http.cookiejar smtplib xmlrpc": "a page speaks to nobody",
    "tarfile": "for packages that are installed later",
}
UNASKED = {name for names in NOT_NEEDED for name in names.split()}


def compile_archive(source, target, root, wanted=None):
    """root: where the archive's files will lie, which tracebacks name. wanted: the modules to take, or None for all."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in sorted(old.namelist()):
            if name.endswith("/") or (wanted is not None and module_name(name) not in wanted):
                continue
            data = old.read(name)
            if not name.endswith(".py"):
                add(new, name, data)
            elif name.startswith(READ_AT_RUN_TIME):
                add(new, name, data)
                add(new, importlib.util.cache_from_source(name), compiled(data, f"{root}/{name}", -1))
            else:  # Python takes a .pyc in a source's place; docstrings and assertions stay away
                add(new, f"{name}c", compiled(data, f"{root}/{name}", 2))


def compiled(data, path, optimize):
    code = compile(data, path, "exec", dont_inherit=True, optimize=optimize)
    return external._code_to_hash_pyc(code, importlib.util.source_hash(data), checked=False)


def add(archive, name, data):
    archive.writestr(zipfile.ZipInfo(name, OLD), data, zipfile.ZIP_DEFLATED, 9)


def module_name(path):
    """Of a file in an archive; of a package's data, the package's."""
    parts = path.removesuffix(".py").split("/") if path.endswith(".py") else path.split("/")[:-1]
    return ".".join(parts[:-1] if parts and parts[-1] == "__init__" else parts)


def wanted_of(library, sources):
    """The names of the library's modules that may be asked for by what is in `sources`, which is installed here."""
    with zipfile.ZipFile(sources) as archive:
        texts = [(name, archive.read(name)) for name in archive.namelist() if name.endswith(".py")]
    for name, _ in texts:
        if not name.startswith(("numpy/", "traitlets/")):
            import_if_possible(module_name(name))
    asked = {each for name, text in texts for each in imports(name, text)}
    with zipfile.ZipFile(library) as archive:
        files = {module_name(name): name for name in archive.namelist() if name.endswith(".py")}
        wanted, waiting = set(), [*BY_NAME, *sys.modules, *asked]
        while waiting:
            name = waiting.pop()
            if name in files and name not in wanted and not is_unasked(name):
                wanted.add(name)
                waiting += [name.rpartition(".")[0], *imports(files[name], archive.read(files[name]))]
    return wanted


def import_if_possible(name):
    """Modules that compile, or speak to a kernel, import what a page has not got."""
    try:
        importlib.import_module(name)
    except ImportError as error:
        if (error.name or "").partition(".")[0] in {*sys.stdlib_module_names, "numpy", "traitlets", "widgets_lib"}:
            raise


def is_unasked(name):
    """Whether a module, or a package that it is in, is left out."""
    return name not in sys.modules and any(f"{name}.".startswith(f"{each}.") for each in UNASKED)


def imports(path, text):
    """The names of the modules that a source imports, at any depth, and of what it takes from them, which may be modules."""
    package = module_name(path).split(".") if path.endswith("__init__.py") else module_name(path).split(".")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])
                if node.level
                else node.module
            )
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
