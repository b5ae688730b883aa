"""Pages of the books: statements for their party, balances and the close for finance."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairgate import clock
from fairgate.whole_numbers import whole_number
from partnerships import api as partnerships

from . import api, page_parts, permissions, tasks, wording
from . import report_links as links
from .data import (
    DISPUTES,
    EventLine,
    Names,
    Part,
    Run,
    RunKind,
    RunState,
    Statement,
    StatementLine,
)
from .exceptions import (
    CurrencyNeeded,
    InvalidPeriod,
    RevenueShareError,
    StatementNotFound,
    StepNotFound,
)
from .rules.line_shares import Shares
from .statements import file_name
from .wording_refusals import in_words

CSV = "text/csv; charset=utf-8"

R = TypeVar("R", bound=HttpResponseBase)

# Events on one page of them.
_ROWS = 100


@require_safe
@login_required
def statements(request: HttpRequest, party: str | None = None) -> HttpResponse:
    """The statements of a party, or of all whom the person may see."""
    parties: tuple[str, ...] = ()
    if party is None and permissions.may_see_books(request.user):
        rows = api.list_statements()
    else:
        parties = (party,) if party else permissions.parties_of(request.user)
        if not parties or not all(permissions.may_see_party(request.user, one) for one in parties):
            raise Http404
        rows = tuple(row for one in parties for row in api.list_statements(one))
    context = {
        "page_title": _("Statements"),
        "rows": [
            {
                "row": row,
                "month": wording.month(row.period),
                "payable": wording.amount(row.payable),
                "closing": wording.amount(row.closing),
                "name": _name(row.party),
                "state": wording.state(row.state),
                "label": wording.label(row.number),
            }
            for row in rows
        ],
        "money": page_parts.money_of(parties[0]) if len(parties) == 1 else None,
        "may_see_books": permissions.may_see_books(request.user),
        "may_see_payouts": permissions.may_see_payouts(request.user),
    }
    return render(request, "revenue_share/statements.html", context)


@require_safe
@login_required
def statement(request: HttpRequest, party: str, period: str) -> HttpResponse:
    """One statement to read and to print."""
    shown = _statement_for(request, party, period)
    became = api.statement_states([shown.number] if shown.number else [])
    shares = api.line_shares(shown)
    names = _names(shown)
    context = {
        "page_title": _("Statement for %(month)s") % {"month": wording.month(period)},
        "statement": shown,
        "label": wording.label(shown.number),
        "names": names,
        "other_names": names.others(party),
        "state": wording.state(became.get(shown.number or 0, shown.state)),
        "lines": [
            {**_shown_line(shown, line, shares), "url": _line_url(shown, number)}
            for number, line in enumerate(shown.lines, start=1)
        ],
        "opening": wording.amount(shown.opening),
        "opening_url": _opening_url(shown),
        "subtotal": wording.amount(shown.subtotal),
        "payable": wording.amount(shown.payable),
        "closing": wording.amount(shown.closing),
        "sums": [
            {"what": wording.part(part), "amount": wording.amount(shown.part_total(part))}
            for part in Part
            if any(line.part is part for line in shown.lines)
        ],
        "rounding": wording.rounded_together(shown),
        "minimum": wording.amount(shown.minimum_payout) if shown.minimum_payout else "",
        "currencies": api.statement_currencies(party, period),
    }
    return render(request, "revenue_share/statement.html", context)


@require_safe
@login_required
def statement_csv(request: HttpRequest, party: str, period: str) -> HttpResponse:
    """The same statement as CSV."""
    shown = _statement_for(request, party, period)
    content = api.statement_csv(shown).encode()
    return _to_keep(HttpResponse(content, content_type=CSV), shown, ".csv")


@require_safe
@login_required
def statement_json(request: HttpRequest, party: str, period: str) -> HttpResponse:
    """The same statement as JSON: for a closed one, the text that was hashed."""
    shown = _statement_for(request, party, period)
    content = api.statement_json(shown).encode()
    return _to_keep(HttpResponse(content, content_type="application/json"), shown, ".json")


@require_safe
@login_required
def statement_events(request: HttpRequest, party: str, period: str, line: int) -> HttpResponse:
    """The events that one line of a statement is the sum of, a page at a time."""
    shown = _statement_for(request, party, period)
    chosen = _line_of(shown, line)
    # What is no place of a page begins at the first one.
    after = whole_number(request.GET.get("after", "")) or 0
    page = api.events_page(shown, chosen, after=after, limit=_ROWS + 1)
    line_shown = _shown_line(shown, chosen, api.line_shares(shown))
    context = {
        "page_title": wording.part(chosen.part),
        "statement": shown,
        "names": _names(shown),
        "month": wording.month(period),
        "line": line_shown,
        "events": [_shown_event(event, line_shown["share"]) for _place, event in page[:_ROWS]],
        "next": page[_ROWS - 1][0] if len(page) > _ROWS else None,
        "number": line,
    }
    return render(request, "revenue_share/statement_events.html", context)


@require_safe
@login_required
def statement_events_csv(request: HttpRequest, party: str, period: str) -> StreamingHttpResponse:
    """Every event behind a statement, or one ``line`` of it, as CSV, written while it is read."""
    shown = _statement_for(request, party, period)
    named = request.GET.get("line")
    line = _line_of(shown, whole_number(named) or 0) if named else None
    ending = f"-line-{named}-events.csv" if line else "-events.csv"
    rows = api.events_csv(shown, line)
    return _to_keep(StreamingHttpResponse(rows, content_type=CSV), shown, ending)


@require_safe
@login_required
def statement_paper(request: HttpRequest, party: str, period: str) -> HttpResponse:
    """The statement as a PDF file in the reader's language."""
    shown = _statement_for(request, party, period)
    content = api.statement_paper(shown, language=get_language() or settings.LANGUAGE_CODE)
    return _to_keep(HttpResponse(content, content_type="application/pdf"), shown, ".pdf")


@require_safe
@login_required
def statement_workbook(request: HttpRequest, party: str, period: str) -> FileResponse:
    """The statement and every event behind it as a workbook."""
    shown = _statement_for(request, party, period)
    # On the disk, and gone when it has been sent: a month may have a million events.
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    api.write_workbook(shown, language=get_language() or settings.LANGUAGE_CODE, to=file)
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _to_keep(FileResponse(file, content_type=kind), shown, ".xlsx")


@require_safe
@login_required
def books(request: HttpRequest) -> HttpResponse:
    """Balances and what is not allocated; whether the books hold is proved where it is asked."""
    if not permissions.may_see_books(request.user):
        raise Http404
    balances = api.balances()
    context = {
        "page_title": _("Books"),
        "balances": [
            {
                "account": wording.account(one.account),
                "name": _name(one.party),
                "amount": wording.amount(one.amount),
                "url": links.entries_url(one.account.value, one.party, one.amount.currency),
            }
            for one in balances
            if one.amount
        ],
        "unallocated": [
            wording.amount(-one.amount) for one in balances if one.is_unallocated and one.amount
        ],
        "next_period": api.next_period(at=clock.now()),
        "adjust_url": _adjust_url(request),
        "may_close": permissions.may_close(request.user),
    }
    return render(request, "revenue_share/books.html", context)


# By itself: what is asked for is committed before a worker is told, and the proof sees the books as
# of one moment.
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def proof(request: HttpRequest) -> HttpResponse:
    """Whether the books hold what they promise, proved when somebody presses the button.

    Every entry is read, which takes minutes where there are millions: never by opening an address,
    and by a worker, whose progress the next page shows.
    """
    if not permissions.may_see_books(request.user):
        raise Http404
    if request.method == "POST":
        return _begun(api.ask_to_check(**_asked_by(request)))
    return render(request, "revenue_share/proof.html", {"page_title": _("Proof of the books")})


@transaction.non_atomic_requests
@require_POST
@login_required
def close(request: HttpRequest) -> HttpResponse:
    """Have the month closed that the form names."""
    if not permissions.may_close(request.user):
        raise Http404
    try:
        asked = api.ask_to_close(request.POST.get("period", ""), **_asked_by(request))
    except RevenueShareError as error:
        messages.error(request, in_words(error))
        return redirect("revenue_share:books")
    return _begun(asked)


@require_safe
@login_required
@never_cache
def run(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far a close or a proof is that somebody has asked for, and what came of it."""
    if not permissions.may_see_books(request.user):
        raise Http404
    try:
        found = api.run(uuid, at=clock.now())
    except StepNotFound:
        raise Http404 from None
    title = _("Proof of the books")
    if found.kind is RunKind.CLOSE:
        title = _("Close of %(month)s") % {"month": wording.month(found.period)}
    context = {
        "page_title": title,
        "run": found,
        "closed": _closed(found),
        "has_failed": found.state is RunState.FAILED,
        "who": wording.user(found.asked_by),
        "asked": wording.moment(found.asked_at),
        "ended": wording.moment(found.ended_at) if found.ended_at else "",
        "here": request.path,
    }
    return render(request, "revenue_share/run.html", context)


def _asked_by(request: HttpRequest) -> dict[str, Any]:
    language = get_language() or settings.LANGUAGE_CODE
    return {"by": request.user.pk, "language": language, "at": clock.now(), "key": ""}


def _begun(uuid: UUID) -> HttpResponse:
    tasks.carry_out(str(uuid))
    return redirect("revenue_share:run", uuid)


def _closed(found: Run) -> str:
    """What a close came to; "" of anything else."""
    if found.kind is not RunKind.CLOSE or found.state is not RunState.DONE:
        return ""
    count = next((one.statements for one in api.list_periods() if one.period == found.period), 0)
    said = ngettext(
        "%(period)s is closed: %(count)s statement.",
        "%(period)s is closed: %(count)s statements.",
        count,
    )
    return said % {"period": wording.month(found.period), "count": count}


def _statement_for(request: HttpRequest, party: str, period: str) -> Statement:
    # Whoever may not see it cannot tell whether it exists.
    if not permissions.may_see_party(request.user, party):
        raise Http404
    currency = request.GET.get("currency") or None
    try:
        return api.statement(party, period, currency=currency)
    except CurrencyNeeded as error:
        return api.statement(party, period, currency=error.currencies[0])
    except (InvalidPeriod, StatementNotFound):
        raise Http404 from None


def _opening_url(shown: Statement) -> str:
    """The statement that has carried what this one opens with; "" for the first one."""
    found = (
        one
        for one in api.list_statements(shown.party)
        if one.currency == shown.currency and one.period < shown.period
    )
    before = next(found, None)
    return links.statement_url(before.party, before.period, before.currency) if before else ""


def _adjust_url(request: HttpRequest) -> str:
    """Where an adjustment is proposed, for who may; "" for everybody else."""
    is_officer = getattr(request.user, "is_staff", False)
    if not (is_officer and permissions.may_propose(request.user)):
        return ""
    return reverse("admin:revenue_share_adjustment_add")


def _line_of(shown: Statement, number: int) -> StatementLine:
    if not 1 <= number <= len(shown.lines):
        raise Http404
    return shown.lines[number - 1]


def _shown_event(event: EventLine, share: str) -> dict[str, Any]:
    brought = (event.gross, event.tax, event.fee)
    return {
        "event": event,
        "moment": wording.moment(event.occurred_at),
        "kind": wording.kind(event.kind) if event.kind in DISPUTES else "",
        "amounts": [
            *zip(
                (_("Gross"), _("Tax"), _("Processor’s fee")),
                ("" if one is None else wording.figures(one) for one in brought),
                strict=True,
            ),
            (_("Shared amount"), wording.figures(event.base)),
            (_("Share"), share),
            (_("Your part"), wording.figures(event.amount)),
        ],
    }


def _shown_line(shown: Statement, line: StatementLine, shares: Shares) -> dict[str, Any]:
    is_prior, share = line.period < shown.period, shares.of(line)
    return {
        "line": line,
        "what": wording.part(line.part),
        # What a screen reader tells one line from another by, where only a number is to be seen.
        "called": _called(line),
        "prior_month": wording.month(line.period) if is_prior else "",
        "events": wording.number(line.events),
        "base": wording.figures(line.base),
        "share": "" if share is None else wording.share(share),
        "amount": wording.figures(line.amount),
    }


def _called(line: StatementLine) -> str:
    told = (str(wording.part(line.part)), line.offering_code, wording.month(line.period))
    return ", ".join(part for part in told if part)


def _line_url(shown: Statement, number: int) -> str:
    address = reverse("revenue_share:statement_events", args=[shown.party, shown.period, number])
    return f"{address}?{urlencode({'currency': shown.currency})}"


def _names(shown: Statement) -> Names:
    return api.statement_names(shown, language=get_language() or settings.LANGUAGE_CODE)


def _to_keep(response: R, shown: Statement, ending: str) -> R:
    """A file that a browser saves and never shows as a page of this site."""
    name = file_name(shown, ending)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _name(party: str) -> str:
    if not party:
        return ""
    try:
        return partnerships.party(party).name
    except LookupError:
        return party
