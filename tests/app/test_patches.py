"""The list of patches: each row fits what is installed, and a row that does not stops the server in words."""

import ast
import subprocess
import sys
from dataclasses import replace
from pkgutil import resolve_name
from types import ModuleType

import pytest
from traitlets import Callable, Type
from voila.app import Voila
from voila.configuration import VoilaConfiguration

import widgets_lib.app.entry  # noqa: F401 - imported for its effect, as Voila does
from tests.support import servers
from widgets_lib.app import patches
from widgets_lib.app.patches import PATCHES, Patch, PatchError


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.target)
def test_each_row_fits_what_is_installed(patch):
    patch.check()
    assert patch.is_needed(), f"{patch.needed_in} is no longer installed: delete the row"
    assert resolve_name(patch.target) is resolve_name(patch.replacement), "it is not applied"
    assert patch.reason and patch.upstream.startswith("https://github.com/")
    file, _, name = patch.delete_when.partition("::")
    tests = {node.name for node in ast.walk(ast.parse((servers.ROOT / file).read_text())) if hasattr(node, "name")}
    assert name in tests, f"{patch.delete_when} does not exist"


# What a module sets that belongs to another package: a setting that is meant to be set; in the process that forks
# kernels, what notes which generators are seeded (the head of streams.py says why).
SET_ELSEWHERE = {"writable_dirs.py": {"tempfile"}, "streams.py": {"random"}}


def test_nothing_else_is_patched():
    """No other module of the application assigns to a name of another package."""
    for file in (servers.ROOT / "widgets_lib" / "app").rglob("*.py"):
        tree = ast.parse(file.read_text())
        imported = {
            (alias.asname or alias.name).split(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = [target for target in targets if isinstance(target, ast.Attribute)]
            roots = {ast.unparse(name).split(".")[0] for name in names}
            foreign = (roots & imported) - SET_ELSEWHERE.get(file.name, set())
            assert not foreign, f"{file.name} assigns to {foreign}: list it in patches.py"


def test_voila_still_has_no_other_classes_to_configure():
    """When this fails, Voila has new settings: see which rows of patches.py can become configuration."""
    settings = {
        name
        for configurable in (Voila, VoilaConfiguration)
        for name, trait in configurable.class_traits(config=True).items()
        if isinstance(trait, Type | Callable)
    }
    assert settings == {
        *("authorizer_class", "identity_provider_class", "kernel_websocket_connection_class"),
        *("kernel_spec_manager_class", "multi_kernel_manager_class", "page_config_hook", "prelaunch_hook"),
    }


# --- a row that does not fit


class Renderer:
    def render(self, notebook, theme=None):
        """As ours expects it."""


class OurRenderer(Renderer):
    def render(self, notebook, theme=None):
        """The replacement."""


def our_start(self, port=8866):
    """The replacement of a function."""


@pytest.fixture
def fake(monkeypatch):
    """A module `fake_voila` with a function and a class that our replacements fit."""
    module = ModuleType("fake_voila")
    module.Renderer = Renderer
    module.start = lambda self, port=8866: None
    monkeypatch.setitem(sys.modules, "fake_voila", module)
    return module


FUNCTION = Patch("fake_voila:start", f"{__name__}:our_start", "voila", "https://github.com/", "a reason", "")
CLASS = replace(FUNCTION, target="fake_voila:Renderer", replacement=f"{__name__}:OurRenderer", overrides=("render",))


def test_rows_that_fit_are_applied(fake):
    patches.apply_all((FUNCTION, CLASS, replace(FUNCTION, target="fake_voila:none", needed_in="voila<0.1")))
    assert fake.start is our_start and fake.Renderer is OurRenderer


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("start", None, "fake_voila:start cannot be found"),
        ("start", lambda self: None, "fake_voila:start takes (self), not (self, port=8866)"),
        ("start", lambda self, port: None, "fake_voila:start takes (self, port), not (self, port=8866)"),
        ("Renderer", type("Renderer", (), {"draw": None}), "fake_voila:Renderer.render does not exist"),
        ("Renderer", type("Renderer", (), {"render": lambda self: None}), "fake_voila:Renderer.render takes (self)"),
    ],
)
def test_if_one_row_does_not_fit_none_is_applied(fake, name, value, problem):
    if value is None:
        delattr(fake, name)
    else:
        setattr(fake, name, value)
    before = dict(vars(fake))
    with pytest.raises(PatchError) as error:
        patches.apply_all((FUNCTION, CLASS))
    assert problem in str(error.value) and "\n" not in str(error.value)
    assert dict(vars(fake)) == before


RENAMED = """
from voila.notebook_renderer import NotebookRenderer
NotebookRenderer._jinja_start_kernel = NotebookRenderer._jinja_kernel_start
del NotebookRenderer._jinja_kernel_start
"""
PROBLEM = "voila.handler:NotebookRenderer._jinja_kernel_start does not exist"


def run_with_a_renamed_method(code, *arguments):
    command = [sys.executable, "-c", RENAMED + code, *arguments]
    return subprocess.run(command, cwd=servers.ROOT, capture_output=True, text=True, timeout=60)


def test_a_voila_with_a_renamed_method_stops_with_one_sentence(tmp_path):
    arguments = [str(tmp_path), "--no-browser", f"--port={servers.free_port()}"]
    voila = run_with_a_renamed_method("from voila.app import main; main()", *arguments)
    assert voila.returncode == 1
    [sentence] = [line for line in voila.stderr.splitlines() if "Tensor Foundations" in line]
    assert sentence.startswith("Tensor Foundations does not work with voila ") and PROBLEM in sentence
    assert "Traceback" not in voila.stderr


def test_a_jupyter_server_gets_an_exception_and_may_go_on_without_voila():
    code = "try: import widgets_lib.app.entry\nexcept RuntimeError as error: print(error)"
    assert PROBLEM in run_with_a_renamed_method(code).stdout
