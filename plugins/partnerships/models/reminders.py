"""Reminders: a row for each mail, so that each is sent once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fairgate_tables.constraints import check
from partnerships.models.labels import SUBJECT_LABELS
from partnerships.models.partners import Partner


class Reminder(models.Model):
    """One mail about one thing to one recipient, written down once and sent once.

    ``key`` names the thing, the day it is about and the recipient: a contact by its uuid, or the
    host's office. There is no address and no text: both are looked up when it is sent, and what
    has been settled by then is dropped. ``claimed_until`` keeps two workers apart.

    .. no_pii:
    """

    key = models.CharField(max_length=255, unique=True, editable=False)
    subject = models.CharField(
        _("about"),
        max_length=16,
        choices=[(subject.value, label) for subject, label in SUBJECT_LABELS.items()],
    )
    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="reminders"
    )
    created_at = models.DateTimeField(_("written down at"))
    claimed_until = models.DateTimeField(null=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    dropped_at = models.DateTimeField(_("dropped at"), null=True)

    class Meta:
        verbose_name = pgettext_lazy("a promise", "reminder")
        verbose_name_plural = pgettext_lazy("a promise", "reminders")
        indexes = [models.Index(fields=["sent_at", "id"], name="partnerships_reminder_idx")]
        constraints = [
            check(
                "partnerships_reminder_one_end",
                Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.key
