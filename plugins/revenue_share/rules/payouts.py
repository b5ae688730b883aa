"""What follows from the entries of a bank for a payout, and which entries of the ledger it makes.

Nothing here depends on the order in which files come: what was debited counts in the order in
which it became known, and what comes back is looked at after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from fairgate.money import Money
from partnerships.data import PLATFORM

from ..data import (
    AcceptedAs,
    Account,
    BankStanding,
    Entry,
    EntryFault,
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
    """Where a payout stands by all that the bank has told of it.

    The first debit that is right, or accepted, executes it. Each further one is a duplicate until
    as much comes back. What comes back after that returns it. A wrong debit and a credit of the
    same amount undo each other, and fees that were accepted are beside all that.
    """
    known = sorted(entries, key=lambda entry: entry.id)
    charges = tuple(entry for entry in known if entry.accepted_as is AcceptedAs.CHARGE)
    debits = [entry for entry in known if not entry.is_credit and entry not in charges]
    came_in = [entry for entry in known if entry.is_credit and entry not in charges]
    if ordered.is_rejected:
        return BankStanding(
            state=PayoutState.REJECTED,
            charges=charges,
            faults=_faults_of_a_rejected(ordered, *_not_undone(debits, came_in)),
        )
    right = [entry for entry in debits if _executes(ordered, entry)]
    executed = right[0] if right else None
    back = [entry for entry in came_in if executed and _returns(executed, entry)]
    wrong, strange = _not_undone(
        [entry for entry in debits if entry not in right],
        [entry for entry in came_in if entry not in back],
    )
    faults = [(entry, EntryFault.WRONG_AMOUNT) for entry in wrong]
    if executed is None:
        faults += [(entry, EntryFault.UNEXPECTED) for entry in strange]
        state = PayoutState.HELD if wrong else PayoutState.ORDERED
        return BankStanding(state=state, charges=charges, faults=tuple(faults))
    again = right[1:]
    faults += [(entry, EntryFault.WRONG_AMOUNT) for entry in strange]
    faults += [(entry, EntryFault.DUPLICATE) for entry in again[len(back) :]]
    returned = back[len(again)] if len(back) > len(again) else None
    faults += [(entry, EntryFault.UNEXPECTED) for entry in back[len(again) + 1 :]]
    return BankStanding(
        state=PayoutState.RETURNED if returned else PayoutState.PAID,
        executed=executed,
        returned=returned,
        came_back=tuple(back),
        charges=charges,
        faults=tuple(faults),
    )


def _executes(ordered: Ordered, entry: Entry) -> bool:
    return entry.accepted_as is AcceptedAs.PAYMENT or is_as_ordered(ordered, entry)


def _returns(executed: Entry, entry: Entry) -> bool:
    return entry.accepted_as is AcceptedAs.PAYMENT or entry.amount == executed.amount


def _not_undone(
    debits: Sequence[Entry], came_in: Sequence[Entry]
) -> tuple[list[Entry], list[Entry]]:
    """What is left where a debit and a credit of the same amount are nothing together."""
    rest = list(came_in)
    left: list[Entry] = []
    for debit in debits:
        mirror = next((entry for entry in rest if entry.amount == debit.amount), None)
        if mirror is None:
            left.append(debit)
        else:
            rest.remove(mirror)
    return left, rest


def _faults_of_a_rejected(
    ordered: Ordered, debits: Sequence[Entry], came_in: Sequence[Entry]
) -> tuple[tuple[Entry, EntryFault], ...]:
    executed = {entry.id for entry in debits if _executes(ordered, entry)}
    faults = [
        (entry, EntryFault.REJECTED if entry.id in executed else EntryFault.WRONG_AMOUNT)
        for entry in debits
    ]
    return (*faults, *((entry, EntryFault.UNEXPECTED) for entry in came_in))


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
