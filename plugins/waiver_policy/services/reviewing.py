"""What reviewers do about applications: take, ask, approve, confirm, refuse, hand back.

Everything that decides is checked under the lock of the application's row: one decision, by
somebody independent, and by a second person where the amount takes two.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from fairgate.clock import utc_day
from fairgate.money import Money
from waiver_policy import conf, models
from waiver_policy.data import (
    ApplicationState,
    ApplicationSummary,
    Award,
    RefusalCode,
    Reviewed,
)
from waiver_policy.exceptions import (
    InvalidReview,
    OutOfTurn,
    ReviewFault,
    TooManyAtOnce,
    WaiverError,
)
from waiver_policy.rules import applications as rules
from waiver_policy.rules import deciding
from waiver_policy.rules.applications import Action
from waiver_policy.selectors import decisions, offerings, policies
from waiver_policy.selectors.applications import to_application
from waiver_policy.services import nominated, notices
from waiver_policy.services.independence import check_independent
from waiver_policy.services.stepping import MAX_TEXT, locked_open, take_step, write_message

log = logging.getLogger(__name__)


def approve(
    application_uuid: UUID,
    *,
    by: int,
    reason: str,
    at: datetime,
    award: Award | None,
    read: int | None,
    bulk: UUID | None = None,
) -> ApplicationSummary:
    """Grant an application, propose it to a second person, or be that second person.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.approve``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, at=at, read=read)
        rules.check_reason(reason)
        nominated.check_turn(row, by=by, at=at)
        if row.state == ApplicationState.PROPOSED:
            _confirm(row, by=by, at=at, award=award, bulk=bulk)
        else:
            _approve_first(row, by=by, reason=reason, at=at, award=award, bulk=bulk)
    return to_application(row)


def _approve_first(
    row: models.WaiverApplication,
    *,
    by: int,
    reason: str,
    at: datetime,
    award: Award | None,
    bulk: UUID | None,
) -> None:
    amounts = offerings.offering_worth(row.offering_code)
    wanted = row.proposed if award is None else award
    granted = rules.check_award(wanted, amounts, price=_price(row, at))
    _stop_waiting(row)
    if rules.needs_second(granted, amounts, conf.two_people_above()):
        row.awaiting, row.awaiting_by, row.awaiting_reason = granted, by, _kept(reason)
        # The second person has to be able to read it.
        row.assigned_to, row.assigned_at = None, None
        take_step(row, Action.PROPOSE, by=by, at=at, award=granted, bulk=bulk)
        return
    _grant(row, Action.APPROVE, granted, reason, by=by, at=at, bulk=bulk)


def _price(row: models.WaiverApplication, at: datetime) -> Money | None:
    """What the applicant would be asked for the offering on the day, if the seller says."""
    payer_class = row.decision.facts.inputs["payer_class"]
    return offerings.list_price(row.offering_code, payer_class=payer_class, on=utc_day(at))


def _confirm(
    row: models.WaiverApplication,
    *,
    by: int,
    at: datetime,
    award: Award | None,
    bulk: UUID | None,
) -> None:
    if row.awaiting_by == by:
        raise InvalidReview(ReviewFault.SECOND_PERSON)
    if award is not None and award != row.awaiting:
        raise InvalidReview(ReviewFault.OTHER_PERCENT)
    assert row.awaiting is not None  # noqa: S101 -- a constraint says so
    _grant(row, Action.CONFIRM, row.awaiting, row.awaiting_reason, by=by, at=at, bulk=bulk)


def _grant(
    row: models.WaiverApplication,
    action: Action,
    granted: Award,
    reason: str,
    *,
    by: int,
    at: datetime,
    bulk: UUID | None,
) -> None:
    policy = policies.compiled(row.decision.policy_version)
    row.award, row.refusal_code = granted, ""
    row.counted = list(decisions.counted_countries(row, at=at))
    row.valid_until = deciding.valid_until(policy, at)
    row.reviewed_by, row.reviewed_at, row.review_reason = by, at, _kept(reason)
    take_step(row, action, by=by, at=at, award=granted, bulk=bulk)
    _tell_decided(row, at, bulk)


def refuse(
    application_uuid: UUID,
    *,
    by: int,
    reason: str,
    code: str,
    at: datetime,
    read: int | None,
    bulk: UUID | None = None,
) -> ApplicationSummary:
    """Refuse an application. The first refusal can be appealed, the second is the last word.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.refuse``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, at=at, read=read)
        rules.check_reason(reason, code=code)
        _stop_waiting(row)
        row.refusal_code = RefusalCode(code).value
        row.reviewed_by, row.reviewed_at, row.review_reason = by, at, _kept(reason)
        days = conf.appeal_within_days()
        appealed = row.appealed_at is not None
        row.appeal_until = None if appealed else rules.first_day_after(utc_day(at), days)
        take_step(row, Action.REFUSE, by=by, at=at, bulk=bulk)
        _tell_decided(row, at, bulk)
    return to_application(row)


def ask_for_more(
    application_uuid: UUID,
    *,
    by: int,
    question: str,
    at: datetime,
    read: int | None,
    bulk: UUID | None = None,
) -> ApplicationSummary:
    """Ask the learner for more; the application stays open and waits for them.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.ask_for_more``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, at=at, read=read)
        rules.check_reason(question)
        rules.next_state(Action.ASK, row.state, appealed=row.appealed_at is not None)
        row.review_reason = write_message(
            row, models.ApplicationMessage.QUESTION, question, by=by, at=at
        )
        row.asked_at = at
        row.answer_until = rules.first_day_after(utc_day(at), conf.answer_within_days())
        take_step(row, Action.ASK, by=by, at=at, bulk=bulk)
        notices.write(
            "asked", f"asked:{row.uuid}:{row.message_count}", row.user_id, at=at,
            later=bulk is not None, application=str(row.uuid), until=row.answer_until.isoformat(),
        )  # fmt: skip
    return to_application(row)


def send_back(
    application_uuid: UUID, *, by: int, at: datetime, read: int | None
) -> ApplicationSummary:
    """Do not confirm what a first person proposed: the application is in the queue again.

    Raises:
        UnknownApplication, ApplicationClosed, OutOfTurn, InvalidReview: see ``api.send_back``.
    """
    with transaction.atomic():
        row = _locked_for_review(application_uuid, by=by, at=at, read=read)
        row.assigned_to, row.assigned_at = None, None
        take_step(row, Action.SEND_BACK, by=by, at=at, award=row.awaiting)
    return to_application(row)


def take(application_uuid: UUID, *, by: int, at: datetime) -> ApplicationSummary:
    """Say that one reads it, so that nobody else does at the same time; for some days.

    Raises:
        UnknownApplication, ApplicationClosed, InvalidReview: see ``api.take``.
    """
    with transaction.atomic():
        row = locked_open(application_uuid)
        check_independent(row, by=by, at=at)
        row.assigned_to, row.assigned_at = by, at
        row.save(update_fields=["assigned_to", "assigned_at"])
    return to_application(row)


def take_next(*, by: int, at: datetime) -> ApplicationSummary | None:
    """Take the application with the next deadline that nobody reads and this reviewer may decide.

    ``None``: there is none.
    """
    waiting = models.WaiverApplication.objects.filter(
        state__in=[ApplicationState.SUBMITTED, ApplicationState.APPEALED, ApplicationState.PROPOSED]
    ).order_by("decide_by", "id")
    others = waiting.exclude(assigned_to=by).exclude(user_id=by)
    for uuid in others.values_list("uuid", flat=True)[:200]:
        try:
            return take(uuid, by=by, at=at)
        except WaiverError:
            continue  # somebody else's, decided meanwhile, or not this reviewer's to decide
    return None


def hand_back(application_uuid: UUID, *, by: int, at: datetime, has_conflict: bool) -> None:
    """Read it no longer; with a conflict of interest, never again.

    Raises:
        UnknownApplication, ApplicationClosed: see ``api.hand_back``.
    """
    with transaction.atomic():
        row = locked_open(application_uuid)
        if has_conflict:
            _, is_new = row.conflicts.get_or_create(user_id=by, defaults={"at": at})
            if is_new:
                log.info("waiver application, conflict: application=%s by=%s", row.uuid, by)
        if row.assigned_to == by:
            row.assigned_to, row.assigned_at = None, None
            row.save(update_fields=["assigned_to", "assigned_at"])


def review_many(
    chosen: Sequence[tuple[UUID, int | None]],
    review: Callable[..., ApplicationSummary],
    **words: object,
) -> tuple[Reviewed, ...]:
    """Do the same with several applications, each by itself with the checks of a single review.

    ``chosen`` holds the uuid of each and how many of its messages were read. One order of locks:
    by uuid.

    Raises:
        TooManyAtOnce: see ``api.review_many``.
    """
    if len(chosen) > conf.bulk_limit():
        raise TooManyAtOnce(conf.bulk_limit())
    bulk, done = uuid4(), []
    for uuid, read in sorted(dict(chosen).items()):
        try:
            found = review(uuid, read=read, bulk=bulk, **words)
        except WaiverError as error:
            log.info("bulk review %s: application=%s not done: %s", bulk, uuid, error)
            done.append(Reviewed(application_uuid=uuid, application=None, error=error))
        else:
            done.append(Reviewed(application_uuid=uuid, application=found))
    log.info("bulk review %s: %s of %s done", bulk, sum(not one.error for one in done), len(done))
    return tuple(done)


def _locked_for_review(
    uuid: UUID, *, by: int, at: datetime, read: int | None
) -> models.WaiverApplication:
    row = locked_open(uuid)
    check_independent(row, by=by, at=at)
    if read is not None and row.message_count != read:
        raise OutOfTurn("Something was written that the reviewer has not read.")
    return row


def _stop_waiting(row: models.WaiverApplication) -> None:
    """A decision does not wait for an answer any more."""
    row.asked_at, row.answer_until = None, None


def _kept(words: str) -> str:
    return words.strip()[:MAX_TEXT]


def _tell_decided(row: models.WaiverApplication, at: datetime, bulk: UUID | None) -> None:
    notices.write(
        "decided", f"decided:{row.uuid}:{row.step_count}", row.user_id, at=at,
        later=bulk is not None, application=str(row.uuid),
    )  # fmt: skip
