"""How a payment is shared among the lines that it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fairgate.money import Money, split_units


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAmounts:
    """What one line gets of a payment, tax included, and what the processor keeps of that."""

    gross: Money
    tax: Money
    processor_fee: Money


def paid_shares(amount: Money, totals: Sequence[Money]) -> tuple[Money, ...]:
    """What each line gets of a payment: its total, where the payment is that of the whole order.

    Another amount (an instalment, too much) is shared in proportion. What costs nothing gets
    nothing. The shares add up to ``amount``; one total at least is not zero.
    """
    return amount.split(*(each.minor for each in totals))


def payment_parts(
    amount: Money, fee: Money, lines: Sequence[tuple[Money, Money]]
) -> tuple[PartAmounts, ...]:
    """The part of each line, given as (total, tax in it); the parts add up to the payment exactly.

    The processor takes one fee of the whole payment: each line bears it in proportion to its gross,
    by largest remainder (money.md 5.2), so no minor unit is lost. The tax is that of the line, or,
    where not all of the line is paid, in proportion.
    """
    shares = paid_shares(amount, [total for total, _tax in lines])
    fees = fee.split(*(share.minor for share in shares))
    return tuple(
        PartAmounts(gross=gross, tax=_tax_in(gross, total, tax), processor_fee=kept)
        for gross, kept, (total, tax) in zip(shares, fees, lines, strict=True)
    )


def _tax_in(gross: Money, total: Money, tax: Money) -> Money:
    if gross == total:
        return tax
    _net, part = split_units(gross.minor, [(total - tax).minor, tax.minor])
    return Money.from_minor(part, gross.currency)
