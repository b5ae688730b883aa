"""What every step of an application has in common: the lock, the table of moves, the trace.

Order of locks: the call for nominations, the application, the nominations, their counts (the
State's before the person's). Which nomination an application belongs to never changes, so it may be
read before the lock.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from waiver_policy import models
from waiver_policy.data import Award
from waiver_policy.exceptions import ApplicationClosed, UnknownApplication
from waiver_policy.rules.applications import OPEN_STATES, Action, next_state
from waiver_policy.selectors.locks import live_key
from waiver_policy.services import nominated

log = logging.getLogger(__name__)

MAX_TEXT = 4000


def locked(uuid: UUID) -> models.WaiverApplication:
    """An application, its row ours until the transaction ends.

    Raises:
        UnknownApplication: there is none of this uuid.
    """
    around = nominated.lock_around(uuid)
    # What is joined is seen as it is by now, as the row is, and not as our snapshot has it.
    rows = models.WaiverApplication.objects.select_for_update().select_related(
        "decision", "nomination"
    )
    row: models.WaiverApplication | None = rows.filter(uuid=uuid).first()
    if row is None:
        raise UnknownApplication(f"There is no waiver application {uuid}.")
    if row.nomination is not None and not around:
        nominated.lock_call(row.nomination.call_id)
    return row


def locked_open(uuid: UUID) -> models.WaiverApplication:
    """An application that has not come to its end.

    Raises:
        UnknownApplication, ApplicationClosed.
    """
    row = locked(uuid)
    if row.state not in OPEN_STATES:
        raise ApplicationClosed(f"This application is {row.state} already.")
    return row


def locked_own(uuid: UUID, user_id: int) -> models.WaiverApplication:
    """An application of this person; somebody else's is not there.

    Raises:
        UnknownApplication.
    """
    row = locked(uuid)
    if row.user_id != user_id:
        raise UnknownApplication(f"There is no waiver application {uuid}.")
    return row


def take_step(
    row: models.WaiverApplication,
    action: Action,
    *,
    by: int | None,
    at: datetime,
    award: Award | None = None,
    bulk: UUID | None = None,
) -> None:
    """Move a locked application on, keep its trace, and save it with all that was changed.

    Raises:
        ApplicationClosed, OutOfTurn: the step does not come now.
    """
    row.state = next_state(action, row.state, appealed=row.appealed_at is not None).value
    row.open_key = live_key(row.user_id, row.offering_code) if row.state in OPEN_STATES else None
    if row.state != "proposed":
        row.awaiting, row.awaiting_by, row.awaiting_reason = None, None, ""
    if row.open_key is None:
        row.assigned_to, row.assigned_at = None, None
    row.step_count += 1
    row.save()
    code = row.refusal_code if action is Action.REFUSE else ""
    write_step(row, action, by=by, at=at, award=award, refusal_code=code, bulk=bulk)
    nominated.follow(row, action, at=at)
    log.info("waiver application %s: application=%s by=%s bulk=%s", action, row.uuid, by, bulk)


def write_step(
    row: models.WaiverApplication,
    action: Action,
    *,
    by: int | None,
    at: datetime,
    award: Award | None = None,
    refusal_code: str = "",
    bulk: UUID | None = None,
) -> None:
    """Keep the trace of a step; ``row.step_count`` is its number."""
    step = models.ApplicationStep(
        application=row,
        number=row.step_count,
        action=action.value,
        state=row.state,
        by=by,
        at=at,
        refusal_code=refusal_code,
        bulk=bulk,
    )
    step.award = award
    step.save(force_insert=True)


def write_message(
    row: models.WaiverApplication, kind: str, text: str, *, by: int, at: datetime
) -> str:
    """Keep what was written, under the lock of the application; returns it as it is kept."""
    kept = text.strip()[:MAX_TEXT]
    row.message_count += 1
    row.messages.create(number=row.message_count, kind=kind, text=kept, by=by, at=at)
    return kept
