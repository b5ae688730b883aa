"""Money that payers' banks ask back."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.data import DisputeState
from fee_payments.models.labels import DISPUTE_LABELS, choices
from fee_payments.models.payments import Payment


class Dispute(models.Model):
    """One dispute of one payment, as the provider tells it.

    ``opened_at`` is the provider's moment of when it was told first, ``decided_at`` that of its
    newest state. ``fee_minor`` is what the provider keeps for it.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    payment = models.ForeignKey(
        Payment, verbose_name=_("payment"), on_delete=models.PROTECT, related_name="disputes"
    )
    provider = models.CharField(_("payment provider"), max_length=32)
    reference = models.CharField(_("reference"), max_length=128)
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.PositiveBigIntegerField(_("amount (minor units)"))
    fee_minor = models.BigIntegerField(_("kept by the provider (minor units)"), default=0)
    reason = models.CharField(_("reason"), max_length=64, blank=True, default="")
    state = models.CharField(_("state"), max_length=8, choices=choices(DISPUTE_LABELS))
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    decided_at = models.DateTimeField(_("told as of"))
    evidence_due_by = models.DateTimeField(_("evidence due by"), null=True)

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "reference"], name="fee_payments_dispute_reference"
            ),
            check("fee_payments_dispute_positive", Q(amount_minor__gt=0)),
            check(
                "fee_payments_dispute_state", Q(state__in=[state.value for state in DisputeState])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference}"
