"""Tables of fee_payments. Amounts are integers in minor units beside their ISO 4217 currency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.data import EventOutcome, OrderState, PayerClass

# ``check`` became ``condition`` in Django 5.1 and is gone in 6.0; we run on 4.2 and 5.2.
PAYER_LABELS = {
    PayerClass.INDIVIDUAL: _("an individual"),
    PayerClass.MEMBER_STATE: _("a Member State"),
    PayerClass.SECTOR_MEMBER: _("a Sector Member"),
    PayerClass.ASSOCIATE: _("an Associate"),
    PayerClass.ACADEMIA: _("Academia"),
    PayerClass.PRIVATE: _("a private organisation"),
}
STATE_LABELS = {
    OrderState.CREATED: _("not paid yet"),
    OrderState.PENDING: _("payment under way"),
    OrderState.PAID: _("paid"),
    OrderState.WAIVED: _("waived"),
    OrderState.HELD: _("waits for a person"),
    OrderState.CANCELLED: _("cancelled"),
    OrderState.EXPIRED: _("time is over"),
    OrderState.PARTIALLY_REFUNDED: _("refunded in part"),
    OrderState.REFUNDED: _("refunded"),
}
OUTCOME_LABELS = {
    EventOutcome.SETTLED: _("payment settled"),
    EventOutcome.FAILED: _("payment failed"),
    EventOutcome.KNOWN: _("known already"),
    EventOutcome.HELD: _("waits for a person"),
    EventOutcome.IGNORED: _("not for us"),
}


def _choices(labels: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(item.value, label) for item, label in labels.items()]


class Offering(models.Model):
    """A course run, or a part of one, that is sold under conditions.

    ``seats_taken`` counts paid seats and seats held by open orders; the database keeps it within
    ``capacity``, whoever asks at the same moment. ``full_seat_cost_minor`` is what the waiver fund
    pays the provider of the training for a seat that is waived in full; 0 is nothing.

    .. no_pii:
    """

    class Kind(models.TextChoices):
        """What the fee opens."""

        COURSE_RUN = "course_run", _("a course run")
        COURSE_PART = "course_part", _("a part of a course")

    class Delivery(models.TextChoices):
        """Where the training takes place."""

        ONLINE = "online", _("online")
        IN_PERSON = "in_person", _("in person")
        BLENDED = "blended", _("online and in person")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=255)
    course_key = models.CharField(_("course run"), max_length=255, db_index=True)
    kind = models.CharField(
        _("what the fee opens"), max_length=16, choices=Kind.choices, default=Kind.COURSE_RUN
    )
    delivery = models.CharField(
        _("delivery"), max_length=16, choices=Delivery.choices, default=Delivery.ONLINE
    )
    place = models.CharField(_("place"), max_length=255, blank=True, default="")
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    on_sale_from = models.DateField(_("on sale from"), null=True, blank=True)
    on_sale_until = models.DateField(
        _("on sale until"),
        null=True,
        blank=True,
        help_text=_("The first day (UTC) on which it is no longer sold."),
    )
    capacity = models.PositiveIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        help_text=_("Seats in the room; empty means no limit."),
    )
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    waivable = models.BooleanField(
        _("waivable"), default=True, help_text=_("Whether the waiver policy covers this fee.")
    )
    full_seat_cost_minor = models.PositiveBigIntegerField(_("full cost of a seat"), default=0)
    full_seat_cost_currency = models.CharField(
        _("currency of that cost"), max_length=3, blank=True, default=""
    )

    class Meta:
        verbose_name = _("offering")
        verbose_name_plural = _("offerings")
        ordering = ["code"]
        constraints = [
            check(
                "fee_payments_offering_seats",
                Q(capacity__isnull=True) | Q(seats_taken__lte=F("capacity")),
            ),
            check(
                "fee_payments_offering_seat_cost",
                Q(full_seat_cost_minor=0) | ~Q(full_seat_cost_currency=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"


class Price(models.Model):
    """What one payer class pays for one offering in one currency, from a day until another.

    A price is not edited once something was sold under it: it ends, and the next one begins.

    .. no_pii:
    """

    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="prices"
    )
    payer_class = models.CharField(
        _("who pays"),
        max_length=16,
        choices=_choices(PAYER_LABELS),
        default=PayerClass.INDIVIDUAL.value,
    )
    amount_minor = models.PositiveBigIntegerField(_("amount (minor units)"))
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(
        _("valid until"),
        null=True,
        blank=True,
        help_text=_("The first day (UTC) on which it no longer holds."),
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["offering", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["offering", "payer_class", "currency", "valid_from"],
                name="fee_payments_price_once",
            ),
            check(
                "fee_payments_price_period",
                Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_id}: {self.payer_class} {self.amount_minor} {self.currency}"


class TaxRate(models.Model):
    """The tax on training for learners of one country, from a day until another.

    A changed rate is a new row: an order points at the rate it was sold under.

    .. no_pii:
    """

    country = models.CharField(_("country"), max_length=2)
    basis_points = models.PositiveIntegerField(
        _("basis points"), help_text=_("In basis points: 2000 stands for 20 per cent.")
    )
    inclusive = models.BooleanField(
        _("in the prices"), default=True, help_text=_("Whether list prices already hold this tax.")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["country", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "valid_from"], name="fee_payments_tax_rate_once"
            ),
            check(
                "fee_payments_tax_rate_period",
                Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            check("fee_payments_tax_rate_percent", Q(basis_points__lte=10_000)),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.basis_points} bp from {self.valid_from}"


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
    payer_class = models.CharField(_("who pays"), max_length=16, choices=_choices(PAYER_LABELS))
    state = models.CharField(
        _("state"), max_length=24, choices=_choices(STATE_LABELS), default=OrderState.CREATED.value
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


class Payment(models.Model):
    """One attempt to pay one order at one provider, and what came of it.

    ``refunded_minor`` counts refunds that are done or under way; the database keeps it within
    ``amount_minor``, so two refunds in parallel cannot exceed the payment. ``paid_at`` is the
    provider's moment of the payment; empty means that nothing was paid.

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
        _("processor’s fee (minor units)"), default=0
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
        _("outcome"), max_length=16, choices=_choices(OUTCOME_LABELS), blank=True, default=""
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
    """Money given back, in parts: net receipts, tax, and the fee the provider keeps.

    Written before the provider is asked; ``refunded_at`` is empty until the provider said yes.
    ``failed`` means the provider said no and nothing moved. The parts are signed columns: a payment
    smaller than its own fee has a negative net, and MariaDB refuses unsigned sums below zero.

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
    net_minor = models.BigIntegerField(_("net (minor units)"))
    tax_minor = models.BigIntegerField(_("tax (minor units)"))
    fee_minor = models.BigIntegerField(_("kept by the provider (minor units)"))
    reason = models.CharField(_("reason"), max_length=255)
    requested_by = models.BigIntegerField(_("requested by"))
    requested_at = models.DateTimeField(_("requested at"))
    refunded_at = models.DateTimeField(_("refunded at"), null=True)
    failed = models.BooleanField(_("failed"), default=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["id"]
        constraints = [
            check(
                "fee_payments_refund_adds_up",
                Q(amount_minor=F("net_minor") + F("tax_minor") + F("fee_minor")),
            ),
            check("fee_payments_refund_one_end", Q(failed=False) | Q(refunded_at__isnull=True)),
            check("fee_payments_refund_positive", Q(amount_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class SeatCodeBatch(models.Model):
    """Codes that were issued together: somebody gives seats of one offering to people.

    ``key`` is the idempotency key of the request: a repeated one issues nothing, because the codes
    were shown once and nobody can show them again. ``issued_by`` is empty where a command did it.

    .. pii: The platform's user id of the operator, and who gives the seats.
    .. pii_types: id, name
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    key = models.CharField(max_length=128, unique=True, editable=False)
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    sponsor = models.CharField(
        _("sponsor"), max_length=255, help_text=_("Who gives the seats; the learner reads it.")
    )
    note = models.CharField(
        _("note"), max_length=255, blank=True, default="", help_text=_("For operators only.")
    )
    count = models.PositiveIntegerField(_("how many"), help_text=_("How many codes."))
    issued_by = models.BigIntegerField(null=True, editable=False)
    issued_at = models.DateTimeField(_("issued at"), editable=False)
    expires_at = models.DateTimeField(
        _("expires at"),
        null=True,
        blank=True,
        help_text=_("The first moment (UTC) at which no code is taken."),
    )

    class Meta:
        ordering = ["-issued_at", "-id"]
        verbose_name = _("batch of seat codes")
        verbose_name_plural = _("batches of seat codes")
        permissions = [("issue_seat_codes", "Can issue seat codes")]
        constraints = [
            check(
                "fee_payments_batch_expires",
                Q(expires_at__isnull=True) | Q(expires_at__gt=F("issued_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sponsor}: {self.count}"


class SeatCode(models.Model):
    """One code: one person, one seat. The code itself is not here, only its SHA-256.

    There is no status: a code is free until somebody redeems it, it is revoked, or its batch
    expires. ``hint`` is the first group, for finding the code that somebody asks about. A redeemed
    code that is not revoked counts one seat of its offering.

    .. pii: The platform's user ids of who redeemed and who revoked it, and the reason in words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    batch = models.ForeignKey(
        SeatCodeBatch, verbose_name=_("batch"), on_delete=models.PROTECT, related_name="codes"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("first group"), max_length=8)
    redeemed_by = models.BigIntegerField(_("redeemed by"), null=True, db_index=True)
    redeemed_at = models.DateTimeField(_("redeemed at"), null=True)
    revoked_by = models.BigIntegerField(_("taken back by"), null=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True)
    revoked_because = models.CharField(
        _("taken back because"), max_length=255, blank=True, default=""
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("seat code")
        verbose_name_plural = _("seat codes")
        permissions = [("revoke_seat_codes", "Can revoke seat codes")]
        constraints = [
            check(
                "fee_payments_seat_code_redeemed",
                Q(redeemed_by__isnull=True, redeemed_at__isnull=True)
                | Q(redeemed_by__isnull=False, redeemed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"


class SeatCodeTries(models.Model):
    """How often one person has lately typed a code that opened nothing.

    Counted before the code is looked at, so that many tries at once are many tries.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    user_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("tries of seat codes")
        verbose_name_plural = _("tries of seat codes")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.failed}"


class Entitlement(models.Model):
    """The right of one learner to what one offering opens: the truth that gates ask.

    There is no status: it holds from ``starts_at`` until ``ends_at``, unless ``revoked_at`` is
    set. ``live_key`` names learner and offering until it is revoked; the unique index lets one
    live right exist. It rests on the line of an order or on a seat code, and ends with it; a code
    carries one right, ever.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    # Why a right was taken back, where a learner is told more than that it was.
    REFUNDED = "refunded"

    class Source(models.TextChoices):
        """Where the right comes from."""

        ORDER = "order", _("a paid order")
        WAIVER = "waiver", _("a waiver")
        SEAT = "seat", _("a seat code")

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    live_key = models.CharField(max_length=96, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    user_id = models.BigIntegerField(_("user"))
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(_("rests on"), max_length=16, choices=Source.choices)
    line = models.ForeignKey(
        OrderLine,
        verbose_name=_("order line"),
        on_delete=models.PROTECT,
        related_name="entitlements",
        null=True,
    )
    seat_code = models.OneToOneField(
        SeatCode,
        verbose_name=_("seat code"),
        on_delete=models.PROTECT,
        related_name="entitlement",
        null=True,
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    revoked_because = models.CharField(
        _("taken back because"), max_length=255, blank=True, default=""
    )

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        indexes = [
            models.Index(fields=["user_id", "offering"], name="fee_payments_ent_learner"),
        ]
        constraints = [
            check(
                "fee_payments_ent_rests_on_one",
                Q(source="seat", seat_code__isnull=False, line__isnull=True)
                | Q(source__in=["order", "waiver"], seat_code__isnull=True, line__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.offering_id} by {self.source}"


class SandboxSession(models.Model):
    """A payment at the sandbox provider: the provider's own book, not ours.

    .. no_pii:
    """

    key = models.CharField(max_length=128, unique=True)
    token = models.CharField(max_length=64, unique=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.PositiveBigIntegerField()
    description = models.CharField(max_length=255)
    return_url = models.TextField()
    outcome = models.CharField(max_length=16, blank=True, default="")
    settled_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    refunded = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("payment in the sandbox")
        verbose_name_plural = _("payments in the sandbox")

    def __str__(self) -> str:
        return self.token
