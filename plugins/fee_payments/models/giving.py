"""Access that a member of staff gives by hand."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.catalogue import Offering


class GivenAccess(models.Model):
    """One person was given access to one offering, by whom and why, until it is ended.

    ``key`` is the idempotency key of the request. ``given_by`` is empty where a command did it.
    What was given counts one seat of the offering until it is ended.

    .. pii: The platform's user ids of the learner and of the members of staff, and the reasons in
        words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    key = models.CharField(max_length=128, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering = models.ForeignKey(
        Offering, verbose_name=_("offering"), on_delete=models.PROTECT, related_name="+"
    )
    ends_at = models.DateTimeField(
        _("ends at"),
        null=True,
        blank=True,
        help_text=_("The first moment (UTC) without access; empty: as the offering says."),
    )
    reason = models.CharField(
        _("reason"), max_length=255, help_text=_("Why; kept with the access, for operators only.")
    )
    given_by = models.BigIntegerField(_("given by"), null=True)
    given_at = models.DateTimeField(_("given at"))
    ended_by = models.BigIntegerField(_("ended by"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_because = models.CharField(_("ended because"), max_length=255, blank=True, default="")

    class Meta:
        ordering = ["-given_at", "-id"]
        verbose_name = _("access given by hand")
        verbose_name_plural = _("access given by hand")
        permissions = [("grant_entitlement", "Can give and end access by hand")]
        constraints = [
            check("fee_payments_given_why", ~Q(reason="")),
            check(
                "fee_payments_given_ends",
                Q(ends_at__isnull=True) | Q(ends_at__gt=F("given_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.offering_id}"
