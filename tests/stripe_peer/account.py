"""One Stripe account: what it holds, how it is set up, and one lock around all of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from threading import RLock

import stripe

from stripe_peer.clock import Clock
from stripe_peer.fees import Fees
from stripe_peer.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The request that an event is due to; both None for what a person or a bank did."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass(slots=True, kw_only=True)
class Account:
    """What a test sets up, and what came of it.

    Attributes:
        clock: the time of everything that happens here.
        secret_key: the only key that is let in.
        api_version: what events are written in; that of the SDK, so that it can read them.
        methods: the kinds of payment methods that are switched on.
        livemode: what objects and events say of themselves.
        fees: the price list.
        payout_delay: how long money is pending before it is available.
        fees_come_later: with ``automatic_async`` the balance transaction of a charge waits for
            ``Bank.book_fees``; else it follows the payment at once. Either way no event of the
            payment itself has it (docs.stripe.com/payments/payment-intents/asynchronous-capture).
    """

    clock: Clock
    secret_key: str = "sk_test_peer"
    api_version: str = stripe.api_version or ""
    methods: tuple[str, ...] = ("card", "us_bank_account")
    livemode: bool = False
    fees: Fees = field(default_factory=Fees)
    payout_delay: timedelta = timedelta(days=2)
    fees_come_later: bool = False
    store: Store = field(default_factory=Store)
    cause: Cause = field(default_factory=Cause)
    lock: RLock = field(default_factory=RLock)
