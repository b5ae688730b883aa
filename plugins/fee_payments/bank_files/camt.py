"""Reads camt.053 (statements) and camt.054 (notifications) of ISO 20022.

The structure is that of the message definitions (iso20022.org, "Bank-to-Customer Cash Management"),
versions 02, 04, 08, 10 and 11. What differs between them is read in each way: the status of an
entry (a code in 02 and 04, ``Sts/Cd`` later), the name of a party (``Dbtr/Nm``, later
``Dbtr/Pty/Nm``), the amount of a transaction (``AmtDtls`` in 02, also ``Amt`` later).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fairgate.money import Money

from ..exceptions import BankFileError
from . import limits
from .balances import check_balances
from .camt_elements import Fields, Part, parts
from .camt_entries import Keyed, entries_of
from .entry_keys import with_keys
from .iso_amounts import day, money
from .values import BankStatement, FileKind, plain_account

# Opening booked, else the closing of the day before; closing booked (ISO 20022 external code list
# BalanceType12Code). Others (available, forward, interim) are no sums of booked entries.
_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)


@dataclass(slots=True)
class _Open:
    """What has been read of the statement that has not ended yet."""

    number: int
    details: list[Part] = field(default_factory=list)
    balances: list[tuple[str, date | None, Money]] = field(default_factory=list)
    entries: list[Keyed] = field(default_factory=list)
    number_of_entries: int = 0

    @property
    def place(self) -> str:
        return f"statement {self.number}"


def read_camt(content: bytes, *, kind: FileKind) -> tuple[BankStatement, ...]:
    """The statements of a camt file, in its order.

    Raises:
        BankFileError: the file is not whole, or something in it is not what it should be.
    """
    statements: list[BankStatement] = []
    now, count = _Open(number=1), 0
    for part in parts(content, kind):
        if part.name == "TxDtls":
            now.details.append(part)
            limits.check_count(count + len(now.details))
        elif part.name == "Ntry":
            count += _take_entry(now, part)
            limits.check_count(count)
        elif part.name == "Bal":
            now.balances.append(_balance(part, now))
        else:
            statements.append(_statement(part.fields, now, kind))
            now = _Open(number=now.number + 1)
    if not statements:
        raise BankFileError("The file has no statement in it.")
    return tuple(statements)


def _take_entry(now: _Open, part: Part) -> int:
    now.number_of_entries += 1
    place = f"{now.place}, entry {now.number_of_entries}"
    details, now.details = now.details, []
    found = entries_of(part, details, place=place)
    now.entries.extend(found)
    return len(found)


def _balance(part: Part, now: _Open) -> tuple[str, date | None, Money]:
    fields, place = part.fields, f"{now.place}, line {part.line}"
    amount = money(fields.one("Amt"), fields.one("Amt@Ccy"), place=place, field="Bal/Amt")
    on = day(fields.one("Dt/Dt", "Dt/DtTm"), place=place, field="Bal/Dt")
    side = fields.one("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        said = f"“{side}” is neither CRDT nor DBIT."
        raise BankFileError(said, place=place, field="Bal/CdtDbtInd")
    code = fields.one("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry")
    return code, on, amount if side == "CRDT" else -amount


def _statement(fields: Fields, now: _Open, kind: FileKind) -> BankStatement:
    account = plain_account(fields.one("Acct/Id/IBAN", "Acct/Id/Othr/Id"))
    if not account:
        raise BankFileError("names no account.", place=now.place, field="Acct/Id")
    currency = _currency(fields, now)
    opening, closing = _first(now.balances), _last(now.balances)
    entries = with_keys(account, now.entries)
    check_balances(entries, opening, closing, place=now.place)
    days = [entry.booked_on for entry in entries if entry.booked_on]
    return BankStatement(
        kind=kind,
        account=account,
        currency=currency,
        statement_id=fields.one("Id"),
        from_on=_day_of(fields, "FrDtTm", now) or min(days, default=None),
        to_on=_day_of(fields, "ToDtTm", now) or max(days, default=None),
        opening_balance=opening,
        closing_balance=closing,
        entries=entries,
    )


def _currency(fields: Fields, now: _Open) -> str:
    """The account's currency, which is that of every entry and every balance (ISO 20022)."""
    stated = fields.one("Acct/Ccy")
    balances = [amount.currency for _, _, amount in now.balances]
    entries = [entry.amount.currency for entry, _ in now.entries]
    currency = stated or next(iter(balances + entries), "")
    for entry, _ in now.entries:
        if entry.amount.currency != currency:
            said = f"is in {entry.amount.currency}, and the account in {currency}."
            raise BankFileError(said, place=entry.position, field="Amt")
    if any(other != currency for other in balances):
        said = f"is not in {currency}, the currency of the account."
        raise BankFileError(said, place=now.place, field="Bal/Amt")
    return currency


def _day_of(fields: Fields, name: str, now: _Open) -> date | None:
    return day(fields.one(f"FrToDt/{name}"), place=now.place, field=f"FrToDt/{name}")


def _first(balances: list[tuple[str, date | None, Money]]) -> Money | None:
    """The balance before the first day: a statement of several days may state one for each."""
    for code in _OPENING:
        found = [(on or date.min, amount) for name, on, amount in balances if name == code]
        if found:
            return min(found, key=lambda one: one[0])[1]
    return None


def _last(balances: list[tuple[str, date | None, Money]]) -> Money | None:
    found = [(on or date.min, amount) for name, on, amount in balances if name in _CLOSING]
    # max() keeps the first of equals, and of two on one day the later in the file is the last.
    return max(reversed(found), key=lambda one: one[0])[1] if found else None
