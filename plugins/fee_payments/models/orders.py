"""Orders and their lines."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate.money import Money
from fairgate_tables.constraints import check
from fee_payments.data import HoldCause, OrderState
from fee_payments.models.buyers import Buyer
from fee_payments.models.catalogue import Offering, Price, TaxRate
from fee_payments.models.labels import HOLD_LABELS, PAYER_LABELS, STATE_LABELS, choices
from fee_payments.models.merchants import Merchant, TermsVersion
from fee_payments.models.rooms import Session


def is_test_mode() -> bool:
    """Whether what is ordered now is a test: said by the instance, never by who orders."""
    # A migration asks as well, also where the defaults of a platform's plugins were not set.
    return bool(getattr(settings, "FEE_PAYMENTS_TEST_MODE", False))


class Order(models.Model):
    """One learner's wish to have one or several offerings, each at the price of one quote.

    ``key`` is the idempotency key of the request that placed it. ``country`` is what the prices
    were decided on. ``held_because`` is what its live ``OrderHold`` rows say, beside them so that
    lists ask one table, and empty unless it waits for a person; it is no state, because an order
    can be held and open, held and paid, or held and closed. Nor is ``disputed``: an order that is
    disputed is paid, or refunded in part. ``is_test``: no real money can pay it.

    ``merchant`` collects, on the version of ``terms`` that was in force, accepted at
    ``terms_accepted_at`` (empty where that was not asked yet). ``buyer_tax_id`` is that
    of the organisation that pays, if it has one, in the country that the tax was decided by.
    ``buyer`` is the organisation that orders seats for its people; ``user_id`` is then its
    coordinator, who gets none of them.

    .. pii: The platform's user id, and the country the price was decided on: of a paid order it is
        kept after a retirement, because its tax was decided by it.
    .. pii_types: id, location
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    key = models.CharField(_("key"), max_length=128, unique=True)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    buyer = models.ForeignKey(
        Buyer, verbose_name=_("buyer"), on_delete=models.PROTECT, related_name="orders", null=True
    )
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    payer_class = models.CharField(_("who pays"), max_length=16, choices=choices(PAYER_LABELS))
    state = models.CharField(
        _("state"), max_length=24, choices=choices(STATE_LABELS), default=OrderState.CREATED.value
    )
    buyer_tax_country = models.CharField(
        _("country of the tax id"), max_length=2, blank=True, default=""
    )
    buyer_tax_id = models.CharField(_("tax id"), max_length=32, blank=True, default="")
    merchant = models.ForeignKey(
        Merchant,
        verbose_name=_("who collects"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    terms = models.ForeignKey(
        TermsVersion,
        verbose_name=_("accepted terms"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    terms_accepted_at = models.DateTimeField(_("terms accepted at"), null=True)
    held_because = models.TextField(_("held because"), blank=True, default="")
    disputed = models.CharField(
        _("dispute"),
        max_length=8,
        choices=[("disputed", _("disputed")), ("lost", _("lost in a dispute"))],
        blank=True,
        default="",
    )
    is_test = models.BooleanField(_("test"), default=is_test_mode, editable=False)
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
                "fee_payments_order_accepted",
                Q(terms_accepted_at__isnull=True) | Q(terms__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class OrderHold(models.Model):
    """One reason why an order waits for a person: what holds it, and until when it did.

    ``cause`` is what holds it and what releases it: the end of one reason leaves the others. The
    row of the order is the lock of its holds. ``released_by`` is empty where it ended by itself.
    ``payment`` is the attempt whose money did not fit, where it was one.

    .. pii: The platform's user id of the operator who has ended it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="holds"
    )
    payment = models.ForeignKey(
        "fee_payments.Payment",
        verbose_name=_("payment"),
        on_delete=models.PROTECT,
        related_name="holds",
        null=True,
    )
    cause = models.CharField(_("what holds it"), max_length=16, choices=choices(HOLD_LABELS))
    sentence = models.CharField(_("why"), max_length=255)
    held_at = models.DateTimeField(_("held since"))
    released_at = models.DateTimeField(_("released at"), null=True)
    released_by = models.BigIntegerField(_("released by"), null=True)

    class Meta:
        verbose_name = _("hold of an order")
        verbose_name_plural = _("holds of orders")
        ordering = ["id"]
        constraints = [
            check("fee_payments_hold_cause", Q(cause__in=[cause.value for cause in HoldCause])),
            check("fee_payments_hold_why", ~Q(sentence="")),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.cause}"


class OrderLine(models.Model):
    """What was ordered, at which price, tax and waiver: the terms of the sale, never changed.

    The amounts are those of the whole line, of all its ``quantity`` seats; the lines of an order
    are in one currency. ``position`` is the place in which the learner asked for it, from 0.
    ``explanation`` holds the sentences the learner saw, until they are forgotten. ``seat_cost`` is
    what the waiver fund pays the provider of the training for the waived part. ``refund_policy``
    holds the steps it was sold under; empty in lines from before that was kept, for which the
    settings count.

    What changes: ``open_key`` names learner and offering while the order is open and is empty
    afterwards: the unique index lets one open line exist, however often a button is pressed.
    ``holds_seat`` says whether the seats are counted in the offering's ``seats_taken``.
    ``paid_minor`` is what has arrived for the line: its total, or twice that if an order was paid
    twice by mistake. ``refunded_minor`` counts refunds that are done or under way, and the database
    keeps it within what was paid, however many ask at once; ``returned_minor`` those that are done.

    .. pii: The sentences may name the learner's country.
    .. pii_types: location
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="lines"
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    open_key = models.CharField(max_length=96, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.PROTECT, related_name="+", null=True
    )
    quantity = models.PositiveIntegerField(_("seats"), default=1)
    holds_seat = models.BooleanField(_("holds a seat"), default=False)
    price = models.ForeignKey(
        Price, verbose_name=_("price"), on_delete=models.PROTECT, related_name="+"
    )
    tax_rate = models.ForeignKey(
        TaxRate,
        verbose_name=_("tax rate"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    waiver_grant = models.UUIDField(_("waiver"), null=True)
    currency = models.CharField(_("currency"), max_length=3)
    list_minor = models.PositiveBigIntegerField(_("list price (minor units)"))
    waived_minor = models.PositiveBigIntegerField(_("waived (minor units)"), default=0)
    waived_basis_points = models.PositiveIntegerField(_("waived (basis points)"), default=0)
    seat_cost_minor = models.PositiveBigIntegerField(_("seat cost (minor units)"), default=0)
    seat_cost_currency = models.CharField(
        _("currency of that cost"), max_length=3, blank=True, default=""
    )
    net_minor = models.PositiveBigIntegerField(_("net (minor units)"))
    tax_minor = models.PositiveBigIntegerField(_("tax (minor units)"), default=0)
    total_minor = models.PositiveBigIntegerField(_("total (minor units)"))
    paid_minor = models.PositiveBigIntegerField(_("paid (minor units)"), default=0)
    refunded_minor = models.PositiveBigIntegerField(_("refunded (minor units)"), default=0)
    returned_minor = models.PositiveBigIntegerField(_("given back (minor units)"), default=0)
    tax_note = models.CharField(_("tax note"), max_length=500, blank=True, default="")
    refund_policy = models.JSONField(_("refund policy"), null=True)
    explanation = models.JSONField(_("explanation"), default=list)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"], name="fee_payments_line_position"
            ),
            check("fee_payments_line_adds_up", Q(total_minor=F("net_minor") + F("tax_minor"))),
            check("fee_payments_line_waived", Q(waived_minor__lte=F("list_minor"))),
            check("fee_payments_line_quantity", Q(quantity__gte=1)),
            check("fee_payments_line_refunded", Q(refunded_minor__lte=F("paid_minor"))),
            check("fee_payments_line_returned", Q(returned_minor__lte=F("refunded_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id}: {Money.from_minor(self.total_minor, self.currency)}"
