"""Formulas become MathML, which a browser shows by itself: a page needs no MathJax, which is among Voila's scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

from latex2mathml.converter import convert
from voila.exporter import VoilaMarkdownRenderer

_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # HTML needs none
_UNREAD = re.compile(r"<m[a-z]+>\\[a-zA-Z]+</m[a-z]+>")  # a command that the converter does not know


class CannotRead(ValueError):
    """A formula that is left to MathJax."""


def mathml(tex: str, display: bool = False) -> str:
    """The formula as an element. Raises: CannotRead."""
    try:
        element = convert(tex, display="block" if display else "inline")
    except Exception as error:  # the converter's own, and what an odd formula makes it stumble over
        raise CannotRead(f"{type(error).__name__}: {error}") from error
    if _UNREAD.search(element):
        raise CannotRead("an unknown command")
    return element.replace(_NAMESPACE, "")


def renderer() -> tuple[type[VoilaMarkdownRenderer], list[str]]:
    """(what makes HTML of one lesson's Markdown, the formulas that it could not read and has left as they are)."""
    left: list[str] = []

    class Markdown(VoilaMarkdownRenderer):
        def block_math(self, body: str) -> str:
            return _set(body, True, super().block_math)

        def inline_math(self, body: str) -> str:
            return _set(body, False, super().inline_math)

        def latex_environment(self, name: str, body: str) -> str:
            whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
            return _set(whole, True, lambda _: super(Markdown, self).latex_environment(name, body))

    def _set(tex: str, display: bool, as_it_is: Callable[[str], str]) -> str:
        try:
            return mathml(tex.strip(), display)
        except CannotRead:
            left.append(tex)
            return as_it_is(tex)

    return Markdown, left
