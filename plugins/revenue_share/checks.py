"""Complains at start-up about settings with which something could not be done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register
from django.core.exceptions import ImproperlyConfigured

from . import conf


@register("fairgate")
def check_rates(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E001``: there is a source of rates, and an age at which one is too old."""
    return [
        checks.Error(
            f"Statements cannot be converted. {fault}",
            hint="Set REVENUE_SHARE_RATE_SOURCE to “unore” or “ecb”, and REVENUE_SHARE_RATE_DAYS "
            "to a number of days.",
            id="revenue_share.E001",
        )
        for fault in _faults(conf.rate_source, conf.rate_age)
    ]


@register("fairgate")
def check_payouts(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E002`` and ``E003``: payouts are encrypted, and paid from an account."""
    return [
        *(
            checks.Error(
                f"The keys for accounts and files of payouts cannot be used. {fault}",
                hint="Set REVENUE_SHARE_PAYOUT_KEYS, as docs/how-tos/payouts.md says. Until then "
                "no account is taken and nothing is paid out.",
                id="revenue_share.E002",
            )
            for fault in _faults(_keys_of_payouts)
        ),
        *(
            checks.Error(
                f"Payouts cannot be made as the settings say. {fault}",
                hint="Set REVENUE_SHARE_BANK_ACCOUNTS and REVENUE_SHARE_BANK_RATE_PERCENT, as "
                "docs/how-tos/payouts.md says.",
                id="revenue_share.E003",
            )
            for fault in _faults(conf.bank_accounts, conf.bank_rate_percent)
        ),
    ]


@register("fairgate")
def check_reports(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E007``: reports know from when on a group is of few payers."""
    return [
        checks.Error(
            f"Reports by country cannot be made. {fault}",
            hint="Set REVENUE_SHARE_LEAST_PAYERS to a number of sales, 5 for example. With 1 every "
            "group is told, also one that is a single person.",
            id="revenue_share.E007",
        )
        for fault in _faults(conf.least_payers)
    ]


def _keys_of_payouts() -> None:
    if not conf.payout_keys() and settings.REVENUE_SHARE_BANK_ACCOUNTS:
        raise ImproperlyConfigured("There is none.")


def _faults(*reads: Callable[[], object]) -> Iterator[str]:
    for read in reads:
        try:
            read()
        except ImproperlyConfigured as error:
            yield str(error)
