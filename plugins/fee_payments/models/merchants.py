"""Who collects, and on which terms."""

from __future__ import annotations

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.data import Rounding
from fee_payments.models.labels import ROUNDING_LABELS, choices
from fee_payments.models.marked import Marked


class Merchant(Marked):
    """A merchant of record: who sells, writes the invoice and receives the money.

    ``is_default`` is true or empty: the unique index lets one default exist. Offerings that name
    nobody get the default when they are written, and keep it when there is another one. Money
    arrives on the bank details of the invoice, so a slip in them is found by check digits.

    .. no_pii:
    """

    code = models.SlugField(_("code"), max_length=64, unique=True)
    legal_name = models.CharField(_("legal name"), max_length=255)
    address = models.TextField(_("address"), max_length=1000)
    country = models.CharField(_("country"), max_length=2)
    tax_id = models.CharField(_("tax id"), max_length=32, blank=True, default="")
    registration = models.CharField(_("registration"), max_length=128, blank=True, default="")
    account_holder = models.CharField(_("account holder"), max_length=255, blank=True, default="")
    iban = models.CharField(_("IBAN"), max_length=34, blank=True, default="")
    bic = models.CharField(_("BIC"), max_length=11, blank=True, default="")
    bank_name = models.CharField(_("bank"), max_length=255, blank=True, default="")
    invoice_prefix = models.CharField(_("invoice prefix"), max_length=16, blank=True, default="")
    currencies = models.CharField(
        _("currencies"),
        max_length=255,
        blank=True,
        default="",
        help_text=_("Codes with blanks between them; empty means those of its price lists."),
    )
    rounding_mode = models.CharField(
        _("rounding"),
        max_length=16,
        choices=choices(ROUNDING_LABELS),
        default=Rounding.HALF_UP.value,
        help_text=_("How half a minor unit of tax is rounded, on each line."),
    )
    is_default = models.BooleanField(
        _("default"),
        null=True,
        blank=True,
        unique=True,
        choices=[(True, _("yes")), (None, _("no"))],
    )

    class Meta:
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        ordering = ["code"]
        constraints = [
            check(
                "fee_payments_merchant_default",
                Q(is_default__isnull=True) | Q(is_default=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.legal_name} ({self.code})"


class TermsVersion(Marked):
    """One version of the terms of a merchant, from a moment on. Never changed: people accepted it.

    ``sha256`` is the hash of ``text``, or of what was found at ``url`` when it was written down.

    .. no_pii:
    """

    WRITTEN_ONCE = ("merchant_id", "version", "text", "url", "sha256", "valid_from")

    merchant = models.ForeignKey(
        Merchant, verbose_name=_("merchant"), on_delete=models.PROTECT, related_name="terms"
    )
    version = models.CharField(_("version"), max_length=40)
    text = models.TextField(_("text"), blank=True, default="")
    url = models.CharField(
        _("address"), max_length=500, blank=True, default="", validators=[URLValidator()]
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    valid_from = models.DateTimeField(_("valid from"))

    class Meta:
        verbose_name = _("version of terms")
        verbose_name_plural = _("versions of terms")
        ordering = ["merchant", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "version"], name="fee_payments_terms_version"
            ),
            check("fee_payments_terms_somewhere", ~Q(text="") | ~Q(url="")),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id}: {self.version}"
