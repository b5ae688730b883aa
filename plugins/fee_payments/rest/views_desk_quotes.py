"""Quotes to buyers and the purchase orders that accept them, for operators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import described, permitted, permitted_one
from fee_payments import api, conf, permissions
from fee_payments.rest.faults import OFFICE_WORDS
from fee_payments.rest.shapes_desk import DeskQuoteBody, ReceivedOrderBody
from fee_payments.rest.shapes_organisations import QuoteDocumentShape
from fee_payments.rest.views_organisations import items_of
from fee_payments.rest.views_quotes import QuoteView

_READ = permitted_one(permissions.QUOTES, permissions.ISSUE_INVOICES)


class DeskQuoteView(QuoteView):
    """The base of what operators read and do about quotes; whoever invoices reads them, too."""

    words = OFFICE_WORDS

    def get_permissions(self) -> list[Any]:
        is_reading = self.request.method in SAFE_METHODS
        return [_READ() if is_reading else permitted(permissions.QUOTES)()]


class Quotes(DeskQuoteView):
    """Every quote, the newest first, and a new one to a buyer."""

    @described(operation_id="search_quotes", responses=QuoteDocumentShape(many=True))
    def get(self, request: Any) -> Response:
        return self.listed()

    @described(
        operation_id="issue_quote",
        description="A numbered document at the prices of this moment, until `valid_until`; it "
        "keeps no seat. A buyer that nobody has verified is offered what an individual pays.",
        is_keyed=True,
        request=DeskQuoteBody,
        responses={201: QuoteDocumentShape},
        examples=[
            OpenApiExample(
                "fifty seats, until the end of the year",
                {
                    "organisation": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
                    "lines": [{"offering": "spectrum-management", "seats": 50}],
                    "currency": "CHF",
                    "valid_until": "2026-12-31",
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Any) -> Response:
        given = self.body(DeskQuoteBody)
        made = api.issue_quote(
            given["organisation"], items_of(given), currency=given["currency"],
            valid_until=given["valid_until"], by=self.user_id, at=clock.now(), key=self.key,
        )  # fmt: skip
        return self.answer(made, status=201)


class OneQuote(DeskQuoteView):
    """One quote, whoever it is to."""

    @described(operation_id="inspect_quote", responses=QuoteDocumentShape)
    def get(self, request: Any, quote: UUID) -> Response:
        return self.answer(api.quote_of(quote))


class ReceivedOrder(TakesFile, DeskQuoteView):
    """The purchase order with which a buyer has accepted a quote."""

    def limit(self) -> int:
        return conf.purchase_order_max_bytes()

    @described(
        operation_id="receive_purchase_order",
        description="A form (`multipart/form-data`). The amount is that of the quote, or it is a "
        "409: ask the buyer for another order, or issue another quote.",
        is_keyed=True,
        request={"multipart/form-data": ReceivedOrderBody},
        responses={201: QuoteDocumentShape, 413: None},
    )
    def post(self, request: Any, quote: UUID) -> Response:
        # Before the form is read: whether there is such a quote.
        api.quote_of(quote)
        given = self.form(ReceivedOrderBody)
        accepted = api.receive_purchase_order(
            quote, number=given["number"], amount=given["money"], received_on=given["received_on"],
            by=self.user_id, at=clock.now(), key=self.key,
            file=given["file"].read() if given["file"] else None,
        )  # fmt: skip
        return self.answer(accepted, status=201)
