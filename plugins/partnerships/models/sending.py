"""How much people of partners have sent, so that one day takes no more than it may."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnerships.models.partners import Partner


class SentOnDay(models.Model):
    """What one person has recorded for a partner on the last day on which they recorded anything.

    A row is written anew on another day: what was sent is in the records, and this only counts.

    .. pii: Who sends for a partner.
    .. pii_types: id
    .. pii_retirement: local_api
    """

    partner = models.ForeignKey(
        Partner, verbose_name=_("partner"), on_delete=models.PROTECT, related_name="+"
    )
    user_id = models.PositiveBigIntegerField(_("user"), db_index=True)
    day = models.DateField(_("day (UTC)"))
    records = models.PositiveIntegerField(_("records"), default=0)
    files = models.PositiveIntegerField(_("files"), default=0)

    class Meta:
        verbose_name = _("number of records on a day")
        verbose_name_plural = _("numbers of records on a day")
        constraints = [
            models.UniqueConstraint(fields=["partner", "user_id"], name="partnerships_sent_once")
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.user_id}, {self.day}"
