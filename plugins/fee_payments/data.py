"""The values of fee_payments: frozen, keyword-only, plain Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money
from fairgate.payers import PayerClass as PayerClass
from fairgate.percent import Percent
from waiver_policy.data import Decision


class OrderState(StrEnum):
    """Where an order stands. ``created`` and ``pending`` are open: they can still be paid.

    ``held`` is what a learner sees while a person looks at a payment that does not fit.
    """

    CREATED = "created"
    PENDING = "pending"
    PAID = "paid"
    WAIVED = "waived"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """The person a price is for. ``country`` is ISO 3166-1 alpha-2, or "" when it is not known.

    ``seen_country`` is where their request comes from, "" where nobody can say or nobody asks; it
    may let a person look before a waiver is given. ``api.learner_for`` finds both: every door that
    shows or asks a price begins there, so that all of them tell the same.
    """

    user_id: int
    country: str
    payer_class: PayerClass = PayerClass.INDIVIDUAL
    seen_country: str = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """How a price comes about; ``net + tax == total`` to the minor unit."""

    list_price: Money
    waived: Money
    net: Money
    tax: Money
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What this learner pays for this offering at this moment, and why.

    ``waiver`` is the decision that was applied (``None``: the offering is not covered by waivers).
    ``explanation`` holds translated sentences; ``advice`` those about what the learner can do, for
    who has no application that waits. ``expires_at``: until then the price stands, for a learner
    of ``country``.
    """

    offering: OfferingSummary
    price_id: int
    breakdown: Breakdown
    waiver: Decision | None
    tax_rule: TaxRule | None
    explanation: tuple[str, ...]
    quoted_at: datetime
    expires_at: datetime
    entitled: bool
    country: str
    advice: tuple[str, ...] = ()

    @property
    def list_price(self) -> Money:
        return self.breakdown.list_price

    @property
    def waived(self) -> Money:
        return self.breakdown.waived

    @property
    def net(self) -> Money:
        return self.breakdown.net

    @property
    def tax(self) -> Money:
        return self.breakdown.tax

    @property
    def total(self) -> Money:
        return self.breakdown.total


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """An order as its learner sees it; ``sentence`` says what happened last, or what is missing."""

    uuid: UUID
    user_id: int
    state: OrderState
    offering_code: str
    offering_title: str
    course_key: str
    breakdown: Breakdown
    refunded: Money
    country: str
    payer_class: PayerClass
    explanation: tuple[str, ...]
    placed_at: datetime
    paid_at: datetime | None
    expires_at: datetime
    provider: str
    reference: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSummary:
    """Money that arrived: one per order line. ``gross = net + tax + processor_fee``."""

    uuid: UUID
    order_uuid: UUID
    line_uuid: UUID
    provider: str
    reference: str
    offering_code: str
    course_key: str
    payer_class: PayerClass
    country: str
    gross: Money
    tax: Money
    processor_fee: Money
    paid_at: datetime

    @property
    def currency(self) -> str:
        return self.gross.currency

    @property
    def net(self) -> Money:
        """What is left to share: receipts less tax and the processor's fee (money.md 5.1)."""
        return self.gross - self.tax - self.processor_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSummary:
    """Money that went back. ``amount = net + tax + fee_not_returned``.

    ``net`` can be negative only for a payment that was smaller than its own fee.
    """

    uuid: UUID
    key: str
    payment_uuid: UUID
    order_uuid: UUID
    line_uuid: UUID
    amount: Money
    tax: Money
    fee_not_returned: Money
    net: Money
    refunded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedSeat:
    """A waiver that was used, for all of a fee or a part of it.

    ``foregone`` is the part of the list price that nobody pays: a memo, never an expense.
    ``seat_cost`` is what the fund pays the provider of the training for it.
    """

    order_uuid: UUID
    line_uuid: UUID
    grant_uuid: UUID
    offering_code: str
    course_key: str
    percent: Percent
    foregone: Money
    seat_cost: Money | None
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedSeat:
    """A waived seat that was given back with a full refund: the fund has its money again.

    ``uuid`` is the key of this fact; the seat is the ``WaivedSeat`` of ``grant_uuid``.
    """

    uuid: UUID
    grant_uuid: UUID
    returned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementChange:
    """A right was given or taken. Says whose and to what, not which: ask before you act on it."""

    user_id: int
    offering_code: str
    course_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementSummary:
    """One right of one learner, past or present. ``source`` is one of ``Entitlement.Source``."""

    uuid: UUID
    offering_code: str
    source: str
    starts_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None
    revoked_because: str

    def is_live(self, at: datetime) -> bool:
        """Whether the right holds at this moment."""
        has_ended = self.ends_at is not None and self.ends_at <= at
        return self.starts_at <= at and not has_ended and self.revoked_at is None

    def ended_at(self, at: datetime) -> datetime | None:
        """When the right was taken back or ended by itself; ``None`` if neither, up to ``at``."""
        ends = (end for end in (self.revoked_at, self.ends_at) if end is not None and end <= at)
        return min(ends, default=None)


class SeatCodeState(StrEnum):
    """Where a seat code stands at a moment."""

    FREE = "free"
    REDEEMED = "redeemed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatCodeSummary:
    """A seat code as an operator sees it: never the code itself, only its first group.

    ``expires_at`` is the first moment at which it is no longer taken (``None``: it stays).
    """

    uuid: UUID
    batch_uuid: UUID
    offering_code: str
    sponsor: str
    hint: str
    expires_at: datetime | None
    redeemed_by: int | None
    redeemed_at: datetime | None
    revoked_at: datetime | None
    revoked_because: str

    def state(self, at: datetime) -> SeatCodeState:
        """Where it stands at this moment."""
        if self.revoked_at is not None:
            return SeatCodeState.REVOKED
        if self.redeemed_by is not None:
            return SeatCodeState.REDEEMED
        is_over = self.expires_at is not None and self.expires_at <= at
        return SeatCodeState.EXPIRED if is_over else SeatCodeState.FREE


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSeatCodes:
    """Codes that were issued just now. They are in no table: who has this value shows them, once.

    They are no part of its ``repr``, which ends up in logs and error pages.
    """

    batch_uuid: UUID
    offering_code: str
    offering_title: str
    sponsor: str
    expires_at: datetime | None
    codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSeat:
    """A seat that somebody has because another paid: what a redeemed code opened."""

    code_uuid: UUID
    user_id: int
    offering_code: str
    course_key: str
    sponsor: str
    redeemed_at: datetime


class EventOutcome(StrEnum):
    """What became of a provider's event."""

    SETTLED = "settled"
    FAILED = "failed"
    KNOWN = "known"
    HELD = "held"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventReceipt:
    """The answer to a provider's event; ``sentence`` is for the person who reads the log."""

    outcome: EventOutcome
    sentence: str
