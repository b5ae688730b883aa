"""What a learner reads of their order, as somebody else reads it: an operator, a coordinator.

The sentence of an order is kept in the language of who was told it. Those of ours are known again
in every language of the site, and said in the third person; what a provider wrote is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from fairgate.errors import FairgateError
from fee_payments.exceptions import CountryBlocked
from fee_payments.wording import in_words

_VOICES = (
    (
        gettext_lazy(
            "The country of your profile has changed since you ordered. Nothing was charged; "
            "please look at the price again."
        ),
        gettext_lazy(
            "The country in the learner’s profile has changed since they ordered, so the order "
            "was closed and nothing was charged. They can order again at their price of now."
        ),
    ),
    (
        gettext_lazy(
            "The countries that your waiver was given for are not those that count for you now. "
            "Nothing was charged; please look at the price again."
        ),
        gettext_lazy(
            "The countries that the learner’s waiver was given for are not those that count for "
            "them now, so the order was closed and nothing was charged. They can order again at "
            "their price of now."
        ),
    ),
    (
        gettext_lazy("Your payment is on its way. You have access as soon as it has arrived."),
        gettext_lazy("The payment is on its way. The learner has access as soon as it arrives."),
    ),
    (
        gettext_lazy("Your seat was given to you; there is nothing to pay."),
        gettext_lazy("The learner was given a seat; there is nothing to pay."),
    ),
    (
        gettext_lazy("You were given access; there is nothing to pay."),
        gettext_lazy("The learner was given access; there is nothing to pay."),
    ),
    (
        gettext_lazy("A seat code opened this; there is nothing to pay."),
        gettext_lazy("A seat code opened this; there is nothing to pay."),
    ),
    (
        gettext_lazy("What was paid did not fit this order and went back. Please pay it again."),
        gettext_lazy("What was paid did not fit this order and went back. It can be paid again."),
    ),
    (
        gettext_lazy("It is not sold in this country any more. Nothing was charged."),
        gettext_lazy("It is not sold in this country any more. Nothing was charged."),
    ),
    (gettext_lazy("The time to pay is over."), gettext_lazy("The time to pay is over.")),
)


def for_office(sentence: str) -> str:
    """A sentence to a learner, for who reads about them; "" where it is none of ours."""
    place = _places().get(sentence)
    return "" if place is None else str(_VOICES[place][1])


def refused_to_office(error: FairgateError) -> str:
    """The sentence of a refusal, for who asked for somebody else."""
    if isinstance(error, CountryBlocked):
        return _("“%(title)s” is not sold in the country of this buyer.") % {"title": error.title}
    said = in_words(error)
    return for_office(said) or said


@cache
def _places() -> Mapping[str, int]:
    """By a sentence to a learner in any language of the site, its place in the table."""
    found: dict[str, int] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {str(learner): place for place, (learner, _office) in enumerate(_VOICES)}
    return found
