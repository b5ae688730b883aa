"""Writes what of a payment is for which line, and tells it.

A payment's row is locked by the caller. Parts are written once, when the processor's fee is known;
what the lines have been paid is counted at once, when the money arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from fairgate.money import Money
from fee_payments import models, rules, selectors, signals


def count_paid(payment: models.Payment, lines: Sequence[models.OrderLine]) -> None:
    """Count a payment that has just arrived in the lines that it pays; they are locked."""
    totals = [selectors.breakdown_of(line).total for line in lines]
    for line, share in zip(lines, rules.paid_shares(_amount(payment), totals), strict=True):
        line.paid_minor += share.minor
        line.save(update_fields=["paid_minor"])


def write_parts(
    payment: models.Payment, lines: Sequence[models.OrderLine], *, at: datetime
) -> None:
    """Write the parts of a payment whose fee is known, and tell them after the commit."""
    in_order = sorted(lines, key=lambda line: line.position)
    terms = [(terms.total, terms.tax) for terms in map(selectors.breakdown_of, in_order)]
    fee = Money.from_minor(payment.processor_fee_minor or 0, payment.currency)
    parts = rules.payment_parts(_amount(payment), fee, terms)
    for line, part in zip(in_order, parts, strict=True):
        if part.gross:
            _tell(_write(payment, line, part, at=at))


def _write(
    payment: models.Payment, line: models.OrderLine, part: rules.PartAmounts, *, at: datetime
) -> models.PaymentPart:
    return models.PaymentPart.objects.create(
        payment=payment,
        line=line,
        gross_minor=part.gross.minor,
        tax_minor=part.tax.minor,
        processor_fee_minor=part.processor_fee.minor,
        recorded_at=at,
    )


def _tell(row: models.PaymentPart) -> None:
    summary = selectors.payment_summary(row)
    transaction.on_commit(
        lambda: signals.PAYMENT_RECORDED.send_robust(sender=None, payment=summary)
    )


def _amount(payment: models.Payment) -> Money:
    return Money.from_minor(payment.amount_minor, payment.currency)
