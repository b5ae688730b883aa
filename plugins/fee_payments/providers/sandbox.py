"""A payment provider that moves no money: for the demo, for tests and for training.

It behaves like a real one towards the rest of the suite: a hosted page, signed events, fees of its
own, refunds that do not return the fee. Signatures follow the scheme of Stripe
(docs.stripe.com/webhooks/signatures): ``t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">``,
several ``v1`` while a secret is rotated, five minutes of tolerance.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import requests
from django.db import IntegrityError, transaction
from django.urls import reverse

from fairgate.money import Money, MoneyError
from fee_payments import conf
from fee_payments.exceptions import InvalidEvent, ProviderRefused, ProviderUnavailable
from fee_payments.models import SandboxSession
from fee_payments.providers.base import Charge, ChargeRequest, Event

SIGNATURE_HEADER = "Fairgate-Sandbox-Signature"
TOLERANCE_SECONDS = 300
MAX_SIGNATURES = 5
EARLIEST_YEAR = 2000
DELIVERY_TIMEOUT_SECONDS = 10

# What the sandbox keeps: 2.9 % and 30 minor units, half up, as in the worked example of money.md.
FEE_RATE = Decimal("0.029")
FEE_FIXED_MINOR = 30


class Sandbox:
    """The sandbox as the rest of the suite sees it."""

    name = "sandbox"

    def start(self, request: ChargeRequest) -> Charge:
        """Open a hosted page; the same key opens the same page again."""
        session = _session_for(request)
        if (session.amount_minor, session.currency) != (
            request.amount.minor,
            request.amount.currency,
        ):
            raise ProviderRefused("The sandbox knows this key with another amount.")
        url = reverse("fee_payments:sandbox", args=[session.token])
        return Charge(reference=session.token, redirect_url=url)

    def read_event(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> Event:
        """Verify the signature over the raw body, then read it."""
        verify(body, headers.get(SIGNATURE_HEADER, ""), at=at)
        return _read(body)

    def parse(self, body: bytes) -> Event:
        """Read a body that was verified when it came."""
        return _read(body)

    def refund(self, reference: str, amount: Money, *, key: str) -> None:
        """Refund a part of a paid session, once per key, never more than was paid."""
        with transaction.atomic():
            session = SandboxSession.objects.select_for_update().get(token=reference)
            done: dict[str, int] = session.refunded
            if key in done:
                return
            if session.outcome != "paid" or session.currency != amount.currency:
                raise ProviderRefused("The sandbox holds no such payment.")
            if sum(done.values()) + amount.minor > session.amount_minor:
                raise ProviderRefused("The sandbox refuses to refund more than was paid.")
            session.refunded = {**done, key: amount.minor}
            session.save(update_fields=["refunded"])


def _session_for(request: ChargeRequest) -> SandboxSession:
    known = SandboxSession.objects.filter(key=request.key).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return SandboxSession.objects.create(
                key=request.key,
                token=secrets.token_urlsafe(24),
                amount_minor=request.amount.minor,
                currency=request.amount.currency,
                description=request.description,
                return_url=request.return_url,
            )
    except IntegrityError:
        return SandboxSession.objects.get(key=request.key)


def processor_fee(amount: Money) -> Money:
    """What the sandbox keeps of a payment."""
    share = Money.rounded(amount.amount * FEE_RATE, amount.currency, ROUND_HALF_UP)
    return share + Money.from_minor(FEE_FIXED_MINOR, amount.currency)


def settle(token: str, *, outcome: str, at: datetime) -> bytes:
    """The payer presses a button of the hosted page: ``paid`` or ``declined``. Returns the event.

    A session that was paid stays paid: pressing again gives the same event once more, as a real
    provider redelivers it.
    """
    with transaction.atomic():
        session = SandboxSession.objects.select_for_update().get(token=token)
        if session.outcome != "paid":
            session.outcome = outcome
            session.settled_at = at
            session.attempts += 1
            session.save(update_fields=["outcome", "settled_at", "attempts"])
    return _event_body(session, session.settled_at or at)


def _event_body(session: SandboxSession, settled_at: datetime) -> bytes:
    amount = Money.from_minor(session.amount_minor, session.currency)
    paid = session.outcome == "paid"
    body: dict[str, Any] = {
        "id": f"evt_{session.token}_{session.attempts}",
        "type": "payment.succeeded" if paid else "payment.failed",
        "created": settled_at.isoformat(),
        "reference": session.token,
        "amount": amount.minor,
        "currency": amount.currency,
    }
    if paid:
        body["processor_fee"] = processor_fee(amount).minor
    else:
        body["reason"] = "The card was declined."
    return json.dumps(body, sort_keys=True).encode()


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
    if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit() or not signatures:
        raise InvalidEvent("The signature header is missing or cannot be read.")
    if not all(signature.isascii() for signature in signatures) or len(stamps[0]) > 12:
        raise InvalidEvent("The signature header is missing or cannot be read.")
    return int(stamps[0]), signatures


def _mac(secret: str, stamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def _read(body: bytes) -> Event:
    try:
        content = json.loads(body.decode("utf-8"))
        currency = content.get("currency")
        return Event(
            event_id=_identifier(content["id"]),
            kind=str(content["type"])[:64],
            reference=str(content.get("reference", ""))[:128],
            amount=_money(content.get("amount"), currency),
            processor_fee=_money(content.get("processor_fee"), currency),
            occurred_at=_moment(content["created"]),
            sentence=str(content.get("reason", ""))[:255],
        )
    except MoneyError as error:
        raise InvalidEvent(f"The event names an amount we cannot read: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidEvent(f"The event cannot be read: {type(error).__name__}.") from None


def _identifier(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 128 or not value.isprintable():
        raise ValueError("an id is a short text")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year < EARLIEST_YEAR:
        raise ValueError("no moment of a payment")
    return moment.astimezone(UTC)


def _money(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money.from_minor(minor, currency)


def deliver(url: str, body: bytes, *, at: datetime) -> int:
    """Send a signed event; returns the HTTP status of the answer.

    Raises:
        ProviderUnavailable: the site did not answer. The event can be sent again.
    """
    headers = {"Content-Type": "application/json", SIGNATURE_HEADER: sign(body, at=at)}
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
