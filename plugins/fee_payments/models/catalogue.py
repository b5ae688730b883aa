"""What is sold, and for how much."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.data import PayerClass
from fee_payments.models.labels import PAYER_LABELS, choices


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
        choices=choices(PAYER_LABELS),
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
