"""What learners ask back, and what became of it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.labels import REQUEST_LABELS, choices
from fee_payments.models.orders import Order
from fee_payments.models.payments import Refund


class RefundRequest(models.Model):
    """A learner asks for money back; somebody else grants it or refuses it, once.

    ``amounts`` is what the refund policy offered when they asked, in minor units by the uuid of the
    line: that is what is granted, however long the answer takes. ``open_key`` names the order until
    it is decided: the unique index lets one open request exist.

    .. pii: The platform's user ids of who asked and who decided, and their words. The learner's
        words are emptied when they are forgotten.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    order = models.ForeignKey(
        Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="refund_requests"
    )
    open_key = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    amounts = models.JSONField(_("amounts by line (minor units)"))
    reason = models.CharField(_("reason"), max_length=1000)
    asked_by = models.BigIntegerField(_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    decided_by = models.BigIntegerField(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=16, choices=choices(REQUEST_LABELS), blank=True, default=""
    )
    note = models.CharField(_("said to the learner"), max_length=255, blank=True, default="")
    refund = models.OneToOneField(
        Refund,
        verbose_name=_("refund"),
        on_delete=models.PROTECT,
        related_name="request",
        null=True,
    )

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        ordering = ["-asked_at", "-id"]
        constraints = [
            check(
                "fee_payments_request_decided",
                Q(outcome="", decided_at__isnull=True, open_key__isnull=False)
                | Q(decided_at__isnull=False, open_key__isnull=True) & ~Q(outcome=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
