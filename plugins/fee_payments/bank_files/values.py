"""What is read from a bank's file, whatever its format was."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fairgate.money import Money


class FileKind(StrEnum):
    """The formats that are read.

    ``camt.053`` is a statement, ``camt.054`` a notification of credits and debits before it (both
    ISO 20022); ``mt940`` is SWIFT's older statement; ``csv`` is what a bank's web page exports.
    """

    CAMT053 = "camt.053"
    CAMT054 = "camt.054"
    MT940 = "mt940"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankEntry:
    """One payment on an account, as the bank states it.

    ``booked_on`` is the bank's own day, ``None`` only while ``is_booked`` is false (the bank has
    announced it and may take it back). ``value_on`` is the day from which interest counts.

    ``amount`` is never negative; it is nothing where a bank reports an entry of nothing, as some
    do when an account is closed. ``is_credit`` says whether money came **in**; the reversal of a
    credit is a debit, with ``is_reversal``.

    ``reference`` is what the payer's own system has given (ISO 20022 ``EndToEndId``), ``""`` if
    nothing; ``bank_reference`` is the bank's. ``remittance`` is what the payer wrote, on one line;
    ``structured_reference`` is a creditor's reference that came in a field of its own (ISO 11649,
    or a national one). ``payer_name`` and ``payer_account`` are of the other side: who has paid a
    credit, who was paid by a debit. All of these are text from strangers, and nothing else.

    ``position`` is where it stands in the file, for sentences about it. ``key`` is the same for
    the same entry in another file; ``entry_keys`` says when.
    """

    booked_on: date | None
    value_on: date | None
    amount: Money
    is_credit: bool
    is_reversal: bool = False
    is_booked: bool = True
    reference: str = ""
    bank_reference: str = ""
    remittance: str = field(default="", repr=False)
    structured_reference: str = ""
    payer_name: str = field(default="", repr=False)
    payer_account: str = field(default="", repr=False)
    position: str
    key: str = ""

    @property
    def signed(self) -> Money:
        """The amount as it changes the balance: negative for a debit."""
        return self.amount if self.is_credit else -self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStatement:
    """The entries of one account in one currency, over some days.

    ``account`` is an IBAN or what the bank calls the account, in capitals without blanks.
    ``statement_id`` is the bank's, ``""`` for a CSV. The days are ``None`` where neither the file
    says them nor an entry has one. A balance is negative when the account is overdrawn, ``None``
    when the file does not state it. ``currency`` is ``""`` only if a notification names none and
    has no entry.
    """

    kind: FileKind
    account: str = field(repr=False)
    currency: str
    statement_id: str
    from_on: date | None
    to_on: date | None
    opening_balance: Money | None
    closing_balance: Money | None
    entries: tuple[BankEntry, ...]


def plain_account(text: str) -> str:
    """An account's number as it is compared: in capitals, without blanks."""
    return "".join(text.split()).upper()
