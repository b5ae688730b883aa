"""From a draft to a text that may be signed: one person submits it, another approves it.

Whoever writes one of these records holds the agreement's row, as loading and signing do: a text
cannot change while somebody approves it, nor be approved twice.
"""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from fairgate_tables.transactions import in_transaction, run_again
from partnerships import lock_objects, models, rules
from partnerships.exceptions import ReviewRefused, SecondPersonNeeded
from partnerships.services.known import user_name

log = logging.getLogger(__name__)


@run_again
def submit(version_uuid: UUID, *, by: int, note: str, at: datetime) -> None:
    """Hand a draft over for approval; its text is frozen until it is returned.

    None of those whom the text names is called otherwise by one person from now on, also once it
    is a draft again that names them no more.
    """
    said = rules.kept_reason(note, ReviewRefused)
    with lock_objects.locked_with_partners(version_uuid) as (version, named):
        review, _round = lock_objects.review_now(version)
        rules.check_may_submit(review, version=str(version))
        _check_follows(version, at=at)
        models.ReviewRound.objects.create(
            version=version,
            live_key=version.pk,
            checksum=version.checksum,
            reason=said,
            asked_by=by,
            asked_at=at,
        )
        unnamed = models.Partner.objects.filter(code__in=named, named_since__isnull=True)
        unnamed.update(named_since=at)
    log.info("agreement version submitted: version=%s by=%s", version_uuid, by)


@in_transaction
def approve(version_uuid: UUID, *, by: int, at: datetime) -> None:
    """Let a text be signed, as another person than who loaded or submitted it."""
    with lock_objects.locked_version(version_uuid) as version:
        if version.agreement.partner.people.filter(user_id=by).exists():
            raise SecondPersonNeeded(
                "Who acts for the partner does not approve %(version)s.", version=version
            )
        review, found = lock_objects.review_now(version)
        rules.check_may_approve(
            review,
            by=by,
            name=user_name(by),
            submitted_by=None if found is None else found.asked_by,
            loaded_by=version.loaded_by,
            loader=version.loader_user_id,
            version=str(version),
        )
        if found is None:
            raise ReviewRefused("%(version)s does not wait for approval.", version=version)
        rules.check_same_text(found.checksum, version.checksum, version=str(version))
        rules.check_not_before([found.asked_at], at=at, version=str(version))
        found.confirmed_by, found.confirmed_at = by, at
        found.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("agreement version approved: version=%s by=%s", version_uuid, by)


@in_transaction
def return_to_draft(version_uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Make a draft again of a text that waits for approval, or that nobody has signed yet."""
    said = rules.kept_reason(because, ReviewRefused)
    if not said:
        raise ReviewRefused("Say why it goes back; the reason is kept.")
    with lock_objects.locked_version(version_uuid) as version:
        review, found = lock_objects.review_now(version)
        is_signed = bool(lock_objects.signatures_now(version))
        rules.check_may_return(review, is_signed=is_signed, version=str(version))
        if found is None:
            raise ReviewRefused(
                "%(version)s was approved before approvals were recorded.", version=version
            )
        moments = (found.asked_at, found.confirmed_at)
        rules.check_not_before(moments, at=at, version=str(version))
        end = "refused" if found.is_waiting else "withdrawn"
        told = {f"{end}_by": by, f"{end}_at": at, f"{end}_because": said}
        for column, value in {**told, "live_key": None}.items():
            setattr(found, column, value)
        found.save(update_fields=[*told, "live_key"])
    log.info("agreement version returned: version=%s by=%s", version_uuid, by)


def _check_follows(version: models.AgreementVersion, *, at: datetime) -> None:
    """A text that was sent back is not submitted before that, nor before it was loaded."""
    moments = [version.loaded_at]
    for one in version.review_rounds.select_for_update():
        moments += [one.refused_at, one.withdrawn_at]
    rules.check_not_before(moments, at=at, version=str(version))
