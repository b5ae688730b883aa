"""Invoices and write-offs, for operators: each step with the permission of its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample
from rest_framework.response import Response

from fairgate import clock
from fairgate_rest.views import described, permitted, permitted_one
from fee_payments import api, permissions
from fee_payments.rest import shapes
from fee_payments.rest.faults import OFFICE_WORDS
from fee_payments.rest.shapes_desk import (
    CreditBody,
    DeskQuery,
    Inspected,
    InspectedInvoiceShape,
    ReasonBody,
    RemindedShape,
    WriteOffShape,
    WriteOffsQuery,
)
from fee_payments.rest.shapes_invoices import (
    AddresseeBody,
    CreditNoteShape,
    InvoiceShape,
    WholeInvoiceShape,
)
from fee_payments.rest.shapes_operators import RowNumber
from fee_payments.rest.views import FeeView
from fee_payments.rest.views_invoices import ADDRESSEE, InvoiceView, chosen

_WHY = OpenApiExample("why", {"reason": "Bank charges of the payer."}, request_only=True)


class Invoices(InvoiceView):
    """Every invoice, the newest first."""

    permission_classes = (permitted(permissions.SEE_INVOICES),)

    @described(operation_id="search_invoices", query=DeskQuery, responses=InvoiceShape(many=True))
    def get(self, request: Any) -> Response:
        return self.listed(self.asked)


class OneInvoice(InvoiceView):
    """One invoice, what happened to it, and which payments it is matched with."""

    permission_classes = (permitted(permissions.SEE_INVOICES),)

    @described(operation_id="inspect_invoice", responses=InspectedInvoiceShape)
    def get(self, request: Any, invoice: UUID) -> Response:
        notes = tuple(map(self.note, api.credit_notes_of(invoice)))
        shown = self.seen(api.invoice(invoice), credit_notes=notes)
        found = Inspected(shown, api.history_of(invoice), api.matches_of_invoice(invoice))
        return Response(InspectedInvoiceShape(found).data)


class InvoiceForOrder(InvoiceView):
    """Issue the invoice of an order, or have the one that it has."""

    permission_classes = (permitted(permissions.ISSUE_INVOICES),)
    words = OFFICE_WORDS

    @described(
        operation_id="issue_invoice",
        description="The order of an organisation is invoiced to it, and nothing else is sent.",
        request=AddresseeBody,
        responses={201: WholeInvoiceShape},
        examples=[ADDRESSEE],
    )
    def post(self, request: Any, order: UUID) -> Response:
        given = self.body(AddresseeBody)
        api.order(order)
        own, named = api.buyer_of_order(order), given["organisation"]
        known = own or (api.buyer_details(named) if named else None)
        buyer = chosen(given, (known,) if known else (), is_of_organisation=own is not None)
        made = api.issue_invoice(order, buyer, by=self.user_id, at=clock.now())
        return self.whole(made, status=201)


class InvoiceForQuote(InvoiceView):
    """Issue the invoice of a quote that was accepted, or have the one that it has."""

    permission_classes = (permitted(permissions.ISSUE_INVOICES),)

    @described(
        operation_id="invoice_quote",
        request=shapes.NothingBody,
        responses={201: WholeInvoiceShape},
    )
    def post(self, request: Any, quote: UUID) -> Response:
        self.body(shapes.NothingBody)
        made = api.invoice_quoted_seats(quote, by=self.user_id, at=clock.now())
        return self.whole(made, status=201)


class Credit(InvoiceView):
    """Take back what is open of an invoice, or a part of it."""

    permission_classes = (permitted(permissions.ISSUE_INVOICES),)

    @described(
        operation_id="issue_credit_note",
        description="What was paid goes back by a refund, which makes its own credit note.",
        is_keyed=True,
        request=CreditBody,
        responses={201: CreditNoteShape},
        examples=[_WHY],
    )
    def post(self, request: Any, invoice: UUID) -> Response:
        given = self.body(CreditBody)
        made = api.issue_credit_note(
            invoice, by=self.user_id, at=clock.now(), key=self.key, **given
        )
        return Response(CreditNoteShape(self.note(made)).data, status=201)


class StoppingReminders(InvoiceView):
    """Send no reminder of an invoice any more (``POST``), or send them again (``DELETE``)."""

    permission_classes = (permitted(permissions.ISSUE_INVOICES),)

    @described(
        operation_id="stop_reminders", request=ReasonBody, responses={204: None}, examples=[_WHY]
    )
    def post(self, request: Any, invoice: UUID) -> Response:
        given = self.body(ReasonBody)
        api.stop_reminders(invoice, because=given["reason"], by=self.user_id, at=clock.now())
        return Response(status=204)

    @described(operation_id="resume_reminders", responses={204: None})
    def delete(self, request: Any, invoice: UUID) -> Response:
        api.resume_reminders(invoice, by=self.user_id)
        return Response(status=204)


class Reminding(FeeView):
    """Send the reminder of an invoice that is due, and do not wait for the daily job."""

    permission_classes = (permitted(permissions.ISSUE_INVOICES),)

    @described(operation_id="remind", request=shapes.NothingBody, responses=RemindedShape)
    def post(self, request: Any, invoice: UUID) -> Response:
        self.body(shapes.NothingBody)
        is_sent = api.remind_now(invoice, at=clock.now())
        return Response(RemindedShape({"is_sent": is_sent}).data)


class AskingWriteOff(FeeView):
    """Ask that what is missing of an invoice is given up; a second person decides."""

    permission_classes = (permitted(permissions.ASK_WRITE_OFF),)

    @described(
        operation_id="ask_write_off",
        description="One waits at a time: while it does, another is a 409.",
        request=ReasonBody,
        responses={201: WriteOffShape},
        examples=[_WHY],
    )
    def post(self, request: Any, invoice: UUID) -> Response:
        given = self.body(ReasonBody)
        asked = api.ask_write_off(invoice, reason=given["reason"], by=self.user_id, at=clock.now())
        return Response(WriteOffShape(api.write_off(asked)).data, status=201)


class WriteOffs(FeeView):
    """What was asked to be written off, the newest first."""

    permission_classes = (
        permitted_one(
            permissions.SEE_INVOICES, permissions.ASK_WRITE_OFF, permissions.CONFIRM_WRITE_OFF
        ),
    )
    cursor = RowNumber

    @described(
        operation_id="list_write_offs", query=WriteOffsQuery,
        responses=WriteOffShape(many=True),
    )  # fmt: skip
    def get(self, request: Any) -> Response:
        window = self.window()
        found = api.list_write_offs(
            is_open=self.asked.get("is_open"), after=window.after, limit=window.one_more
        )
        return self.part(found, WriteOffShape, key=lambda one: one.id, window=window)


class ConfirmingWriteOff(FeeView):
    """Give up what is missing: another person than who asked."""

    permission_classes = (permitted(permissions.CONFIRM_WRITE_OFF),)

    @described(
        operation_id="confirm_write_off", request=shapes.NothingBody, responses=WriteOffShape
    )
    def post(self, request: Any, step: int) -> Response:
        self.body(shapes.NothingBody)
        api.confirm_write_off(step, by=self.user_id, at=clock.now())
        return Response(WriteOffShape(api.write_off(step)).data)


class RefusingWriteOff(FeeView):
    """Do not give it up."""

    permission_classes = (permitted(permissions.CONFIRM_WRITE_OFF),)

    @described(
        operation_id="refuse_write_off", request=ReasonBody, responses=WriteOffShape,
        examples=[_WHY],
    )  # fmt: skip
    def post(self, request: Any, step: int) -> Response:
        given = self.body(ReasonBody)
        api.refuse_write_off(step, by=self.user_id, because=given["reason"], at=clock.now())
        return Response(WriteOffShape(api.write_off(step)).data)
