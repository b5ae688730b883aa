"""What follows from the entries of a bank for a payout, and which entries of the ledger it makes.

What was told counts in the order in which it became known. A return that is read before its debit
finds it when that comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from fairgate.money import Money
from partnerships.data import PLATFORM

from ..data import (
    AcceptedAs,
    Account,
    BankStanding,
    Entry,
    EntryFault,
    Life,
    Ordered,
    PayoutState,
    Posting,
)
from .postings import check_balanced

#: A currency and its legs; there are two of them where two currencies meet.
Legs = tuple[str, tuple[Posting, ...]]
#: The ids that we give, however a bank breaks and fills them.
_OURS = re.compile(r"RS[0-9]{6,12}[0-9A-F]{8}", re.ASCII)


def standing_of(ordered: Ordered, entries: Sequence[Entry]) -> BankStanding:
    """Where a payout stands by all that the bank has told of it, in the order it became known.

    The first debit that is right, or accepted, executes it. Each further one is a duplicate until
    its amount comes back. What comes back after that returns it; as long as ``ordered.lives`` lets
    it, the next debit executes it again. A wrong debit and a credit of the same amount undo each
    other, and fees that were accepted are beside all that.
    """
    known = sorted(entries, key=lambda entry: entry.id)
    charges = tuple(entry for entry in known if entry.accepted_as is AcceptedAs.CHARGE)
    told = _Told(0 if ordered.is_rejected else ordered.lives)
    for entry in known:
        if entry.accepted_as is not AcceptedAs.CHARGE:
            told.take(entry, is_right=entry.is_credit or _executes(ordered, entry))
    return BankStanding(
        state=PayoutState.REJECTED if ordered.is_rejected else told.state,
        lives=tuple(told.lives),
        charges=charges,
        faults=tuple(told.faults()),
    )


class _Told:
    """What a bank has told so far, of which nothing has been undone yet by something else."""

    def __init__(self, most_lives: int) -> None:
        self.lives: list[Life] = []
        self._most = most_lives
        self._wrong: list[Entry] = []
        self._again: list[Entry] = []
        self._came_in: list[Entry] = []

    @property
    def is_open(self) -> bool:
        """Whether it is executed, and has not come back."""
        return bool(self.lives) and self.lives[-1].returned is None

    @property
    def state(self) -> PayoutState:
        if self.lives:
            return PayoutState.PAID if self.is_open else PayoutState.RETURNED
        return PayoutState.HELD if self._wrong else PayoutState.ORDERED

    def take(self, entry: Entry, *, is_right: bool) -> None:
        """One more entry; what it settles of those before it is settled."""
        if entry.is_credit:
            self._came_in.append(entry)
        else:
            (self._again if is_right else self._wrong).append(entry)
        while self._settle():
            pass

    def _settle(self) -> bool:
        if self._again and not self.is_open and len(self.lives) < self._most:
            self.lives.append(Life(executed=self._again.pop(0)))
            return True
        return any(self._settles(credit) for credit in self._came_in)

    def _settles(self, credit: Entry) -> bool:
        """Whether a credit is the return of a debit: of one too many first, then of the payment."""
        for debits in (self._wrong, self._again):
            mirror = next((debit for debit in debits if debit.amount == credit.amount), None)
            if mirror is not None:
                debits.remove(mirror)
                self._came_in.remove(credit)
                return True
        if self.is_open and _returns(self.lives[-1].executed, credit):
            self.lives[-1] = Life(executed=self.lives[-1].executed, returned=credit)
            self._came_in.remove(credit)
            return True
        return False

    def faults(self) -> Iterator[tuple[Entry, EntryFault]]:
        """What a person has to look at."""
        yield from ((entry, EntryFault.WRONG_AMOUNT) for entry in self._wrong)
        more = EntryFault.DUPLICATE if self.is_open else EntryFault.REJECTED
        yield from ((entry, more) for entry in self._again)
        paid = [life.executed.amount for life in self.lives]
        for entry in self._came_in:
            is_known = not paid or entry.amount in paid
            yield entry, EntryFault.UNEXPECTED if is_known else EntryFault.WRONG_AMOUNT


def _executes(ordered: Ordered, entry: Entry) -> bool:
    return entry.accepted_as is AcceptedAs.PAYMENT or is_as_ordered(ordered, entry)


def _returns(executed: Entry, entry: Entry) -> bool:
    return entry.accepted_as is AcceptedAs.PAYMENT or entry.amount == executed.amount


def is_as_ordered(ordered: Ordered, entry: Entry) -> bool:
    """Whether our account was debited with what was ordered.

    Exactly, where the account is in the currency that is paid. Where the bank has converted from
    the currency of the statement its rate is its own: within the tolerance.
    """
    if entry.amount.currency != ordered.debit_currency:
        return False
    if ordered.debit_currency == ordered.pay.currency:
        return entry.amount == ordered.pay
    most = ordered.statement.minor * ordered.tolerance
    return abs(entry.amount.minor - ordered.statement.minor) * 100 <= most


def executed(party: str, statement: Money, charged: Money) -> tuple[Legs, ...]:
    """The statement is cleared, the bank has less; a difference is the platform's (5.3)."""
    return _legs(party, statement, charged, sign=1)


def returned(party: str, statement: Money, came_back: Money) -> tuple[Legs, ...]:
    """The mirror: it is owed again, the bank has what came back."""
    return _legs(party, statement, came_back, sign=-1)


def charged(amount: Money, *, is_credit: bool) -> tuple[Posting, ...]:
    """A fee of the bank beside a payment, or one that it gave back: it is the platform's."""
    units = -amount.minor if is_credit else amount.minor
    return check_balanced({(Account.FX_GAIN_LOSS, PLATFORM): units, (Account.BANK, ""): -units})


def ids_in(*texts: str) -> tuple[str, ...]:
    """The ids of payouts that stand in texts of a bank, in the form of ``bare``."""
    found = [name for text in texts for name in _OURS.findall(bare(text))]
    return tuple(dict.fromkeys(found))


def label(number: int) -> str:
    """How a frozen statement is called: ``RS-000004``."""
    return f"RS-{number:06d}"


def end_to_end_id(number: int, uuid: UUID) -> str:
    """What the payout with this key is called at banks: its statement, and eight signs of it."""
    return f"{label(number)}-{uuid.hex[:8].upper()}"


def message_id(uuid: UUID) -> str:
    """What the file of the batch with this key is called at banks."""
    return f"RS{uuid.hex[:28].upper()}"


def bare(text: str) -> str:
    """A text without all that banks add and leave out: letters and digits, in capitals."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _legs(party: str, statement: Money, bank: Money, *, sign: int) -> tuple[Legs, ...]:
    owed, difference = (Account.PAYABLE_CLEARED, party), (Account.FX_GAIN_LOSS, PLATFORM)
    account = (Account.BANK, "")
    if statement.currency == bank.currency:
        sums = {
            owed: sign * statement.minor,
            difference: sign * (bank.minor - statement.minor),
            account: -sign * bank.minor,
        }
        return ((statement.currency, check_balanced(sums)),)
    return (
        (
            statement.currency,
            check_balanced({owed: sign * statement.minor, difference: -sign * statement.minor}),
        ),
        (
            bank.currency,
            check_balanced({difference: sign * bank.minor, account: -sign * bank.minor}),
        ),
    )
