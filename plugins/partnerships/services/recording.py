"""What came of promises: recorded once, corrected by another record, never changed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

from fairgate.clock import utc_day
from fairgate.money import MAX_MINOR, Money
from fairgate.readable import is_readable
from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules
from partnerships.exceptions import (
    KeyReused,
    RecordRefused,
    SecondPersonNeeded,
    UnknownRecord,
)
from partnerships.services import evidence_files, pacing

log = logging.getLogger(__name__)

#: Keys of records that somebody has given a key of their own (ADR 0039).
_RECORDS = UUID("6f5f4bb5-53d0-4b0e-9a3b-1f2e0f6c3a54")


@in_transaction
def record_fulfilment(
    version_uuid: UUID,
    code: str,
    *,
    due: date,
    fulfilled_on: date,
    is_met: bool,
    evidence: str,
    file: bytes | None,
    replaces: UUID | None,
    by: int,
    at: datetime,
    key: str,
) -> UUID:
    """Record that an obligation was met for one due date, or by a correction that it was not."""
    with (
        pacing.queued(version_uuid, by=by) as sender,
        _signed(version_uuid, day=fulfilled_on, at=at) as version,
    ):
        obligation = _promise(version.obligations, code, version)
        record = _record_key(key, "fulfilment", version)
        if _was_said(
            models.Fulfilment,
            record,
            obligation_id=obligation.pk,
            due_on=due,
            is_met=is_met,
            fulfilled_on=fulfilled_on,
            reference=evidence.strip(),
            file__sha256=_hash_of(file),
            replaces__uuid=replaces,
        ):
            return record
        _check_due(obligation, due)
        replaced = _replaced(models.Fulfilment, {"obligation": obligation, "due_on": due}, replaces)
        if replaced is None and not is_met:
            raise RecordRefused("Only a correction says that an obligation was not met.")
        if replaced is None and _is_recorded(obligation, due):
            raise RecordRefused(
                "%(code)s is recorded for %(due)s; a correction names that record.",
                code=code,
                due=due,
            )
        sender.count(files=int(file is not None), at=at)
        row = models.Fulfilment(
            uuid=record,
            obligation=obligation,
            due_on=due,
            is_met=is_met,
            fulfilled_on=fulfilled_on,
            reference=_said(evidence),
            file=evidence_files.keep(file, partner=version.agreement.partner, by=by, at=at),
            recorded_by=by,
            recorded_at=at,
            replaces=replaced,
        )
        row.save()
    log.info("fulfilment recorded: version=%s record=%s by=%s", version_uuid, row.uuid, by)
    return UUID(str(row.uuid))


@in_transaction
def record_delivery(
    version_uuid: UUID,
    code: str,
    *,
    amount: Money,
    delivered_on: date,
    evidence: str,
    file: bytes | None,
    replaces: UUID | None,
    by: int,
    at: datetime,
    key: str,
) -> UUID:
    """Record that something was given; it counts once a second person has accepted it."""
    with (
        pacing.queued(version_uuid, by=by, promise=code) as sender,
        _signed(version_uuid, day=delivered_on, at=at) as version,
    ):
        contribution = _promise(version.contributions, code, version)
        if amount.currency != contribution.currency:
            raise RecordRefused(
                "%(code)s is counted in %(currency)s.", code=code, currency=contribution.currency
            )
        record = _record_key(key, "delivery", version)
        if _was_said(
            models.Delivery,
            record,
            contribution_id=contribution.pk,
            delivered_on=delivered_on,
            amount_minor=amount.minor,
            reference=evidence.strip(),
            file__sha256=_hash_of(file),
            replaces__uuid=replaces,
        ):
            return record
        replaced = _delivery_to_replace(contribution, replaces)
        if amount.minor < 0 or (not amount and replaced is None):
            raise RecordRefused("A delivery has a worth; only a correction may say that it is 0.")
        sender.count(files=int(file is not None), at=at)
        row = models.Delivery.objects.create(
            uuid=record,
            contribution=contribution,
            delivered_on=delivered_on,
            amount_minor=amount.minor,
            currency=amount.currency,
            reference=_said(evidence),
            file=evidence_files.keep(file, partner=version.agreement.partner, by=by, at=at),
            replaces=replaced,
            live_key=None if replaced is None else replaced.pk,
            asked_by=by,
            asked_at=at,
        )
    log.info("delivery recorded: version=%s record=%s by=%s", version_uuid, row.uuid, by)
    return UUID(str(row.uuid))


@in_transaction
def accept_delivery(delivery_uuid: UUID, *, by: int, at: datetime) -> None:
    """Let a delivery count, as another person than who recorded it."""
    with _delivery(delivery_uuid) as row:
        if _acts_for_a_giver(by, row.contribution):
            raise SecondPersonNeeded("Who acts for a partner does not accept what it gave.")
        rules.check_may_accept(is_waiting=row.is_waiting, by=by, recorded_by=row.asked_by)
        rules.check_not_before([row.asked_at], at=at, version=str(row))
        _check_sum(row)
        row.confirmed_by, row.confirmed_at = by, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    log.info("delivery accepted: record=%s by=%s", delivery_uuid, by)


def _acts_for_a_giver(by: int, contribution: models.VersionContribution) -> bool:
    """Whether a user acts for whose agreement it is, or for another partner who gave under it.

    What the other one gave counts towards its own tier.
    """
    codes = (contribution.version.agreement.partner.code, contribution.party)
    return bool(models.PartnerPerson.objects.filter(user_id=by, partner__code__in=codes).exists())


def _check_sum(row: models.Delivery) -> None:
    """Refuse a delivery with which its contribution could not be added up any more.

    Nobody would see the agreement, and nobody be reminded of any other.
    """
    accepted = _accepted_now(row.contribution)
    replaced = {row.replaces_id, *(replaces for _pk, _minor, replaces in accepted)}
    counting = sum(minor for pk, minor, _replaces in accepted if pk not in replaced)
    if counting + row.amount_minor > MAX_MINOR:
        raise RecordRefused(
            "With this, %(code)s would come to more than any amount that is kept; refuse it.",
            code=row.contribution.code,
        )


def _accepted_now(contribution: models.VersionContribution) -> list[tuple[int, int, int | None]]:
    """Row, minor units and corrected row of each accepted delivery; of a locked agreement."""
    # With a lock as well: under REPEATABLE READ a plain read would not see who was before us.
    rows = contribution.deliveries.select_for_update().filter(confirmed_at__isnull=False)
    return list(rows.values_list("pk", "amount_minor", "replaces_id"))


@in_transaction
def refuse_delivery(delivery_uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let a delivery not count; who has recorded it may refuse it as well."""
    said = rules.kept_reason(because, RecordRefused)
    if not said:
        raise RecordRefused("Say why it does not count; the reason is kept.")
    with _delivery(delivery_uuid) as row:
        if not row.is_waiting:
            raise RecordRefused("This delivery was accepted or refused already.")
        row.refused_by, row.refused_at, row.live_key = by, at, None
        row.refused_because = said
        row.save(update_fields=["refused_by", "refused_at", "refused_because", "live_key"])
    log.info("delivery refused: record=%s by=%s", delivery_uuid, by)


@in_transaction
def record_actual(
    version_uuid: UUID,
    code: str,
    *,
    on: date,
    value: Decimal,
    source: str,
    replaces: UUID | None,
    by: int,
    at: datetime,
    key: str,
) -> UUID:
    """Record a value that was reported for an expected outcome."""
    with (
        pacing.queued(version_uuid, by=by) as sender,
        _signed(version_uuid, day=on, at=at) as version,
    ):
        outcome = _promise(version.outcomes, code, version)
        record = _record_key(key, "actual", version)
        if _was_said(
            models.Actual,
            record,
            outcome_id=outcome.pk,
            on=on,
            value=value,
            source=source.strip(),
            replaces__uuid=replaces,
        ):
            return record
        replaced = _replaced(models.Actual, {"outcome": outcome}, replaces)
        if not value.is_finite() or abs(value) >= 10**14 or value != round(value, 4):
            raise RecordRefused("A value has at most 14 digits, and four decimals.")
        sender.count(at=at)
        row = models.Actual(
            uuid=record,
            outcome=outcome,
            on=on,
            value=value,
            source=_said(source),
            recorded_by=by,
            recorded_at=at,
            replaces=replaced,
        )
        row.save()
    log.info("value recorded: version=%s record=%s by=%s", version_uuid, row.uuid, by)
    return UUID(str(row.uuid))


@contextmanager
def _signed(version_uuid: UUID, *, day: date, at: datetime) -> Iterator[models.AgreementVersion]:
    """A version that both sides have signed, locked: what a draft says, nobody owes."""
    with lock_objects.locked_version(version_uuid) as version:
        if len(lock_objects.signatures_now(version)) < 2:
            raise RecordRefused(
                "%(version)s is not signed by both sides; nothing is owed yet.", version=version
            )
        rules.check_day(day, first=version.valid_from, today=utc_day(at))
        yield version


def _record_key(key: str, kind: str, version: models.AgreementVersion) -> UUID:
    """The uuid of a record: made of the sender's key, so that sent again it is the same one."""
    return uuid5(_RECORDS, f"{kind}:{version.uuid}:{key}") if key else uuid4()


def _was_said(model: Any, record: UUID, **said: Any) -> bool:
    """Whether this record is there, and says this.

    Raises:
        KeyReused: it is there and says something else.
    """
    # With a lock, as above. Only columns: a model of many would be read for nothing.
    found = model.objects.select_for_update().filter(uuid=record).values(*said).first()
    if found is not None and found != said:
        raise KeyReused("Another record was sent under this key.")
    return found is not None


def _hash_of(file: bytes | None) -> str | None:
    return None if file is None else hashlib.sha256(file).hexdigest()


def _promise(promises: Any, code: str, version: models.AgreementVersion) -> Any:
    found = promises.filter(code=code).first()
    if found is None or found.code != code:  # MariaDB finds GRANT as grant, too
        raise UnknownRecord("%(version)s promises no “%(code)s”.", version=version, code=code)
    return found


def _check_due(obligation: models.VersionObligation, due: date) -> None:
    dates = rules.due_dates(obligation.due_on, obligation.every_months, last=due)
    if due not in dates:
        raise RecordRefused("%(code)s is not due on %(due)s.", code=obligation.code, due=due)


def _is_recorded(obligation: models.VersionObligation, due: date) -> bool:
    # With a lock: under REPEATABLE READ a plain read would not see who was before us.
    return bool(obligation.fulfilments.select_for_update().filter(due_on=due).exists())


def _replaced(model: Any, whose: dict[str, Any], replaces: UUID | None) -> Any:
    """The record that is corrected, of the same promise and not corrected yet."""
    if replaces is None:
        return None
    found = model.objects.filter(uuid=replaces, **whose).first()
    if found is None:
        raise UnknownRecord("There is no record %(key)s of this promise.", key=replaces)
    if model.objects.select_for_update().filter(replaces=found).exists():
        raise RecordRefused("This record was corrected already; correct the correction.")
    return found


def _delivery_to_replace(
    contribution: models.VersionContribution, replaces: UUID | None
) -> models.Delivery | None:
    if replaces is None:
        return None
    found: models.Delivery | None = contribution.deliveries.filter(uuid=replaces).first()
    if found is None:
        raise UnknownRecord("There is no record %(key)s of this promise.", key=replaces)
    if found.confirmed_at is None:
        raise RecordRefused("Only a delivery that was accepted is corrected; refuse this one.")
    if models.Delivery.objects.select_for_update().filter(live_key=found.pk).exists():
        raise RecordRefused("This record was corrected already; correct the correction.")
    return found


@contextmanager
def _delivery(delivery_uuid: UUID) -> Iterator[models.Delivery]:
    rows = models.Delivery.objects.filter(uuid=delivery_uuid)
    version: UUID | None = rows.values_list("contribution__version__uuid", flat=True).first()
    if version is None:
        raise UnknownRecord("There is no delivery %(key)s.", key=delivery_uuid)
    with lock_objects.locked_version(version):
        yield rows.select_for_update().get()


def _said(text: str) -> str:
    """What a record rests on; without it, it is a claim."""
    said = text.strip()
    if not said or len(said) > 500 or not is_readable(said):
        raise RecordRefused("Say on one line what this rests on, in at most 500 characters.")
    return said
