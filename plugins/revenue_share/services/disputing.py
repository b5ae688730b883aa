"""Books disputes: what a payer's bank took, kept or gave back, and what the provider charges.

A dispute is told as a state. The money is gone when it is opened, so its shares are taken back
then: nobody is paid, and the fund grants nobody, what a bank may keep. To lose it moves nothing
more; to win it brings back what it took, and the fee only if the provider says so.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from fairgate_tables.transactions import in_transaction
from fee_payments.data import DisputeState, DisputeSummary

from .. import lock_objects
from ..data import Booking, Period, Stage
from ..exceptions import DisputeDiffers, SaleNotBooked
from ..models import DisputeStanding, RevenueEvent
from ..rules import refunds
from ..rules.disputes import Told, is_newer, steps_to
from ..rules.sharing import NOTHING
from ..selectors import events
from . import holds
from .facts import Fact
from .taking_back import Change, LockedSale, book_change, lock_sales

log = logging.getLogger(__name__)


def book_dispute(dispute: DisputeSummary, *, at: datetime) -> Booking:
    """Book how a dispute stands, as far as it is news; what is known, or older, changes nothing."""
    told = _told(dispute)
    sales = events.sales_of(dispute.parts)
    if not sales or {sale.fact_uuid for sale in sales} != set(dispute.parts):
        raise SaleNotBooked(dispute.payment_uuid)
    currencies = {dispute.amount.currency, dispute.fee.currency, *(one.currency for one in sales)}
    if len(currencies) > 1:
        raise DisputeDiffers(
            "The dispute %(key)s and its payment are in %(currencies)s.",
            key=dispute.uuid,
            currencies=", ".join(sorted(currencies)),
        )
    lock_objects.make_dispute(dispute.uuid, dispute.amount.currency)
    booking = _book(dispute, told, sales, at)
    holds.send_credits(at)
    return booking


def is_news(dispute: DisputeSummary, standing: DisputeStanding | None) -> bool:
    """Whether a dispute stands otherwise than it is booked, for a reader without locks."""
    return is_newer(_told(dispute), known_of(standing) if standing else None)


@in_transaction
def _book(
    dispute: DisputeSummary, told: Told, sales: Sequence[RevenueEvent], at: datetime
) -> Booking:
    closed = lock_objects.hold_lock_date()
    standing = lock_objects.lock_dispute(dispute.uuid)
    known = known_of(standing)
    if is_newer(told, known):
        locked = lock_sales(sales)
        for step in steps_to(told, known, opened_at=dispute.opened_at):
            if _is_another(step, known_of(standing)):
                _book_step(standing, step, locked, closed, at)
            standing.state, standing.told_at = step.state.value, step.told_at
        standing.save()
    return events.newest_booking_of(step_uuid(dispute.uuid, standing.steps))[1]


def _told(dispute: DisputeSummary) -> Told:
    return Told(dispute.state, dispute.told_at, dispute.amount.minor, dispute.fee.minor)


def known_of(standing: DisputeStanding) -> Told | None:
    """A dispute as it was told last."""
    if standing.told_at is None:
        return None
    return Told(
        DisputeState(standing.state), standing.told_at, standing.told_minor, standing.fee_minor
    )


def step_uuid(dispute: UUID, step: int) -> UUID:
    """The key of the so many-th fact about a dispute, counted from 1."""
    return uuid5(dispute, f"revenue_share:{step}")


def _is_another(step: Told, known: Told | None) -> bool:
    # A later moment alone (more time for evidence) is nothing to book.
    return known is None or step._replace(told_at=known.told_at) != known


def _book_step(
    standing: DisputeStanding,
    step: Told,
    locked: Sequence[LockedSale],
    closed: Period | None,
    at: datetime,
) -> None:
    standing.steps += 1
    fact = Fact(
        uuid=step_uuid(standing.uuid, standing.steps),
        kind=step.kind,
        currency=standing.currency,
        gross=step.amount,
        tax=0,
        fee=step.fee,
        net=0,
        occurred_at=step.told_at,
    )
    amounts = _amounts_by_sale(standing, step.taken - standing.amount_minor, locked)
    fees = _fees_by_sale(standing, step.fee - standing.fee_minor, locked)
    for place, one in enumerate(locked):
        change = _change(one, standing, amount=amounts[place], fee=fees[place])
        book_change(one, fact, change, closed=closed, place=place, at=at)
        kept = standing.shares.get(str(one.sale.uuid), [0, 0])
        standing.shares[str(one.sale.uuid)] = [kept[0] + amounts[place], kept[1] + fees[place]]
    standing.amount_minor, standing.fee_minor = step.taken, step.fee
    standing.told_minor = step.amount
    log.info("dispute booked: dispute=%s state=%s", standing.uuid, step.state)


def _amounts_by_sale(
    standing: DisputeStanding, amount: int, locked: Sequence[LockedSale]
) -> tuple[int, ...]:
    """What more is taken of which sale; below zero, what of each comes again."""
    if amount >= 0:
        return refunds.shares_of(amount, [one.left.gross for one in locked])
    taken = [standing.shares[str(one.sale.uuid)][0] for one in locked]
    return tuple(-share for share in refunds.shares_of(-amount, taken))


def _fees_by_sale(
    standing: DisputeStanding, fee: int, locked: Sequence[LockedSale]
) -> tuple[int, ...]:
    """What the provider charges more, by what each sale brought; below zero, what it returns."""
    weights = [one.sale.gross_minor for one in locked]
    charged = standing.fee_minor
    before, after = (_split_fee(each, weights) for each in (charged, charged + fee))
    return tuple(new - old for new, old in zip(after, before, strict=True))


def _split_fee(fee: int, weights: Sequence[int]) -> tuple[int, ...]:
    sign = -1 if fee < 0 else 1
    return tuple(sign * part for part in refunds.split_by(abs(fee), weights))


def _change(locked: LockedSale, standing: DisputeStanding, *, amount: int, fee: int) -> Change:
    excess = locked.excess_after(amount)
    if amount < 0:
        taken = NOTHING.less(refunds.amounts_in(excess - amount, locked.disputed))
    else:
        taken = refunds.amounts_in(amount - excess, locked.left) if amount else NOTHING
    return Change(
        taken=taken,
        excess=excess,
        stage=_stage(locked, is_returned=amount < 0),
        dispute_uuid=standing.uuid,
        dispute_fee=fee,
    )


def _stage(locked: LockedSale, *, is_returned: bool) -> Stage:
    """Where the money is: what comes again goes there where it was taken, if it is still there."""
    row = locked.standing
    if row.cleared_at is None:
        return Stage.ON_HOLD
    if is_returned and not row.disputed["was_cleared"]:
        return Stage.CLEARED
    return Stage.DISPUTED
