"""What the bank has done with payouts, from the files of our account: each entry once.

An entry is stored as it came; what it means is computed from all that is known of its payout, in
the order in which it became known. What is not as it was ordered waits for two people.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction
from fee_payments import api as fees

from .. import conf, lock_objects
from ..data import (
    SENT,
    AcceptedAs,
    BankStanding,
    CauseKind,
    EntryFault,
    PayoutState,
    Period,
    RecordedFile,
)
from ..exceptions import PayoutRefused, StepNotFound
from ..models import Payout, PayoutAcceptance, PayoutEntry
from ..rules import payouts as rules
from ..selectors import payouts as reads
from .asking_once import ask_once, step_uuid
from .deciding import check_reason, confirm, refuse, waiting
from .ledger import post

if TYPE_CHECKING:
    from fee_payments.bank_files import BankEntry, BankStatement

log = logging.getLogger(__name__)

_FAULTS = {
    EntryFault.WRONG_AMOUNT: gettext_lazy(
        "%(entry)s: %(amount)s is not what was ordered with %(id)s."
    ),
    EntryFault.DUPLICATE: gettext_lazy("%(entry)s: %(id)s was executed once more."),
    EntryFault.UNEXPECTED: gettext_lazy(
        "%(entry)s: nothing is known of %(id)s that this could be."
    ),
    EntryFault.REJECTED: gettext_lazy(
        "%(entry)s: %(id)s was executed after all, and its statement is in another payout."
    ),
}

#: A bank may book on a day that has not begun, or is over, in UTC.
_OTHER_ZONES = timedelta(days=1)

#: Where the bank should not act any more.
_OVER = (PayoutState.REJECTED, PayoutState.RETURNED)

#: Where entries of the bank may still change something.
_OPEN = (*SENT, PayoutState.PAID)


def record_bank_file(
    content: bytes, *, by: int | None, at: datetime, account: int | None = None
) -> RecordedFile:
    """Record what a bank's file says of payouts: paid, held, returned. Again, it changes nothing.

    ``account`` (an id of fee_payments) says with which mapping a CSV is read. A worker that dies
    leaves whole entries; the same file goes on from there.

    Raises:
        PaymentsError: the file cannot be read whole; nothing was taken.
        PayoutRefused: it is of none of our accounts.
    """
    statements = _of_ours(fees.read_bank_file(content, account=account))
    digest = hashlib.sha256(content).hexdigest()
    counted: Counter[str] = Counter()
    faults: list[str] = []
    for entry in (entry for one in statements for entry in one.entries if entry.is_booked):
        names = rules.ids_in(entry.reference) or rules.ids_in(entry.remittance)
        if len(names) > 1:
            faults.append(
                _("%(entry)s: it names several payouts. Ask the bank to book each by itself.")
                % {"entry": entry.position}
            )
        elif names:
            counted.update(_record(entry, names[0], digest, by, at, faults))
    return RecordedFile(
        paid=counted["paid"],
        returned=counted["returned"],
        held=counted["held"],
        known=counted["known"],
        faults=tuple(faults),
    )


def ask_acceptance(
    entry_id: int, *, accepted_as: AcceptedAs, reason: str, by: int, at: datetime, key: str
) -> UUID:
    """Ask that an entry of another amount is accepted, as the payment or as a fee of the bank.

    Raises:
        PayoutNotFound: there is no such entry.
        PayoutRefused: no reason, there is no such difference, it cannot be what is said, or one
            waits already.
        KeyReused: the key stands for another request.
    """
    entry, uuid, why = reads.get_entry(entry_id), step_uuid(key), reason.strip()

    def is_same(known: PayoutAcceptance) -> bool:
        told = (known.entry_id, known.accepted_as, known.reason)
        return told == (entry.pk, accepted_as.value, why)

    @transaction.atomic
    def ask() -> None:
        check_reason(reason, PayoutRefused)
        _check_acceptable(entry.payout, entry, accepted_as)
        PayoutAcceptance.objects.create(
            uuid=uuid, entry=entry, live_key=entry.pk, accepted_as=accepted_as.value, reason=why,
            asked_by=by, asked_at=at,
        )  # fmt: skip
        log.info("difference to be accepted: entry=%s as=%s by=%s", entry.pk, accepted_as, by)

    try:
        return ask_once(PayoutAcceptance, uuid, is_same=is_same, ask=ask)
    except IntegrityError:
        raise PayoutRefused("This waits for a second person already.") from None


@in_transaction
def accept(uuid: UUID, *, by: int, at: datetime) -> None:
    """Accept a difference as the second person, as what was asked: it is posted.

    Raises:
        StepNotFound, SecondPersonNeeded: there is none; the same person has asked.
        PayoutRefused: it was decided already, or there is no such difference any more.
    """
    closed = lock_objects.hold_lock_date()
    step = waiting(PayoutAcceptance, _acceptance_id(uuid), PayoutRefused, by=by)
    payout = lock_objects.lock_payout(step.entry.payout_id)
    accepted_as = AcceptedAs(step.accepted_as)
    _check_acceptable(payout, step.entry, accepted_as, is_locked=True)
    confirm(step, by=by, at=at)
    if accepted_as is AcceptedAs.CHARGE:
        _charge(payout, step.entry, closed, at)
    before = payout.state
    _take(payout, closed, at)
    if payout.state in _OVER and payout.state != before:
        settle_over([payout.statement_id], closed, at)


@in_transaction
def refuse_acceptance(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Do not accept it: the bank has to put it right.

    Raises:
        StepNotFound: there is none.
        PayoutRefused: no reason, or it was decided already.
    """
    check_reason(because, PayoutRefused)
    step = waiting(PayoutAcceptance, _acceptance_id(uuid), PayoutRefused)
    refuse(step, by=by, because=because, at=at)
    step.live_key = None
    step.save(update_fields=["live_key"])


def _of_ours(found: Sequence[BankStatement]) -> list[BankStatement]:
    try:
        ours = {(own.number, code) for code, own in conf.bank_accounts().items()}
    except ImproperlyConfigured as error:
        raise PayoutRefused(
            "The bank accounts in the settings cannot be read: %(why)s", why=error
        ) from None
    statements = [one for one in found if (one.account, one.currency) in ours]
    if not statements:
        raise PayoutRefused("The file is of no account that payouts are paid from.")
    return statements


def _record(
    entry: BankEntry, name: str, digest: str, by: int | None, at: datetime, faults: list[str]
) -> list[str]:
    """What an entry did: ``paid``, ``returned``, ``held``, ``known``; or a fault was noted."""
    pk = Payout.objects.filter(bare_id=name).values_list("pk", flat=True).first()
    if pk is None:
        faults.append(
            _("%(entry)s: %(id)s looks like one of our payouts, and is none.")
            % {"entry": entry.position, "id": name}
        )
        return []
    return _store(pk, entry, digest, by, at, faults)


@in_transaction
def _store(
    pk: int, entry: BankEntry, digest: str, by: int | None, at: datetime, faults: list[str]
) -> list[str]:
    closed = lock_objects.hold_lock_date()
    payout = lock_objects.lock_payout(pk)
    if PayoutEntry.objects.select_for_update().filter(key=entry.key).exists():
        return ["known"]
    day = entry.booked_on
    if (why := _not_of_ours(payout, entry, at)) or day is None:
        faults.append(str(why) % {"entry": entry.position, "id": payout.end_to_end_id, "day": day})
        return []
    row = PayoutEntry(
        key=entry.key, payout=payout, booked_on=day, is_credit=entry.is_credit,
        currency=entry.amount.currency, amount_minor=entry.amount.minor, recorded_at=at,
        recorded_by=by, file_sha256=digest,
    )  # fmt: skip
    row.save()
    before = payout.state
    standing = _take(payout, closed, at)
    if payout.state in _OVER and payout.state != before:
        settle_over([payout.statement_id], closed, at)
    fault = {one.id: fault for one, fault in standing.faults}.get(row.pk)
    if fault:
        faults.append(
            str(_FAULTS[fault]) % {"entry": entry.position, "id": payout.end_to_end_id,
                              "amount": entry.amount}
        )  # fmt: skip
    return [payout.state] if payout.state != before else []


def _not_of_ours(payout: Payout, entry: BankEntry, at: datetime) -> Promise | None:
    """Why an entry cannot be about this payout; ``None`` where it can."""
    approved_at = payout.batch.confirmed_at
    was_sent = payout.state not in (PayoutState.PROPOSED, PayoutState.REFUSED)
    if not was_sent or approved_at is None or not entry.amount or entry.booked_on is None:
        return gettext_lazy("%(entry)s: %(id)s was not sent to the bank by us.")
    first, last = utc_day(approved_at) - _OTHER_ZONES, utc_day(at) + _OTHER_ZONES
    if not first <= entry.booked_on <= last:
        return gettext_lazy(
            "%(entry)s: %(day)s is before %(id)s was approved, or has not come yet. Nothing was "
            "recorded of it; look how days are written in the file."
        )
    return None


def settle_over(statements: Collection[int], closed: Period | None, at: datetime) -> None:
    """Take what the bank has executed of payouts that were over, now that a statement is free.

    The caller has made them free in this transaction, and holds the lock date.
    """
    rows = Payout.objects.filter(statement__in=statements, state__in=[one.value for one in _OVER])
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        _take(lock_objects.lock_payout(pk), closed, at)


def _counts_again(payout: Payout) -> bool:
    """Whether the bank has executed a payout that was over, and no other has its statement.

    Then it counts: the database lets one have the statement.
    """
    told = reads.standing_of(payout, is_locked=True, counts_again=True)
    if told.state is not PayoutState.PAID or len(told.lives) == payout.lives:
        return False
    before = payout.state
    try:
        with transaction.atomic():
            payout.live_key, payout.state = payout.statement_id, PayoutState.ORDERED.value
            payout.save(update_fields=["live_key", "state"])
    except IntegrityError:
        payout.live_key, payout.state = None, before
        return False
    return True


def _charge(payout: Payout, entry: PayoutEntry, closed: Period | None, at: datetime) -> None:
    booked_at = datetime.combine(entry.booked_on, time.min, UTC)
    amount = Money.from_minor(entry.amount_minor, entry.currency)
    post(
        rules.charged(amount, is_credit=entry.is_credit),
        kind="payout_charge",
        cause_kind=CauseKind.PAYOUT.value,
        cause_uuid=payout.uuid,
        period=str(Period.of(booked_at).first_open(closed)),
        currency=entry.currency,
        occurred_at=booked_at,
        at=at,
        of=str(entry.pk),
    )


def _take(payout: Payout, closed: Period | None, at: datetime) -> BankStanding:
    """Bring a locked payout, and the books, to where its entries say that it stands.

    ``closed`` is the last closed month: what the bank has booked in it is posted in the next one.
    """
    if payout.state in _OVER and not _counts_again(payout):
        return reads.standing_of(payout, is_locked=True)
    standing = reads.standing_of(payout, is_locked=True)
    if payout.state not in _OPEN:
        return standing
    party = payout.statement.party
    amount = Money.from_minor(payout.amount_minor, payout.currency)
    if standing.executed and payout.state in SENT:
        payout.bank_minor = standing.executed.amount.minor
        payout.lives = len(standing.lives)
        legs = rules.executed(party, amount, standing.executed.amount)
        _post(payout, "payout", legs, standing.executed.booked_on, closed, at)
    if standing.returned:
        payout.live_key = None
        legs = rules.returned(party, amount, standing.returned.amount)
        _post(payout, "payout_returned", legs, standing.returned.booked_on, closed, at)
    payout.state = standing.state.value
    payout.save(update_fields=["bank_minor", "lives", "live_key", "state"])
    log.info("payout recorded: payout=%s state=%s", payout.uuid, payout.state)
    # One that came back may have been executed once too often: then that is the payment now.
    return _take(payout, closed, at) if standing.returned else standing


def _post(
    payout: Payout, kind: str, legs: Sequence[rules.Legs], booked_on: date, closed: Period | None,
    at: datetime,
) -> None:  # fmt: skip
    booked_at = datetime.combine(booked_on, time.min, UTC)
    for currency, postings in legs:
        is_second = currency != payout.currency
        post(
            postings,
            kind=f"{kind}_bank" if is_second else kind,
            cause_kind=CauseKind.PAYOUT.value,
            cause_uuid=payout.uuid,
            period=str(Period.of(booked_at).first_open(closed)),
            currency=currency,
            occurred_at=booked_at,
            at=at,
            of=str(payout.lives) if payout.lives > 1 else "",
        )


def _check_acceptable(
    payout: Payout, entry: PayoutEntry, accepted_as: AcceptedAs, *, is_locked: bool = False
) -> None:
    standing = reads.standing_of(payout, is_locked=is_locked)
    faults = {one.id: fault for one, fault in standing.faults}
    if faults.get(entry.pk) is not EntryFault.WRONG_AMOUNT:
        raise PayoutRefused("There is no difference in this entry that could be accepted.")
    is_executed_after_all = EntryFault.REJECTED in faults.values()
    may_be = [PayoutState.PAID] if entry.is_credit else [PayoutState.HELD, PayoutState.REJECTED]
    if accepted_as is AcceptedAs.PAYMENT and (payout.state not in may_be or is_executed_after_all):
        raise PayoutRefused(
            "It cannot be the payment or its return, as the payout stands: it can be a fee."
        )
    if entry.currency != payout.debit_currency:
        raise PayoutRefused("It is in another currency than the account it was paid from.")


def _acceptance_id(uuid: UUID) -> int:
    rows = PayoutAcceptance.objects.filter(uuid=uuid)
    pk: int | None = rows.values_list("pk", flat=True).first()
    if pk is None:
        raise StepNotFound("There is no difference %(key)s to accept.", key=uuid)
    return pk
