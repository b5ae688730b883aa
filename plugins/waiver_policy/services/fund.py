"""Money of the fund: put in, held, spent, freed.

The database decides: an ``UPDATE`` that names its condition takes the row and tells by its row
count whether the money was there; the CHECKs hold whatever a mistake here would do. Nothing is
read before it, so that an old snapshot (REPEATABLE READ) cannot lie. The unique key of the entry
comes second: both roll back together when the key was used before.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Model

from fairgate.money import Money
from waiver_policy import models
from waiver_policy.data import FundBalance
from waiver_policy.exceptions import InvalidCredit, KeyReused
from waiver_policy.selectors import fund as selectors

log = logging.getLogger(__name__)

CREDITS = ("deposit", "revenue")


def credit_fund(amount: Money, *, key: str, reason: str, at: datetime, kind: str) -> FundBalance:
    """Put money into the fund of its currency, once per key.

    Raises:
        InvalidCredit: the amount is not positive, or the kind is not deposit or revenue.
        KeyReused: the key is known with another amount, currency or kind.
    """
    if amount.minor <= 0:
        raise InvalidCredit(f"{amount} cannot be put into a fund; the amount must be positive.")
    if kind not in CREDITS:
        raise InvalidCredit(f"“{kind}” is not a kind of credit; it is deposit or revenue.")
    full_key = f"credit:{key}"
    try:
        with transaction.atomic():
            fund = locked_fund(amount.currency)
            add(amount.currency, amount.minor)
            write_entry(fund, kind, amount.minor, key=full_key, reason=reason, at=at)
    except IntegrityError:
        if not _is_same_credit(full_key, fund, amount, kind):
            raise KeyReused(key) from None
    return selectors.fund_balance(amount.currency)


def _is_same_credit(full_key: str, fund: models.WaiverFund, amount: Money, kind: str) -> bool:
    # A locking read sees what another transaction committed after our snapshot.
    # It locks the entry alone: the fund's row beside it would be the wrong order of locks.
    entries = models.FundEntry.objects.select_for_update()
    with transaction.atomic():
        entry = entries.get(key=full_key)
    return (entry.minor, entry.fund_id, entry.kind) == (amount.minor, fund.pk, kind)


def locked_fund(currency: str) -> models.WaiverFund:
    """The fund of a currency, made if need be, its row ours until the transaction ends."""
    insert_or_lock(models.WaiverFund(currency=currency), "currency")
    fund: models.WaiverFund = models.WaiverFund.objects.select_for_update().get(currency=currency)
    return fund


def insert_or_lock(row: Model, field: str) -> None:
    """Insert a row, or lock the one with the same value, in one statement.

    ``ON DUPLICATE KEY UPDATE`` takes the exclusive lock at once. INSERT IGNORE, or an INSERT that
    fails, would leave a shared lock, and two who then want the row would wait for each other.
    """
    named = connection.features.supports_update_conflicts_with_target
    type(row)._default_manager.bulk_create(
        [row],
        update_conflicts=True,
        update_fields=[field],
        unique_fields=[field] if named else None,
    )


def take(currency: str, minor: int) -> models.WaiverFund | None:
    """Hold free money; ``None`` when there is not enough. The row is ours from here on."""
    funds = models.WaiverFund.objects.filter(currency=currency, available_minor__gte=minor)
    taken = funds.update(
        available_minor=F("available_minor") - minor, reserved_minor=F("reserved_minor") + minor
    )
    return models.WaiverFund.objects.get(currency=currency) if taken else None


def spend(currency: str, minor: int) -> models.WaiverFund:
    """Held money becomes spent money."""
    models.WaiverFund.objects.filter(currency=currency).update(
        reserved_minor=F("reserved_minor") - minor, committed_minor=F("committed_minor") + minor
    )
    return models.WaiverFund.objects.get(currency=currency)


def free(currency: str, minor: int) -> models.WaiverFund:
    """Held money is free again."""
    models.WaiverFund.objects.filter(currency=currency).update(
        available_minor=F("available_minor") + minor, reserved_minor=F("reserved_minor") - minor
    )
    return models.WaiverFund.objects.get(currency=currency)


def add(currency: str, minor: int) -> None:
    """New free money."""
    models.WaiverFund.objects.filter(currency=currency).update(
        available_minor=F("available_minor") + minor
    )


def write_entry(
    fund: models.WaiverFund,
    kind: str,
    minor: int,
    *,
    key: str,
    at: datetime,
    reason: str = "",
    grant: models.WaiverGrant | None = None,
) -> None:
    """Write a movement down; the unique key makes a second one an IntegrityError."""
    models.FundEntry.objects.create(
        fund=fund, kind=kind, minor=minor, key=key, reason=reason[:255], grant=grant, at=at
    )
    log.info("fund entry: fund=%s kind=%s key=%s", fund.currency, kind, key)
