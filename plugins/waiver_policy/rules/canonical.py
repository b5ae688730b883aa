"""A policy as text of its own, the same wherever it stood.

Comments, the order of keys, quotes, indentation and the other policies of a file leave no trace in
it; every value does. So its SHA-256 changes exactly when the policy does. It is strict YAML again:
reading it gives the same values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

# Read first by people, hence written first; all other keys follow by name.
_FIRST = ("schema", "policies", "id", "title", "label", "kind", "when", "benefit", "route")
_RANK = {name: rank for rank, name in enumerate(_FIRST)}


def canonical_text(policy: Mapping[str, Any], *, schema: str) -> str:
    """A document that has this policy only."""
    return "\n".join(_block({"schema": schema, "policies": [policy]}, "")) + "\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in sorted(value, key=lambda name: (_RANK.get(name, len(_RANK)), name)):
            yield from _entry(f"{indent}{_key(key)}:", value[key], f"{indent}  ")
    else:
        for item in value:
            yield from _item(item, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        yield head
        yield from _block(value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping | list) and value:
        lines = list(_block(value, f"{indent}  "))
        yield f"{indent}- {lines[0].lstrip()}"
        yield from lines[1:]
    else:
        yield f"{indent}- {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if value is None:
        return "null"
    return "{}" if isinstance(value, Mapping) else "[]"


def _key(name: str) -> str:
    """A plain word, unless some reader of YAML could take it for a truth, a number or nothing."""
    return (
        name
        if name.isascii() and name.isidentifier() and (len(name) > 3 or name in _RANK)
        else _quoted(name)
    )


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    code = ord(letter)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
