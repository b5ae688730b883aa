"""Long work on the books: a row for each, asked for once, that goes on when a worker dies."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check


class BooksRun(models.Model):
    """Somebody asks that a month is closed, or that the books are proved; a worker does it.

    There is no state: a run waits, is under way while ``claimed_until`` has not passed, and has
    ended by ``ended_at``. What came of it is ``outcome``: the faults that a proof has found, or why
    it was refused, in ``language``, that of who had asked.

    .. pii: The platform's user id of who has asked for it.
    .. pii_types: id
    .. pii_retirement: retained
    """

    uuid = models.UUIDField("UUID", unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8)
    period = models.CharField(_("month"), max_length=7, blank=True)
    language = models.CharField(_("language"), max_length=16)
    asked_by = models.PositiveBigIntegerField(_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    done = models.PositiveSmallIntegerField(_("steps done"), default=0)
    steps = models.PositiveSmallIntegerField(_("steps"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome: Any = models.JSONField(_("outcome"), null=True)

    class Meta:
        """What has ended has an outcome; a close has a month."""

        verbose_name = _("run of the books")
        verbose_name_plural = _("runs of the books")
        default_permissions = ()
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            check(
                "revenue_share_run_kind",
                Q(kind="check", period="") | (Q(kind="close") & ~Q(period="")),
            ),
            check("revenue_share_run_steps", Q(done__lte=F("steps"))),
            check(
                "revenue_share_run_end",
                Q(ended_at__isnull=True, outcome__isnull=True)
                | Q(ended_at__isnull=False, outcome__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ended_at", "id"], name="revenue_share_run_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}".strip()
