"""The words of the books for people, in their language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from fairgate import written_amounts
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
    Statement,
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

_BLANK = "\N{NO-BREAK SPACE}"
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
    said = date_format(Period.parse(period).last_day, "YEAR_MONTH_FORMAT")
    # Django begins Russian months with a capital, as they stand alone; within a sentence, as in
    # French and Spanish, they have none.
    is_russian = (get_language() or "").startswith("ru")
    return said[:1].lower() + said[1:] if is_russian else said


def month_lines(period: str) -> tuple[str, ...]:
    """The same for a narrow place: the month and its year, one below the other.

    A language that writes both without a blank has one line.

    Raises:
        InvalidPeriod: it is no month.
    """
    whole = month(period)
    if " " not in whole:
        return (whole,)
    day = Period.parse(period).last_day
    said = date_format(day, "F")
    return said[:1].upper() + said[1:], date_format(day, "Y")


def amount(value: Money) -> str:
    """An amount to be read, with its code: ``USD 100.73``, in French ``100,73 USD``."""
    return written_amounts.with_currency(value, _language())


def figures(value: Money) -> str:
    """An amount in a column of one currency: without its code."""
    return written_amounts.figures(value, _language())


def number(value: Decimal | int) -> str:
    """Any other number as the reader's language writes it."""
    return written_amounts.number(value, _language())


def share(value: Fraction) -> str:
    """A part of a whole: ``36 %``; the exact fraction beside what two decimals cannot say."""
    hundredths = value * 10_000
    if hundredths.denominator == 1:
        return _percent(Decimal(hundredths.numerator) / 100)
    rounded = _percent(Decimal(round(hundredths)) / 100)
    return f"{rounded} ({value.numerator}/{value.denominator})"


def _percent(value: Decimal) -> str:
    plain = value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
    return f"{number(plain)}{_BLANK}%"


def moment(at: datetime) -> str:
    """A moment as the reader's language writes its day, with hours and minutes of UTC."""
    there = at.astimezone(UTC)
    said = {"date": date_format(there, "DATE_FORMAT"), "time": f"{there:%H:%M}"}
    return _("%(date)s, %(time)s") % said


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def period(text: str) -> Period:
    """The month that ``2026-10`` is.

    Raises:
        InvalidPeriod: it is no month.
    """
    return Period.parse(text)


def label(number: int | None) -> str:
    """A statement's number as it is written on paper, "" for a draft."""
    return "" if number is None else f"RS-{number:06d}"


def rounded_together(statement: Statement) -> str:
    """What explains shares that are not the amounts of their lines by some units, "" for none."""
    if any(line.part is Part.PROCESSOR_FEE for line in statement.lines):
        return _(
            "Where the processor’s fee is shared too, it is rounded together with the share: the "
            "sum of both lines is exact."
        )
    return ""


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
        "rate": number(value.rate.normalize()),
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
