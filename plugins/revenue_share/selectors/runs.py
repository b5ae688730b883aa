"""How far a run is, and what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ..data import Fault, Refused, Run, RunKind, RunState
from ..exceptions import StepNotFound
from ..models import BooksRun

#: So often a run is begun; a worker that dies each time would do so for ever.
MOST_TRIES = 3


def get_run(uuid: UUID, *, at: datetime) -> Run:
    """A run as it stands.

    Raises:
        StepNotFound: nobody has asked for it.
    """
    row = BooksRun.objects.filter(uuid=uuid).first()
    if row is None:
        raise StepNotFound("There is no run %(key)s.", key=uuid)
    outcome = row.outcome or {}
    faults = outcome.get("faults")
    return Run(
        uuid=row.uuid,
        kind=RunKind(row.kind),
        period=row.period,
        state=_state(row, at),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        done=row.done,
        steps=row.steps,
        refused=Refused(**outcome["refused"]) if "refused" in outcome else None,
        faults=None if faults is None else tuple(Fault(**fault) for fault in faults),
    )


def _state(row: BooksRun, at: datetime) -> RunState:
    if row.ended_at is not None:
        return RunState.REFUSED if "refused" in row.outcome else RunState.DONE
    if row.claimed_until is not None and row.claimed_until > at:
        return RunState.RUNNING
    return RunState.WAITING if row.tries < MOST_TRIES else RunState.FAILED


def left_to_do(at: datetime) -> tuple[UUID, ...]:
    """Runs that nobody has begun, or whose worker has died, those asked for first before others."""
    rows = BooksRun.objects.filter(ended_at__isnull=True, tries__lt=MOST_TRIES)
    rows = rows.exclude(claimed_until__gt=at).order_by("pk")
    return tuple(rows.values_list("uuid", flat=True))
