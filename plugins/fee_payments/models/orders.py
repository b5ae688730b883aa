"""Orders and their lines."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.data import OrderState
from fee_payments.models.catalogue import Offering, Price, TaxRate
from fee_payments.models.labels import PAYER_LABELS, STATE_LABELS, choices


class Order(models.Model):
    """One learner's wish to have one offering at the price of one quote.

    ``open_key`` names learner and offering while the order is open and is empty afterwards: the
    unique index lets one open order exist, however often a button is pressed. ``key`` is the
    idempotency key of the request that placed it. ``country`` is what the price was decided on.
    ``holds_seat`` says whether the order is counted in the offering's ``seats_taken``.
    ``held_because`` is empty unless a payment of the order does not fit and waits for a person;
    it is no state, because an order can be held and open, or held and closed.

    .. pii: The platform's user id, and the country the price was decided on: of a paid order it is
        kept after a retirement, because its tax was decided by it.
    .. pii_types: id, location
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=128, unique=True)
    open_key = models.CharField(max_length=96, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    user_id = models.BigIntegerField(_("user"), db_index=True)
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    payer_class = models.CharField(_("who pays"), max_length=16, choices=choices(PAYER_LABELS))
    state = models.CharField(
        _("state"), max_length=24, choices=choices(STATE_LABELS), default=OrderState.CREATED.value
    )
    holds_seat = models.BooleanField(_("holds a seat"), default=False)
    held_because = models.CharField(_("held because"), max_length=255, blank=True, default="")
    sentence = models.CharField(_("said to the learner"), max_length=255, blank=True, default="")
    placed_at = models.DateTimeField(_("placed at"))
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-placed_at", "-id"]
        permissions = [("refund_payment", "Can refund payments")]
        indexes = [
            models.Index(fields=["state", "expires_at"], name="fee_payments_order_overdue"),
        ]
        constraints = [
            check(
                "fee_payments_order_open_key",
                Q(open_key__isnull=True) | Q(state__in=["created", "pending"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class OrderLine(models.Model):
    """What was ordered, at which price, tax and waiver: the terms of the sale, never changed.

    ``explanation`` holds the sentences the learner saw, until they are forgotten. ``seat_cost`` is
    what the waiver fund pays the provider of the training for the waived part.

    .. pii: The sentences may name the learner's country.
    .. pii_types: location
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    tax_rate = models.ForeignKey(TaxRate, on_delete=models.PROTECT, related_name="+", null=True)
    waiver_grant = models.UUIDField(null=True)
    currency = models.CharField(max_length=3)
    list_minor = models.PositiveBigIntegerField()
    waived_minor = models.PositiveBigIntegerField(default=0)
    waived_basis_points = models.PositiveIntegerField(default=0)
    seat_cost_minor = models.PositiveBigIntegerField(default=0)
    seat_cost_currency = models.CharField(max_length=3, blank=True, default="")
    net_minor = models.PositiveBigIntegerField()
    tax_minor = models.PositiveBigIntegerField(default=0)
    total_minor = models.PositiveBigIntegerField()
    explanation = models.JSONField(default=list)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        constraints = [
            check("fee_payments_line_adds_up", Q(total_minor=F("net_minor") + F("tax_minor"))),
            check("fee_payments_line_waived", Q(waived_minor__lte=F("list_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id}: {self.total_minor} {self.currency}"
