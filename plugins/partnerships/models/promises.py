"""What both sides promise in a version: parts of its agreed text, frozen with it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from partnerships.data import ContributionKind, Direction, Side
from partnerships.models.agreements import AgreementVersion
from partnerships.models.kept import Kept
from partnerships.models.labels import CONTRIBUTION_LABELS, DIRECTION_LABELS, SIDE_LABELS


class VersionObligation(Kept):
    """Something that one side does by a day, once or each so many months.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="obligations",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    code = models.CharField(_("code"), max_length=32)
    side = models.CharField(
        _("who"),
        max_length=8,
        choices=[(side.value, label) for side, label in SIDE_LABELS.items()],
    )
    text = models.CharField(_("obligation"), max_length=500)
    due_on = models.DateField(pgettext_lazy("a promise", "due on"))
    every_months = models.PositiveSmallIntegerField(_("again after (months)"), null=True)

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="partnerships_duty_once"),
            check(
                "partnerships_duty_side_known",
                Q(side__in=(Side.HOST.value, Side.PARTNER.value)),
            ),
            check("partnerships_duty_months", Q(every_months__isnull=True) | Q(every_months__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class VersionContribution(Kept):
    """What one party gives, in cash or in kind, and what that is worth.

    ``party`` is the code of a partner, or PLATFORM.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="contributions",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    code = models.CharField(_("code"), max_length=32)
    party = models.CharField(_("party"), max_length=32, db_index=True)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=[(kind.value, label) for kind, label in CONTRIBUTION_LABELS.items()],
    )
    text = models.CharField(_("contribution"), max_length=500)
    promised_minor = models.BigIntegerField(_("promised (minor units)"))
    currency = models.CharField(_("currency"), max_length=3)
    valuation = models.CharField(_("how it was valued"), max_length=500, blank=True, default="")
    due_on = models.DateField(pgettext_lazy("a promise", "due on"))

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="partnerships_gift_once"),
            check("partnerships_gift_not_negative", Q(promised_minor__gte=0)),
            # The worth of a thing is an opinion: whose, and how it was found, stands beside it.
            check(
                "partnerships_gift_in_kind_is_valued",
                Q(kind=ContributionKind.CASH.value, valuation="")
                | Q(kind=ContributionKind.IN_KIND.value) & ~Q(valuation=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


class VersionOutcome(Kept):
    """A number that is to change from a baseline to a target.

    .. no_pii:
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="outcomes",
    )
    place = models.PositiveIntegerField(pgettext_lazy("in a list", "place"))
    code = models.CharField(_("code"), max_length=32)
    indicator = models.CharField(_("indicator"), max_length=500)
    unit = models.CharField(_("unit"), max_length=60)
    baseline = models.DecimalField(_("baseline"), max_digits=18, decimal_places=4)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=4)
    direction = models.CharField(
        _("direction"),
        max_length=8,
        choices=[(way.value, label) for way, label in DIRECTION_LABELS.items()],
    )
    due_on = models.DateField(pgettext_lazy("a promise", "due on"))

    class Meta:
        verbose_name = _("expected outcome")
        verbose_name_plural = _("expected outcomes")
        ordering = ["version", "place"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="partnerships_outcome_once"),
            check(
                "partnerships_outcome_direction_known",
                Q(direction__in=[way.value for way in Direction]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.indicator}"
