"""Cure of the refused tab-close: closing a lesson's tab leaves its kernel running.

A closing page says so with a beacon to `/voila/api/shutdown/<kernel id>`. It takes the `_xsrf` token from a cookie
that only the list of lessons sets, so for a visitor who came straight to a lesson the server answers 403 and the
kernel stays. What the token would prove, that one of our own pages sent the beacon, its headers prove as well.

Delete this module when `tests/app/test_tab_close.py` says that the stock handler accepts the beacon.
Source: voila-dashboards/voila issue 1458.
"""

from importlib.metadata import version
from urllib.parse import urlsplit

from packaging.specifiers import SpecifierSet
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

FAULTY_VOILA = SpecifierSet("<0.6")

stock_check = VoilaShutdownKernelHandler.check_xsrf_cookie


def is_same_origin(headers):
    """Whether a request with these headers was sent by one of this server's own pages.

    Browsers set `Sec-Fetch-Site` and `Origin` themselves; no page can forge them.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return urlsplit(headers.get("Origin", "")).netloc == headers.get("Host")


def check_xsrf_cookie(self):
    """Accepts a beacon of our own pages; all else is asked for its `_xsrf` as before."""
    if not is_same_origin(self.request.headers):
        stock_check(self)


def cure():
    """Makes the shutdown route accept beacons of its own origin, where the fault is known."""
    if version("voila") in FAULTY_VOILA:
        VoilaShutdownKernelHandler.check_xsrf_cookie = check_xsrf_cookie
