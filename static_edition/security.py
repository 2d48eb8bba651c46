"""What a page may do: a Content-Security-Policy in its head, since a plain web space sends no headers of our choice."""

from __future__ import annotations

import base64
import hashlib
import re

PLACE = "<!-- policy -->"
_INLINE = re.compile(r"<(?P<kind>script|style)(?P<attributes>[^>]*)>(?P<text>.*?)</(?P=kind)>", re.S)


def secured(page: str) -> str:
    """The page with its policy where PLACE stands: nothing but its own files, and the scripts that are in it."""
    return page.replace(PLACE, f'<meta http-equiv="Content-Security-Policy" content="{policy(page)}">')


def policy(page: str) -> str:
    """Scripts and styles come from files; of those in the page, those that it was built with, by hash.

    A style attribute may stand in the page: matplotlib draws with them, and some show a number as a length.
    """
    inline = [found for found in _INLINE.finditer(page) if _counts(found["attributes"])]
    hashes = {
        kind: dict.fromkeys(_hash(found["text"]) for found in inline if found["kind"] == kind)
        for kind in ("script", "style")
    }
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *hashes["script"]],
        "style-src": ["'self'", *hashes["style"]],
        "style-src-elem": ["'self'", *hashes["style"]],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(" ".join([name, *values]) for name, values in rules.items())


def _counts(attributes: str) -> bool:
    return "src=" not in attributes and "application/json" not in attributes


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
