"""A payment provider that moves no money: for the demo, for tests and for training.

It behaves like a real one towards the rest of the suite: a hosted page, signed events, fees of its
own, refunds that do not return the fee, disputes. Signatures follow the scheme of Stripe
(docs.stripe.com/webhooks/signatures): ``t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">``,
several ``v1`` while a secret is rotated, five minutes of tolerance.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import requests
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from fairgate import clock
from fairgate.money import Money, MoneyError
from fairgate.whole_numbers import whole_number
from fee_payments import conf
from fee_payments.data import DisputeState, RefundAnswer
from fee_payments.exceptions import InvalidEvent, ProviderRefused, ProviderUnavailable
from fee_payments.models import SandboxSession
from fee_payments.providers import sandbox_book as book
from fee_payments.providers.base import Charge, ChargeRequest, EventHead
from fee_payments.providers.facts import Declined, Disputed, Fact, Paid, Pending, Refunded
from fee_payments.providers.sandbox_book import settle

__all__ = ["SIGNATURE_HEADER", "Sandbox", "deliver", "settle", "sign", "verify"]

SIGNATURE_HEADER = "Fairgate-Sandbox-Signature"
TOLERANCE_SECONDS = 300
MAX_SIGNATURES = 5
EARLIEST_YEAR = 2000
DELIVERY_TIMEOUT_SECONDS = 10


class Sandbox:
    """The sandbox as the rest of the suite sees it."""

    name = "sandbox"
    is_live = False
    account = ""

    @property
    def label(self) -> str:
        return _("Try it out: no money moves")

    def refusal_of(self, amount: Money) -> str:
        """Nothing is refused before anything."""
        return ""

    def start(self, request: ChargeRequest) -> Charge:
        """Open a hosted page; the same key opens the same page again."""
        session = book.session_for(request)
        if book.amount_of(session) != request.amount:
            raise ProviderRefused(_("The sandbox knows this key with another amount."))
        url = reverse("fee_payments:sandbox", args=[session.token])
        return Charge(reference=session.token, redirect_url=url, open_until=request.open_until)

    def read_head(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> EventHead:
        """Verify the signature over the raw body, then read all of it: the body is small."""
        verify(body, headers.get(SIGNATURE_HEADER, ""), at=at)
        event = _read(body)
        return EventHead(
            event_id=event.event_id,
            kind=event.kind,
            is_live=False,
            account="",
            created_at=event.created_at,
        )

    def facts(self, body: bytes) -> tuple[Fact, ...]:
        """What the event says of the payment, and what the book says has happened to it since.

        The amounts of a payment are those of the event: it can be told to lie about them.
        """
        event = _read(body)
        session = SandboxSession.objects.filter(token=event.reference).first()
        return (*_told(event, session), *_since(session))

    def refund(self, reference: str, amount: Money, *, key: str) -> RefundAnswer:
        """Refund a part of a paid session, once per key, never more than was paid."""
        answer = RefundAnswer(reference=f"re_{key}", is_done=True)
        with transaction.atomic():
            session = SandboxSession.objects.select_for_update().get(token=reference)
            if key in session.refunded:
                return answer
            is_there = book.state_of(session) in ("paid", "lost")
            if not is_there or session.currency != amount.currency:
                raise ProviderRefused(_("The sandbox holds no such payment."))
            if amount.minor > book.left_minor(session):
                raise ProviderRefused(_("The sandbox refuses to refund more than was paid."))
            session.refunded = {**session.refunded, key: amount.minor}
            moments = {**session.book.get("moments", {}), key: clock.now().isoformat()}
            session.book = {**session.book, "moments": moments}
            session.save(update_fields=["refunded", "book"])
        return answer

    def fee_of(self, reference: str) -> Money | None:
        """What it keeps of a payment, known as soon as it is paid."""
        session = SandboxSession.objects.filter(token=reference, outcome="paid").first()
        return book.processor_fee(book.amount_of(session)) if session else None

    def list_charges(self, *, since: datetime, until: datetime) -> Iterable[tuple[Fact, ...]]:
        """Session by session, as the book has them."""
        rows = SandboxSession.objects.filter(created_at__gte=since, created_at__lt=until)
        for session in rows.order_by("id"):
            yield (*_standing(session), *_since(session))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An event of the sandbox, read."""

    event_id: str
    kind: str
    reference: str
    created_at: datetime
    amount: Money | None
    fee: Money | None
    reason: str
    is_final: bool


def _told(event: _Told, session: SandboxSession | None) -> Iterator[Fact]:
    """What the event says of its payment; of refunds and disputes the book tells."""
    hint = session.payment if session else None
    if event.kind == "payment.succeeded":
        yield Paid(
            reference=event.reference,
            amount=event.amount,
            fee=event.fee,
            occurred_at=event.created_at,
            payment_hint=hint,
        )
    elif event.kind == "payment.pending":
        yield Pending(reference=event.reference, payment_hint=hint)
    elif event.kind == "payment.failed":
        yield Declined(
            reference=event.reference,
            sentence=event.reason,
            is_final=event.is_final,
            payment_hint=hint,
        )
    elif event.kind.startswith(("refund.", "dispute.")) and session is not None:
        yield from _standing(session)


def _standing(session: SandboxSession) -> Iterator[Fact]:
    """How the payment of a session stands in the book."""
    if session.outcome == "paid" and session.settled_at is not None:
        amount = book.amount_of(session)
        yield Paid(
            reference=session.token,
            amount=amount,
            fee=book.processor_fee(amount),
            occurred_at=session.settled_at,
            payment_hint=session.payment,
        )
    elif session.outcome == "pending":
        yield Pending(reference=session.token, payment_hint=session.payment)
    elif session.outcome in ("declined", "failed"):
        yield Declined(
            reference=session.token,
            sentence=session.book.get("reason", ""),
            is_final=session.outcome == "failed",
            payment_hint=session.payment,
        )


def _since(session: SandboxSession | None) -> Iterator[Fact]:
    """The refunds and disputes of a session."""
    if session is None:
        return
    for key, minor in session.refunded.items():
        moment = session.book.get("moments", {}).get(key)
        with suppress(ValueError):  # a key that is no uuid was never ours
            yield Refunded(
                reference=session.token,
                refund_reference=f"re_{key}",
                ours=UUID(key),
                amount=Money.from_minor(minor, session.currency),
                occurred_at=_moment(moment) if moment else session.settled_at or clock.now(),
            )
    for refund in session.book.get("refunds", []):
        yield Refunded(
            reference=session.token,
            refund_reference=f"{session.token}_{refund['id']}",
            ours=None,
            amount=Money.from_minor(refund["amount"], session.currency),
            occurred_at=_moment(refund["at"]),
        )
    for dispute in session.book.get("disputes", []):
        at = _moment(dispute["at"])
        yield Disputed(
            reference=session.token,
            dispute_reference=dispute["id"],
            amount=Money.from_minor(dispute["amount"], session.currency),
            fee=Money.from_minor(book.DISPUTE_FEE_MINOR, session.currency),
            state=DisputeState(dispute["state"]),
            reason="general",
            due_by=at + timedelta(days=7) if dispute["state"] == "opened" else None,
            occurred_at=at,
        )


def sign(body: bytes, *, at: datetime) -> str:
    """The signature header for a body, with the newest secret.

    Raises:
        InvalidEvent: no secret is configured; nothing is sent unsigned.
    """
    keys = conf.sandbox_secrets()
    if not keys:
        raise InvalidEvent("The sandbox has no signing secret.")
    stamp = int(at.timestamp())
    return f"t={stamp},v1={_mac(keys[0], stamp, body)}"


def verify(body: bytes, header: str, *, at: datetime) -> None:
    """Refuse a body that the sandbox did not sign within the last five minutes.

    Raises:
        InvalidEvent: with the reason; nothing of the body was read.
    """
    keys = conf.sandbox_secrets()
    if not keys or not all(keys):
        raise InvalidEvent("No signing secret is configured, so no event can be trusted.")
    stamp, signatures = _parse_header(header)
    expected = [_mac(key, stamp, body) for key in keys]
    # Every pair is compared, so that the time taken tells nothing.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures]
    if not any(matches):
        raise InvalidEvent("The signature does not match.")
    if abs(at.timestamp() - stamp) > TOLERANCE_SECONDS:
        raise InvalidEvent("The signature is older than five minutes, or from the future.")


def _parse_header(header: str) -> tuple[int, list[str]]:
    pairs = [part.split("=", 1) for part in header.split(",") if "=" in part]
    stamps = [value for name, value in pairs if name.strip() == "t"]
    signatures = [value for name, value in pairs if name.strip() == "v1"][:MAX_SIGNATURES]
    stamp = whole_number(stamps[0], digits=12) if len(stamps) == 1 else None
    if stamp is None or not signatures or not all(one.isascii() for one in signatures):
        raise InvalidEvent("The signature header is missing or cannot be read.")
    return stamp, signatures


def _mac(secret: str, stamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _read(body: bytes) -> _Told:
    try:
        content = json.loads(body.decode("utf-8"))
        currency = content.get("currency")
        return _Told(
            event_id=_identifier(content["id"]),
            kind=str(content["type"])[:64],
            reference=str(content.get("reference", ""))[:128],
            created_at=_moment(content["created"]),
            amount=_money(content.get("amount"), currency),
            fee=_money(content.get("processor_fee"), currency),
            reason=str(content.get("reason", ""))[:255],
            is_final=content.get("final") is True,
        )
    except MoneyError as error:
        raise InvalidEvent(f"The event names an amount we cannot read: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidEvent(f"The event cannot be read: {type(error).__name__}.") from None


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 128 or not value.isprintable():
        raise ValueError("an id is a short text")
    return value


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year < EARLIEST_YEAR:
        raise ValueError("no moment of a payment")
    return moment.astimezone(UTC)


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money.from_minor(minor, currency)


def deliver(url: str, body: bytes, *, at: datetime, signature: str | None = None) -> int:
    """Send an event, signed unless another ``signature`` is given; returns the HTTP status.

    Raises:
        ProviderUnavailable: the site did not answer. The event can be sent again.
    """
    header = sign(body, at=at) if signature is None else signature
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: header}
    with requests.Session() as session:
        # The site itself is asked, whatever proxy this machine uses for the rest of the world.
        session.trust_env = False
        try:
            answer = session.post(
                url,
                data=body,
                headers=headers,
                timeout=DELIVERY_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ProviderUnavailable("The sandbox could not deliver its event.") from error
    return answer.status_code
