"""Formulas become MathML when the site is built: a browser shows it by itself, and a screen reader reads it.

Temml makes it. It needs neither a stylesheet nor a font, so a page loads nothing for its formulas.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

_PLACE = "\ufdd0{}\ufdd1"  # no text has these two
_PLACES = re.compile("\ufdd0(\\d+)\ufdd1")
_NODE = Path(__file__).with_name("formulas.mjs")


class FormulaFailed(Exception):
    """A formula that can't be read; the message has it."""


class Formulas:
    """The formulas of one page: `place` gives what stands for one, `fill` puts all of them into the page."""

    def __init__(self) -> None:
        self._formulas: list[dict[str, object]] = []

    def place(self, tex: str, display: bool = False) -> str:
        """What stands for the formula until `fill`."""
        self._formulas.append({"tex": tex, "display": display})
        return _PLACE.format(len(self._formulas) - 1)

    def fill(self, page: str) -> str:
        """The page with its formulas. Raises: FormulaFailed."""
        if not self._formulas:
            return page
        result = subprocess.run(
            ["node", str(_NODE)], input=json.dumps(self._formulas), capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise FormulaFailed(f"a formula can't be read: {result.stderr.strip()}")
        drawn = [re.sub(r' style="display:block math;"', "", each) for each in json.loads(result.stdout)]
        return _PLACES.sub(lambda found: drawn[int(found[1])], page)
