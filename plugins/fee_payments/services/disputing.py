"""Money that a payer's bank asks back: what it means for the order, its refunds and its rights.

A dispute is told as a state, in whatever order: what is older than what we know changes nothing.
The caller has locked the payment and then its order, so two facts about one payment queue.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.dispatch import Signal
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import conf, models, selectors, signals
from fee_payments.data import DisputeState, EventOutcome, EventReceipt
from fee_payments.exceptions import PaymentDisputed, RefundRefused
from fee_payments.providers.facts import Disputed
from fee_payments.services import (
    entitling,
    in_order,
    institution_seats,
    resting,
    seats,
    waiving,
)
from fee_payments.services.closing import locked_lines

log = logging.getLogger(__name__)

# An inquiry can become a dispute, also after it was answered; a decision ends both.
RANK = {
    DisputeState.INQUIRY: 0,
    DisputeState.CLOSED: 1,
    DisputeState.OPENED: 2,
    DisputeState.LOST: 3,
    DisputeState.WON: 3,
}
_MONEY_MOVED = (DisputeState.OPENED, DisputeState.LOST, DisputeState.WON)

_NOT_PAID = EventReceipt(
    outcome=EventOutcome.WAITING, sentence="Nothing is paid here yet, as far as we know."
)
_KNOWN = EventReceipt(outcome=EventOutcome.KNOWN, sentence="This dispute was known.")


def record_dispute(
    payment: models.Payment, order: models.Order, fact: Disputed, *, at: datetime
) -> EventReceipt:
    """Take down how a dispute stands.

    While it is open, the order shows it, refunds of the payment wait, and access goes on or rests
    as ``FEE_PAYMENTS_ON_DISPUTE`` says. When it is lost and nothing of the order's money is left,
    rights, seats and waivers end as by a full refund. When it is won, what it took is given again.
    """
    if payment.paid_at is None:
        return _NOT_PAID
    row = models.Dispute.objects.filter(
        provider=payment.provider, reference=fact.dispute_reference
    ).first()
    if row is not None and not _is_newer(fact, row):
        _date_back(row, fact)
        return _KNOWN
    before = DisputeState(row.state) if row is not None else None
    row = _write(row, payment, fact)
    if fact.state in _MONEY_MOVED and before is not fact.state:
        _take_effect(order, row, before, at=at)
    log.info("dispute: dispute=%s payment=%s state=%s", row.uuid, payment.uuid, row.state)
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence=f"Dispute: {fact.state}.")


def review(order: models.Order) -> None:
    """Look again at what disputes mean for an order of which something was refunded meanwhile.

    A part that is lost and a rest that is refunded end access, whichever of the two is told first.
    The order is locked.
    """
    if not models.Dispute.objects.filter(payment__order=order).exists():
        return
    if _mark(order) == "lost":
        _end_rights(order, at=_lost_at(order))


def _lost_at(order: models.Order) -> datetime:
    """The moment from which nothing of an order's money was left, in whatever order it was told."""
    lost = models.Dispute.objects.filter(payment__order=order, state=DisputeState.LOST)
    refunds = models.Refund.objects.filter(payment__order=order, refunded_at__isnull=False)
    moments = [
        *lost.values_list("decided_at", flat=True),
        *refunds.values_list("refunded_at", flat=True),
    ]
    return max(moment for moment in moments if moment is not None)


def refuse_refund(payment: models.Payment, amount: Money) -> None:
    """Refuse a refund of money that a bank holds, or has taken. The payment is locked.

    Raises:
        PaymentDisputed: a dispute is open; a refund as well would pay the payer twice.
        RefundRefused: so much is not left, after what was lost in disputes.
    """
    disputes = models.Dispute.objects.filter(payment=payment)
    if disputes.filter(state=DisputeState.OPENED).exists():
        raise PaymentDisputed(
            _("The payer’s bank is looking at this payment. Please wait for what it decides.")
        )
    lost = lost_of(payment).minor
    left = payment.amount_minor - payment.refunded_minor - lost
    if lost and amount.minor > left:
        raise RefundRefused(
            _("%(left)s is left of this payment after a dispute that was lost.")
            % {"left": Money.from_minor(max(left, 0), payment.currency)}
        )


def lost_of(payment: models.Payment) -> Money:
    """What banks have taken of a payment for good."""
    lost = models.Dispute.objects.filter(payment=payment, state=DisputeState.LOST)
    return Money.from_minor(_sum(lost), payment.currency)


def _date_back(row: models.Dispute, fact: Disputed) -> None:
    """What is told late may still say when it began."""
    if fact.occurred_at < row.opened_at:
        row.opened_at = fact.occurred_at
        row.save(update_fields=["opened_at"])


def _is_newer(fact: Disputed, row: models.Dispute) -> bool:
    known = DisputeState(row.state)
    if fact.state is known:
        told = (fact.amount.minor, fact.fee.minor, fact.due_by)
        return fact.occurred_at >= row.decided_at and told != (
            row.amount_minor,
            row.fee_minor,
            row.evidence_due_by,
        )
    if RANK[fact.state] != RANK[known]:
        return RANK[fact.state] > RANK[known]
    return fact.occurred_at > row.decided_at


def _write(row: models.Dispute | None, payment: models.Payment, fact: Disputed) -> models.Dispute:
    row = row or models.Dispute(
        payment=payment,
        provider=payment.provider,
        reference=fact.dispute_reference,
        opened_at=fact.occurred_at,
    )
    is_over = fact.state not in (DisputeState.OPENED, DisputeState.INQUIRY)
    row.currency, row.amount_minor = fact.amount.currency, fact.amount.minor
    row.fee_minor, row.reason = fact.fee.minor, fact.reason
    row.state, row.decided_at = fact.state, fact.occurred_at
    row.opened_at = min(row.opened_at, fact.occurred_at)
    row.closed_at = fact.occurred_at if is_over else None
    row.evidence_due_by = fact.due_by
    row.save()
    return row


def _take_effect(
    order: models.Order, row: models.Dispute, before: DisputeState | None, *, at: datetime
) -> None:
    """Tell what has happened, in the order in which it must have, and do what it means."""
    if before not in _MONEY_MOVED:
        _tell(signals.DISPUTE_OPENED, row)
    marked = _mark(order)
    if row.state == DisputeState.OPENED and conf.suspends_on_dispute():
        resting.rest(order, because=models.Entitlement.DISPUTED, at=at)
    elif row.state == DisputeState.LOST:
        _tell(signals.DISPUTE_LOST, row)
        if marked == "lost":
            _end_rights(order, at=_lost_at(order))
    elif row.state == DisputeState.WON:
        _tell(signals.DISPUTE_WON, row)
    if not marked:
        resting.wake(order, at=at)
        # The bank may have what was paid twice: then nobody has to send it back any more.
        in_order.let_go(order, locked_lines(order), at=at)


def _mark(order: models.Order) -> str:
    """Say on the order how its disputes stand: ``lost`` if nothing of its money is left."""
    disputes = models.Dispute.objects.filter(payment__order=order)
    paid = models.Payment.objects.filter(order=order, paid_at__isnull=False)
    sums = paid.aggregate(paid=Sum("amount_minor"), refunded=Sum("refunded_minor"))
    lost = _sum(disputes.filter(state=DisputeState.LOST))
    marked = ""
    if disputes.filter(state=DisputeState.OPENED).exists():
        marked = "disputed"
    elif lost and sums["paid"] <= sums["refunded"] + lost:
        marked = "lost"
    if order.disputed != marked:
        order.disputed = marked
        order.save(update_fields=["disputed"])
    return marked


def _sum(disputes: QuerySet[models.Dispute]) -> int:
    return int(disputes.aggregate(total=Sum("amount_minor"))["total"] or 0)


def _end_rights(order: models.Order, *, at: datetime) -> None:
    """End what a lost order has opened: seats and waivers are free for others again."""
    lost = models.Entitlement.DISPUTE_LOST
    lines = locked_lines(order)
    institution_seats.lock_pools(order)
    for line in lines:
        entitling.revoke(line, because=lost, at=at)
        waiving.give_back(line, because=lost, at=at)
    # The rooms after the fund, as everywhere.
    for line in lines:
        seats.give_seat_back(line)
        institution_seats.close_pool(line, because=lost, at=at)


def _tell(signal: Signal, row: models.Dispute) -> None:
    summary = selectors.dispute_summary(row)
    transaction.on_commit(lambda: signal.send_robust(sender=None, dispute=summary))
