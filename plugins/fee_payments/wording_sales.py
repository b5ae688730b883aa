"""What a fee opens, for how long, and how money goes back, in sentences for who buys."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fee_payments.data import CountedFrom, OfferingSummary, RefundPolicy, RefundStep

_OPENED = {
    "course_run": lambda: _("It opens the course."),
    "course_part": lambda: _("It opens a part of the course."),
    "certificate": lambda: _("It opens the certificate of the course."),
}


def opened(offering: OfferingSummary) -> str:
    """What an offering opens; "" of a bundle, whose parts are listed."""
    words = _OPENED.get(offering.kind)
    return words() if words else ""


def access(offering: OfferingSummary, *, is_paid: bool) -> str:
    """For how long it opens it; ``is_paid`` is false for a seat that costs nothing."""
    days = offering.access_days
    if days is None:
        return _("Access without a time limit.")
    if is_paid:
        said = ngettext(
            "Access for %(days)s day from payment.", "Access for %(days)s days from payment.", days
        )
    else:
        said = ngettext(
            "Access for %(days)s day from when you take the seat.",
            "Access for %(days)s days from when you take the seat.",
            days,
        )
    return said % {"days": days}


def refunds(policy: RefundPolicy, *, starts_on: date | None) -> tuple[str, ...]:
    """What a refund policy gives back, the most first; a sentence too where it is nothing."""
    steps = [step for step in policy.steps if _ever_holds(step, starts_on)]
    steps.sort(key=lambda step: step.percent, reverse=True)
    said = tuple(_step(step, starts_on) for step in steps)
    return said or (_("What was paid is not given back to who changes their mind."),)


def _ever_holds(step: RefundStep, starts_on: date | None) -> bool:
    if step.counted_from is CountedFrom.START:
        return bool(step.percent.basis_points) and starts_on is not None
    return bool(step.percent.basis_points and step.days)


def _step(step: RefundStep, starts_on: date | None) -> str:
    if step.counted_from is CountedFrom.PAYMENT:
        return ngettext(
            "%(percent)s of what was paid goes back to who asks within %(days)s day of paying.",
            "%(percent)s of what was paid goes back to who asks within %(days)s days of paying.",
            step.days,
        ) % {"percent": step.percent, "days": step.days}
    # One that is counted from a start that nobody has named is left out before.
    end = starts_on - timedelta(days=step.days) if starts_on else None
    return _("%(percent)s of what was paid goes back to who asks before %(day)s (UTC).") % {
        "percent": step.percent,
        "day": date_format(end, "DATE_FORMAT") if end else "",
    }
