"""What happened, as Stripe tells it (docs.stripe.com/api/events/object).

An event shows its object as it was at that moment. ``data.previous_attributes`` holds what an
update changed.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from stripe_peer.account import Account
from stripe_peer.store import Object


def record(
    account: Account, kind: str, subject: Object, *, previous: dict[str, Any] | None = None
) -> Object:
    """Write down that something happened to an object, and give the event.

    ``previous`` are values from before; those that did not change are left out.
    """
    data: dict[str, Any] = {"object": deepcopy(subject)}
    if previous is not None:
        changed = {name: was for name, was in previous.items() if subject[name] != was}
        data["previous_attributes"] = changed
    return account.store.add(
        "event",
        {
            "type": kind,
            "created": account.clock.seconds,
            "api_version": account.api_version,
            "livemode": account.livemode,
            "pending_webhooks": 1,
            "request": {
                "id": account.cause.request_id,
                "idempotency_key": account.cause.idempotency_key,
            },
            "data": data,
        },
    )
