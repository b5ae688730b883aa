"""How a text gets from its draft to the pen: submitted by one person, approved by another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.two_people import TwoPeople, two_people_checks
from partnerships.models.agreements import AgreementVersion
from partnerships.models.kept import Kept


class ReviewRound(TwoPeople, Kept):
    """One text of a version, submitted for approval, and what came of it.

    ``asked_by`` has submitted it, ``confirmed_by`` has approved it, ``refused_by`` has sent it back
    to be a draft. An approval of a text that nobody has signed can be withdrawn. ``checksum`` is
    that of the text which was submitted. ``live_key`` is the version's number in its table while
    the round waits or its approval stands: one round at a time is the database's rule.

    .. pii: Who submitted, approved or returned the text of an agreement.
    .. pii_types: id
    .. pii_retirement: retained
    """

    version = models.ForeignKey(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="review_rounds",
    )
    live_key = models.PositiveBigIntegerField(unique=True, null=True, editable=False)
    checksum = models.CharField("SHA-256", max_length=64)
    withdrawn_by = models.BigIntegerField(_("approval withdrawn by"), null=True)
    withdrawn_at = models.DateTimeField(_("approval withdrawn at"), null=True)
    withdrawn_because = models.CharField(
        _("approval withdrawn because"), max_length=255, blank=True, default=""
    )

    class Meta:
        verbose_name = _("review of a text")
        verbose_name_plural = _("reviews of texts")
        ordering = ["version", "id"]
        constraints = [
            *two_people_checks("partnerships_review"),
            check(
                "partnerships_review_withdrawn_was_approved",
                Q(withdrawn_at__isnull=True) | Q(confirmed_at__isnull=False),
            ),
            # Whoever waits or stands approved holds the key; whatever came to an end has let go.
            check(
                "partnerships_review_live_until_its_end",
                Q(live_key__isnull=False, refused_at__isnull=True, withdrawn_at__isnull=True)
                | Q(live_key__isnull=True, refused_at__isnull=False)
                | Q(live_key__isnull=True, withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}: {self.asked_at:%Y-%m-%d}"


class ApprovalBeforeRecords(Kept):
    """A version that was signed before approvals were recorded: who approved it, nobody wrote down.

    ``since`` is the moment of its first signature, when it must have been approved. Only the
    migration that began the records adds such rows.

    .. no_pii:
    """

    version = models.OneToOneField(
        AgreementVersion,
        verbose_name=_("agreement version"),
        on_delete=models.PROTECT,
        related_name="approval_before_records",
    )
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("approval before approvals were recorded")
        verbose_name_plural = _("approvals before approvals were recorded")

    def __str__(self) -> str:
        return f"{self.version}: {self.since:%Y-%m-%d}"
