"""From the elements of a mark to its bytes: in one way only, in ASCII, with names of our own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from html import escape

from fairgate_marks import allowed
from fairgate_marks.cleaning import Element
from fairgate_marks.references import elements_of, references

_HASH_LENGTH = 8


def written(root: Element) -> bytes:
    """The file. The same elements give the same bytes, and reading these gives the same again.

    Names are replaced: two marks in one page must not take each other's gradients, and no name of
    a stranger's may become a variable of the page's scripts.
    """
    used = [name for element in elements_of(root) for _, name in references(element)]
    order = {name: f"m{at}" for at, name in enumerate(dict.fromkeys(used))}
    digest = hashlib.sha256(_text(root, order).encode("ascii")).hexdigest()[:_HASH_LENGTH]
    names = {name: f"m{digest}-{number[1:]}" for name, number in order.items()}
    return f"{_text(root, names)}\n".encode("ascii")


def _text(element: Element, names: Mapping[str, str]) -> str:
    tag = " ".join((element.name, *_attributes(element, names)))
    if not element.children:
        return f"<{tag}/>"
    inside = "".join(_text(child, names) for child in element.children)
    return f"<{tag}>{inside}</{element.name}>"


def _attributes(element: Element, names: Mapping[str, str]) -> list[str]:
    said = dict(element.attributes)
    for attribute, name in references(element):
        said[attribute] = f"#{names[name]}" if attribute == "href" else f"url(#{names[name]})"
    if element.id in names:
        said = {"id": names[element.id], **said}
    if element.name == "svg":
        said = {"xmlns": allowed.SVG, **said}
    return [f'{name}="{escape(value)}"' for name, value in said.items()]
