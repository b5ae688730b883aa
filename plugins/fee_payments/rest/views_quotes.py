"""Quotes of an organisation: made for it, ordered from, and accepted with a purchase order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.uploads import TakesFile
from fairgate_rest.views import described
from fee_payments import api, conf
from fee_payments.data.invoices import QuoteSummary
from fee_payments.data.organisations import OrganisationAct
from fee_payments.rest import shapes
from fee_payments.rest.shapes_organisations import (
    PriceBody,
    PurchaseOrderBody,
    QuoteDocumentShape,
    ShownQuote,
    TermsBody,
)
from fee_payments.rest.views import FeeView
from fee_payments.rest.views_invoices import paper_url
from fee_payments.rest.views_organisations import OrganisationView, items_of


class QuoteView(FeeView):
    """The base of what shows quotes."""

    def seen(self, quote: QuoteSummary) -> ShownQuote:
        """A quote, and where its file is."""
        return ShownQuote(quote, paper_url(self.request, "quotes", quote.uuid))

    def listed(self, *, buyer_uuid: UUID | None = None) -> Response:
        """The part of the quotes that is asked for."""
        window = self.window()
        found = api.search_quotes(buyer_uuid=buyer_uuid, after=window.after, limit=window.one_more)
        return self.part(
            [self.seen(one) for one in found], QuoteDocumentShape,
            key=lambda one: one.quote.uuid, window=window,
        )  # fmt: skip

    def answer(self, quote: QuoteSummary, *, status: int = 200) -> Response:
        """The answer with one."""
        return Response(QuoteDocumentShape(self.seen(quote)).data, status=status)


class OrganisationQuotes(QuoteView, OrganisationView):
    """The quotes of an organisation, the newest first, and a new one."""

    @described(operation_id="list_quotes_of_organisation", responses=QuoteDocumentShape(many=True))
    def get(self, request: Any, organisation: UUID) -> Response:
        return self.listed(buyer_uuid=self.organisation(organisation).uuid)

    @described(
        operation_id="make_quote",
        description="A numbered document at the prices of this moment. It keeps them for a while, "
        "and no seat.",
        is_keyed=True,
        request=PriceBody,
        responses={201: QuoteDocumentShape},
        examples=[
            OpenApiExample(
                "fifty seats, in Swiss francs",
                {"lines": [{"offering": "spectrum-management", "seats": 50}], "currency": "CHF"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Any, organisation: UUID) -> Response:
        given = self.body(PriceBody)
        made = api.issue_own_quote(
            organisation, items_of(given), by=self.user_id, at=clock.now(), key=self.key,
            currency=given["currency"],
        )  # fmt: skip
        return self.answer(made, status=201)


class OneQuote(QuoteView, OrganisationView):
    """One quote of an organisation."""

    @described(operation_id="get_quote", responses=QuoteDocumentShape)
    def get(self, request: Any, organisation: UUID, quote: UUID) -> Response:
        found = self.organisation(organisation)
        return self.answer(api.quote_of(quote, buyer_uuid=found.uuid))


class OrderOfQuote(OrganisationView):
    """Order what a quote offers, at its prices."""

    @described(
        operation_id="order_quote",
        description="A quote has one order: asked again it is the same, until that is closed.",
        request=TermsBody,
        responses={201: shapes.OrderShape},
    )
    def post(self, request: Any, organisation: UUID, quote: UUID) -> Response:
        given = self.body(TermsBody)
        placed = api.order_quote(
            quote, buyer_uuid=organisation, by=self.user_id, at=clock.now(), **given
        )
        return self.shown(placed, status=201)


class PurchaseOrder(TakesFile, QuoteView, OrganisationView):
    """Accept a quote with the organisation's own order, over all of it."""

    def limit(self) -> int:
        return conf.purchase_order_max_bytes()

    @described(
        operation_id="send_purchase_order",
        description="A form (`multipart/form-data`). The invoice of the quote's order names the "
        "number.",
        is_keyed=True,
        request={"multipart/form-data": PurchaseOrderBody},
        responses={201: QuoteDocumentShape, 413: None},
    )
    def post(self, request: Any, organisation: UUID, quote: UUID) -> Response:
        # Before the form is read: whose quote it is.
        self.organisation(organisation, OrganisationAct.PAY)
        api.quote_of(quote, buyer_uuid=organisation)
        given = self.form(PurchaseOrderBody)
        accepted = api.send_purchase_order(
            quote, buyer_uuid=organisation, number=given["number"], by=self.user_id,
            at=clock.now(), key=self.key, file=given["file"].read() if given["file"] else None,
        )  # fmt: skip
        return self.answer(accepted, status=201)
