"""A second person decides about something that is shown, and it is withdrawn: each of them once.

What decides between two who act at once is a conditional UPDATE: it waits for the other's commit
and then sees it, whatever was read before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from partnerships import models

Decided = models.BrandAsset | models.Promotion


def decide(row: Decided, *, approved: bool, by: int, at: datetime, sentence: str) -> bool:
    """Whether this was the decision: not if there is one, or it is withdrawn."""
    rows = undecided(row)
    return bool(rows.update(approved=approved, decided_by=by, decided_at=at, sentence=sentence))


def withdraw(row: Decided, *, by: int, reason: str, at: datetime) -> bool:
    """Whether this took it away: not if it is refused or withdrawn already."""
    rows = _row(row).filter(withdrawn_at__isnull=True).exclude(approved=False)
    return bool(rows.update(withdrawn_by=by, withdrawn_at=at, reason=reason))


def undecided(row: Decided) -> QuerySet[Any]:
    """The row, if nobody has decided about it or withdrawn it."""
    return _row(row).filter(approved__isnull=True, withdrawn_at__isnull=True)


def _row(row: Decided) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    return rows
