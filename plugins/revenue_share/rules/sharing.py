"""What each party gets of a sale, gives back of it, and gets again, under the terms of the sale.

The base is the net receipts, or, where the terms name who bears the processor's fee, the gross less
tax. Recoupments come off the base first, the rest is shared by weight with carried remainders. What
is taken back comes out of the stored units, and what is given again out of those that were taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from partnerships.data import PLATFORM, PRO_RATA, RevenueTerms

from ..data import Allocation, Amounts, Part, Units, Weights
from . import carried
from .refunds import split_by

NOTHING = Amounts(0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """The terms of a sale: weights, and who bears what (a party, or ``PRO_RATA``).

    ``processor_fee`` is "" where that fee comes off before anything is shared. ``merchant`` is the
    partner that has received the payer's money, "" for the platform.
    """

    weights: Weights
    processor_fee: str
    lost_fee: str
    dispute_fee: str
    merchant: str

    def base(self, amounts: Amounts) -> int:
        """What of an amount is shared."""
        return amounts.net + amounts.fee if self.processor_fee else amounts.net


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The units of each part by party, what each part is a part of, and the carries afterwards."""

    units: Mapping[Part, Units]
    bases: Mapping[Part, int]
    carries: Units

    @property
    def recouped(self) -> Units:
        """What was recouped, or, below zero, is to be recouped again."""
        return self.units.get(Part.RECOUPED, {})


@dataclass(slots=True)
class _Draft:
    """The parts of a change as they are found, one after the other."""

    sharing: Sharing
    carries: Units
    units: dict[Part, Units]
    bases: dict[Part, int]

    def put(self, part: Part, units: Units, base: int) -> None:
        if any(units.values()):
            self.units[part], self.bases[part] = units, base

    def share(self, part: Part, allocation: Allocation, base: int) -> None:
        self.carries = allocation.carries
        self.put(part, allocation.units, base)

    def bear(self, part: Part, cost: int, bearer: str) -> None:
        named = "" if bearer == PRO_RATA else bearer
        if cost:
            allocation = carried.bear(cost, named, self.sharing.weights, self.carries)
            self.share(part, allocation, -cost)

    def undo(self, part: Part, amount: int, stored: Units, *, by_weight: bool) -> None:
        """Take ``amount``, of the sign of the stored units, back out of them."""
        weights = self.sharing.weights
        # In the fixed order, which a column of a database need not keep.
        stored = {party: stored.get(party, 0) for party, _ in weights} if by_weight else stored
        back = carried.reverse(amount, stored, weights, self.carries)
        if by_weight:
            self.share(part, back, -amount)
        else:
            self.put(part, back.units, -amount)

    def done(self) -> Shared:
        return Shared(units=self.units, bases=self.bases, carries=self.carries)


def sharing_of(terms: RevenueTerms) -> Sharing:
    """What terms say about sharing."""
    is_ours = terms.merchant_of_record == PLATFORM
    return Sharing(
        weights=terms.weights(),
        processor_fee=terms.processor_fee,
        lost_fee=terms.lost_processor_fee,
        dispute_fee=terms.dispute_fee,
        merchant="" if is_ours else terms.merchant_of_record,
    )


def share_sale(
    brought: Amounts, sharing: Sharing, carries: Units, recoupable: Sequence[tuple[str, int]]
) -> Shared:
    """Share what a sale brought. ``recoupable`` is who may still recoup how much, in order."""
    draft = _Draft(sharing, carries, {}, {})
    base = sharing.base(brought)
    rest, recouped = max(base, 0), dict[str, int]()
    for party, most in recoupable:
        recouped[party] = min(rest, most)
        rest -= recouped[party]
    draft.put(Part.RECOUPED, recouped, base)
    shared = base - sum(recouped.values())
    draft.share(Part.SHARE, carried.allocate(shared, sharing.weights, draft.carries), shared)
    if sharing.processor_fee:
        draft.bear(Part.PROCESSOR_FEE, brought.fee, sharing.processor_fee)
    _collect(draft, brought.net)
    return draft.done()


def take_back(
    taken: Amounts,
    *,
    excess: int,
    dispute_fee: int,
    sharing: Sharing,
    carries: Units,
    kept: Mapping[str, Units],
) -> Shared:
    """What is taken of each party when so much of a sale goes back, out of what it has ``kept``."""
    draft = _Draft(sharing, carries, {}, {})
    _undo_base(draft, taken, kept.get(Part.SHARE, {}), kept.get(Part.RECOUPED, {}))
    if sharing.processor_fee and taken.fee:
        by_weight = sharing.processor_fee == PRO_RATA
        borne = kept.get(Part.PROCESSOR_FEE, {})
        draft.undo(Part.PROCESSOR_FEE, -taken.fee, borne, by_weight=by_weight)
    draft.bear(Part.LOST_FEE, taken.fee, sharing.lost_fee)
    return _with_dispute(draft, taken, excess=excess, dispute_fee=dispute_fee)


def give_again(
    given: Amounts,
    *,
    excess: int,
    dispute_fee: int,
    sharing: Sharing,
    carries: Units,
    taken: Mapping[str, Units],
) -> Shared:
    """What comes again of what banks have ``taken``: the mirror of those lines.

    ``given`` are positive amounts; ``excess`` and ``dispute_fee`` are below zero for what returns.
    """
    draft = _Draft(sharing, carries, {}, {})
    change = NOTHING.less(given)
    _undo_base(draft, change, taken.get(Part.MIRROR, {}), taken.get(Part.RECOUPED, {}))
    for part, sign, bearer in (
        (Part.PROCESSOR_FEE, 1, sharing.processor_fee),
        (Part.LOST_FEE, -1, sharing.lost_fee),
    ):
        if given.fee and bearer:
            stored = taken.get(part, {})
            draft.undo(part, sign * given.fee, stored, by_weight=bearer == PRO_RATA)
    return _with_dispute(draft, change, excess=excess, dispute_fee=dispute_fee)


def _undo_base(draft: _Draft, change: Amounts, shares: Units, recouped: Units) -> None:
    """Take the base of a change out of shares and recoupments, in proportion to both."""
    base = draft.sharing.base(change)
    if not base:
        return
    sign = -1 if base < 0 else 1
    parties = sorted(party for party, units in recouped.items() if units)
    weights = [sign * sum(shares.values()), *(sign * recouped[party] for party in parties)]
    whole = abs(base) == sum(weights)
    parts = weights if whole or not parties else split_by(abs(base), weights)
    shared = base - sign * sum(parts[1:])
    draft.put(
        Part.RECOUPED,
        {party: -sign * part for party, part in zip(parties, parts[1:], strict=True)},
        -base,
    )
    if shared:
        draft.undo(Part.MIRROR, shared, shares, by_weight=True)


def _with_dispute(draft: _Draft, taken: Amounts, *, excess: int, dispute_fee: int) -> Shared:
    if dispute_fee:
        draft.put(Part.DISPUTE_FEE, {draft.sharing.dispute_fee: -dispute_fee}, -dispute_fee)
    _collect(draft, -taken.net - taken.fee - excess - dispute_fee)
    return draft.done()


def _collect(draft: _Draft, receipts: int) -> None:
    """A merchant that has received the money owes it, and owes no more what it gave back."""
    if draft.sharing.merchant:
        draft.put(Part.COLLECTED, {draft.sharing.merchant: -receipts}, receipts)
