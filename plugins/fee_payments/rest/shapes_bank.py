"""Bank statements, their lines and what they are matched with, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from fairgate_rest.uploads import Paper
from fee_payments.data.bank import BankLineSummary, MatchReason, MatchSummary, Proposal

MAX_TEXT = 255
BIGGEST = 2**63 - 1
MOST_PARTS = 50


class MatchShape(serializers.Serializer):
    """A part of a payment that pays a part of an invoice; ``by`` null: the rule matched it."""

    id = serializers.IntegerField()
    line = serializers.IntegerField()
    invoice = serializers.UUIDField(source="invoice_uuid")
    invoice_number = serializers.CharField()
    amount = Amount()
    booked_on = serializers.DateField()
    by = serializers.IntegerField(allow_null=True)
    at = Moment()


class AccountShape(serializers.Serializer):
    """An account of ours; ``has_csv``: its bank's CSV can be imported, with its ``id``."""

    id = serializers.IntegerField()
    prefix = serializers.CharField()
    number = serializers.CharField()
    currency = serializers.CharField()
    has_csv = serializers.BooleanField()


class StatementBody(Body):
    """A form: a file of a bank; of a CSV, which account it is of (its ``id``)."""

    file = Paper(allow_empty_file=True)
    account = serializers.IntegerField(
        min_value=1, max_value=BIGGEST, required=False, default=None, allow_null=True
    )


class ImportShape(serializers.Serializer):
    """An imported file: how many of its entries are new, and how many wait to be matched."""

    uuid = serializers.UUIDField()
    file_name = serializers.CharField()
    kind = serializers.CharField()
    imported_at = Moment()
    total = serializers.IntegerField()
    stored = serializers.IntegerField()
    new = serializers.IntegerField()
    waiting = serializers.IntegerField()
    is_whole = serializers.BooleanField()


class AppliedShape(serializers.Serializer):
    """What became of the lines; ``left`` ones are for a person, ``waiting`` were not looked at."""

    matched = serializers.IntegerField()
    left = serializers.IntegerField()
    taken_back = serializers.IntegerField()
    waiting = serializers.IntegerField()


class LinesQuery(Body):
    """Which payments: of an account, of a kind, with a text in what the payer wrote."""

    account = serializers.IntegerField(min_value=1, max_value=BIGGEST, required=False)
    kind = serializers.ChoiceField(choices=["overpaid", "reversal"], required=False)
    text = serializers.CharField(max_length=100, required=False)


class PartShape(serializers.Serializer):
    """An invoice that a payment may be for, and how much of it."""

    invoice = serializers.UUIDField()
    invoice_number = serializers.CharField()
    buyer = serializers.CharField()
    missing = Amount()
    amount = Amount()


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with its proposal, and a name of what was shown."""

    line: BankLineSummary
    proposal: Proposal
    shown: str
    matches: tuple[MatchSummary, ...] = ()

    @property
    def parts(self) -> list[dict[str, object]]:
        """What is proposed, in turn."""
        return [
            {
                "invoice": one.invoice_uuid, "invoice_number": one.number,
                "buyer": one.buyer_name, "missing": one.missing, "amount": amount,
            }
            for one, amount in self.proposal.parts
        ]  # fmt: skip


class LineShape(serializers.Serializer):
    """A payment on an account, and what is proposed for it; its texts are the payer's.

    ``rest`` belongs to nobody yet. ``shown`` names the proposal, for who accepts it.
    """

    id = serializers.IntegerField(source="line.id")
    account = serializers.CharField(source="line.account")
    booked_on = serializers.DateField(source="line.booked_on")
    amount = Amount(source="line.amount")
    rest = Amount(source="line.rest")
    is_credit = serializers.BooleanField(source="line.is_credit")
    is_reversal = serializers.BooleanField(source="line.is_reversal")
    is_taken_back = serializers.BooleanField(source="line.is_taken_back")
    payer_name = serializers.CharField(source="line.payer_name")
    payer_account = serializers.CharField(source="line.payer_account")
    remittance = serializers.CharField(source="line.remittance")
    references = serializers.ListField(child=serializers.CharField(), source="line.references")
    put_aside_because = serializers.CharField(source="line.closed_because")
    reason = OneOf(MatchReason, source="proposal.reason")
    is_certain = serializers.BooleanField(source="proposal.is_certain")
    parts = PartShape(many=True)
    shown = serializers.CharField()


class InspectedLineShape(LineShape):
    """The same, with what it is matched with."""

    matches = MatchShape(many=True)


class PartBody(Body):
    """How much of which invoice is paid."""

    invoice = serializers.UUIDField()
    amount = Amount()


class MatchBody(Body):
    """Which invoices a payment pays; ``rest`` is what was left of it when you looked."""

    parts = PartBody(many=True, allow_empty=False, max_length=MOST_PARTS)
    rest = Amount()


class AcceptBody(Body):
    """The proposal that was shown: another one by now is not accepted unseen."""

    shown = serializers.CharField(max_length=4_000)


class TakeBackBody(Body):
    """Which payment a reversal takes back, by its id."""

    line = serializers.IntegerField(min_value=1, max_value=BIGGEST)


class SendBackBody(Body):
    """How much is to be sent back, and why."""

    amount = Amount()
    reason = serializers.CharField(max_length=MAX_TEXT)


class TransfersQuery(Body):
    """Only what waits for a second person, or only what is decided."""

    is_open = serializers.BooleanField(required=False)


class TransferShape(serializers.Serializer):
    """Money to be sent back: of a ``line``, or for a refund of an ``invoice``."""

    id = serializers.IntegerField()
    line = serializers.IntegerField(allow_null=True)
    invoice = serializers.UUIDField(source="invoice_uuid", allow_null=True)
    amount = Amount()
    reason = serializers.CharField()
    asked_by = serializers.IntegerField()
    asked_at = Moment()
    confirmed_at = Moment(allow_null=True)
    refused_at = Moment(allow_null=True)
    refused_because = serializers.CharField()
