"""Shares what was booked anew, under other terms. Plain Python; nothing is kept but sums.

Only what the other terms speak of is shared anew: sales of their courses, and what goes back of
these sales in the same run. All the rest stays as it was booked.

Rounding is carried on as in the books. What it owed each party when the run begins is an exact
fraction of a minor unit, whatever the weights are, so other weights go on from there as long as
they are those of the same parties; a version with others begins at nothing, as it would have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from fairgate.clock import utc_day
from partnerships.data import RevenueTerms

from ..data import TAKEN_BY_BANKS, Amounts, EventKind, Part, Units, Weights
from .sharing import NOTHING, Shared, Sharing, give_again, share_sale, sharing_of, take_back

#: What rounding owes each party, in minor units.
Owed = dict[str, Fraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedEvent:
    """An event as it was booked: minor units of one currency.

    ``amounts`` are its net, tax and fee: what a sale brought, or what goes back, below zero for
    what comes again. ``lines`` are what parties got, ``rounded`` the part of it that carries
    follow. ``is_counted``: it is on a statement of the month; others only carry rounding on.
    """

    number: int
    kind: EventKind
    sale: int
    sold_at: datetime
    period: str
    course_key: str
    offering_code: str
    currency: str
    version: UUID | None
    agreement: str
    amounts: Amounts
    excess: int
    dispute_fee: int
    lines: tuple[tuple[Part, str, int], ...]
    rounded: Units
    is_followed: bool
    is_counted: bool

    @property
    def unshared(self) -> int:
        """What of it is not allocated without terms; below zero for what goes back of its sale.

        What goes back beyond its sale is not allocated under any terms.
        """
        if self.kind is EventKind.SALE:
            return self.amounts.net
        return -(self.amounts.net + self.amounts.fee + self.dispute_fee)


@dataclass(slots=True)
class _Sale:
    """A sale that was shared anew, for what goes back of it."""

    terms: RevenueTerms
    kept: dict[str, dict[str, int]] = field(default_factory=dict)
    taken: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Openings:
    """How things stood when the run begins.

    ``weights`` and ``owed`` are of each version and currency, ``recouped`` of each agreement,
    currency and party.
    """

    weights: Mapping[tuple[UUID, str], Weights]
    owed: dict[tuple[UUID, str], Owed]
    recouped: dict[tuple[str, str, str], int]


class DryRunning:
    """Shares events in the order they were booked; ``sums`` has what each line was and would be."""

    def __init__(
        self, terms: Sequence[RevenueTerms], openings: Openings, *, on_any_day: bool
    ) -> None:
        self._terms, self._openings, self._on_any_day = terms, openings, on_any_day
        self._sales: dict[int, _Sale] = {}
        self._begun: dict[tuple[UUID, str], Owed] = {}
        #: Currency, party, month of the sales, course, offering and part: as booked, as proposed.
        self.sums: dict[tuple[str, str, str, str, str, Part], list[int]] = {}
        self.recomputed = self.as_booked = 0

    def take(self, event: BookedEvent) -> None:
        """Share an event anew if the other terms speak of it."""
        shared = self._shared(event) if event.is_counted else None
        if shared is None:
            self._keep_rounding(event)
        if not event.is_counted:
            return
        self._add(event, event.lines, place=0)
        if event.version is None and shared:
            self._add(event, [(_part_of(event), "", event.unshared)], place=0)
        self._add(event, event.lines if shared is None else _lines(shared), place=1)
        self.recomputed += shared is not None
        self.as_booked += shared is None

    def _shared(self, event: BookedEvent) -> Shared | None:
        if event.kind is EventKind.SALE:
            terms = self._terms_of(event)
            return self._sell(event, terms) if terms else None
        sale = self._sales.get(event.sale)
        return self._take_back(event, sale) if sale else None

    def _terms_of(self, event: BookedEvent) -> RevenueTerms | None:
        of_course = [one for one in self._terms if event.course_key in one.courses]
        day = utc_day(event.sold_at)
        for one in of_course:
            if one.valid_from <= day and (one.valid_until is None or day <= one.valid_until):
                return one
        if not self._on_any_day:
            return None
        return max(of_course, key=lambda one: one.valid_from, default=None)

    def _sell(self, event: BookedEvent, terms: RevenueTerms) -> Shared:
        sharing, carries = self._sharing(event, terms)
        shared = share_sale(event.amounts, sharing, carries, self._recoupable(event, terms))
        self._follow(event, terms, sharing, shared)
        if event.is_followed:
            sale = self._sales[event.number] = _Sale(terms)
            _keep(sale, shared.units)
        return shared

    def _take_back(self, event: BookedEvent, sale: _Sale) -> Shared:
        sharing, carries = self._sharing(event, sale.terms)
        common: dict[str, Any] = {
            "excess": event.excess, "dispute_fee": event.dispute_fee, "sharing": sharing,
            "carries": carries,
        }  # fmt: skip
        if event.amounts.gross < 0:
            shared = give_again(NOTHING.less(event.amounts), taken=sale.taken, **common)
        else:
            shared = take_back(event.amounts, kept=sale.kept, **common)
        self._follow(event, sale.terms, sharing, shared)
        _keep(sale, shared.units)
        if event.kind is not EventKind.REFUND:
            for part in TAKEN_BY_BANKS:
                _add(sale.taken, part, shared.units.get(part, {}))
        return shared

    def _sharing(self, event: BookedEvent, terms: RevenueTerms) -> tuple[Sharing, dict[str, int]]:
        """The terms with weights so large that what rounding owes is a whole numerator."""
        owed = self._owed(event, terms)
        plain = sharing_of(terms)
        scale = math.lcm(*(one.denominator for one in owed.values()))
        weights = tuple((party, weight * scale) for party, weight in plain.weights)
        whole = sum(weight for _party, weight in weights)
        sharing = Sharing(
            weights=weights,
            processor_fee=plain.processor_fee,
            lost_fee=plain.lost_fee,
            dispute_fee=plain.dispute_fee,
            merchant=plain.merchant,
        )
        return sharing, {party: int(owed[party] * whole) for party, _weight in weights}

    def _owed(self, event: BookedEvent, terms: RevenueTerms) -> Owed:
        if event.version:
            key = event.version, event.currency
            goes_on = self._openings.owed.get(key)
            if goes_on is not None and set(goes_on) == set(terms.parties):
                return goes_on
        return self._begun.setdefault(
            (terms.version_uuid, event.currency), dict.fromkeys(terms.parties, Fraction(0))
        )

    def _follow(
        self, event: BookedEvent, terms: RevenueTerms, sharing: Sharing, shared: Shared
    ) -> None:
        whole = sum(weight for _party, weight in sharing.weights)
        owed = self._owed(event, terms)
        for party, numerator in shared.carries.items():
            owed[party] = Fraction(numerator, whole)
        self._recoup(terms.agreement, event.currency, shared.recouped)

    def _recoupable(self, event: BookedEvent, terms: RevenueTerms) -> list[tuple[str, int]]:
        recouped = self._openings.recouped
        return [
            (party, max(most - recouped.get((terms.agreement, event.currency, party), 0), 0))
            for party, most in terms.recouped_in(event.currency)
        ]

    def _recoup(self, agreement: str, currency: str, units: Units) -> None:
        for party, value in units.items():
            key = (agreement, currency, party)
            self._openings.recouped[key] = self._openings.recouped.get(key, 0) + value

    def _keep_rounding(self, event: BookedEvent) -> None:
        """Carry on what rounding owes, and what is recouped, as it was booked."""
        recouped = {party: units for part, party, units in event.lines if part is Part.RECOUPED}
        self._recoup(event.agreement, event.currency, recouped)
        key = event.version, event.currency
        if event.version is None or key not in self._openings.owed:
            return
        owed, weights = self._openings.owed[key], self._openings.weights[key]
        whole, units = sum(weight for _party, weight in weights), sum(event.rounded.values())
        for party, weight in weights:
            owed[party] += Fraction(units * weight, whole) - event.rounded.get(party, 0)

    def _add(
        self, event: BookedEvent, lines: Iterable[tuple[Part, str, int]], *, place: int
    ) -> None:
        for part, party, units in lines:
            key = (event.currency, party, event.period, event.course_key, event.offering_code, part)
            self.sums.setdefault(key, [0, 0])[place] += units


def opening_of(weights: Weights, rounded: Units) -> Owed:
    """What rounding owes each party after these units were shared by these weights.

    Whatever was shared by weight in the past, it was their sum: so each party's exact part of the
    sum, less what it got, is what it is owed.
    """
    whole, units = sum(weight for _party, weight in weights), sum(rounded.values())
    return {
        party: Fraction(units * weight, whole) - rounded.get(party, 0) for party, weight in weights
    }


def _lines(shared: Shared) -> Iterable[tuple[Part, str, int]]:
    for part, by_party in shared.units.items():
        for party, units in by_party.items():
            if units:
                yield part, party, units


def _part_of(event: BookedEvent) -> Part:
    return Part.SHARE if event.kind is EventKind.SALE else Part.MIRROR


def _keep(sale: _Sale, units: Mapping[Part, Units]) -> None:
    for part, by_party in units.items():
        if part is not Part.COLLECTED:
            _add(sale.kept, Part.SHARE if part is Part.MIRROR else part, by_party)


def _add(kept: dict[str, dict[str, int]], part: Part, units: Units) -> None:
    by_party = kept.setdefault(part.value, {})
    for party, value in units.items():
        by_party[party] = by_party.get(party, 0) + value
