"""What is behind numbers that no events of a report add up to: other numbers, or rows of the books.

Each page is for whom the page with the number is for, and has a file with the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeVar
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock
from fairgate.csv_cells import csv_row, write_csv
from fairgate.money import Money, UnknownCurrency, total
from fairgate.whole_numbers import whole_number
from waiver_policy import api as waivers

from . import api, permissions, report_tables, wording
from . import report_links as links
from . import wording_reports as words
from .data import Account, BookRow, Owed, Period
from .exceptions import InvalidPeriod
from .report_links import COSTS, WATERFALL, Asked, Summand
from .report_tables import Table, TableRow
from .views_reports import asked_of, require_books

CSV = "text/csv; charset=utf-8"
# Rows on one page of them.
_ROWS = 100
_HEAD = ("moment", "kind", "cause", "currency", "amount")

R = TypeVar("R", bound=HttpResponseBase)

Pages = Callable[[str, int], tuple[BookRow, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Behind:
    """What is behind a number, and where that number stands."""

    title: str
    subject: str
    currency: str
    back: tuple[str, str]
    pages: Pages


# --- Sums of numbers ------------------------------------------------------------------------------


@require_safe
@login_required
@never_cache
def report_sum(request: HttpRequest, name: str) -> HttpResponse:
    """The numbers of a report that another one of it is the sum of."""
    asked, row, found = _summands(request, name)
    context = {
        "page_title": row.label,
        "lead": f"{words.span(asked.first, asked.last)} · {asked.currency}",
        "back": (f"{_address_of(name)}?{urlencode(asked.query)}", str(_titles()[name])),
        "summands": [
            {"label": one.label, "amount": wording.figures(one.amount), "url": one.url}
            for one in found
        ],
        "total": wording.figures(total([one.amount for one in found], asked.currency)),
        "csv_url": _file_of(request, "report_sum_csv", name),
    }
    return render(request, "revenue_share/behind.html", context)


@require_safe
@login_required
@never_cache
def report_sum_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The same as CSV."""
    asked, _row, found = _summands(request, name)
    return _sum_file(found, asked.currency, f"{name}-sum")


def _summands(request: HttpRequest, name: str) -> tuple[Asked, TableRow, list[Summand]]:
    require_books(request)
    asked = asked_of(request, months=1 if name == WATERFALL else 12)
    if asked is None or name not in (WATERFALL, COSTS):
        raise Http404
    table = _table(name, asked)
    kind, key = request.GET.get("row"), request.GET.get("key", "")
    row = next((one for one in table.rows if (one.kind, one.key) == (kind, key)), None)
    make = links.sum_of_step if name == WATERFALL else links.sum_of_cost
    found = make(table, row, asked) if row else []
    if row is None or not found:
        raise Http404
    return asked, row, found


def _table(name: str, asked: Asked) -> Table:
    if name == WATERFALL:
        return report_tables.table_of(api.waterfall(asked.first, asked.currency, last=asked.last))
    return report_tables.table_of(api.cost_recovery(asked.first, asked.last, asked.currency))


def _titles() -> dict[str, str]:
    return {name: title for name, title, _address in links.list_reports()}


def _address_of(name: str) -> str:
    return reverse(f"revenue_share:{name}")


def _sum_file(found: Iterable[Summand], currency: str, name: str) -> HttpResponse:
    rows = [(one.label, currency, one.amount) for one in found]
    content = write_csv(("what", "currency", "amount"), rows)
    return _to_keep(HttpResponse(content, content_type=CSV), name)


@require_safe
@login_required
@never_cache
def payable(request: HttpRequest) -> HttpResponse:
    """The statements that are to be paid and are not, behind what is owed in a currency."""
    currency, found = _payable(request)
    context = {
        "page_title": _("To be paid out"),
        "lead": currency,
        "back": (reverse("revenue_share:finance"), _("Finance")),
        "summands": [
            {"label": one.label, "amount": wording.figures(one.amount), "url": one.url}
            for one in found
        ],
        "total": wording.figures(total([one.amount for one in found], currency)),
        "csv_url": _file_of(request, "payable_csv"),
    }
    return render(request, "revenue_share/behind.html", context)


@require_safe
@login_required
@never_cache
def payable_csv(request: HttpRequest) -> HttpResponse:
    """The same as CSV."""
    currency, found = _payable(request)
    return _sum_file(found, currency, "payable")


def _payable(request: HttpRequest) -> tuple[str, list[Summand]]:
    require_books(request)
    currency = _currency(request)
    return currency, [
        Summand(
            label=_owed_label(one),
            amount=one.amount,
            url=links.statement_url(one.party, one.period, currency),
        )
        for one in api.list_owed(currency)
    ]


def _owed_label(one: Owed) -> str:
    told = (wording.label(one.number), words.party(one.party))
    return " · ".join([*told, *([str(wording.payout_state(one.state))] if one.state else [])])


# --- Rows of the books ----------------------------------------------------------------------------


@require_safe
@login_required
@never_cache
def entries(request: HttpRequest) -> HttpResponse:
    """The entries behind the balance of an account."""
    return _page(request, _entries(request), "entries_csv")


@require_safe
@login_required
@never_cache
def entries_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    return _file(_entries(request), "entries")


@require_safe
@login_required
@never_cache
def fund_entries(request: HttpRequest) -> HttpResponse:
    """The movements behind a number that the fund says itself."""
    return _page(request, _fund_entries(request), "fund_entries_csv")


@require_safe
@login_required
@never_cache
def fund_entries_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    return _file(_fund_entries(request), "fund-entries")


@require_safe
@login_required
@never_cache
def party_money(request: HttpRequest, party: str, which: str) -> HttpResponse:
    """The lines behind what a party has on hold, or cleared and on no statement yet."""
    return _page(request, _party_money(request, party, which), "party_money_csv", party, which)


@require_safe
@login_required
@never_cache
def party_money_csv(request: HttpRequest, party: str, which: str) -> StreamingHttpResponse:
    """The same as CSV."""
    return _file(_party_money(request, party, which), f"{party}-{which}")


def _entries(request: HttpRequest) -> _Behind:
    require_books(request)
    party, currency = request.GET.get("party", ""), _currency(request)
    try:
        account = Account(request.GET.get("account", ""))
    except ValueError:
        raise Http404 from None
    name = words.party(party) if party else ""
    return _Behind(
        title=str(wording.account(account)),
        subject=name,
        currency=currency,
        back=(reverse("revenue_share:books"), _("Books")),
        pages=lambda after, limit: api.entries_behind(
            account, party, currency, after=after, limit=limit
        ),
    )


_OF_FUND = ("available", "reserved", "committed", "shortfall", "received")


def _fund_entries(request: HttpRequest) -> _Behind:
    require_books(request)
    currency, column, kind = _currency(request), request.GET.get("column"), request.GET.get("kind")
    if column not in _OF_FUND:
        raise Http404
    first, last = (_month(request, name) for name in ("first", "last"))

    def pages(after: str, limit: int) -> tuple[BookRow, ...]:
        found = waivers.fund_changes(
            currency,
            column,
            kind=kind,
            since=first.first_day if first else None,
            until=last.last_day if last else None,
            after=whole_number(after) or 0,
            limit=limit,
        )
        return tuple(
            BookRow(place=str(one.place), kind=one.kind, cause=str(one.uuid), at=one.at,
                    amount=one.amount)
            for one in found
        )  # fmt: skip

    span = words.span(str(first), str(last)) if first and last else ""
    return _Behind(
        title=str(words.movement(kind)) if kind else _("The waiver fund"),
        subject=span,
        currency=currency,
        back=(reverse("revenue_share:fund"), _("The waiver fund")),
        pages=pages,
    )


def _party_money(request: HttpRequest, party: str, which: str) -> _Behind:
    # Whoever may not see it cannot tell whether it exists.
    if not permissions.may_see_party(request.user, party):
        raise Http404
    currency, now = _currency(request), clock.now()
    back = (reverse("revenue_share:statements", args=[party]), _("All statements"))
    if which == "cleared":
        return _Behind(
            title=_("Cleared, for the next statement"),
            subject=words.party(party),
            currency=currency,
            back=back,
            pages=lambda after, limit: api.lines_cleared(
                party, currency, at=now, after=after, limit=limit
            ),
        )
    month, until = _month(request, "month"), _moment(request)
    if month is None or until is None:
        raise Http404
    title = _("On hold, sales of %(month)s") % {"month": wording.month(str(month))}
    return _Behind(
        title=title,
        subject=words.party(party),
        currency=currency,
        back=back,
        pages=lambda after, limit: api.lines_on_hold(
            party, currency, sales_of=str(month), until=until, after=after, limit=limit
        ),
    )


def _page(request: HttpRequest, behind: _Behind, file: str, *args: str) -> HttpResponse:
    page = behind.pages(request.GET.get("after", ""), _ROWS + 1)
    query = {name: value for name, value in request.GET.items() if name != "after"}
    has_more = len(page) > _ROWS
    context = {
        "page_title": behind.title,
        "lead": " · ".join(filter(None, (behind.subject, behind.currency))),
        "back": behind.back,
        "rows": [
            {
                "row": row,
                "moment": wording.moment(row.at),
                "kind": words.posting(row.kind),
                "amount": wording.figures(row.amount),
            }
            for row in page[:_ROWS]
        ],
        "next_url": f"?{urlencode({**query, 'after': page[_ROWS - 1].place})}" if has_more else "",
        "csv_url": _file_of(request, file, *args),
    }
    return render(request, "revenue_share/behind.html", context)


def _file(behind: _Behind, name: str) -> StreamingHttpResponse:
    head = write_csv(_HEAD, ())
    lines = (
        csv_row((row.at.isoformat(), row.kind, row.cause, behind.currency, row.amount))
        for row in _every(behind)
    )
    return _to_keep(StreamingHttpResponse(chain((head,), lines), content_type=CSV), name)


def _every(behind: _Behind) -> Iterator[BookRow]:
    after = ""
    while page := behind.pages(after, 1_000):
        yield from page
        after = page[-1].place


def _file_of(request: HttpRequest, name: str, *args: str) -> str:
    query = {name: value for name, value in request.GET.items() if name != "after"}
    return f"{reverse(f'revenue_share:{name}', args=args)}?{urlencode(query)}"


def _currency(request: HttpRequest) -> str:
    currency = request.GET.get("currency", "")
    try:
        Money.zero(currency)
    except UnknownCurrency:
        raise Http404 from None
    return currency


def _month(request: HttpRequest, name: str) -> Period | None:
    text = request.GET.get(name)
    try:
        return Period.parse(text) if text else None
    except InvalidPeriod:
        raise Http404 from None


def _moment(request: HttpRequest) -> datetime | None:
    try:
        found = parse_datetime(request.GET.get("until", ""))
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def _to_keep(response: R, name: str) -> R:
    """A file that a browser saves and never shows as a page of this site."""
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
