"""Refusals as a person reads them, in their language.

An error's own text is for logs and commands; pure rules know no translation.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, pgettext
from django.utils.translation import gettext as _

from fairgate.errors import FairgateError
from fairgate.languages import Language, isolated, language
from fee_payments import compat
from fee_payments.data import EntitlementSummary, PriceSpan, SeatCodeState, SeatState, SpanKind
from fee_payments.exceptions import (
    CountryBlocked,
    NoPrice,
    NotOnSale,
    OverLimit,
    TooManyTries,
    UpgradeOver,
)
from fee_payments.models import PAYER_LABELS, Entitlement
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty, NotEligible


def in_words(error: FairgateError) -> str:
    """The sentence to show for a refusal; of one of several lines, with the line's title."""
    said, title = _sentence(error), getattr(error, "line_title", "")
    if not title or title in said:
        return said
    return _("“%(title)s”: %(sentence)s") % {"title": _foreign(title), "sentence": said}


def _sentence(error: FairgateError) -> str:
    if isinstance(error, FundEmpty):
        # Whether and where they wait stands beside it: the place on the list is told as it is now.
        return _("You are eligible, but the waiver fund cannot pay for another seat at the moment.")
    if isinstance(error, NotEligible):
        return " ".join((*waivers.explain(error.decision), *waivers.advise(error.decision)))
    for kind, words in _WORDS.items():
        if isinstance(error, kind):
            return words(error)
    return str(error)


def _not_on_sale(error: NotOnSale) -> str:
    title = _foreign(error.title)
    if isinstance(error, CountryBlocked):
        return _country_blocked(error) % {"title": title}
    if isinstance(error, UpgradeOver):
        until = error.until.astimezone(UTC)
        return _("“%(title)s” could be bought until %(day)s, %(time)s UTC.") % {
            "title": title,
            "day": date_format(until, "DATE_FORMAT"),
            "time": date_format(until, "H:i"),
        }
    said = {"title": title, "day": date_format(error.on)}
    return _("“%(title)s” is not on sale on %(day)s.") % said


def _country_blocked(error: CountryBlocked) -> str:
    """What our rule is, and whom to ask; nobody is told why a country is blocked."""
    if error.is_of_organisation and error.country:
        return _(
            "By the rules of this site, “%(title)s” is neither sold nor given in the country of "
            "this organisation. If you have questions, please ask the people who run this site."
        )
    if error.is_of_organisation:
        return _(
            "“%(title)s” is sold only to organisations whose country is known. Please ask the "
            "people who run this site to note it."
        )
    if error.country:
        return _(
            "By the rules of this site, “%(title)s” is neither sold nor given to people in your "
            "country, also not with a seat code. If your profile names the wrong country, please "
            "correct it; if you have questions, please ask the people who run this site."
        )
    return _(
        "“%(title)s” is sold and given only to people whose country is known, also with a seat "
        "code. Please set the country of your profile."
    )


def _over_limit(error: OverLimit) -> str:
    ask = _("Please ask an operator of the site.")
    if error.contact:
        ask = _("Please ask: %(contact)s") % {"contact": error.contact}
    return f"{over_limit_sentence(error)} {ask}"


def over_limit_sentence(error: OverLimit) -> str:
    """What authors may not, without whom to ask."""
    sentences = {
        "sell": _("Authors of this course may not add or change fees."),
        "kind": _("Authors of this course may not sell this kind of fee."),
        "price": _("Authors of this course may not set prices."),
        "currency": _("Authors of this course may not sell in %(currency)s."),
        "amount": _("%(amount)s is not between %(lowest)s and %(highest)s."),
    }
    return sentences[error.what] % error.said


def course_language(course_key: str) -> Language | None:
    """The language that the names of a course and of its fees are in, if somebody said."""
    return language(compat.course_language(course_key)) if course_key else None


def state_name(state: SeatCodeState) -> str:
    """Where a seat code stands, in a word."""
    names = {
        SeatCodeState.FREE: _("free"),
        SeatCodeState.REDEEMED: _("redeemed"),
        SeatCodeState.REVOKED: _("taken back"),
        SeatCodeState.EXPIRED: _("expired"),
    }
    return names[state]


def seat_state_name(state: SeatState) -> str:
    """Where a seat of an institution stands, in a word."""
    names = {
        SeatState.FREE: _("free"),
        SeatState.ASSIGNED: _("invited"),
        SeatState.EXPIRED: _("not accepted in time"),
        SeatState.ACCEPTED: _("accepted"),
        SeatState.REVOKED: _("taken back"),
        SeatState.HELD: _("refund under way"),
        SeatState.WITHDRAWN: _("refunded"),
        SeatState.CLOSED: pgettext("a seat", "closed"),
    }
    return names[state]


def ended_note(right: EntitlementSummary, *, at: datetime) -> str:
    """What a learner reads about a right that they had, and have no more."""
    end = right.ended_at(at)
    if end is None:
        return ""
    said = _("Your access ended on %(date)s.")
    is_given = right.source == Entitlement.Source.SEAT
    if right.revoked_at == end and is_given and right.revoked_because in Entitlement.RESTING:
        said = _(
            "The payment for your seat has been looked at since %(date)s; your access rests "
            "meanwhile."
        )
    elif right.revoked_at == end and is_given:
        said = _("Your seat was withdrawn on %(date)s.")
    elif right.revoked_at == end and right.revoked_because == Entitlement.REFUNDED:
        said = _("Your fee was refunded on %(date)s; with it your access ended.")
    elif right.revoked_at == end and right.revoked_because == Entitlement.DISPUTED:
        said = _(
            "Your bank has looked at your payment since %(date)s; your access rests meanwhile."
        )
    elif right.revoked_at == end and right.revoked_because == Entitlement.REVERSED:
        said = _(
            "A bank took your payment back on %(date)s; your access rests until it is there again."
        )
    elif right.revoked_at == end and right.revoked_because == Entitlement.DISPUTE_LOST:
        said = _("Your bank took your payment back on %(date)s; with it your access ended.")
    return said % {"date": date_format(end.astimezone(UTC), "DATE_FORMAT")}


def price_span(span: PriceSpan, *, on: date) -> str:
    """What a price list says of a time, in a sentence; ``on`` is today (UTC)."""
    said = {
        "payer": PAYER_LABELS[span.payer_class],
        "amount": span.price.amount if span.price else span.currency,
        "begins": date_format(span.begins),
        "ends": date_format(span.ends) if span.ends else "",
    }
    now = span.is_of(on)
    if span.kind is SpanKind.GAP:
        template = _("%(payer)s: no price in %(amount)s from %(begins)s until %(ends)s.")
        if span.ends is None:
            template = _("%(payer)s: no price in %(amount)s from %(begins)s on.")
        return template % said
    if span.ends is None:
        today = _("%(payer)s: %(amount)s today, since %(begins)s.")
        coming = _("%(payer)s: %(amount)s from %(begins)s on.")
    else:
        today = _("%(payer)s: %(amount)s today, from %(begins)s until %(ends)s.")
        coming = _("%(payer)s: %(amount)s from %(begins)s until %(ends)s.")
    sentence = (today if now else coming) % said
    if span.kind is SpanKind.OVERLAP:
        sentence += " " + _("Two prices hold then; the one that began later counts.")
    return sentence


def _no_price(error: NoPrice) -> str:
    said = {
        "title": _foreign(error.title),
        "day": date_format(error.on),
        "currency": error.currency,
    }
    if error.currency:
        return _("“%(title)s” has no price in %(currency)s on %(day)s.") % said
    return _("“%(title)s” has no price for you on %(day)s.") % said


def _foreign(title: str) -> str:
    """A title, which may run the other way, where the sentence runs from right to left."""
    return isolated(title) if get_language_bidi() else title


def _too_many_tries(error: TooManyTries) -> str:
    # Up to the next minute: at the minute that is named, the wait is over.
    until = error.until + timedelta(seconds=59)
    said = _(
        "You have tried too many codes that open nothing. You can try again at %(time)s UTC. "
        "Please ask who gave you the code in the meantime."
    )
    return said % {"time": date_format(until, "H:i")}


_WORDS: dict[type[FairgateError], Callable[..., str]] = {
    NotOnSale: _not_on_sale,
    NoPrice: _no_price,
    TooManyTries: _too_many_tries,
    OverLimit: _over_limit,
}
