"""Stripe as the rest of the suite sees it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import stripe
from django.utils.translation import gettext as _

from fairgate.money import Money
from fee_payments.data import RefundAnswer
from fee_payments.exceptions import InvalidEvent, ProviderRefused
from fee_payments.providers.base import (
    Charge,
    ChargeItem,
    ChargeRequest,
    EventHead,
)
from fee_payments.providers.facts import Fact
from fee_payments.providers.stripe_checkout import amounts, facts, signatures
from fee_payments.providers.stripe_checkout.calls import client_for, stripe_answers
from fee_payments.providers.stripe_checkout.options import read_options

log = logging.getLogger(__name__)

SIGNATURE_HEADER = "Stripe-Signature"

# A page is open for 30 minutes at least and for 24 hours at most, counted from when Stripe opens
# it. The rest of the first hour is for an answer that was lost and is asked for again.
SHORTEST_PAGE, LONGEST_PAGE = timedelta(hours=1), timedelta(hours=23, minutes=30)

# Four levels deep, as deep as Stripe expands: the session with all that its payment has become.
_EXPAND = "payment_intent.latest_charge.balance_transaction"

# Locales of the hosted page that Django writes otherwise; a language that is not there is “auto”.
_LOCALES = frozenset(
    ("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "ja", "ko",
     "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi",
     "zh")
)  # fmt: skip


class StripeCheckout:
    """Checkout Sessions, and what becomes of their payments."""

    name = "stripe"

    def __init__(self, **options: Any) -> None:
        self.options = read_options(**options)

    @property
    def label(self) -> str:
        return _("Card or another way, by Stripe")

    @property
    def is_live(self) -> bool:
        return self.options.is_live

    @property
    def account(self) -> str:
        return self.options.account

    def refusal_of(self, amount: Money) -> str:
        """Why Stripe cannot be asked for this amount."""
        return amounts.refusal_of(amount)

    def start(self, request: ChargeRequest) -> Charge:
        """Open a Checkout Session; the same key gives the same one again."""
        if sentence := self.refusal_of(request.amount):
            raise ProviderRefused(sentence)
        params = self._session_params(request)
        with stripe_answers():
            session = self._v1.checkout.sessions.create(
                params, {"idempotency_key": f"{request.key}:session"}
            )
        if not session.url:
            # The kept answer of a page that has been paid or has closed since.
            raise ProviderRefused(_("This payment page is closed. Please try again."))
        return Charge(
            reference=session.id,
            redirect_url=session.url,
            open_until=facts.moment(session.expires_at),
        )

    def read_head(self, body: bytes, headers: Mapping[str, str], *, at: datetime) -> EventHead:
        """Verify the signature over the raw body, then read the head of the event."""
        signatures.verify(
            body, headers.get(SIGNATURE_HEADER, ""), self.options.webhook_secrets, at=at
        )
        event = _read(body)
        try:
            return EventHead(
                event_id=_short(event["id"], 128),
                kind=_short(event["type"], 64),
                is_live=event["livemode"] is True,
                account=str(event.get("account") or "")[:64],
                created_at=facts.moment(int(event["created"])),
            )
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise InvalidEvent(f"The event cannot be read: {type(error).__name__}.") from None

    def facts(self, body: bytes) -> tuple[Fact, ...]:
        """Ask Stripe how the payment stands that the event is about; the body names it only."""
        event = _read(body)
        kind, subject = str(event.get("type", "")), (event.get("data") or {}).get("object") or {}
        session = self._session_of(kind, subject)
        if session is None or not facts.is_ours(session):
            return ()
        return self._facts_of(session, about=kind)

    def refund(self, reference: str, amount: Money, *, key: str) -> RefundAnswer:
        """Refund a part of a session's payment, once per key.

        Stripe forgets a key after a day, and keeps an error under it until then: so what it holds
        under our refund's name is looked for first.
        """
        with stripe_answers():
            intent = self._session(reference).get("payment_intent")
            if not intent:
                raise ProviderRefused(_("Stripe holds no payment of this page."))
            known = self._refunds(intent["id"])
            found = [one for one in known if str(facts.uuid_of(one, facts.REFUND)) == key]
            refund = found[0] if found else self._ask_refund(intent["id"], amount, key)
        if refund["status"] in ("failed", "canceled"):
            raise ProviderRefused(_("The payment provider could not refund this payment."))
        return RefundAnswer(reference=refund["id"], is_done=refund["status"] == "succeeded")

    def close_page(self, reference: str) -> tuple[Fact, ...]:
        """Expire a session (docs.stripe.com/api/checkout/sessions/expire), and ask how it stands.

        Stripe expires what is open only: a payer may be faster, and then the session says so.
        """
        with stripe_answers():
            if self._session(reference)["status"] == "open":
                self._expire(reference)
            session = self._session(reference)
        return self._facts_of(session, about="closing")

    def _expire(self, reference: str) -> None:
        try:
            self._v1.checkout.sessions.expire(reference)
        except stripe.InvalidRequestError as error:
            log.info("stripe: not expired: session=%s code=%s", reference, error.code)

    def fee_of(self, reference: str) -> Money | None:
        """What Stripe keeps of a session's payment."""
        with stripe_answers():
            intent = self._session(reference).get("payment_intent") or {}
        return facts.fee_of(intent.get("latest_charge") or {})

    def list_charges(self, *, since: datetime, until: datetime) -> Iterator[tuple[Fact, ...]]:
        """The sessions that we have opened, page by page."""
        params: Any = {
            "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
            "limit": 100,
            "expand": [f"data.{_EXPAND}"],
        }
        with stripe_answers():
            for one in self._v1.checkout.sessions.list(params).auto_paging_iter():
                session = one.to_dict()
                if facts.is_ours(session):
                    yield self._facts_of(session, about="reconciliation")

    @property
    def _v1(self) -> Any:
        return client_for(self.options).v1

    def _session_params(self, request: ChargeRequest) -> dict[str, Any]:
        ours = {facts.ORDER: str(request.order), facts.PAYMENT: str(request.payment)}
        earliest = request.started_at + SHORTEST_PAGE
        latest = request.started_at + LONGEST_PAGE
        end = min(max(request.open_until, earliest), latest)
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": str(request.order),
            "line_items": [_line_item(item) for item in _items(request)],
            "metadata": ours,
            "payment_intent_data": {"metadata": ours, "description": request.description[:1000]},
            "success_url": request.return_url,
            "cancel_url": request.return_url,
            "expires_at": int(end.timestamp()),
            "locale": _locale(request.language),
        }
        if self.options.methods:
            params["allowed_payment_method_types"] = list(self.options.methods)
        return params

    def _session_of(self, kind: str, subject: Mapping[str, Any]) -> dict[str, Any] | None:
        """The session that an object of an event belongs to, as it is now."""
        with stripe_answers():
            if kind.startswith("checkout.session."):
                return self._session(str(subject.get("id")))
            of_intent = kind.startswith("payment_intent.")
            intent = subject.get("id") if of_intent else subject.get("payment_intent")
            if not isinstance(intent, str):
                return None
            found = self._v1.checkout.sessions.list(
                {"payment_intent": intent, "limit": 1, "expand": [f"data.{_EXPAND}"]}
            ).data
        return found[0].to_dict() if found else None

    def _session(self, reference: str) -> dict[str, Any]:
        found = self._v1.checkout.sessions.retrieve(reference, {"expand": [_EXPAND]})
        session: dict[str, Any] = found.to_dict()
        return session

    def _facts_of(self, session: dict[str, Any], *, about: str) -> tuple[Fact, ...]:
        """All that is true now.

        Refunds and disputes are asked for only where there are any, or where the event is about
        one: a refund that has failed leaves no trace in its charge.
        """
        reference, intent = session["id"], session.get("payment_intent") or {}
        charge = intent.get("latest_charge") or {}
        found = list(facts.of_session(session))
        ask_all = about == "reconciliation" and bool(charge)
        if ask_all or charge.get("amount_refunded") or "refund" in about:
            found += facts.of_refunds(reference, self._refunds(intent["id"]))
        if ask_all or charge.get("disputed") or "dispute" in about:
            found += facts.of_disputes(reference, self._disputes(intent["id"]))
        return tuple(found)

    def _refunds(self, intent: str) -> list[dict[str, Any]]:
        return self._all(self._v1.refunds, intent)

    def _disputes(self, intent: str) -> list[dict[str, Any]]:
        return self._all(self._v1.disputes, intent)

    def _all(self, service: Any, intent: str) -> list[dict[str, Any]]:
        with stripe_answers():
            found = service.list({"payment_intent": intent, "limit": 100})
            return [one.to_dict() for one in found.auto_paging_iter()]

    def _ask_refund(self, intent: str, amount: Money, key: str) -> dict[str, Any]:
        if amounts.refusal_of(amount):
            raise ProviderRefused(_("Stripe cannot refund %(amount)s.") % {"amount": amount})
        refund = self._v1.refunds.create(
            {
                "payment_intent": intent,
                "amount": amounts.to_units(amount),
                "reason": "requested_by_customer",
                "metadata": {facts.REFUND: key},
            },
            {"idempotency_key": f"{key}:refund"},
        )
        found: dict[str, Any] = refund.to_dict()
        return found


def _items(request: ChargeRequest) -> tuple[ChargeItem, ...]:
    """The lines that cost something, or one for all where Stripe cannot take each by itself."""
    lines = tuple(item for item in request.items if item.amount)
    if lines and not any(amounts.refusal_of(item.amount) for item in lines):
        return lines
    return (ChargeItem(title=request.description, amount=request.amount),)


def _line_item(item: ChargeItem) -> dict[str, Any]:
    return {
        "quantity": 1,
        "price_data": {
            "currency": item.amount.currency.lower(),
            "unit_amount": amounts.to_units(item.amount),
            "product_data": {"name": item.title[:250] or "-"},
        },
    }


def _locale(language: str) -> str:
    short = language.split("-")[0].lower()
    return short if short in _LOCALES else "auto"


def _read(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidEvent(f"The event cannot be read: {type(error).__name__}.") from None
    if not isinstance(event, dict) or event.get("object") != "event":
        raise InvalidEvent("The event cannot be read: it is no event of Stripe.")
    return event


def _short(value: object, length: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= length or not value.isprintable():
        raise ValueError("a short text")
    return value
