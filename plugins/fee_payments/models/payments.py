"""Payments and refunds."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate.money import Money
from fairgate_tables.constraints import check
from fee_payments.models.orders import Order, OrderLine


class Payment(models.Model):
    """One attempt to pay one order at one provider, and what came of it.

    ``refunded_minor`` counts refunds that are done or under way; the database keeps it within
    ``amount_minor``, so two refunds in parallel cannot exceed the payment. ``paid_at`` is the
    provider's moment of the payment; empty means that nothing was paid. ``processor_fee_minor`` is
    empty until the provider has said what it keeps: the learner is let in before that, and the
    books are told after it, by the payment's parts.

    The row is there before the provider is asked: until the answer, ``reference`` is ``starting:``
    and our uuid. ``charge_reference`` is the provider's other name of it, where there is one.
    ``pending_at`` is when the payer had done their part; ``closed_at`` when the provider's page
    closed unpaid: the next attempt is a new row.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="payments"
    )
    provider = models.CharField(_("payment provider"), max_length=32)
    reference = models.CharField(_("reference"), max_length=128)
    charge_reference = models.CharField(
        _("reference of the charge"), max_length=128, blank=True, default=""
    )
    redirect_url = models.TextField(_("address to pay at"), blank=True, default="")
    is_live = models.BooleanField(_("real money"), default=False)
    started_at = models.DateTimeField(_("started at"), null=True)
    open_until = models.DateTimeField(_("page open until"), null=True)
    pending_at = models.DateTimeField(_("pending since"), null=True)
    closed_at = models.DateTimeField(_("page closed at"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.PositiveBigIntegerField(_("amount (minor units)"))
    processor_fee_minor = models.PositiveBigIntegerField(
        _("processor’s fee (minor units)"), null=True
    )
    refunded_minor = models.PositiveBigIntegerField(_("refunded (minor units)"), default=0)
    paid_at = models.DateTimeField(_("paid at"), null=True)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="fee_payments_payment_reference"
            ),
            check("fee_payments_refund_limit", Q(refunded_minor__lte=F("amount_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference}"

    @property
    def is_on_its_way(self) -> bool:
        """Whether the payer has done their part, and the money has neither arrived nor failed."""
        is_over = self.paid_at is not None or self.closed_at is not None
        return self.pending_at is not None and not is_over

    @staticmethod
    def starting(uuid: UUID) -> str:
        """The reference of a payment until the provider has answered."""
        return f"starting:{uuid}"

    @classmethod
    def begin(
        cls, order: Order, provider: str, amount: Money, *, is_live: bool, at: datetime
    ) -> Self:
        """Write an attempt to pay an order, before the provider is asked."""
        uuid = uuid4()
        return cls.objects.create(
            uuid=uuid,
            order=order,
            provider=provider,
            reference=cls.starting(uuid),
            amount_minor=amount.minor,
            currency=amount.currency,
            is_live=is_live,
            started_at=at,
        )


class PaymentPart(models.Model):
    """The part of one payment that is for one line of its order: what the books are told.

    Written when the payment has arrived and its fee is known, and never changed; only the three
    columns that count refunds, done or under way, grow. Amounts are in the payment's currency. The
    parts of a payment add up to it exactly: gross, and the fee that the processor keeps of it. A
    line that costs nothing has no part.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="parts"
    )
    line = models.ForeignKey(
        OrderLine, verbose_name=_("order line"), on_delete=models.PROTECT, related_name="parts"
    )
    gross_minor = models.PositiveBigIntegerField(_("gross (minor units)"))
    tax_minor = models.PositiveBigIntegerField(_("tax (minor units)"))
    processor_fee_minor = models.PositiveBigIntegerField(_("processor’s fee (minor units)"))
    refunded_minor = models.PositiveBigIntegerField(_("refunded (minor units)"), default=0)
    refunded_tax_minor = models.PositiveBigIntegerField(_("refunded tax (minor units)"), default=0)
    refunded_fee_minor = models.PositiveBigIntegerField(_("lost fee (minor units)"), default=0)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("part of a payment")
        verbose_name_plural = _("parts of payments")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "line"], name="fee_payments_part_once"),
            check("fee_payments_part_positive", Q(gross_minor__gt=0)),
            check("fee_payments_part_tax", Q(tax_minor__lte=F("gross_minor"))),
            check(
                "fee_payments_part_refunded",
                Q(refunded_minor__lte=F("gross_minor"))
                & Q(refunded_tax_minor__lte=F("tax_minor"))
                & Q(refunded_fee_minor__lte=F("processor_fee_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}: {self.gross_minor}"


class Refund(models.Model):
    """Money given back of one payment; its parts say for which lines.

    There is no state. It is written before the provider is asked (``requested_at``). ``asked_at``
    is set where the provider has taken it and has not finished: a bank can need days, and an event
    tells the end. ``refunded_at`` is empty until the provider said that it is done; ``failed_at``
    means it said no, and nothing moved. ``reference`` is the provider's own name of it, once per
    payment. ``requested_by`` is empty where it was made at the provider, and not by us.
    ``is_rest`` says that all that was left was asked for, and not an amount.

    .. pii: The platform's user id of who asked for the refund, and the reason in their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=128, unique=True)
    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="refunds"
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    is_rest = models.BooleanField(_("all that was left"), default=False)
    reason = models.CharField(_("reason"), max_length=255)
    requested_by = models.BigIntegerField(_("requested by"), null=True)
    requested_at = models.DateTimeField(_("requested at"))
    asked_at = models.DateTimeField(_("taken by the provider at"), null=True)
    refunded_at = models.DateTimeField(_("refunded at"), null=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)
    failed_because = models.CharField(_("failed because"), max_length=255, blank=True, default="")
    reference = models.CharField(_("provider’s reference"), max_length=128, null=True)  # noqa: DJ001 - several NULLs, one value

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "reference"], name="fee_payments_refund_reference"
            ),
            check(
                "fee_payments_refund_one_end",
                Q(failed_at__isnull=True) | Q(refunded_at__isnull=True),
            ),
            check("fee_payments_refund_positive", Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class RefundPart(models.Model):
    """What of one refund is for one line: net receipts, tax, and the fee the provider keeps.

    Written with the refund and never changed; the parts of a refund add up to it exactly. The
    amounts are signed columns: a payment smaller than its own fee has a negative net, and MariaDB
    refuses unsigned sums below zero.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    refund = models.ForeignKey(
        Refund, verbose_name=_("refund"), on_delete=models.PROTECT, related_name="parts"
    )
    payment_part = models.ForeignKey(
        PaymentPart,
        verbose_name=_("part of a payment"),
        on_delete=models.PROTECT,
        related_name="refunds",
    )
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    net_minor = models.BigIntegerField(_("net (minor units)"))
    tax_minor = models.BigIntegerField(_("tax (minor units)"))
    fee_minor = models.BigIntegerField(_("kept by the provider (minor units)"))

    class Meta:
        verbose_name = _("part of a refund")
        verbose_name_plural = _("parts of refunds")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "payment_part"], name="fee_payments_refund_part_once"
            ),
            check(
                "fee_payments_refund_part_adds_up",
                Q(amount_minor=F("net_minor") + F("tax_minor") + F("fee_minor")),
            ),
            check("fee_payments_refund_part_positive", Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}: {self.amount_minor}"

    @property
    def line(self) -> OrderLine:
        """The line of the order that money went back for."""
        return self.payment_part.line
