"""What the clock does about applications: expire, lapse, remind. Each can be run again at will."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from fairgate.clock import utc_day
from waiver_policy import conf, models
from waiver_policy.data import ApplicationState
from waiver_policy.rules.applications import OPEN_STATES, Action
from waiver_policy.selectors import people
from waiver_policy.services import notices
from waiver_policy.services.stepping import locked, take_step

log = logging.getLogger(__name__)


def expire_unanswered(at: datetime) -> int:
    """End applications whose question was not answered in time.

    A refusal that was appealed stands then.
    """
    day = utc_day(at)
    late = models.WaiverApplication.objects.filter(
        state=ApplicationState.MORE_INFORMATION, answer_until__lte=day
    )
    return sum(_expire(uuid, at) for uuid in _uuids(late))


def _expire(uuid: UUID, at: datetime) -> bool:
    with transaction.atomic():
        row = locked(uuid)
        # The answer may have come in since the list was read.
        if row.state != ApplicationState.MORE_INFORMATION or row.answer_until is None:
            return False
        if utc_day(at) < row.answer_until:
            return False
        row.asked_at, row.answer_until, row.review_reason = None, None, row.first_refusal
        take_step(row, Action.EXPIRE, by=None, at=at)
        # Of an appeal, what there is to tell is that the refusal stands.
        kind = "expired" if row.state == ApplicationState.EXPIRED else "decided"
        notices.write(
            kind, f"{kind}:{row.uuid}:{row.step_count}", row.user_id, at=at, later=True,
            application=str(row.uuid),
        )  # fmt: skip
    return True


def lapse_unused(at: datetime) -> int:
    """End approvals that nobody has used within their validity."""
    over = _unused().filter(valid_until__lte=utc_day(at))
    return sum(_lapse(uuid, at) for uuid in _uuids(over))


def _unused() -> QuerySet[models.WaiverApplication]:
    used = models.WaiverGrant.objects.filter(
        user_id=OuterRef("user_id"), offering_code=OuterRef("offering_code"),
        live_key__isnull=False,
    )  # fmt: skip
    approved = models.WaiverApplication.objects.filter(state=ApplicationState.APPROVED)
    found: QuerySet[models.WaiverApplication] = approved.filter(~Exists(used))
    return found


def _lapse(uuid: UUID, at: datetime) -> bool:
    with transaction.atomic():
        row = locked(uuid)
        if row.state != ApplicationState.APPROVED or row.valid_until is None:
            return False
        if utc_day(at) < row.valid_until:
            return False
        take_step(row, Action.LAPSE, by=None, at=at)
    return True


def remind_of_answers(at: datetime) -> int:
    """Tell learners whose answer is still missing, some days before it is too late."""
    soon = utc_day(at) + timedelta(days=conf.remind_before_days())
    waiting = models.WaiverApplication.objects.filter(
        state=ApplicationState.MORE_INFORMATION,
        answer_until__gt=utc_day(at),
        answer_until__lte=soon,
    )
    for row in waiting:
        notices.write(
            "answer_due", f"answer_due:{row.uuid}:{row.message_count}", row.user_id, at=at,
            later=True, application=str(row.uuid), until=str(row.answer_until),
        )  # fmt: skip
    return len(waiting)


def remind_of_lapses(at: datetime) -> int:
    """Tell learners whose approval ends soon and was not used."""
    soon = utc_day(at) + timedelta(days=conf.remind_before_days())
    ending = _unused().filter(valid_until__gt=utc_day(at), valid_until__lte=soon)
    for row in ending:
        notices.write(
            "lapsing", f"lapsing:{row.uuid}:{row.valid_until}", row.user_id, at=at, later=True,
            application=str(row.uuid), until=str(row.valid_until),
        )  # fmt: skip
    return len(ending)


def digest(at: datetime) -> int:
    """Tell reviewers, once a day, how many applications wait; nobody is told that none does."""
    day = utc_day(at)
    waiting = models.WaiverApplication.objects.filter(
        state__in=[one for one in OPEN_STATES if one != ApplicationState.MORE_INFORMATION]
    )
    total = waiting.count()
    if not total:
        return 0
    overdue = waiting.filter(decide_by__lt=day).count()
    told = people.list_reviewers()
    for user_id in told:
        mine = waiting.filter(assigned_to=user_id).count()
        notices.write(
            "digest", f"digest:{user_id}:{day.isoformat()}", user_id, at=at, later=True,
            waiting=total, mine=mine, overdue=overdue,
        )  # fmt: skip
    return len(told)


def _uuids(rows: QuerySet[models.WaiverApplication]) -> Iterable[UUID]:
    return list(rows.order_by("id").values_list("uuid", flat=True))
