"""Holds a request against the types that the SDK ships for every call.

Those types are generated from Stripe's own description of its API, one ``TypedDict`` per call, so
they know every parameter, what has to be there, and every value of a choice. The errors are those
of docs.stripe.com/error-codes: parameter_unknown, parameter_missing, parameter_invalid_integer,
parameter_invalid_empty.

The SDK writes a choice as ``Literal[...] | str``, open for values of later versions. Stripe refuses
other values, and so does this.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import stripe
from typing_extensions import is_typeddict

from stripe_peer.refusals import Refusal, not_modelled

# What a call of the SDK takes beside its parameters, and sends as headers.
_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,12})?")
# docs.stripe.com/changelog/endive/2026-09-30/removes-the-payment-method-types-parameter-from-…
_REMOVED = {"payment_method_types": "payment_method_types_no_longer_supported"}
_BOOLEANS = {"true": True, "false": False}


def check(shape: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a call, with integers, booleans, numbers and lists in place of texts.

    Args:
        shape: the ``TypedDict`` of the call, for example ``stripe.params.RefundCreateParams``.
        given: what ``encoding.decode`` read.

    Raises:
        Refusal: Stripe would refuse it; ``param`` is the name of the parameter.
    """
    return _read_object(shape, given, "")


def check_modelled(values: Mapping[str, Any], modelled: frozenset[str]) -> None:
    """Refuse what Stripe would take and the peer would have to ignore.

    Args:
        values: what ``check`` gave.
        modelled: names such as ``line_items.quantity``; a name stands for all below it.

    Raises:
        Refusal: 501.
    """
    for leaf in leaves(values):
        steps = leaf.split(".")
        if not any(".".join(steps[:length]) in modelled for length in range(1, len(steps) + 1)):
            raise not_modelled(f"the parameter {leaf}")


def leaves(values: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """The names of all values, without places in lists: ``line_items.price_data.currency``."""
    for name, value in values.items():
        inner = f"{path}.{name}" if path else name
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and item:
                yield from leaves(item, inner)
            else:
                yield inner


@cache
def fields_of(shape: Any) -> dict[str, Any]:
    """The parameters of a call and their types, without the options of the SDK."""
    own = {name: kind for name, kind in shape.__annotations__.items() if name not in _OPTIONS}
    # A class of its own, because the options name types that the SDK imports for checkers only.
    holder = type("Own", (), {"__annotations__": own, "__module__": shape.__module__})
    return typing.get_type_hints(holder)


def _read_object(shape: Any, given: Mapping[str, Any], path: str) -> dict[str, Any]:
    fields = fields_of(shape)
    for name in given:
        if name not in fields:
            raise _unknown(_inside(path, name))
    for name in sorted(shape.__required_keys__ & set(fields)):
        if name not in given:
            gone = _inside(path, name)
            raise Refusal(f"Missing required param: {gone}.", code="parameter_missing", param=gone)
    return {name: _read(fields[name], value, _inside(path, name)) for name, value in given.items()}


def _unknown(name: str) -> Refusal:
    code = _REMOVED.get(name, "parameter_unknown")
    return Refusal(f"Received unknown parameter: {name}", code=code, param=name)


def _inside(path: str, name: object) -> str:
    return f"{path}[{name}]" if path else str(name)


def _read(kind: Any, value: Any, path: str) -> Any:
    options = _options(kind)
    if isinstance(value, Mapping):
        return _read_container(options, value, path)
    return _read_text(options, value, path)


def _options(kind: Any) -> list[Any]:
    """The types that a value may have."""
    return list(get_args(kind)) if get_origin(kind) in {Union, types.UnionType} else [kind]


def _read_container(options: list[Any], value: Mapping[str, Any], path: str) -> Any:
    for one in options:
        if is_typeddict(one):
            return _read_object(one, value, path)
        if get_origin(one) is dict:
            inner = get_args(one)[1]
            return {key: _read(inner, item, _inside(path, key)) for key, item in value.items()}
        if get_origin(one) is list:
            return _read_list(get_args(one)[0], value, path)
    raise Refusal(f"Invalid string: {path}", param=path)


def _read_list(inner: Any, value: Mapping[str, Any], path: str) -> list[Any]:
    if sorted(value) != sorted(str(place) for place in range(len(value))):
        raise Refusal("Invalid array", param=path)
    return [_read(inner, value[str(place)], _inside(path, place)) for place in range(len(value))]


def _read_text(options: list[Any], value: str, path: str) -> Any:
    choices = [choice for one in options if get_origin(one) is Literal for choice in get_args(one)]
    if value in choices:
        return value
    if value == "":
        raise Refusal(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset. You should remove '{path}' from "
            "your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=path,
        )
    for one in options:
        if one in _SCALARS:
            pattern, convert = _SCALARS[one]
            if pattern.fullmatch(value):
                return convert(value)
    named = [choice for choice in choices if choice]
    if str in options and not named:
        return value
    raise _no_such_value(options, named, value, path)


_SCALARS: dict[Any, tuple[re.Pattern[str], Any]] = {
    int: (_INTEGER, int),
    float: (_NUMBER, float),
    Decimal: (_NUMBER, Decimal),
    bool: (re.compile("true|false"), _BOOLEANS.__getitem__),
}


def _no_such_value(options: list[Any], named: list[str], value: str, path: str) -> Refusal:
    if named:
        listed = f"{', '.join(named[:-1])}, or {named[-1]}" if len(named) > 1 else named[0]
        return Refusal(f"Invalid {path}: must be one of {listed}", param=path)
    if int in options:
        return Refusal(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
    if bool in options:
        return Refusal(f"Invalid boolean: {value}", param=path)
    if float in options or Decimal in options:
        return Refusal(f"Invalid decimal: {value}", param=path)
    is_list = any(get_origin(one) is list for one in options)
    return Refusal("Invalid array" if is_list else "Invalid object", param=path)
