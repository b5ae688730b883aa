"""The smallest valid fees, learners, orders and events, the same every time."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from fairgate.money import Money, total
from fairgate.percent import Percent
from fee_payments import api
from fee_payments.data import (
    EventReceipt,
    IssuedSeatCodes,
    Learner,
    MembershipEntry,
    MerchantDetails,
    MerchantEntry,
    OfferingEntry,
    OfferingSummary,
    OrderSummary,
    PayerClass,
    PriceEntry,
    Quote,
    SessionEntry,
    TaxEntry,
)
from fee_payments.models import Payment
from fee_payments.providers import sandbox, sandbox_book

COURSE = "course-v1:ATC+SPECTRUM101+2026_T4"
NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PRICE = Money("120.00", "USD")
# What the admin's form of an offering sends where nothing is in its lists.
NO_PARTS = {
    f"{part}-{count}_FORMS": "0"
    for part in ("prices", "sessions", "items")
    for count in ("TOTAL", "INITIAL")
}
RETURN_URL = "http://testserver/back/"


def price(amount: Money = PRICE, **changes: Any) -> PriceEntry:
    """An individual's price from the beginning of 2026."""
    fields = {
        "payer_class": PayerClass.INDIVIDUAL,
        "amount": amount,
        "valid_from": date(2026, 1, 1),
    }
    return PriceEntry(**{**fields, **changes})


def offering(code: str = "spectrum", **changes: Any) -> OfferingSummary:
    """A fee for one course run that no waiver covers, unless ``waivable`` says so."""
    fields = {
        "title": "Spectrum management",
        "course_key": COURSE,
        "prices": (price(),),
        "waivable": False,
    }
    return api.set_offering(OfferingEntry(code=code, **{**fields, **changes}))


def learner(user_id: int = 1001, country: str = "CH", **changes: Any) -> Learner:
    """A learner whose country gives no waiver."""
    return Learner(user_id=user_id, country=country, **changes)


def order(
    who: Learner, code: str = "spectrum", *, at: datetime = NOON, key: str = "", **changes: Any
) -> OrderSummary:
    """An order at the price of that moment."""
    quote = api.quote(who, code, at=at, **changes)
    return api.place_order(
        who, code, key=key or f"{who.user_id}:{code}:{at}", expected=quote.total, at=at,
        accepts_terms=accepted(quote),
    )  # fmt: skip


def accepted(quote: Quote) -> str:
    """What who orders says about the terms of a quote: that they accept them, if there are any."""
    return quote.terms.sha256 if quote.terms else ""


def terms(version: str = "1", *, of: str = "academy", at: datetime = NOON, **changes: Any) -> None:
    """Terms of the default merchant that everybody has to accept from now on."""
    api.publish_terms(of, version, valid_from=at, **{"text": f"Terms {version}", **changes})


def order_of(
    who: Learner, *codes: str, at: datetime = NOON, key: str = "", **changes: Any
) -> OrderSummary:
    """One order of several fees, at their prices of that moment."""
    quotes = [api.quote(who, code, at=at, **changes) for code in codes]
    expected = total([quote.total for quote in quotes], quotes[0].total.currency)
    key = key or f"{who.user_id}:{codes}:{at}"
    return api.place_order(
        who, codes, key=key, expected=expected, at=at, accepts_terms=accepted(quotes[0])
    )


def payment(placed: OrderSummary, *, at: datetime = NOON, provider: str = "sandbox") -> Payment:
    """The payment that was started for an order, at the sandbox unless another is named."""
    api.start_payment(
        placed.uuid, user_id=placed.user_id, provider=provider, return_url=RETURN_URL, at=at
    )
    return Payment.objects.get(order__uuid=placed.uuid)


def event(started: Payment, *, at: datetime = NOON, **changes: Any) -> bytes:
    """The sandbox's event that this payment succeeded, with changes a liar would make."""
    body = json.loads(sandbox.settle(started.reference, outcome="paid", at=at))
    return json.dumps({**body, **changes}).encode()


def send(body: bytes, *, at: datetime = NOON) -> EventReceipt:
    """Deliver a body as the sandbox would, signed."""
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=at)}
    return api.receive_event("sandbox", body, headers, at=at)


def seat_codes(code: str = "spectrum", *, key: str = "", **changes: Any) -> IssuedSeatCodes:
    """One code for the fee, given by an institution, that stays."""
    fields = {"count": 1, "sponsor": "Ministry of Posts", "by": 9, "at": NOON}
    return api.issue_seat_codes(code, key=key or f"batch {code}", **{**fields, **changes})


def seat_code(code: str = "spectrum", **changes: Any) -> str:
    """The text of one code, as it was printed."""
    return seat_codes(code, **changes).codes[0]


def paid_order(
    who: Learner, code: str = "spectrum", *, at: datetime = NOON, **changes: Any
) -> OrderSummary:
    """An order that was placed and paid at one moment."""
    placed = order(who, code, at=at, **changes)
    send(event(payment(placed, at=at), at=at), at=at)
    return api.order(placed.uuid)


def paid_order_of(who: Learner, *codes: str, at: datetime = NOON, **changes: Any) -> OrderSummary:
    """One order of several fees that was placed and paid at one moment."""
    placed = order_of(who, *codes, at=at, **changes)
    send(event(payment(placed, at=at), at=at), at=at)
    return api.order(placed.uuid)


def happening(started: Payment, button: str, *, at: datetime = NOON) -> bytes:
    """Something happens at the sandbox, and the event that tells it."""
    body = sandbox_book.press(started.reference, button, at=at)
    assert body is not None, f"“{button}” could not be pressed."
    return body


LAB = "Radio laboratory"
MORNING = datetime(2027, 2, 15, 6, 0, tzinfo=UTC)


def session(code: str = "monday", *, of: str = "spectrum", **changes: Any) -> OfferingSummary:
    """A session of eight hours in Nairobi, without a limit of its own."""
    fields = {
        "place": "Nairobi",
        "room": LAB,
        "starts_at": MORNING,
        "ends_at": MORNING.replace(hour=14),
        "timezone": "Africa/Nairobi",
    }
    return api.set_session(of, SessionEntry(code=code, **{**fields, **changes}))


def workshop(code: str = "spectrum", **changes: Any) -> OfferingSummary:
    """A fee for something that takes place in a room."""
    return offering(code, **{"delivery": "in_person", "place": "Nairobi", **changes})


def merchant(code: str = "academy", **changes: Any) -> MerchantDetails:
    """The default merchant, in Geneva."""
    fields = {
        "legal_name": "Open Spectrum Academy",
        "address": "1 Place des Nations, Geneva",
        "country": "CH",
        "is_default": True,
    }
    return api.set_merchant(MerchantEntry(code=code, **{**fields, **changes}))


def tax(country: str, percent: str, **changes: Any) -> None:
    """A rate from the beginning of 2026 that list prices hold."""
    fields = {"inclusive": True, "valid_from": date(2026, 1, 1)}
    api.add_tax(TaxEntry(country=country, percent=Percent(percent), **{**fields, **changes}))


def membership(user_id: int = 1001, **changes: Any) -> None:
    """A verified member of a university without a tax id."""
    fields = {
        "payer_class": PayerClass.ACADEMIA,
        "organisation": "University of Nairobi",
        "valid_from": date(2026, 1, 1),
        "note": "letter seen",
    }
    api.verify_payer(MembershipEntry(user_id=user_id, **{**fields, **changes}), by=9, at=NOON)
