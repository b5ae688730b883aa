"""Months, statements and balances: what comes in and goes out, field by field."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairgate.money import currencies
from fairgate.readable import is_readable
from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from revenue_share.data import Account, EventKind, Part, StatementState

MAX_PARTY = 64
_WEIGHT = (
    "The party's share of the base is weight / weights, in lowest terms; null where no terms "
    "say one."
)
MAX_REASON = 255


class Line(serializers.CharField):
    """A text that people can read whole: nothing in it controls something or breaks the line."""

    default_error_messages = {"unreadable": _("There are control characters in the text.")}

    def to_internal_value(self, data: Any) -> str:
        told: str = super().to_internal_value(data)
        if not is_readable(told):
            self.fail("unreadable")
        return told


class CurrencyCode(serializers.CharField):
    """A code of ISO 4217 as it is written, in capitals: ``usd`` is none, here as everywhere."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unknown": _("“%(code)s” is no currency code of ISO 4217, in capitals, like USD."),
    }

    def __init__(self, **about: Any) -> None:
        super().__init__(max_length=3, **about)

    def to_internal_value(self, data: Any) -> str:
        told: str = super().to_internal_value(data)
        if told not in currencies():
            raise serializers.ValidationError(
                self.error_messages["unknown"] % {"code": told[:10]}, code="unknown"
            )
        return told


class NothingBody(Body):
    """An empty object."""


class ReasonBody(Body):
    """Why, in a sentence that is kept."""

    reason = Line(max_length=MAX_REASON)


class CurrencyQuery(Body):
    """In which currency; without it, in all of them."""

    currency = CurrencyCode(required=False)


class BalancesQuery(CurrencyQuery):
    """Of which account; without it, of all of them."""

    account = OneOf(Account, required=False)


class StatementsQuery(CurrencyQuery):
    """Of which party and month; without them, of all that the caller may see."""

    party = serializers.CharField(max_length=MAX_PARTY, required=False)
    period = serializers.CharField(max_length=7, required=False, help_text="Like 2026-10.")


# --- Months ---------------------------------------------------------------------------------------


class PeriodShape(serializers.Serializer):
    """A month (UTC) that was closed, or is open and has something on it."""

    period = serializers.CharField(help_text="Like 2026-10.")
    is_closed = serializers.BooleanField()
    closed_at = Moment(allow_null=True)
    closed_by = serializers.CharField(help_text="A user name; empty while it is open.")
    statements = serializers.IntegerField(help_text="How many were frozen.")


class NextPeriodShape(serializers.Serializer):
    """The month to close next: the first open one with anything on it, else this month."""

    period = serializers.CharField()


class BalanceShape(serializers.Serializer):
    """What is on an account: debits less credits, so what we owe is below zero."""

    account = OneOf(Account)
    party = serializers.CharField(help_text="Empty where the account is nobody's.")
    amount = Amount()


# --- Statements -----------------------------------------------------------------------------------


class StatementLineOfList(serializers.Serializer):
    """A statement in a list. A draft has no number yet."""

    party = serializers.CharField()
    period = serializers.CharField()
    currency = serializers.CharField()
    state = OneOf(StatementState)
    number = serializers.IntegerField(allow_null=True)
    label = serializers.CharField(help_text="The number as it is printed; empty of a draft.")
    payable = Amount()
    closing = Amount(help_text="What the next one opens with.")


class PartShape(serializers.Serializer):
    """The sum of the lines of one part."""

    part = OneOf(Part)
    amount = Amount()


class StatementShape(StatementLineOfList):
    """A statement: opening + month = payable + closing. ``sha256`` is that of its document."""

    legal_name = serializers.CharField(
        help_text="The party’s, on the day of the close; of a draft that of now."
    )
    issued_by = serializers.CharField(help_text="Under whose legal name it is issued.")
    opening = Amount()
    month = Amount(source="subtotal", help_text="The sum of its lines.")
    minimum_payout = Amount(allow_null=True)
    parts = PartShape(many=True)
    lines = serializers.IntegerField(help_text="How many there are.")
    closed_at = Moment(allow_null=True)
    sha256 = serializers.CharField(help_text="Empty of a draft.")


class StatementLineShape(serializers.Serializer):
    """What the party got by one part, of one course under one version, of the sales of a month."""

    number = serializers.IntegerField(help_text="From 1 on; names the line.")
    part = OneOf(Part)
    period = serializers.CharField(help_text="The month of the sales.")
    course = serializers.CharField(source="course_key")
    offering = serializers.CharField(source="offering_code")
    agreement = serializers.CharField()
    version = serializers.IntegerField()
    events = serializers.IntegerField(help_text="How many events it is the sum of.")
    base = Amount(help_text="What was shared.")
    weight = serializers.IntegerField(allow_null=True, help_text=_WEIGHT)
    weights = serializers.IntegerField(allow_null=True)
    amount = Amount(help_text="The party's part of it.")


class EventShape(serializers.Serializer):
    """One event's effect on the party."""

    place = serializers.IntegerField(help_text="The cursor.")
    event = serializers.UUIDField()
    kind = OneOf(EventKind)
    part = OneOf(Part)
    sale = serializers.UUIDField(help_text="The event of the sale that it is about.")
    occurred_at = Moment()
    period = serializers.CharField(help_text="The month of the sale.")
    course = serializers.CharField(source="course_key")
    offering = serializers.CharField(source="offering_code")
    agreement = serializers.CharField()
    version = serializers.IntegerField()
    gross = Amount(allow_null=True, help_text="What was paid; below zero what went back.")
    tax = Amount(allow_null=True, help_text="Below zero where it comes off.")
    fee = Amount(allow_null=True, help_text="The processor's; below zero where it comes off.")
    base = Amount()
    weight = serializers.IntegerField(allow_null=True, help_text=_WEIGHT)
    weights = serializers.IntegerField(allow_null=True)
    amount = Amount()
