"""Complaints at start-up, so that a learner never meets them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from fee_payments import conf

SHORTEST_SECRET = 16


@register()
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


@register()
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


def _are_strong(secrets: tuple[str, ...]) -> bool:
    return bool(secrets) and all(len(secret.strip()) >= SHORTEST_SECRET for secret in secrets)
