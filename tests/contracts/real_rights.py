"""Gives people what the leak matrix needs of them, as learners come by it: nothing is pretended.

Fees are paid at the sandbox, whose signed event settles the order; waivers come from a policy and a
fund, seats from a code; refunds go through the provider. ``fee_payments.api`` and
``waiver_policy.api`` are asked.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path

from fairgate.money import Money
from fee_payments import api as payments
from fee_payments.data import OfferingEntry, OrderSummary, PayerClass, PriceEntry
from fee_payments.models import Payment
from fee_payments.providers import sandbox
from waiver_policy import api as waivers
from waiver_policy.data import EditionFacts

WAIVED_COUNTRY = "UG"  # among the least developed countries of the shipped lists
PAYING_COUNTRY = "CH"
PRICE = Money("120.00", "USD")
# The sandbox is the only provider, and takes events that are signed with this.
SETTINGS = {
    "FEE_PAYMENTS_PROVIDERS": {"sandbox": "fee_payments.providers.sandbox.Sandbox"},
    "FEE_PAYMENTS_TEST_MODE": True,
    "FEE_PAYMENTS_SANDBOX_SECRETS": ("leak-matrix",),
}
_POLICY = """\
schema: waiver-policy/0.2
policies:
- id: matrix
  title: Least developed countries
  country_basis: profile
  rules:
  - {label: ldc, when: {in_group: {group: LDC}}, benefit: {kind: percent_off, percent: 100}}
"""


def open_the_programme(*, at: datetime) -> None:
    """Load the shipped country lists, a policy that waives everything for one group, and a fund."""
    before = at - timedelta(days=60)
    shipped = Path(str(resources.files("waiver_policy"))) / "data" / "ldc_sids.csv"
    waivers.load_edition(
        shipped,
        source=EditionFacts(source="UN-OHRLLS"),
        by="operator",
        known_from=before,
        file="lists.csv",
    )
    waivers.load_policy(_POLICY, file="policy.yaml", by="operator", at=before)
    waivers.activate_policy("matrix", by="operator", at=before)
    waivers.credit_fund(Money("10000.00", "USD"), key="matrix", reason="Deposit", at=before)


def offer(code: str, course_key: str, *, at: datetime) -> None:
    """Sell a fee for a course, waivable."""
    price = PriceEntry(
        payer_class=PayerClass.INDIVIDUAL,
        amount=PRICE,
        valid_from=(at - timedelta(days=30)).date(),
    )
    entry = OfferingEntry(
        code=code,
        title=f"Fee {code}",
        course_key=course_key,
        prices=(price,),
        full_seat_cost=Money("15.00", "USD"),
    )
    payments.set_offering(entry)


def pay(user_id: int, code: str, *, at: datetime, key: str = "") -> OrderSummary:
    """Order, pay at the sandbox, and let its signed event arrive. Another order has another key."""
    placed = _order(user_id, code, at=at, key=key)
    payments.start_payment(
        placed.uuid,
        user_id=user_id,
        provider="sandbox",
        return_url="http://testserver/back/",
        at=at,
    )
    started = Payment.objects.get(order__uuid=placed.uuid)
    body = json.dumps(json.loads(sandbox.settle(started.reference, outcome="paid", at=at)))
    headers = {sandbox.SIGNATURE_HEADER: sandbox.sign(body.encode(), at=at)}
    payments.receive_event("sandbox", body.encode(), headers, at=at)
    return payments.order(placed.uuid)


def refund(paid: OrderSummary, *, at: datetime) -> None:
    """Give everything back."""
    payments.refund(
        paid.uuid,
        paid.breakdown.total,
        key=f"refund:{paid.uuid}",
        reason="Withdrew.",
        by=1,
        at=at,
    )


def waive(user_id: int, code: str, *, at: datetime) -> None:
    """Take the seat that the waiver opens in full; the person lives in ``WAIVED_COUNTRY``."""
    payments.take_waived_seat(payments.learner_for(user_id), code, key=_key(user_id, code), at=at)


def seat(user_id: int, code: str, *, at: datetime) -> None:
    """Redeem a seat code that somebody else gives."""
    issued = payments.issue_seat_codes(
        code, count=1, sponsor="A ministry", key=_key(user_id, code), by=None, at=at
    )
    payments.redeem_seat_code(payments.learner_for(user_id), code, issued.codes[0], at=at)


def _order(user_id: int, code: str, *, at: datetime, key: str) -> OrderSummary:
    learner = payments.learner_for(user_id)
    total = payments.quote(learner, code, at=at).total
    key = key or _key(user_id, code)
    return payments.place_order(learner, code, key=key, expected=total, at=at)


def _key(user_id: int, code: str) -> str:
    return f"matrix:{user_id}:{code}"
