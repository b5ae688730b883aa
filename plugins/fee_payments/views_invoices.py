"""Pages about invoices: those of a buyer's people, and those of operators.

Who may not read a page is told that there is none. What writes runs outside ``ATOMIC_REQUESTS``, as
in ``views``: what was matched is committed before its effect is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from fairgate import clock
from fairgate.csv_cells import write_csv
from fairgate_papers import PapersError
from fee_payments import api, compat, models
from fee_payments.data import OrderSummary
from fee_payments.data.invoices import InvoiceSummary
from fee_payments.data.organisations import OrganisationAct
from fee_payments.data.searches import InvoiceSearch
from fee_payments.exceptions import InvoiceRefused, PaymentsError, UnknownDocument, UnknownOrder
from fee_payments.forms_invoices import AddresseeForm, InvoiceSearchForm
from fee_payments.page_parts import allowed, person, require
from fee_payments.selectors import invoices as selectors
from fee_payments.selectors import seat_people
from fee_payments.selectors.buyers import addressees
from fee_payments.wording import in_words
from fee_payments.wording_invoices import STATE_NAMES, STEPS, TAGS, next_step

SEE = "fee_payments.view_invoice"
PAGE = 50


@login_required
@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The documents of a person and of the organisations they act for."""
    user = person(request)
    context = {
        "invoices": [_shown(one) for one in api.list_invoices(user_id=user)],
        "quotes": api.list_quotes(user_id=user),
    }
    return render(request, "fee_payments/invoices/mine.html", context)


def _shown(found: InvoiceSummary) -> dict[str, Any]:
    today = clock.utc_day(clock.now())
    state = found.state(today)
    late = (today - found.due_on).days
    return {
        "invoice": found,
        "state": STATE_NAMES[state],
        "tag": TAGS[state],
        "late": late if found.missing and late > 0 else 0,
    }


@login_required
@never_cache
@require_GET
def invoice(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One invoice: how it is paid, and what came of it."""
    try:
        user = None if allowed(request, SEE) else person(request)
        found = api.invoice(uuid, user_id=user)
    except UnknownDocument as unknown:
        raise Http404 from unknown
    row = selectors.document("invoices", uuid)
    context = {
        **_shown(found),
        "content": selectors.content_of(row),
        "notes": api.credit_notes_of(uuid),
        "may_manage": allowed(request, SEE),
    }
    return render(request, "fee_payments/invoices/invoice.html", context)


@login_required
@never_cache
@require_GET
def paper(request: HttpRequest, kind: str, uuid: UUID) -> HttpResponse:
    """The file of a quote, an invoice or a credit note."""
    try:
        reader = None if allowed(request, SEE) else person(request)
        number, content = api.paper_of(kind, uuid, user_id=reader, at=clock.now())
    except UnknownDocument as unknown:
        raise Http404 from unknown
    except PapersError:
        return _not_printed()
    return _pdf(content, number)


@login_required
@never_cache
@require_GET
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The receipt of an order that was paid or waived, in the language of who reads it."""
    try:
        content = api.receipt_of(
            uuid,
            user_id=person(request),
            name=_name(request),
            language=get_language() or settings.LANGUAGE_CODE,
        )
    except UnknownOrder as unknown:
        raise Http404 from unknown
    except InvoiceRefused as refused:
        messages.warning(request, in_words(refused))
        return redirect("fee_payments:order", uuid)
    except PapersError:
        return _not_printed()
    return _pdf(content, f"receipt-{uuid}")


def _name(request: HttpRequest) -> str:
    """How the person is called in their profile, else their name here."""
    return compat.full_name(person(request)) or str(request.user)


def _not_printed() -> HttpResponse:
    return HttpResponse(
        _("The document cannot be printed at the moment. Please try again later."), status=503
    )


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def invoice_of_order(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """To the invoice of an order; where there is none yet, to whom it is to be made out."""
    try:
        order = api.order(uuid, user_id=person(request), act=OrganisationAct.PAY)
    except UnknownOrder as unknown:
        raise Http404 from unknown
    known = api.invoice_of_order(uuid)
    if known is not None:
        return redirect("fee_payments:invoice", known.uuid)
    buyers = addressees(person(request), uuid)
    form = AddresseeForm(request.POST or None, buyers=buyers, initial=_initial(request, order))
    error = ""
    if request.method == "POST" and form.is_valid():
        try:
            issued = api.issue_invoice(uuid, form.details(), by=person(request), at=clock.now())
        except PaymentsError as refused:
            error = in_words(refused)
        else:
            return redirect("fee_payments:invoice", issued.uuid)
    context = {"form": form, "order": order, "error": error}
    status = 409 if error else 200
    return render(request, "fee_payments/invoices/addressee.html", context, status=status)


def _initial(request: HttpRequest, order: OrderSummary) -> dict[str, str]:
    return {
        "name": compat.full_name(person(request)),
        "country": order.country,
        "email": getattr(request.user, "email", ""),
    }


# Operators


@login_required
@never_cache
@require_GET
def invoice_list(request: HttpRequest) -> HttpResponse:
    """Every invoice with where it stands, or those that are looked for."""
    require(request, SEE)
    form = InvoiceSearchForm(request.GET or None)
    page = Paginator(_found(form), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "invoices": [_shown(selectors.invoice_summary(row, row.standing)) for row in page],
        "query": _query(request),
    }
    return render(request, "fee_payments/invoices/list.html", context)


def _found(form: InvoiceSearchForm) -> Any:
    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    wanted = InvoiceSearch(state=told.get("state", ""), text=told.get("text", ""))
    return selectors.found_invoices(wanted, on=clock.utc_day(clock.now()))


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return f"{kept.urlencode()}&" if kept else ""


@login_required
@never_cache
@require_GET
def invoice_sheet(request: HttpRequest) -> HttpResponse:
    """The open invoices, or those that are looked for, as CSV; what people wrote is no formula."""
    require(request, SEE)
    header = (
        _("Number"), _("Made out to"), _("Issued on"), _("Due on"), _("State"), _("Currency"),
        _("Total"), _("Paid"), _("Credited"), _("Written off"), _("Missing"),
    )  # fmt: skip
    rows = []
    for row in _found(InvoiceSearchForm(request.GET or {"state": "open"})).iterator(1000):
        one = selectors.invoice_summary(row, row.standing)
        state = STATE_NAMES[one.state(clock.utc_day(clock.now()))]
        rows.append(
            (one.number, one.buyer_name, one.issued_at.date().isoformat(), one.due_on.isoformat(),
             str(state), one.total.currency, one.total, one.paid, one.credited, one.written_off,
             one.missing)
        )  # fmt: skip
    response = HttpResponse(
        "\ufeff" + write_csv(header, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="invoices.csv"'
    return response


def _credit(request: HttpRequest, found: InvoiceSummary) -> None:
    api.issue_credit_note(
        found.uuid, reason=request.POST.get("reason", ""), by=person(request), at=clock.now()
    )


def _ask_write_off(request: HttpRequest, found: InvoiceSummary) -> None:
    api.ask_write_off(
        found.uuid, reason=request.POST.get("reason", ""), by=person(request), at=clock.now()
    )


def _confirm_write_off(request: HttpRequest, found: InvoiceSummary) -> None:
    api.confirm_write_off(_step(request, found), by=person(request), at=clock.now())


def _refuse_write_off(request: HttpRequest, found: InvoiceSummary) -> None:
    because = request.POST.get("reason", "")
    api.refuse_write_off(_step(request, found), by=person(request), because=because, at=clock.now())


def _step(request: HttpRequest, found: InvoiceSummary) -> int:
    """The write-off of this invoice that was shown."""
    number = request.POST.get("step", "")
    steps = models.WriteOff.objects.filter(invoice__uuid=found.uuid)
    for pk in steps.values_list("pk", flat=True):
        if str(pk) == number:
            return int(pk)
    raise Http404


def _undo(request: HttpRequest, found: InvoiceSummary) -> None:
    number = request.POST.get("match", "")
    matches = models.BankMatch.objects.filter(invoice__uuid=found.uuid)
    for pk in matches.values_list("pk", flat=True):
        if str(pk) == number:
            api.undo_match(
                pk, by=person(request), because=request.POST.get("reason", ""), at=clock.now()
            )
            return
    raise Http404


def _stop(request: HttpRequest, found: InvoiceSummary) -> None:
    api.stop_reminders(
        found.uuid, because=request.POST.get("reason", ""), by=person(request), at=clock.now()
    )


def _resume(request: HttpRequest, found: InvoiceSummary) -> None:
    api.resume_reminders(found.uuid, by=person(request))


Step = Callable[[HttpRequest, InvoiceSummary], None]
# What a button does, which permission it needs, and what is said when it is done.
_STEPS: Mapping[str, tuple[str, Step, Any]] = {
    "credit": ("fee_payments.issue_invoices", _credit, gettext_lazy("The invoice is cancelled.")),
    "ask_write_off": (
        "fee_payments.ask_write_off", _ask_write_off,
        gettext_lazy("A second person is needed now."),
    ),
    "confirm_write_off": (
        "fee_payments.confirm_write_off", _confirm_write_off, gettext_lazy("It is written off."),
    ),
    "refuse_write_off": (
        "fee_payments.confirm_write_off", _refuse_write_off,
        gettext_lazy("It is not written off."),
    ),
    "undo": (
        "fee_payments.match_bank_lines", _undo, gettext_lazy("The match is taken back."),
    ),
    "stop": (
        "fee_payments.issue_invoices", _stop, gettext_lazy("No reminder is sent any more."),
    ),
    "resume": (
        "fee_payments.issue_invoices", _resume, gettext_lazy("Reminders are sent again."),
    ),
}  # fmt: skip


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def invoice_desk(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One invoice for operators: its history, and what can be done."""
    require(request, SEE)
    try:
        found = api.invoice(uuid)
    except UnknownDocument as unknown:
        raise Http404 from unknown
    error = ""
    if request.method == "POST":
        permission, step, said = _STEPS.get(request.POST.get("action", ""), ("", None, ""))
        if step is None:
            raise Http404
        require(request, permission)
        try:
            step(request, found)
        except PaymentsError as refused:
            error = in_words(refused)
        else:
            messages.success(request, str(said))
            return redirect("fee_payments:invoice_desk", uuid)
    return _desk(request, api.invoice(uuid), error=error)


def _history(found: InvoiceSummary) -> list[tuple[Any, Any, str]]:
    """What happened, each step in words, and by whom: a user name, or the id of a gone account."""
    steps = selectors.history_of(found.uuid)
    names = seat_people.usernames({one.by for one in steps if one.by})
    return [(STEPS[one.kind], one, names.get(one.by or 0, str(one.by))) for one in steps]


def _desk(request: HttpRequest, found: InvoiceSummary, *, error: str) -> HttpResponse:
    shown = _shown(found)
    waiting = models.WriteOff.objects.filter(
        invoice__uuid=found.uuid, confirmed_at=None, refused_at=None
    ).first()
    context = {
        **shown,
        "error": error,
        "waiting": waiting,
        "waiting_amount": selectors.amount_of(waiting, found) if waiting else None,
        "next": next_step(
            found, is_overdue=bool(shown["late"]), waits_for_second=waiting is not None
        ),
        "history": _history(found),
        "matches": selectors.live_matches(found.uuid),
        "may": {
            name: allowed(request, permission) for name, (permission, _do, _said) in _STEPS.items()
        },
        "is_mine": waiting is not None and waiting.asked_by == person(request),
    }
    template = "fee_payments/invoices/desk.html"
    return render(request, template, context, status=409 if error else 200)
