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
)
from waiver_policy.exceptions import (
    AlreadyEligible,
    ApplicationClosed,
    EmptyAnswer,
    InvalidReview,
    OutOfTurn,
    TooManyApplications,
    UnknownApplication,
)
from waiver_policy.rules import deciding, price_locks
from waiver_policy.selectors import decisions, policies
from waiver_policy.selectors.applications import to_application
from waiver_policy.selectors.locks import live_key
from waiver_policy.services import locks
from waiver_policy.services.decisions import write_decision

log = logging.getLogger(__name__)

MAX_TEXT = 4000


def apply(
    applicant: Applicant, *, offering_code: str, note: str, at: datetime
) -> ApplicationSummary:
    """Ask a person to look; an application that is still open is returned as it stands.

    Raises:
        AlreadyEligible, TooManyApplications: see ``api.apply``.
    """
    open_key = live_key(applicant.user_id, offering_code)
    waiting = models.WaiverApplication.objects.filter(open_key=open_key).first()
    if waiting is not None:
        return to_application(waiting)
    decided = decisions.decide(applicant, offering_code=offering_code, at=at)
    if decided.decision.outcome is Outcome.GRANTED:
        # They have asked in time: what is given today is kept for them.
        locks.keep(decided, at=at)
        raise AlreadyEligible
    _check_room(applicant.user_id)
    proposed = price_locks.proposed(decided.decision)
    try:
        with transaction.atomic():
            kept = write_decision(decided.decision, decided.version)
            row = models.WaiverApplication.objects.create(
                user_id=applicant.user_id,
                offering_code=offering_code,
                country=applicant.country[:2],
                state=ApplicationState.SUBMITTED.value,
                open_key=open_key,
                note=note[:MAX_TEXT],
                submitted_at=at,
                decision=kept,
                proposed_bp=proposed.basis_points if proposed else None,
            )
            locks.lock(kept, decided, at=at)
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


def approve(
    application_uuid: UUID,
    *,
    by: int,
    reason: str,
    at: datetime,
    percent: Percent | None,
    read: int | None,
) -> ApplicationSummary:
    """Grant an application; the next decision for this person and offering says so.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.approve``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, words=reason, read=read)
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


def refuse(
    application_uuid: UUID, *, by: int, reason: str, at: datetime, read: int | None
) -> ApplicationSummary:
    """Refuse an application.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.refuse``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, words=reason, read=read)
        _close(row, ApplicationState.REFUSED, by=by, reason=reason, at=at)
    return to_application(row)


def ask_for_more(
    application_uuid: UUID, *, by: int, question: str, at: datetime, read: int | None
) -> ApplicationSummary:
    """Ask the learner for more; the application stays open and waits for them.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.ask_for_more``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, words=question, read=read)
        if row.state != ApplicationState.SUBMITTED:
            raise OutOfTurn("The learner was asked already and has not answered yet.")
        text = _write_message(row, models.ApplicationMessage.QUESTION, question, by=by, at=at)
        _wait(row, ApplicationState.MORE_INFORMATION, words=text)
    log.info("waiver application asked about: application=%s reviewer=%s", row.uuid, by)
    return to_application(row)


def answer(application_uuid: UUID, *, by: int, text: str, at: datetime) -> ApplicationSummary:
    """Answer the reviewer's question; the application waits for a reviewer again.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, EmptyAnswer: see ``api.answer``.
    """
    with transaction.atomic():
        row = _locked_open(application_uuid)
        if row.user_id != by:
            raise UnknownApplication(f"There is no waiver application {application_uuid}.")
        if row.state != ApplicationState.MORE_INFORMATION:
            raise OutOfTurn("Nothing is asked about this application now.")
        if not text.strip():
            raise EmptyAnswer("An answer has words.")
        _write_message(row, models.ApplicationMessage.ANSWER, text, by=by, at=at)
        _wait(row, ApplicationState.SUBMITTED, words="")
    log.info("waiver application answered: application=%s", row.uuid)
    return to_application(row)


def _write_message(
    row: models.WaiverApplication, kind: str, text: str, *, by: int, at: datetime
) -> str:
    """Keep what was written, under the lock of the application; returns it as it is kept."""
    kept = text.strip()[:MAX_TEXT]
    row.message_count += 1
    row.messages.create(number=row.message_count, kind=kind, text=kept, by=by, at=at)
    return kept


def _wait(row: models.WaiverApplication, state: ApplicationState, *, words: str) -> None:
    row.state, row.review_reason = state.value, words
    row.save(update_fields=["state", "review_reason", "message_count"])


def _locked_for_review(
    uuid: UUID, *, by: int, words: str, read: int | None
) -> models.WaiverApplication:
    row = _locked_open(uuid)
    if row.user_id == by:
        raise InvalidReview("Nobody decides about their own application.")
    if not words.strip():
        raise InvalidReview("A reason is needed; the learner reads it.")
    if read is not None and row.message_count != read:
        raise OutOfTurn("Something was written that the reviewer has not read.")
    return row


def _locked_open(uuid: UUID) -> models.WaiverApplication:
    rows = models.WaiverApplication.objects.select_for_update().select_related("decision")
    row: models.WaiverApplication | None = rows.filter(uuid=uuid).first()
    if row is None:
        raise UnknownApplication(f"There is no waiver application {uuid}.")
    if row.open_key is None:
        raise ApplicationClosed(f"This application is {row.state} already.")
    return row


def _close(
    row: models.WaiverApplication, state: ApplicationState, *, by: int, reason: str, at: datetime
) -> None:
    row.state, row.open_key = state.value, None
    row.reviewed_by, row.reviewed_at, row.review_reason = by, at, reason.strip()[:MAX_TEXT]
    row.save()
    log.info("waiver application %s: application=%s reviewer=%s", state.value, row.uuid, by)
