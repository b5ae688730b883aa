"""What comes in: small JSON objects whose every field is known; what goes out: money and moments.

``Money`` is ``{"amount": "15.00", "currency": "USD"}``, percentages are texts like ``"75"``,
moments are UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

from fairgate import clock
from fairgate.errors import FairgateError
from fairgate.money import Money
from fairgate.percent import Percent

MAX_BODY = 65_536
"""Bytes; the longest text that an API takes has 4,000 characters."""


class TooLarge(APIException):
    """More was sent than is taken."""

    status_code = 413
    default_code = "too_large"


class SmallJson(JSONParser):
    """JSON of at most ``MAX_BODY`` bytes, without a name that stands there twice."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The value.

        Raises:
            ParseError: it is too long, too deep, not UTF-8, or not JSON.
        """
        body = stream.read(MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise ParseError(f"The body has more than {MAX_BODY} bytes.")
        try:
            return _whole(
                json.loads(body.decode(), parse_constant=strict_constant, object_pairs_hook=_once)
            )
        except (ValueError, RecursionError) as fault:
            said = "it is nested too deeply" if isinstance(fault, RecursionError) else fault
            raise ParseError(f"The body is not JSON: {said}.") from None


def _whole(value: Any) -> Any:
    """The value, if no text in it has half a character, which an escape may name.

    Raises:
        ValueError: nothing that we keep or answer could hold it.
    """
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("half of a character stands there") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        said = twice.encode("ascii", "backslashreplace").decode()
        raise ValueError(f"“{said}” stands there twice")
    return found


class Body(serializers.Serializer):
    """A body, or a query, whose unknown fields are refused: a misspelt name is no silent default.

    ``also`` in its context are names that somebody else reads.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            known = ", ".join((*self.fields, *self.context.get("also", ()))) or "none"
            said = f"This field is not known here; known are: {known}."
            raise serializers.ValidationError({name: [said] for name in unknown})
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A moment, shown in UTC whatever the site's zone is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


@extend_schema_field({
    "type": "string", "example": "2026-11-23T12:00:00Z",
})  # fmt: skip
class KnownAt(Moment):
    """A moment with its zone, or a UTC day, which stands for its end."""

    def to_internal_value(self, value: Any) -> Any:
        with suppress(ValueError):
            return clock.end_of(date.fromisoformat(value))
        return super().to_internal_value(value)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise serializers.ValidationError("A moment has a zone, like 2026-11-23T12:00:00Z.")
        zoned: datetime = super().enforce_timezone(value)
        return zoned


@extend_schema_field({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,2})?$"})
class Share(serializers.Field):
    """A ``Percent`` as text without its sign: ``"12.5"``."""

    def to_representation(self, value: Percent) -> str:
        return value.plain

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError('A percentage is a text, like "12.5".')
        try:
            return Percent(data)
        except FairgateError as fault:
            raise serializers.ValidationError(str(fault)) from None


class OneOf(serializers.ChoiceField):
    """A member of an enumeration of ours; the description has a component of the same name."""

    def __init__(self, kind: type[StrEnum], **about: Any) -> None:
        self.kind = kind
        super().__init__(choices=[one.value for one in kind], **about)

    def to_internal_value(self, data: Any) -> Any:
        return self.kind(super().to_internal_value(data))


class DescribedOneOf(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """One component per enumeration, whatever the fields are called that have it."""

    target_class = OneOf

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A reference to the component."""
        kind = self.target.kind
        part: Any = ResolvedComponent
        component = part(
            name=kind.__name__,
            type=part.SCHEMA,
            object=kind.__name__,
            schema={"type": "string", "enum": [one.value for one in kind]},
        )
        auto_schema.registry.register_on_missing(component)
        return dict(component.ref)


class Exact(serializers.CharField):
    """A number as a text: a JSON number is a binary fraction to many readers, and is refused."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "number": _("This is a text, in quotation marks: a JSON number is not exact."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("number")
        told: str = super().to_internal_value(data)
        return told


class Amount(Body):
    """``Money``; an amount is a text, as a JSON number is a binary fraction to many readers."""

    amount = Exact(max_length=30, help_text="Like 15.00, in units of the currency.")
    currency = serializers.CharField(max_length=3, help_text="ISO 4217, like USD.")

    def to_representation(self, instance: Money) -> dict[str, str]:
        return {"amount": f"{instance.amount:f}", "currency": instance.currency}

    def to_internal_value(self, data: Any) -> Any:
        given = super().to_internal_value(data)
        try:
            return Money(given["amount"], given["currency"])
        except FairgateError as fault:
            raise serializers.ValidationError(str(fault)) from None
