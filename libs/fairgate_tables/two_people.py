"""What changes money or terms by hand: asked by one person, confirmed by another."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fairgate_tables.constraints import check


class TwoPeople(models.Model):
    """A step that one person asks for, and another confirms or refuses.

    There is no status: it waits until ``confirmed_at`` or ``refused_at`` is set. The database
    refuses a row in which the same person did both.
    """

    reason = models.CharField(_("reason"), max_length=255)
    asked_by = models.BigIntegerField(_("asked for by"))
    asked_at = models.DateTimeField(_("asked for at"))
    confirmed_by = models.BigIntegerField(_("confirmed by"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    refused_by = models.BigIntegerField(_("refused by"), null=True)
    refused_at = models.DateTimeField(_("refused at"), null=True)
    refused_because = models.CharField(_("refused because"), max_length=255, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_waiting(self) -> bool:
        return self.confirmed_at is None and self.refused_at is None


def two_people_checks(prefix: str) -> list[models.CheckConstraint]:
    """The constraints of such a table; ``prefix`` begins their names."""
    both_or_none = Q(confirmed_by__isnull=True, confirmed_at__isnull=True) | Q(
        confirmed_by__isnull=False, confirmed_at__isnull=False
    )
    return [
        check(
            f"{prefix}_two_people", Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by"))
        ),
        check(f"{prefix}_confirmed", both_or_none),
        check(f"{prefix}_one_end", Q(confirmed_at__isnull=True) | Q(refused_at__isnull=True)),
    ]
