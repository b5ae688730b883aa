"""Moves money between parties by hand: proposed by one person, decided by another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from partnerships import api as partnerships
from partnerships.data import FUND

from .. import lock_objects
from ..data import Amounts, Booking, EventKind, Part, Period
from ..exceptions import AdjustmentRefused, SecondPersonNeeded, UnknownAdjustment
from ..models import Adjustment, AdjustmentLine, RevenueEvent
from ..rules import postings
from ..selectors import events
from ..selectors import statements as reads
from . import holds
from .asking_once import ask_once, step_uuid
from .deciding import check_reason
from .entries import Journal
from .facts import Fact

log = logging.getLogger(__name__)


def propose(
    amounts: Mapping[str, Money], *, reason: str, period: str, by: int, at: datetime, key: str
) -> UUID:
    """Write down what should be moved; nothing moves before another person confirms it."""
    uuid = step_uuid(key)
    units = {(party, amount.currency, amount.minor) for party, amount in amounts.items()}

    def is_same(known: Adjustment) -> bool:
        lines = known.lines.select_for_update().values_list("party", "units_minor")
        moved = {(party, known.currency, minor) for party, minor in lines}
        return (known.period, known.reason, moved) == (period, reason.strip(), units)

    @transaction.atomic
    def ask() -> None:
        currency = check(amounts, reason=reason, period=period, at=at)
        step = Adjustment.objects.create(
            uuid=uuid, period=period, currency=currency, reason=reason.strip(), asked_by=by,
            asked_at=at,
        )  # fmt: skip
        AdjustmentLine.objects.bulk_create(
            AdjustmentLine(adjustment=step, party=party, units_minor=amount.minor)
            for party, amount in amounts.items()
        )
        log.info("adjustment proposed: adjustment=%s by=%s", uuid, by)

    return ask_once(Adjustment, uuid, is_same=is_same, ask=ask)


def check(amounts: Mapping[str, Money], *, reason: str, period: str, at: datetime) -> str:
    """The currency of what could be proposed so.

    Raises:
        InvalidPeriod, AdjustmentRefused: it cannot; see ``api.propose_adjustment``.
    """
    check_reason(reason, AdjustmentRefused)
    currency = _currency_of(amounts)
    _check_parties(amounts)
    _check_open(period, reads.last_closed(), at)
    return currency


def confirm(uuid: UUID, *, by: int, at: datetime) -> Booking:
    """Move what was proposed, and hand the fund what is its own."""
    booking = _confirm(uuid, by, at)
    holds.send_credits(at)
    return booking


@in_transaction
def refuse(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not move it, and say why; who has proposed it may take it back as well."""
    check_reason(because, AdjustmentRefused)
    step = _waiting(uuid)
    step.refused_by, step.refused_at = by, at
    step.refused_because = because.strip()
    step.save(update_fields=["refused_by", "refused_at", "refused_because"])
    log.info("adjustment refused: adjustment=%s by=%s", uuid, by)


@in_transaction
def _confirm(uuid: UUID, by: int, at: datetime) -> Booking:
    closed = lock_objects.hold_lock_date()
    step = _waiting(uuid)
    if step.asked_by == by:
        raise SecondPersonNeeded("Another person than who proposed it has to confirm this.")
    _check_open(step.period, closed, at)
    event = _book(step, closed, at)
    step.confirmed_by, step.confirmed_at = by, at
    step.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("adjustment booked: adjustment=%s by=%s", uuid, by)
    return events.booking_of([event])


def _book(step: Adjustment, closed: Period | None, at: datetime) -> RevenueEvent:
    units = dict(step.lines.order_by("pk").values_list("party", "units_minor"))
    moved = sum(value for value in units.values() if value > 0)
    fact = Fact(
        uuid=step.uuid,
        kind=EventKind.ADJUSTMENT,
        currency=step.currency,
        gross=moved,
        tax=0,
        fee=0,
        net=0,
        occurred_at=at,
    )
    month = Period.parse(step.period)
    journal = Journal(closed, at)
    event = journal.event(fact, Amounts(0, 0, 0), gross=moved, month=month)
    unallocated = units.pop("", 0)
    journal.lines(event, Part.ADJUSTMENT, units, base=moved)
    legs = postings.adjustment(units=units, unallocated=unallocated)
    journal.post(event, event.kind, legs)
    journal.write()
    if units.get(FUND):
        position = lock_objects.lock_fund(step.currency)
        position.cleared_minor += units[FUND]
        holds.settle_with_fund(position, event.pk, at)
    return event


def _waiting(uuid: UUID) -> Adjustment:
    step: Adjustment | None = lock_objects.lock_adjustment(uuid)
    if step is None:
        raise UnknownAdjustment("There is no adjustment %(key)s.", key=uuid)
    if not step.is_waiting:
        raise AdjustmentRefused("This was decided already.")
    return step


def _currency_of(amounts: Mapping[str, Money]) -> str:
    currencies = {amount.currency for amount in amounts.values()}
    if len(currencies) != 1:
        raise AdjustmentRefused("An adjustment is in one currency.", field="amounts")
    if not all(amounts.values()):
        raise AdjustmentRefused("Every line moves something.", field="amounts")
    difference = sum(amount.minor for amount in amounts.values())
    if difference:
        money = Money.from_minor(difference, currencies.pop())
        raise AdjustmentRefused(
            "What is given and what is taken differ by %(money)s.", field="amounts", money=money
        )
    return currencies.pop()


def _check_parties(amounts: Mapping[str, Money]) -> None:
    for code in amounts:
        try:
            if code:
                partnerships.party(code)
        except LookupError:
            raise AdjustmentRefused("“%(code)s” is no party.", field="amounts", code=code) from None


def _check_open(period: str, closed: Period | None, at: datetime) -> None:
    month = Period.parse(period)
    if closed and month <= closed:
        raise AdjustmentRefused(
            "%(month)s is closed; an adjustment counts in an open month.", month=month
        )
    if month > Period.of(at):
        raise AdjustmentRefused("%(month)s has not begun.", month=month)
