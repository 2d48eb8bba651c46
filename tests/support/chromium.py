"""The Chromium that tests, benchmarks and the drawing of cards use, launched one way."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
# An address that is not this machine's fails at once instead of after a network's time-out.
NO_NETWORK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"


def executable():
    """The machine's own Chromium ($CHROMIUM names another); None where there is only Playwright's.

    The build that never had a window comes first: it takes an eighth less of a processor.
    """
    own = ("chromium-headless-shell", "chromium", "chromium-browser")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, own)), None)


@contextmanager
def chromium():
    """A running browser that reaches no other machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS, NO_NETWORK])
        yield browser
        browser.close()


def version():
    """The version of that browser."""
    with chromium() as browser:
        return browser.version
