"""How the tax of a document adds up, and what a part of an invoice takes back of each rate."""

from __future__ import annotations

from collections.abc import Iterable

from fairgate.money import Money, split_units
from fee_payments.data.invoices import DocumentLine, TaxSum


def tax_sums(lines: Iterable[DocumentLine]) -> tuple[TaxSum, ...]:
    """What the lines come to at each rate, the highest rate first.

    Taxes are rounded on the line and added up, so that lines, rates and total agree (T21).
    """
    sums: dict[int, TaxSum] = {}
    for line in lines:
        rate, known = line.tax_basis_points, sums.get(line.tax_basis_points)
        net, tax = (known.net + line.net, known.tax + line.tax) if known else (line.net, line.tax)
        sums[rate] = TaxSum(basis_points=rate, net=net, tax=tax)
    return tuple(sums[rate] for rate in sorted(sums, reverse=True))


def left_of(taxes: Iterable[TaxSum], credited: Iterable[TaxSum]) -> tuple[TaxSum, ...]:
    """What is left of each rate after what was credited."""
    gone = {one.basis_points: one for one in tax_sums_of(credited)}
    return tuple(
        TaxSum(basis_points=one.basis_points, net=one.net - back.net, tax=one.tax - back.tax)
        if (back := gone.get(one.basis_points))
        else one
        for one in taxes
    )


def tax_sums_of(taxes: Iterable[TaxSum]) -> tuple[TaxSum, ...]:
    """The sums of several documents, by rate."""
    sums: dict[int, TaxSum] = {}
    for one in taxes:
        known = sums.get(one.basis_points)
        sums[one.basis_points] = (
            TaxSum(basis_points=one.basis_points, net=known.net + one.net, tax=known.tax + one.tax)
            if known
            else one
        )
    return tuple(sums.values())


def credited_parts(
    amount: Money, left: tuple[TaxSum, ...], *, tax: Money | None = None
) -> tuple[TaxSum, ...]:
    """What a credit note over ``amount`` takes back of each rate.

    In proportion to what is left, so that the last one takes exactly the rest. ``tax`` is what a
    refund has found already: then the rates share that.

    Raises:
        ValueError: ``amount`` is more than what is left.
    """
    totals = [one.total.minor for one in left]
    if amount.minor > sum(totals):
        raise ValueError(f"{amount} is more than what is left to credit.")
    shares = split_units(amount.minor, totals)
    if tax is None:
        taxes = [_tax_part(share, one) for share, one in zip(shares, left, strict=True)]
    else:
        taxes = _shared_tax(tax.minor, shares, left)
    parts = (
        TaxSum(
            basis_points=one.basis_points,
            net=Money.from_minor(share - part, amount.currency),
            tax=Money.from_minor(part, amount.currency),
        )
        for share, part, one in zip(shares, taxes, left, strict=True)
    )
    return tuple(part for part in parts if part.total)


def _tax_part(share: int, left: TaxSum) -> int:
    return split_units(share, [left.net.minor, left.tax.minor])[1] if share else 0


def _shared_tax(tax: int, shares: tuple[int, ...], left: tuple[TaxSum, ...]) -> list[int]:
    """The tax of a refund by rate: as near to each rate's own part as its sum allows."""
    own = [_tax_part(share, one) for share, one in zip(shares, left, strict=True)]
    room = [min(share, one.tax.minor) for share, one in zip(shares, left, strict=True)]
    rest = tax - sum(own)
    for place, (part, most) in enumerate(zip(own, room, strict=True)):
        step = max(-part, min(rest, most - part))
        own[place], rest = part + step, rest - step
    return own
