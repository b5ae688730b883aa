"""Corrections by hand, by two people."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from fairgate_tables.written_once import WrittenOnce

from .amounts import written


class Adjustment(TwoPeople):
    """What one person asks to be moved between parties, and another decides about.

    ``uuid`` is that of its event, once it is confirmed. ``period`` is the month that it counts in.

    .. pii: The platform's user ids of officers, and their words.
    .. pii_types: id, other
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    period = models.CharField(_("month"), max_length=7)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("propose_adjustment", "Can propose adjustments of the books"),
            ("decide_adjustment", "Can confirm or refuse adjustments of the books"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            *two_people_checks("revenue_share_adjustment")
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.reason}"


class AdjustmentLine(WrittenOnce):
    """What one party gets, or gives; an empty party is what is not allocated.

    .. no_pii:
    """

    adjustment = models.ForeignKey(
        Adjustment,
        verbose_name=_("adjustment"),
        on_delete=models.PROTECT,
        related_name="lines",
    )
    party = models.CharField(_("party"), max_length=64, blank=True)
    units_minor = models.BigIntegerField(_("amount (minor units)"))

    class Meta(WrittenOnce.Meta):
        """A party has one line of an adjustment."""

        verbose_name = _("line of an adjustment")
        verbose_name_plural = _("lines of adjustments")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["adjustment", "party"], name="revenue_share_adjustment_line_once"
            ),
            check("revenue_share_adjustment_line_not_zero", ~Q(units_minor=0)),
        ]

    def __str__(self) -> str:
        return f"{self.party or '-'}: {written(self.units_minor, self.adjustment.currency)}"
