"""The books as a ledger of beancount, which then proves them by its own arithmetic.

Every account is opened, every transaction has its legs to the exact decimal of its currency, and
every balance is asserted at the end, without any tolerance. A transaction stands on the day it
happened; where its month was closed by then, on the first day of the month it is counted in, so
that the months of both ledgers agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, timedelta

from fairgate.money import Money

from ..data import Account, Balance, JournalTransaction, Period

_GROUPS = {
    Account.GATEWAY_CLEARING: "Assets",
    Account.BANK: "Assets",
    Account.RECEIVABLE: "Assets",
    Account.DISPUTE_FEE: "Assets",
    Account.PROCESSOR_FEE: "Expenses",
    Account.FEE_LOST: "Expenses",
    Account.FX_GAIN_LOSS: "Income",
}
# A name that begins like the ones we make is made, too: so no two parties have one name.
_MADE = "X-"
_PLAIN = re.compile(r"[A-Z0-9][A-Za-z0-9-]*", re.ASCII)
_FIRST_DAY = date(1970, 1, 1)


def ledger(
    transactions: Iterable[JournalTransaction], balances: Sequence[Balance]
) -> Iterator[str]:
    """The lines of a ledger: ``balances`` are what all transactions together come to."""
    yield 'option "title" "Fairgate: the books of revenue shares"\n'
    yield from _opened(balances)
    last = _FIRST_DAY
    for one in transactions:
        day = _day(one)
        last = max(last, day)
        yield from _transaction(one, day)
    yield "\n"
    for balance in balances:
        # Asserted at the beginning of its day.
        yield f"{last + timedelta(days=1)} balance {_of(balance)} {_exactly(balance.amount)}\n"


def account_name(account: Account, party: str = "") -> str:
    """How an account is called there: ``Liabilities:Payable-On-Hold:GSMA``."""
    group = _GROUPS.get(account, "Liabilities")
    name = "-".join(word.capitalize() for word in account.value.split("_"))
    return f"{group}:{name}:{_party(party)}" if party else f"{group}:{name}"


def _party(code: str) -> str:
    if _PLAIN.fullmatch(code) and not code.startswith(_MADE):
        return code
    return _MADE + code.encode().hex().upper()


def _opened(balances: Sequence[Balance]) -> Iterator[str]:
    for account, party in dict.fromkeys((one.account, one.party) for one in balances):
        yield f"{_FIRST_DAY} open {account_name(account, party)}\n"
        if party:
            yield f"  party: {_quoted(party)}\n"


def _transaction(one: JournalTransaction, day: date) -> Iterator[str]:
    yield f"\n{day} * {_quoted(one.kind)}\n"
    yield f"  key: {_quoted(one.key)}\n"
    yield f"  event: {_quoted(one.cause)}\n"
    yield f"  cause: {_quoted(one.cause_kind)}\n"
    yield f"  period: {_quoted(one.period)}\n"
    yield f"  occurred: {_quoted(one.occurred_at.astimezone(UTC).isoformat())}\n"
    for leg in one.legs:
        amount = Money.from_minor(leg.units, one.currency)
        yield f"  {account_name(Account(leg.account), leg.party)}  {_amount(amount)}\n"


def _day(one: JournalTransaction) -> date:
    day = one.occurred_at.astimezone(UTC).date()
    period = Period.parse(one.period)
    return day if Period(day.year, day.month) == period else date(period.year, period.month, 1)


def _of(balance: Balance) -> str:
    return account_name(balance.account, balance.party)


def _amount(amount: Money) -> str:
    return f"{amount.amount:f} {amount.currency}"


def _exactly(amount: Money) -> str:
    return f"{amount.amount:f} ~ 0 {amount.currency}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
