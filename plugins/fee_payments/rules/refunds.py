"""What a refund is made of."""

from __future__ import annotations

from fairgate.money import Money, split_units


def refund_parts(
    amount: Money, *, net_left: Money, tax_left: Money, fee_left: Money
) -> tuple[Money, Money, Money]:
    """What part of a refund is net receipts, tax, and processor's fee that does not come back.

    In proportion to what is left of the payment, so that the last refund takes exactly the rest
    (money.md 5.2 rule 4). ``amount`` must not exceed the sum of what is left. A payment smaller
    than its own fee has a negative net: a part of it is then refunded from tax and fee, and the
    last refund settles the net.
    """
    if amount == net_left + tax_left + fee_left:
        return net_left, tax_left, fee_left
    net_weight = max(net_left.minor, 0)
    fee_weight = (net_left + fee_left).minor - net_weight
    parts = split_units(amount.minor, [net_weight, tax_left.minor, fee_weight])
    net, tax, fee = (Money.from_minor(part, amount.currency) for part in parts)
    return net, tax, fee
