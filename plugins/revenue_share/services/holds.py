"""Clears sales whose hold has ended, and hands the fund what is its own."""

from __future__ import annotations

import logging
from datetime import datetime

from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from partnerships.data import FUND
from waiver_policy import api as waivers

from .. import lock_objects
from ..data import Cleared, EventKind, Part, Period
from ..models import FundCredit, FundPosition
from ..rules import postings
from ..selectors import events
from .ledger import post

log = logging.getLogger(__name__)


def clear_holds(*, at: datetime) -> Cleared:
    """Clear every sale that is due, each in a transaction of its own; then pay the fund."""
    cleared = sum(_clear(sale_id, at) for sale_id in events.due_holds(at))
    return Cleared(sales=cleared, fund=send_credits(at))


@in_transaction
def _clear(sale_id: int, at: datetime) -> int:
    closed = lock_objects.hold_lock_date()
    standing = lock_objects.lock_standing(sale_id)
    if standing.cleared_at is not None or standing.ends_at is None:
        return 0  # another worker was faster
    sale = standing.sale
    kept = {Part(part): units for part, units in standing.kept.items()}
    post(
        postings.hold_cleared(kept),
        kind="hold_cleared",
        cause_kind=EventKind.SALE.value,
        cause_uuid=sale.uuid,
        period=str(Period.of(standing.ends_at).first_open(closed)),
        currency=sale.currency,
        occurred_at=standing.ends_at,
        at=at,
    )
    standing.cleared_at = at
    standing.save(update_fields=["cleared_at"])
    earned = sum(units.get(FUND, 0) for units in kept.values())
    if earned:
        position: FundPosition = lock_objects.lock_fund(sale.currency)
        position.cleared_minor += earned
        settle_with_fund(position, sale.pk, at)
    return 1


def settle_with_fund(position: FundPosition, event_id: int, at: datetime) -> None:
    """Note what the fund is still to be handed, or was handed too much; keep the position.

    The caller has the position's row. Nothing is handed over for a position below zero: a cost of
    the fund that it was never handed money for is made up for by what is cleared next.
    """
    due = max(position.cleared_minor, 0) - position.credited_minor
    if due:
        FundCredit.objects.create(
            event_id=event_id, currency=position.currency, amount_minor=due, created_at=at
        )
        position.credited_minor += due
    position.save(update_fields=["cleared_minor", "credited_minor"])


def send_credits(at: datetime) -> tuple[Money, ...]:
    """Hand the fund what it is owed, and call back what it was handed too much.

    Returns what was handed over, a sum for each currency.
    """
    # After the commit, so that the fund's row is locked for an instant only. A worker that dies
    # between the credit and the mark sends the same key again, which changes nothing.
    sums: dict[str, Money] = {}
    for credit in events.unsent_credits():
        amount = Money.from_minor(credit.amount_minor, credit.currency)
        _send(credit, amount, at)
        FundCredit.objects.filter(pk=credit.pk).update(sent_at=at)
        if amount.minor > 0:
            sums[credit.currency] = sums.get(credit.currency, Money.zero(credit.currency)) + amount
    return tuple(sums[currency] for currency in sorted(sums))


def _send(credit: FundCredit, amount: Money, at: datetime) -> None:
    event = credit.event
    if amount.minor < 0:
        key = f"revenue_share:refund:{event.uuid}"
        cause = "refund" if event.dispute_uuid is None else "dispute"
        reason = f"Revenue share called back by {cause} {event.dispute_uuid or event.uuid}."
        waivers.claw_back_fund(-amount, key=key, reason=reason, at=at)
        log.info("fund clawed back: event=%s currency=%s", event.uuid, credit.currency)
        return
    key = f"revenue_share:hold_cleared:{event.uuid}"
    is_sale = event.kind == EventKind.SALE
    why = f"sale {event.uuid}, hold ended" if is_sale else f"dispute {event.dispute_uuid}, won"
    waivers.credit_fund(amount, key=key, reason=f"Revenue share of {why}.", at=at, kind="revenue")
    log.info("fund credited: event=%s currency=%s", event.uuid, credit.currency)
