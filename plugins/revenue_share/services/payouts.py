"""Payouts: proposed by one person, approved by another, written into one file for the bank.

A statement is paid once. Who wins is decided by the database: ``live_key`` of a payout is unique.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID, uuid4

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django.db.models import QuerySet

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.transactions import in_transaction

from .. import conf, lock_objects, sealing
from ..data import (
    AccountDetails,
    Payable,
    PaymentOrder,
    PayoutState,
    Transfer,
    TransferBlock,
    TransferFile,
)
from ..exceptions import PayoutRefused
from ..models import Payout, PayoutAccount, PayoutBatch, Statement
from ..payment_files import is_in_sepa, write_transfers
from ..rules import payouts as rules
from ..selectors import payouts as reads
from ..selectors.frozen import is_as_frozen
from .asking_once import ask_once, step_uuid
from .deciding import check_reason, refuse, waiting
from .payout_records import settle_over

log = logging.getLogger(__name__)

#: Banks take orders for so many days ahead.
_AHEAD = timedelta(days=90)


def propose_batch(
    numbers: Iterable[int], *, execute_on: date, reason: str, by: int, at: datetime, key: str
) -> UUID:
    """Propose to pay these statements (their numbers) on a day; the key of the batch.

    Raises:
        PayoutRefused: no reason, no such day, nothing to pay, or one of them cannot be paid: it is
            being paid already, has no account, no rate is known.
        KeyReused: the key stands for another request.
    """
    wanted, uuid = sorted(set(numbers)), step_uuid(key)

    def is_same(known: PayoutBatch) -> bool:
        paid = known.payouts.select_for_update().values_list("statement__number", flat=True)
        told = (known.execute_on, known.reason, sorted(paid))
        return told == (execute_on, reason.strip(), wanted)

    def ask() -> None:
        _check_batch(wanted, execute_on, reason, at)
        _write_batch(uuid, wanted, execute_on, reason, by, at)

    try:
        return ask_once(PayoutBatch, uuid, is_same=is_same, ask=ask)
    except IntegrityError:
        raise PayoutRefused(
            "One of these statements is being paid by somebody else at this moment."
        ) from None


@in_transaction
def approve_batch(uuid: UUID, *, by: int, at: datetime) -> None:
    """Approve a batch as the second person: its file for the bank is made, once.

    Raises:
        PayoutNotFound, SecondPersonNeeded: there is none; the same person has proposed it.
        PayoutRefused: it was decided already, an account or a statement is another one by now, or
            there is no key to encrypt the file with.
    """
    row = waiting(PayoutBatch, reads.batch_row(uuid).pk, PayoutRefused, by=by)
    payouts = list(_payouts_of(row).select_for_update())
    # Locked, so that nobody confirms another account of these parties at the same moment.
    accounts = PayoutAccount.objects.select_for_update().order_by("pk")
    live = accounts.in_bulk({payout.account_id for payout in payouts})
    for payout in payouts:
        _check_unchanged(payout, live[payout.account_id])
    content = _file(row, payouts, at)
    row.sealed, row.sha256 = sealing.seal(content, row.uuid), _digest(content)
    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["sealed", "sha256", "confirmed_by", "confirmed_at"])
    _payouts_of(row).update(state=PayoutState.ORDERED.value)
    log.info("payouts approved: batch=%s payouts=%s by=%s", row.uuid, len(payouts), by)


@in_transaction
def refuse_batch(uuid: UUID, *, by: int, because: str, at: datetime) -> None:
    """Do not pay; who has proposed it may take it back. The statements can be paid again.

    Raises:
        PayoutNotFound: there is none.
        PayoutRefused: no reason, or it was decided already.
    """
    check_reason(because, PayoutRefused)
    closed = lock_objects.hold_lock_date()
    row = waiting(PayoutBatch, reads.batch_row(uuid).pk, PayoutRefused)
    refuse(row, by=by, because=because, at=at)
    statements = list(_payouts_of(row).values_list("statement_id", flat=True))
    _payouts_of(row).update(state=PayoutState.REFUSED.value, live_key=None)
    settle_over(statements, closed, at)


def payment_order(uuid: UUID) -> PaymentOrder:
    """The file of an approved batch: the same bytes every time.

    Raises:
        PayoutNotFound: there is no such batch.
        PayoutRefused: it is not approved, or it cannot be read.
    """
    row = reads.batch_row(uuid)
    if not row.sealed:
        raise PayoutRefused("There is a file for the bank once a second person has approved.")
    content = sealing.open_sealed(row.sealed, row.uuid)
    if _digest(content) != row.sha256:
        raise PayoutRefused("The file is not what was approved.")
    return PaymentOrder(name=f"{row.message_id}.xml", content=content, sha256=row.sha256)


def _check_batch(wanted: Sequence[int], execute_on: date, reason: str, at: datetime) -> None:
    check_reason(reason, PayoutRefused)
    if not utc_day(at) <= execute_on <= utc_day(at) + _AHEAD:
        raise PayoutRefused(
            "The day of payment is today or one of the next 90 days.", field="execute_on"
        )
    if not wanted:
        raise PayoutRefused("Choose at least one statement to be paid.", field="statements")


@in_transaction
def _write_batch(
    uuid: UUID, wanted: Sequence[int], execute_on: date, reason: str, by: int, at: datetime
) -> None:
    rows = {row.number: row for row in reads.to_be_paid().filter(number__in=wanted)}
    batch = PayoutBatch.objects.create(
        uuid=uuid, message_id=rules.message_id(uuid), execute_on=execute_on,
        reason=reason.strip(), asked_by=by, asked_at=at,
    )  # fmt: skip
    for number in wanted:
        if number not in rows:
            raise PayoutRefused(
                "%(statement)s is not to be paid: it is being paid, or nothing is due.",
                statement=_label(number),
            )
        _write_payout(batch, rows[number])
    log.info("payouts proposed: batch=%s payouts=%s by=%s", uuid, len(wanted), by)


def _write_payout(batch: PayoutBatch, row: Statement) -> None:
    found: Payable = reads.payable(row)
    if found.refusal or found.conversion is None or found.account_id is None:
        raise PayoutRefused(
            "%(statement)s: %(why)s", statement=_label(row.number), why=found.refusal
        )
    uuid = uuid4()
    name = rules.end_to_end_id(row.number, uuid)
    by_rates = [rate.id for rate in found.conversion.rates]
    Payout.objects.create(
        uuid=uuid, batch=batch, statement=row, account_id=found.account_id, end_to_end_id=name,
        bare_id=rules.bare(name), live_key=live_key(row.pk), state=PayoutState.PROPOSED.value,
        currency=found.amount.currency, amount_minor=found.amount.minor,
        pay_currency=found.conversion.converted.currency,
        pay_minor=found.conversion.converted.minor, debit_currency=found.debit_currency,
        first_rate_id=by_rates[0] if by_rates else None,
        second_rate_id=by_rates[1] if by_rates[1:] else None, tolerance=conf.bank_rate_percent(),
    )  # fmt: skip


def live_key(statement_id: int) -> int:
    """What only one live payout of a statement can have."""
    return statement_id


def _check_unchanged(payout: Payout, account: PayoutAccount) -> None:
    if account.live_key is None:
        raise PayoutRefused(
            "The account of %(party)s was changed since this was proposed; refuse it, and "
            "propose it again.",
            party=account.party,
        )
    if name := reads.unsettled([payout.statement_id]).get(payout.statement_id):
        raise PayoutRefused(
            "The bank has debited %(name)s, which is over: that has to be settled first.", name=name
        )
    if not is_as_frozen(payout.statement):
        raise PayoutRefused(
            "%(statement)s is not what was frozen.", statement=_label(payout.statement.number)
        )


def _payouts_of(row: PayoutBatch) -> QuerySet[Payout]:
    rows: QuerySet[Payout] = Payout.objects.filter(batch=row).order_by("pk")
    return rows


def _file(row: PayoutBatch, payouts: Sequence[Payout], at: datetime) -> bytes:
    try:
        ours = conf.bank_accounts()
        blocks = tuple(_blocks(row, payouts, ours))
    except (ImproperlyConfigured, KeyError) as error:
        raise PayoutRefused(
            "The bank account that this is paid from is not in the settings: %(why)s", why=error
        ) from None
    return write_transfers(
        TransferFile(
            message_id=row.message_id,
            made_at=at,
            initiator=blocks[0].account.holder,
            blocks=blocks,
        )
    )


def _blocks(
    row: PayoutBatch, payouts: Sequence[Payout], ours: Mapping[str, AccountDetails]
) -> Iterator[TransferBlock]:
    def group(payout: Payout) -> tuple[str, bool]:
        return payout.debit_currency, is_sepa[payout.pk]

    opened = {one.pk: _opened(one.account) for one in payouts}
    is_sepa = {
        one.pk: one.pay_currency == one.debit_currency == "EUR"
        and is_in_sepa(opened[one.pk])
        and is_in_sepa(ours[one.debit_currency])
        for one in payouts
    }
    for place, ((currency, sepa), members) in enumerate(
        groupby(sorted(payouts, key=group), key=group), start=1
    ):
        yield TransferBlock(
            block_id=f"{row.message_id}-{place}",
            account=ours[currency],
            currency=currency,
            execute_on=row.execute_on,
            is_sepa=sepa,
            transfers=tuple(_transfer(one, opened[one.pk]) for one in members),
        )


def _opened(account: PayoutAccount) -> AccountDetails:
    return sealing.open_account(account.sealed, account.uuid)


def _transfer(payout: Payout, to: AccountDetails) -> Transfer:
    statement = payout.statement
    return Transfer(
        end_to_end_id=payout.end_to_end_id,
        amount=Money.from_minor(payout.pay_minor, payout.pay_currency),
        to=to,
        remittance=f"Statement {_label(statement.number)} {statement.party} {statement.period}",
    )


def _label(number: int) -> str:
    return rules.label(number)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
