"""Answers that were acted on, and what they say about a person."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from fairgate_tables.written_once import Forgettable, WrittenOnce
from waiver_policy.models.policies import PolicyVersion


class WaiverDecision(WrittenOnce):
    """One answer that was acted on: what is kept for good, of whoever it was about.

    ``codes`` are the reasons without their parameters; ``reduction`` is what is waived: the share
    of the price (``percent``), and the steps that lead to it (see ``kept_reduction``). Where the
    person is from stands in ``DecisionFacts`` alone, so that it can be forgotten and the accounts
    still add up.

    .. pii: The platform's user id, under which the accounts are kept.
    .. pii_types: id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    outcome = models.CharField(_("outcome"), max_length=12)
    reduction = models.JSONField(_("reduction"))
    codes = models.JSONField(_("reasons"))
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
    decided_on = models.DateField(_("day that decided"))
    at = models.DateTimeField(_("at"))
    engine_version = models.CharField(_("engine"), max_length=10)

    class Meta(WrittenOnce.Meta):
        verbose_name = _("waiver decision")
        verbose_name_plural = _("waiver decisions")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.outcome} {self.uuid}"


class DecisionFacts(Forgettable):
    """What one decision was made from and told about the person: with it, the decision replays.

    ``country`` is the one that was asked about, blank when it was not a code known then;
    ``reasons`` are the codes with their parameters; ``membership`` names the row of a list that
    decided. Written once, and forgotten as a whole.

    .. pii: Countries of a person and further facts about them, as they were at a decision.
    .. pii_types: id, location, other
    .. pii_retirement: local_api
    """

    decision = models.OneToOneField(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="facts",
    )
    country = models.CharField(_("country"), max_length=2, blank=True)
    membership = models.CharField(_("membership"), max_length=60, blank=True)
    reasons = models.JSONField(_("reasons"))
    inputs = models.JSONField(_("inputs"))

    class Meta(Forgettable.Meta):
        verbose_name = _("facts of a decision")
        verbose_name_plural = _("facts of decisions")

    def __str__(self) -> str:
        return str(self.pk)
