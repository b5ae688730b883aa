"""How a partner is called: written at once while no text names it, else changed by two people.

Whoever writes one of these records holds the partner's row; so does who submits a text that names
it, which is kept there for good (``reviewing``). What is confirmed is what waits, and no name
changes while a text is frozen.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from fairgate_tables.transactions import in_transaction
from partnerships import lock_objects, models, rules, selectors
from partnerships.data import Identity
from partnerships.exceptions import ChangeRefused, UnknownRecord
from partnerships.services.known import known_account

log = logging.getLogger(__name__)


def write_identity_of_file(code: str, said: Identity, *, by: str, at: datetime) -> models.Partner:
    """The partner of a file, within the transaction that loads the file and holds its partners.

    A new partner, and one that no submitted text names, is written as the file says. Else what the
    file says otherwise is proposed: once, and in place of what another file proposed. What a person
    refused last is not proposed again.

    Raises:
        AccountNeeded: ``by`` is no account that could have proposed it.
        SecondPersonNeeded: ``by`` acts for the partner.
    """
    partner: models.Partner
    partner, is_new = models.Partner.objects.get_or_create(code=code, defaults=asdict(said))
    if is_new:
        return partner
    if lock_objects.is_named_now(partner):
        _propose(partner, said, by=by, at=at)
    elif said != lock_objects.identity_now(partner):
        _write(partner, said)
    return partner


def _propose(partner: models.Partner, said: Identity, *, by: str, at: datetime) -> None:
    known, last = lock_objects.identity_now(partner), lock_objects.last_change_now(partner)
    waits = last if last is not None and last.is_waiting else None
    if (waits is None and said == known) or _is_settled(last, said):
        return
    asked_by = known_account(by)
    rules.check_may_rename(acts_for_partner=_acts_for(partner, asked_by))
    if waits is not None:
        _close(waits, by=asked_by, because="Another file says otherwise.", at=at, is_replaced=True)
    if said == known:
        return
    before = {f"was_{name}": value for name, value in asdict(known).items()}
    row = partner.changes.create(
        live_key=partner.pk, asked_by=asked_by, asked_at=at, **asdict(said), **before
    )
    log.info("change of a partner proposed: partner=%s change=%s", partner.uuid, row.uuid)


@in_transaction
def confirm_partner_change(change: UUID, *, by: int, at: datetime) -> None:
    """Let a partner be called otherwise, as another person of the host than who proposed it."""
    with _locked_change(change) as row:
        partner = row.partner
        rules.check_may_confirm_change(
            by=by, asked_by=row.asked_by, acts_for_partner=_acts_for(partner, by)
        )
        moments = [row.asked_at, lock_objects.last_renamed_now(partner)]
        rules.check_not_before(moments, at=at, version=str(partner))
        row.confirmed_by, row.confirmed_at, row.live_key = by, at, None
        row.save(update_fields=["confirmed_by", "confirmed_at", "live_key"])
        _write(partner, selectors.identity_of(row))
    log.info("change of a partner confirmed: partner=%s change=%s", partner.uuid, change)


@in_transaction
def refuse_partner_change(change: UUID, *, because: str, by: int, at: datetime) -> None:
    """Leave a partner called as it is; who proposed the change may refuse it as well."""
    said = rules.kept_reason(because, ChangeRefused)
    if not said:
        raise ChangeRefused("Say why the partner is not called that; the reason is kept.")
    with _locked_change(change) as row:
        rules.check_may_rename(acts_for_partner=_acts_for(row.partner, by))
        _close(row, by=by, because=said, at=at)


def _is_settled(last: models.PartnerChange | None, said: Identity) -> bool:
    """Whether this waits already, or is what a person refused last."""
    if last is None or selectors.identity_of(last) != said:
        return False
    return last.is_waiting or selectors.was_refused(last)


def _write(partner: models.Partner, said: Identity) -> None:
    told = asdict(said)
    for name, value in told.items():
        setattr(partner, name, value)
    partner.save(update_fields=list(told))


def _close(
    row: models.PartnerChange, *, by: int, because: str, at: datetime, is_replaced: bool = False
) -> None:
    told = {"refused_by": by, "refused_at": at, "refused_because": because}
    for name, value in {**told, "is_replaced": is_replaced, "live_key": None}.items():
        setattr(row, name, value)
    row.save(update_fields=[*told, "is_replaced", "live_key"])
    log.info("change of a partner refused: change=%s by=%s", row.uuid, by)


def _acts_for(partner: models.Partner, user_id: int) -> bool:
    return bool(partner.people.filter(user_id=user_id).exists())


@contextmanager
def _locked_change(change: UUID) -> Iterator[models.PartnerChange]:
    found = models.PartnerChange.objects.filter(uuid=change).first()
    if found is None:
        raise UnknownRecord("There is no change of a partner %(key)s.", key=change)
    with lock_objects.locked_partner(found.partner):
        row = lock_objects.change_now(change)
        if not row.is_waiting:
            raise ChangeRefused("This was decided already.")
        yield row
