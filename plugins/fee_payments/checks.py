"""Complaints at start-up, so that a learner never meets them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from fairgate_papers import TypesetterMissing, has_fonts, typesetter
from fee_payments import conf
from fee_payments.exceptions import InvalidRefundPolicy
from fee_payments.settings.common import OVERRIDES

SHORTEST_SECRET = 16


@register("fairgate")
def check_providers(app_configs: object, **_: Any) -> list[CheckMessage]:
    """A sandbox without a secret takes no event; no provider means that nobody can pay."""
    messages: list[CheckMessage] = []
    secrets = conf.sandbox_secrets()
    if "sandbox" in conf.providers() and not _are_strong(secrets):
        messages.append(
            checks.Error(
                "The sandbox provider is switched on without a signing secret that holds.",
                hint="Set FEE_PAYMENTS_SANDBOX_SECRETS to a list of random strings of 16 letters "
                "or more.",
                id="fee_payments.E001",
            )
        )
    if not conf.providers():
        messages.append(
            checks.Warning(
                "No payment provider is switched on: fees can be waived, but not paid.",
                hint="Set FEE_PAYMENTS_PROVIDERS.",
                id="fee_payments.W001",
            )
        )
    return messages


@register("fairgate")
def check_refund_policy(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.E008``: the refund policy can be read."""
    try:
        conf.refund_policy()
    except InvalidRefundPolicy as invalid:
        return [
            checks.Error(
                str(invalid),
                hint="Set FEE_PAYMENTS_REFUND_POLICY to a list like "
                '[{"percent": 100, "days_after_payment": 14}].',
                id="fee_payments.E008",
            )
        ]
    return []


@register("fairgate")
def check_checkout_links(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W002``: the LMS asks us where its checkout links lead."""
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls" or not conf.has_checkout_links():
        return []
    missing = [name for name in OVERRIDES if not _asks_us_first(name)]
    return [
        checks.Warning(
            f"{name} does not name us last, so the platform's checkout links may lead elsewhere.",
            hint=f"Make it a list that ends with {OVERRIDES[name]}, or set "
            "FEE_PAYMENTS_CHECKOUT_LINKS to False.",
            id="fee_payments.W002",
        )
        for name in missing
    ]


def _asks_us_first(name: str) -> bool:
    known = getattr(settings, name, None) or ()
    functions = [known] if isinstance(known, str) else list(known)
    return functions[-1:] == [OVERRIDES[name]]


@register("fairgate")
def check_account_page(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W003``: whose profile has no country needs a page to set it on."""
    is_lms = getattr(settings, "ROOT_URLCONF", "") == "lms.urls"
    if not is_lms or getattr(settings, "ACCOUNT_MICROFRONTEND_URL", None):
        return []
    return [
        checks.Warning(
            "Learners have no page to set their country on, which waivers are decided by.",
            hint="Set ACCOUNT_MICROFRONTEND_URL to where the account micro-frontend is served.",
            id="fee_payments.W003",
        )
    ]


@register("fairgate")
def check_seat_code_tries(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Without a number of tries, codes could be guessed for ever, or never be redeemed."""
    tries = settings.FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR
    if isinstance(tries, int) and not isinstance(tries, bool) and tries >= 1:
        return []
    return [
        checks.Error(
            "The number of seat codes that a person may try in an hour is no number above zero.",
            hint="Set FEE_PAYMENTS_SEAT_CODE_TRIES_PER_HOUR to a whole number, for example 10.",
            id="fee_payments.E002",
        )
    ]


@register("fairgate")
def check_documents(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``fee_payments.W004``: invoices and receipts can be made, with the fonts that were named."""
    try:
        typesetter()
        faults = [
            (f"{folder} holds no font that can be read.", "Set FAIRGATE_FONT_FOLDERS.")
            for folder in conf.font_folders()
            if not has_fonts(folder)
        ]
        conf.paper_size()
    except TypesetterMissing as error:
        faults = [(str(error), "Install the package typst into this environment.")]
    except ValueError as error:
        faults = [(f"{error}.", 'Set FAIRGATE_PAPER_SIZE to "a4" or "us-letter".')]
    return [checks.Warning(said, hint=hint, id="fee_payments.W004") for said, hint in faults]


def _are_strong(secrets: tuple[str, ...]) -> bool:
    return bool(secrets) and all(len(secret.strip()) >= SHORTEST_SECRET for secret in secrets)
