"""Settings of fee_payments, read when they are needed, never at import."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django_countries import countries

from fairgate.money import Money
from fairgate_papers import PageSize, set_up
from fee_payments.data import RefundPolicy
from fee_payments.rules import read_refund_policy


def order_hold() -> timedelta:
    """How long an open order keeps its price, its seat and its part of the waiver fund."""
    return timedelta(minutes=settings.FEE_PAYMENTS_ORDER_MINUTES)


def seat_code_tries() -> int:
    """How many codes that open nothing one person may type in an hour."""
    return int(settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR)


def refund_policy() -> RefundPolicy:
    """What of a fee goes back, and until when.

    Raises:
        InvalidRefundPolicy: the setting cannot be read; a system check says so at start-up.
    """
    return read_refund_policy(settings.FEE_PAYMENTS_REFUND_POLICY)


@dataclass(frozen=True, slots=True)
class ChosenProvider:
    """A provider that is switched on: a dotted path, if it is named by one, and its options.

    Options hold keys and secrets, so they are left out where the value is printed.
    """

    path: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


def providers() -> Mapping[str, ChosenProvider]:
    """Payment providers that are switched on, by name.

    The setting is a list of names, or a mapping from name to options (where ``class`` may name the
    dotted path) or to the dotted path alone.
    """
    chosen: Iterable[str] | Mapping[str, Any] = settings.FEE_PAYMENTS_PROVIDERS
    if not isinstance(chosen, Mapping):
        return {name: ChosenProvider() for name in chosen}
    return {name: _chosen(given) for name, given in chosen.items()}


def _chosen(given: str | Mapping[str, Any] | None) -> ChosenProvider:
    if isinstance(given, str):
        return ChosenProvider(given)
    options = dict(given or {})
    return ChosenProvider(str(options.pop("class", "")), options)


def is_test_mode() -> bool:
    """Whether payments are tried here, and no real money moves."""
    return bool(settings.FEE_PAYMENTS_TEST_MODE)


def pending_hold() -> timedelta:
    """How long an order is kept whose payment is on its way."""
    return timedelta(days=settings.FEE_PAYMENTS_PENDING_DAYS)


def suspends_on_dispute() -> bool:
    """Whether access rests while a payment is disputed."""
    return bool(settings.FEE_PAYMENTS_ON_DISPUTE == "suspend")


def events_kept_for() -> timedelta:
    """How long what a provider sent is kept as it was sent."""
    return timedelta(days=settings.FEE_PAYMENTS_KEEP_EVENTS_DAYS)


def events_retried_for() -> timedelta:
    """How long an event is tried again before a person has to look."""
    return timedelta(days=settings.FEE_PAYMENTS_RETRY_EVENTS_DAYS)


def sandbox_secrets() -> tuple[str, ...]:
    """Signing secrets of the sandbox, newest first; all are accepted while one is rotated."""
    secrets: str | Iterable[str] = settings.FEE_PAYMENTS_SANDBOX_SECRETS
    # A text is one secret, not a list of its letters, as YAML makes it easy to write.
    return (secrets,) if isinstance(secrets, str) else tuple(secrets)


def has_checkout_links() -> bool:
    """Whether the platform's own upgrade and checkout links lead to our fee pages."""
    return bool(settings.FEE_PAYMENTS_CHECKOUT_LINKS)


def sells_to_unknown_country() -> bool:
    """Whether something is sold to a learner whose profile has no country."""
    return bool(settings.FEE_PAYMENTS_SELL_TO_UNKNOWN_COUNTRY)


def room_offer() -> timedelta:
    """How long a seat is held for who has waited for it."""
    return timedelta(hours=settings.FEE_PAYMENTS_ROOM_OFFER_HOURS)


def site_url() -> str:
    """The address of the site in front of a path, without a slash at its end; "" if unknown."""
    return str(getattr(settings, "LMS_ROOT_URL", "") or "").rstrip("/")


def has_enrolments_follow() -> bool:
    """Whether enrolments follow rights now; if not, what is to be done waits."""
    return bool(settings.FEE_PAYMENTS_ENROLMENTS)


def sandbox_webhook_url() -> str:
    """Where the sandbox sends its events; "" means the site it is served from."""
    url: str = settings.FEE_PAYMENTS_SANDBOX_WEBHOOK_URL
    return url


def font_folders() -> tuple[Path, ...]:
    """Folders with fonts for scripts that those of ``fairgate_papers`` do not have."""
    return set_up.font_folders(settings)


def paper_size() -> PageSize:
    """The paper that documents are printed on."""
    return set_up.paper_size(settings)


def seller() -> Mapping[str, Any]:
    """Who sells, as it stands on documents; empty where the site has not said."""
    found: Mapping[str, Any] = settings.FEE_PAYMENTS_SELLER or {}
    return found


def payment_days() -> int:
    """Days from an invoice to its due date, where the buyer has no other."""
    return int(settings.FEE_PAYMENTS_PAYMENT_DAYS)


def grace_after_due() -> timedelta:
    """How long after the due date an order keeps its price and its seat."""
    return timedelta(days=settings.FEE_PAYMENTS_GRACE_DAYS)


def quote_days() -> int:
    """Days for which a quote stands, where who issues it says no other."""
    return int(settings.FEE_PAYMENTS_QUOTE_DAYS)


def write_off_limit(currency: str) -> Money:
    """The most that may be missing of an invoice and be written off."""
    amount = (settings.FEE_PAYMENTS_WRITE_OFF_LIMITS or {}).get(currency, 0)
    return Money(str(amount), currency)


def suspends_on_reversal() -> bool:
    """Whether access ends while a bank has taken a payment back."""
    return bool(settings.FEE_PAYMENTS_SUSPEND_ON_REVERSAL)


def reminder_days() -> tuple[int, ...]:
    """Days after the due date on which a reminder is sent, in order."""
    return tuple(sorted(int(days) for days in settings.FEE_PAYMENTS_REMINDER_DAYS))


def reminder_tries() -> int:
    """How often a mail is tried before a person has to look."""
    return int(settings.FEE_PAYMENTS_REMINDER_TRIES)


def purchase_order_storage() -> Storage | None:
    """Where the files of purchase orders are kept; ``None`` while the operator has named no place.

    Raises:
        ImproperlyConfigured: the setting names a place that cannot be.
    """
    named = settings.FEE_PAYMENTS_PURCHASE_ORDERS
    if not named:
        return None
    try:
        kind = import_string(named.get("BACKEND", "django.core.files.storage.FileSystemStorage"))
        options = dict(named.get("OPTIONS", {}))
        if issubclass(kind, FileSystemStorage):
            if not options.get("location"):
                raise ImproperlyConfigured("FEE_PAYMENTS_PURCHASE_ORDERS lacks a “location”.")
            private = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
            options = private | options
        storage: Storage = kind(**options)
    except (ImportError, TypeError, ValueError, AttributeError) as error:
        raise ImproperlyConfigured(f"FEE_PAYMENTS_PURCHASE_ORDERS: {error}") from error
    return storage


def purchase_order_keys() -> tuple[bytes, ...]:
    """The keys of files of purchase orders, the newest first.

    Raises:
        ImproperlyConfigured: one of them is no key. The message does not show it.
    """
    own: str | Iterable[str] = settings.FEE_PAYMENTS_PURCHASE_ORDER_KEYS
    keys = tuple(key.encode() for key in ((own,) if isinstance(own, str) else own) if key)
    for number, key in enumerate(keys, 1):
        try:
            Fernet(key)
        except ValueError:
            raise ImproperlyConfigured(
                f"Key {number} of FEE_PAYMENTS_PURCHASE_ORDER_KEYS is no key of "
                "cryptography.fernet."
            ) from None
    return keys


def purchase_order_files_are_taken() -> bool:
    """Whether there is a place for them and a key; a mistake in either shuts the door."""
    try:
        return purchase_order_storage() is not None and bool(purchase_order_keys())
    except ImproperlyConfigured:
        return False


def purchase_order_max_bytes() -> int:
    """The largest file of a purchase order that is taken."""
    return int(settings.FEE_PAYMENTS_PURCHASE_ORDER_MAX_BYTES)


def bank_lines_at_once() -> int:
    """How many bank lines a page matches before it asks to go on; the command has no such limit."""
    return int(settings.FEE_PAYMENTS_BANK_LINES_AT_ONCE)


def seat_pool_period() -> timedelta:
    """How long the seats of an institution can be given and accepted."""
    return timedelta(days=settings.FEE_PAYMENTS_SEAT_POOL_DAYS)


def seat_invitation_period() -> timedelta:
    """How long an invitation to a seat can be accepted, where its coordinator says nothing else."""
    return timedelta(days=settings.FEE_PAYMENTS_SEAT_INVITATION_DAYS)


def seat_reminder_before() -> timedelta:
    """How long before the end of an invitation a reminder goes out."""
    return timedelta(days=settings.FEE_PAYMENTS_SEAT_REMINDER_DAYS)


def seat_revoke_within() -> timedelta:
    """How long after the acceptance a coordinator may take a seat back."""
    return timedelta(days=settings.FEE_PAYMENTS_SEAT_REVOKE_DAYS)


def seat_revoke_below_percent() -> int:
    """The grade, in per cent, from which a coordinator may not take a seat back any more."""
    return int(settings.FEE_PAYMENTS_SEAT_REVOKE_BELOW_PERCENT)


def seat_mails_per_day() -> int:
    """How many mails about seats one institution may cause in a day."""
    return int(settings.FEE_PAYMENTS_SEAT_MAILS_PER_DAY)


def seat_mail_tries() -> int:
    """How often a mail about a seat is tried."""
    return int(settings.FEE_PAYMENTS_SEAT_MAIL_TRIES)


def seat_addresses_kept() -> timedelta:
    """How long the address of who did not accept in time is kept."""
    return timedelta(days=settings.FEE_PAYMENTS_SEAT_FORGET_DAYS)


def seat_keys() -> tuple[bytes, ...]:
    """Keys of cryptography.fernet for invited addresses, the newest first; one at least.

    Where the operator has set none they are made from ``SECRET_KEY`` and its fallbacks.
    """
    own: str | Iterable[str] = settings.FEE_PAYMENTS_SEAT_KEYS
    named = (own,) if isinstance(own, str) else tuple(own)
    if named:
        return tuple(key.encode() for key in named)
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    hashes = (
        salted_hmac("fee_payments.seat_addresses", "", secret=secret, algorithm="sha256").digest()
        for secret in secrets
    )
    return tuple(urlsafe_b64encode(one) for one in hashes)


def site_name() -> str:
    """What the site is called; "" if it does not say."""
    return str(getattr(settings, "PLATFORM_NAME", "") or "")


def country_name(code: str) -> str:
    """What a country is called, translated; an unknown code is its own name."""
    return str(countries.name(code) or code)
