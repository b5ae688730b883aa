"""A provider that tells single facts and can be asked nothing: the hardest to keep in order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from fairgate.money import Money
from fee_payments.data import DisputeState, RefundAnswer
from fee_payments.exceptions import InvalidEvent
from fee_payments.providers.base import Charge, ChargeRequest, EventHead
from fee_payments.providers.facts import (
    Disputed,
    Fact,
    FeeKnown,
    Paid,
    Pending,
    Refunded,
)

SETTINGS = {"plain": "factories.plain_provider.PlainProvider"}
START = datetime.fromisoformat("2026-10-05T12:00:00+00:00")
USD = "USD"


def facts_of(reference: str) -> dict[str, Fact]:
    """What can be told of one payment of 120 dollars, by name, in the order in which it happens."""

    def dispute(state: DisputeState, hours: int) -> Disputed:
        return Disputed(
            reference=reference,
            dispute_reference="dp_1",
            amount=Money("100.00", USD),
            fee=Money("15.00", USD),
            state=state,
            reason="fraudulent",
            due_by=None,
            occurred_at=START + timedelta(hours=hours),
        )

    return {
        "pending": Pending(reference=reference),
        "paid": Paid(reference=reference, amount=Money("120.00", USD), fee=None, occurred_at=START),
        "fee": FeeKnown(reference=reference, fee=Money("3.78", USD)),
        "refund": Refunded(
            reference=reference,
            refund_reference="re_1",
            ours=None,
            amount=Money("20.00", USD),
            occurred_at=START + timedelta(hours=1),
        ),
        "dispute": dispute(DisputeState.OPENED, 2),
        "lost": dispute(DisputeState.LOST, 3),
    }


def event(name: str, reference: str) -> bytes:
    """The event that tells one of these."""
    return json.dumps({"id": f"{name}:{reference}", "name": name, "reference": reference}).encode()


class PlainProvider:
    """Signs with a word, and forgets everything."""

    name = "plain"
    label = "Plain"
    is_live = False
    account = ""

    def refusal_of(self, amount: Money) -> str:
        return ""

    def start(self, request: ChargeRequest) -> Charge:
        return Charge(
            reference=f"plain-{request.payment}",
            redirect_url=f"https://plain.example/{request.payment}",
            open_until=request.open_until,
        )

    def read_head(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> EventHead:
        if headers.get("Plain-Word") != "please":
            raise InvalidEvent("The magic word is missing.")
        told = json.loads(body)
        return EventHead(
            event_id=told["id"], kind=told["name"], is_live=False, account="", created_at=at
        )

    def facts(self, body: bytes) -> tuple[Fact, ...]:
        told = json.loads(body)
        return (facts_of(told["reference"])[told["name"]],)

    def refund(self, reference: str, amount: Money, *, key: str) -> RefundAnswer:
        return RefundAnswer(reference=f"re_{key}", is_done=True)

    def fee_of(self, reference: str) -> Money | None:
        return None

    def list_charges(self, *, since: datetime, until: datetime) -> list[tuple[Fact, ...]]:
        return []
