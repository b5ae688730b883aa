"""Settings of fee_payments, read when they are needed, never at import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from fairgate_papers import PageSize
from fee_payments.rules import RefundPolicy, read_refund_policy


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


def providers() -> Mapping[str, str]:
    """Payment providers that are switched on: name → dotted path of the class."""
    providers: Mapping[str, str] = settings.FEE_PAYMENTS_PROVIDERS
    return providers


def sandbox_secrets() -> tuple[str, ...]:
    """Signing secrets of the sandbox, newest first; all are accepted while one is rotated."""
    secrets: str | Iterable[str] = settings.FEE_PAYMENTS_SANDBOX_SECRETS
    # A text is one secret, not a list of its letters, as YAML makes it easy to write.
    return (secrets,) if isinstance(secrets, str) else tuple(secrets)


def has_checkout_links() -> bool:
    """Whether the platform's own upgrade and checkout links lead to our fee pages."""
    return bool(settings.FEE_PAYMENTS_CHECKOUT_LINKS)


def sandbox_webhook_url() -> str:
    """Where the sandbox sends its events; "" means the site it is served from."""
    url: str = settings.FEE_PAYMENTS_SANDBOX_WEBHOOK_URL
    return url


def font_folders() -> tuple[Path, ...]:
    """Folders with fonts for scripts that those of ``fairgate_papers`` do not have."""
    given: str | Iterable[str] = getattr(settings, "FAIRGATE_FONT_FOLDERS", ())
    return tuple(Path(folder) for folder in ((given,) if isinstance(given, str) else given))


def paper_size() -> PageSize:
    """The paper that documents are printed on."""
    return PageSize(getattr(settings, "FAIRGATE_PAPER_SIZE", PageSize.A4))
