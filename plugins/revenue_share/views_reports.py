"""Pages of reports: sums of months by one thing, where receipts went, the fund, the costs.

Every page asks three things of its address: from which month, to which month, in which currency.
Every number of the books opens the events behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryFile
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from fairgate import clock
from fairgate.money import Money
from waiver_policy import api as waivers

from . import api, permissions, pictures, report_tables, wording
from . import report_links as links
from . import wording_reports as words
from .data import (
    OF_PARTS,
    Account,
    Dimension,
    Drill,
    Measure,
    MonthSummary,
    Period,
    Report,
    ReportEvent,
    StepKind,
)
from .exceptions import InvalidPeriod
from .report_links import COSTS, FUND, WATERFALL, Asked
from .report_tables import Shown
from .rules.reports import per_hundred

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

R = TypeVar("R", bound=HttpResponseBase)

# Events on one page of them.
_ROWS = 100
# So many months are shown before somebody chooses others.
_MONTHS = 12
_MONTHS_OF_INDEX = 24


@require_safe
@login_required
@never_cache
def finance(request: HttpRequest) -> HttpResponse:
    """Where finance begins: months and their state, what waits for somebody, and the way on."""
    require_books(request)
    newest = _periods(api.list_spans())[:_MONTHS_OF_INDEX]
    months = api.list_months(newest[-1]) if newest else ()
    context = {
        "page_title": _("Finance"),
        "months": [_shown_month(month) for month in months],
        "unallocated": [
            (
                wording.amount(amount),
                links.entries_url(Account.UNALLOCATED.value, "", amount.currency),
            )
            for amount in api.list_unallocated()
        ],
        "balances": _balances(),
        "reports": links.list_reports(),
        "may_see_payouts": permissions.may_see_payouts(request.user),
        "offices": _offices(request),
    }
    return render(request, "revenue_share/finance.html", context)


@require_safe
@login_required
@never_cache
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Sums of some months by one thing, as a picture and as a table."""
    dimension = _dimension(name)

    def shown(asked: Asked) -> dict[str, Any]:
        found = _report(request, dimension, asked)
        opens = _opens(request, dimension)
        return {
            "picture": pictures.of_report(found),
            "table": links.page_table(
                report_tables.table_of(found),
                lambda row, place: (
                    links.events_url(asked, links.drill_of_report(found, row, place))
                    if opens
                    else ""
                ),
            ),
            "is_wide": True,
            "is_by_country": dimension is Dimension.COUNTRY_GROUP,
            "least": found.least,
            "is_by_party": dimension is Dimension.PARTY,
        }

    return _page(request, name, str(words.dimension(dimension)), shown)


@require_safe
@login_required
@never_cache
def waterfall(request: HttpRequest) -> HttpResponse:
    """Where the receipts of some months went."""

    def shown(asked: Asked) -> dict[str, Any]:
        fall = api.waterfall(asked.first, asked.currency, last=asked.last)
        return {
            "picture": pictures.of_waterfall(fall),
            "table": links.page_table(
                report_tables.table_of(fall),
                # What is left after a step is a sum of others.
                lambda row, place: (
                    links.sum_url(asked, WATERFALL, row)
                    if place
                    else links.events_url(asked, links.drill_of_step(asked, row))
                ),
            ),
            "unallocated": _not_nothing(fall.amount(StepKind.UNALLOCATED)),
        }

    return _page(request, WATERFALL, _("Where the receipts went"), shown, months=1)


@require_safe
@login_required
@never_cache
def fund(request: HttpRequest) -> HttpResponse:
    """What the fund earned and paid, and what it has."""

    def shown(asked: Asked) -> dict[str, Any]:
        flow = api.fund_flow(asked.first, asked.last, asked.currency)
        return {
            "picture": pictures.of_fund(flow),
            "table": links.page_table(
                report_tables.table_of(flow), lambda row, _place: links.url_of_fund(asked, row)
            ),
            "entries_url": _admin_url(
                request, "waiver_policy_fundentry", "waiver_policy.view_fundentry"
            ),
        }

    return _page(request, FUND, _("The waiver fund"), shown)


@require_safe
@login_required
@never_cache
def costs(request: HttpRequest) -> HttpResponse:
    """What the books know of costs, and the platform's share beside them."""

    def shown(asked: Asked) -> dict[str, Any]:
        found = api.cost_recovery(asked.first, asked.last, asked.currency)
        return {
            "picture": pictures.of_costs(found),
            "table": links.page_table(
                report_tables.table_of(found), lambda row, _place: links.url_of_cost(asked, row)
            ),
            "per_hundred": per_hundred(found.costs, found.receipts),
            "platform_per_hundred": per_hundred(found.platform_left, found.receipts),
        }

    return _page(request, COSTS, _("Cost recovery"), shown)


@require_safe
@login_required
def report_csv(request: HttpRequest, name: str) -> HttpResponse:
    """A report as CSV."""
    shown = _shown(request, name)
    return _to_keep(HttpResponse(api.report_csv(shown), content_type=CSV), name, shown, ".csv")


@require_safe
@login_required
def report_workbook(request: HttpRequest, name: str) -> FileResponse:
    """A report as a workbook."""
    shown = _shown(request, name)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    api.write_report(shown, language=get_language() or settings.LANGUAGE_CODE, to=file)
    file.seek(0)
    return _to_keep(FileResponse(file, content_type=XLSX), name, shown, ".xlsx")


@require_safe
@login_required
@never_cache
def report_events(request: HttpRequest, name: str) -> HttpResponse:
    """The events behind a number, a page at a time."""
    asked, drill = _drilled(request, name)
    page = api.report_events(
        drill, at=clock.now(), after=request.GET.get("after", ""), limit=_ROWS + 1
    )
    columns = report_tables.columns_of(drill.dimension)
    if drill.measure in OF_PARTS:
        columns = ()
    context = {
        "page_title": words.drilled(drill),
        "asked": asked,
        "name": name,
        "span": words.span(asked.first, asked.last),
        "report_title": words.dimension(drill.dimension),
        "columns": [words.measure(one) for one in columns],
        "events": [
            _shown_event(event, columns, has_party=not drill.key) for _place, event in page[:_ROWS]
        ],
        "next_url": links.events_url(asked, drill, after=page[_ROWS - 1][0])
        if len(page) > _ROWS
        else "",
        "csv_url": links.events_url(asked, drill, to="report_events_csv"),
        "report_query": urlencode(asked.query),
    }
    return render(request, "revenue_share/report_events.html", context)


@require_safe
@login_required
def report_events_csv(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Every event behind a number as CSV, written while it is read."""
    asked, drill = _drilled(request, name)
    rows = api.report_events_csv(drill, at=clock.now())
    response = StreamingHttpResponse(rows, content_type=CSV)
    return _to_keep(response, f"{name}-events", asked, ".csv")


def _page(
    request: HttpRequest,
    name: str,
    title: str,
    shown: Callable[[Asked], dict[str, Any]],
    *,
    months: int = _MONTHS,
) -> HttpResponse:
    """A report of the months and the currency that are asked for, once anything is booked."""
    require_books(request)
    asked = asked_of(request, months=months)
    context: dict[str, Any] = {
        "page_title": title,
        "name": name,
        "asked": asked,
        "reports": links.list_reports(asked),
        "months": [(month, wording.month(month)) for month in asked.months] if asked else [],
        "span": words.span(asked.first, asked.last) if asked else "",
        "query": urlencode(asked.query) if asked else "",
    }
    if asked:
        context |= shown(asked)
    return render(request, "revenue_share/report.html", context)


def require_books(request: HttpRequest) -> None:
    """Refuse everybody but finance, to whom alone there is such a page."""
    if not permissions.may_see_books(request.user):
        raise Http404


def _dimension(name: str) -> Dimension:
    try:
        return Dimension(name)
    except ValueError:
        raise Http404 from None


def asked_of(request: HttpRequest, *, months: int = _MONTHS) -> Asked | None:
    """The months and the currency of the address; ``None`` while nothing is booked."""
    known = api.list_spans()
    if not known:
        return None
    periods = _periods(known)
    currencies = tuple(sorted({currency for _period, currency in known}))
    first, last = _months_of(request, periods[:months][-1], periods[0])
    currency = request.GET.get("currency") or api.busiest_currency(first, last) or currencies[0]
    if currency not in currencies:
        raise Http404
    return Asked(first=first, last=last, currency=currency, months=periods, currencies=currencies)


def _periods(known: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(period for period, _currency in known))


def _months_of(request: HttpRequest, first: str, last: str) -> tuple[str, str]:
    try:
        named = [
            str(Period.parse(request.GET.get(name) or other))
            for name, other in (("first", first), ("last", last))
        ]
    except InvalidPeriod:
        raise Http404 from None
    # Named from its end, it is the same span.
    return min(named), max(named)


def _report(request: HttpRequest, dimension: Dimension, asked: Asked) -> Report:
    return api.report(
        dimension,
        first=asked.first,
        last=asked.last,
        currency=asked.currency,
        at=clock.now(),
        tells_few=permissions.may_see_countries(request.user),
    )


def _shown(request: HttpRequest, name: str) -> Shown:
    """The report of an address, for a file of it."""
    require_books(request)
    asked = asked_of(request, months=1 if name == WATERFALL else _MONTHS)
    if asked is None:
        raise Http404
    makers: dict[str, Callable[[], Shown]] = {
        WATERFALL: lambda: api.waterfall(asked.first, asked.currency, last=asked.last),
        FUND: lambda: api.fund_flow(asked.first, asked.last, asked.currency),
        COSTS: lambda: api.cost_recovery(asked.first, asked.last, asked.currency),
    }
    if name in makers:
        return makers[name]()
    return _report(request, _dimension(name), asked)


def _opens(request: HttpRequest, dimension: Dimension) -> bool:
    """Whether a number opens its events: of a group of countries, each would tell a country."""
    is_by_country = dimension is Dimension.COUNTRY_GROUP
    return not is_by_country or permissions.may_see_countries(request.user)


def _drilled(request: HttpRequest, name: str) -> tuple[Asked, Drill]:
    require_books(request)
    dimension, asked = _dimension(name), asked_of(request)
    if asked is None or not _opens(request, dimension):
        raise Http404
    try:
        measure = Measure(request.GET["measure"]) if request.GET.get("measure") else None
        drill = Drill(
            dimension=dimension,
            first=asked.first,
            last=asked.last,
            currency=asked.currency,
            key=request.GET.get("key"),
            measure=measure,
        )
        words.drilled(drill)
    except ValueError:
        raise Http404 from None
    known = report_tables.columns_of(dimension)
    is_part = dimension is Dimension.PARTY and measure in OF_PARTS
    if measure and measure not in known and not is_part:
        raise Http404
    return asked, drill


def _offices(request: HttpRequest) -> list[tuple[str, str]]:
    """The lists of the admin that finance works with: those that this person may see."""
    found = (
        (_("adjustments"), "adjustment", permissions.VIEW_ADJUSTMENTS),
        (_("remittances"), "remittance", permissions.VIEW_REMITTANCES),
        (_("accounts for payouts"), "payoutaccount", permissions.VIEW_ACCOUNTS),
        (_("Rates of exchange"), "fxrate", permissions.VIEW_RATES),
    )
    listed = (
        (title, _admin_url(request, f"revenue_share_{model}", right))
        for title, model, right in found
    )
    return [(title, address) for title, address in listed if address]


def _shown_month(month: MonthSummary) -> dict[str, Any]:
    query = {"first": month.period, "last": month.period, "currency": month.currency}
    return {
        "month": month,
        "name": wording.month(month.period),
        "gross": wording.figures(month.gross),
        "net": wording.figures(month.net),
        "unallocated": wording.figures(month.unallocated),
        "gross_in_words": wording.amount(month.gross),
        "net_in_words": wording.amount(month.net),
        "unallocated_in_words": wording.amount(month.unallocated),
        "query": urlencode(query),
    }


def _balances() -> list[dict[str, Any]]:
    """By currency: what is to be paid out and is not paid yet, and what the fund has free."""
    payable: dict[str, Money] = {}
    for one in api.list_owed():
        code = one.amount.currency
        payable[code] = payable.get(code, Money.zero(code)) + one.amount
    funds = {fund.currency: fund.available for fund in waivers.list_funds()}
    return [
        {
            "currency": code,
            "payable": wording.figures(payable.get(code, Money.zero(code))),
            "payable_url": f"{reverse('revenue_share:payable')}?{urlencode({'currency': code})}",
            "fund": wording.figures(funds.get(code, Money.zero(code))),
            "fund_url": links.fund_now_url(code, "available"),
        }
        for code in sorted({*payable, *funds})
    ]


def _shown_event(
    event: ReportEvent, columns: tuple[Measure, ...], *, has_party: bool
) -> dict[str, Any]:
    """``columns`` are what its values are shown of; none of them where there is no column."""
    return {
        "event": event,
        "moment": wording.moment(event.occurred_at),
        "kind": wording.kind(event.kind),
        "party": words.party(event.party) if event.party and has_party else "",
        "values": [
            (words.measure(column), wording.figures(value))
            for column, value in zip(columns, event.values, strict=False)
        ],
        "amount": wording.figures(event.amount),
    }


def _not_nothing(amount: Money) -> str:
    return wording.amount(amount) if amount else ""


def _admin_url(request: HttpRequest, name: str, right: str) -> str:
    """The list of rows in the admin, for who may see it; "" for everybody else."""
    is_officer = getattr(request.user, "is_staff", False)
    if not (is_officer and permissions.may(request.user, right)):
        return ""
    try:
        return reverse(f"admin:{name}_changelist")
    except NoReverseMatch:
        return ""


def _to_keep(response: R, name: str, shown: Shown | Asked, ending: str) -> R:
    """A file that a browser saves and never shows as a page of this site."""
    title = f"{name}-{shown.first}-{shown.last}-{shown.currency}{ending}"
    response["Content-Disposition"] = f'attachment; filename="{title}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
