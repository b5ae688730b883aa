"""The words of the books for people, in their language."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fairgate.money import Money

from .data import Account, Part, Period, StatementState

MINUS = "\u2212"

_STATES: dict[StatementState, Promise] = {
    StatementState.DRAFT: _("draft"),
    StatementState.CLOSED: _("closed"),
    StatementState.CARRIED: _("carried forward"),
}
_PARTS: dict[Part, Promise] = {
    Part.SHARE: _("Share of a sale"),
    Part.MIRROR: _("Share of a refund, taken back"),
    Part.LOST_FEE: _("Processor’s fee that did not come back"),
    Part.SEAT: _("Waived seat"),
}
_ACCOUNTS: dict[Account, Promise] = {
    Account.GATEWAY_CLEARING: _("At the payment provider"),
    Account.PROCESSOR_FEE: _("Processor’s fees"),
    Account.DEFERRED_RECEIPTS: _("Receipts to be shared"),
    Account.TAX_PAYABLE: _("Tax to be paid"),
    Account.UNALLOCATED: _("Not allocated"),
    Account.PAYABLE_ON_HOLD: _("Owed, on hold"),
    Account.FEE_LOST: _("Lost fees, on hold"),
    Account.PAYABLE_CLEARED: _("Owed, cleared"),
    Account.FUND_AVAILABLE: _("Cleared for the waiver fund"),
}


def state(value: StatementState) -> Promise:
    """A statement's state in words."""
    return _STATES[value]


def part(value: Part) -> Promise:
    """What a line is, in words."""
    return _PARTS[value]


def account(value: Account) -> Promise:
    """An account in words."""
    return _ACCOUNTS[value]


def month(period: str) -> str:
    """The month of a period, "2026-10", as the reader's language writes it: "October 2026".

    Raises:
        InvalidPeriod: it is no month.
    """
    return date_format(Period.parse(period).last_day, "YEAR_MONTH_FORMAT")


def amount(value: Money) -> str:
    """An amount to be read: below zero it has a true minus sign, not the hyphen of the files."""
    return str(value).replace("-", MINUS)


def label(number: int | None) -> str:
    """A statement's number as it is written on paper, "" for a draft."""
    return "" if number is None else f"RS-{number:06d}"
