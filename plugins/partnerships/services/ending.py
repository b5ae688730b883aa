"""A version that ends earlier than agreed: one person asks for it, another confirms it."""

from __future__ import annotations

import logging
from datetime import date, datetime
from uuid import UUID

from fairgate.clock import utc_day
from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules
from partnerships.exceptions import EndRefused, SecondPersonNeeded, UnknownRecord
from partnerships.services.sending import made_once

log = logging.getLogger(__name__)


def ask_end(
    version_uuid: UUID, *, last_day: date, reason: str, by: int, at: datetime, key: str
) -> int:
    """Ask that a signed version ends on a day; nothing happens until a second person confirms."""
    said = {"version": version_uuid, "last_day": last_day, "reason": reason}
    made = made_once(
        lambda: str(_ask_end(version_uuid, last_day=last_day, reason=reason, by=by, at=at)),
        key=key,
        what="end",
        said=said,
    )
    return int(made)


@in_transaction
def _ask_end(version_uuid: UUID, *, last_day: date, reason: str, by: int, at: datetime) -> int:
    said = rules.kept_reason(reason, EndRefused)
    with lock_objects.locked_version(version_uuid) as version:
        rules.check_may_end(
            last_day,
            period=lock_objects.period_now(version),
            is_signed=len(lock_objects.signatures_now(version)) == 2,
            today=utc_day(at),
            reason=said,
            version=str(version),
        )
        if version.end_records.select_for_update().filter(live_key__isnull=False).exists():
            raise EndRefused("An early end of %(version)s was asked for already.", version=version)
        record = models.EndRecord.objects.create(
            version=version,
            live_key=version.pk,
            last_day=last_day,
            reason=said,
            asked_by=by,
            asked_at=at,
        )
    log.info("early end asked for: version=%s by=%s", version_uuid, by)
    return int(record.pk)


@in_transaction
def confirm_end(record_pk: int, *, by: int, at: datetime) -> None:
    """Let the version end, as another person than who asked for it."""
    with lock_objects.locked_version(_version_of(record_pk)) as version:
        record = version.end_records.select_for_update().get(pk=record_pk)
        rules.check_may_confirm_end(
            is_waiting=record.is_waiting,
            by=by,
            asked_by=record.asked_by,
            last_day=record.last_day,
            today=utc_day(at),
        )
        # What is due after an early end is owed no more.
        if version.agreement.partner.people.filter(user_id=by).exists():
            raise SecondPersonNeeded("Who acts for the partner does not confirm an early end.")
        rules.check_not_before([record.asked_at], at=at, version=str(version))
        record.confirmed_by, record.confirmed_at = by, at
        record.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("early end confirmed: version=%s by=%s", version.uuid, by)


@in_transaction
def refuse_end(record_pk: int, *, by: int, because: str, at: datetime) -> None:
    """Do not end it; who has asked may refuse it as well."""
    said = rules.kept_reason(because, EndRefused)
    with lock_objects.locked_version(_version_of(record_pk)) as version:
        record = version.end_records.select_for_update().get(pk=record_pk)
        if not record.is_waiting:
            raise EndRefused("This was decided already.")
        record.refused_by, record.refused_at = by, at
        record.refused_because, record.live_key = said, None
        record.save(update_fields=["refused_by", "refused_at", "refused_because", "live_key"])
    log.info("early end refused: version=%s by=%s", version.uuid, by)


def _version_of(record_pk: int) -> UUID:
    found: UUID | None = (
        models.EndRecord.objects.filter(pk=record_pk)
        .values_list("version__uuid", flat=True)
        .first()
    )
    if found is None:
        raise UnknownRecord("There is no early end %(number)s.", number=record_pk)
    return found
