"""What the waiver fund was handed, and is still to be."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check

from .amounts import written
from .events import RevenueEvent


class FundPosition(models.Model):
    """How much was cleared for the fund in one currency, and how much it was handed.

    When a refund comes after the hold, what the fund was handed too much is called back at once, so
    that nobody is granted money that is not there any more.

    .. no_pii:
    """

    currency = models.CharField(_("currency"), max_length=3, unique=True)
    cleared_minor = models.BigIntegerField(_("cleared (minor units)"), default=0)
    credited_minor = models.BigIntegerField(_("handed over (minor units)"), default=0)

    class Meta:
        """Nothing negative was ever handed over."""

        verbose_name = _("position of the fund")
        verbose_name_plural = _("positions of the fund")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_fund_credited", Q(credited_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"fund {self.currency}"


class FundCredit(models.Model):
    """Money to hand to the waiver fund for one sale; ``sent_at`` is empty until it is there.

    A negative amount is called back, because of a refund after the hold. The row is the outbox: it
    is written with the clearing or the refund (``event``) and sent after it, with its own key.

    .. no_pii:
    """

    event = models.OneToOneField(
        RevenueEvent,
        verbose_name=_("event"),
        on_delete=models.PROTECT,
        related_name="fund_credit",
    )
    currency = models.CharField(_("currency"), max_length=3)
    amount_minor = models.BigIntegerField(_("amount (minor units)"))
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, db_index=True)

    class Meta:
        """A credit is not nothing."""

        verbose_name = _("credit of the fund")
        verbose_name_plural = _("credits of the fund")
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check("revenue_share_credit_not_nothing", ~Q(amount_minor=0)),
        ]

    def __str__(self) -> str:
        return f"{written(self.amount_minor, self.currency)} for {self.event}"
