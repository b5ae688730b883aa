"""Money in the account: every movement is a balance transaction, the balance is their sum.

docs.stripe.com/api/balance_transactions/object; types and categories are those of
docs.stripe.com/reports/balance-transaction-types and docs.stripe.com/reports/reporting-categories.
Nothing is converted: money is settled in the currency in which it was paid.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from stripe_peer.account import Account
from stripe_peer.store import Object


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Why money moves: Stripe's type and reporting category, and a sentence."""

    kind: str
    category: str
    description: str


def post(
    account: Account,
    source: Object,
    amount: int,
    movement: Movement,
    *,
    fee: int = 0,
    fee_description: str = "Stripe processing fees",
) -> Object:
    """Move money in (positive) or out, less a fee, all in minor units; ``net`` is what is left."""
    currency = source["currency"]
    details = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": fee_description,
        "type": "stripe_fee",
    }
    return account.store.add(
        "balance_transaction",
        {
            "amount": amount,
            "available_on": account.clock.seconds + int(account.payout_delay.total_seconds()),
            "balance_type": "payments",
            "created": account.clock.seconds,
            "currency": currency,
            "description": movement.description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [details] if fee else [],
            "net": amount - fee,
            "reporting_category": movement.category,
            "source": source["id"],
            "status": "pending",
            "type": movement.kind,
        },
    )


def refresh(account: Account) -> None:
    """What was pending until now becomes available."""
    for transaction in account.store.oldest("balance_transaction"):
        if transaction["available_on"] <= account.clock.seconds:
            transaction["status"] = "available"


def retrieve(account: Account, _params: dict[str, Any]) -> Object:
    """The balance, per currency: what is available, and what is still pending."""
    refresh(account)
    sums: dict[str, Counter[str]] = {"available": Counter(), "pending": Counter()}
    for transaction in account.store.oldest("balance_transaction"):
        for counter in sums.values():
            counter[transaction["currency"]] += 0  # a currency is listed in both, also with nothing
        sums[transaction["status"]][transaction["currency"]] += transaction["net"]
    return {
        "object": "balance",
        "livemode": account.livemode,
        **{
            name: [
                {"amount": amount, "currency": currency, "source_types": {"card": amount}}
                for currency, amount in sorted(counter.items())
            ]
            for name, counter in sums.items()
        },
    }
