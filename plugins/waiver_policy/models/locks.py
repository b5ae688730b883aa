"""Prices that are kept for a while, whatever becomes of the lists and the policy."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from waiver_policy.models.decisions import WaiverDecision


class PriceLock(models.Model):
    """That a person may have a waiver by the rules of one day, until another day.

    ``live_key`` names person and offering while the lock counts and is empty (NULL) afterwards:
    its unique index lets the database hold one live lock. ``until`` is the first day (UTC) on
    which it no longer holds. It holds no money.

    .. pii: The country that the price was kept for.
    .. pii_types: id, location
    .. pii_retirement: local_api
    """

    USED, EXPIRED, COUNTRY_CHANGED, FORGOTTEN = "used", "expired", "country_changed", "forgotten"

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    live_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    decision = models.ForeignKey(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="price_locks",
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    until = models.DateField(_("until"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    end_reason = models.CharField(_("ended because"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("price lock")
        verbose_name_plural = _("price locks")
        ordering = ["id"]
        constraints = [
            check(
                "waiver_policy_lock_ended",
                Q(live_key__isnull=False, ended_at__isnull=True, end_reason="")
                | Q(live_key__isnull=True, ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.until}"
