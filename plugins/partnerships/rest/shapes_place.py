"""What partners' people and colleagues send and are told, field by field."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from fairgate_rest.uploads import Paper
from partnerships import rules
from partnerships.data import (
    LANGUAGES,
    Background,
    BrandState,
    ContributionKind,
    Direction,
    Kind,
    Means,
    Obstacle,
    PromiseState,
    PromotionPlace,
    PromotionState,
    Role,
    Side,
    Standing,
)
from partnerships.rest.shapes import Line

_LONGEST = 500


# --- Answers --------------------------------------------------------------------------------------


class PartnerShape(serializers.Serializer):
    """What everybody may know of a partner."""

    code = serializers.CharField()
    name = serializers.CharField(source="display_name")
    legal_name = serializers.CharField()
    kind = OneOf(Kind)
    kind_label = serializers.CharField()
    url = serializers.CharField(help_text="Its own site; may be empty.")


class SignatureShape(serializers.Serializer):
    """A name under a text."""

    side = OneOf(Side)
    signed_by = serializers.CharField()
    signed_at = Moment()
    means = OneOf(Means)
    checksum = serializers.CharField(help_text="Of the text that was signed.")


class ObstacleShape(serializers.Serializer):
    """Why a version is not in force."""

    code = OneOf(Obstacle)
    said = serializers.CharField(help_text="The same as a sentence, in the caller's language.")


class VersionShape(serializers.Serializer):
    """A version of an agreement as it stands at the moment of asking."""

    uuid = serializers.UUIDField()
    agreement = serializers.CharField()
    version = serializers.IntegerField()
    partner = serializers.CharField()
    standing = OneOf(Standing)
    is_in_force = serializers.BooleanField()
    obstacles = ObstacleShape(many=True)
    valid_from = serializers.DateField(help_text="A UTC day.")
    last_day = serializers.DateField(allow_null=True, help_text="Null is open-ended.")
    courses = serializers.ListField(child=serializers.CharField())
    goals = serializers.ListField(child=serializers.CharField())
    signatures = SignatureShape(many=True)
    checksum = serializers.CharField(help_text="The SHA-256 of the agreed text.")


class FollowsShape(serializers.Serializer):
    """The version that a version amends or renews, and why."""

    version = serializers.IntegerField()
    amendment = serializers.IntegerField(
        allow_null=True, help_text="Its number within the agreement; null is a renewal."
    )
    reason = serializers.CharField()


class RoleShape(serializers.Serializer):
    """What a partner is on the courses of a version."""

    partner = serializers.CharField()
    name = serializers.CharField()
    role = OneOf(Role)
    role_label = serializers.CharField()


class PartShape(serializers.Serializer):
    """A party's part of the net receipts: ``weight`` of the sum of all weights."""

    party = serializers.CharField()
    weight = serializers.IntegerField()


class WholeVersionShape(VersionShape):
    """The same with the text that is agreed to, and all that it says."""

    agreed_text = serializers.CharField()
    valid_until = serializers.DateField(allow_null=True, help_text="As it was agreed.")
    ended_on = serializers.DateField(
        allow_null=True, help_text="The last day of an early end that two people have decided."
    )
    follows = FollowsShape(allow_null=True)
    roles = RoleShape(many=True)
    parts = PartShape(many=True, help_text="Empty where no revenue is shared.")


class EvidenceShape(serializers.Serializer):
    """What a record rests on."""

    reference = serializers.CharField()
    file = serializers.UUIDField(allow_null=True)


class DueShape(serializers.Serializer):
    """One date of an obligation."""

    due = serializers.DateField()
    state = OneOf(PromiseState)
    fulfilled_on = serializers.DateField(allow_null=True)
    evidence = EvidenceShape(allow_null=True)
    record = serializers.UUIDField(allow_null=True)


class ObligationShape(serializers.Serializer):
    """What one side does."""

    code = serializers.CharField(source="obligation.code")
    side = OneOf(Side, source="obligation.side")
    text = serializers.CharField(source="obligation.text")
    every_months = serializers.IntegerField(source="obligation.every_months", allow_null=True)
    due_dates = DueShape(many=True)


class DeliveryShape(serializers.Serializer):
    """Something that was given; it counts once a second person has accepted it."""

    record = serializers.UUIDField()
    delivered_on = serializers.DateField()
    amount = Amount()
    evidence = EvidenceShape()
    recorded_at = Moment()
    is_accepted = serializers.BooleanField()
    is_refused = serializers.BooleanField()
    counts = serializers.BooleanField()
    replaces = serializers.UUIDField(allow_null=True)


class ContributionShape(serializers.Serializer):
    """What a party gives."""

    code = serializers.CharField(source="contribution.code")
    party = serializers.CharField(source="contribution.party")
    kind = OneOf(ContributionKind, source="contribution.kind")
    text = serializers.CharField(source="contribution.text")
    valuation = serializers.CharField(source="contribution.valuation")
    due = serializers.DateField(source="contribution.due")
    promised = Amount(source="contribution.promised")
    delivered = Amount()
    state = OneOf(PromiseState)
    deliveries = DeliveryShape(many=True)


class ActualShape(serializers.Serializer):
    """A value that was reported."""

    record = serializers.UUIDField()
    on = serializers.DateField()
    value = serializers.DecimalField(max_digits=18, decimal_places=4)
    source = serializers.CharField()
    replaces = serializers.UUIDField(allow_null=True)


class OutcomeShape(serializers.Serializer):
    """A number that is to be reached."""

    code = serializers.CharField(source="outcome.code")
    indicator = serializers.CharField(source="outcome.indicator")
    unit = serializers.CharField(source="outcome.unit")
    direction = OneOf(Direction, source="outcome.direction")
    baseline = serializers.DecimalField(source="outcome.baseline", max_digits=18, decimal_places=4)
    target = serializers.DecimalField(source="outcome.target", max_digits=18, decimal_places=4)
    due = serializers.DateField(source="outcome.due")
    state = OneOf(PromiseState)
    actuals = ActualShape(many=True)


class PromisesShape(serializers.Serializer):
    """What was promised in a version, and what came of it."""

    version = serializers.UUIDField()
    obligations = ObligationShape(many=True)
    contributions = ContributionShape(many=True)
    outcomes = OutcomeShape(many=True)


class RecordShape(serializers.Serializer):
    """The key of a record."""

    record = serializers.UUIDField()


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class TextsShape(serializers.Field):
    """Texts by language."""

    def to_representation(self, value: Any) -> dict[str, str]:
        return dict(value)


class PictureVersionShape(serializers.Serializer):
    """One version of a partner's picture."""

    uuid = serializers.UUIDField()
    partner = serializers.CharField()
    background = OneOf(Background)
    number = serializers.IntegerField()
    state = OneOf(BrandState)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    seen = TextsShape(source="alternatives", help_text="What is seen, by language.")
    usage_rules = TextsShape(help_text="What the partner asks of its use, by language.")
    uploaded_sha256 = serializers.CharField()
    sha256 = serializers.CharField()
    uploaded_at = Moment()
    decided_at = Moment(allow_null=True)
    sentence = serializers.CharField()
    withdrawn_at = Moment(allow_null=True)
    reason = serializers.CharField()


class PromotionShape(serializers.Serializer):
    """A promotion that was proposed, and what became of it."""

    uuid = serializers.UUIDField()
    partner = serializers.CharField()
    agreement = serializers.CharField()
    version = serializers.IntegerField()
    state = OneOf(PromotionState)
    place = OneOf(PromotionPlace, source="promotion.place")
    course = serializers.CharField(source="promotion.course")
    language = serializers.CharField(source="promotion.language")
    text = serializers.CharField(source="promotion.text")
    url = serializers.CharField(source="promotion.url")
    first_day = serializers.DateField(source="promotion.first_day")
    last_day = serializers.DateField(source="promotion.last_day")
    proposed_at = Moment()
    decided_at = Moment(allow_null=True)
    sentence = serializers.CharField()
    withdrawn_at = Moment(allow_null=True)
    reason = serializers.CharField()


# --- Bodies ---------------------------------------------------------------------------------------


class NothingBody(Body):
    """An empty object."""


class PartnerQuery(Body):
    """Of which partner; without it, of all that the caller may see."""

    partner = serializers.CharField(max_length=32, required=False)


class ReasonBody(Body):
    """Why, in a sentence that is kept."""

    reason = Line(max_length=255)


class SentenceBody(Body):
    """What the partner is told."""

    sentence = serializers.CharField(max_length=_LONGEST, required=False, default="")


class WithdrawalBody(Body):
    """Why it is withdrawn."""

    reason = serializers.CharField(max_length=_LONGEST)


class ConsentBody(Body):
    """Under which text: the checksum of what was read."""

    checksum = serializers.RegexField("^[0-9a-f]{64}$")


class SignBody(Body):
    """Who has signed on paper, for which side."""

    side = OneOf(Side)
    signed_by = Line(max_length=150)


class RecordForm(Body):
    """What every record with a file says."""

    code = serializers.CharField(max_length=64, help_text="Of the promise.")
    evidence = serializers.CharField(max_length=_LONGEST, help_text="On one line.")
    file = Paper(required=False, default=None, help_text="A PDF, a PNG or a JPEG.")
    replaces = serializers.UUIDField(required=False, default=None, help_text="Of a correction.")


class FulfilmentForm(RecordForm):
    """An obligation that was met on one of its dates."""

    due = serializers.DateField()
    fulfilled_on = serializers.DateField()
    is_met = serializers.BooleanField(required=False, default=True)


class DeliveryForm(RecordForm):
    """Something that was given."""

    amount = serializers.CharField(max_length=30, help_text="Like 15.00.")
    currency = serializers.CharField(max_length=3, help_text="ISO 4217, as it was agreed.")
    delivered_on = serializers.DateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Amount and currency as one value."""
        given = {"amount": attrs.pop("amount"), "currency": attrs.pop("currency")}
        try:
            money = Amount().run_validation(given)
        except serializers.ValidationError as fault:
            raise serializers.ValidationError({"amount": fault.detail}) from None
        return attrs | {"amount": money}


class ActualBody(Body):
    """A value of an expected outcome."""

    code = serializers.CharField(max_length=64)
    on = serializers.DateField()
    value = serializers.DecimalField(max_digits=18, decimal_places=4)
    source = serializers.CharField(max_length=_LONGEST)
    replaces = serializers.UUIDField(required=False, default=None)


class PictureForm(Body):
    """A picture with what is seen on it, in one language at least."""

    background = OneOf(Background)
    file = Paper(help_text="An SVG or a PNG.")

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for code in LANGUAGES:
            fields[f"seen_{code}"] = serializers.CharField(
                max_length=rules.LONGEST_ALTERNATIVE, required=False
            )
            fields[f"use_{code}"] = serializers.CharField(
                max_length=rules.LONGEST_RULES, required=False
            )
        return fields


class ProposalBody(Body):
    """A line with a link; ``course`` is empty for the list of courses."""

    agreement = serializers.UUIDField(help_text="The uuid of a version that is in force.")
    place = OneOf(PromotionPlace)
    course = serializers.CharField(max_length=255, allow_blank=True, required=False, default="")
    language = serializers.CharField(max_length=12)
    text = serializers.CharField(max_length=rules.LONGEST_PROMOTION)
    url = serializers.CharField(max_length=rules.LONGEST_ADDRESS)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
