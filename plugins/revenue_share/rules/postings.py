"""Which entries an event makes: the postings of money.md 5.4, as values.

Debits are positive, credits negative. Legs on the same account and party are one leg, and legs of
nothing are left out, so an event that moves nothing makes no transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..data import Account, Posting, Units
from ..exceptions import UnbalancedPosting

#: The party whose cleared money is handed to the waiver fund.
FUND = "FUND"

Leg = tuple[Account, str, int]


def sale(*, gross: int, tax: int, processor_fee: int) -> tuple[Posting, ...]:
    """Money arrived at the gateway, less its fee; tax is owed, the rest waits to be shared."""
    return _postings(
        [
            (Account.GATEWAY_CLEARING, "", gross - processor_fee),
            (Account.PROCESSOR_FEE, "", processor_fee),
            (Account.DEFERRED_RECEIPTS, "", tax - gross),
            (Account.TAX_PAYABLE, "", -tax),
        ]
    )


def allocation(*, receipts: int, processor_fee: int, units: Units | None) -> tuple[Posting, ...]:
    """The receipts (gross less tax) pay the fee, and what is left belongs to the parties.

    ``units`` of ``None``: no terms were in force, so it stays unallocated.
    """
    legs: list[Leg] = [
        (Account.DEFERRED_RECEIPTS, "", receipts),
        (Account.PROCESSOR_FEE, "", -processor_fee),
    ]
    if units is None:
        legs.append((Account.UNALLOCATED, "", processor_fee - receipts))
    else:
        legs += [(Account.PAYABLE_ON_HOLD, party, -value) for party, value in units.items()]
    return _postings(legs)


def refund_on_hold(*, amount: int, tax: int, mirror: Units, lost: Units) -> tuple[Posting, ...]:
    """A refund while the sale is on hold: shares shrink, the lost fee waits on its bearer."""
    legs: list[Leg] = _money_back(amount, tax)
    legs += [(Account.PAYABLE_ON_HOLD, party, -value) for party, value in mirror.items()]
    legs += [(Account.FEE_LOST, party, -value) for party, value in lost.items()]
    return _postings(legs)


def refund_cleared(*, amount: int, tax: int, mirror: Units, lost: Units) -> tuple[Posting, ...]:
    """A refund after the hold: what was cleared is called back, also below zero (clawback)."""
    legs: list[Leg] = _money_back(amount, tax)
    for units in (mirror, lost):
        legs += [(cleared_account(party), party, -value) for party, value in units.items()]
    return _postings(legs)


def refund_unallocated(*, amount: int, tax: int) -> tuple[Posting, ...]:
    """A refund of a sale that nobody got a share of."""
    return _postings([*_money_back(amount, tax), (Account.UNALLOCATED, "", amount - tax)])


def hold_cleared(*, held: Units, lost: Units) -> tuple[Posting, ...]:
    """The hold of a sale ended: what is left of the shares, less lost fees, is the parties' own.

    ``held`` is what stands on hold for each party (>= 0 for a normal sale), ``lost`` the fees it
    bears (<= 0).
    """
    legs: list[Leg] = []
    for party, value in held.items():
        legs.append((Account.PAYABLE_ON_HOLD, party, value))
        legs.append((cleared_account(party), party, -value))
    for party, value in lost.items():
        legs.append((Account.FEE_LOST, party, value))
        legs.append((cleared_account(party), party, -value))
    return _postings(legs)


def waived_seat(*, units: Units, unallocated: int) -> tuple[Posting, ...]:
    """The fund pays for a seat; ``unallocated`` is the cost when nobody is named to receive it."""
    legs: list[Leg] = [(cleared_account(party), party, -value) for party, value in units.items()]
    return _postings([*legs, (Account.UNALLOCATED, "", -unallocated)])


def cleared_account(party: str) -> Account:
    """Where a party's cleared money sits: the fund has an account of its own."""
    return Account.FUND_AVAILABLE if party == FUND else Account.PAYABLE_CLEARED


def _money_back(amount: int, tax: int) -> list[Leg]:
    return [(Account.GATEWAY_CLEARING, "", -amount), (Account.TAX_PAYABLE, "", tax)]


def _postings(legs: Iterable[Leg]) -> tuple[Posting, ...]:
    sums: dict[tuple[Account, str], int] = {}
    for account, party, units in legs:
        sums[account, party] = sums.get((account, party), 0) + units
    return check_balanced(sums)


def check_balanced(sums: Mapping[tuple[Account, str], int]) -> tuple[Posting, ...]:
    """The legs that are not zero, proved to sum to zero.

    Raises:
        UnbalancedPosting: they do not.
    """
    difference = sum(sums.values())
    if difference:
        raise UnbalancedPosting(f"Debits and credits differ by {difference} minor units.")
    return tuple(
        Posting(account=account, party=party, units=units)
        for (account, party), units in sums.items()
        if units
    )
