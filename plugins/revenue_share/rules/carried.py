"""Sharing by carried remainder (money.md 5.2): exact over many sales, whole units on every line.

For each (version of the terms, currency, party) the books keep what rounding still owes the party:
its *carry*, a fraction of a minor unit, here as the whole numerator over W, the sum of the
weights. For an event of amount a, in units of 1/W:

    target = a * w + carry
    units  = floor(target / W), not below 0; the units still missing go to the largest
             target - units * W, ties by the fixed order of the parties
    carry  = target - units * W

With all carries at zero this is the largest remainder (Hamilton). The carries of one version and
currency always sum to zero. A negative event is the mirror of the positive one.

A reversal does not share again: it takes back stored units, and the carries follow, so that a sale
that is reversed in full leaves no trace at all.
"""

from __future__ import annotations

from functools import lru_cache

from fairgate.money import split_units

from ..data import Allocation, Units, Weights
from ..exceptions import RefundExceedsSale


def no_carries(weights: Weights) -> dict[str, int]:
    """The carries before the first event: nobody is owed anything."""
    return {party: 0 for party, _ in weights}


@lru_cache(maxsize=1024)
def denominator(weights: Weights) -> int:
    """W, the sum of the weights: what every carry is a fraction of.

    Raises:
        ValueError: no weight, a negative weight, a party twice, or weights that sum to zero.
    """
    whole = sum(weight for _, weight in weights)
    if whole <= 0 or min(weight for _, weight in weights) < 0:
        raise ValueError("A split needs whole weights that are not negative and not all zero.")
    if len({party for party, _ in weights}) != len(weights):
        raise ValueError("A party stands in the weights once.")
    return whole


def allocate(amount: int, weights: Weights, carries: Units) -> Allocation:
    """Share ``amount`` minor units. Every part has the sign of the amount, or is 0."""
    if amount < 0:
        mirrored = allocate(-amount, weights, _negated(carries))
        return Allocation(units=_negated(mirrored.units), carries=_negated(mirrored.carries))
    whole = denominator(weights)
    units: dict[str, int] = {}
    rests: dict[str, int] = {}
    missing = amount
    for party, weight in weights:
        share, rest = divmod(amount * weight + carries[party], whole)
        if share < 0:
            share, rest = 0, share * whole + rest
        units[party], rests[party] = share, rest
        missing -= share
    if missing:
        _settle(units, rests, missing, whole)
    return Allocation(units=units, carries=rests)


def reverse(part: int, remaining: Units, weights: Weights, carries: Units) -> Allocation:
    """Take ``part`` of a line back, out of the units that it still holds.

    ``remaining`` are the line's stored units less what was taken back before, ``part`` has the
    sign of their sum. The part is split in proportion to what remains (largest remainder), so
    that the last part takes exactly what is left. The units returned have the opposite sign.

    Raises:
        RefundExceedsSale: ``part`` is more than what remains, or has the other sign.
    """
    left = sum(remaining.values())
    if part * left < 0 or abs(part) > abs(left):
        raise RefundExceedsSale(
            "%(part)s of %(left)s minor units cannot be taken back.", part=part, left=left
        )
    if part == 0:
        return Allocation(units=dict.fromkeys(remaining, 0), carries=dict(carries))
    sign = -1 if part < 0 else 1
    shares = split_units(abs(part), [abs(units) for units in remaining.values()])
    taken = {party: -sign * share for party, share in zip(remaining, shares, strict=True)}
    return Allocation(units=taken, carries=_follow(-part, taken, weights, carries))


def bear(cost: int, bearer: str, weights: Weights, carries: Units) -> Allocation:
    """A cost of its own (``cost`` minor units): a processor's fee that did not come back.

    ``bearer`` is a party's code, or "" to share it by the weights (``pro_rata`` in the terms).
    A named bearer takes all of it and no carry changes.
    """
    if not bearer:
        return allocate(-cost, weights, carries)
    units = no_carries(weights)
    units[bearer] = -cost
    return Allocation(units=units, carries=dict(carries))


def _settle(units: dict[str, int], rests: dict[str, int], missing: int, whole: int) -> None:
    # Missing units go to whoever is owed most, the first of equals. Where a party's target was
    # negative and clamped, the floors may sum to more than there is: then units come from whoever
    # is owed least, the last of equals.
    for _ in range(missing):
        first = max(rests, key=rests.__getitem__)
        units[first] += 1
        rests[first] -= whole
    for _ in range(-missing):
        holders = [party for party in reversed(units) if units[party] > 0]
        last = min(holders, key=rests.__getitem__)
        units[last] -= 1
        rests[last] += whole


def _follow(amount: int, units: Units, weights: Weights, carries: Units) -> dict[str, int]:
    # The carries after an event whose units were not found by sharing.
    whole = denominator(weights)
    return {
        party: amount * weight + carries[party] - units.get(party, 0) * whole
        for party, weight in weights
    }


def _negated(units: Units) -> dict[str, int]:
    return {party: -value for party, value in units.items()}
