"""Fix of the refused tab-close: closing a lesson's tab leaves its kernel running.

A closing page says so with a beacon to `/voila/api/shutdown/<kernel id>`. It takes the `_xsrf` token from a cookie
that only the list of lessons sets, so for a visitor who came straight to a lesson the server answers 403 and the
kernel stays. What the token would prove, that one of our own pages sent the beacon, its headers prove as well.

Source: voila-dashboards/voila issue 1458.
"""

from urllib.parse import urlsplit

from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

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
    """Accepts a beacon of our own pages; anything else still needs its `_xsrf` token."""
    if not is_same_origin(self.request.headers):
        stock_check(self)
