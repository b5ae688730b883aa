"""What changed between two agreed texts, field by field. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from partnerships.data import FieldChange

#: What names an entry of a list; a list of other things is one field.
_KEYS = ("code", "party", "partner")
#: Every version has its own number and says itself which one it follows.
_NOT_COMPARED = frozenset({"schema", "version", "follows"})


def changes_between(before: str, after: str) -> tuple[FieldChange, ...]:
    """The fields in which two canonical texts differ, in the order of the later text."""
    old, new = dict(_fields(json.loads(before))), dict(_fields(json.loads(after)))
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        FieldChange(field=name, before=old.get(name, ""), after=new.get(name, ""))
        for name in names
        if old.get(name, "") != new.get(name, "")
    )


def _fields(text: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in text.items():
        if key not in _NOT_COMPARED:
            yield from _flat(key, value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
        yield from _entries(name, value)
    elif isinstance(value, list):
        yield name, "; ".join(str(entry) for entry in value)
    elif value is not None:
        yield name, str(value)


def _entries(name: str, entries: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        # A partner may have two roles: the role then is part of what the entry is.
        key = next(key for key in _KEYS if key in entry)
        called = f"{name}.{entry[key]}"
        if "role" in entry:
            yield f"{called}.{entry['role']}", entry["role"]
            continue
        for field, value in entry.items():
            if field != key:
                yield from _flat(f"{called}.{field}", value)
    if any("weight" in entry for entry in entries):
        yield f"{name}.order", ", ".join(entry["party"] for entry in entries)
