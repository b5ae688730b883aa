"""The fund, the grants that it pays, and what counts against a limit."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce
from waiver_policy.models.decisions import WaiverDecision


class WaiverFund(models.Model):
    """The fund of one currency: free, held and spent money.

    The columns are kept by the database's own arithmetic and may never be negative; the entries
    tell how they came about.

    .. no_pii:
    """

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    available_minor = models.BigIntegerField(_("available"), default=0)
    reserved_minor = models.BigIntegerField(_("reserved"), default=0)
    committed_minor = models.BigIntegerField(_("committed"), default=0)

    class Meta:
        verbose_name = _("waiver fund")
        verbose_name_plural = _("waiver funds")
        ordering = ["currency"]
        constraints = [
            check("waiver_policy_fund_available", Q(available_minor__gte=0)),
            check("waiver_policy_fund_reserved", Q(reserved_minor__gte=0)),
            check("waiver_policy_fund_committed", Q(committed_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return self.currency


class WaiverGrant(models.Model):
    """The right of one person to one seat at a reduced fee.

    ``live_key`` is set while the grant counts (reserved or committed) and NULL once released: its
    unique index lets the database hold one live grant per person and offering.
    There is no price here: what was charged is with the order.

    .. pii: Which person holds a waiver.
    .. pii_types: id
    .. pii_retirement: retained
    """

    RESERVED, COMMITTED, RELEASED = "reserved", "committed", "released"

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    decision = models.OneToOneField(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="grant",
    )
    key = models.CharField(_("key"), max_length=200, unique=True)
    user_id = models.BigIntegerField(_("user"))
    offering_code = models.CharField(_("offering"), max_length=100)
    percent_bp = models.PositiveIntegerField(_("basis points"))
    full_cost_minor = models.BigIntegerField(_("full cost of the seat"), null=True, blank=True)
    cost_minor = models.BigIntegerField(_("held for the seat"), default=0)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    state = models.CharField(_("state"), max_length=10, default=RESERVED)
    live_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    granted_at = models.DateTimeField(_("granted at"))
    expires_on = models.DateField(_("expires on"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    release_reason = models.CharField(_("reason of the release"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("waiver grant")
        verbose_name_plural = _("waiver grants")
        ordering = ["id"]
        constraints = [
            check("waiver_policy_grant_amounts", Q(cost_minor__gte=0) & Q(percent_bp__lte=10_000)),
            check(
                "waiver_policy_grant_state",
                Q(state="released", live_key__isnull=True)
                | Q(state__in=["reserved", "committed"], live_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"


class FundEntry(WrittenOnce):
    """One movement of a fund. ``minor`` is signed as seen from the free money.

    Deposit, revenue and released are positive, reserved is negative, and committed is negative too
    but moves held money to spent money only.

    .. no_pii:
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    fund = models.ForeignKey(
        WaiverFund, verbose_name=_("waiver fund"), on_delete=models.PROTECT, related_name="entries"
    )
    kind = models.CharField(_("kind"), max_length=10)
    minor = models.BigIntegerField(_("minor units"))
    key = models.CharField(_("key"), max_length=220, unique=True)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    grant = models.ForeignKey(
        WaiverGrant,
        verbose_name=_("waiver grant"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
    )
    at = models.DateTimeField(_("at"))

    class Meta(WrittenOnce.Meta):
        verbose_name = _("fund entry")
        verbose_name_plural = _("fund entries")
        ordering = ["id"]
        constraints = [
            check(
                "waiver_policy_entry_sign",
                Q(kind__in=["deposit", "revenue", "released"], minor__gt=0)
                | Q(kind__in=["reserved", "committed"], minor__lt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.minor}"


class QuotaUse(models.Model):
    """What one subject of a limit (a person, a country and offering, a year) has used.

    ``uses`` lists ``[grant uuid, ISO day, minor units]``. The row is locked while a grant counts,
    so that two grants never count the same past.

    .. pii: A person's grants stand under a key with their id.
    .. pii_types: id
    .. pii_retirement: retained
    """

    key = models.CharField(_("subject"), max_length=160, unique=True)
    uses = models.JSONField(_("uses"), default=list)

    class Meta:
        verbose_name = _("use of a limit")
        verbose_name_plural = _("uses of limits")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
