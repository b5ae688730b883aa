"""The words of the books for people, in their language."""

from __future__ import annotations

from datetime import date

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from fairgate.money import Money

from .data import (
    AcceptedAs,
    Account,
    BatchSummary,
    EntryFault,
    EventKind,
    Part,
    PayoutState,
    Period,
    Rate,
    StatementState,
)
from .models import (
    ACCEPTED_LABELS,
    ACCOUNT_LABELS,
    KIND_LABELS,
    PART_LABELS,
    PAYOUT_LABELS,
    SOURCE_LABELS,
    STATE_LABELS,
)

MINUS = "\u2212"
_FAULTS = {
    EntryFault.WRONG_AMOUNT: gettext_lazy("The amount is another one."),
    EntryFault.DUPLICATE: gettext_lazy("The bank has paid it once more."),
    EntryFault.UNEXPECTED: gettext_lazy("Nothing is known that this could be."),
    EntryFault.REJECTED: gettext_lazy(
        "The bank has paid it after all, and its statement is in another payout by now."
    ),
}


def state(value: StatementState) -> Promise:
    """A statement's state in words."""
    return STATE_LABELS[value]


def part(value: Part) -> Promise:
    """What a line is, in words."""
    return PART_LABELS[value]


def kind(value: EventKind) -> Promise:
    """What happened, in words."""
    return KIND_LABELS[value]


def account(value: Account) -> Promise:
    """An account in words."""
    return ACCOUNT_LABELS[value]


def month(period: str) -> str:
    """The month of a period, "2026-10", as the reader's language writes it: "October 2026".

    Raises:
        InvalidPeriod: it is no month.
    """
    return date_format(Period.parse(period).last_day, "YEAR_MONTH_FORMAT")


def amount(value: Money) -> str:
    """An amount to be read: below zero it has a true minus sign, not the hyphen of the files."""
    return str(value).replace("-", MINUS)


def figures(value: Money) -> str:
    """An amount in a column of one currency: without its code, with a true minus sign."""
    return f"{value.amount:,f}".replace("-", MINUS)


def period(text: str) -> Period:
    """The month that ``2026-10`` is.

    Raises:
        InvalidPeriod: it is no month.
    """
    return Period.parse(text)


def label(number: int | None) -> str:
    """A statement's number as it is written on paper, "" for a draft."""
    return "" if number is None else f"RS-{number:06d}"


def payout_state(value: PayoutState) -> Promise:
    """A payout's state in words."""
    return PAYOUT_LABELS[value]


def batch_state(batch: BatchSummary) -> str:
    """Where a batch stands in words."""
    if batch.is_waiting:
        return _("waits for a second person")
    if batch.confirmed_at:
        return pgettext("payouts", "approved")
    return pgettext("payouts", "refused")


def fault(value: EntryFault) -> Promise:
    """What is wrong with an entry of the bank, as a sentence."""
    return _FAULTS[value]


def accepted_as(value: AcceptedAs) -> Promise:
    """What two people say that an entry of the bank is."""
    return ACCEPTED_LABELS[value]


def rate(value: Rate) -> str:
    """A rate to be read, with its source and the day it came into effect."""
    return _("1 %(base)s = %(rate)s %(currency)s, %(source)s of %(day)s") % {
        "base": value.base,
        "rate": f"{value.rate.normalize():f}",
        "currency": value.currency,
        "source": SOURCE_LABELS[value.source],
        "day": day(value.effective_on),
    }


def day(value: date) -> str:
    """A day as the reader's language writes it."""
    return date_format(value, "DATE_FORMAT")


def user(number: int) -> str:
    """The user name of an account; its number where there is none any more."""
    found = get_user_model()._default_manager.filter(pk=number).first()
    return found.get_username() if found else str(number)
