"""Every test of a widget once more in a kernel that is a fork: threads, processes, timers and messages work there, too."""

import sys

import pytest

from tests.app.test_forks_kernels import started
from tests.support import forks
from tests.support.servers import ROOT
from widgets_lib.app.forks import client

pytestmark = pytest.mark.skipif(bool(client.unavailable_reason()), reason="this system does not fork kernels")

FOLDER = ROOT / "tests/widgets"
ONLY_FILES = {"test_bundle.py", "test_sources.py", "test_styles.py", "test_theme.py"}  # read, and nothing computed
FILES = [str(path) for path in sorted(FOLDER.glob("test_*.py")) if path.name not in ONLY_FILES]
MEMORY_MB = 3000
# Tests say themselves whether they are in a cell; this one, of the kernel, has not ended when they look.
RUN = """
import pytest
type(get_ipython()).clear_instance()
print("exit", int(pytest.main({arguments!r})))
"""


@pytest.mark.parametrize("files", [FILES[::2], FILES[1::2]], ids=["one half", "the other half"])
def test_widgets_do_in_a_fork_what_they_do_elsewhere(files, fork_server, tmp_path):
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--basetemp={tmp_path / 'widgets'}"]
    with forks.every_kernel(MEMORY_MB), started(cwd=str(ROOT)) as kernel:
        assert kernel.provisioner.source is fork_server
        kernel.run(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nsys.argv[:] = {sys.argv[:1]!r}")
        said = kernel.run(RUN.format(arguments=[*files, *options]), timeout=900)
    assert said.rstrip().endswith("exit 0"), said
