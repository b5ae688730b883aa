"""Complains at start-up about settings with which something could not be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register
from django.core.exceptions import ImproperlyConfigured

from . import conf
from .settings.common import STEPS


@register("fairgate")
def check_rates(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E001``: there is a source of rates, and an age at which one is too old."""
    return _errors(
        "Statements cannot be converted.",
        conf.rate_source,
        conf.rate_age,
        hint="Set REVENUE_SHARE_RATE_SOURCE to “unore” or “ecb”, and REVENUE_SHARE_RATE_DAYS "
        "to a number of days.",
        id="revenue_share.E001",
    )


@register("fairgate")
def check_payouts(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E002`` and ``E003``: payouts are encrypted, and paid from an account."""
    return [
        *_errors(
            "The keys for accounts and files of payouts cannot be used.",
            _keys_of_payouts,
            hint="Set REVENUE_SHARE_PAYOUT_KEYS, as docs/how-tos/payouts.md says. Until then no "
            "account is taken and nothing is paid out.",
            id="revenue_share.E002",
        ),
        *_errors(
            "Payouts cannot be made as the settings say.",
            conf.bank_accounts,
            conf.bank_rate_percent,
            hint="Set REVENUE_SHARE_BANK_ACCOUNTS and REVENUE_SHARE_BANK_RATE_PERCENT, as "
            "docs/how-tos/payouts.md says.",
            id="revenue_share.E003",
        ),
    ]


@register("fairgate")
def check_warehouse(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E004``: if facts are sent to a server, it can be asked."""
    return _errors(
        "No facts can be sent to ClickHouse.",
        conf.warehouse,
        hint="Set REVENUE_SHARE_CLICKHOUSE, as docs/how-tos/clickhouse.md says.",
        id="revenue_share.E004",
    )


@register("fairgate")
def check_course_reports(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E005`` and ``W001``: few payers are hidden; dashboards have our tab."""
    found = _errors(
        "No report of few payers can be made, and teams of courses see none.",
        conf.least_payers,
        hint="Set REVENUE_SHARE_LEAST_PAYERS to a whole number, for example 5.",
        id="revenue_share.E005",
    )
    if getattr(settings, "ROOT_URLCONF", "") != "lms.urls":
        return found
    filters = getattr(settings, "OPEN_EDX_FILTERS_CONFIG", None) or {}
    found += [
        checks.Warning(
            f"{step} is missing from the filter {name}, so a dashboard of instructors has no "
            "report of sales.",
            hint="A setting of yours replaced OPEN_EDX_FILTERS_CONFIG: add to it instead.",
            id="revenue_share.W001",
        )
        for name, step in STEPS.items()
        if step not in _pipeline(filters.get(name))
    ]
    return found


def _pipeline(entry: Any) -> Any:
    """The steps of a filter, written as a mapping, one path, or a list of them."""
    if isinstance(entry, dict):
        return entry.get("pipeline", ())
    return [entry] if isinstance(entry, str) else entry or ()


@register("fairgate")
def check_mails(app_configs: object, **_: Any) -> list[CheckMessage]:
    """``revenue_share.E006``: it is known whose statements go by mail, and for how long."""
    return _errors(
        "Statements cannot be sent by mail.",
        conf.mail_age,
        conf.not_mailed,
        hint="Set REVENUE_SHARE_MAIL_DAYS to a number of days (0: none are sent), and "
        "REVENUE_SHARE_MAIL_NOT_TO to a list of codes.",
        id="revenue_share.E006",
    )


def _keys_of_payouts() -> None:
    if not conf.payout_keys() and settings.REVENUE_SHARE_BANK_ACCOUNTS:
        raise ImproperlyConfigured("There is none.")


def _errors(
    what: str,
    *reads: Callable[[], object],
    hint: str,
    id: str,  # noqa: A002 - as Django's messages call it
) -> list[CheckMessage]:
    """An error for each setting that cannot be read: ``what`` does not go, and why."""
    return [checks.Error(f"{what} {fault}", hint=hint, id=id) for fault in _faults(reads)]


def _faults(reads: Iterable[Callable[[], object]]) -> Iterator[str]:
    for read in reads:
        try:
            read()
        except ImproperlyConfigured as error:
            yield str(error)
