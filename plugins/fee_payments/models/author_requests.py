"""What authors ask operators for, because it is beyond what they may do themselves."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check
from fee_payments.models.labels import AUTHOR_OUTCOME_LABELS, AUTHOR_WISH_LABELS, choices


class AuthorRequest(models.Model):
    """One change of the fees of a course that an author asks for; another person decides, once.

    ``change`` is all that would be done, and ``base`` what the author looked at: it is approved
    only over the same. ``outcome`` is empty while it waits. ``open_key`` names what would change
    until it is decided: the unique index lets one request for it wait. The fee is named by its
    code, as one that is asked for is not there yet, and may never be.

    .. pii: The platform's user ids of who asked and who decided, and their words. The author's
        words are emptied when they are forgotten.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    uuid = models.UUIDField("UUID", default=uuid4, unique=True, editable=False)
    course_key = models.CharField(_("course run"), max_length=255, db_index=True)
    code = models.SlugField(_("code"), max_length=64)
    wish = models.CharField(
        _("what is asked for"), max_length=8, choices=choices(AUTHOR_WISH_LABELS)
    )
    open_key = models.CharField(max_length=128, unique=True, null=True, editable=False)  # noqa: DJ001 - several NULLs, one value
    change = models.JSONField(_("change"))
    base = models.JSONField(_("what it replaces"))
    reason = models.CharField(_("reason"), max_length=1000)
    asked_by = models.BigIntegerField(_("asked by"), db_index=True)
    asked_at = models.DateTimeField(_("asked at"))
    outcome = models.CharField(
        _("outcome"),
        max_length=16,
        choices=choices(AUTHOR_OUTCOME_LABELS),
        blank=True,
        default="",
    )
    decided_by = models.BigIntegerField(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.CharField(_("said to the author"), max_length=255, blank=True, default="")

    class Meta:
        verbose_name = _("request of an author")
        verbose_name_plural = _("requests of authors")
        ordering = ["-asked_at", "-id"]
        default_permissions = ("view",)
        permissions = [("decide_author_requests", "Can decide about what authors ask for")]
        constraints = [
            check(
                "fee_payments_author_decided",
                Q(outcome="", decided_at__isnull=True, open_key__isnull=False)
                | Q(decided_at__isnull=False, open_key__isnull=True) & ~Q(outcome=""),
            ),
            # Who asked may take it back, and does nothing else with it.
            check(
                "fee_payments_author_two_people",
                Q(outcome__in=["", "withdrawn"])
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_key} {self.code}"
