"""People who pay more than once (docs.stripe.com/api/customers)."""

from __future__ import annotations

from typing import Any

from stripe_peer import events
from stripe_peer.account import Account
from stripe_peer.metadata import metadata_of
from stripe_peer.store import Object


def create(account: Account, params: dict[str, Any]) -> Object:
    """Keep a customer."""
    customer = account.store.add(
        "customer",
        {
            "created": account.clock.seconds,
            "description": params.get("description"),
            "email": params.get("email"),
            "livemode": account.livemode,
            "metadata": metadata_of(params.get("metadata")),
            "name": params.get("name"),
        },
    )
    events.record(account, "customer.created", customer)
    return customer
