"""To whom something is sold: blocked countries, payer classes, and what authors may sell."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate.money import MAX_MINOR, Money
from fairgate_tables.constraints import check
from fee_payments.models.catalogue import Offering
from fee_payments.models.labels import PAYER_LABELS, choices


class BlockedCountry(models.Model):
    """A country to whose learners nothing is sold, or one offering is not, for a time.

    Days are UTC; ``valid_until`` is the first on which it counts no more. ``reason`` is for
    operators: the learner is told that it is not sold there. Read with every quote, never kept.

    .. no_pii:
    """

    country = models.CharField(_("country"), max_length=2, db_index=True)
    offering = models.ForeignKey(
        Offering,
        verbose_name=_("offering"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Empty: everything."),
    )
    reason = models.CharField(_("reason"), max_length=255)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("blocked country")
        verbose_name_plural = _("blocked countries")
        ordering = ["country", "valid_from"]
        constraints = [
            check(
                "fee_payments_blocked_period",
                Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} from {self.valid_from}"


class ScreeningRecord(models.Model):
    """That a learner was refused because of their country: once a day, offering and country.

    ``rule`` names what refused, ``blocked:<id>`` or ``unknown_country``. Kept, because who sells
    has to be able to show that it did not.

    .. pii: The platform's user id and the country that was looked at.
    .. pii_types: id, location
    .. pii_retirement: retained
    """

    key = models.CharField(max_length=160, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    rule = models.CharField(_("rule"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("refused sale")
        verbose_name_plural = _("refused sales")
        ordering = ["-at", "-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.country} {self.rule}"


class PayerMembership(models.Model):
    """That a person pays as somebody else than an individual: an operator has seen the evidence.

    For what they buy for themselves. What is bought for an organisation is bought by a ``Buyer``,
    at its own price, whoever of its contacts asks. Days are UTC; ``valid_until`` is the first on
    which it counts no more. Of two that hold, the one that began later counts. The tax id is the
    organisation's, its form checked only.

    .. pii: The platform's user ids of the person and of the operator, and the organisation.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    user_id = models.BigIntegerField(_("user"), db_index=True)
    payer_class = models.CharField(_("pays as"), max_length=16, choices=choices(PAYER_LABELS))
    organisation = models.CharField(_("organisation"), max_length=255)
    tax_country = models.CharField(_("country of the tax id"), max_length=2, blank=True, default="")
    tax_id = models.CharField(_("tax id"), max_length=32, blank=True, default="")
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    verified_by = models.BigIntegerField(_("verified by"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), editable=False)
    note = models.CharField(
        _("evidence"), max_length=500, help_text=_("What was seen; for operators only.")
    )

    class Meta:
        verbose_name = _("payer")
        verbose_name_plural = _("payers")
        ordering = ["-valid_from", "-id"]
        constraints = [
            check(
                "fee_payments_payer_period",
                Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
            ),
            check("fee_payments_payer_other", ~Q(payer_class="individual")),
            check("fee_payments_payer_tax_id", Q(tax_id="") | ~Q(tax_country="")),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.payer_class} of {self.organisation}"


class AuthorLimits(models.Model):
    """What authors may do with the fees of courses whose key begins with ``prefix``.

    The longest prefix that fits counts; without one, authors only look. ``kinds`` holds the kinds
    of offerings with blanks between them.

    .. no_pii:
    """

    prefix = models.CharField(
        _("courses"),
        max_length=255,
        unique=True,
        help_text=_("How their keys begin, like course-v1:ORG+"),
    )
    may_sell = models.BooleanField(_("may add and change fees"), default=True)
    may_change_price = models.BooleanField(_("may set prices"), default=True)
    may_ask = models.BooleanField(
        _("may ask for more"),
        default=True,
        help_text=_("What is beyond the limits waits for an operator, with the author's reason."),
    )
    kinds = models.CharField(
        _("kinds"), max_length=128, default="course_run course_part certificate"
    )
    contact = models.CharField(
        _("whom to ask"),
        max_length=255,
        blank=True,
        default="",
        help_text=_("Told to an author who wants more: a name, an office, an address."),
    )

    class Meta:
        verbose_name = _("limits of authors")
        verbose_name_plural = _("limits of authors")
        ordering = ["prefix"]

    def __str__(self) -> str:
        return self.prefix


class AuthorAmount(models.Model):
    """What a price of an author may be in one currency, both ends included.

    .. no_pii:
    """

    limits = models.ForeignKey(
        AuthorLimits, on_delete=models.CASCADE, related_name="amounts", verbose_name=_("limits")
    )
    currency = models.CharField(_("currency"), max_length=3)
    lowest_minor = models.PositiveBigIntegerField(_("lowest (minor units)"), default=0)
    highest_minor = models.PositiveBigIntegerField(_("highest (minor units)"))

    class Meta:
        verbose_name = _("amounts in a currency")
        verbose_name_plural = _("amounts in currencies")
        ordering = ["limits", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["limits", "currency"], name="fee_payments_author_currency"
            ),
            check(
                "fee_payments_author_amounts",
                Q(lowest_minor__lte=F("highest_minor"), highest_minor__lte=MAX_MINOR),
            ),
        ]

    def __str__(self) -> str:
        lowest = Money.from_minor(self.lowest_minor, self.currency)
        return f"{lowest} – {Money.from_minor(self.highest_minor, self.currency)}"
