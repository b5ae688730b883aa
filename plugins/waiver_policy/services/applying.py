"""What a learner does about an application: apply, answer, withdraw, appeal."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from fairgate.clock import utc_day
from fairgate_tables.inserting import insert_or_lock
from waiver_policy import conf, models
from waiver_policy.data import (
    Applicant,
    ApplicationState,
    ApplicationSummary,
    Award,
    Organisation,
    Outcome,
)
from waiver_policy.exceptions import (
    AlreadyEligible,
    AppealTooLate,
    EmptyAnswer,
    NotCovered,
    OutOfTurn,
    TooManyApplications,
)
from waiver_policy.rules import applications as rules
from waiver_policy.rules import price_locks
from waiver_policy.rules.applications import Action
from waiver_policy.selectors import offerings, policies, quoted
from waiver_policy.selectors.applications import to_application
from waiver_policy.selectors.decisions import Decided
from waiver_policy.selectors.locks import live_key
from waiver_policy.services import documents, locks
from waiver_policy.services.decisions import write_decision
from waiver_policy.services.stepping import (
    MAX_TEXT,
    locked_own,
    take_step,
    write_message,
    write_step,
)

log = logging.getLogger(__name__)


def apply(
    applicant: Applicant,
    *,
    offering_code: str,
    note: str,
    at: datetime,
    organisation: Organisation,
    truth: str,
    form_token: str,
) -> ApplicationSummary:
    """Ask a person to look; an application that is still open is returned as it stands.

    Raises:
        AlreadyEligible, NotCovered, TooManyApplications: see ``api.apply``.
    """
    if not offerings.may_be_waived(offering_code):
        raise NotCovered
    same = _Same(applicant.user_id, offering_code, form_token)
    if (known := same.known()) is not None:
        return to_application(known)
    with transaction.atomic():
        # From here on another request of the same person waits.
        insert_or_lock(models.Applying(user_id=applicant.user_id), field="user_id")
        found = _apply(
            applicant, same, offering_code=offering_code, note=note, at=at,
            organisation=organisation, truth=truth,
        )  # fmt: skip
    if found is None:
        raise AlreadyEligible
    return found


def _apply(
    applicant: Applicant,
    same: _Same,
    *,
    offering_code: str,
    note: str,
    at: datetime,
    organisation: Organisation,
    truth: str,
) -> ApplicationSummary | None:
    """The application; ``None``: there is a waiver without one."""
    decided = quoted.decide(applicant, offering_code=offering_code, at=at)
    if decided.decision.outcome is Outcome.GRANTED:
        # They have asked in time: what is given today is kept for them.
        locks.keep(decided, at=at)
        return None
    _check_room(applicant.user_id)
    row = models.WaiverApplication(
        user_id=applicant.user_id,
        offering_code=offering_code,
        note=note[:MAX_TEXT],
        organisation=organisation.name.strip()[:200],
        organisation_domain=organisation.domain.strip()[:253],
        truth_version=truth,
        truth_at=at if truth else None,
        form_key=same.form_key,
    )
    try:
        with transaction.atomic():
            proposed = price_locks.proposed(decided.decision)
            submit(row, decided, proposed, country=applicant.country, at=at)
    except IntegrityError:
        # Somebody was faster, or the person sent it twice.
        return to_application(same.winner())
    return to_application(row)


class _Same:
    """How to find the application that this one would be: the open one, or of the same form."""

    def __init__(self, user_id: int, offering_code: str, token: str) -> None:
        self.open_key = live_key(user_id, offering_code)
        self.form_key = f"{self.open_key}:{token}"[:200] if token else None

    def known(self) -> models.WaiverApplication | None:
        """The open one, or else the one of the same form; ``None`` if there is none."""
        return self._first(models.WaiverApplication.objects.all())

    def winner(self) -> models.WaiverApplication:
        """The one that is there by now.

        A locking read sees the newest commit, and what it joins is seen with it.
        """
        with transaction.atomic():
            row = self._first(models.WaiverApplication.objects.select_for_update())
        assert row is not None  # noqa: S101 -- a unique key has told that it is there
        return row

    def _first(self, rows: QuerySet[models.WaiverApplication]) -> models.WaiverApplication | None:
        rows = rows.select_related("decision", "nomination")
        found = rows.filter(open_key=self.open_key).first()
        if found is None and self.form_key:
            found = rows.filter(form_key=self.form_key).first()
        return found


def submit(
    row: models.WaiverApplication,
    decided: Decided,
    proposed: Award | None,
    *,
    country: str,
    at: datetime,
) -> None:
    """Put a new application into the queue, with the decision that it starts from.

    Raises:
        IntegrityError: the person has an open one, or the form was sent before.
    """
    row.state, row.submitted_at = ApplicationState.SUBMITTED.value, at
    row.open_key = live_key(row.user_id, row.offering_code)
    row.country = country[:2]
    row.decide_by = rules.last_day(utc_day(at), decide_within(decided.version))
    row.decision = write_decision(decided.decision, decided.version)
    row.proposed = proposed
    row.step_count = 1
    row.save(force_insert=True)
    write_step(row, Action.SUBMIT, by=row.user_id, at=at)
    if row.nomination is None:
        # A State's word is not where the person lives: it keeps no price of the profile's country.
        locks.lock(row.decision, decided, at=at)
    log.info("waiver application: application=%s offering=%s", row.uuid, row.offering_code)


def decide_within(version: models.PolicyVersion | None) -> int:
    """Days for a decision: what the policy promises, else what the operator has set."""
    promised = policies.terms(version).decide_within if version else None
    return promised if promised is not None else conf.decide_within_days()


def _check_room(user_id: int) -> None:
    """A guard against heaps, not a count of money: two requests at one moment may both pass."""
    limit = conf.open_applications()
    mine = models.WaiverApplication.objects.filter(user_id=user_id, open_key__isnull=False)
    if mine.count() >= limit:
        raise TooManyApplications(limit)


def answer(application_uuid: UUID, *, by: int, text: str, at: datetime) -> ApplicationSummary:
    """Answer the reviewer's question; the application waits for a reviewer again.

    The days that the reviewer waited are added to those for the decision.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, EmptyAnswer: see ``api.answer``.
    """
    with transaction.atomic():
        row = locked_own(application_uuid, by)
        appealed = row.appealed_at is not None
        rules.next_state(Action.ANSWER, row.state, appealed=appealed)
        if not text.strip():
            raise EmptyAnswer("An answer has words.")
        write_message(row, models.ApplicationMessage.ANSWER, text, by=by, at=at)
        if row.asked_at and row.decide_by:
            row.decide_by += timedelta(days=(utc_day(at) - utc_day(row.asked_at)).days)
        row.asked_at, row.answer_until, row.review_reason = None, None, ""
        take_step(row, Action.ANSWER, by=by, at=at)
    return to_application(row)


def withdraw(application_uuid: UUID, *, by: int, at: datetime) -> ApplicationSummary:
    """Take an application back before it is decided; what the learner wrote is deleted.

    An appeal is taken back by itself: the refusal stands, and so does what it was about.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn: see ``api.withdraw``.
    """
    with transaction.atomic():
        row = locked_own(application_uuid, by)
        take_back(row, by=by, at=at)
    return to_application(row)


def take_back(row: models.WaiverApplication, *, by: int, at: datetime) -> None:
    """End a locked application that nobody is to decide about, with what was sent and written.

    Raises:
        ApplicationClosed, OutOfTurn: the step does not come now.
    """
    appealed = row.appealed_at is not None
    rules.next_state(Action.WITHDRAW, row.state, appealed=appealed)
    if not appealed:
        # The database counts them down by itself, and the step below saves the whole row.
        row.document_count -= documents.delete_documents(row.uuid, because="withdrawn", at=at)
    _forget_words(row)
    row.asked_at, row.answer_until = None, None
    row.review_reason = row.first_refusal
    take_step(row, Action.WITHDRAW, by=by, at=at)


def _forget_words(row: models.WaiverApplication) -> None:
    """Delete what the learner and the reviewers wrote; once appealed, since the appeal only."""
    said = row.messages.all()
    if row.appealed_at is not None:
        appeal = said.filter(kind=models.ApplicationMessage.APPEAL).latest("number")
        said.filter(number__gte=appeal.number).update(text="")
        return
    said.update(text="")
    row.note, row.organisation, row.organisation_domain = "", "", ""


def appeal(application_uuid: UUID, *, by: int, text: str, at: datetime) -> ApplicationSummary:
    """Let another person look at a refusal, once.

    Raises:
        UnknownApplication, OutOfTurn, AppealTooLate, EmptyAnswer, InvalidNomination: see
            ``api.appeal``.
    """
    with transaction.atomic():
        row = locked_own(application_uuid, by)
        appealed = row.appealed_at is not None
        rules.next_state(Action.APPEAL, row.state, appealed=appealed)
        if row.appeal_until is not None and utc_day(at) >= row.appeal_until:
            raise AppealTooLate("The time in which this refusal could be appealed is over.")
        if not text.strip():
            raise EmptyAnswer("An appeal says why the refusal is wrong.")
        write_message(row, models.ApplicationMessage.APPEAL, text, by=by, at=at)
        row.first_refusal, row.review_reason = row.review_reason, ""
        row.decide_by = rules.last_day(utc_day(at), decide_within(row.decision.policy_version))
        try:
            with transaction.atomic():
                take_step(row, Action.APPEAL, by=by, at=at)
                row.appealed_at = at
                row.save(update_fields=["appealed_at"])
        except IntegrityError:
            raise OutOfTurn("Another application for this offering is still open.") from None
    return to_application(row)
