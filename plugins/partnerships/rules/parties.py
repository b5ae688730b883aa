"""Who is named in an agreed text. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

#: What names one partner in each entry, and by which key.
_LISTS = (
    ("roles", "partner"),
    ("shares", "party"),
    ("recoupments", "party"),
    ("contributions", "from"),
)


def parties_in(agreed_text: str) -> frozenset[str]:
    """The codes of all partners that a canonical text names, and of the platform if it does."""
    return frozenset(_codes(json.loads(agreed_text)))


def _codes(text: dict[str, Any]) -> Iterator[str]:
    yield text["partner"]
    for part, key in _LISTS:
        yield from (entry[key] for entry in text.get(part, ()))
    if "merchant_of_record" in text:
        yield text["merchant_of_record"]
