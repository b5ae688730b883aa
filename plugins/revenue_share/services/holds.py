"""Clears sales whose hold has ended, and hands the fund what is its own."""

from __future__ import annotations

import logging
from datetime import datetime

from fairgate.money import Money
from partnerships.data import FUND
from waiver_policy import api as waivers

from .. import lock_objects
from ..data import Cleared, EventKind
from ..models import FundCredit, FundPosition
from ..rules import postings
from ..selectors import events
from .ledger import post

log = logging.getLogger(__name__)


def clear_holds(*, at: datetime) -> Cleared:
    """Clear every sale that is due, each in a transaction of its own; then pay the fund."""
    cleared = sum(_clear(sale_id, at) for sale_id in events.due_holds(at))
    return Cleared(sales=cleared, fund=_send_credits(at))


@lock_objects.in_transaction
def _clear(sale_id: int, at: datetime) -> int:
    standing = lock_objects.lock_standing(sale_id)
    if standing.cleared_at is not None or standing.ends_at is None:
        return 0  # another worker was faster
    sale, held, lost = standing.sale, standing.held, standing.lost
    post(
        postings.hold_cleared(held=held, lost=lost),
        kind="hold_cleared",
        cause_kind=EventKind.SALE,
        cause_uuid=sale.uuid,
        currency=sale.currency,
        occurred_at=standing.ends_at,
        at=at,
    )
    standing.cleared_at = at
    standing.save(update_fields=["cleared_at"])
    earned = held.get(FUND, 0) + lost.get(FUND, 0)
    if earned:
        position: FundPosition = lock_objects.lock_fund(sale.currency)
        position.cleared_minor += earned
        _owe_fund(position, sale.pk, at)
        position.save(update_fields=["cleared_minor", "credited_minor"])
    return 1


def _owe_fund(position: FundPosition, sale_id: int, at: datetime) -> None:
    # What a late refund called back was handed over already, so it is made up for first.
    due = position.cleared_minor - position.credited_minor
    if due > 0:
        FundCredit.objects.create(
            sale_id=sale_id, currency=position.currency, amount_minor=due, created_at=at
        )
        position.credited_minor += due


def _send_credits(at: datetime) -> tuple[Money, ...]:
    # After the commit, so that the fund's row is locked for an instant only. A worker that dies
    # between the credit and the mark sends the same key again, which changes nothing.
    sums: dict[str, Money] = {}
    for credit in events.unsent_credits():
        amount = Money.from_minor(credit.amount_minor, credit.currency)
        key = f"revenue_share:hold_cleared:{credit.sale.uuid}"
        reason = f"Revenue share of sale {credit.sale.uuid}, hold ended."
        waivers.credit_fund(amount, key=key, reason=reason, at=at, kind="revenue")
        FundCredit.objects.filter(pk=credit.pk).update(sent_at=at)
        sums[credit.currency] = sums.get(credit.currency, Money.zero(credit.currency)) + amount
        log.info("fund credited: sale=%s currency=%s", credit.sale.uuid, credit.currency)
    return tuple(sums[currency] for currency in sorted(sums))
