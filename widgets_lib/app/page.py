"""The pages' template, found inside the installed package."""

import os
from pathlib import Path

SHARE = Path(__file__).parent / "share"


def install():
    """Adds our Jupyter data folder to the ones Voila searches for templates."""
    search = [str(SHARE), *filter(None, os.environ.get("JUPYTER_PATH", "").split(os.pathsep))]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(dict.fromkeys(search))
