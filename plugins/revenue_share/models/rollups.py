"""Sums per month, kept in the transaction of every event: reports read these, not the events.

They can be dropped and made again from the lines and events (``revenue_share_rebuild``); ``check``
compares.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from .amounts import written
from .labels import KIND_LABELS, PART_LABELS, choices


class PartyRollup(models.Model):
    """What one party got in a month by one part, of one course, of sales of one month.

    These are the lines of its statement. ``key`` is the hash of all that tells one row from
    another. ``hold_ends_at`` and ``minimum_payout_minor`` follow from the version of the terms and
    from the month of the sales.

    .. no_pii:
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    period = models.CharField(_("month of the statement"), max_length=7)
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    part = models.CharField(_("part"), max_length=16, choices=choices(PART_LABELS))
    sale_period = models.CharField(_("month"), max_length=7)
    course_key = models.CharField(_("course run"), max_length=255)
    offering_code = models.CharField(_("offering"), max_length=255)
    agreement = models.CharField(_("agreement"), max_length=255, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    minimum_payout_minor = models.BigIntegerField(
        _("smallest payout (minor units)"), null=True, blank=True
    )
    hold_ends_at = models.DateTimeField(_("hold ends at"), null=True, blank=True)
    events = models.BigIntegerField(_("events of the books"))
    base_minor = models.BigIntegerField(_("shared amount (minor units)"))
    units_minor = models.BigIntegerField(_("amount (minor units)"))

    class Meta:
        """Found by month for all parties, and by party for its own statements."""

        verbose_name = _("sum of a party")
        verbose_name_plural = _("sums of parties")
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["period", "party", "currency"], name="revenue_share_rollup_party"),
            models.Index(fields=["party", "period"], name="revenue_share_rollup_own"),
        ]

    def __str__(self) -> str:
        amount = written(self.units_minor, self.currency)
        return f"{self.period} {self.part} of {self.party}: {amount}"


class ReceiptRollup(models.Model):
    """What came in and went back in a month: by kind, course, country and class of the payer.

    ``dispute_fee_minor`` is what banks charged on top, whoever bears it: it is in no other column.

    .. no_pii:
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    period = models.CharField(_("month of the statement"), max_length=7)
    kind = models.CharField(_("kind"), max_length=16, choices=choices(KIND_LABELS))
    currency = models.CharField(_("currency"), max_length=3)
    course_key = models.CharField(_("course run"), max_length=255)
    offering_code = models.CharField(_("offering"), max_length=255)
    agreement = models.CharField(_("agreement"), max_length=255, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    payer_class = models.CharField(_("payer class"), max_length=20, blank=True)
    events = models.BigIntegerField(_("events of the books"))
    gross_minor = models.BigIntegerField(_("gross (minor units)"))
    tax_minor = models.BigIntegerField(_("tax (minor units)"))
    fee_minor = models.BigIntegerField(_("processor’s fee (minor units)"))
    net_minor = models.BigIntegerField(_("net (minor units)"))
    dispute_fee_minor = models.BigIntegerField(_("fee of a dispute (minor units)"), default=0)

    class Meta:
        """Found by month and course."""

        verbose_name = _("sum of receipts")
        verbose_name_plural = _("sums of receipts")
        default_permissions = ("view",)
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["period", "currency", "course_key"], name="revenue_share_rollup_course"
            ),
        ]

    def __str__(self) -> str:
        amount = written(self.net_minor, self.currency)
        return f"{self.period} {self.kind} of {self.course_key}: {amount}"
