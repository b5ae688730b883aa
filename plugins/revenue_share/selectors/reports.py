"""Reads for reports: sums of months from the sums that are kept, never from the events.

However many sales there were, and however many months are asked for, each function asks the same
few questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from django.db.models import F, QuerySet, Sum

from fairgate.money import Money
from partnerships.data import FUND, PLATFORM
from waiver_policy import api as waivers
from waiver_policy.data import ListCode

from ..data import Account, EventKind, Part, Period
from ..data.reports import (
    OF_PARTIES,
    OF_RECEIPTS,
    CostRecovery,
    CountryGroup,
    Dimension,
    FundFlow,
    Measure,
    MonthSummary,
    Report,
    ReportRow,
    Waterfall,
)
from ..models import LedgerEntry, PartyRollup, PeriodClose, ReceiptRollup
from ..rules import reports as rules
from ..rules.reports import BRINGING, SHARED_PARTS, CountrySum, PartySum, ReceiptSum, Received
from .statements import last_closed

Lists = Mapping[CountryGroup, Collection[str]]

_FIELDS = {
    Dimension.MONTH: "period",
    Dimension.COURSE: "course_key",
    Dimension.PAYER_CLASS: "payer_class",
}
_SUMS = ("events", "gross_minor", "tax_minor", "fee_minor", "dispute_fee_minor")


def report(
    dimension: Dimension, first: Period, last: Period, currency: str, *, at: datetime, least: int
) -> Report:
    """Sums of some months by one thing. ``least`` of 0 tells every group of countries apart."""
    is_by_party = dimension is Dimension.PARTY
    measures = OF_PARTIES if is_by_party else OF_RECEIPTS
    rows = _rows(dimension, first, last, currency, at=at, least=least)
    return Report(
        dimension=dimension,
        first=str(first),
        last=str(last),
        currency=currency,
        measures=measures,
        rows=rows,
        total=rules.add_up(rows, currency, columns=len(measures)),
        least=least if dimension is Dimension.COUNTRY_GROUP else 0,
    )


def waterfall(first: Period, last: Period, currency: str) -> Waterfall:
    """Where the receipts of some months went."""
    steps = rules.waterfall(
        _received(first, last, currency), _party_sums(first, last, currency), currency
    )
    return Waterfall(first=str(first), last=str(last), currency=currency, steps=steps)


def fund_flow(first: Period, last: Period, currency: str) -> FundFlow:
    """What the fund earned and paid."""
    found = _of_party(FUND, first, last, currency)
    seats = found.get(Part.SEAT, 0)
    earned = sum(units for part, units in found.items() if part in SHARED_PARTS)
    return FundFlow(
        first=str(first),
        last=str(last),
        currency=currency,
        earned=Money.from_minor(earned, currency),
        seats=Money.from_minor(-seats, currency),
        movements=waivers.fund_movements(currency, since=first.first_day, until=last.last_day),
        balance=waivers.fund_balance(currency),
    )


def cost_recovery(first: Period, last: Period, currency: str) -> CostRecovery:
    """What is known of costs, and the platform's share."""
    received = _received(first, last, currency)
    gross, back, _tax, fee = received.total.values
    sums = list(_party_sums(first, last, currency))
    recouped: dict[str, int] = {}
    for party, part, units in sums:
        if part is Part.RECOUPED:
            recouped[party] = recouped.get(party, 0) + units
    borne = rules.parts_of(Measure.COSTS)
    own = [(part, units) for party, part, units in sums if party == PLATFORM]

    def money(units: int) -> Money:
        return Money.from_minor(units, currency)

    return CostRecovery(
        first=str(first),
        last=str(last),
        currency=currency,
        gross=gross,
        back=back,
        fees=-fee,
        dispute_fees=received.dispute_fees,
        recouped=tuple((party, money(units)) for party, units in sorted(recouped.items()) if units),
        platform=money(sum(units for part, units in own if part not in borne)),
        platform_costs=money(-sum(units for part, units in own if part in borne)),
    )


def list_spans() -> tuple[tuple[str, str], ...]:
    """Every month and currency in which anything happened, the newest first: from an index."""
    pairs = ReceiptRollup.objects.order_by("-period", "currency").values_list("period", "currency")
    return tuple(pairs.distinct())


def busiest_currency(first: Period, last: Period) -> str:
    """The currency of most events in some months; of several, the first by its code; "" of none."""
    rows = ReceiptRollup.objects.filter(period__gte=str(first), period__lte=str(last))
    groups = rows.order_by("currency").values_list("currency")
    events = {str(currency): int(count) for currency, count in groups.annotate(Sum("events"))}
    return min(events, key=lambda currency: (-events[currency], currency), default="")


def list_months(since: str) -> tuple[MonthSummary, ...]:
    """The months from one on in which something counts, the newest first, in each currency."""
    receipts = _receipts_of_months(since)
    shares: dict[tuple[str, str], list[PartySum]] = {}
    for period, currency, one in _shares_of_months(since):
        shares.setdefault((period, currency), []).append(one)
    closes = {one.period: one for one in PeriodClose.objects.filter(period__gte=since)}
    found = []
    for period, currency in sorted(receipts.keys() | shares.keys()):
        total, dispute_fees = rules.received(receipts.get((period, currency), ()), currency)
        rows = rules.parties(shares.get((period, currency), ()), total.amount, dispute_fees)
        close = closes.get(period)
        zero = Money.zero(currency)
        found.append(
            MonthSummary(
                period=period,
                currency=currency,
                gross=total.values[0],
                net=total.amount,
                unallocated=next((row.amount for row in rows if not row.key), zero),
                closed_at=close.closed_at if close else None,
                closed_by=close.closed_by if close else "",
            )
        )
    return tuple(sorted(found, key=lambda month: month.period, reverse=True))


def list_unallocated() -> tuple[Money, ...]:
    """What nobody was allocated until now, by currency: of one account, by its index."""
    entries = LedgerEntry.objects.filter(
        account=Account.UNALLOCATED.value,
        currency__in=sorted({currency for _period, currency in list_spans()}),
    )
    groups = entries.order_by("currency").values_list("currency")
    sums = groups.annotate(units=Sum(F("credit_minor") - F("debit_minor")))
    return tuple(Money.from_minor(int(units), code) for code, units in sums if units)


def lists_of(months: Collection[str], *, at: datetime) -> dict[str, Lists]:
    """The countries of both lists on the last day of each month, as they are known at a moment."""
    histories = {
        group: waivers.list_history(code, known_at=at)
        for group, code in ((CountryGroup.LDC, ListCode.LDC), (CountryGroup.SIDS, ListCode.SIDS))
    }
    return {
        month: {
            group: frozenset(
                one.country for one in rows if one.holds_on(Period.parse(month).last_day)
            )
            for group, rows in histories.items()
        }
        for month in months
    }


def country_sums(first: Period, last: Period, currency: str) -> list[CountrySum]:
    """The receipts of each month and country."""
    groups = _receipts(first, last, currency).order_by("period", "country", "kind")
    rows = groups.values_list("period", "country", "kind")
    return [
        CountrySum(month, country, ReceiptSum("", EventKind(kind), *map(int, sums)))
        for month, country, kind, *sums in rows.annotate(*map(Sum, _SUMS))
    ]


def _rows(
    dimension: Dimension, first: Period, last: Period, currency: str, *, at: datetime, least: int
) -> tuple[ReportRow, ...]:
    if dimension is Dimension.PARTY:
        total, dispute_fees = _received(first, last, currency)
        return rules.parties(_party_sums(first, last, currency), total.amount, dispute_fees)
    if dimension is Dimension.COUNTRY_GROUP:
        sums = country_sums(first, last, currency)
        lists = lists_of({one.month for one in sums}, at=at)
        closed = str(last_closed() or "") if least else ""
        placed = rules.by_group(sums, lists, at_least=least, closed=closed)
        return rules.in_order_of_groups(rules.receipts_by_key(placed, currency))
    rows = rules.receipts_by_key(
        _receipt_sums(_receipts(first, last, currency), _FIELDS[dimension]), currency
    )
    return rows if dimension is Dimension.MONTH else rules.by_amount(rows)


def _received(first: Period, last: Period, currency: str) -> Received:
    sums = _receipt_sums(_receipts(first, last, currency), "currency")
    return rules.received(sums, currency)


def _receipts(first: Period, last: Period, currency: str) -> QuerySet[ReceiptRollup]:
    return ReceiptRollup.objects.filter(
        period__gte=str(first), period__lte=str(last), currency=currency, kind__in=BRINGING
    )


def _receipt_sums(rows: QuerySet[ReceiptRollup], field: str) -> Iterator[ReceiptSum]:
    groups = rows.order_by(field, "kind").values_list(field, "kind")
    for key, kind, *sums in groups.annotate(*map(Sum, _SUMS)):
        yield ReceiptSum(key, EventKind(kind), *map(int, sums))


def _shares(first: Period, last: Period, currency: str) -> QuerySet[PartyRollup]:
    return PartyRollup.objects.filter(
        period__gte=str(first), period__lte=str(last), currency=currency
    )


def _party_sums(first: Period, last: Period, currency: str) -> Iterator[PartySum]:
    rows = _shares(first, last, currency).filter(part__in=SHARED_PARTS)
    groups = rows.order_by("party", "part").values_list("party", "part")
    for party, part, units in groups.annotate(Sum("units_minor")):
        yield PartySum(party, Part(part), int(units))


def _of_party(party: str, first: Period, last: Period, currency: str) -> dict[Part, int]:
    rows = _shares(first, last, currency).filter(party=party)
    groups = rows.order_by("part").values_list("part")
    return {Part(part): int(units) for part, units in groups.annotate(Sum("units_minor"))}


def _receipts_of_months(since: str) -> dict[tuple[str, str], list[ReceiptSum]]:
    rows = ReceiptRollup.objects.filter(kind__in=BRINGING, period__gte=since)
    groups = rows.order_by("period", "currency", "kind").values_list("period", "currency", "kind")
    found: dict[tuple[str, str], list[ReceiptSum]] = {}
    for period, currency, kind, *sums in groups.annotate(*map(Sum, _SUMS)):
        one = ReceiptSum("", EventKind(kind), *map(int, sums))
        found.setdefault((period, currency), []).append(one)
    return found


def _shares_of_months(since: str) -> Iterator[tuple[str, str, PartySum]]:
    told = ("period", "currency", "party", "part")
    rows = PartyRollup.objects.filter(part__in=SHARED_PARTS, period__gte=since)
    groups = rows.order_by(*told).values_list(*told)
    for period, currency, party, part, units in groups.annotate(Sum("units_minor")):
        yield period, currency, PartySum(party, Part(part), int(units))
