"""Invoices, for who bought and for who acts for a buyer; to others they are not there (404)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.uploads import AsItIs
from fairgate_rest.views import described
from fee_payments import api, permissions
from fee_payments.data.invoices import BuyerDetails, CreditNoteSummary, InvoiceSummary
from fee_payments.data.organisations import OrganisationAct
from fee_payments.data.searches import InvoiceSearch
from fee_payments.rest.shapes_invoices import (
    AddresseeBody,
    InvoiceShape,
    ShownInvoice,
    ShownNote,
    WholeInvoiceShape,
)
from fee_payments.rest.views import FeeView
from fee_payments.rest.views_orders import OrderView

ADDRESSEE = OpenApiExample(
    "to somebody who is named",
    {
        "name": "Ministry of Posts", "address": ["1 Main Street", "Suva"], "country": "FJ",
        "email": "accounts@posts.example",
    },
    request_only=True,
)  # fmt: skip


def paper_url(request: Any, kind: str, uuid: UUID) -> str:
    """The page of a document's PDF, for who is signed in there."""
    return str(request.build_absolute_uri(reverse("fee_payments:paper", args=[kind, uuid])))


class InvoiceView(OrderView):
    """The base of the views of invoices."""

    def seen(self, invoice: InvoiceSummary, **more: Any) -> ShownInvoice:
        """An invoice as it stands today."""
        url = paper_url(self.request, "invoices", invoice.uuid)
        return ShownInvoice(invoice, clock.utc_day(clock.now()), url, **more)

    def note(self, note: CreditNoteSummary) -> ShownNote:
        """A credit note, and where its file is."""
        return ShownNote(note, paper_url(self.request, "credit-notes", note.uuid))

    def whole(self, invoice: InvoiceSummary, *, status: int = 200) -> Response:
        """The answer with an invoice and its credit notes."""
        notes = tuple(map(self.note, api.credit_notes_of(invoice.uuid)))
        shown = self.seen(invoice, credit_notes=notes)
        return Response(WholeInvoiceShape(shown).data, status=status)

    def listed(self, asked: Mapping[str, Any], *, buyer_uuid: UUID | None = None) -> Response:
        """The part of the invoices that is asked for."""
        window, today = self.window(), clock.utc_day(clock.now())
        wanted = InvoiceSearch(buyer_uuid=buyer_uuid, **asked)
        found = api.search_invoices(wanted, on=today, after=window.after, limit=window.one_more)
        return self.part(
            [self.seen(one) for one in found], InvoiceShape,
            key=lambda one: one.invoice.uuid, window=window,
        )  # fmt: skip


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
    """The invoice of an order of the caller (404: there is none), and a new one."""

    @described(operation_id="get_invoice_of_order", responses=WholeInvoiceShape)
    def get(self, request: Any, order: UUID) -> Response:
        found = api.invoice_of_order(self.found(order).uuid)
        if found is None:
            raise Http404
        return self.whole(found)

    @described(
        operation_id="invoice_order",
        description="An order that is not paid waits for its transfer then, and keeps its seats. "
        "An order has one invoice: asked again it is the same.",
        request=AddresseeBody,
        responses={201: WholeInvoiceShape},
        examples=[ADDRESSEE],
    )
    def post(self, request: Any, order: UUID) -> Response:
        given = self.body(AddresseeBody)
        found = api.order(order, user_id=self.user_id, act=OrganisationAct.PAY)
        addressees = api.addressees(self.user_id, order)
        buyer = chosen(given, addressees, is_of_organisation=bool(found.buyer_name))
        made = api.issue_invoice(order, buyer, by=self.user_id, at=clock.now())
        return self.whole(made, status=201)


def chosen(
    given: Mapping[str, Any], known: tuple[BuyerDetails, ...], *, is_of_organisation: bool
) -> BuyerDetails:
    """To whom an invoice is made out, of what was said.

    Raises:
        rest_framework.exceptions.ValidationError: nobody, or an organisation that it cannot be.
    """
    uuid = given["organisation"]
    if is_of_organisation and "name" not in given:
        uuid = uuid or known[0].buyer_uuid
    if is_of_organisation and "name" in given:
        said = "The invoice of an organisation’s order is made out to it."
        raise ValidationError({"name": [said]})
    if uuid is not None:
        found = [one for one in known if one.buyer_uuid == uuid]
        if not found:
            raise ValidationError({"organisation": ["There is no such organisation."]})
        return found[0]
    if "name" not in given:
        raise ValidationError({"name": ["This is needed on an invoice."]})
    return BuyerDetails(
        name=given["name"],
        address=tuple(given["address"]),
        country=given["country"],
        tax_id=given.get("tax_id", ""),
        email=given.get("email", ""),
        language=get_language() or "en",
    )


class Paper(FeeView):
    """The PDF of a quote, an invoice or a credit note, for who may read it."""

    content_negotiation_class = AsItIs

    @described(
        operation_id="read_paper",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 503: None},
    )
    def get(self, request: Any, kind: str, uuid: UUID) -> HttpResponse:
        # As on the page: an operator reads every paper.
        may_see_all = request.user.is_active and request.user.has_perm(permissions.SEE_INVOICES)
        reader = None if may_see_all else self.user_id
        number, content = api.paper_of(kind, uuid, user_id=reader, at=clock.now())
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{number}.pdf"'
        answer["X-Content-Type-Options"] = "nosniff"
        return answer
