"""Organisations that buy: what they are offered, what they order, and their quotes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from fairgate_rest.bodies import Amount, Body, Moment, OneOf
from fairgate_rest.uploads import Paper
from fee_payments.data.invoices import ContactRole, QuoteSummary
from fee_payments.data.organisations import OrganisationAct
from fee_payments.rest.shapes import (
    BreakdownShape,
    MerchantShape,
    OfSessionShape,
    RefundStepShape,
    TermsShape,
    code,
)

MOST_LINES = 50
MOST_SEATS = 10_000
MAX_NUMBER = 64


class OrganisationShape(serializers.Serializer):
    """An organisation that the caller acts for, and what they may do for it."""

    uuid = serializers.UUIDField()
    name = serializers.CharField(source="legal_name")
    country = serializers.CharField()
    is_verified = serializers.BooleanField(help_text="Nothing is ordered before.")
    role = OneOf(ContactRole)
    may = serializers.SerializerMethodField()

    def get_may(self, found: Any) -> list[OrganisationAct]:
        return sorted(found.may)


class SeatsOfOneBody(Body):
    """So many seats of one offering, at which session, if it has some."""

    offering = code()
    session = code(required=False, default="", allow_blank=True)
    seats = serializers.IntegerField(min_value=1, max_value=MOST_SEATS)


class BatchBody(Body):
    """What an organisation wants; each offering, or session of it, stands there once."""

    lines = SeatsOfOneBody(many=True, allow_empty=False, max_length=MOST_LINES)

    def validate_lines(self, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The lines, if none is there twice."""
        if len({(line["offering"], line["session"]) for line in lines}) < len(lines):
            raise serializers.ValidationError("An offering, or a session of it, is there twice.")
        return lines


class PriceBody(BatchBody):
    """What is looked at; without a currency, that of the first line's first price."""

    currency = serializers.CharField(max_length=3, required=False, default=None)


class TermsBody(Body):
    """``accepts_terms`` is the ``sha256`` of the terms in the price, which were accepted."""

    accepts_terms = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True
    )


class BatchOrderBody(BatchBody, TermsBody):
    """What is ordered. ``expected`` is the total that was seen."""

    expected = Amount()


class BatchLineShape(OfSessionShape):
    """So many seats of one offering, at the price of the organisation.

    ``seats_left`` are those of the session, if it is of one.
    """

    offering = serializers.CharField(source="offering_code")
    title = serializers.CharField()
    seats = serializers.IntegerField(source="quantity")
    unit_price = Amount()
    breakdown = BreakdownShape()
    seats_left = serializers.IntegerField(allow_null=True)
    refund_policy = RefundStepShape(
        many=True, source="refund_policy.steps", help_text="What the seats are sold under now."
    )


class BatchPriceShape(serializers.Serializer):
    """What an organisation pays now; nothing is kept."""

    organisation = serializers.UUIDField(source="buyer_uuid")
    country = serializers.CharField()
    lines = BatchLineShape(many=True)
    breakdown = BreakdownShape()
    merchant = MerchantShape(allow_null=True)
    terms = TermsShape(allow_null=True)


@dataclass(frozen=True, slots=True)
class ShownQuote:
    """A quote, and where its file is."""

    quote: QuoteSummary
    paper_url: str


class DocumentLineShape(OfSessionShape):
    """A line of a document; the amounts are for all of its seats."""

    offering = serializers.CharField(source="code")
    title = serializers.CharField(source="text")
    quantity = serializers.IntegerField()
    net = Amount()
    tax = Amount()
    total = Amount()


class QuoteDocumentShape(serializers.Serializer):
    """An offer as a document. It keeps its prices until ``valid_until``, and no seat.

    ``purchase_order`` is the number of the order that accepted it, ``invoice_number`` that of its
    invoice, "" where there is none. ``paper_url`` is the page of its PDF.
    """

    uuid = serializers.UUIDField(source="quote.uuid")
    number = serializers.CharField(source="quote.number")
    organisation = serializers.UUIDField(source="quote.buyer_uuid", allow_null=True)
    buyer = serializers.CharField(source="quote.buyer_name")
    lines = DocumentLineShape(many=True, source="quote.lines")
    total = Amount(source="quote.total")
    issued_at = Moment(source="quote.issued_at")
    valid_until = serializers.DateField(source="quote.valid_until")
    purchase_order = serializers.CharField(source="quote.purchase_order")
    invoice_number = serializers.CharField(source="quote.invoice_number")
    paper_url = serializers.CharField()


class PurchaseOrderBody(Body):
    """A form: the organisation's own number of its order, and the order as a PDF, PNG or JPEG."""

    number = serializers.CharField(max_length=MAX_NUMBER)
    file = Paper(required=False, default=None)
