"""Payments, refunds, and what providers said."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.labels import OUTCOME_LABELS, choices
from fee_payments.models.orders import Order, OrderLine


class Payment(models.Model):
    """One attempt to pay one order at one provider, and what came of it.

    ``refunded_minor`` counts refunds that are done or under way; the database keeps it within
    ``amount_minor``, so two refunds in parallel cannot exceed the payment. ``paid_at`` is the
    provider's moment of the payment; empty means that nothing was paid. ``processor_fee_minor`` is
    empty until the provider has said what it keeps: the learner is let in before that, and the
    books are told after it, by the payment's parts.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="payments"
    )
    provider = models.CharField(_("payment provider"), max_length=32)
    reference = models.CharField(_("reference"), max_length=128)
    redirect_url = models.TextField(_("address to pay at"), blank=True, default="")
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


class ProviderEvent(models.Model):
    """What a provider told us, word for word, once.

    Stored before it is acted on. ``handled_at`` is empty until it was: ``fee_payments_settle``
    finds such rows and acts on them again. ``digest`` is the SHA-256 of provider and event id:
    MariaDB compares text without case, and two events whose ids differ in case are two events.

    .. pii: The payload is the provider's; it can name the payer.
    .. pii_types: name, email_address
    .. pii_retirement: retained
    """

    digest = models.CharField("SHA-256", max_length=64, unique=True)

    provider = models.CharField(_("payment provider"), max_length=32)
    event_id = models.CharField(_("event"), max_length=128)
    kind = models.CharField(_("kind"), max_length=64)
    reference = models.CharField(_("reference"), max_length=128, blank=True, default="")
    payload = models.TextField(_("what was sent"))
    received_at = models.DateTimeField(_("received at"))
    handled_at = models.DateTimeField(_("handled at"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=choices(OUTCOME_LABELS), blank=True, default=""
    )
    sentence = models.CharField(_("explanation"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("provider’s event")
        verbose_name_plural = _("providers’ events")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["handled_at"], name="fee_payments_event_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id}"


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
