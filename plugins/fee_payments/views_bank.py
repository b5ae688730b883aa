"""Pages for operators: files of banks, what they are matched with, and what nobody knows yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from fairgate import clock
from fairgate.whole_numbers import whole_number
from fee_payments import api, conf, models
from fee_payments.bank_files import MAX_BYTES
from fee_payments.data.bank import LineProposal
from fee_payments.data.searches import LineSearch
from fee_payments.exceptions import AlreadyImported, PaymentsError, UnknownDocument
from fee_payments.forms_invoices import (
    LineSearchForm,
    MatchForm,
    ReasonedAmountForm,
    StatementForm,
)
from fee_payments.page_parts import allowed, person, require
from fee_payments.selectors import bank as banks
from fee_payments.wording import in_words
from fee_payments.wording_invoices import REASONS

IMPORT = "fee_payments.import_bank_statements"
MATCH = "fee_payments.match_bank_lines"
SEE_INVOICES = "fee_payments.view_invoice"
PAGE = 50


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def imports(request: HttpRequest) -> HttpResponse:
    """The files that were imported, and a place for the next one."""
    require(request, IMPORT)
    form = StatementForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        answer = _import(request, form)
        if answer is not None:
            return answer
    rows = models.BankImport.objects.order_by("-id")[:PAGE]
    context = {
        "form": form,
        "imports": [banks.import_summary(row) for row in rows],
        "unused": banks.unused_lines().count(),
        "to_send_back": models.TransferBack.objects.filter(
            confirmed_at=None, refused_at=None
        ).count(),
    }
    status = 409 if form.errors else 200
    return render(request, "fee_payments/bank/imports.html", context, status=status)


def _import(request: HttpRequest, form: StatementForm) -> HttpResponse | None:
    """To the preview of what was stored; ``None`` when nothing was, and the form says why."""
    file, account = form.cleaned_data["file"], form.cleaned_data["account"]
    if file.size > MAX_BYTES:
        form.add_error("file", _("The file is too large; ask the bank for shorter periods."))
        return None
    try:
        done = api.import_statements(
            file.read(), file_name=file.name, by=person(request), at=clock.now(),
            account=account.pk if account else None,
        )  # fmt: skip
    except AlreadyImported as known:
        messages.warning(request, in_words(known))
        return redirect("fee_payments:bank_import", known.imported.uuid)
    except PaymentsError as refused:
        form.add_error("file", in_words(refused))
        return None
    return redirect("fee_payments:bank_import", done.uuid)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def bank_import(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One file: what would be matched, and the button that does it."""
    require(request, IMPORT)
    try:
        row = banks.bank_import(uuid)
        if request.method == "POST":
            _apply(request, uuid)
            return redirect("fee_payments:bank_import", uuid)
    except UnknownDocument as unknown:
        raise Http404 from unknown
    waiting = row.lines.filter(pk__gt=row.applied_upto).select_related("account").order_by("pk")
    proposals = [_said(one) for one in banks.propose(list(waiting[:PAGE]))]
    context = {
        "file": banks.import_summary(row),
        "proposals": proposals,
        "shown": len(proposals),
        "certain": sum(one["proposal"].is_certain for one in proposals),
        "matches": banks.matches_of_file(row.pk, most=PAGE),
        "may_see_invoices": allowed(request, SEE_INVOICES),
    }
    return render(request, "fee_payments/bank/import.html", context)


def _apply(request: HttpRequest, uuid: UUID) -> None:
    limit = conf.bank_lines_at_once()
    done = api.apply_import(uuid, by=person(request), at=clock.now(), limit=limit)
    said = _("Matched: %(matched)s. Taken back: %(back)s. Left to a person: %(left)s.")
    messages.success(
        request, said % {"matched": done.matched, "back": done.taken_back, "left": done.left}
    )
    if done.waiting:
        messages.warning(
            request,
            _("%(count)s lines of this file wait; press the button again to go on.")
            % {"count": done.waiting},
        )


def _said(one: LineProposal) -> dict[str, Any]:
    return {"line": one.line, "proposal": one.proposal, "reason": REASONS[one.proposal.reason]}


@login_required
@never_cache
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """What came in and belongs to nobody yet."""
    require(request, MATCH)
    form = LineSearchForm(request.GET or None)
    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    account = told.get("account")
    wanted = LineSearch(
        account=account.pk if account else None,
        kind=told.get("kind", ""),
        text=told.get("text", ""),
    )
    page = Paginator(banks.found_lines(wanted), PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "form": form,
        "page": page,
        "lines": [_said(one) for one in banks.propose(list(page))],
        "query": f"{kept.urlencode()}&" if kept else "",
        "transfers": banks.waiting_transfers(),
    }
    return render(request, "fee_payments/bank/lines.html", context)


def _match(request: HttpRequest, row: models.BankLine, form: Any) -> None:
    found = models.Invoice.objects.filter(number=form.cleaned_data["number"].strip()).first()
    if found is None:
        form.add_error("number", _("There is no invoice with this number."))
        return
    parts = [(found.uuid, form.cleaned_data["amount"])]
    api.match_line(row.pk, parts, by=person(request), at=clock.now())


def _accept(request: HttpRequest, row: models.BankLine, form: Any) -> None:
    """What was proposed, as it was shown: another proposal by now is not accepted unseen."""
    shown = request.POST.get("shown", "")
    api.accept_proposal(row.pk, shown=shown, by=person(request), at=clock.now())


def _ask_back(request: HttpRequest, row: models.BankLine, form: Any) -> None:
    told = form.cleaned_data
    api.ask_transfer_back(
        row.pk, told["amount"], reason=told["reason"], by=person(request), at=clock.now()
    )


def _put_aside(request: HttpRequest, row: models.BankLine, form: Any) -> None:
    api.put_aside(row.pk, by=person(request), because=request.POST.get("reason", ""))


def _take_back(request: HttpRequest, row: models.BankLine, form: Any) -> None:
    number = whole_number(request.POST.get("line", ""))
    if number is None:
        form.add_error(None, _("Please give the number of the payment."))
        return
    api.take_back(row.pk, line_pk=number, by=person(request), at=clock.now())


Step = Callable[[HttpRequest, models.BankLine, Any], None]
_STEPS: Mapping[str, tuple[str, type[Any] | None, Step, Any]] = {
    "match": (MATCH, MatchForm, _match, gettext_lazy("The payment is matched.")),
    "accept": (MATCH, None, _accept, gettext_lazy("The payment is matched.")),
    "ask_back": (
        "fee_payments.ask_transfer_back", ReasonedAmountForm, _ask_back,
        gettext_lazy("A second person confirms it when the money was sent back."),
    ),
    "put_aside": (MATCH, None, _put_aside, gettext_lazy("The payment is put aside.")),
    "take_back": (MATCH, None, _take_back, gettext_lazy("The payment is taken back.")),
}  # fmt: skip


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
@transaction.non_atomic_requests
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment: what is proposed for it, and what a person can do with it."""
    require(request, MATCH)
    try:
        row = banks.bank_line(pk)
        if request.method != "POST":
            return _line_page(request, row, {})
        return _step(request, row)
    except UnknownDocument as unknown:
        raise Http404 from unknown


def _step(request: HttpRequest, row: models.BankLine) -> HttpResponse:
    name = request.POST.get("action", "")
    if name not in _STEPS:
        raise Http404
    permission, kind, step, said = _STEPS[name]
    require(request, permission)
    form = _form(kind, row, request)
    if form.is_valid():
        try:
            step(request, row, form)
        except PaymentsError as refused:
            form.add_error(None, in_words(refused))
    if form.errors:
        return _line_page(request, banks.bank_line(row.pk), {name: form})
    messages.success(request, str(said))
    return redirect("fee_payments:bank_lines")


def _form(kind: type[Any] | None, row: models.BankLine, request: HttpRequest) -> Any:
    return (kind or _NoFields)(request.POST, currency=row.currency)


class _NoFields(ReasonedAmountForm):
    """A step that asks for nothing that a form has to read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.clear()


def _line_page(
    request: HttpRequest, row: models.BankLine, forms: Mapping[str, Any]
) -> HttpResponse:
    (proposed,) = banks.propose([row])
    fresh = {
        "match": MatchForm(currency=row.currency, auto_id="id_match_%s"),
        "ask_back": ReasonedAmountForm(currency=row.currency, auto_id="id_back_%s"),
    }
    context = {
        **_said(proposed),
        "shown": banks.fingerprint(proposed.proposal),
        "forms": {**fresh, **forms},
        "matches": banks.matches_of(row.pk),
        "may_send_back": allowed(request, "fee_payments.ask_transfer_back"),
        "errors": [error for form in forms.values() for error in form.non_field_errors()],
    }
    status = 409 if forms else 200
    return render(request, "fee_payments/bank/line.html", context, status=status)


@login_required
@never_cache
@require_http_methods(["POST"])
@transaction.non_atomic_requests
def transfer_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person says that the money was sent back, or that it is not to be."""
    require(request, "fee_payments.confirm_transfer_back")
    by, at = person(request), clock.now()
    try:
        if request.POST.get("action") == "confirm":
            api.confirm_transfer_back(pk, by=by, at=at)
            messages.success(request, _("It is noted that the money was sent back."))
        else:
            api.refuse_transfer_back(pk, by=by, because=request.POST.get("reason", ""), at=at)
            messages.success(request, _("The money is not sent back."))
    except UnknownDocument as unknown:
        raise Http404 from unknown
    except PaymentsError as refused:
        messages.error(request, in_words(refused))
    return redirect("fee_payments:bank_lines")
