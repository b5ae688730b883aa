"""Refunds: held back in our books first, asked of the provider next, told at the end.

Each step is a transaction of its own whose first statement locks the payment's row by its primary
key: what is read after it is what everybody else has committed, at every isolation level.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from fairgate.errors import FairgateError
from fairgate.money import Money
from fee_payments import models, rules, selectors, signals
from fee_payments.data import OrderState, RefundSummary
from fee_payments.exceptions import KeyReused, ProviderRefused, RefundRefused, UnknownOrder
from fee_payments.providers.base import get_provider
from fee_payments.services import closing, entitling, seats, waiving

log = logging.getLogger(__name__)


def refund(
    order_uuid: UUID, amount: Money, *, key: str, reason: str, by: int, at: datetime
) -> RefundSummary:
    """Give back a part of a payment, or all of it; the last part ends the learner's access.

    Three steps, so that a crash between any two can be repeated with the same key: the amount is
    held back in the payment's row (the database refuses more than was paid, however many ask at
    once), the provider is asked with our refund's uuid as its key, the refund is marked and told.
    ``finish_refunds`` repeats what nobody repeated. Call it outside a transaction.

    Raises:
        UnknownOrder: there is no such order.
        RefundRefused: nothing was paid; the amount is not positive, or more than is left; no
            reason; or the same amount is being refunded under another key.
        KeyReused: the key came before with another amount or order.
        ProviderRefused: the provider says no; the amount is free again.
        ProviderUnavailable: no answer; ask again with the same key.
    """
    row = _reserve(order_uuid, amount, key=key, reason=reason, by=by, at=at)
    return _carry_out(row, at=at)


def finish_refunds(*, at: datetime) -> int:
    """Ask again for refunds that a provider has not confirmed. Returns how many are done now."""
    unfinished = models.Refund.objects.filter(refunded_at__isnull=True, failed=False)
    done = 0
    for row in unfinished.select_related("payment"):
        try:
            _carry_out(row, at=at)
        except (FairgateError, DatabaseError):
            log.exception("refund not finished: refund=%s", row.uuid)
        else:
            done += 1
    return done


def _carry_out(row: models.Refund, *, at: datetime) -> RefundSummary:
    if row.failed:
        raise ProviderRefused(_("The payment provider refused this refund."))
    if row.refunded_at is None:
        _ask_provider(row)
        row = _complete(row, at=at)
    return selectors.refund_summary(row)


def _reserve(
    order_uuid: UUID, amount: Money, *, key: str, reason: str, by: int, at: datetime
) -> models.Refund:
    known = _known(key, order_uuid, amount)
    if known is not None:
        return known
    if amount.minor <= 0:
        raise RefundRefused(_("A refund is more than zero."))
    if not reason.strip():
        raise RefundRefused(_("Please say why; the reason is kept with the refund."))
    payment_pk = _payment_to_refund(order_uuid)
    try:
        with transaction.atomic(durable=True):
            payment = models.Payment.objects.select_for_update().get(pk=payment_pk)
            parts = _parts(payment, amount)
            return _write(payment, amount, parts, key=key, reason=reason, by=by, at=at)
    except IntegrityError:
        known = _known(key, order_uuid, amount)
        if known is None:
            raise
        return known


def _known(key: str, order_uuid: UUID, amount: Money) -> models.Refund | None:
    row = models.Refund.objects.filter(key=key).select_related("payment__order").first()
    if row is None:
        return None
    same = (row.amount_minor, row.currency) == (amount.minor, amount.currency)
    if not same or row.payment.order.uuid != order_uuid:
        raise KeyReused(_("This key was used before for another refund."))
    found: models.Refund = row
    return found


def _payment_to_refund(order_uuid: UUID) -> int:
    """The paid payment of an order that has something left; the newest, if it was paid twice."""
    paid = models.Payment.objects.filter(order__uuid=order_uuid, paid_at__isnull=False)
    rows = list(paid.order_by("-id").values_list("pk", "amount_minor", "refunded_minor"))
    for pk, amount, refunded in rows:
        if refunded < amount:
            return int(pk)
    if rows:
        return int(rows[0][0])
    if not models.Order.objects.filter(uuid=order_uuid).exists():
        raise UnknownOrder(_("There is no such order."))
    raise RefundRefused(_("Nothing was paid for this order, so nothing can be refunded."))


def _parts(payment: models.Payment, amount: Money) -> tuple[Money, Money, Money]:
    """The parts of this refund, from what earlier ones left; the payment's row is locked."""
    left = Money.from_minor(payment.amount_minor - payment.refunded_minor, payment.currency)
    if amount.currency != left.currency or amount > left:
        raise RefundRefused(
            _("%(left)s is left of this payment; %(amount)s cannot be refunded.")
            % {"left": left, "amount": amount}
        )
    earlier = models.Refund.objects.filter(payment=payment, failed=False)
    if earlier.filter(refunded_at__isnull=True, amount_minor=amount.minor).exists():
        raise RefundRefused(
            _("A refund of %(amount)s was started and is not confirmed yet; it is asked for again.")
            % {"amount": amount}
        )
    gone = earlier.aggregate(net=Sum("net_minor"), tax=Sum("tax_minor"), fee=Sum("fee_minor"))
    paid = selectors.payment_summary(payment.parts.get())

    def rest(whole: Money, part: str) -> Money:
        return whole - Money.from_minor(int(gone[part] or 0), whole.currency)

    return rules.refund_parts(
        amount,
        net_left=rest(paid.net, "net"),
        tax_left=rest(paid.tax, "tax"),
        fee_left=rest(paid.processor_fee, "fee"),
    )


def _write(
    payment: models.Payment,
    amount: Money,
    parts: tuple[Money, Money, Money],
    *,
    key: str,
    reason: str,
    by: int,
    at: datetime,
) -> models.Refund:
    net, tax, fee = parts
    models.Payment.objects.filter(pk=payment.pk).update(
        refunded_minor=F("refunded_minor") + amount.minor
    )
    _count(payment, amount.minor)
    return models.Refund.objects.create(
        key=key,
        payment=payment,
        currency=amount.currency,
        amount_minor=amount.minor,
        net_minor=net.minor,
        tax_minor=tax.minor,
        fee_minor=fee.minor,
        reason=reason,
        requested_by=by,
        requested_at=at,
    )


def _count(payment: models.Payment, minor: int) -> None:
    lines = models.OrderLine.objects.filter(pk=payment.parts.get().line_id)
    lines.update(refunded_minor=F("refunded_minor") + minor)


def _ask_provider(row: models.Refund) -> None:
    amount = Money.from_minor(row.amount_minor, row.currency)
    try:
        get_provider(row.payment.provider).refund(row.payment.reference, amount, key=str(row.uuid))
    except ProviderRefused:
        _give_up(row)
        raise


def _give_up(row: models.Refund) -> None:
    with transaction.atomic(durable=True):
        models.Payment.objects.select_for_update().get(pk=row.payment_id)
        open_one = models.Refund.objects.filter(pk=row.pk, failed=False, refunded_at=None)
        if open_one.update(failed=True):
            models.Payment.objects.filter(pk=row.payment_id).update(
                refunded_minor=F("refunded_minor") - row.amount_minor
            )
            _count(row.payment, -row.amount_minor)
    log.warning("refund refused by provider: refund=%s", row.uuid)


def _complete(row: models.Refund, *, at: datetime) -> models.Refund:
    with transaction.atomic(durable=True):
        payment = models.Payment.objects.select_for_update().get(pk=row.payment_id)
        done: models.Refund = models.Refund.objects.select_for_update().get(pk=row.pk)
        if done.refunded_at is None:
            _mark(done, payment, at)
            _close_order(payment, at)
            summary = selectors.refund_summary(done)
            transaction.on_commit(
                lambda: signals.PAYMENT_REFUNDED.send_robust(sender=None, refund=summary)
            )
            log.info("refunded: refund=%s payment=%s", done.uuid, payment.uuid)
    return done


def _mark(row: models.Refund, payment: models.Payment, at: datetime) -> None:
    if row.failed:
        # Another worker heard "no" for the refund that this one heard "yes" for: the money moved.
        models.Payment.objects.filter(pk=payment.pk).update(
            refunded_minor=F("refunded_minor") + row.amount_minor
        )
        _count(payment, row.amount_minor)
    row.refunded_at, row.failed = at, False
    row.save(update_fields=["refunded_at", "failed"])


def _close_order(payment: models.Payment, at: datetime) -> None:
    """Say what the refund means for the order; access ends when nothing paid is left."""
    order = models.Order.objects.select_for_update().get(pk=payment.order_id)
    done = models.Refund.objects.filter(payment__order=order, refunded_at__isnull=False)
    back = done.aggregate(total=Sum("amount_minor"))["total"]
    paid = models.Payment.objects.filter(order=order, paid_at__isnull=False)
    if back == paid.aggregate(total=Sum("amount_minor"))["total"]:
        order.state, order.held_because = OrderState.REFUNDED, ""
        line = closing.locked_lines(order)[0]
        closing.shut([line])
        entitling.revoke(line, because=models.Entitlement.REFUNDED, at=at)
        waiving.give_back(line, because="refunded", at=at)
        seats.give_seat_back(line)
    elif order.state == OrderState.PAID:
        order.state = OrderState.PARTIALLY_REFUNDED
    order.save(update_fields=["state", "held_because"])
