"""Organisations that buy, and who of them may look at their papers."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.data import PayerClass
from fee_payments.data.invoices import AccessOn, ContactRole
from fee_payments.models.labels import ACCESS_LABELS, PAYER_LABELS, ROLE_LABELS, choices


class Buyer(models.Model):
    """An organisation that buys: to whom quotes and invoices are made out.

    ``payer_class`` is what it says it is; its price list counts once a person has verified that.
    ``access_on`` is when what it buys opens: an operator grants access before the payment as
    credit. What stands on a document is copied into it, so a change here changes no document.

    .. pii: Name, address and e-mail of an organisation, which may be one person's, and the
        platform's user ids of who verified it.
    .. pii_types: name, location, email_address, id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    legal_name = models.CharField(_("legal name"), max_length=140)
    payer_class = models.CharField(
        _("who pays"), max_length=16, choices=choices(PAYER_LABELS),
        default=PayerClass.PRIVATE.value,
    )  # fmt: skip
    address = models.TextField(_("address"), help_text=_("As on an envelope, without the country."))
    country = models.CharField(_("country"), max_length=2)
    tax_id = models.CharField(_("tax number"), max_length=32, blank=True, default="")
    invoice_email = models.EmailField(_("e-mail for invoices"), blank=True, default="")
    language = models.CharField(_("language of documents"), max_length=16, default="en")
    payment_days = models.PositiveSmallIntegerField(
        _("days to pay"), null=True, blank=True,
        help_text=_("Days from the invoice to the due date; empty: those of the site."),
    )  # fmt: skip
    access_on = models.CharField(
        _("access begins with"), max_length=8, choices=choices(ACCESS_LABELS),
        default=AccessOn.PAYMENT.value,
    )  # fmt: skip
    verified_by = models.BigIntegerField(_("verified by"), null=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)

    class Meta:
        verbose_name = _("buyer")
        verbose_name_plural = _("buyers")
        ordering = ["legal_name", "id"]
        permissions = [("verify_buyer", "Can verify buyers and grant them credit")]
        constraints = [
            check(
                "fee_payments_buyer_verified",
                Q(verified_by__isnull=True, verified_at__isnull=True)
                | Q(verified_by__isnull=False, verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class BuyerContact(models.Model):
    """A person of the platform who acts for a buyer and reads its papers.

    It gives them no price of their own: for themselves they pay as ``PayerMembership`` says.

    .. pii: The platform's user id.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    buyer = models.ForeignKey(
        Buyer, verbose_name=_("buyer"), on_delete=models.CASCADE, related_name="contacts"
    )
    user_id = models.BigIntegerField(_("user"), db_index=True)
    role = models.CharField(
        _("role"), max_length=16, choices=choices(ROLE_LABELS),
        default=ContactRole.COORDINATOR.value,
    )  # fmt: skip

    class Meta:
        verbose_name = _("contact of a buyer")
        verbose_name_plural = _("contacts of buyers")
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "user_id"], name="fee_payments_buyer_contact_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.buyer_id}: {self.user_id}"
