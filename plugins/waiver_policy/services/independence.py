"""Who is independent enough to decide about an application, or to say what it is decided from."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from waiver_policy import conf, models
from waiver_policy.exceptions import InvalidReview, ReviewFault, UnknownApplication
from waiver_policy.rules import conflicts
from waiver_policy.rules.applications import DECISIONS, Action
from waiver_policy.selectors import people
from waiver_policy.services import nominated


def check_independent(row: models.WaiverApplication, *, by: int, at: datetime) -> None:
    """Whether this person may decide about this application, and nobody else reads it.

    Raises:
        InvalidReview.
    """
    check_no_conflict(row, by=by)
    if row.appealed_at is not None and by in _who_decided_before(row):
        raise InvalidReview(ReviewFault.DECIDED_BEFORE)
    if _is_read_by_another(row, by=by, at=at):
        raise InvalidReview(ReviewFault.TAKEN)


@transaction.atomic
def conflict_of(application_uuid: UUID, *, by: int) -> ReviewFault | None:
    """What ties this person to the applicant, so that they read nothing; ``None``: nothing.

    Raises:
        UnknownApplication: there is none of this uuid.
    """
    rows = models.WaiverApplication.objects.select_related("decision", "nomination")
    row = rows.filter(uuid=application_uuid).first()
    if row is None:
        raise UnknownApplication(f"There is no waiver application {application_uuid}.")
    try:
        check_no_conflict(row, by=by)
    except InvalidReview as error:
        return error.fault
    return None


def check_no_conflict(row: models.WaiverApplication, *, by: int) -> None:
    """Whether nothing ties this person to the applicant; inside a transaction.

    Raises:
        InvalidReview.
    """
    if row.user_id == by:
        raise InvalidReview(ReviewFault.OWN)
    # Locking reads: what was written since our snapshot counts too.
    if row.conflicts.select_for_update().filter(user_id=by).exists():
        raise InvalidReview(ReviewFault.DECLARED_CONFLICT)
    theirs = people.organisations_of_applicant(row)
    if conflicts.share_one(people.organisations_of_reviewer(by), theirs):
        raise InvalidReview(ReviewFault.SAME_ORGANISATION)
    nominated.check_independent(row, by)


def _who_decided_before(row: models.WaiverApplication) -> set[int | None]:
    steps = list(row.steps.select_for_update().order_by("number"))
    appeal = next(step.number for step in steps if step.action == Action.APPEAL)
    return {step.by for step in steps if step.number < appeal and step.action in DECISIONS}


def _is_read_by_another(row: models.WaiverApplication, *, by: int, at: datetime) -> bool:
    if row.assigned_to in (None, by) or row.assigned_at is None:
        return False
    return bool(at < row.assigned_at + timedelta(days=conf.taken_for_days()))
