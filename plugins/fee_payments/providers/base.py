"""What a payment provider is to us: it starts a charge, tells events, and refunds.

Every call that moves money carries an idempotency key: the same key asks for the same thing, so a
call may be repeated after a time-out without charging or refunding twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol

from fairgate.money import Money
from fee_payments import conf
from fee_payments.data import RefundAnswer
from fee_payments.exceptions import UnknownProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRequest:
    """A wish to be paid; ``key`` is the idempotency key, the payer comes back to ``return_url``."""

    key: str
    amount: Money
    description: str
    return_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge that was started: send the payer to ``redirect_url``."""

    reference: str
    redirect_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A verified event: ``occurred_at`` is the provider's moment; amounts only where they apply."""

    event_id: str
    kind: str
    reference: str
    amount: Money | None
    processor_fee: Money | None
    occurred_at: datetime
    sentence: str


class Provider(Protocol):
    """The interface of a provider; ``name`` is what payments and events are filed under."""

    name: str

    def start(self, request: ChargeRequest) -> Charge:
        """Start a charge. Raises ProviderRefused or ProviderUnavailable."""

    def read_event(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Event:
        """Check signature and age, then read. Raises InvalidEvent before anything is believed."""

    def parse(self, body: bytes) -> Event:
        """Read a body that was verified when it came. Raises InvalidEvent."""

    def refund(self, reference: str, amount: Money, *, key: str) -> RefundAnswer | None:
        """Give money back. Raises ProviderRefused or ProviderUnavailable.

        ``None`` says that it is done, and that the provider has no name of its own for it.
        """


def get_provider(name: str) -> Provider:
    """The provider of this name.

    Raises:
        UnknownProvider: it is not in ``FEE_PAYMENTS_PROVIDERS``.
    """
    try:
        path = conf.providers()[name]
    except KeyError:
        raise UnknownProvider(f"No payment provider “{name}” is switched on.") from None
    module, _, attribute = path.rpartition(".")
    provider: Provider = getattr(import_module(module), attribute)()
    return provider
