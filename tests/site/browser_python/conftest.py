"""Tests of the Python end of a page: only with `-p static_edition.testing`, where the stand-ins are in their places."""

import sys

collect_ignore_glob = [] if "static_edition.testing" in sys.modules else ["test_*.py"]
