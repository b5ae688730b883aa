"""What is locked, and in which order.

0. the lock date: in common by who books, alone by who closes or rebuilds
1. the standing of a dispute, or an adjustment
2. what was recouped under an agreement in one currency, by party
3. the carried remainders of the versions of the terms in one currency: versions in the order of
   their uuid, rows by their place
4. the standings of the sales that a refund, a dispute or a clearing is about, by their sale's id
5. the fund's position in one currency

Payouts lock the lock date where they may post, and nothing else of these. Then: the row of a step
of two people, which a batch is; payouts, then their accounts, by ascending ids; a payout's entries.

Everything is released by the commit. What a decision needs stands in the locked rows themselves:
in a transaction that had read something earlier (``ATOMIC_REQUESTS`` with REPEATABLE READ), a plain
read after the lock would still see the books as they were then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from fairgate_tables.asking import ask_and_lock, ask_and_share
from fairgate_tables.inserting import insert_or_lock
from fairgate_tables.transactions import in_transaction

from . import models
from .data import Period, Weights


@dataclass(slots=True)
class Carry:
    """A row of ``CarriedRemainder`` while it is locked."""

    pk: int
    party: str
    weight: int
    numerator: int
    denominator: int


def hold_lock_date() -> Period | None:
    """The last closed month, which stays the last until this transaction ends."""
    rows = ask_and_share(models.LockDate, "period")
    if not rows:
        # Only before the very first booking: whoever comes first makes the row.
        insert_or_lock(models.LockDate(), field="number")
        rows = ask_and_share(models.LockDate, "period")
    return _month(rows[0][0])


def take_lock_date() -> models.LockDate:
    """The lock date for who changes it: nobody is booking anything until this transaction ends."""
    insert_or_lock(models.LockDate(), field="number")
    return models.LockDate.objects.select_for_update().get()


def _month(text: str) -> Period | None:
    return Period.parse(text) if text else None


@in_transaction
def make_carries(terms_version: UUID, currency: str, weights: Weights) -> None:
    """Make the carried remainders of a version and currency before its first event.

    Two workers may both be the first: the rows of one of them are ignored.
    """
    rows = models.CarriedRemainder.objects
    if rows.filter(terms_version=terms_version, currency=currency).exists():
        return
    whole = sum(weight for _, weight in weights)
    rows.bulk_create(
        [
            models.CarriedRemainder(
                terms_version=terms_version,
                currency=currency,
                party=party,
                place=place,
                weight=weight,
                denominator=whole,
            )
            for place, (party, weight) in enumerate(weights)
        ],
        ignore_conflicts=True,
    )


@in_transaction
def make_recoupments(agreement: str, currency: str, parties: Iterable[str]) -> None:
    """Make the standings of recoupments before the first sale that they come off."""
    rows = models.RecoupmentStanding.objects
    there = set(rows.filter(agreement=agreement, currency=currency).values_list("party", flat=True))
    rows.bulk_create(
        [
            models.RecoupmentStanding(agreement=agreement, currency=currency, party=party)
            for party in sorted(set(parties) - there)
        ],
        ignore_conflicts=True,
    )


def lock_recoupments(agreement: str, currency: str) -> dict[str, models.RecoupmentStanding]:
    """What was recouped under an agreement in a currency, by party."""
    rows = models.RecoupmentStanding.objects.filter(agreement=agreement, currency=currency)
    return {row.party: row for row in rows.select_for_update().order_by("party")}


def lock_carries(terms_version: UUID, currency: str) -> list[Carry]:
    """The carried remainders of one version and currency, in the parties' order."""
    rows = ask_and_lock(
        models.CarriedRemainder,
        *("id", "party", "weight", "numerator", "denominator"),
        order="place",
        terms_version=terms_version,
        currency=currency,
    )
    return [Carry(*row) for row in rows]


def make_dispute(uuid: UUID, currency: str) -> None:
    """Make the standing of a dispute before it is booked; of two workers, one's is ignored."""
    if not models.DisputeStanding.objects.filter(uuid=uuid).exists():
        fresh = models.DisputeStanding(uuid=uuid, currency=currency)
        models.DisputeStanding.objects.bulk_create([fresh], ignore_conflicts=True)


def lock_adjustment(uuid: UUID) -> models.Adjustment | None:
    """What somebody proposed, so that nobody else decides about it now; ``None`` if nobody did."""
    return models.Adjustment.objects.select_for_update().filter(uuid=uuid).first()


def lock_dispute(uuid: UUID) -> models.DisputeStanding:
    """What is booked of a dispute, so that nobody else books it now."""
    return models.DisputeStanding.objects.select_for_update().get(uuid=uuid)


def lock_standing(sale_id: int) -> models.SaleStanding:
    """What is left of a sale, so that nobody else refunds or clears it now."""
    return models.SaleStanding.objects.select_for_update().get(sale_id=sale_id)


def lock_standings(sale_ids: Collection[int]) -> list[models.SaleStanding]:
    """The same for several sales, by ascending ids of the sales."""
    rows = models.SaleStanding.objects.select_for_update()
    return list(rows.filter(sale_id__in=sale_ids).order_by("sale_id"))


def lock_fund(currency: str) -> models.FundPosition:
    """The fund's position in a currency, made if this is the first."""
    if not models.FundPosition.objects.filter(currency=currency).exists():
        fresh = models.FundPosition(currency=currency)
        models.FundPosition.objects.bulk_create([fresh], ignore_conflicts=True)
    return models.FundPosition.objects.select_for_update().get(currency=currency)


def lock_payout(payout_id: int) -> models.Payout:
    """A payout, so that nobody else records or accepts anything of it now."""
    return models.Payout.objects.select_for_update().get(pk=payout_id)
