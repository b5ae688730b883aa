"""Refusals as a person reads them, in their language.

An error's own text is for logs and commands; pure rules know no translation.
"""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fairgate.errors import FairgateError
from fee_payments.exceptions import NoPrice, NotOnSale
from waiver_policy import api as waivers
from waiver_policy.exceptions import FundEmpty, NotEligible


def in_words(error: FairgateError) -> str:
    """The sentence to show for a refusal."""
    if isinstance(error, FundEmpty):
        return _(
            "You are eligible, but the waiver fund is used up at the moment. Your request is on "
            "the waiting list."
        )
    if isinstance(error, NotEligible):
        return " ".join(waivers.explain(error.decision))
    if isinstance(error, NotOnSale):
        return _("“%(title)s” is not on sale on %(day)s.") % {
            "title": error.title,
            "day": date_format(error.on),
        }
    if isinstance(error, NoPrice):
        return _no_price(error)
    return str(error)


def _no_price(error: NoPrice) -> str:
    said = {"title": error.title, "day": date_format(error.on), "currency": error.currency}
    if error.currency:
        return _("“%(title)s” has no price in %(currency)s on %(day)s.") % said
    return _("“%(title)s” has no price for you on %(day)s.") % said
