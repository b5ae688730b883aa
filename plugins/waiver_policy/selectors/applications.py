"""Applications for a waiver."""

from __future__ import annotations

from uuid import UUID

from fairgate.percent import Percent
from waiver_policy import models
from waiver_policy.data import ApplicationMessage, ApplicationSummary


def get_application(uuid: UUID) -> ApplicationSummary | None:
    """An application by its public key."""
    row = models.WaiverApplication.objects.filter(uuid=uuid).first()
    return to_application(row) if row else None


def list_applications(
    user_id: int | None = None, state: str | None = None
) -> tuple[ApplicationSummary, ...]:
    """Applications, oldest first; of one person, in one state, or all."""
    rows = models.WaiverApplication.objects.order_by("id")
    if user_id is not None:
        rows = rows.filter(user_id=user_id)
    if state is not None:
        rows = rows.filter(state=state)
    return tuple(to_application(row) for row in rows)


def newest_application(user_id: int, offering_code: str) -> ApplicationSummary | None:
    """The last application of one person for one offering."""
    rows = models.WaiverApplication.objects.filter(user_id=user_id, offering_code=offering_code)
    row = rows.order_by("-id").first()
    return to_application(row) if row else None


def list_messages(uuid: UUID) -> tuple[ApplicationMessage, ...]:
    """What was asked and answered about an application, in turn."""
    rows = models.ApplicationMessage.objects.filter(application__uuid=uuid).order_by("number")
    return tuple(
        ApplicationMessage(is_answer=row.kind == row.ANSWER, text=row.text, at=row.at)
        for row in rows
    )


def to_application(row: models.WaiverApplication) -> ApplicationSummary:
    """An application as a value."""
    return ApplicationSummary(
        uuid=row.uuid,
        user_id=row.user_id,
        offering_code=row.offering_code,
        state=row.state,
        submitted_at=row.submitted_at,
        percent=_percent(row.percent_bp),
        reason=row.review_reason,
        country=row.country,
        note=row.note,
        proposed_percent=_percent(row.proposed_bp),
        valid_until=row.valid_until,
        decided_at=row.reviewed_at,
    )


def _percent(basis_points: int | None) -> Percent | None:
    return None if basis_points is None else Percent.from_basis_points(basis_points)
