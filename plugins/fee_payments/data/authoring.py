"""What authors may do with the fees of their courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

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
    they may sell in. ``may_ask`` is whether they may ask operators for what is beyond that.
    """

    may_sell: bool
    may_change_price: bool
    kinds: tuple[str, ...]
    amounts: tuple[AmountLimit, ...]
    contact: str = ""
    may_ask: bool = False

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


class AuthorWish(StrEnum):
    """What an author asks operators for."""

    ADD = "add"
    CHANGE = "change"
    PRICE = "price"


class AuthorRequestState(StrEnum):
    """Where it stands; only what waits can still change."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredChange:
    """A change of the fees of a course, whole: nothing that it does is said elsewhere.

    A new fee has both parts, what is said of a fee ``about``, the next price ``price``.
    """

    wish: AuthorWish
    code: str
    about: AuthoredOffering | None = None
    price: AuthoredPrice | None = None

    def __post_init__(self) -> None:
        needed = {
            AuthorWish.ADD: (True, True),
            AuthorWish.CHANGE: (True, False),
            AuthorWish.PRICE: (False, True),
        }[self.wish]
        if (self.about is not None, self.price is not None) != needed:
            raise ValueError(f"“{self.wish}” has other parts than these.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceThen:
    """One price as it stood when an author asked for the next one."""

    amount: Money
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredBase:
    """What an author looked at when they asked: what is approved replaces this, or nothing.

    ``prices`` are those of the same payers and currency that were not over on that day, by day.
    """

    about: AuthoredOffering | None = None
    prices: tuple[PriceThen, ...] = ()

    def price_on(self, on: date) -> PriceThen | None:
        """The one that would hold on a UTC day: of several, that which began last."""
        holding = [
            one
            for one in self.prices
            if one.valid_from <= on and (one.valid_until is None or on < one.valid_until)
        ]
        return holding[-1] if holding else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRequest:
    """What an author asked operators for, and what became of it.

    ``note`` is what who decided says to the author; ``decided_by`` is who withdrew it, too.
    """

    uuid: UUID
    course_key: str
    change: AuthoredChange
    base: AuthoredBase
    reason: str
    asked_by: int
    asked_at: datetime
    state: AuthorRequestState
    decided_by: int | None = None
    decided_at: datetime | None = None
    note: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.state is AuthorRequestState.WAITING
