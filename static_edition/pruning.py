"""Jupyter's stylesheet is for a whole application; a page gets the rules that can match something in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import tinycss2

_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_NEGATED = re.compile(r":not\([^()]*\)")
_WORD = re.compile(r"-?[A-Za-z_][\w-]*")
_VARIABLE = re.compile(r"--[\w-]+")
_ASKED = re.compile(r"var\(\s*(--[\w-]+)")
_DECLARED = re.compile(r"(--[\w-]+)\s*:(?:[^;{}()]|\([^()]*\))*;")  # a semicolon may stand in a data address


def prune(sheet: str, texts: Sequence[str], other_sheets: Sequence[str] = ()) -> str:
    """The rules of a sheet all of whose class names are words of `texts`, and the variables that something asks for.

    texts: what names classes, such as pages and scripts. other_sheets: what else may ask for a variable.
    """
    words = {word for text in texts for word in _WORD.findall(text)}
    rules = list(_kept(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True), words))
    asked = {name for text in texts for name in _VARIABLE.findall(text)}
    return _with_variables("\n".join(rules), asked | {name for each in other_sheets for name in _ASKED.findall(each)})


def _with_variables(text: str, asked_elsewhere: set[str]) -> str:
    """Without the variables that neither a rule nor another variable asks for, nor anything elsewhere."""
    asked = asked_elsewhere | set(_ASKED.findall(text))
    shorter = _DECLARED.sub(lambda found: found[0] if found[1] in asked else "", text)
    return text if shorter == text else _with_variables(shorter, asked_elsewhere)


def _kept(nodes: Iterable[Any], words: set[str]) -> Iterator[str]:
    for node in nodes:
        if node.type == "qualified-rule":
            selectors = [each for each in _selectors(tinycss2.serialize(node.prelude)) if _can_match(each, words)]
            if selectors:
                yield f"{','.join(selectors)}{{{_plain(node.content)}}}"
        elif node.type == "at-rule" and node.lower_at_keyword in ("media", "supports") and node.content is not None:
            inner = list(_kept(tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True), words))
            if inner:
                yield f"@{node.at_keyword}{tinycss2.serialize(node.prelude)}{{{''.join(inner)}}}"
        elif node.type == "at-rule" and node.lower_at_keyword in ("keyframes", "font-face", "layer"):
            yield tinycss2.serialize([node])


def _selectors(prelude: str) -> list[str]:
    """A list of selectors, split at the commas that are in no parentheses."""
    return [part.strip() for part in re.split(r",(?![^()]*\))", prelude)]


def _can_match(selector: str, words: set[str]) -> bool:
    return set(_CLASS.findall(_NEGATED.sub("", selector))) <= words


def _plain(content: list[Any]) -> str:
    """Declarations without comments, each with its semicolon, since variables are looked for up to there."""
    declarations = tinycss2.parse_declaration_list(content, skip_comments=True, skip_whitespace=True)
    return "".join(
        f"{tinycss2.serialize([each]).strip().rstrip(';').rstrip()};" for each in declarations if each.type != "error"
    )
