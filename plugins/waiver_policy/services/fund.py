"""Money of the fund: put in, taken out, held, spent, freed.

The database decides. Taking money for a grant is one ``UPDATE`` that names its conditions (enough
is free, nothing is owed, nobody waits) and tells by its row count whether they held; nothing is
read before it, so that an old snapshot (REPEATABLE READ) cannot lie. Every other movement locks the
fund's row first. The CHECKs hold whatever a mistake here would do. The unique key of an entry comes
with it: both roll back together when the key was used before.
"""

from __future__ import annotations

import logging
from datetime import date, datetime
from functools import cache

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from fairgate.clock import utc_day
from fairgate.money import Money
from fairgate_tables.inserting import insert, insert_or_lock
from fairgate_tables.transactions import run_again
from waiver_policy import models
from waiver_policy.exceptions import InvalidCredit, KeyReused
from waiver_policy.rules import movements
from waiver_policy.rules.movements import Change

log = logging.getLogger(__name__)

CREDITS = ("revenue", "donation")
LONGEST_REASON = 255


def credit_fund(
    amount: Money, *, key: str, reason: str, at: datetime, kind: str, effective_on: date | None
) -> None:
    """Put money into the fund of its currency, once per key.

    Raises:
        InvalidCredit, KeyReused: see ``api.credit_fund``.
    """
    if amount.minor <= 0:
        raise InvalidCredit(f"{amount} cannot be put into a fund; the amount must be positive.")
    if kind not in CREDITS:
        raise InvalidCredit(f"“{kind}” is not a kind of credit; it is revenue or donation.")
    book_outside(kind, amount, key=f"credit:{key}", reason=reason, at=at, effective_on=effective_on)


def claw_back_fund(amount: Money, *, key: str, reason: str, at: datetime) -> None:
    """Take money out that was credited and is called back, once per key; what is missing is owed.

    Raises:
        InvalidCredit, KeyReused: see ``api.claw_back_fund``.
    """
    if amount.minor <= 0:
        raise InvalidCredit(f"{amount} cannot be called back; the amount must be positive.")
    book_outside("clawback", -amount, key=f"clawback:{key}", reason=reason, at=at)


@run_again
def book_outside(
    kind: str,
    amount: Money,
    *,
    key: str,
    reason: str,
    at: datetime,
    effective_on: date | None = None,
) -> None:
    """Book money that comes from outside (positive) or goes there, once per key.

    Raises:
        InvalidCredit: the day is to come, or a correction is more than what is free.
        KeyReused: the key is known with another amount, currency or kind.
    """
    day = effective_on or utc_day(at)
    if day > utc_day(at):
        raise InvalidCredit(
            f"The money counts from {day}, which is to come: it cannot be granted before. "
            "Enter it on that day."
        )
    try:
        with transaction.atomic():
            pot = locked_fund(amount.currency)
            change = _outside(kind, amount, pot)
            move(pot.currency, change)
            entry = _entry(pot.currency, kind, change, key=key, reason=reason, at=at)
            entry.effective_on = day
            insert(entry)
    except IntegrityError:
        if not _is_same(key, kind, amount):
            raise KeyReused(key.partition(":")[2]) from None
    else:
        log.info("fund entry: fund=%s kind=%s key=%s", amount.currency, kind, key)


def _outside(kind: str, amount: Money, pot: models.WaiverFund) -> Change:
    if amount.minor > 0:
        return movements.coming_in(amount.minor, shortfall=pot.shortfall_minor)
    if kind == "correction" and -amount.minor > pot.available_minor:
        free = Money.from_minor(pot.available_minor, pot.currency)
        raise InvalidCredit(
            f"{-amount} cannot be taken out of the fund: {free} is free. What is held for a grant "
            "or spent on one stays."
        )
    return movements.clawed_back(-amount.minor, available=pot.available_minor)


def _is_same(key: str, kind: str, amount: Money) -> bool:
    # A locking read sees what another transaction committed after our snapshot.
    with transaction.atomic():
        entry = models.FundEntry.objects.select_for_update().filter(key=key).first()
    if entry is None:
        return False
    return (entry.minor, entry.fund_id, entry.kind) == (amount.minor, amount.currency, kind)


def locked_fund(currency: str) -> models.WaiverFund:
    """The fund of a currency, made if need be, its row ours until the transaction ends."""
    insert_or_lock(models.WaiverFund(currency=currency), field="currency")
    fund: models.WaiverFund = models.WaiverFund.objects.select_for_update().get(currency=currency)
    return fund


def take(currency: str, minor: int, *, in_turn: bool) -> bool:
    """Hold free money for a grant; tells whether it was there. The row is ours from then on.

    Money is there while nothing is owed. It is for who waits first; ``in_turn`` is who does.
    """
    with connection.cursor() as cursor:
        cursor.execute(_taking(in_turn=in_turn), [minor, minor, currency, minor])
        return bool(cursor.rowcount)


@cache
def _taking(*, in_turn: bool) -> str:
    # Written out and kept: who waits for this row waits for our process, too. The names are ours.
    table = models.WaiverFund._meta.db_table
    first = "" if in_turn else " AND waiting = 0"
    return (
        f"UPDATE {table} SET available_minor = available_minor - %s, "  # noqa: S608
        "reserved_minor = reserved_minor + %s "
        f"WHERE currency = %s AND available_minor >= %s AND shortfall_minor = 0{first}"
    )


def spend(row: models.WaiverGrant, *, at: datetime) -> None:
    """What is held for a grant is spent."""
    _book(row, "committed", movements.spent(row.cost_minor), reason="", at=at)


def free(row: models.WaiverGrant, kind: str, *, reason: str, at: datetime) -> None:
    """What is held for a grant is free again, as ``released`` or ``expired``."""
    pot = locked_fund(row.currency)
    change = movements.freed(row.cost_minor, shortfall=pot.shortfall_minor)
    _book(row, kind, change, reason=reason, at=at)


def give_back(row: models.WaiverGrant, *, reason: str, at: datetime) -> None:
    """What was spent on a grant is free again."""
    pot = locked_fund(row.currency)
    change = movements.given_back(row.cost_minor, shortfall=pot.shortfall_minor)
    _book(row, "returned", change, reason=reason, at=at)


def reserved_entry(row: models.WaiverGrant, *, at: datetime) -> models.FundEntry:
    """The entry of a grant that takes money; not written yet."""
    return _of_grant(row, "reserved", movements.held(row.cost_minor), reason="", at=at)


def _book(row: models.WaiverGrant, kind: str, change: Change, *, reason: str, at: datetime) -> None:
    move(row.currency, change)
    insert(_of_grant(row, kind, change, reason=reason, at=at))
    log.info("fund entry: fund=%s kind=%s grant=%s", row.currency, kind, row.uuid)


def _of_grant(
    row: models.WaiverGrant, kind: str, change: Change, *, reason: str, at: datetime
) -> models.FundEntry:
    key = f"grant:{row.uuid}:{kind}"
    return _entry(row.currency, kind, change, key=key, reason=reason, at=at, grant_id=row.pk)


def _entry(
    currency: str,
    kind: str,
    change: Change,
    *,
    key: str,
    reason: str,
    at: datetime,
    grant_id: int | None = None,
) -> models.FundEntry:
    return models.FundEntry(
        fund_id=currency,
        kind=kind,
        available_change=change.available,
        reserved_change=change.reserved,
        committed_change=change.committed,
        shortfall_change=change.shortfall,
        key=key,
        reason=reason[:LONGEST_REASON],
        grant_id=grant_id,
        effective_on=utc_day(at),
        at=at,
    )


def move(currency: str, change: Change) -> None:
    """Change the columns of a fund; the database refuses what would be negative."""
    changes = {
        f"{name}_minor": F(f"{name}_minor") + getattr(change, name)
        for name in ("available", "reserved", "committed", "shortfall")
        if getattr(change, name)
    }
    models.WaiverFund.objects.filter(currency=currency).update(**changes)


def count_waiting(currency: str, difference: int) -> None:
    """So many more places wait for money of this fund."""
    models.WaiverFund.objects.filter(currency=currency).update(waiting=F("waiting") + difference)
