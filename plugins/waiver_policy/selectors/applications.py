"""Applications for a waiver: one, those of a person, and the reviewers' queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet

from fairgate.clock import utc_day
from waiver_policy import conf, models
from waiver_policy.data import (
    ApplicationMessage,
    ApplicationState,
    ApplicationStep,
    ApplicationSummary,
    QueueFilter,
    QueuePage,
)
from waiver_policy.rules.applications import OPEN_STATES

PAGE = 25


def get_application(uuid: UUID) -> ApplicationSummary | None:
    """An application by its public key."""
    row = _rows().filter(uuid=uuid).first()
    return to_application(row) if row else None


def list_applications(
    user_id: int | None = None, state: str | None = None
) -> tuple[ApplicationSummary, ...]:
    """Applications, oldest first; of one person, in one state, or all."""
    rows = _rows().order_by("id")
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if state is not None:
        rows = rows.filter(state=state)
    return tuple(to_application(row) for row in rows)


def newest_application(user_id: int, offering_code: str) -> ApplicationSummary | None:
    """The last application of one person for one offering."""
    rows = _rows().filter(user_id=user_id, offering_code=offering_code)
    row = rows.order_by("-id").first()
    return to_application(row) if row else None


def list_messages(uuid: UUID) -> tuple[ApplicationMessage, ...]:
    """What was asked and answered about an application, in turn."""
    rows = models.ApplicationMessage.objects.filter(application__uuid=uuid).order_by("number")
    return tuple(
        ApplicationMessage(
            is_answer=row.kind == row.ANSWER,
            text=row.text,
            at=row.at,
            is_appeal=row.kind == row.APPEAL,
        )
        for row in rows
    )


def list_steps(uuid: UUID) -> tuple[ApplicationStep, ...]:
    """What has happened to an application, in turn."""
    rows = models.ApplicationStep.objects.filter(application__uuid=uuid).order_by("number")
    return tuple(
        ApplicationStep(
            action=row.action,
            by=row.by,
            at=row.at,
            state=row.state,
            award=row.award,
            refusal_code=row.refusal_code,
        )
        for row in rows
    )


def get_queue(wanted: QueueFilter, *, reviewer: int, number: int, at: datetime) -> QueuePage:
    """One page of what this reviewer may have to look at, the next deadline first.

    What they have asked for themselves is neither shown nor counted. A page number that is not
    there gives the nearest one that is.
    """
    waiting = _rows().filter(state__in=OPEN_STATES).exclude(user_id=reviewer)
    found = _filtered(waiting, wanted, reviewer=reviewer, at=at).order_by("decide_by", "id")
    page = Paginator(found, PAGE).get_page(number)
    counted = waiting.order_by().aggregate(
        overdue=Count("id", filter=Q(decide_by__lt=utc_day(at))),
        mine=Count("id", filter=_mine(reviewer)),
        nobody=Count("id", filter=_nobody(at)),
    )
    return QueuePage(
        applications=tuple(to_application(row) for row in page.object_list),
        number=page.number,
        pages=page.paginator.num_pages,
        found=page.paginator.count,
        counts=_by_state(waiting),
        overdue=counted["overdue"],
        mine=counted["mine"],
        nobody=counted["nobody"],
        offerings=_values(waiting, "offering_code"),
        countries=_values(waiting, "country"),
        rules=_values(waiting, "decision__rule"),
    )


def _filtered(
    rows: QuerySet[models.WaiverApplication],
    wanted: QueueFilter,
    *,
    reviewer: int,
    at: datetime,
) -> QuerySet[models.WaiverApplication]:
    equal = {
        "state": wanted.state,
        "offering_code": wanted.offering_code,
        "country": wanted.country,
        "decision__rule": wanted.rule,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    if wanted.whose == "mine":
        rows = rows.filter(_mine(reviewer))
    elif wanted.whose == "nobody":
        rows = rows.filter(_nobody(at))
    if wanted.older_than is not None:
        rows = rows.filter(submitted_at__lte=at - timedelta(days=wanted.older_than))
    if wanted.deadline == "overdue":
        rows = rows.filter(decide_by__lt=utc_day(at))
    elif wanted.deadline == "soon":
        soon = utc_day(at) + timedelta(days=conf.remind_before_days())
        rows = rows.filter(decide_by__gte=utc_day(at), decide_by__lte=soon)
    return rows


def _mine(reviewer: int) -> Q:
    return Q(assigned_to=reviewer)


def _nobody(at: datetime) -> Q:
    """Nobody reads it, or has for so long that it is free again."""
    free = at - timedelta(days=conf.taken_for_days())
    return Q(assigned_to__isnull=True) | Q(assigned_at__lte=free)


def _by_state(waiting: QuerySet[models.WaiverApplication]) -> dict[str, int]:
    found = waiting.order_by().values_list("state").annotate(found=Count("id"))
    return {**dict.fromkeys(OPEN_STATES, 0), **dict(found)}


def _values(rows: QuerySet[models.WaiverApplication], column: str) -> tuple[str, ...]:
    found = rows.exclude(**{column: ""}).order_by(column).values_list(column, flat=True)
    return tuple(found.distinct())


def _rows() -> QuerySet[models.WaiverApplication]:
    rows: QuerySet[models.WaiverApplication] = models.WaiverApplication.objects.select_related(
        "decision", "nomination"
    )
    return rows


def to_application(row: models.WaiverApplication) -> ApplicationSummary:
    """An application as a value."""
    return ApplicationSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        offering_code=row.offering_code,
        state=row.state,
        submitted_at=row.submitted_at,
        award=row.award,
        reason=row.review_reason,
        country=row.country,
        note=row.note,
        proposed=row.proposed,
        valid_until=row.valid_until,
        decided_at=row.reviewed_at,
        organisation=row.organisation,
        organisation_domain=row.organisation_domain,
        refusal_code=row.refusal_code if row.state == ApplicationState.REFUSED else "",
        decide_by=row.decide_by,
        answer_until=row.answer_until,
        appeal_until=row.appeal_until,
        appealed_at=row.appealed_at,
        first_refusal=row.first_refusal if row.appealed_at else "",
        assigned_to=row.assigned_to,
        awaiting=row.awaiting,
        awaiting_by=row.awaiting_by,
        awaiting_reason=row.awaiting_reason,
        rule=row.decision.rule,
        message_count=row.message_count,
        nomination_uuid=row.nomination.uuid if row.nomination else None,
    )
