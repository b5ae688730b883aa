"""The form that the SDK sends, ``line_items[0][price_data][currency]=usd``, and nested values.

Decoded, everything is a text or a dictionary: whether ``metadata[0]`` is an item of a list or a
value under the key "0" is for the type of the parameter to say (``parameters``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from stripe_peer.refusals import Refusal

Nested = dict[str, Any]

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP = re.compile(r"\[([^\[\]]*)\]")


def decode(form: str) -> Nested:
    """The nested values of a form.

    Raises:
        Refusal: a name cannot be read, or one name is a value and a container.
    """
    nested: Nested = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        _put(nested, _steps(name), value)
    return nested


def _steps(name: str) -> list[str]:
    found = _NAME.fullmatch(name)
    if found is None:
        raise Refusal(f"Invalid parameter name: {name}", param=name)
    return [found[1], *_STEP.findall(found[2])]


def _put(nested: Nested, steps: list[str], value: str) -> None:
    *way, last = steps
    inner = nested
    for step in way:
        inner = inner.setdefault(step or str(len(inner)), {})
        if not isinstance(inner, dict):
            raise Refusal(f"Invalid object: {steps[0]}", param=steps[0])
    key = last or str(len(inner))  # "expand[]" is the next one of the list
    if isinstance(inner.get(key), dict):
        raise Refusal(f"Invalid string: {steps[0]}", param=steps[0])
    inner[key] = value


def encode(nested: Mapping[str, Any]) -> str:
    """The form of nested values, sorted: equal values give equal forms."""
    return urlencode(sorted(_pairs(nested, "")))


def _pairs(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        value = {str(place): item for place, item in enumerate(value)}
    if not isinstance(value, Mapping):
        yield name, str(value).lower() if isinstance(value, bool) else str(value)
        return
    for key, item in value.items():
        yield from _pairs(item, f"{name}[{key}]" if name else key)
