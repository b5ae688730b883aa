"""Accounts, legs and balances."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fairgate.money import Money


class Account(StrEnum):
    """Where value sits. Accounts with a party are the party's position (money.md 5.4).

    ``UNALLOCATED`` holds receipts of courses that had no terms in force, until somebody decides.
    It also holds what went back beyond what a sale brought, after a refund and a dispute of it.
    ``BANK`` is what payouts were paid from; what came to it is in other books. ``FX_GAIN_LOSS``
    takes what a bank's rate and fees differ by, and stands between two currencies of one payout.
    ``FEE_LOST`` takes the costs of refunds and disputes out of the bearer's position while it is on
    hold. What a bank takes of a sale that was cleared is ``RECEIVABLE`` of the party, its fee
    ``DISPUTE_FEE`` of the bearer, until a close sets both off against what the party is owed.
    """

    GATEWAY_CLEARING = "gateway_clearing"
    PROCESSOR_FEE = "processor_fee"
    DEFERRED_RECEIPTS = "deferred_receipts"
    TAX_PAYABLE = "tax_payable"
    UNALLOCATED = "unallocated"
    PAYABLE_ON_HOLD = "payable_on_hold"
    FEE_LOST = "fee_lost"
    DISPUTE_FEE = "dispute_fee"
    PAYABLE_CLEARED = "payable_cleared"
    RECEIVABLE = "receivable"
    FUND_AVAILABLE = "fund_available"
    BANK = "bank"
    FX_GAIN_LOSS = "fx_gain_loss"


class Stage(StrEnum):
    """How far the money of a sale has come: it says on which accounts a party's position is.

    ``DISPUTED``: it was cleared, perhaps paid out, and a payer's bank has taken it since.
    """

    ON_HOLD = "on_hold"
    CLEARED = "cleared"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One leg of a transaction before it is written; ``units`` > 0 is a debit, < 0 a credit."""

    account: Account
    units: int
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is on an account: ``amount`` is debits less credits, so what we owe is negative."""

    account: Account
    party: str
    amount: Money

    @property
    def is_unallocated(self) -> bool:
        """Whether it waits for somebody to decide whose it is."""
        return self.account is Account.UNALLOCATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How many sales left their hold, and what the fund received for them."""

    sales: int
    fund: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row that breaks an invariant: which one, where, and what is wrong as a sentence."""

    invariant: str
    row: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.row}: {self.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """How many sums of parties and of receipts were made again, and how many were other before."""

    parties: int
    receipts: int
    differing: int
