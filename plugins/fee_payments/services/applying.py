"""Facts of a provider, written into our tables: each once, in whatever order they come."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from fairgate.errors import FairgateError
from fee_payments import models
from fee_payments.data import EventOutcome, EventReceipt, HoldCause
from fee_payments.exceptions import RefundRefused
from fee_payments.providers.facts import (
    Declined,
    Disputed,
    Expired,
    Fact,
    FeeKnown,
    Paid,
    Pending,
    Refunded,
    RefundFailed,
)
from fee_payments.services import disputing, holding, refunding, settling

log = logging.getLogger(__name__)

# What an event of several facts is filed under: the first of these that one of them came to.
RANK = (
    EventOutcome.HELD,
    EventOutcome.WAITING,
    EventOutcome.SETTLED,
    EventOutcome.FAILED,
    EventOutcome.KNOWN,
    EventOutcome.IGNORED,
)

_UNKNOWN = EventReceipt(
    outcome=EventOutcome.WAITING, sentence="No payment of ours has this reference."
)
_MISNAMED = EventReceipt(
    outcome=EventOutcome.HELD,
    sentence="Held for a person: it names a payment of ours that is another charge.",
)
_NOT_PAID = EventReceipt(
    outcome=EventOutcome.WAITING, sentence="Nothing is paid here yet, as far as we know."
)


def find_payment(provider: str, facts: tuple[Fact, ...]) -> int | None:
    """The primary key of the payment that facts are about; ``None``: none of ours.

    Called before the transaction that writes the facts: what it reads first has to be a row that it
    locks, or it would go on with what was true before it waited for the lock. One whose answer was
    lost is found by what we attached to it.
    """
    fact = facts[0]
    rows = models.Payment.objects.filter(provider=provider)
    found = rows.filter(reference=fact.reference).first() or _started(provider, _hint(facts))
    return found.pk if found is not None else None


def apply_facts(
    provider: str, facts: tuple[Fact, ...], payment_pk: int | None, *, at: datetime
) -> EventReceipt:
    """Write facts of one payment: ``payment_pk`` is what ``find_payment`` has found.

    Called in a transaction that has read nothing, but may have locked its event. A fact that cannot
    be written leaves no trace and does not keep the others from it: it waits.
    """
    if payment_pk is None:
        return _MISNAMED if _names_another(provider, _hint(facts)) else _UNKNOWN
    receipts = [_apply(payment_pk, fact, at=at) for fact in facts]
    return min(receipts, key=lambda receipt: RANK.index(receipt.outcome))


def _apply(payment_pk: int, fact: Fact, *, at: datetime) -> EventReceipt:
    payment = models.Payment.objects.select_for_update().get(pk=payment_pk)
    if payment.reference != fact.reference:
        # Found by what we attached to it: it has the provider's reference from now on.
        payment.reference = fact.reference
        payment.save(update_fields=["reference"])
    order = models.Order.objects.select_for_update().get(pk=payment.order_id)
    try:
        with transaction.atomic():
            return ACTS[type(fact)](payment, order, fact, at)
    except FairgateError as error:
        log.warning("fact not written: payment=%s error=%s", payment.uuid, error)
        return EventReceipt(outcome=EventOutcome.WAITING, sentence=str(error))


def _hint(facts: tuple[Fact, ...]) -> UUID | None:
    """Which payment of ours the provider says it is."""
    hints = (getattr(fact, "payment_hint", None) for fact in facts)
    return next((hint for hint in hints if hint is not None), None)


def _names_another(provider: str, hint: UUID | None) -> bool:
    """Whether a charge that is none of ours names a payment of ours that is another charge."""
    if hint is None:
        return False
    return models.Payment.objects.filter(provider=provider, uuid=hint).exists()


def _started(provider: str, hint: UUID | None) -> models.Payment | None:
    if hint is None:
        return None
    return models.Payment.objects.filter(
        provider=provider, uuid=hint, reference=models.Payment.starting(hint)
    ).first()


def _paid(payment: models.Payment, order: models.Order, fact: Paid, at: datetime) -> EventReceipt:
    if payment.paid_at is None:
        return settling.record_paid(payment, order, fact, at=at)
    if fact.fee is not None:
        return _fee_known(payment, order, FeeKnown(reference=fact.reference, fee=fact.fee), at)
    return settling.KNOWN


def _fee_known(
    payment: models.Payment, order: models.Order, fact: FeeKnown, at: datetime
) -> EventReceipt:
    if payment.paid_at is None:
        return _NOT_PAID
    if payment.processor_fee_minor == fact.fee.minor:
        return settling.KNOWN
    settling.record_fee(payment.pk, fact.fee, at=at)
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence="The fee is known.")


def _pending(
    payment: models.Payment, order: models.Order, fact: Pending, at: datetime
) -> EventReceipt:
    return settling.record_pending(payment, order, at=at)


def _declined(
    payment: models.Payment, order: models.Order, fact: Declined, at: datetime
) -> EventReceipt:
    return settling.record_declined(payment, order, fact, at=at)


def _expired(
    payment: models.Payment, order: models.Order, fact: Expired, at: datetime
) -> EventReceipt:
    return settling.record_expired(payment, at=at)


def _disputed(
    payment: models.Payment, order: models.Order, fact: Disputed, at: datetime
) -> EventReceipt:
    return disputing.record_dispute(payment, order, fact, at=at)


def _refunded(
    payment: models.Payment, order: models.Order, fact: Refunded, at: datetime
) -> EventReceipt:
    if payment.paid_at is None:
        return _NOT_PAID
    known = _refund_of(payment, fact)
    if known is not None and known.refunded_at is not None:
        return settling.KNOWN
    try:
        refunding.record_refund(
            payment,
            fact.amount,
            reference=fact.refund_reference,
            at=min(fact.occurred_at, at),
            ours=known.uuid if known is not None and fact.ours is not None else None,
        )
    except RefundRefused as refused:
        sentence = f"a refund at the provider: {refused}"
        holding.hold(order, HoldCause.REFUND, sentence, at=at)
        return settling.held(sentence)
    return EventReceipt(outcome=EventOutcome.SETTLED, sentence=f"Refunded: {fact.amount}.")


def _refund_failed(
    payment: models.Payment, order: models.Order, fact: RefundFailed, at: datetime
) -> EventReceipt:
    known = _refund_of(payment, fact)
    if known is None:
        # Somebody else's refund that we have not heard of as done: nothing moved.
        return settling.KNOWN
    if known.failed_because:
        return settling.KNOWN
    refunding.fail_refund(known.uuid, sentence=fact.sentence, at=at)
    # One that was done stays done; that a person was told of its end is told once.
    models.Refund.objects.filter(pk=known.pk).update(failed_because=fact.sentence[:255])
    return EventReceipt(outcome=EventOutcome.HELD, sentence=f"A refund failed: {fact.sentence}")


def _refund_of(payment: models.Payment, fact: Refunded | RefundFailed) -> models.Refund | None:
    """Our row of a refund: by our name of it, else by the provider's.

    A name that is no refund of this payment was written by somebody else: it says nothing.
    """
    rows = models.Refund.objects.filter(payment=payment)
    ours = rows.filter(uuid=fact.ours).first() if fact.ours is not None else None
    return ours or rows.filter(reference=fact.refund_reference).first()


ACTS: dict[type, Callable[[models.Payment, models.Order, Any, datetime], EventReceipt]] = {
    Paid: _paid,
    FeeKnown: _fee_known,
    Pending: _pending,
    Declined: _declined,
    Expired: _expired,
    Refunded: _refunded,
    RefundFailed: _refund_failed,
    Disputed: _disputed,
}
