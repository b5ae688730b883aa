"""The smallest valid organisations, batch orders, pools and invitations, the same every time."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core import mail

from factories import fee_payments as make
from fairgate.money import Money
from fee_payments import api
from fee_payments.data import OrderSummary, PayerClass, SeatPoolSummary, WantedLine
from fee_payments.data.institution_seats import Invitee
from fee_payments.data.invoices import ContactRole
from fee_payments.models import Buyer, BuyerContact

COORDINATOR = 501
MINISTRY = "Ministry of Posts"
SEAT = Money("80.00", "USD")


def account(name: str, **fields: Any) -> int:
    """An account with a confirmed address; returns its user id."""
    user = get_user_model().objects.create_user(
        name, **{"email": f"{name}@posts.example", **fields}
    )
    return int(user.pk)


def buyer(*coordinators: int, **changes: Any) -> Buyer:
    """A verified ministry whose training one person coordinates."""
    fields: dict[str, Any] = {
        "legal_name": MINISTRY,
        "payer_class": PayerClass.MEMBER_STATE.value,
        "address": "Place 1",
        "country": "CH",
        "verified_by": 9,
        "verified_at": make.NOON,
    }
    row = Buyer.objects.create(**{**fields, **changes})
    for user_id in coordinators or (COORDINATOR,):
        BuyerContact.objects.create(buyer=row, user_id=user_id, role=ContactRole.COORDINATOR)
    return row


def offering(code: str = "spectrum", **changes: Any) -> None:
    """A fee that costs a ministry less than an individual."""
    prices = (make.price(), make.price(SEAT, payer_class=PayerClass.MEMBER_STATE))
    make.offering(code, **{"prices": prices, **changes})


def wanted(**seats: int) -> tuple[WantedLine, ...]:
    """So many seats of each offering, by its code."""
    return tuple(WantedLine(offering_code=code, quantity=count) for code, count in seats.items())


def at_sessions(code: str = "spectrum", **seats: int) -> tuple[WantedLine, ...]:
    """So many seats of each session of one offering, by its code."""
    return tuple(
        WantedLine(offering_code=code, session=session, quantity=count)
        for session, count in seats.items()
    )


def batch(
    row: Buyer, seats: int = 3, code: str = "spectrum", *, session: str = "", key: str = "",
    **changes: Any,
) -> OrderSummary:  # fmt: skip
    """An order of seats at the price of that moment."""
    lines = (WantedLine(offering_code=code, session=session, quantity=seats),)
    return batch_of(row, lines, key=key or f"batch {row.pk} {code}", **changes)


def batch_of(
    row: Buyer, lines: tuple[WantedLine, ...], *, by: int = COORDINATOR, key: str = "several",
    at: Any = make.NOON,
) -> OrderSummary:  # fmt: skip
    """An order of several lines of seats at the price of that moment."""
    offer = api.quote_batch(row.uuid, lines, by=by, at=at)
    return api.place_batch_order(
        row.uuid, lines, by=by, key=key, expected=offer.total, at=at,
        accepts_terms=offer.terms.sha256 if offer.terms else "",
    )  # fmt: skip


def pool(
    row: Buyer | None = None, seats: int = 3, *, by: int = COORDINATOR, **changes: Any
) -> SeatPoolSummary:
    """The seats of a batch order that was paid by card."""
    placed = batch(row or buyer(by), seats, by=by, **changes)
    make.send(make.event(make.payment(placed)))
    return api.list_pools(by, at=make.NOON)[0]


def invite(where: SeatPoolSummary, *addresses: str, by: int = COORDINATOR, **changes: Any) -> None:
    """Invite people by their addresses."""
    people = [Invitee(email=one, place=place) for place, one in enumerate(addresses, start=1)]
    api.assign_seats(where.uuid, people, by=by, **{"at": make.NOON, **changes})


def links() -> list[str]:
    """The tokens of the links in all mails that were sent."""
    found = [re.search(r"/invitation/([^/\s]+)/", one.body) for one in mail.outbox]
    return [one.group(1) for one in found if one]


def seats_of(where: SeatPoolSummary, *, by: int = COORDINATOR, at: Any = make.NOON) -> list[UUID]:
    """The uuids of the live seats of a pool, by number."""
    return [seat.uuid for seat in api.every_seat(where.uuid, by=by, at=at)]
