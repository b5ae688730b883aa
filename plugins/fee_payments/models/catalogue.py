"""What is sold, and for how much."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate.money import MAX_MINOR, Money
from fairgate_tables.constraints import check
from fee_payments.data import BY_KIND, PayerClass, PayerScope, PricesHoldTax, TaxKind
from fee_payments.exceptions import InvalidRefundPolicy
from fee_payments.models.labels import (
    HOLDS_TAX_LABELS,
    PAYER_LABELS,
    SCOPE_LABELS,
    TAX_KIND_LABELS,
    choices,
)
from fee_payments.models.marked import Marked
from fee_payments.models.merchants import Merchant
from fee_payments.rules import read_refund_policy


def refund_steps(written: Any) -> None:
    """Validate a refund policy as it is written.

    Raises:
        ValidationError: it cannot be read; the sentence says which step.
    """
    try:
        read_refund_policy(written)
    except InvalidRefundPolicy as invalid:
        raise ValidationError(str(invalid)) from None


class Offering(Marked):
    """A course run, a part of one, a certificate or a bundle, that is sold under conditions.

    ``seats_taken`` counts paid seats, seats held by open orders and those held for who waited; the
    database keeps it within ``capacity``, whoever asks at the same moment. ``waiting`` counts who
    waits for the room as a whole: while somebody does, nobody else takes a seat that is free.
    ``full_seat_cost_minor`` is what the waiver fund pays the provider of the training for a seat
    that is waived in full; 0 is nothing. Only a bundle may be of no course run.

    .. no_pii:
    """

    COUNTERS = ("seats_taken", "waiting")

    class Kind(models.TextChoices):
        """What the fee opens."""

        COURSE_RUN = "course_run", _("a course run")
        COURSE_PART = "course_part", _("a part of a course")
        CERTIFICATE = "certificate", _("a certificate")
        BUNDLE = "bundle", _("a bundle of course runs")

    class Delivery(models.TextChoices):
        """Where the training takes place."""

        ONLINE = "online", _("online")
        IN_PERSON = "in_person", _("in person")
        BLENDED = "blended", _("online and in person")

    code = models.SlugField(_("code"), max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=255)
    course_key = models.CharField(
        _("course run"), max_length=255, db_index=True, blank=True, default=""
    )
    merchant = models.ForeignKey(
        Merchant,
        verbose_name=_("who collects"),
        on_delete=models.PROTECT,
        related_name="offerings",
        null=True,
        blank=True,
    )
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
    upgrade_until = models.DateTimeField(
        _("upgrade deadline"),
        null=True,
        blank=True,
        help_text=_("The first moment (UTC) at which nobody can buy it, enrolled or not."),
    )
    capacity = models.PositiveIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        help_text=_("Seats in the room; empty means no limit."),
    )
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    waiting = models.PositiveIntegerField(_("people who wait"), default=0, editable=False)
    waivable = models.BooleanField(
        _("waivable"), default=True, help_text=_("Whether the waiver policy covers this fee.")
    )
    full_seat_cost_minor = models.PositiveBigIntegerField(_("full cost of a seat"), default=0)
    full_seat_cost_currency = models.CharField(
        _("currency of that cost"), max_length=3, blank=True, default=""
    )
    access_days = models.PositiveIntegerField(
        _("days of access"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36_500)],
        help_text=_("Access ends so many days after it began; empty means no end."),
    )
    enrolment_mode = models.SlugField(
        _("enrolment mode"),
        max_length=64,
        blank=True,
        default=BY_KIND,
        db_index=False,
        help_text=_(
            "The mode that who has access is enrolled in, like verified. by_kind: as usual for "
            "what the fee opens. Empty: enrolments are left alone."
        ),
    )

    refund_policy = models.JSONField(
        _("refund policy"),
        null=True,
        blank=True,
        validators=[refund_steps],
        help_text=_(
            "For what is sold from now on. Steps as in FEE_PAYMENTS_REFUND_POLICY; [] gives "
            "nothing back. Empty: as the site."
        ),
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
            check("fee_payments_offering_of_course", ~Q(course_key="") | Q(kind="bundle")),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.code})"


class BundleItem(Marked):
    """One offering that a bundle opens. A bundle opens no bundle, so nothing goes in circles.

    .. no_pii:
    """

    WRITTEN_ONCE = ("bundle_id", "item_id")

    bundle = models.ForeignKey(
        Offering, verbose_name=_("bundle"), on_delete=models.CASCADE, related_name="items"
    )
    item = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="bundles"
    )

    class Meta:
        verbose_name = _("offering of a bundle")
        verbose_name_plural = _("offerings of bundles")
        ordering = ["bundle", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bundle", "item"], name="fee_payments_bundle_once"),
            check("fee_payments_bundle_other", ~Q(bundle=F("item"))),
        ]

    def __str__(self) -> str:
        return f"{self.bundle_id}: {self.item_id}"


class Price(Marked):
    """What one payer class pays for one offering in one currency, from a day until another.

    A price is not edited: it ends, and the next one begins. One that something was sold under
    cannot be deleted either.

    .. no_pii:
    """

    WRITTEN_ONCE = (
        "offering_id",
        "payer_class",
        "amount_minor",
        "currency",
        "holds_tax",
        "valid_from",
    )

    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="prices"
    )
    payer_class = models.CharField(
        _("who pays"),
        max_length=16,
        choices=choices(PAYER_LABELS),
        default=PayerClass.INDIVIDUAL.value,
    )
    amount_minor = models.PositiveBigIntegerField(_("amount (minor units)"))
    currency = models.CharField(_("currency"), max_length=3)
    holds_tax = models.CharField(
        _("tax"),
        max_length=8,
        choices=choices(HOLDS_TAX_LABELS),
        default=PricesHoldTax.AS_THE_RATE.value,
    )
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
            check("fee_payments_price_size", Q(amount_minor__lte=MAX_MINOR)),
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
        amount = Money.from_minor(self.amount_minor, self.currency)
        return f"{self.offering_id}: {self.payer_class} {amount}"


class TaxRate(Marked):
    """The tax on training for who is taxed in one country, from a day until another.

    A changed rate is a new row: an order points at the rate it was sold under. Of one country,
    scope and kind no two hold on the same day. Of a reverse charge, ``basis_points`` is the rate
    that the buyer accounts for: it is taken out of prices that hold it, and never charged.

    .. no_pii:
    """

    WRITTEN_ONCE = (
        "country",
        "payer_scope",
        "kind",
        "basis_points",
        "inclusive",
        "valid_from",
    )

    country = models.CharField(_("country"), max_length=2)
    payer_scope = models.CharField(
        _("for whom"), max_length=16, choices=choices(SCOPE_LABELS), default=PayerScope.ANY.value
    )
    kind = models.CharField(
        _("kind"), max_length=16, choices=choices(TAX_KIND_LABELS), default=TaxKind.STANDARD.value
    )
    basis_points = models.PositiveIntegerField(
        _("basis points"), help_text=_("In basis points: 2000 stands for 20 per cent.")
    )
    inclusive = models.BooleanField(
        _("in the prices"), default=True, help_text=_("Whether list prices already hold this tax.")
    )
    name = models.CharField(
        _("name"), max_length=32, blank=True, default="", help_text=_("As it is printed: VAT.")
    )
    legal_note = models.CharField(
        _("legal note"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("Printed on documents, where the law asks for a sentence."),
    )
    source = models.CharField(
        _("source"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("Where the rate is written: a law, an official page."),
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("tax rate")
        verbose_name_plural = _("tax rates")
        ordering = ["country", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "payer_scope", "kind", "valid_from"],
                name="fee_payments_tax_rate_once",
            ),
            check(
                "fee_payments_tax_rate_period",
                Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            check("fee_payments_tax_rate_percent", Q(basis_points__lte=10_000)),
            check(
                "fee_payments_tax_rate_nothing",
                ~Q(kind__in=["zero", "exempt"]) | Q(basis_points=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.basis_points} bp from {self.valid_from}"
