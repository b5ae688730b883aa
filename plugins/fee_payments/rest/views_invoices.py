"""Invoices, for who bought and for who acts for a buyer; to others they are not there (404)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described
from fee_payments import api
from fee_payments.data.invoices import InvoiceSummary
from fee_payments.rest.shapes_invoices import InvoiceShape, ShownInvoice, WholeInvoiceShape
from fee_payments.rest.views_orders import OrderView


class InvoiceView(OrderView):
    """The base of the views of invoices."""

    def seen(self, invoice: InvoiceSummary, **more: Any) -> ShownInvoice:
        """An invoice as it stands today."""
        path = reverse("fee_payments:paper", args=["invoices", invoice.uuid])
        url = self.request.build_absolute_uri(path)
        return ShownInvoice(invoice, clock.utc_day(clock.now()), url, **more)

    def whole(self, invoice: InvoiceSummary) -> Response:
        """The answer with an invoice and its credit notes."""
        shown = self.seen(invoice, credit_notes=api.credit_notes_of(invoice.uuid))
        return Response(WholeInvoiceShape(shown).data)


class OwnInvoices(InvoiceView):
    """The invoices of the caller and of those they act for, the newest first."""

    @described(operation_id="list_own_invoices", responses=InvoiceShape(many=True))
    def get(self, request: Any) -> Response:
        found = [self.seen(one) for one in api.list_invoices(user_id=self.user_id)]
        return self.part_of_all(found, InvoiceShape, key=lambda one: one.invoice.uuid)


class OneInvoice(InvoiceView):
    """One invoice with its credit notes."""

    @described(operation_id="get_invoice", responses=WholeInvoiceShape)
    def get(self, request: Any, invoice: UUID) -> Response:
        return self.whole(api.invoice(invoice, user_id=self.user_id))


class InvoiceOfOrder(InvoiceView):
    """The invoice of an order of the caller; 404 when there is none."""

    @described(operation_id="get_invoice_of_order", responses=WholeInvoiceShape)
    def get(self, request: Any, order: UUID) -> Response:
        found = api.invoice_of_order(self.found(order).uuid)
        if found is None:
            raise Http404
        return self.whole(found)
