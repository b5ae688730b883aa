"""What an author asks for, beside what is there now, in words for both who read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fairgate import clock
from fairgate.languages import isolated
from fee_payments.data import (
    AuthoredOffering,
    AuthoredPrice,
    AuthorRequest,
    AuthorRequestState,
    Limits,
)
from fee_payments.exceptions import OverLimit
from fee_payments.models import PAYER_LABELS, Offering
from fee_payments.models.labels import AUTHOR_STATE_LABELS, AUTHOR_WISH_LABELS
from fee_payments.rules import limits as bounds
from fee_payments.wording import over_limit_sentence

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that would be another: what it is, as it is now, and as it would be."""

    label: str
    old: str
    new: str


def wish_in_words(asked: AuthorRequest) -> str:
    """What is asked for: a new fee, what is said of one, or a price."""
    return str(AUTHOR_WISH_LABELS[asked.change.wish])


def state_in_words(asked: AuthorRequest) -> str:
    """Where it stands."""
    return str(AUTHOR_STATE_LABELS[asked.state])


def differences(asked: AuthorRequest) -> list[Difference]:
    """Everything that would be another, and nothing that would stay."""
    found = []
    if asked.change.about is not None:
        found += _about(asked.base.about, asked.change.about)
    if asked.change.price is not None:
        found.append(_price(asked, asked.change.price))
    return found


def why_it_waits(asked: AuthorRequest, limits: Limits) -> str:
    """What of it is beyond the limits as they are now; "" if nothing is."""
    try:
        bounds.check_change(limits, asked.change)
    except OverLimit as over:
        return over_limit_sentence(over)
    return ""


def _about(was: AuthoredOffering | None, wanted: AuthoredOffering) -> list[Difference]:
    names = {
        "title": _("Title"),
        "kind": _("What the fee opens"),
        "on_sale_from": _("On sale from (UTC)"),
        "on_sale_until": _("On sale until (UTC)"),
    }
    pairs = [
        (label, None if was is None else getattr(was, name), getattr(wanted, name), name)
        for name, label in names.items()
    ]
    return [
        Difference(label=label, old=_shown(name, old), new=_shown(name, new))
        for label, old, new, name in pairs
        if old != new
    ]


def _shown(name: str, value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, date):
        return date_format(value)
    return str(Offering.Kind(value).label) if name == "kind" else isolated(str(value))


def _price(asked: AuthorRequest, wanted: AuthoredPrice) -> Difference:
    begins = wanted.valid_from
    old = asked.base.price_on(max(begins, clock.utc_day(asked.asked_at)))
    # Approved later than that, it begins on the day of the approval.
    if asked.state is AuthorRequestState.APPROVED and asked.decided_at is not None:
        begins = max(begins, clock.utc_day(asked.decided_at))
    said = {"amount": wanted.amount, "day": date_format(begins)}
    new = _("%(amount)s from %(day)s on, and not before it is approved") % said
    if not asked.is_waiting:
        new = _("%(amount)s from %(day)s on") % said
    return Difference(
        label=_("Price for %(payer)s") % {"payer": PAYER_LABELS[wanted.payer_class]},
        old=str(old.amount) if old else NOTHING,
        new=new,
    )
