"""What is sold, and for how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fairgate.money import Money
from fairgate.payers import PayerClass
from fee_payments.data.enrolments import BY_KIND
from fee_payments.data.merchants import MerchantSummary
from fee_payments.data.refund_policy import RefundPolicy
from fee_payments.data.rooms import SessionSummary
from fee_payments.data.taxes import PricesHoldTax


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSummary:
    """One line of the price list; ``valid_until`` is the first day it no longer holds (UTC)."""

    id: int
    payer_class: PayerClass
    amount: Money
    valid_from: date
    valid_until: date | None
    holds_tax: PricesHoldTax = PricesHoldTax.AS_THE_RATE

    def holds(self, on: date) -> bool:
        """Whether it is in force on this UTC day."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingSummary:
    """A course run, a part of one, a certificate or a bundle of runs, sold under conditions.

    ``on_sale_until`` is the first day it is no longer sold (UTC), ``upgrade_until`` the first
    moment at which it is sold to nobody any more, who is enrolled or not. ``seats_left`` is
    ``None`` when the room has no limit, and 0 while people wait for a seat. ``full_seat_cost`` is
    what the fund pays the provider for a seat that is waived in full (``None``: nothing).
    ``opens`` are the codes of what it opens: its own, or those of the offerings of a bundle.
    A bundle may be of no course run: its ``course_key`` is empty then.

    A right ends ``access_days`` after it began (``None``: not by itself). ``enrolment_mode`` is the
    mode that who has it is enrolled in: ``BY_KIND`` as usual for the kind, "" not at all.
    ``refund_policy`` is its own (``None``: that of the site).
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
    upgrade_until: datetime | None = None
    opens: tuple[str, ...] = ()
    merchant: MerchantSummary | None = None
    sessions: tuple[SessionSummary, ...] = ()
    access_days: int | None = None
    enrolment_mode: str = BY_KIND
    refund_policy: RefundPolicy | None = None

    def is_on_sale(self, on: date) -> bool:
        """Whether it is sold on this UTC day."""
        begun = self.on_sale_from is None or self.on_sale_from <= on
        return begun and (self.on_sale_until is None or on < self.on_sale_until)

    def currencies(self, on: date) -> tuple[str, ...]:
        """The currencies it has a price in on this day, in the order of the price list."""
        current = (price for price in self.prices if price.holds(on))
        return tuple(dict.fromkeys(price.amount.currency for price in current))

    def session(self, code: str) -> SessionSummary | None:
        """The session of this code, if there is one."""
        return next((one for one in self.sessions if one.code == code), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceEntry:
    """One price for a price list, valid from a UTC day."""

    payer_class: PayerClass
    amount: Money
    valid_from: date
    valid_until: date | None = None
    holds_tax: PricesHoldTax = PricesHoldTax.AS_THE_RATE


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingEntry:
    """An offering as it should stand in the catalogue.

    ``opens`` names the offerings of a bundle; ``merchant`` the code of who collects (``""``: the
    default). ``access_days``, ``enrolment_mode`` and ``refund_policy`` as in ``OfferingSummary``.
    """

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
    upgrade_until: datetime | None = None
    opens: tuple[str, ...] = ()
    merchant: str = ""
    access_days: int | None = None
    enrolment_mode: str = BY_KIND
    refund_policy: RefundPolicy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePart:
    """One offering that a bundle opens, as its page names it."""

    code: str
    title: str
    course_key: str


class SpanKind(StrEnum):
    """What a price list says of a time: one price, none, or more than one."""

    PRICE = "price"
    GAP = "gap"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSpan:
    """A time of a price list for one payer class and currency, from a UTC day until another.

    ``price`` is the one that counts: of several, the one that began last; ``None`` in a gap.
    """

    kind: SpanKind
    payer_class: PayerClass
    currency: str
    begins: date
    ends: date | None
    price: PriceSummary | None

    def is_of(self, on: date) -> bool:
        """Whether this UTC day is in it."""
        return self.begins <= on and (self.ends is None or on < self.ends)
