"""Taking an agreement out of force, by one person, and putting it back, by two.

Whoever writes one of these records holds the agreement's row.
"""

from __future__ import annotations

import logging
from datetime import datetime

from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules
from partnerships.exceptions import ResumeRefused
from partnerships.services.known import user_name

log = logging.getLogger(__name__)

# Who has more to say is not kept from suspending.
_LONGEST = 500


def suspend(code: str, *, by: str, reason: str, at: datetime) -> None:
    """Take an agreement out of force from ``at`` on: one record hides every mark of it."""
    with lock_objects.locked_agreement(code) as agreement:
        rules.check_may_suspend(lock_objects.last_suspension_now(agreement), at=at, agreement=code)
        agreement.suspension_records.create(
            suspends=True, at=at, reason=reason.strip()[:_LONGEST], recorded_by=by
        )
    log.info("agreement suspended: agreement=%s", agreement.uuid)


@in_transaction
def ask_resume(code: str, *, by: int, reason: str, at: datetime) -> None:
    """Ask that the suspension is lifted; nothing happens until a second person confirms."""
    said = rules.kept_reason(reason, ResumeRefused)
    if not said:
        raise ResumeRefused("Say why it resumes; the reason is kept.")
    with lock_objects.locked_agreement(code) as agreement:
        rules.check_may_resume(lock_objects.last_suspension_now(agreement), at=at, agreement=code)
        rules.check_may_ask_resume(acts_for_partner=_acts_for(agreement, by), agreement=code)
        if lock_objects.waiting_resume_now(agreement) is not None:
            raise ResumeRefused("That %(agreement)s resumes was asked for already.", agreement=code)
        agreement.resume_requests.create(
            live_key=agreement.pk,
            reason=said,
            asked_by=by,
            asked_at=at,
        )
    log.info("resuming asked for: agreement=%s by=%s", agreement.uuid, by)


@in_transaction
def confirm_resume(code: str, *, by: int, at: datetime) -> None:
    """Lift the suspension from ``at`` on, as another person of the host than who asked for it."""
    with lock_objects.locked_agreement(code) as agreement:
        request = _waiting(agreement)
        rules.check_may_resume(lock_objects.last_suspension_now(agreement), at=at, agreement=code)
        rules.check_may_confirm_resume(
            by=by,
            asked_by=request.asked_by,
            acts_for_partner=_acts_for(agreement, by),
            agreement=code,
        )
        rules.check_not_before([request.asked_at], at=at, version=code)
        request.confirmed_by, request.confirmed_at, request.live_key = by, at, None
        request.save(update_fields=["confirmed_by", "confirmed_at", "live_key"])
        agreement.suspension_records.create(
            suspends=False,
            at=at,
            reason=request.reason,
            recorded_by=user_name(by),
            request=request,
        )
    log.info("agreement resumed: agreement=%s by=%s", agreement.uuid, by)


@in_transaction
def refuse_resume(code: str, *, because: str, by: int, at: datetime) -> None:
    """Leave it suspended; who has asked may refuse it as well."""
    said = rules.kept_reason(because, ResumeRefused)
    if not said:
        raise ResumeRefused("Say why it does not resume; the reason is kept.")
    with lock_objects.locked_agreement(code) as agreement:
        request = _waiting(agreement)
        request.refused_by, request.refused_at, request.live_key = by, at, None
        request.refused_because = said
        request.save(update_fields=["refused_by", "refused_at", "refused_because", "live_key"])
    log.info("resuming refused: agreement=%s by=%s", agreement.uuid, by)


def _waiting(agreement: models.Agreement) -> models.ResumeRequest:
    found = lock_objects.waiting_resume_now(agreement)
    if found is None:
        raise ResumeRefused(
            "Nobody has asked that %(agreement)s resumes, or it was decided.",
            agreement=agreement.code,
        )
    return found


def _acts_for(agreement: models.Agreement, user_id: int) -> bool:
    return bool(agreement.partner.people.filter(user_id=user_id).exists())
