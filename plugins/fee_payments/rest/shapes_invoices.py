"""Invoices as their buyers read them, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django_countries import countries
from rest_framework import serializers

from fairgate.readable import is_readable
from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from fee_payments.data.invoices import CreditNoteSummary, InvoiceState, InvoiceSummary

MAX_NAME = 140
MAX_ADDRESS_LINE = 120


@dataclass(frozen=True, slots=True)
class ShownInvoice:
    """An invoice as it stands on a UTC day."""

    invoice: InvoiceSummary
    on: date
    paper_url: str
    credit_notes: tuple[ShownNote, ...] = ()

    @property
    def state(self) -> InvoiceState:
        """Where it stands."""
        return self.invoice.state(self.on)


class InvoicesQuery(Body):
    """Which invoices: where they stand today, or the one of a number."""

    state = OneOf(InvoiceState, required=False)
    number = serializers.CharField(max_length=40, required=False)


class Readable(serializers.CharField):
    """A line of text that can be printed."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        found = super().run_validation(data)
        if isinstance(found, str) and not is_readable(found):
            raise serializers.ValidationError("This is one line, without control characters.")
        return found


class AddresseeBody(Body):
    """To whom an invoice is made out: an organisation by its uuid, or who is named here.

    Nothing is said of the order of an organisation: its invoice is made out to it.
    """

    organisation = serializers.UUIDField(required=False, default=None)
    name = Readable(max_length=MAX_NAME, required=False)
    address = serializers.ListField(
        child=Readable(max_length=MAX_ADDRESS_LINE), required=False, min_length=1, max_length=8,
        help_text="As on an envelope, without the country.",
    )  # fmt: skip
    country = serializers.ChoiceField(choices=[], required=False, help_text="ISO 3166-1, like CH.")
    tax_id = Readable(max_length=32, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        fields["country"].choices = list(dict(countries))
        return fields

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was said, if it says whom."""
        told = given.keys() - {"organisation"}
        missing = {"name", "address", "country"} - told
        if told and (given["organisation"] or missing):
            said = "Name an organisation, or a name, an address and a country."
            raise serializers.ValidationError({"organisation": [said]})
        return given


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


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A credit note, and where its file is."""

    note: CreditNoteSummary
    paper_url: str


class CreditNoteShape(serializers.Serializer):
    """What takes back a part of an invoice, or all of it; ``paper_url`` is the page of its PDF."""

    uuid = serializers.UUIDField(source="note.uuid")
    number = serializers.CharField(source="note.number")
    amount = Amount(source="note.amount")
    tax = Amount(source="note.tax")
    reason = serializers.CharField(source="note.reason")
    issued_at = Moment(source="note.issued_at")
    paper_url = serializers.CharField()


class WholeInvoiceShape(InvoiceShape):
    """An invoice with its credit notes."""

    credit_notes = CreditNoteShape(many=True)
