"""What a refund or a dispute consists of, when nobody says, and which sales it is of."""

from __future__ import annotations

from collections.abc import Sequence

from fairgate.money import split_units

from ..data import Amounts


def refund_parts(gross: int, *, net: int, tax: int, fee: int) -> tuple[int, int, int]:
    """Net receipts, tax and lost processor's fee in a refund of ``gross`` minor units.

    ``net``, ``tax`` and ``fee`` are what is left of the sale; the last refund takes exactly the
    rest (money.md 5.2 rule 4). The same rule by which ``fee_payments`` splits its refunds, which
    names the parts itself; here it serves files of events that do not. A sale smaller than its own
    fee has a negative net: that is settled by its last refund.
    """
    if gross == net + tax + fee:
        return net, tax, fee
    net_weight = max(net, 0)
    parts = split_units(gross, [net_weight, tax, net + fee - net_weight])
    return parts[0], parts[1], parts[2]


def amounts_in(gross: int, left: Amounts) -> Amounts:
    """The parts of ``gross`` minor units of what is left of a sale; at most all of it."""
    return Amounts(*refund_parts(gross, net=left.net, tax=left.tax, fee=left.fee))


def by_sale(amounts: Amounts, lefts: Sequence[Amounts]) -> tuple[Amounts, ...]:
    """Which part of an amount is of which sale: in proportion to what is left of each.

    Net, tax and fee are split apart, so each adds up exactly; all that is left is just that. Of no
    sale more is taken than is left of it.
    """
    if amounts == total_of(lefts):
        return tuple(lefts)
    parts = (split_by(part, [left[place] for left in lefts]) for place, part in enumerate(amounts))
    return tuple(Amounts(*each) for each in zip(*parts, strict=True))


def by_weight(amounts: Amounts, weights: Sequence[int]) -> tuple[Amounts, ...]:
    """An amount shared by whole weights, part by part: each adds up exactly.

    Gross, tax and fee are split apart and the net is what is left of each, so that nobody has a
    part of the tax or of the fee without the receipts that it is of.
    """
    gross, tax, fee = (
        split_units(part, weights) for part in (amounts.gross, amounts.tax, amounts.fee)
    )
    return tuple(
        Amounts(whole - of_tax - of_fee, of_tax, of_fee)
        for whole, of_tax, of_fee in zip(gross, tax, fee, strict=True)
    )


def total_of(amounts: Sequence[Amounts]) -> Amounts:
    """The sum of several amounts, part by part."""
    return Amounts(*(sum(parts) for parts in zip(*amounts, strict=True)))


def does_fit(amounts: Amounts, left: Amounts) -> bool:
    """Whether each part of an amount is there to be taken, or the amount is all that is left.

    Of a sale smaller than its own fee, no part of a refund is net until the last one settles it.
    """
    is_within = all(0 <= part <= max(most, 0) for part, most in zip(amounts, left, strict=True))
    return is_within or amounts == left


def excess(gross: int, gone: int) -> int:
    """What went back beyond what a sale brought, as when it was refunded and disputed as well."""
    return max(0, gone - gross)


def shares_of(amount: int, lefts: Sequence[int]) -> tuple[int, ...]:
    """An amount by sale, as far as there is something left of each; the first bears what is not."""
    there = min(amount, sum(lefts))
    first, *others = split_by(there, lefts)
    return (first + amount - there, *others)


def split_by(units: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Units by weights, as exactly as they can be; nothing for a weight that is not positive.

    A sale smaller than its own fee has a negative net, which only its last refund settles.
    """
    if not units:
        return (0,) * len(weights)
    return split_units(units, [max(weight, 0) for weight in weights])
