"""Organisations, for the people who act for them: prices, orders, invoices.

Who acts for an organisation and may not do a thing is told so (403); to all others it is not there.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described
from fee_payments import api
from fee_payments.data import OrderSearch, WantedLine
from fee_payments.data.invoices import QuoteItem
from fee_payments.data.organisations import OrganisationAct, OrganisationSummary
from fee_payments.rest import shapes
from fee_payments.rest.shapes_invoices import InvoiceShape, InvoicesQuery
from fee_payments.rest.shapes_organisations import (
    BatchOrderBody,
    BatchPriceShape,
    OrganisationShape,
    PriceBody,
)
from fee_payments.rest.views_invoices import InvoiceView
from fee_payments.rest.views_orders import OrderView

_LINES = {"lines": [{"offering": "spectrum-management", "seats": 50}]}


class OrganisationView(OrderView):
    """The base of what is about one organisation."""

    def organisation(
        self, uuid: UUID, act: OrganisationAct = OrganisationAct.READ
    ) -> OrganisationSummary:
        """The organisation, if the caller may do this for it.

        Raises:
            UnknownBuyer: they do not act for it, or there is none.
            NotYourPart: they do, but not in this.
        """
        return api.organisation(uuid, user_id=self.user_id, act=act)


class Organisations(OrganisationView):
    """The organisations that the caller acts for, by name."""

    @described(operation_id="list_organisations", responses=OrganisationShape(many=True))
    def get(self, request: Any) -> Response:
        found = api.list_organisations(self.user_id)
        return self.part_of_all(found, OrganisationShape, key=lambda one: one.uuid)


class OneOrganisation(OrganisationView):
    """One of them."""

    @described(operation_id="get_organisation", responses=OrganisationShape)
    def get(self, request: Any, organisation: UUID) -> Response:
        return Response(OrganisationShape(self.organisation(organisation)).data)


class Price(OrganisationView):
    """What the organisation pays for seats now."""

    @described(
        operation_id="price_of_seats",
        description="Nothing is kept or ordered.",
        request=PriceBody,
        responses=BatchPriceShape,
        examples=[OpenApiExample("fifty seats", _LINES, request_only=True)],
    )
    def post(self, request: Any, organisation: UUID) -> Response:
        given = self.body(PriceBody)
        found = api.quote_batch(
            organisation, wanted_of(given), by=self.user_id, at=clock.now(),
            currency=given["currency"],
        )  # fmt: skip
        return Response(BatchPriceShape(found).data)


def wanted_of(given: dict[str, Any]) -> tuple[WantedLine, ...]:
    """How many seats of which offering, at which session."""
    return tuple(
        WantedLine(offering_code=line["offering"], session=line["session"], quantity=line["seats"])
        for line in given["lines"]
    )


def items_of(given: dict[str, Any]) -> list[QuoteItem]:
    """The same, as a quote takes it."""
    return [
        QuoteItem(offering_code=one.offering_code, session=one.session, quantity=one.quantity)
        for one in wanted_of(given)
    ]


class OrganisationOrders(OrganisationView):
    """The orders of an organisation, the newest first, and a new one."""

    @described(operation_id="list_orders_of_organisation", responses=shapes.OrderShape(many=True))
    def get(self, request: Any, organisation: UUID) -> Response:
        found, at, window = self.organisation(organisation), clock.now(), self.window()
        wanted = OrderSearch(reader_id=self.user_id, buyer_uuid=found.uuid)
        orders = api.search_orders(wanted, after=window.after, limit=window.one_more)
        return self.part(
            [shapes.ShownOrder(one, at) for one in orders], shapes.OrderShape,
            key=lambda one: one.order.uuid, window=window,
        )  # fmt: skip

    @described(
        operation_id="order_seats",
        description="Prices and seats are kept for a while. Pay it with `orders/{order}/pay/`, or "
        "have its invoice with `orders/{order}/invoice/`.",
        is_keyed=True,
        request=BatchOrderBody,
        responses={201: shapes.OrderShape},
        examples=[
            OpenApiExample(
                "fifty seats",
                {**_LINES, "expected": {"amount": "4000.00", "currency": "USD"}},
                request_only=True,
            )
        ],
    )
    def post(self, request: Any, organisation: UUID) -> Response:
        given = self.body(BatchOrderBody)
        placed = api.place_batch_order(
            organisation, wanted_of(given), by=self.user_id, key=self.key,
            expected=given["expected"], at=clock.now(), accepts_terms=given["accepts_terms"],
        )  # fmt: skip
        return self.shown(placed, status=201)


class OrganisationInvoices(OrganisationView, InvoiceView):
    """The invoices of an organisation, the newest first."""

    @described(
        operation_id="list_invoices_of_organisation", query=InvoicesQuery,
        responses=InvoiceShape(many=True),
    )  # fmt: skip
    def get(self, request: Any, organisation: UUID) -> Response:
        found = self.organisation(organisation)
        return self.listed(self.asked, buyer_uuid=found.uuid)
