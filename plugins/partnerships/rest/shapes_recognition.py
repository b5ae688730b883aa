"""Tiers and awards, field by field."""

from __future__ import annotations

from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from partnerships.data import AwardState, Emblem, SchemeState
from partnerships.rest.shapes import Line
from partnerships.rest.shapes_place import TextsShape


class TierShape(serializers.Serializer):
    """A level of recognition."""

    uuid = serializers.UUIDField()
    code = serializers.CharField()
    threshold = Amount(help_text="Deliveries worth as much, or more, reach it.")
    emblem = OneOf(Emblem)
    names = TextsShape(help_text="By language, English always among them.")
    descriptions = TextsShape(help_text="By language; may be empty.")
    criteria = serializers.CharField(help_text="What it takes, in the language of the request.")


class RateShape(serializers.Serializer):
    """What one unit of another currency counts."""

    currency = serializers.CharField()
    rate = serializers.DecimalField(max_digits=18, decimal_places=8)


class SchemeShape(serializers.Serializer):
    """The tiers of a period, the lowest first."""

    uuid = serializers.UUIDField()
    state = OneOf(SchemeState)
    currency = serializers.CharField()
    in_kind_percent = serializers.IntegerField(help_text="How much of the worth of things counts.")
    rates = RateShape(many=True)
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    tiers = TierShape(many=True)


class SchemeBody(Body):
    """Tiers as a text (fairgate-tiers/1), and why."""

    text = serializers.CharField(max_length=20_000, trim_whitespace=False)
    reason = Line(max_length=255)


class AwardShape(serializers.Serializer):
    """A tier that a partner was proposed for, and what became of it."""

    uuid = serializers.UUIDField()
    partner = serializers.CharField()
    partner_name = serializers.CharField()
    state = OneOf(AwardState)
    counts = serializers.BooleanField(
        help_text="It is in force, and the partner's due diligence holds."
    )
    scheme = serializers.UUIDField()
    tier = serializers.CharField(source="tier.code")
    tier_uuid = serializers.UUIDField()
    emblem = OneOf(Emblem, source="tier.emblem")
    names = TextsShape(source="tier.names", help_text="Of the tier, by language.")
    worth = Amount(help_text="Of what was delivered from since to until, as known at counted_at.")
    since = serializers.DateField()
    until = serializers.DateField()
    counted_at = Moment()
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    revoked_at = Moment(allow_null=True)
    checksum = serializers.CharField(help_text="The SHA-256 of what it was computed from.")


class AwardBody(Body):
    """From which deliveries a tier is computed, and how long it recognises (UTC days, inclusive).

    Which tier it is follows from what was delivered.
    """

    since = serializers.DateField()
    until = serializers.DateField(help_text="Not after today.")
    valid_from = serializers.DateField()
    valid_until = serializers.DateField()
    reason = Line(max_length=255)


class ReachedQuery(Body):
    """From which day to which (UTC, inclusive)."""

    since = serializers.DateField()
    until = serializers.DateField()


class ReachedShape(serializers.Serializer):
    """What deliveries of some days are worth, and the tier that they reach."""

    worth = Amount()
    tier = serializers.CharField(allow_null=True, help_text="Its code; null if none is reached.")
    uncounted = serializers.ListField(
        child=serializers.CharField(), help_text="Currencies that the scheme has no rate for."
    )
