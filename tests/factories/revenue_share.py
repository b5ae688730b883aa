"""Facts for the books: the smallest valid payment, refund and waived seat, and October 2026."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid5

from factories import partnerships as partnership_factory
from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments.data import (
    DisputeState,
    DisputeSummary,
    PayerClass,
    PaymentSummary,
    RefundSummary,
    WaivedSeat,
)
from revenue_share import api

COURSE = partnership_factory.COURSE
NAMES = UUID("00000000-0000-4000-8000-00000000fa1e")
NOON = datetime(2026, 10, 15, 12, tzinfo=UTC)
REFUND_DAY = datetime(2026, 11, 5, 10, tzinfo=UTC)
CLOSE_DAY = datetime(2026, 12, 2, 9, tzinfo=UTC)

#: Name, gross, tax and processor's fee of the sales of money.md 5.3, and their moments.
OCTOBER = (
    ("S1", "120.00", "20.00", "3.78", datetime(2026, 10, 6, 8, tzinfo=UTC)),
    ("S2", "120.00", "0.00", "3.78", datetime(2026, 10, 13, 14, tzinfo=UTC)),
    ("S3", "59.99", "0.00", "2.04", datetime(2026, 10, 20, 19, tzinfo=UTC)),
    ("S4", "10.00", "0.00", "0.59", datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)),
)


def named(name: str) -> UUID:
    """The same uuid for a name every time."""
    return uuid5(NAMES, name)


def payment(
    name: str = "S1",
    gross: str = "120.00",
    tax: str = "0.00",
    fee: str = "0.00",
    at: datetime = NOON,
    *,
    currency: str = "USD",
    course: str = COURSE,
) -> PaymentSummary:
    """Money that arrived for one seat of the course."""
    return PaymentSummary(
        uuid=named(name),
        order_uuid=named(f"order {name}"),
        line_uuid=named(f"line {name}"),
        provider="sandbox",
        reference=name,
        offering_code="spectrum-online",
        course_key=course,
        payer_class=PayerClass.INDIVIDUAL,
        country="KE",
        gross=Money(gross, currency),
        tax=Money(tax, currency),
        processor_fee=Money(fee, currency),
        paid_at=at,
    )


def refund(
    name: str = "R1",
    of: str = "S1",
    amount: str = "120.00",
    tax: str = "0.00",
    fee: str = "0.00",
    at: datetime = REFUND_DAY,
    *,
    currency: str = "USD",
) -> RefundSummary:
    """Money that went back; ``fee`` is the part of the processor's fee that did not return."""
    money, tax_part, lost = Money(amount, currency), Money(tax, currency), Money(fee, currency)
    return RefundSummary(
        uuid=named(name),
        key=name,
        payment_uuid=named(of),
        order_uuid=named(f"order {of}"),
        line_uuid=named(f"line {of}"),
        amount=money,
        tax=tax_part,
        fee_not_returned=lost,
        net=money - tax_part - lost,
        refunded_at=at,
    )


def dispute(
    state: str = "opened",
    of: tuple[str, ...] = ("S1",),
    amount: str = "120.00",
    fee: str = "15.00",
    at: datetime = REFUND_DAY,
    *,
    name: str = "D1",
    opened_at: datetime | None = None,
    currency: str = "USD",
) -> DisputeSummary:
    """A payer's bank takes the money of a payment; ``of`` are the names of its parts."""
    return DisputeSummary(
        uuid=named(name),
        payment_uuid=named(f"payment {of[0]}"),
        order_uuid=named(f"order {of[0]}"),
        provider="sandbox",
        reference=name,
        amount=Money(amount, currency),
        fee=Money(fee, currency),
        reason="fraudulent",
        state=DisputeState(state),
        opened_at=opened_at or at,
        closed_at=None if state == "opened" else at,
        evidence_due_by=None,
        parts=tuple(named(part) for part in of),
        told_at=at,
    )


def waived_seat(
    name: str = "W1", cost: str | None = "15.00", at: datetime = NOON, *, currency: str = "USD"
) -> WaivedSeat:
    """A seat that nobody paid for."""
    return WaivedSeat(
        order_uuid=named(f"order {name}"),
        line_uuid=named(f"line {name}"),
        grant_uuid=named(name),
        offering_code="spectrum-online",
        course_key=COURSE,
        percent=Percent(100),
        foregone=Money("120.00", currency),
        seat_cost=Money(cost, currency) if cost else None,
        granted_at=at,
    )


def put_terms_in_force(**changes: str | int) -> None:
    """The agreement of money.md 5.3, signed and in force from 1 October 2026."""
    text = partnership_factory.terms_text(partnership_factory.version_text(**changes))
    partnership_factory.put_in_force(text)


def book_october() -> None:
    """The four sales of October and the refund of 25.00 on S3 on 5 November."""
    for sale in OCTOBER:
        api.book_payment(payment(*sale), at=sale[-1])
    api.book_refund(refund("R1", "S3", "25.00", "0.00", "0.85"), at=REFUND_DAY)
