"""Whether the entries of a statement lead from its first balance to its last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fairgate.money import Money, MoneyError

from ..exceptions import BankFileError
from .values import BankEntry


def check_balances(
    entries: Iterable[BankEntry], opening: Money | None, closing: Money | None, *, place: str
) -> None:
    """Refuse a statement whose booked entries do not add up to the change of its balance.

    Entries that are not booked count for nothing. Where the file states one balance or none there
    is nothing to check.

    Raises:
        BankFileError: they do not; an entry is missing, or there are too many.
    """
    if opening is None or closing is None:
        return
    booked = sum(entry.signed.minor for entry in entries if entry.is_booked)
    expected = closing.minor - opening.minor
    if booked == expected:
        return
    raise BankFileError(
        f"opens with {opening} and closes with {closing}, and its booked entries add up to "
        f"{_said(booked, opening.currency)} instead of {_said(expected, opening.currency)}. "
        "The file is not complete, or was changed.",
        place=place,
        field="balance",
    )


def running_balance(
    entries: Sequence[BankEntry], balances: Sequence[Money]
) -> tuple[Money | None, Money | None]:
    """The first and the last balance of rows that state the balance after each of them.

    The oldest row is the first of a file or the last: whichever way the balances go.

    Raises:
        BankFileError: they go neither way; the row is named where it breaks.
    """
    if not balances:
        return None, None
    down = _first_break(entries, balances)
    if down == len(entries):
        return balances[0] - entries[0].signed, balances[-1]
    up = _first_break(entries[::-1], balances[::-1])
    if up == len(entries):
        return balances[-1] - entries[-1].signed, balances[0]
    broken = entries[down] if down >= up else entries[-1 - up]
    raise BankFileError(
        "the balance is not the one before it and the amount. A row is missing, or was changed.",
        place=broken.position,
        field="balance",
    )


def _first_break(entries: Sequence[BankEntry], balances: Sequence[Money]) -> int:
    """The place of the first row that does not follow from the row before it; none: the length."""
    for place in range(1, len(entries)):
        if balances[place].minor != balances[place - 1].minor + entries[place].signed.minor:
            return place
    return len(entries)


def _said(minor: int, currency: str) -> str:
    try:
        return str(Money.from_minor(minor, currency))
    except MoneyError:
        return "more than any amount we keep"
