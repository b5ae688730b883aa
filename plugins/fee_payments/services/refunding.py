"""Refunds: held back in our books first, asked of the provider next, told at the end."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments import models, rules, selectors, signals
from fee_payments.data import OrderState, RefundSummary
from fee_payments.exceptions import KeyReused, ProviderRefused, RefundRefused, UnknownOrder
from fee_payments.providers.base import get_provider
from fee_payments.services import entitling, seats

log = logging.getLogger(__name__)


def refund(
    order_uuid: UUID, amount: Money, *, key: str, reason: str, by: int, at: datetime
) -> RefundSummary:
    """Give back a part of a payment, or all of it; the last part ends the learner's access.

    Three steps, so that a crash between any two can be repeated with the same key: the amount is
    held back in the payment's row (the database refuses more than was paid, however many ask at
    once), the provider is asked with our refund's uuid as its key, the refund is marked and told.
    Call it outside a transaction.

    Raises:
        UnknownOrder: there is no such order.
        RefundRefused: nothing was paid, or the amount is more than is left, or not positive.
        KeyReused: the key came before with another amount or order.
        ProviderRefused: the provider says no; the amount is free again.
        ProviderUnavailable: no answer; ask again with the same key.
    """
    row = _reserve(order_uuid, amount, key=key, reason=reason, by=by, at=at)
    if row.failed:
        raise ProviderRefused(_("The payment provider refused this refund."))
    if row.refunded_at is None:
        _ask_provider(row)
        row = _complete(row.pk, at=at)
    return selectors.refund_summary(row)


def _reserve(
    order_uuid: UUID, amount: Money, *, key: str, reason: str, by: int, at: datetime
) -> models.Refund:
    known = models.Refund.objects.filter(key=key).first()
    if known is None:
        try:
            with transaction.atomic():
                return _write(order_uuid, amount, key=key, reason=reason, by=by, at=at)
        except IntegrityError:
            known = models.Refund.objects.filter(key=key).first()
            if known is None:
                raise
    same = (known.amount_minor, known.currency) == (amount.minor, amount.currency)
    if not same or known.payment.order.uuid != order_uuid:
        raise KeyReused(_("This key was used before for another refund."))
    return known


def _write(
    order_uuid: UUID, amount: Money, *, key: str, reason: str, by: int, at: datetime
) -> models.Refund:
    if amount.minor <= 0:
        raise RefundRefused(_("A refund is more than zero."))
    if not reason.strip():
        raise RefundRefused(_("Please say why; the reason is kept with the refund."))
    payment = _locked_payment(order_uuid)
    left = Money.from_minor(payment.amount_minor - payment.refunded_minor, payment.currency)
    if amount.currency != left.currency or amount > left:
        raise RefundRefused(
            _("%(left)s is left of this payment; %(amount)s cannot be refunded.")
            % {"left": left, "amount": amount}
        )
    net, tax, fee = _parts(payment, amount)
    models.Payment.objects.filter(pk=payment.pk).update(
        refunded_minor=F("refunded_minor") + amount.minor
    )
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


def _locked_payment(order_uuid: UUID) -> models.Payment:
    """The paid payment of an order, locked by its primary key alone.

    A locking read through the order would lock both rows in the other order than ``_complete``
    does, and two refunds would wait for each other.
    """
    paid = models.Payment.objects.filter(order__uuid=order_uuid, paid_at__isnull=False)
    pk = paid.values_list("pk", flat=True).first()
    if pk is not None:
        return models.Payment.objects.select_for_update().get(pk=pk)
    if not models.Order.objects.filter(uuid=order_uuid).exists():
        raise UnknownOrder(_("There is no such order."))
    raise RefundRefused(_("Nothing was paid for this order, so nothing can be refunded."))


def _parts(payment: models.Payment, amount: Money) -> tuple[Money, Money, Money]:
    """The parts of this refund, from what earlier ones left; the payment's row is locked."""
    paid = selectors.payment_summary(payment)
    gone = models.Refund.objects.filter(payment=payment, failed=False).aggregate(
        net=Sum("net_minor"), tax=Sum("tax_minor"), fee=Sum("fee_minor")
    )

    def left(whole: Money, part: str) -> Money:
        return whole - Money.from_minor(int(gone[part] or 0), whole.currency)

    return rules.refund_parts(
        amount,
        net_left=left(paid.net, "net"),
        tax_left=left(paid.tax, "tax"),
        fee_left=left(paid.processor_fee, "fee"),
    )


def _ask_provider(row: models.Refund) -> None:
    amount = Money.from_minor(row.amount_minor, row.currency)
    try:
        get_provider(row.payment.provider).refund(row.payment.reference, amount, key=str(row.uuid))
    except ProviderRefused:
        with transaction.atomic():
            marked = models.Refund.objects.filter(pk=row.pk, failed=False, refunded_at=None)
            if marked.update(failed=True):
                models.Payment.objects.filter(pk=row.payment_id).update(
                    refunded_minor=F("refunded_minor") - row.amount_minor
                )
        log.warning("refund refused by provider: refund=%s", row.uuid)
        raise


def _complete(pk: int, *, at: datetime) -> models.Refund:
    with transaction.atomic():
        payment_id = models.Refund.objects.values_list("payment_id", flat=True).get(pk=pk)
        payment = models.Payment.objects.select_for_update().get(pk=payment_id)
        row = models.Refund.objects.select_for_update().get(pk=pk)
        if row.refunded_at is None:
            row.refunded_at = at
            row.save(update_fields=["refunded_at"])
            _close_order(payment, at)
            summary = selectors.refund_summary(row)
            transaction.on_commit(
                lambda: signals.PAYMENT_REFUNDED.send_robust(sender=None, refund=summary)
            )
            log.info("refunded: refund=%s payment=%s", row.uuid, payment.uuid)
    return row


def _close_order(payment: models.Payment, at: datetime) -> None:
    done = models.Refund.objects.filter(payment=payment, refunded_at__isnull=False).aggregate(
        total=Sum("amount_minor")
    )["total"]
    order = payment.order
    whole = done == payment.amount_minor
    order.state = OrderState.REFUNDED if whole else OrderState.PARTIALLY_REFUNDED
    order.save(update_fields=["state"])
    if whole:
        line = selectors.line_of(order)
        if entitling.revoke(line, because="refunded", at=at):
            seats.give_seat_back(line.offering)
