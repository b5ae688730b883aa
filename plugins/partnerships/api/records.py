"""What was promised, what came of it, and what it rests on."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from fairgate.money import Money
from partnerships import selectors, services
from partnerships.data import DeliveredValue, EvidenceContent, Promises


def promises(version_uuid: UUID, *, at: datetime) -> Promises:
    """What a version promises, what came of it by ``at``, and what is late on that day.

    Raises:
        UnknownVersion: no version has this key.
    """
    return selectors.get_promises(version_uuid, at=at)


def given_elsewhere(partner_code: str, *, at: datetime) -> tuple[Promises, ...]:
    """What a partner gives under signed agreements of other partners, and nothing else of them."""
    return selectors.list_given_elsewhere(partner_code, at=at)


def record_fulfilment(
    version_uuid: UUID,
    code: str,
    *,
    due: date,
    fulfilled_on: date,
    evidence: str,
    by: int,
    at: datetime,
    file: bytes | None = None,
    replaces: UUID | None = None,
    is_met: bool = True,
    key: str = "",
) -> UUID:
    """Record that the obligation ``code`` was met for the due date ``due``; the record's key.

    ``evidence`` says what that rests on; ``file`` is a PDF, a PNG or a JPEG. A correction names
    the record that it ``replaces``, and may say that the obligation was not met after all.

    ``key`` is a name of the sender for this request: sent again, it is recorded once.

    Raises:
        UnknownVersion, UnknownRecord, EvidenceRefused, TooManyRecords
        KeyReused: the key stands for another record.
        RecordRefused: not signed, not due then, in the future, recorded or corrected already.
    """
    return services.record_fulfilment(
        version_uuid,
        code,
        due=due,
        fulfilled_on=fulfilled_on,
        is_met=is_met,
        evidence=evidence,
        file=file,
        replaces=replaces,
        by=by,
        at=at,
        key=key,
    )


def record_delivery(
    version_uuid: UUID,
    code: str,
    *,
    amount: Money,
    delivered_on: date,
    evidence: str,
    by: int,
    at: datetime,
    file: bytes | None = None,
    replaces: UUID | None = None,
    key: str = "",
) -> UUID:
    """Record a delivery of the contribution ``code``; it counts once it is accepted.

    ``amount`` is the cash, or the worth of what was given by the agreed valuation. A correction
    names the accepted delivery that it ``replaces``, which counts until the correction is accepted;
    with 0 it says that nothing was delivered.

    ``key`` is a name of the sender for this request: sent again, it is recorded once.

    Raises:
        UnknownVersion, UnknownRecord, EvidenceRefused, TooManyRecords
        KeyReused: the key stands for another record.
        RecordRefused: not signed, another currency, in the future, or corrected already.
    """
    return services.record_delivery(
        version_uuid,
        code,
        amount=amount,
        delivered_on=delivered_on,
        evidence=evidence,
        file=file,
        replaces=replaces,
        by=by,
        at=at,
        key=key,
    )


def accept_delivery(delivery: UUID, *, by: int, at: datetime) -> None:
    """Let a delivery count.

    Raises:
        UnknownRecord, SignedOutOfOrder
        RecordRefused: it was decided.
        SecondPersonNeeded: the user has recorded it, or acts for the partner, or for who gave it.
    """
    services.accept_delivery(delivery, by=by, at=at)


def refuse_delivery(delivery: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let a delivery not count.

    Raises:
        UnknownRecord
        RecordRefused: no reason, or too long a one, or it was decided.
    """
    services.refuse_delivery(delivery, because=because, by=by, at=at)


def version_of_delivery(delivery: UUID) -> UUID:
    """The agreement version under which something was delivered.

    Raises:
        UnknownRecord: there is no such delivery.
    """
    return selectors.get_version_of_delivery(delivery)


def record_actual(
    version_uuid: UUID,
    code: str,
    *,
    on: date,
    value: Decimal,
    source: str,
    by: int,
    at: datetime,
    replaces: UUID | None = None,
    key: str = "",
) -> UUID:
    """Record the value of the expected outcome ``code`` on a day, and where it comes from.

    ``key`` is a name of the sender for this request: sent again, it is recorded once.

    Raises:
        UnknownVersion, UnknownRecord, TooManyRecords
        KeyReused: the key stands for another record.
        RecordRefused: not signed, in the future, no such number, or corrected already.
    """
    return services.record_actual(
        version_uuid,
        code,
        on=on,
        value=value,
        source=source,
        replaces=replaces,
        by=by,
        at=at,
        key=key,
    )


def evidence_file(file: UUID) -> EvidenceContent:
    """An uploaded file; ``permissions.may_see_evidence`` says who may have it.

    Raises:
        UnknownRecord: there is none.
    """
    return selectors.get_evidence(file)


def delivered_value(partner_code: str, *, since: date, until: date, at: datetime) -> DeliveredValue:
    """What a partner delivered from ``since`` to ``until`` (UTC days, inclusive), as of ``at``.

    Only what a second person had accepted by then, less what was corrected by then; per currency,
    cash and in kind apart.

    Raises:
        UnknownPartner
    """
    return selectors.get_delivered_value(partner_code, since=since, until=until, at=at)


def remind(*, at: datetime) -> int:
    """Remind of what ends soon and of what is late, each recipient once; how many mails were sent.

    The focal points of a partner are told what is theirs, in their language, and the host's office
    (``PARTNERSHIPS_OFFICE_EMAILS``) everything. What could not be handed over is tried again.
    """
    return services.remind(at=at)
