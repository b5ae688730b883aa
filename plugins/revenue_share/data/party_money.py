"""Where the money of one party stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from fairgate.money import Money

from .payouts import PayoutState


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHold:
    """What a party has of the sales of one month, as long as payers may still take it back.

    ``until`` is the first moment after the hold.
    """

    period: str
    amount: Money
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What the last closed statement of a currency, that of ``period``, has carried forward."""

    period: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyPayout:
    """What was sent to a party for one statement. ``arrives`` is in the currency of its account.

    ``state`` is ``ordered``, ``paid`` or ``returned``; ``day`` is when the bank has paid it, or is
    to. The account is masked.
    """

    number: int
    period: str
    amount: Money
    arrives: Money
    account: str
    state: PayoutState
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyMoney:
    """A party's money beside its statements.

    ``on_hold`` is by currency and month; ``cleared``, by currency, is on no closed statement yet
    and on hold no more; ``carried`` is what the last statement of each currency has carried.
    """

    party: str
    on_hold: tuple[OnHold, ...]
    cleared: tuple[Money, ...]
    carried: tuple[Carried, ...]
    payouts: tuple[PartyPayout, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.on_hold or self.cleared or self.carried or self.payouts)
