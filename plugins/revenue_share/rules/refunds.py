"""What a refund consists of, when nobody says."""

from __future__ import annotations

from fairgate.money import split_units


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
