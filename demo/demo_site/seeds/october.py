"""The sales of October 2026 and the refund of November: the worked example of the money design.

S1 to S4 are real orders, paid at the sandbox, settled by events that it signed, at their own
moments. Nothing is written past the doors of fee_payments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from demo_site.seeds.people import user_called
from fairgate.money import Money
from fee_payments import api as payments
from fee_payments.data import Learner, OrderState, PayerClass
from fee_payments.providers import sandbox

REFUND_AT = datetime(2026, 11, 5, 10, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sale:
    """One sale of the worked example."""

    name: str
    username: str
    country: str
    offering: str
    total: str
    at: datetime
    payer_class: PayerClass = PayerClass.INDIVIDUAL


SALES = (
    Sale("S1", "claire", "FR", "spectrum-online", "120.00",
         datetime(2026, 10, 6, 8, 12, tzinfo=UTC)),
    Sale("S2", "otieno", "KE", "spectrum-online", "120.00",
         datetime(2026, 10, 13, 14, 40, tzinfo=UTC)),
    Sale("S3", "beatriz", "BR", "spectrum-online", "59.99",
         datetime(2026, 10, 20, 19, 5, tzinfo=UTC), PayerClass.ACADEMIA),
    Sale("S4", "otieno", "KE", "spectrum-exam", "10.00",
         datetime(2026, 10, 29, 11, 30, tzinfo=UTC)),
)  # fmt: skip


def seed() -> None:
    """Sell, settle and refund what has not been yet."""
    for sale in SALES:
        _sell(sale)
    refunded = payments.list_refunds()
    if not refunded:
        _refund()


def _sell(sale: Sale) -> None:
    learner = Learner(
        user_id=user_called(sale.username).pk,
        country=sale.country,
        payer_class=sale.payer_class,
    )
    terms = payments.quote(learner, sale.offering, at=sale.at).terms
    order = payments.place_order(
        learner,
        sale.offering,
        key=f"demo:{sale.name}",
        expected=Money(sale.total, "USD"),
        at=sale.at,
        accepts_terms=terms.sha256 if terms else "",
    )
    if order.state not in (OrderState.CREATED, OrderState.PENDING):
        return
    url = payments.start_payment(
        order.uuid,
        user_id=learner.user_id,
        provider="sandbox",
        return_url="http://127.0.0.1/",
        at=sale.at,
    )
    paid_at = sale.at + timedelta(minutes=2)
    token = url.rstrip("/").rsplit("/", 1)[-1]
    body = sandbox.settle(token, outcome="paid", at=paid_at)
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body, at=paid_at)}
    payments.receive_event("sandbox", body, headers, at=paid_at)


def _refund() -> None:
    third = next(sale for sale in SALES if sale.name == "S3")
    orders = payments.list_orders(user_called(third.username).pk)
    order = next(order for order in orders if third.offering in order.offering_codes)
    payments.refund(
        order.uuid,
        Money("25.00", "USD"),
        key="demo:refund:S3",
        reason="Joined two weeks late",
        by=user_called("ines").pk,
        at=REFUND_AT,
    )
