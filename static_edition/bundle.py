"""What a page loads, in few files: a browser pays for each file that it asks for, on a slow processor most of all.

esbuild puts the modules together. It is one program, reads what browsers read, and needs no settings of its own.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from static_edition.execute import ROOT

HOST = Path(__file__).parent / "browser/host.js"
_ESBUILD = ROOT / "node_modules/.bin/esbuild"
# Names stay as they are: errors in the console tell where they come from.
_OPTIONS = ("--bundle", "--format=esm", "--target=es2022", "--charset=utf8", "--minify-whitespace", "--minify-syntax")


class BundleFailed(Exception):
    """A module that can't be read, or that imports what is not there; the message has esbuild's words."""


def lesson_module(views: Mapping[str, Path]) -> str:
    """One module for a lesson's page: the host, and the views by the names under which the page asks for them.

    Raises: BundleFailed.
    """
    imports = [f"import view{at} from {json.dumps(str(path))};" for at, path in enumerate(views.values())]
    named = ", ".join(f"{json.dumps(name)}: view{at}" for at, name in enumerate(views))
    entry = "\n".join([f"import {{ open }} from {json.dumps(str(HOST))};", *imports, f"await open({{ {named} }});"])
    try:
        result = subprocess.run(
            [_ESBUILD, *_OPTIONS, "--log-level=warning"], input=entry, capture_output=True, text=True, cwd=HOST.parent
        )
    except FileNotFoundError:
        raise BundleFailed(f"esbuild is needed. Run `npm ci` in {ROOT.name}/, or `make site`.") from None
    if result.returncode:
        raise BundleFailed(f"the page's modules can't be put together: {result.stderr.strip()}")
    return result.stdout
