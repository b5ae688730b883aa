"""Closed months and their frozen statements."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID, uuid5

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce

from .labels import STATE_LABELS, choices

_CLOSES = UUID("5a0b8cf6-3f0e-5d0c-9d51-0c7a4c4e2f10")


class PeriodClose(WrittenOnce):
    """A month that was closed. What is booked for it later goes to the next open month.

    .. pii: the user name of the officer who closed it
    .. pii_types: username
    .. pii_retirement: retained
    """

    period = models.CharField(_("month"), max_length=7, unique=True)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.CharField(_("closed by"), max_length=150)

    class Meta(WrittenOnce.Meta):
        """Closing is a right of its own."""

        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        permissions = [("close_period", "Can close a month")]

    def __str__(self) -> str:
        return self.period

    @property
    def uuid(self) -> UUID:
        """The cause of what is posted with the close; it follows from the month."""
        return uuid5(_CLOSES, self.period)


class LockDate(models.Model):
    """The last month that is closed, in one row: nothing is booked in that month or before it.

    Who books holds the row in common, who closes alone, so that a month that is being closed gets
    nothing more, and what is booked meanwhile goes to the next.

    .. no_pii:
    """

    number = models.PositiveSmallIntegerField(
        primary_key=True, default=1, editable=False, serialize=False
    )
    period = models.CharField(_("month"), max_length=7, blank=True)

    class Meta:
        """There is one row."""

        verbose_name = _("lock date")
        verbose_name_plural = _("lock dates")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_one_lock_date", Q(number=1)),
        ]

    def __str__(self) -> str:
        return self.period


class Statement(WrittenOnce):
    """A party's frozen statement of one month in one currency.

    ``document`` is the canonical JSON that ``sha256`` was made from; the other columns are copies
    for lists and for the next statement, which opens with the closing of this one and keeps its
    minimum payout where nothing says another.

    .. no_pii:
    """

    number = models.PositiveIntegerField(_("number"), unique=True)
    close = models.ForeignKey(
        PeriodClose,
        verbose_name=_("closed month"),
        on_delete=models.PROTECT,
        related_name="statements",
    )
    period = models.CharField(_("month"), max_length=7)
    party = models.CharField(_("party"), max_length=64)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=8, choices=choices(STATE_LABELS))
    opening_minor = models.BigIntegerField(_("opening (minor units)"))
    subtotal_minor = models.BigIntegerField(_("month’s sum (minor units)"))
    minimum_payout_minor = models.BigIntegerField(
        _("smallest payout (minor units)"), null=True, blank=True
    )
    payable_minor = models.BigIntegerField(_("payable (minor units)"))
    closing_minor = models.BigIntegerField(_("closing (minor units)"))
    document = models.TextField(_("document"))
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta(WrittenOnce.Meta):
        """One per party, month and currency; it adds up; nothing negative is paid out."""

        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "period", "currency"], name="revenue_share_statement_once"
            ),
            check(
                "revenue_share_statement_sum",
                Q(
                    closing_minor=F("opening_minor") + F("subtotal_minor") - F("payable_minor"),
                    payable_minor__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"RS-{self.number:06d}"
