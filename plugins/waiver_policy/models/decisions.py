"""Answers that were acted on."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fairgate_tables.written_once import WrittenOnce
from waiver_policy.models.policies import PolicyVersion


class WaiverDecision(WrittenOnce):
    """One answer that was acted on, with everything needed to give it again.

    .. pii: The country that decided and further facts about the person stand in ``inputs``.
    .. pii_types: id, location
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=12)
    percent_bp = models.PositiveIntegerField(_("basis points"))
    reduction = models.JSONField(_("reduction"), default=list)
    reasons = models.JSONField(_("reasons"))
    policy_version = models.ForeignKey(
        PolicyVersion,
        verbose_name=_("policy version"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decisions",
    )
    policy = models.CharField(_("policy"), max_length=100, blank=True)
    version = models.PositiveIntegerField(_("version"), default=0)
    rule = models.CharField(_("rule"), max_length=100, blank=True)
    editions = models.JSONField(_("editions"))
    membership = models.CharField(_("membership"), max_length=60, blank=True)
    decided_on = models.DateField(_("day that decided"))
    at = models.DateTimeField(_("at"))
    inputs = models.JSONField(_("inputs"))
    engine_version = models.CharField(_("engine"), max_length=10)

    class Meta(WrittenOnce.Meta):
        verbose_name = _("waiver decision")
        verbose_name_plural = _("waiver decisions")
        ordering = ["id"]
        constraints = [
            check("waiver_policy_decision_percent", Q(percent_bp__lte=10_000)),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.uuid}"
