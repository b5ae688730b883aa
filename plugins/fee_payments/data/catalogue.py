"""What is sold, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fairgate.money import Money
from fairgate.payers import PayerClass
from fairgate.percent import Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSummary:
    """One line of the price list; ``valid_until`` is the first day it no longer holds (UTC)."""

    id: int
    payer_class: PayerClass
    amount: Money
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """The tax of one country on one day. ``inclusive``: the list price already holds it."""

    id: int
    country: str
    percent: Percent
    inclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingSummary:
    """A course run, or a part of one, sold under conditions.

    ``on_sale_until`` is the first day it is no longer sold (UTC); ``seats_left`` is ``None`` when
    the room has no limit. ``full_seat_cost`` is what the fund pays the provider for a seat that is
    waived in full (``None``: nothing).
    """

    code: str
    title: str
    course_key: str
    kind: str
    delivery: str
    place: str
    starts_on: date | None
    on_sale_from: date | None
    on_sale_until: date | None
    seats_left: int | None
    waivable: bool
    full_seat_cost: Money | None
    prices: tuple[PriceSummary, ...]

    def is_on_sale(self, on: date) -> bool:
        """Whether it is sold on this UTC day."""
        begun = self.on_sale_from is None or self.on_sale_from <= on
        return begun and (self.on_sale_until is None or on < self.on_sale_until)

    def currencies(self, on: date) -> tuple[str, ...]:
        """The currencies it has a price in on this day, in the order of the price list."""
        current = (p for p in self.prices if p.valid_from <= on)
        open_ones = (p for p in current if p.valid_until is None or on < p.valid_until)
        return tuple(dict.fromkeys(price.amount.currency for price in open_ones))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """One price for a price list, valid from a UTC day."""

    payer_class: PayerClass
    amount: Money
    valid_from: date
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingEntry:
    """An offering as it should stand in the catalogue."""

    code: str
    title: str
    course_key: str
    prices: tuple[PriceEntry, ...]
    kind: str = "course_run"
    delivery: str = "online"
    place: str = ""
    starts_on: date | None = None
    on_sale_from: date | None = None
    on_sale_until: date | None = None
    capacity: int | None = None
    waivable: bool = True
    full_seat_cost: Money | None = None
