"""What one person asks for and another decides about: adjustments, accounts, rates, payouts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, Exact, Moment, OneOf
from fairgate_rest.uploads import Paper
from revenue_share import wording
from revenue_share.data import (
    BASES,
    AcceptedAs,
    EntryFault,
    PayoutState,
    RateSource,
    StepState,
)
from revenue_share.rest.shapes import MAX_PARTY, MAX_REASON, CurrencyCode, Line
from revenue_share.rest.views_base import BIGGEST
from revenue_share.wording_refusals import in_words

MOST_PARTIES = 100
MOST_STATEMENTS = 500
_PATTERN = r"^[0-9]{1,10}(\.[0-9]{1,8})?$"


class StateQuery(Body):
    """Where it stands; without it, all of them."""

    state = OneOf(StepState, required=False)


class StepShape(serializers.Serializer):
    """Who has asked for something and why, and what came of it. People are numbers of users."""

    uuid = serializers.UUIDField()
    state = OneOf(StepState)
    reason = serializers.CharField()
    asked_by = serializers.IntegerField()
    asked_at = Moment()
    decided_by = serializers.IntegerField(allow_null=True)
    decided_at = Moment(allow_null=True)
    because = serializers.CharField(help_text="Why it was refused.")


# --- Adjustments ----------------------------------------------------------------------------------


class MovedBody(Body):
    """What a party gets, or below zero gives; an empty party is what is not allocated."""

    party = serializers.CharField(max_length=MAX_PARTY, allow_blank=True)
    amount = Amount()


class AdjustmentBody(Body):
    """What is moved in an open month: all amounts together are zero, no party is there twice."""

    period = serializers.CharField(max_length=7, help_text="Like 2026-10.")
    reason = Line(max_length=MAX_REASON)
    amounts = MovedBody(many=True, allow_empty=False, max_length=MOST_PARTIES)

    def validate_amounts(self, told: list[dict[str, Any]]) -> dict[str, Any]:
        """What each party gets."""
        amounts = {one["party"]: one["amount"] for one in told}
        if len(amounts) != len(told):
            raise serializers.ValidationError("A party stands there twice.")
        return amounts


class MovedShape(serializers.Serializer):
    """What a party gets, or below zero gives; an empty party is what is not allocated."""

    party = serializers.CharField()
    amount = Amount()


class AdjustmentShape(StepShape):
    """What is moved by hand, once a second person has confirmed it."""

    period = serializers.CharField()
    currency = serializers.CharField()
    amounts = MovedShape(many=True)


# --- Remittances ----------------------------------------------------------------------------------


class RemittancesQuery(StateQuery):
    """Of which party; without it, of all of them."""

    party = serializers.CharField(max_length=MAX_PARTY, required=False)


class RemittanceBody(Body):
    """What a party paid over, or below zero was given back, as the bank's statement shows it."""

    party = serializers.CharField(max_length=MAX_PARTY)
    amount = Amount()
    booked_on = serializers.DateField(help_text="The bank's booking date.")
    reference = Line(max_length=35, help_text="The bank's; with a currency it counts once.")
    reason = Line(max_length=MAX_REASON)


class RemittanceShape(StepShape):
    """What a party paid over; it counts once a second person has confirmed it."""

    party = serializers.CharField()
    amount = Amount()
    booked_on = serializers.DateField()
    reference = serializers.CharField()


# --- Accounts -------------------------------------------------------------------------------------


class AccountsQuery(StateQuery):
    """Of which party; without it, of all of them."""

    party = serializers.CharField(max_length=MAX_PARTY, required=False)


class AccountEndBody(Body):
    """A party that is paid to no account in this currency any more, and why."""

    party = serializers.CharField(max_length=MAX_PARTY)
    currency = CurrencyCode()
    reason = Line(max_length=MAX_REASON)


class AccountBody(AccountEndBody):
    """The account that a party is paid to in a currency, and who says so.

    With an IBAN the BIC may be left out; without one (`is_iban` false) it is needed.
    """

    holder = serializers.CharField(max_length=140, write_only=True)
    number = serializers.CharField(max_length=50, write_only=True)
    bic = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")
    is_iban = serializers.BooleanField(default=True)


class AccountShape(StepShape):
    """An account that a party is asked to be paid to, or that it is paid to none any more."""

    party = serializers.CharField()
    currency = serializers.CharField()
    account = serializers.CharField(help_text="Masked; the file for the bank alone has it whole.")
    is_end = serializers.BooleanField(help_text="It is asked that the party has none any more.")
    counts = serializers.BooleanField(help_text="The party is paid to it now.")


class AccountDetailsShape(serializers.Serializer):
    """An account whole, to be compared with the form that the party has signed."""

    holder = serializers.CharField()
    number = serializers.CharField()
    is_iban = serializers.BooleanField()
    bic = serializers.CharField()


class OneAccountShape(AccountShape):
    """One account; whole for the second person, who may confirm it, and while it waits."""

    details = serializers.SerializerMethodField()

    @extend_schema_field(AccountDetailsShape(allow_null=True))
    def get_details(self, _one: Any) -> Any:
        """What the view has opened for who asks; nothing for anybody else."""
        opened = self.context.get("details")
        return None if opened is None else AccountDetailsShape(opened).data


# --- Rates ----------------------------------------------------------------------------------------


class RatesQuery(Body):
    """Of which two currencies; without them, of all of them."""

    base = CurrencyCode(required=False)
    currency = CurrencyCode(required=False)


@extend_schema_field({"type": "string", "pattern": _PATTERN, "example": "0.865"})
class Plain(Exact):
    """A rate, as a text without needless zeros: ``"0.865"``."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "rate": _("A rate is written like 0.865, with at most 8 decimals."),
    }

    def to_internal_value(self, data: Any) -> Any:
        told = super().to_internal_value(data)
        # Decimal() would read "1e3", "NaN" and digits of other scripts, too.
        if not re.fullmatch(_PATTERN, told):
            self.fail("rate")
        return Decimal(told)

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


class RateShape(serializers.Serializer):
    """One `base` is `rate` units of `currency`, from a UTC day on until a newer one."""

    id = serializers.IntegerField()
    source = OneOf(RateSource)
    base = serializers.CharField()
    currency = serializers.CharField()
    rate = Plain()
    effective_on = serializers.DateField()
    recorded_at = Moment()


class RateBody(Body):
    """A rate that nobody publishes, and where it is from."""

    base = serializers.ChoiceField(choices=list(BASES.values()))
    currency = CurrencyCode()
    rate = Plain()
    effective_on = serializers.DateField()
    reason = Line(max_length=MAX_REASON)


class RateProposalShape(StepShape):
    """A rate that counts once a second person has confirmed it."""

    base = serializers.CharField()
    currency = serializers.CharField()
    rate = Plain()
    effective_on = serializers.DateField()


class RateFileBody(Body):
    """A form: a file of rates as it was published, and by whom."""

    source = serializers.ChoiceField(choices=[source.value for source in BASES])
    file = Paper(allow_empty_file=True)


class LoadedRatesShape(serializers.Serializer):
    """What a file did; a correction counts from now on. `left_out` are no currencies of ours."""

    class CorrectionShape(serializers.Serializer):
        """A day's rate that has another value now."""

        currency = serializers.CharField()
        effective_on = serializers.DateField()
        before = Plain()
        now = Plain()

    source = OneOf(RateSource)
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    corrections = CorrectionShape(many=True)
    left_out = serializers.ListField(child=serializers.CharField())


# --- Payouts --------------------------------------------------------------------------------------


class ConversionShape(serializers.Serializer):
    """What arrives, and by which rates."""

    converted = Amount()
    rates = RateShape(many=True)


class RefusalShape(serializers.Serializer):
    """Why a statement cannot be paid now: a code for programs, a sentence for people."""

    code = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField()

    def get_code(self, error: Any) -> str:
        return type(error).__name__

    def get_detail(self, error: Any) -> str:
        return in_words(error)


class PayableShape(serializers.Serializer):
    """A frozen statement that is to be paid and is not, and how; or why it cannot be now."""

    number = serializers.IntegerField(help_text="Names the statement.")
    label = serializers.SerializerMethodField()
    party = serializers.CharField()
    period = serializers.CharField()
    amount = Amount()
    arrives = ConversionShape(source="conversion", allow_null=True)
    account = serializers.CharField(help_text="Masked; empty where there is none.")
    debit_currency = serializers.CharField(help_text="That of our account it is paid from.")
    refusal = RefusalShape(allow_null=True)

    def get_label(self, found: Any) -> str:
        return wording.label(found.number)


class EntryShape(serializers.Serializer):
    """What the bank has told of a payout; `waits` when somebody has asked to accept it."""

    id = serializers.IntegerField()
    booked_on = serializers.DateField()
    is_credit = serializers.BooleanField(help_text="It came in.")
    amount = Amount()
    fault = OneOf(EntryFault, allow_null=True)
    waits = serializers.BooleanField()


class PayoutShape(serializers.Serializer):
    """One payment of a statement; `charged` is what the bank has debited our account with."""

    uuid = serializers.UUIDField()
    number = serializers.IntegerField(help_text="Of the statement.")
    label = serializers.SerializerMethodField()
    party = serializers.CharField()
    period = serializers.CharField()
    state = OneOf(PayoutState)
    amount = Amount(source="conversion.amount")
    arrives = ConversionShape(source="conversion")
    account = serializers.CharField(help_text="Masked.")
    end_to_end_id = serializers.CharField()
    charged = Amount(allow_null=True)
    entries = EntryShape(many=True)

    def get_label(self, found: Any) -> str:
        return wording.label(found.number)


class BatchBody(Body):
    """Statements to be paid (their numbers), on which day, and why."""

    statements = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST),
        allow_empty=False,
        max_length=MOST_STATEMENTS,
    )
    execute_on = serializers.DateField(help_text="Today or one of the next 90 days (UTC).")
    reason = Line(max_length=MAX_REASON)


class BatchShape(serializers.Serializer):
    """Payouts that are proposed, approved and sent together. People are numbers of users."""

    uuid = serializers.UUIDField()
    message_id = serializers.CharField(help_text="By which the bank knows the file.")
    state = OneOf(StepState)
    execute_on = serializers.DateField()
    reason = serializers.CharField()
    asked_by = serializers.IntegerField()
    asked_at = Moment()
    confirmed_by = serializers.IntegerField(allow_null=True)
    confirmed_at = Moment(allow_null=True)
    because = serializers.CharField(source="refused_because", help_text="Why it was refused.")
    sha256 = serializers.CharField(help_text="Of the file for the bank; empty without one.")
    totals = Amount(many=True, help_text="What is sent, a sum for each currency.")
    payouts = PayoutShape(many=True)


class BankFileBody(Body):
    """A form: a file of a bank; of a CSV, which account of fee_payments it is of (its ``id``)."""

    file = Paper(allow_empty_file=True)
    account = serializers.IntegerField(
        min_value=1, max_value=BIGGEST, required=False, default=None, allow_null=True
    )


class RecordedShape(serializers.Serializer):
    """What a file of the bank did, in payouts; `faults` are sentences for a person to look at."""

    paid = serializers.IntegerField()
    returned = serializers.IntegerField()
    held = serializers.IntegerField()
    known = serializers.IntegerField()
    faults = serializers.ListField(child=serializers.CharField())


class DifferenceBody(Body):
    """What the entry is: the payment itself (or its return), or a fee beside it; and why."""

    accepted_as = OneOf(AcceptedAs)
    reason = Line(max_length=MAX_REASON)


class RejectionShape(serializers.Serializer):
    """A payout of which somebody says that the bank has not executed it, and will not."""

    uuid = serializers.UUIDField()
    end_to_end_id = serializers.CharField(source="name")
    number = serializers.IntegerField(help_text="Of the statement.")
    party = serializers.CharField()
    amount = Amount()
    reason = serializers.CharField()
    asked_by = serializers.IntegerField()


class DifferenceShape(serializers.Serializer):
    """A difference that somebody asks to accept, of the payout with this id of the bank's file."""

    uuid = serializers.UUIDField()
    end_to_end_id = serializers.CharField(source="name")
    accepted_as = OneOf(AcceptedAs)
    amount = Amount()
    is_credit = serializers.BooleanField(help_text="It came in.")
    reason = serializers.CharField()
    asked_by = serializers.IntegerField()


class AskedShape(serializers.Serializer):
    """The key of what was asked for."""

    uuid = serializers.UUIDField()
