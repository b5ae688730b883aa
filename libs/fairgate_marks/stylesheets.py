"""Styles of an SVG: read by a small grammar, and turned into attributes.

A ``<style>`` inside a picture that stands in a page is a style of the whole page, and a ``style``
attribute needs a hole in the page's Content-Security-Policy. Attributes do the same and need
nothing. So our marks have no styles at all.

Understood are rules whose selectors are one element each: ``.cls-1``, ``#name``, ``path``, ``*``,
``path.cls-1``, and lists of these. That is what editors write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fairgate_marks import allowed
from fairgate_marks.errors import MarkRefused, Reason
from fairgate_marks.xml_reading import Node

MAX_RULES = 300
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}\s*")
_SELECTOR = re.compile(r"(\*|[A-Za-z][\w-]*)?((?:[.#][\w-]+)*)")
_PART = re.compile(r"[.#][^.#]+")
_PROPERTY = re.compile(r"\s*(-?[A-Za-z][A-Za-z-]*)\s*:\s*(\S[^:]*|)", re.ASCII)
# Escapes can spell any word, and at-rules load files and fonts.
_NOT_UNDERSTOOD = re.compile(r"[\\@<]|!important", re.IGNORECASE)

# A sheet for printers, say, is not for every reader.
_SAID_OF_SHEETS = {"type": {"", "text/css"}, "media": {"", "all", "screen"}}

Declarations = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What elements are given that have this name (or any, if empty), these classes and this id."""

    element: str
    classes: frozenset[str]
    ids: frozenset[str]
    declarations: Declarations

    def meets(self, node: Node, classes: frozenset[str]) -> bool:
        """Whether an element is meant; ``classes`` are its classes."""
        return (
            self.element in {"", node.name}
            and self.classes <= classes
            and self.ids <= {node.attributes.get("id", "")}
        )

    @property
    def weight(self) -> tuple[int, int, int]:
        """The heavier rule wins, then the later one."""
        return len(self.ids), len(self.classes), bool(self.element)


def rules_of(sheets: Iterable[Node]) -> tuple[Rule, ...]:
    """The rules of all ``<style>`` elements, the lightest first.

    Raises:
        MarkRefused: a sheet holds anything but rules with simple selectors.
    """
    found = [rule for sheet in sheets for rule in _rules_of(sheet)]
    return tuple(sorted(found, key=lambda rule: rule.weight))


def declarations_of(text: str) -> Declarations:
    """The properties in a ``style`` attribute, or between braces.

    Raises:
        MarkRefused: it is not a list of properties with values.
    """
    if found := _NOT_UNDERSTOOD.search(text):
        raise MarkRefused(Reason.STYLE_RULE, found=text[found.start() :])
    written = (part for part in _without_comments(text).split(";") if part.strip())
    # The last word counts. What draws nothing is forgotten here: there may be much of it.
    said = dict(_declaration(part) for part in written)
    return tuple(pair for pair in said.items() if not allowed.is_ignored(*pair))


def styled(node: Node, rules: tuple[Rule, ...]) -> dict[str, str]:
    """What the styles say of an element: its own style is the last word.

    Raises:
        MarkRefused: its style is not understood.
    """
    classes = frozenset(node.attributes.get("class", "").split())
    said: dict[str, str] = {}
    for rule in rules:
        if rule.meets(node, classes):
            said.update(rule.declarations)
    said.update(declarations_of(node.attributes.get("style", "")))
    return said


def _rules_of(sheet: Node) -> list[Rule]:
    if found := _NOT_UNDERSTOOD.search(sheet.text):
        raise sheet.refusal(Reason.STYLE_RULE, found=sheet.text[found.start() :])
    for name, value in sheet.attributes.items():
        if value.strip() not in _SAID_OF_SHEETS.get(name, ()):
            raise sheet.refusal(Reason.ATTRIBUTE, attribute=name)
    text = _without_comments(sheet.text).strip()
    rules: list[Rule] = []
    at = 0
    while at < len(text):
        matched = _RULE.match(text, at)
        if not matched:
            raise sheet.refusal(Reason.STYLE_RULE, found=text[at:])
        rules += _rules(sheet, matched[1], matched[2])
        if len(rules) > MAX_RULES:
            raise sheet.refusal(Reason.TOO_MANY_ELEMENTS, limit=f"{MAX_RULES:,}")
        at = matched.end()
    return rules


def _without_comments(text: str) -> str:
    before, *others = text.split("/*")
    return " ".join((before, *(other.partition("*/")[2] for other in others)))


def _rules(sheet: Node, selectors: str, body: str) -> list[Rule]:
    try:
        declarations = declarations_of(body)
        return [_rule(selector.strip(), declarations) for selector in selectors.split(",")]
    except MarkRefused as refusal:
        raise refusal.at(line=sheet.line, element=sheet.name) from refusal


def _rule(selector: str, declarations: Declarations) -> Rule:
    matched = _SELECTOR.fullmatch(selector)
    if not selector or not matched:
        raise MarkRefused(Reason.STYLE_RULE, found=selector)
    parts = _PART.findall(matched[2])
    return Rule(
        element=(matched[1] or "").replace("*", ""),
        classes=frozenset(part[1:] for part in parts if part[0] == "."),
        ids=frozenset(part[1:] for part in parts if part[0] == "#"),
        declarations=declarations,
    )


def _declaration(text: str) -> tuple[str, str]:
    matched = _PROPERTY.fullmatch(text)
    if not matched:
        raise MarkRefused(Reason.STYLE_RULE, found=text)
    return matched[1].lower(), matched[2].strip()
