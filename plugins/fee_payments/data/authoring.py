"""What authors may do with the fees of their courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairgate.money import Money
from fairgate.payers import PayerClass


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountLimit:
    """What a price in one currency may be, both ends included."""

    lowest: Money
    highest: Money

    @property
    def currency(self) -> str:
        return self.highest.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the authors of some courses may do; ``contact`` is who they ask for more.

    ``kinds`` are the kinds of offerings they may add; ``amounts`` hold one entry for each currency
    they may sell in.
    """

    may_sell: bool
    may_change_price: bool
    kinds: tuple[str, ...]
    amounts: tuple[AmountLimit, ...]
    contact: str = ""

    def of(self, currency: str) -> AmountLimit | None:
        """The limit of one currency; ``None`` if they may not sell in it."""
        return next((one for one in self.amounts if one.currency == currency), None)


#: Where no operator has said anything, authors look and change nothing.
NO_LIMITS = Limits(may_sell=False, may_change_price=False, kinds=(), amounts=())


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredPrice:
    """A price that an author wants to hold from a UTC day; the one before it ends then."""

    payer_class: PayerClass
    amount: Money
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredOffering:
    """What an author says of an offering of their course; the rest stays the operator's."""

    title: str
    kind: str
    on_sale_from: date | None = None
    on_sale_until: date | None = None
