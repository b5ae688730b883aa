"""Which entries an event makes: the postings of money.md 5.4, as values.

Debits are positive, credits negative. Legs on the same account and party are one leg, and legs of
nothing are left out, so an event that moves nothing makes no transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..data import Account, Part, Posting, Stage, Units
from ..exceptions import UnbalancedPosting

#: The party whose cleared money is handed to the waiver fund.
FUND = "FUND"

Leg = tuple[Account, str, int]

_COSTS = (Part.LOST_FEE, Part.DISPUTE_FEE)


def collected_sale(*, receipts: int, merchant: str) -> tuple[Posting, ...]:
    """A partner received the money: tax and fee are its own affair, the rest it owes."""
    return _postings(
        [(Account.RECEIVABLE, merchant, receipts), (Account.DEFERRED_RECEIPTS, "", -receipts)]
    )


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


def allocation(
    *, receipts: int, processor_fee: int, units: Mapping[Part, Units] | None
) -> tuple[Posting, ...]:
    """The receipts (gross less tax) pay the fee, and what is left belongs to the parties.

    ``units`` of ``None``: no terms were in force, so it stays unallocated. What a merchant has
    collected is posted with its sale.
    """
    legs: list[Leg] = [
        (Account.DEFERRED_RECEIPTS, "", receipts),
        (Account.PROCESSOR_FEE, "", -processor_fee),
    ]
    if units is None:
        legs.append((Account.UNALLOCATED, "", processor_fee - receipts))
    else:
        own: dict[Part, Units] = {
            part: shares for part, shares in units.items() if part is not Part.COLLECTED
        }
        legs += _positions(own, Stage.ON_HOLD)
    return _postings(legs)


def taken_back(
    *,
    amount: int,
    tax: int,
    dispute_fee: int,
    unallocated: int,
    units: Mapping[Part, Units],
    stage: Stage,
    merchant: str,
) -> tuple[Posting, ...]:
    """Money of a sale went back to its payer, or, with negative amounts, came again.

    ``amount`` and ``dispute_fee`` left the gateway, ``tax`` is owed no more; of a ``merchant``'s
    sale both are its own affair, and what it owes is among the ``units``. ``units`` is what each
    part takes from each party (negative, as on its line), ``unallocated`` what nobody bears yet.
    """
    legs: list[Leg] = [(Account.UNALLOCATED, "", unallocated)]
    if not merchant:
        legs.append((Account.GATEWAY_CLEARING, "", -amount - dispute_fee))
        legs.append((Account.TAX_PAYABLE, "", tax))
    return _postings([*legs, *_positions(units, stage)])


def hold_cleared(kept: Mapping[Part, Units]) -> tuple[Posting, ...]:
    """The hold of a sale ended: what is left of the shares, less costs, is the parties' own."""
    returned = {part: {party: -value for party, value in units.items()}
                for part, units in kept.items()}  # fmt: skip
    return _postings([*_positions(returned, Stage.ON_HOLD), *_positions(kept, Stage.CLEARED)])


def to_set_off(closing: int, *, receivable: int, dispute_fee: int) -> tuple[int, int]:
    """How much of what a party has to give back, and of fees, a statement has made up for.

    ``closing`` is what it carries forward: of a debt, so much is still to be given back.
    """
    made_up = max(receivable + dispute_fee - max(-closing, 0), min(receivable + dispute_fee, 0))
    given_back = min(receivable, made_up)
    return given_back, made_up - given_back


def set_off(party: str, *, receivable: int, dispute_fee: int) -> tuple[Posting, ...]:
    """What a party has to give back is taken from what it is owed; below zero, it is owed more."""
    return _postings(
        [
            (Account.PAYABLE_CLEARED, party, receivable + dispute_fee),
            (Account.RECEIVABLE, party, -receivable),
            (Account.DISPUTE_FEE, party, -dispute_fee),
        ]
    )


def waived_seat(*, units: Units, unallocated: int) -> tuple[Posting, ...]:
    """The fund pays for a seat; ``unallocated`` is the cost when nobody is named to receive it."""
    legs: list[Leg] = [(cleared_account(party), party, -value) for party, value in units.items()]
    return _postings([*legs, (Account.UNALLOCATED, "", -unallocated)])


def adjustment(*, units: Units, unallocated: int) -> tuple[Posting, ...]:
    """People move cleared money between parties, or allocate what was not allocated."""
    legs: list[Leg] = [(cleared_account(party), party, -value) for party, value in units.items()]
    return _postings([*legs, (Account.UNALLOCATED, "", -unallocated)])


def remittance(party: str, amount: int) -> tuple[Posting, ...]:
    """A party paid over what it owed, or, below zero, it was given back to it."""
    return _postings([(Account.BANK, "", amount), (Account.PAYABLE_CLEARED, party, -amount)])


def cleared_account(party: str) -> Account:
    """Where a party's cleared money sits: the fund has an account of its own."""
    return Account.FUND_AVAILABLE if party == FUND else Account.PAYABLE_CLEARED


def _positions(units: Mapping[Part, Units], stage: Stage) -> list[Leg]:
    return [
        (account_of(part, party, stage), party, -value)
        for part, by_party in units.items()
        for party, value in by_party.items()
    ]


def account_of(part: Part, party: str, stage: Stage) -> Account:
    """On which account a part of a party's position is, at a stage."""
    if part is Part.COLLECTED:
        return Account.RECEIVABLE
    if stage is Stage.ON_HOLD:
        return Account.FEE_LOST if part in _COSTS else Account.PAYABLE_ON_HOLD
    if stage is Stage.DISPUTED and party != FUND:
        return Account.DISPUTE_FEE if part is Part.DISPUTE_FEE else Account.RECEIVABLE
    return cleared_account(party)


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
        raise UnbalancedPosting(
            "Debits and credits differ by %(difference)s minor units.", difference=difference
        )
    return tuple(
        Posting(account=account, party=party, units=units)
        for (account, party), units in sums.items()
        if units
    )
