"""What a refund holds back of a payment and its lines, and what it ends when it is done.

The row of the payment is locked by the caller. Order of locks: payment, refund, order, lines and
parts by their primary keys, waiver fund, rooms by the primary key of the offering. What is left is
counted in columns that are read with the lock, or changed by an UPDATE whose condition decides: so
it is never more than was paid, whatever a transaction had read before.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fairgate.money import Money, total
from fee_payments import models, rules, selectors, signals
from fee_payments.data import HoldCause, OrderState
from fee_payments.exceptions import FeeNotKnown, RefundRefused
from fee_payments.services import (
    closing,
    credit_notes,
    disputing,
    entitling,
    holding,
    in_order,
    institution_seats,
    seats,
    waiving,
)

log = logging.getLogger(__name__)

#: How much of which line, by the line's uuid; ``None`` is all that is left of the payment.
Wanted = Mapping[UUID, Money] | None


def locked_parts(payment: models.Payment) -> list[models.PaymentPart]:
    """The parts of a payment that is locked, by the place of their lines, as they are now.

    Raises:
        FeeNotKnown: they are not written yet, because the provider has not told its fee.
    """
    # Found without a lock and locked by primary key: see ``closing.locked_lines``.
    pks = list(models.PaymentPart.objects.filter(payment=payment).values_list("pk", flat=True))
    if not pks:
        raise FeeNotKnown(
            _("The payment provider has not said yet what it keeps of this payment. Please try "
              "again later.")
        )  # fmt: skip
    rows = models.PaymentPart.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    return list(rows.prefetch_related("line__offering"))


def left_of(part: models.PaymentPart, currency: str) -> Money:
    """What of a part is not refunded, nor about to be."""
    return Money.from_minor(part.gross_minor - part.refunded_minor, currency)


def share_out(payment: models.Payment, wanted: Wanted) -> list[tuple[models.PaymentPart, Money]]:
    """How much goes back of which part; of each no more than is left.

    Raises:
        FeeNotKnown: see ``locked_parts``.
        RefundRefused: an amount is not positive, not of this currency, more than is left, or of a
            line that this payment does not pay.
    """
    parts = locked_parts(payment)
    if wanted is None:
        return _rest(payment, parts)
    by_line = {part.line.uuid: part for part in parts}
    if not wanted or not wanted.keys() <= by_line.keys():
        raise RefundRefused(_("This payment is not for that line of the order."))
    for line, amount in wanted.items():
        _refuse_too_much(by_line[line], amount, payment.currency, has_several=len(parts) > 1)
    return [(by_line[line], amount) for line, amount in wanted.items()]


def _rest(
    payment: models.Payment, parts: list[models.PaymentPart]
) -> list[tuple[models.PaymentPart, Money]]:
    """All that is left: what banks have for good is not, and was of no line more than another."""
    lefts = [left_of(part, payment.currency) for part in parts]
    left = total(lefts, payment.currency)
    rest = left - min(disputing.lost_of(payment), left)
    if not rest:
        raise RefundRefused(_("Nothing is left of this payment to refund."))
    shares = rest.split(*(each.minor for each in lefts))
    return [(part, share) for part, share in zip(parts, shares, strict=True) if share]


def _refuse_too_much(
    part: models.PaymentPart, amount: Money, currency: str, *, has_several: bool
) -> None:
    if amount.minor <= 0:
        raise RefundRefused(_("A refund is more than zero."))
    left = left_of(part, currency)
    if amount.currency == left.currency and amount <= left:
        return
    said = {"left": left, "amount": amount, "title": part.line.offering.title}
    if has_several:
        raise RefundRefused(
            _("%(left)s is left of what was paid for “%(title)s”; %(amount)s cannot be refunded.")
            % said
        )
    raise RefundRefused(
        _("%(left)s is left of this payment; %(amount)s cannot be refunded.") % said
    )


def in_proportion(payment: models.Payment, amount: Money) -> dict[UUID, Money]:
    """An amount that nobody has named lines for, shared by what is left of each.

    Nobody loses access by a guess about the line that was meant: only the last refund, which takes
    all that is left, ends it.

    Raises:
        FeeNotKnown: see ``locked_parts``.
        RefundRefused: it is more than is left, not positive, or in another currency.
    """
    parts = locked_parts(payment)
    lefts = [left_of(part, payment.currency) for part in parts]
    left = total(lefts, payment.currency)
    if amount.currency != left.currency or not 0 < amount.minor <= left.minor:
        raise RefundRefused(
            _("%(left)s is left of this payment; %(amount)s cannot be refunded.")
            % {"left": left, "amount": amount}
        )
    shares = amount.split(*(each.minor for each in lefts))
    return {part.line.uuid: share for part, share in zip(parts, shares, strict=True) if share}


def write(refund: models.Refund, shares: list[tuple[models.PaymentPart, Money]]) -> models.Refund:
    """Save a new refund with its parts, and hold the amounts back."""
    refund.amount_minor = sum(amount.minor for _part, amount in shares)
    refund.save()
    for part, amount in shares:
        net, tax, fee = rules.refund_parts(amount, **_lefts(part, refund.currency))
        models.RefundPart.objects.create(
            refund=refund,
            payment_part=part,
            amount_minor=amount.minor,
            net_minor=net.minor,
            tax_minor=tax.minor,
            fee_minor=fee.minor,
        )
    hold_back(refund, at=refund.requested_at)
    return refund


def _lefts(part: models.PaymentPart, currency: str) -> dict[str, Money]:
    tax = part.tax_minor - part.refunded_tax_minor
    fee = part.processor_fee_minor - part.refunded_fee_minor
    net = part.gross_minor - part.refunded_minor - tax - fee
    named = {"net_left": net, "tax_left": tax, "fee_left": fee}
    return {name: Money.from_minor(minor, currency) for name, minor in named.items()}


def hold_back(refund: models.Refund, *, at: datetime) -> None:
    """Count a refund in its payment, its parts and its lines, each of which has to have room.

    Raises:
        RefundRefused: there is none; the caller's transaction must not be committed.
    """
    room = models.Payment.objects.filter(
        pk=refund.payment_id, amount_minor__gte=F("refunded_minor") + refund.amount_minor
    )
    if not room.update(refunded_minor=F("refunded_minor") + refund.amount_minor):
        _refuse_over()
    for part in refund.parts.select_related("payment_part").order_by("payment_part_id"):
        _count(part, 1)
        lines = models.OrderLine.objects.filter(
            pk=part.payment_part.line_id, paid_minor__gte=F("refunded_minor") + part.amount_minor
        )
        if not lines.update(refunded_minor=F("refunded_minor") + part.amount_minor):
            _refuse_over()
        institution_seats.follow_refunds(part.payment_part.line_id, at=at)


def _refuse_over() -> None:
    raise RefundRefused(_("This is more than is left of what was paid."))


def let_go(refund: models.Refund, *, at: datetime) -> None:
    """Make the amounts of a refund free again: nothing moved."""
    models.Payment.objects.filter(pk=refund.payment_id).update(
        refunded_minor=F("refunded_minor") - refund.amount_minor
    )
    for part in refund.parts.select_related("payment_part").order_by("payment_part_id"):
        _count(part, -1)
        models.OrderLine.objects.filter(pk=part.payment_part.line_id).update(
            refunded_minor=F("refunded_minor") - part.amount_minor
        )
        institution_seats.follow_refunds(part.payment_part.line_id, at=at)


def _count(part: models.RefundPart, sign: int) -> None:
    models.PaymentPart.objects.filter(pk=part.payment_part_id).update(
        refunded_minor=F("refunded_minor") + sign * part.amount_minor,
        refunded_tax_minor=F("refunded_tax_minor") + sign * part.tax_minor,
        refunded_fee_minor=F("refunded_fee_minor") + sign * part.fee_minor,
    )


def complete(refund: models.Refund, *, at: datetime, reference: str = "") -> None:
    """Mark a refund as done, with all that follows for its lines, and tell it.

    The caller has locked payment and refund, and seen that it is not done.
    """
    order = models.Order.objects.select_for_update().get(pk=refund.payment.order_id)
    lines = {line.pk: line for line in closing.locked_lines(order)}
    institution_seats.lock_pools(order)
    if refund.failed_at is not None:
        # Somebody heard "no" for the refund that somebody else heard "yes" for: the money moved.
        hold_back(refund, at=at)
    refund.refunded_at, refund.failed_at, refund.failed_because = at, None, ""
    refund.reference = reference or refund.reference
    refund.save(update_fields=["refunded_at", "failed_at", "failed_because", "reference"])
    parts = list(refund.parts.select_related("payment_part__line__order", "refund").order_by("id"))
    ended = []
    for part in parts:
        line = lines[part.payment_part.line_id]
        line.returned_minor += part.amount_minor
        line.save(update_fields=["returned_minor"])
        if line.returned_minor == line.paid_minor:
            ended.append(line)
    for line in lines.values():  # in the order of the rooms
        institution_seats.follow_refunds(line.pk, at=at)
    _end(ended, at=at)
    _close(order, list(lines.values()), at=at)
    disputing.review(order)
    credit_notes.credit_refund(refund, at=at)
    for part in parts:
        _tell(part)
    log.info("refunded: refund=%s payment=%s", refund.uuid, refund.payment_id)


def _end(lines: list[models.OrderLine], *, at: datetime) -> None:
    """End what rests on lines of which nothing paid is left, and nothing else (T16)."""
    in_order_of_rooms = sorted(lines, key=lambda line: line.offering_id)
    for line in in_order_of_rooms:
        entitling.revoke(line, because=models.Entitlement.REFUNDED, at=at)
        waiving.give_back(line, because="refunded", at=at)
    closing.shut(in_order_of_rooms)
    for line in in_order_of_rooms:
        seats.give_seat_back(line)


def _close(order: models.Order, lines: list[models.OrderLine], *, at: datetime) -> None:
    """Say what a refund means for its order."""
    paid = [line for line in lines if line.paid_minor]
    if all(line.returned_minor == line.paid_minor for line in paid):
        order.state = OrderState.REFUNDED
        holding.release(order, *HoldCause, at=at)
    elif order.state == OrderState.PAID:
        order.state = OrderState.PARTIALLY_REFUNDED
    order.save(update_fields=["state"])
    in_order.let_go(order, lines, at=at)


def _tell(part: models.RefundPart) -> None:
    summary = selectors.refund_summary(part)
    transaction.on_commit(lambda: signals.PAYMENT_REFUNDED.send_robust(sender=None, refund=summary))
