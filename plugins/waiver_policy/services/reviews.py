"""Applications: asked by a learner, decided by a person."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from fairgate.percent import Percent
from waiver_policy import conf, models
from waiver_policy.data import (
    Applicant,
    ApplicationState,
    ApplicationSummary,
    Outcome,
    ReasonCode,
)
from waiver_policy.exceptions import (
    AlreadyEligible,
    ApplicationClosed,
    InvalidReview,
    TooManyApplications,
    UnknownApplication,
)
from waiver_policy.rules import deciding
from waiver_policy.selectors import decisions, policies
from waiver_policy.selectors.applications import to_application
from waiver_policy.services.grants import write_decision

log = logging.getLogger(__name__)

MAX_TEXT = 4000


def apply(
    applicant: Applicant, *, offering_code: str, note: str, at: datetime
) -> ApplicationSummary:
    """Ask a person to look; an application that is still open is returned as it stands.

    Raises:
        AlreadyEligible, TooManyApplications: see ``api.apply``.
    """
    open_key = decisions.live_key(applicant.user_id, offering_code)
    waiting = models.WaiverApplication.objects.filter(open_key=open_key).first()
    if waiting is not None:
        return to_application(waiting)
    decided = decisions.decide(applicant, offering_code=offering_code, at=at)
    if decided.decision.outcome is Outcome.GRANTED:
        raise AlreadyEligible
    _check_room(applicant.user_id)
    proposed = _proposed(decided)
    try:
        with transaction.atomic():
            row = models.WaiverApplication.objects.create(
                user_id=applicant.user_id,
                offering_code=offering_code,
                country=applicant.country[:2],
                state=ApplicationState.SUBMITTED.value,
                open_key=open_key,
                note=note[:MAX_TEXT],
                submitted_at=at,
                decision=write_decision(decided.decision, decided.version),
                proposed_bp=proposed.basis_points if proposed else None,
            )
    except IntegrityError:
        # Somebody was faster, or the person sent it twice. A locking read sees the newest commit.
        with transaction.atomic():
            row = models.WaiverApplication.objects.select_for_update().get(open_key=open_key)
        return to_application(row)
    log.info("waiver application: application=%s offering=%s", row.uuid, offering_code)
    return to_application(row)


def _check_room(user_id: int) -> None:
    """A guard against heaps, not a count of money: two requests at one moment may both pass."""
    limit = conf.open_applications()
    mine = models.WaiverApplication.objects.filter(user_id=user_id, open_key__isnull=False)
    if mine.count() >= limit:
        raise TooManyApplications(limit)


def _proposed(decided: decisions.Decided) -> Percent | None:
    """What the rule would give if a reviewer agrees."""
    for reason in decided.decision.reasons:
        if reason.code == ReasonCode.REVIEW_NEEDED and "percent" in reason.params:
            return Percent(reason.params["percent"])
    return None


def approve(
    application_uuid: UUID, *, by: int, reason: str, at: datetime, percent: Percent | None
) -> ApplicationSummary:
    """Grant an application; the next decision for this person and offering says so.

    Raises:
        UnknownApplication, ApplicationClosed, InvalidReview: see ``api.approve``.
    """
    with transaction.atomic():
        row = _locked_open(application_uuid, by=by, reason=reason)
        if percent is not None:
            row.percent_bp = percent.basis_points
        else:
            row.percent_bp = row.proposed_bp
        if not row.percent_bp:
            raise InvalidReview("Say which percentage of the fee is waived; it is more than 0.")
        policy = policies.compiled(row.decision.policy_version)
        row.valid_until = deciding.valid_until(policy, at)
        _close(row, ApplicationState.APPROVED, by=by, reason=reason, at=at)
    return to_application(row)


def refuse(application_uuid: UUID, *, by: int, reason: str, at: datetime) -> ApplicationSummary:
    """Refuse an application.

    Raises:
        UnknownApplication, ApplicationClosed, InvalidReview: see ``api.refuse``.
    """
    with transaction.atomic():
        row = _locked_open(application_uuid, by=by, reason=reason)
        _close(row, ApplicationState.REFUSED, by=by, reason=reason, at=at)
    return to_application(row)


def _locked_open(uuid: UUID, *, by: int, reason: str) -> models.WaiverApplication:
    rows = models.WaiverApplication.objects.select_for_update().select_related("decision")
    row: models.WaiverApplication | None = rows.filter(uuid=uuid).first()
    if row is None:
        raise UnknownApplication(f"There is no waiver application {uuid}.")
    if row.open_key is None:
        raise ApplicationClosed(f"This application is {row.state} already.")
    if row.user_id == by:
        raise InvalidReview("Nobody decides about their own application.")
    if not reason.strip():
        raise InvalidReview("A reason is needed; the learner reads it.")
    return row


def _close(
    row: models.WaiverApplication, state: ApplicationState, *, by: int, reason: str, at: datetime
) -> None:
    row.state, row.open_key = state.value, None
    row.reviewed_by, row.reviewed_at, row.review_reason = by, at, reason.strip()[:MAX_TEXT]
    row.save()
    log.info("waiver application %s: application=%s reviewer=%s", state.value, row.uuid, by)
