"""Requests to end a version early, as they stand at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from partnerships import models
from partnerships.data import EndState, EndSummary
from partnerships.exceptions import UnknownRecord


def list_ends(version_uuid: UUID, *, at: datetime) -> tuple[EndSummary, ...]:
    """The requests about a version, the newest first."""
    rows = _rows(at).filter(version__uuid=version_uuid).order_by("-id")
    return tuple(_summary(row, at) for row in rows)


def get_end(number: int, *, at: datetime) -> EndSummary:
    """One request.

    Raises:
        UnknownRecord: there is none.
    """
    row = _rows(at).filter(pk=number).first()
    if row is None:
        raise UnknownRecord("There is no early end %(number)s.", number=number)
    return _summary(row, at)


def _rows(at: datetime) -> QuerySet[Any]:
    rows: QuerySet[Any] = models.EndRecord.objects.select_related("version")
    return rows.filter(asked_at__lte=at)


def _summary(row: Any, at: datetime) -> EndSummary:
    decisions = (
        (EndState.CONFIRMED, row.confirmed_by, row.confirmed_at),
        (EndState.REFUSED, row.refused_by, row.refused_at),
    )
    known = (one for one in decisions if one[2] is not None and one[2] <= at)
    state, decided_by, decided_at = next(known, (EndState.WAITING, None, None))
    return EndSummary(
        number=row.pk,
        version=row.version.uuid,
        last_day=row.last_day,
        reason=row.reason,
        state=state,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        decided_by=decided_by,
        decided_at=decided_at,
        because=row.refused_because if state is EndState.REFUSED else "",
    )
