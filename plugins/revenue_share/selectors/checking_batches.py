"""Proves that payouts are in a batch that stands where they do, and in its file for the bank.

Batches are read by the page, which asks for their payouts at once. A file can be proved where the
settings have keys; without them, nobody can open it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from django.core.exceptions import ImproperlyConfigured

from fairgate.money import Money
from fairgate_tables.paging import pages

from .. import conf, sealing
from ..data import Fault, PayoutState, ReadTransfers
from ..exceptions import PayoutRefused
from ..models import Payout, PayoutBatch
from ..payment_files import read_transfers
from ..rules import payouts as rules

_ORDERED = frozenset(PayoutState) - {PayoutState.PROPOSED, PayoutState.REFUSED}

#: A batch with its payouts.
Batch = tuple[PayoutBatch, Sequence[Payout]]


def _batches() -> Iterator[Batch]:
    for page in pages(PayoutBatch.objects.defer("sealed")):
        yield from _with_payouts(page)


def _with_payouts(page: Sequence[PayoutBatch]) -> Iterator[Batch]:
    rows = Payout.objects.filter(batch__in=page).select_related("statement", "account")
    found: dict[int, list[Payout]] = {}
    for row in rows.defer("statement__document").order_by("pk"):
        found.setdefault(row.batch_id, []).append(row)
    yield from ((batch, found.get(batch.pk, [])) for batch in page)


def _payouts_stand_where_their_batch_does() -> Iterator[Fault]:
    for batch, rows in _batches():
        may_be = _states(batch)
        strange = [f"{row} is {row.state}" for row in rows if row.state not in may_be]
        if strange or not rows:
            sentence = f"{strange[0]}." if strange else "its payouts are gone."
            yield Fault(invariant="payout is in its batch", row=str(batch), sentence=sentence)


def _states(batch: PayoutBatch) -> frozenset[PayoutState]:
    if batch.is_waiting:
        return frozenset({PayoutState.PROPOSED})
    return _ORDERED if batch.confirmed_at else frozenset({PayoutState.REFUSED})


def _names_follow_from_their_keys() -> Iterator[Fault]:
    invariant = "name of a payout follows from its key"
    for batch, rows in _batches():
        if batch.message_id != rules.message_id(batch.uuid):
            sentence = "it is not what its key makes of it."
            yield Fault(invariant=invariant, row=str(batch), sentence=sentence)
        for row in rows:
            name = rules.end_to_end_id(row.statement.number, row.uuid)
            is_ours = row.debit_currency in (row.pay_currency, row.currency)
            if (row.end_to_end_id, row.bare_id) != (name, rules.bare(name)) or not is_ours:
                sentence = f"its key and its statement make {name} of it."
                yield Fault(invariant=invariant, row=str(row), sentence=sentence)


def _files_ask_for_their_payouts() -> Iterator[Fault]:
    if not _has_keys():
        return
    sealed = PayoutBatch.objects.filter(confirmed_at__isnull=False)
    for page in pages(sealed):
        for batch, rows in _with_payouts(page):
            if why := _not_asked_for(batch, rows):
                yield Fault(invariant="file asks for its payouts", row=str(batch), sentence=why)


def _has_keys() -> bool:
    try:
        return bool(conf.payout_keys())
    except ImproperlyConfigured:
        return False


def _not_asked_for(batch: PayoutBatch, rows: Sequence[Payout]) -> str:
    """Why the file of a batch is not the one that asks for its payouts; "" where it is."""
    try:
        content = sealing.open_sealed(batch.sealed, batch.uuid)
        wanted = sorted(_wanted(batch, row) for row in rows)
    except PayoutRefused as error:
        return str(error)
    if hashlib.sha256(content).hexdigest() != batch.sha256:
        return "it does not have its hash."
    try:
        told = read_transfers(content)
    except ValueError as error:
        return str(error)
    total = sum((amount for _, amount, *_ in wanted), Decimal(0))
    head = (told.message_id, told.count, told.control_sum)
    if head != (batch.message_id, len(rows), total) or _told(told) != wanted:
        return "it asks for other payments than its payouts."
    return ""


#: Name, amount, its currency, that of our account, the day, and the number of the account.
_Asked = tuple[str, Decimal, str, str, str, str]


def _wanted(batch: PayoutBatch, row: Payout) -> _Asked:
    amount = Money.from_minor(row.pay_minor, row.pay_currency)
    account = sealing.open_account(row.account.sealed, row.account.uuid)
    return (
        row.end_to_end_id, amount.amount, amount.currency, row.debit_currency,
        batch.execute_on.isoformat(), account.number,
    )  # fmt: skip


def _told(told: ReadTransfers) -> list[_Asked]:
    return sorted(
        (one.end_to_end_id, one.amount, one.currency, one.debit_currency, one.execute_on,
         one.number)
        for one in told.transfers
    )  # fmt: skip


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _payouts_stand_where_their_batch_does,
    _names_follow_from_their_keys,
    _files_ask_for_their_payouts,
)
