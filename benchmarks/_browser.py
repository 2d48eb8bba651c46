"""A real Chromium to measure in."""

import os
import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

# No outside: an address that is not this machine's fails at once instead of after a network's time-out.
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost",
]


@contextmanager
def chromium():
    """The machine's own Chromium where there is one ($CHROMIUM names another), else Playwright's."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def version():
    """The version of that Chromium."""
    with chromium() as browser:
        return browser.version
