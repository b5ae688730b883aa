"""Requests that a person looks at, and what is written about them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from waiver_policy.models.decisions import WaiverDecision


class WaiverApplication(models.Model):
    """A learner's request that a person looks at, and what became of it.

    ``open_key`` is set while the application waits and NULL once decided: one open application per
    person and offering. ``valid_until`` is the first day on which an approval no longer counts.
    ``message_count`` stands here because this is the row that is locked: counting the messages
    would count those of an old snapshot.

    .. pii: The learner's country and what they wrote; the reviewer's id and reason.
    .. pii_types: id, location, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    user_id = models.BigIntegerField(_("user"), db_index=True)
    offering_code = models.CharField(_("offering"), max_length=100)
    country = models.CharField(_("country"), max_length=2, blank=True)
    state = models.CharField(_("state"), max_length=20)
    open_key = models.CharField(max_length=130, null=True, blank=True, unique=True, editable=False)
    note = models.TextField(_("note"), blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    decision = models.ForeignKey(
        WaiverDecision,
        verbose_name=_("waiver decision"),
        on_delete=models.PROTECT,
        related_name="applications",
    )
    proposed_bp = models.PositiveIntegerField(_("proposed basis points"), null=True, blank=True)
    percent_bp = models.PositiveIntegerField(_("granted basis points"), null=True, blank=True)
    reviewed_by = models.BigIntegerField(_("reviewer"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    review_reason = models.TextField(_("reason"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    message_count = models.PositiveIntegerField(_("messages"), default=0, editable=False)

    class Meta:
        verbose_name = _("waiver application")
        verbose_name_plural = _("waiver applications")
        ordering = ["id"]
        permissions = [("review_application", _("Can review waiver applications"))]
        constraints = [
            check(
                "waiver_policy_applied_percent",
                Q(percent_bp__isnull=True) | Q(percent_bp__lte=10_000),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offering_code} {self.state}"


class ApplicationMessage(models.Model):
    """A question of a reviewer about an application, or the learner's answer to it.

    ``number`` counts the messages of one application; its unique index lets the database hold one
    message per turn. Never changed, and yet not ``WrittenOnce``: these are words of a person who
    may ask to be forgotten.

    .. pii: What a learner and a reviewer wrote to each other, and their ids.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    QUESTION, ANSWER = "question", "answer"

    application = models.ForeignKey(
        WaiverApplication,
        verbose_name=_("waiver application"),
        on_delete=models.PROTECT,
        related_name="messages",
    )
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10)
    text = models.TextField(_("text"))
    by = models.BigIntegerField(_("user"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("message about an application")
        verbose_name_plural = _("messages about applications")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "number"], name="waiver_policy_message_number"
            ),
            check("waiver_policy_message_kind", Q(kind__in=["question", "answer"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"
