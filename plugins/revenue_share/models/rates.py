"""Rates of exchange."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fairgate_tables.written_once import WrittenOnce

from .labels import SOURCE_LABELS, choices


class RateProposal(TwoPeople):
    """A rate that somebody enters by hand; it becomes a rate when a second person confirms it.

    .. pii: The platform's user ids of officers, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", unique=True, default=uuid4, editable=False)
    base = models.CharField(_("one unit of"), max_length=3)
    currency = models.CharField(_("is worth units of"), max_length=3)
    effective_on = models.DateField(_("in effect from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        """Asking and confirming are two rights."""

        verbose_name = _("rate entered by hand")
        verbose_name_plural = _("rates entered by hand")
        default_permissions = ("view",)
        permissions = [
            ("propose_rate", "Can enter a rate of exchange by hand"),
            ("confirm_rate", "Can confirm a rate of exchange as the second person"),
        ]
        ordering = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_rate"),
            check("revenue_share_rate_proposed_positive", Q(rate__gt=0)),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate.normalize():f} {self.currency}, {self.effective_on}"


class FxRate(WrittenOnce):
    """What one unit of ``base`` was worth in ``currency``, from a UTC day on.

    A rate is never changed. Another value for the same day is another row with the next
    ``revision``; it counts from ``recorded_at`` on, so what was converted before stays as it was.
    ``file_sha256`` names the file it came from; a manual rate has the step of two people instead.

    .. pii: The platform's user id of who loaded the file.
    .. pii_types: id
    .. pii_retirement: retained
    """

    source = models.CharField(_("source"), max_length=8, choices=choices(SOURCE_LABELS))
    base = models.CharField(_("one unit of"), max_length=3)
    currency = models.CharField(_("is worth units of"), max_length=3)
    effective_on = models.DateField(_("in effect from"))
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.BigIntegerField(_("loaded by"), null=True, blank=True)
    file_sha256 = models.CharField("SHA-256", max_length=64, blank=True, db_index=True)
    proposal = models.OneToOneField(
        RateProposal,
        verbose_name=_("rate entered by hand"),
        on_delete=models.PROTECT,
        related_name="entered",
        null=True,
        blank=True,
    )

    class Meta(WrittenOnce.Meta):
        """One row for each revision of a day; no rate is nothing."""

        verbose_name = _("rate of exchange")
        verbose_name_plural = _("rates of exchange")
        permissions = [("load_rates", "Can load a file of rates of exchange")]
        ordering = ["-effective_on", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["source", "base", "currency", "effective_on", "revision"],
                name="revenue_share_rate_once",
            ),
            check("revenue_share_rate_positive", Q(rate__gt=0, revision__gt=0)),
            check("revenue_share_rate_of_another", ~Q(base=F("currency"))),
            check(
                "revenue_share_rate_by_hand",
                Q(source="manual", proposal__isnull=False)
                | (~Q(source="manual") & Q(proposal__isnull=True)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["base", "currency", "effective_on"], name="revenue_share_rate_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate.normalize():f} {self.currency}, {self.effective_on}"
