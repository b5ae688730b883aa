"""Invoices and write-offs as operators see them, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from fairgate.errors import FairgateError
from fairgate.money import Money
from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from fee_payments.data.bank import MatchSummary
from fee_payments.data.invoices import InvoiceStep, StepKind
from fee_payments.rest.shapes_bank import MatchShape
from fee_payments.rest.shapes_invoices import (
    InvoicesQuery,
    ShownInvoice,
    WholeInvoiceShape,
)
from fee_payments.rest.shapes_organisations import PriceBody, PurchaseOrderBody

MAX_TEXT = 255


class DeskQuery(InvoicesQuery):
    """Which invoices; ``text`` is in number, name or reference."""

    text = serializers.CharField(max_length=100, required=False)


class StepShape(serializers.Serializer):
    """One thing that happened; ``by`` is a user id, null where nobody did it."""

    at = Moment()
    kind = OneOf(StepKind)
    by = serializers.IntegerField(allow_null=True)
    amount = Amount(allow_null=True)
    why = serializers.CharField()


class DeskQuoteBody(PriceBody):
    """What is offered to whom; without ``valid_until`` as long as the site's quotes are valid."""

    organisation = serializers.UUIDField()
    valid_until = serializers.DateField(required=False, default=None, allow_null=True)


class ReceivedOrderBody(PurchaseOrderBody):
    """A form: what stands on the buyer's order, and the order as a PDF, PNG or JPEG."""

    amount = serializers.CharField(max_length=30, help_text="Like 240.00: all of the quote.")
    currency = serializers.CharField(max_length=3, help_text="ISO 4217, like USD.")
    received_on = serializers.DateField(help_text="The day (UTC) on which it came.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent, with the ``money`` of it."""
        try:
            money = Money(given["amount"], given["currency"])
        except FairgateError as fault:
            raise serializers.ValidationError({"amount": [str(fault)]}) from None
        return {**given, "money": money}


@dataclass(frozen=True, slots=True)
class Inspected:
    """An invoice with all that is known of it."""

    shown: ShownInvoice
    history: tuple[InvoiceStep, ...]
    matches: tuple[MatchSummary, ...]


class InspectedInvoiceShape(serializers.Serializer):
    """An invoice, what happened to it, and which payments it is matched with."""

    invoice = WholeInvoiceShape(source="shown")
    stopped_because = serializers.CharField(
        source="shown.invoice.stopped_because", help_text="No reminder is sent; else empty."
    )
    taken_back_at = Moment(
        source="shown.invoice.reversed_at", allow_null=True, help_text="By the bank."
    )
    history = StepShape(many=True)
    matches = MatchShape(many=True)


class ReasonBody(Body):
    """Why; it is kept."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class CreditBody(ReasonBody):
    """Why, which stands on the credit note; and how much, if not all that is open."""

    amount = Amount(required=False, default=None)


class WriteOffsQuery(Body):
    """Only what waits for a second person, or only what is decided."""

    is_open = serializers.BooleanField(required=False)


class WriteOffShape(serializers.Serializer):
    """What is to be given up of an invoice. It waits while it is neither confirmed nor refused."""

    id = serializers.IntegerField()
    invoice = serializers.UUIDField(source="invoice_uuid")
    invoice_number = serializers.CharField()
    amount = Amount()
    reason = serializers.CharField()
    asked_by = serializers.IntegerField()
    asked_at = Moment()
    confirmed_at = Moment(allow_null=True)
    refused_at = Moment(allow_null=True)
    refused_because = serializers.CharField()


class RemindedShape(serializers.Serializer):
    """Whether a reminder went out: none is due where nothing is late, or this level was sent."""

    is_sent = serializers.BooleanField()
