"""Sales of payers from here and there, and what every report has to keep, whatever happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from factories import revenue_share as facts
from fairgate.money import Money
from fee_payments.data import PayerClass
from revenue_share import api
from revenue_share.data import Account, Dimension, Drill, Measure
from revenue_share.models import LedgerEntry

LATER = datetime(2027, 6, 1, tzinfo=UTC)


def sell(
    name: str,
    country: str = "KE",
    gross: str = "100.00",
    at: datetime = facts.NOON,
    *,
    payer: str = "individual",
    course: str = facts.COURSE,
    currency: str = "USD",
    tax: str = "0.00",
    fee: str = "0.00",
) -> None:
    """A seat is sold to somebody of a country and a class."""
    paid = facts.payment(name, gross, tax, fee, at, currency=currency, course=course)
    told = replace(paid, country=country, payer_class=PayerClass(payer))
    api.book_payment(told, at=at)


def every_report(first: str, last: str, currency: str = "USD", *, at: datetime = LATER):
    """A report by each thing, every group of countries told."""
    return [
        api.report(one, first=first, last=last, currency=currency, at=at, tells_few=True)
        for one in Dimension
    ]


def check_reports(first: str, last: str, currency: str = "USD", *, at: datetime = LATER) -> None:
    """Rows add up to totals, totals to one another and to the ledger, and all to their events."""
    reports = every_report(first, last, currency, at=at)
    by_month, *others = reports
    dispute_fees = dispute_fees_of(reports)
    assert sum_of_fees(by_month, at) == dispute_fees
    for report in others:
        on_top = dispute_fees if report.dimension is Dimension.PARTY else Money.zero(currency)
        assert report.total.amount == by_month.total.amount + on_top, report.dimension
    for report in reports:
        check_rows(report, at)
    pooled = api.report(Dimension.COUNTRY_GROUP, first=first, last=last, currency=currency, at=at)
    assert pooled.total == reports[list(Dimension).index(Dimension.COUNTRY_GROUP)].total
    fall = api.waterfall(first, currency, last=last)
    assert fall.steps[-1].amount == left_by(fall)
    assert fall.steps[-1].amount.minor == unallocated_in_the_ledger(first, last, currency)


def check_rows(report, at: datetime) -> None:
    """Each number of each row is the sum of the events behind it."""
    for row in (*report.rows, replace_key(report.total)):
        for place, measure in enumerate(report.measures):
            events = events_of(report, row.key, measure, at)
            assert sum(one.values[place].minor for one in events) == row.values[place].minor
        events = events_of(report, row.key, None, at)
        assert sum(one.amount.minor for one in events) == row.amount.minor
        assert not row.events or len(events) == row.events
        assert len({(one.event, one.party, one.values) for one in events}) <= len(events)


def replace_key(total):
    """The total as a row of the whole report."""
    return replace(total, key=None)


def events_of(report, key, measure, at: datetime):
    """All events behind a number, read three at a time."""
    drill = Drill(
        dimension=report.dimension, first=report.first, last=report.last,
        currency=report.currency, key=key, measure=measure,
    )  # fmt: skip
    found, after = [], ""
    while page := api.report_events(drill, at=at, after=after, limit=3):
        found += [event for _place, event in page]
        after = page[-1][0]
    return found


def dispute_fees_of(reports) -> Money:
    """What banks charged for disputes, as it stands among the costs."""
    one = reports[0]
    return api.cost_recovery(one.first, one.last, one.currency).dispute_fees * -1


def sum_of_fees(report, at: datetime) -> Money:
    """What the events behind the fees of disputes say, below zero."""
    drill = Drill(
        dimension=Dimension.PARTY, first=report.first, last=report.last,
        currency=report.currency, measure=Measure.DISPUTE_FEES,
    )  # fmt: skip
    events = api.report_events(drill, at=at, limit=1_000)
    return sum((one.amount for _place, one in events), Money.zero(report.currency))


def left_by(fall) -> Money:
    """The gross less every step that is taken from it."""
    moved = [step.amount for step in fall.steps[1:] if not step.is_level]
    return sum(moved, fall.steps[0].amount)


def unallocated_in_the_ledger(first: str, last: str, currency: str) -> int:
    """What these months left on the account of what is not allocated, seats apart."""
    entries = LedgerEntry.objects.filter(
        account=Account.UNALLOCATED.value, currency=currency, period__gte=first, period__lte=last
    ).exclude(transaction__kind__in=["waived_seat", "returned_seat"])
    return sum(entry.credit_minor - entry.debit_minor for entry in entries)
