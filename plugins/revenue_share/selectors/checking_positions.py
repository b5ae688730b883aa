"""Proves what is kept beside the lines: positions, recoupments, carries, sums of months."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from partnerships import api as partnerships
from partnerships.data import PRO_RATA

from ..data import Account, CauseKind, Fault, Part, Weights
from ..models import (
    AllocationLine,
    CarriedRemainder,
    LedgerEntry,
    RecoupmentStanding,
    RevenueEvent,
)
from . import rollups

#: The accounts that make up a party's position.
POSITION = (
    Account.PAYABLE_ON_HOLD,
    Account.FEE_LOST,
    Account.PAYABLE_CLEARED,
    Account.RECEIVABLE,
    Account.DISPUTE_FEE,
    Account.FUND_AVAILABLE,
)

#: The parts whose units were shared by weight, so that carries follow them.
SHARED = (Part.SHARE.value, Part.MIRROR.value)


def _positions_equal_lines() -> Iterator[Fault]:
    entries = LedgerEntry.objects.filter(account__in=[account.value for account in POSITION])
    ledger = _credit_by_party(entries)
    # Few of all transactions are of payouts: what they moved is taken off again.
    of_payouts = entries.filter(transaction__cause_kind=CauseKind.PAYOUT.value)
    for key, units in _credit_by_party(of_payouts).items():
        ledger[key] -= units
    lines: dict[tuple[str, str], int] = {}
    of_lines = AllocationLine.objects.order_by("party", "currency").values_list("party", "currency")
    for party, currency, units in of_lines.annotate(units=Sum("units_minor")):
        lines[party, currency] = units
    for key in sorted(ledger.keys() | lines.keys()):
        if ledger.get(key, 0) != lines.get(key, 0):
            yield Fault(
                invariant="position equals lines",
                row=" ".join(key),
                sentence=f"ledger {ledger.get(key, 0)}, lines {lines.get(key, 0)}.",
            )


def _credit_by_party(entries: QuerySet[LedgerEntry]) -> dict[tuple[str, str], int]:
    """Credits less debits, by party and currency."""
    groups = entries.order_by("party", "currency").values_list("party", "currency")
    return {
        (party, currency): int(credit - debit)
        for party, currency, debit, credit in groups.annotate(
            debit=Sum("debit_minor"), credit=Sum("credit_minor")
        )
    }


def _recoupments_equal_lines() -> Iterator[Fault]:
    lines = AllocationLine.objects.filter(part=Part.RECOUPED.value)
    groups = lines.values_list("event__agreement", "currency", "party")
    found = {
        (agreement, currency, party): units
        for agreement, currency, party, units in groups.annotate(
            units=Sum("units_minor")
        ).order_by()
    }
    for row in RecoupmentStanding.objects.order_by("pk"):
        units = found.pop((row.agreement, row.currency, row.party), 0)
        if units != row.recouped_minor:
            sentence = f"lines {units}, kept {row.recouped_minor}."
            yield Fault(invariant="recoupment equals lines", row=str(row), sentence=sentence)
    for key, units in found.items():
        if units:
            sentence = f"lines of {units} are kept nowhere."
            yield Fault(invariant="recoupment equals lines", row=" ".join(key), sentence=sentence)


def _carries_are_exact() -> Iterator[Fault]:
    # carry = (what was shared by weight) * w / W - units, so nothing was lost to rounding.
    units = _units_by_weight()
    shared: dict[tuple[UUID, str], int] = {}
    for (version, currency, _party), value in units.items():
        shared[version, currency] = shared.get((version, currency), 0) + value
    for row in CarriedRemainder.objects.order_by("terms_version", "currency", "place"):
        whole = shared.get((row.terms_version, row.currency), 0)
        own = units.get((row.terms_version, row.currency, row.party), 0)
        if whole * row.weight - own * row.denominator != row.numerator:
            sentence = f"carries {row.numerator}/{row.denominator}, which its lines do not give."
            yield Fault(invariant="carry is exact", row=f"carry {row.pk}", sentence=sentence)


def _carries_are_by_their_terms() -> Iterator[Fault]:
    kept: dict[tuple[UUID, str], list[tuple[str, int, int, int]]] = {}
    for row in CarriedRemainder.objects.order_by("place"):
        told = (row.party, row.place, row.weight, row.denominator)
        kept.setdefault((row.terms_version, row.currency), []).append(told)
    shared = RevenueEvent.objects.filter(terms_version__isnull=False).order_by()
    keys = {*kept, *shared.values_list("terms_version", "currency").distinct()}
    agreed = partnerships.terms_by_uuids({version for version, _ in keys})
    for version, currency in sorted(keys, key=str):
        found = kept.get((version, currency), [])
        wanted = _rows_by(agreed[version].weights()) if version in agreed else None
        if found != wanted:
            sentence = f"says {found}, its terms {wanted or 'nothing'}."
            yield Fault(
                invariant="carry is by its terms",
                row=f"carries of {version} in {currency}",
                sentence=sentence,
            )


def _rows_by(weights: Weights) -> list[tuple[str, int, int, int]]:
    whole = sum(weight for _, weight in weights)
    return [(party, place, weight, whole) for place, (party, weight) in enumerate(weights)]


def _units_by_weight() -> dict[tuple[UUID, str, str], int]:
    """What each party got by weight under each version of the terms, in one statement."""
    by_weight = Q(part__in=SHARED)
    by_weight |= Q(part=Part.LOST_FEE.value, event__fee_bearer=PRO_RATA)
    by_weight |= Q(part=Part.PROCESSOR_FEE.value, event__processor_fee_bearer=PRO_RATA)
    lines: Any = AllocationLine.objects.filter(by_weight).order_by()
    groups = lines.values_list("event__terms_version", "currency", "party")
    return {
        (version, currency, party): int(units)
        for version, currency, party, units in groups.annotate(units=Sum("units_minor"))
    }


def _sums_are_kept() -> Iterator[Fault]:
    for row in rollups.differing():
        sentence = "is not what its events give; revenue_share_rebuild makes it again."
        yield Fault(invariant="sums equal their events", row=row, sentence=sentence)


PROOFS: tuple[Callable[[], Iterator[Fault]], ...] = (
    _positions_equal_lines,
    _recoupments_equal_lines,
    _carries_are_exact,
    _carries_are_by_their_terms,
    _sums_are_kept,
)
