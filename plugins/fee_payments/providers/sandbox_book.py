"""The sandbox's own book: what its payers and their banks did, and the events that tell it.

Everything here happens at the provider. Our tables are never read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import IntegrityError, transaction

from fairgate.money import Money
from fee_payments.models import SandboxSession
from fee_payments.providers.base import ChargeRequest

# What the sandbox keeps: 2.9 % and 30 minor units, half up, as in the worked example of money.md.
FEE_RATE = Decimal("0.029")
FEE_FIXED_MINOR = 30
DISPUTE_FEE_MINOR = 1500

DECLINED = "The card was declined."
NOT_AUTHENTICATED = "The bank’s question was not answered (3-D Secure)."
NOT_COVERED = "The bank did not send the money."


def session_for(request: ChargeRequest) -> SandboxSession:
    """The session of a key; opened by the first request with it."""
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
                description=request.description[:255],
                return_url=request.return_url,
                created_at=request.started_at,
                payment=request.payment,
            )
    except IntegrityError:
        return SandboxSession.objects.get(key=request.key)


def amount_of(session: SandboxSession) -> Money:
    """What a session is about."""
    return Money.from_minor(session.amount_minor, session.currency)


def processor_fee(amount: Money) -> Money:
    """What the sandbox keeps of a payment."""
    share = Money.rounded(amount.amount * FEE_RATE, amount.currency, ROUND_HALF_UP)
    return share + Money.from_minor(FEE_FIXED_MINOR, amount.currency)


def left_minor(session: SandboxSession) -> int:
    """What of a session is neither refunded nor lost to a bank."""
    elsewhere = sum(refund["amount"] for refund in session.book.get("refunds", []))
    disputes = session.book.get("disputes", [])
    lost = sum(one["amount"] for one in disputes if one["state"] == "lost")
    return int(session.amount_minor - elsewhere - lost - sum(session.refunded.values()))


def settle(token: str, *, outcome: str, at: datetime) -> bytes:
    """The payer presses a button of the hosted page: ``paid`` or ``declined``. Returns the event.

    A session that was paid stays paid: pressing again gives the same event once more, as a real
    provider redelivers it.
    """
    with transaction.atomic():
        session = SandboxSession.objects.select_for_update().get(token=token)
        if session.outcome != "paid":
            _end(session, outcome, "" if outcome == "paid" else DECLINED, at)
    return _payment_event(session)


@dataclass(frozen=True, slots=True)
class Button:
    """Something that a payer or a bank may do: in which states, and what comes of it."""

    states: tuple[str, ...]
    press: Callable[[SandboxSession, datetime], bytes | None]


def buttons_of(session: SandboxSession) -> tuple[str, ...]:
    """What can be pressed now."""
    state = state_of(session)
    return tuple(name for name, button in BUTTONS.items() if state in button.states)


def state_of(session: SandboxSession) -> str:
    """Where a session stands: new, asked, pending, paid, disputed, lost, or ended."""
    if session.outcome == "paid":
        newest = session.book.get("disputes", [{}])[-1]
        return {"opened": "disputed", "lost": "lost"}.get(newest.get("state", ""), "paid")
    return {"": "new", "declined": "new", "failed": "ended"}.get(session.outcome, session.outcome)


def press(token: str, name: str, *, at: datetime) -> bytes | None:
    """Do what a button says, if it can be pressed now. Returns the event, if there is one."""
    with transaction.atomic():
        session = SandboxSession.objects.select_for_update().get(token=token)
        if name not in buttons_of(session):
            # Pressed twice: a payment tells its event once more, everything else is done already.
            return _payment_event(session) if name == "pay" and session.outcome == "paid" else None
        return BUTTONS[name].press(session, at)


def keep(token: str, body: bytes) -> None:
    """Put an event aside, to be sent when somebody says so."""
    with transaction.atomic():
        session = SandboxSession.objects.select_for_update().get(token=token)
        session.book = {**session.book, "kept": [*session.book.get("kept", []), body.decode()]}
        session.save(update_fields=["book"])


def take_kept(token: str) -> tuple[bytes, ...]:
    """The events that were put aside, the newest first: so they come out of order."""
    with transaction.atomic():
        session = SandboxSession.objects.select_for_update().get(token=token)
        kept = session.book.get("kept", [])
        session.book = {**session.book, "kept": []}
        session.save(update_fields=["book"])
    return tuple(text.encode() for text in reversed(kept))


def _end(session: SandboxSession, outcome: str, reason: str, at: datetime) -> None:
    session.outcome, session.settled_at = outcome, at
    session.attempts += 1
    session.book = {**session.book, "reason": reason}
    session.save(update_fields=["outcome", "settled_at", "attempts", "book"])


_KINDS = {
    "paid": "payment.succeeded",
    "pending": "payment.pending",
    "declined": "payment.failed",
    "failed": "payment.failed",
}


def _payment_event(session: SandboxSession) -> bytes:
    told: dict[str, Any] = {"amount": session.amount_minor, "currency": session.currency}
    if session.outcome == "paid":
        told["processor_fee"] = processor_fee(amount_of(session)).minor
    else:
        told["reason"] = session.book.get("reason", "")
        told["final"] = session.outcome == "failed"
    return _event(session, _KINDS[session.outcome], str(session.attempts), session.settled_at, told)


def _event(
    session: SandboxSession,
    kind: str,
    number: str,
    at: datetime | None,
    told: dict[str, Any],
) -> bytes:
    body = {
        "id": f"evt_{session.token}_{number}",
        "type": kind,
        "created": at.isoformat() if at else "",
        "reference": session.token,
        **told,
    }
    return json.dumps(body, sort_keys=True).encode()


def _ends(outcome: str, reason: str = "") -> Callable[[SandboxSession, datetime], bytes]:
    def end(session: SandboxSession, at: datetime) -> bytes:
        _end(session, outcome, reason, at)
        return _payment_event(session)

    return end


def _ask(session: SandboxSession, at: datetime) -> None:
    _end(session, "asked", "", at)


def _refund_here(session: SandboxSession, at: datetime) -> bytes | None:
    left = left_minor(session)
    amount = left // 2 or left
    if not amount:
        return None
    refunds = session.book.get("refunds", [])
    refund = {"id": f"re_{len(refunds) + 1}", "amount": amount, "at": at.isoformat()}
    session.book = {**session.book, "refunds": [*refunds, refund]}
    session.save(update_fields=["book"])
    return _event(session, "refund.done", str(refund["id"]), at, {})


def _dispute(session: SandboxSession, at: datetime) -> bytes | None:
    disputes = session.book.get("disputes", [])
    amount = left_minor(session)
    if not amount:
        return None
    dispute: dict[str, Any] = {
        "id": f"dp_{session.token}_{len(disputes) + 1}",
        "amount": amount,
        "state": "opened",
        "at": at.isoformat(),
    }
    session.book = {**session.book, "disputes": [*disputes, dispute]}
    session.save(update_fields=["book"])
    return _event(session, "dispute.opened", f"{dispute['id'][-1]}_opened", at, {})


def _decides(state: str) -> Callable[[SandboxSession, datetime], bytes]:
    def decide(session: SandboxSession, at: datetime) -> bytes:
        *others, last = session.book["disputes"]
        session.book = {
            **session.book,
            "disputes": [*others, {**last, "state": state, "at": at.isoformat()}],
        }
        session.save(update_fields=["book"])
        number = f"{len(others) + 1}_{state}"
        return _event(session, f"dispute.{state}", number, at, {})

    return decide


BUTTONS = {
    "pay": Button(("new",), _ends("paid")),
    "decline": Button(("new",), _ends("declined", DECLINED)),
    "ask": Button(("new",), _ask),
    "pass": Button(("asked",), _ends("paid")),
    "fail": Button(("asked",), _ends("declined", NOT_AUTHENTICATED)),
    "pay_later": Button(("new",), _ends("pending")),
    "arrive": Button(("pending",), _ends("paid")),
    "bounce": Button(("pending",), _ends("failed", NOT_COVERED)),
    "refund": Button(("paid",), _refund_here),
    "dispute": Button(("paid",), _dispute),
    "lose": Button(("disputed",), _decides("lost")),
    # A bank may look again at what it has decided.
    "win": Button(("disputed", "lost"), _decides("won")),
}
