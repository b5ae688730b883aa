"""Invoices as their buyers read them, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from rest_framework import serializers

from fairgate_rest.bodies import Amount, Moment, OneOf
from fee_payments.data.invoices import CreditNoteSummary, InvoiceState, InvoiceSummary


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice as it stands on a UTC day."""

    invoice: InvoiceSummary
    on: date
    paper_url: str
    credit_notes: tuple[CreditNoteSummary, ...] = ()

    @property
    def state(self) -> InvoiceState:
        """Where it stands."""
        return self.invoice.state(self.on)


class InvoiceShape(serializers.Serializer):
    """An invoice; ``missing`` is what is still to be paid, ``due_on`` the last day (UTC) for it.

    ``reference`` is what a bank transfer names. ``paper_url`` is the page of its PDF.
    """

    uuid = serializers.UUIDField(source="invoice.uuid")
    number = serializers.CharField(source="invoice.number")
    state = OneOf(InvoiceState)
    reference = serializers.CharField(source="invoice.reference")
    buyer = serializers.CharField(source="invoice.buyer_name")
    order = serializers.UUIDField(source="invoice.order_uuid", allow_null=True)
    total = Amount(source="invoice.total")
    paid = Amount(source="invoice.paid")
    credited = Amount(source="invoice.credited")
    missing = Amount(source="invoice.missing")
    issued_at = Moment(source="invoice.issued_at")
    due_on = serializers.DateField(source="invoice.due_on")
    settled_at = Moment(source="invoice.settled_at", allow_null=True)
    is_test = serializers.BooleanField(source="invoice.is_test", help_text="No real money.")
    paper_url = serializers.CharField()


class CreditNoteShape(serializers.Serializer):
    """What takes back a part of an invoice, or all of it."""

    uuid = serializers.UUIDField()
    number = serializers.CharField()
    amount = Amount()
    tax = Amount()
    reason = serializers.CharField()
    issued_at = Moment()


class WholeInvoiceShape(InvoiceShape):
    """An invoice with its credit notes."""

    credit_notes = CreditNoteShape(many=True)
