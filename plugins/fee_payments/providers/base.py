"""What a payment provider is to us: it starts a charge, tells events, refunds, and can be asked.

A provider of somebody else is a class with this interface, offered in the entry-point group
``fairgate.payment_providers`` or named by its dotted path in ``FEE_PAYMENTS_PROVIDERS``; it is
built with its options as keyword arguments. Every call that moves money carries an idempotency key:
the same key asks for the same thing, so a call may be repeated after a time-out without charging or
refunding twice. Why it looks so: docs/decisions/0034-providers-and-the-inbox.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from fairgate.money import Money
from fee_payments.data import RefundAnswer
from fee_payments.providers.facts import Fact

ENTRY_POINTS = "fairgate.payment_providers"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeItem:
    """One line of what is paid for, with its tax."""

    title: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRequest:
    """A wish to be paid.

    Attributes:
        key: the idempotency key; a second request with it has the same content, to the letter.
        order: our order's uuid, for people who look it up at the provider.
        payment: our payment's uuid; the provider keeps it with the charge and tells it again.
        amount: the total, which the items add up to.
        description: the whole in a few words.
        items: what is paid for.
        return_url: where the payer comes back to, paid or not.
        started_at: when this attempt began, and
        open_until: until when the order is kept: later the provider's page need not be open.
        language: the payer's language (BCP 47), or "".
    """

    key: str
    order: UUID
    payment: UUID
    amount: Money
    description: str
    items: tuple[ChargeItem, ...]
    return_url: str
    started_at: datetime
    open_until: datetime
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge that was started: send the payer to ``redirect_url``, which is open until then."""

    reference: str
    redirect_url: str
    open_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EventHead:
    """What an event says of itself, once its signature and age were found right.

    Attributes:
        event_id: unique at the provider; the same event has the same id each time it is sent.
        kind: the provider's word for what happened.
        is_live: whether it is about real money.
        account: whose event it is, where the provider says so; else "".
        created_at: the provider's moment.
    """

    event_id: str
    kind: str
    is_live: bool
    account: str
    created_at: datetime


class Provider(Protocol):
    """The interface of a provider; ``name`` is what payments and events are filed under."""

    name: str

    @property
    def label(self) -> str:
        """How a payer reads what they choose, translated: “Card”."""

    @property
    def is_live(self) -> bool:
        """Whether real money moves. An instance has providers of one kind only."""

    @property
    def account(self) -> str:
        """The only account whose events are ours, where events name one; "" for none."""

    def refusal_of(self, amount: Money) -> str:
        """Why this amount cannot be paid here, in a sentence for the payer; "" if it can."""

    def start(self, request: ChargeRequest) -> Charge:
        """Start a charge. Raises ProviderRefused or ProviderUnavailable."""

    def read_head(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> EventHead:
        """Check signature and age first, and only then read. Asks nobody.

        Raises:
            InvalidEvent: nothing of it is to be believed, or kept.
        """

    def facts(self, body: bytes) -> tuple[Fact, ...]:
        """What is true of the payment that an event is about; empty if it is none of ours.

        Called later, by a worker, for a body whose head was read. The provider may be asked for the
        state as it is now, so that the order of events does not matter.

        Raises:
            InvalidEvent: the body cannot be read.
            ProviderUnavailable: no answer; asked again later.
        """

    def refund(self, reference: str, amount: Money, *, key: str) -> RefundAnswer:
        """Give money back. ``key`` is our refund's uuid. Raises ProviderRefused or -Unavailable."""

    def fee_of(self, reference: str) -> Money | None:
        """What the provider keeps of a payment, in the payment's currency; ``None``: not known."""

    def list_charges(self, *, since: datetime, until: datetime) -> Iterable[tuple[Fact, ...]]:
        """The facts of every charge of ours that was started in this time, charge by charge."""


@runtime_checkable
class ClosesPages(Protocol):
    """A provider that can close a page before its time, which not every provider can."""

    def close_page(self, reference: str) -> tuple[Fact, ...]:
        """Let nobody pay a charge any more; how it stands then: it may have been paid before.

        Again is the same. What was paid, or is on its way, stays so.

        Raises:
            ProviderRefused, ProviderUnavailable: whether it is closed is not known; asked again
                later.
        """
