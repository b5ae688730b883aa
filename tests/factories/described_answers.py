"""Compares an answer with what the description of an API (OpenAPI 3) says of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}


def differences(value: Any, schema: dict[str, Any], document: Any, at: str) -> list[str]:
    """Where the value is not as its schema says: names, kinds, enumerations and nulls."""
    return list(_differences(value, _whole(schema, document), document, at))


def _whole(schema: dict[str, Any], document: Any) -> dict[str, Any]:
    """A schema with what it names put in; one that may be null names it in ``allOf``."""
    if "$ref" in schema:
        named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _whole(named, document)
    if "allOf" in schema:
        (part,) = schema["allOf"]
        return {**_whole(part, document), "nullable": schema.get("nullable", False)}
    return schema


def _differences(value: Any, schema: dict[str, Any], document: Any, at: str) -> Iterator[str]:
    if value is None:
        yield from [] if schema.get("nullable") else [f"{at}: null"]
    elif not isinstance(value, _KINDS.get(schema.get("type", ""), object)):
        yield f"{at}: {type(value).__name__}"
    elif value not in schema.get("enum", (value,)):
        yield f"{at}: {value}"
    else:
        yield from _within(value, schema, document, at)


def _within(value: Any, schema: dict[str, Any], document: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from differences(one, schema["items"], document, f"{at}[]")
    elif isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        yield from (f"{at}: {name}" for name in set(value) ^ set(known))
        for name in set(value) & set(known):
            yield from differences(value[name], known[name], document, f"{at}.{name}")
