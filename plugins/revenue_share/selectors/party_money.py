"""Where the money of one party stands: on hold, cleared, carried forward, paid out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from fairgate.money import Money

from ..data import SENT, Carried, OnHold, Part, PartyMoney, PartyPayout, PayoutState
from ..models import PartyRollup, Payout, Statement
from .statements import SPENT_BY_FUND, last_closed

#: What a party is told of: what is proposed, or was refused, is a matter of the host.
_TOLD = (*SENT, PayoutState.PAID, PayoutState.RETURNED)


def party_money(party: str, *, at: datetime) -> PartyMoney:
    """What a party has that is on no statement yet, and what became of its statements."""
    rows = PartyRollup.objects.filter(party=party).exclude(SPENT_BY_FUND)
    return PartyMoney(
        party=party,
        on_hold=_on_hold(rows, at),
        cleared=_cleared(rows, at),
        carried=_carried(party),
        payouts=_payouts(party),
    )


def held(field: str, at: datetime, *, is_exact: bool = False) -> Q:
    """What is on hold by the moment in ``field``: after ``at``, or until that very moment."""
    # What a merchant has received itself is no money that waits here.
    ends = Q(**{field: at}) if is_exact else Q(**{f"{field}__gt": at})
    return ends & ~Q(part=Part.COLLECTED.value)


def _on_hold(rows: QuerySet[PartyRollup], at: datetime) -> tuple[OnHold, ...]:
    told = ("currency", "sale_period", "hold_ends_at")
    sums = rows.filter(held("hold_ends_at", at)).order_by(*told).values_list(*told)
    return tuple(
        OnHold(period=period, amount=Money.from_minor(int(units), currency), until=until)
        for currency, period, until, units in sums.annotate(units=Sum("units_minor"))
        if units
    )


def _cleared(rows: QuerySet[PartyRollup], at: datetime) -> tuple[Money, ...]:
    closed = last_closed()
    if closed:
        rows = rows.filter(period__gt=str(closed))
    sums = rows.exclude(held("hold_ends_at", at)).order_by("currency").values_list("currency")
    return tuple(
        Money.from_minor(int(units), currency)
        for currency, units in sums.annotate(units=Sum("units_minor"))
        if units
    )


def _carried(party: str) -> tuple[Carried, ...]:
    rows = Statement.objects.filter(party=party).order_by("number")
    last = {row[0]: row for row in rows.values_list("currency", "period", "closing_minor")}
    return tuple(
        Carried(period=period, amount=Money.from_minor(minor, currency))
        for currency, period, minor in sorted(last.values())
        if minor
    )


def _payouts(party: str) -> tuple[PartyPayout, ...]:
    states = [state.value for state in _TOLD]
    rows = Payout.objects.filter(statement__party=party, state__in=states)
    found = rows.select_related("statement", "account", "batch").prefetch_related("entries")
    return tuple(_payout(row) for row in found.order_by(F("statement__number").desc(), "-pk"))


def _payout(row: Any) -> PartyPayout:
    state = PayoutState(row.state)
    return PartyPayout(
        number=row.statement.number,
        period=row.statement.period,
        amount=Money.from_minor(row.amount_minor, row.currency),
        arrives=Money.from_minor(row.pay_minor, row.pay_currency),
        account=row.account.masked,
        # That the bank has debited another amount is for the host to look at.
        state=PayoutState.ORDERED if state in SENT else state,
        day=_day(row, state),
    )


def _day(row: Any, state: PayoutState) -> date:
    """The last day on which the bank did something about it, or when it is to pay it."""
    days: list[date] = [] if state in SENT else [one.booked_on for one in row.entries.all()]
    planned: date = row.batch.execute_on
    return max(days, default=planned)
