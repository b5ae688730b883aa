"""Pages for operators: quotes to buyers, their purchase orders, and the invoices that follow."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fairgate import clock
from fee_payments import api, conf, models
from fee_payments.exceptions import PaymentsError, UnknownDocument
from fee_payments.forms_invoices import PurchaseOrderForm, QuoteForm
from fee_payments.page_parts import person, require
from fee_payments.selectors import invoices as selectors
from fee_payments.selectors.quotes import quote_of
from fee_payments.services import purchase_order_files as files
from fee_payments.wording_office import refused_to_office

QUOTE = "fee_payments.receive_purchase_orders"
INVOICE = "fee_payments.issue_invoices"
_EXTENSIONS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def quotes(request: HttpRequest) -> HttpResponse:
    """The quotes that were issued, and a form for the next one."""
    require(request, QUOTE)
    form = QuoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = api.issue_quote(
                told["buyer"].uuid, told["items"], currency=told["currency"],
                valid_until=told["valid_until"], by=person(request), at=clock.now(),
            )  # fmt: skip
        except PaymentsError as refused:
            form.add_error(None, refused_to_office(refused))
        else:
            return redirect("fee_payments:quote", made.uuid)
    context = {"form": form, "quotes": api.list_quotes()[:100]}
    status = 409 if form.errors else 200
    return render(request, "fee_payments/invoices/quotes.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def quote(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One quote: its purchase order, and the invoice of it."""
    require(request, QUOTE)
    try:
        row = selectors.document("quotes", uuid)
    except UnknownDocument as unknown:
        raise Http404 from unknown
    form = PurchaseOrderForm(request.POST or None, request.FILES or None, currency=row.currency)
    if request.method == "POST" and form.is_valid() and _receive(request, uuid, form):
        return redirect("fee_payments:quote", uuid)
    order = models.PurchaseOrder.objects.filter(quote__uuid=uuid).first()
    context = {
        "quote": quote_of(uuid),
        "content": selectors.content_of(row),
        "order": order,
        "form": form,
        "takes_files": conf.purchase_order_files_are_taken(),
        "may_invoice": request.user.has_perm(INVOICE),
    }
    status = 409 if form.errors else 200
    return render(request, "fee_payments/invoices/quote.html", context, status=status)


def _receive(request: HttpRequest, uuid: UUID, form: Any) -> bool:
    told = form.cleaned_data
    file = told["file"]
    if file and file.size > conf.purchase_order_max_bytes():
        form.add_error("file", _("The file is too large."))
        return False
    try:
        api.receive_purchase_order(
            uuid, number=told["number"], amount=told["amount"], received_on=told["received_on"],
            by=person(request), at=clock.now(), file=file.read() if file else None,
        )  # fmt: skip
    except PaymentsError as refused:
        form.add_error(None, refused_to_office(refused))
        return False
    messages.success(request, _("The purchase order is kept."))
    return True


@login_required
@never_cache
@require_POST
@transaction.non_atomic_requests
def invoice_quote(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Order the seats of an accepted quote and issue their invoice."""
    require(request, INVOICE)
    try:
        made = api.invoice_quoted_seats(uuid, by=person(request), at=clock.now())
    except UnknownDocument as unknown:
        raise Http404 from unknown
    except PaymentsError as refused:
        messages.error(request, refused_to_office(refused))
        return redirect("fee_payments:quote", uuid)
    return redirect("fee_payments:invoice_desk", made.uuid)


@login_required
@never_cache
@require_GET
def purchase_order_file(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The file of a purchase order, to keep: nothing of it runs in our pages."""
    require(request, QUOTE)
    order = models.PurchaseOrder.objects.filter(uuid=uuid).first()
    try:
        if order is None:
            raise Http404
        content = files.get(order)
    except PaymentsError as unknown:
        raise Http404 from unknown
    response = HttpResponse(content, content_type=order.content_type)
    name = f"purchase-order-{order.pk}.{_EXTENSIONS[order.content_type]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
