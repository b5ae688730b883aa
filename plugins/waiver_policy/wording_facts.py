"""Facts of people in words, in the language of who reads them.

A policy's own words stand as they are written; where it has none, well-known facts have a name, and
every other one is called as the policy calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from waiver_policy import conf
from waiver_policy.data import AskedFact, FactKind, FactRecord, FactValue
from waiver_policy.exceptions import FactFault, InvalidFact
from waiver_policy.rules import stated
from waiver_policy.sentences import FACT_NAMES, in_a_row

_FAULTS: Mapping[str, object] = {
    FactFault.NOT_ASKED: gettext_lazy("No policy asks for this, so it is not kept."),
    FactFault.NO_NUMBER: gettext_lazy(
        "Please write a number in digits only, with a point before decimals: 12000.50"
    ),
    FactFault.LONG_NUMBER: gettext_lazy(
        "This number is too long: at most 15 digits before the point and 4 after it."
    ),
    FactFault.NO_TRUTH: gettext_lazy("Please choose yes or no."),
    FactFault.NO_CHOICE: gettext_lazy("Please choose one of the list."),
    FactFault.UNREADABLE: gettext_lazy("Please use letters, digits and signs only."),
    FactFault.LONG_TEXT: gettext_lazy("This is too long: at most 200 characters."),
    FactFault.NO_DAY: gettext_lazy("Please write a day like 2026-11-24."),
    FactFault.FAR_DAY: gettext_lazy("This day is too far away: please look at the year."),
    FactFault.NO_COUNTRY: gettext_lazy("Please choose countries of the list."),
    FactFault.MANY_COUNTRIES: gettext_lazy("These are too many countries: at most 50."),
    FactFault.LONG_NOTE: gettext_lazy("A note is one line of at most 255 characters."),
    FactFault.TOO_OFTEN: gettext_lazy(
        "You have changed this very often of late, so it was not kept. Please try again later."
    ),
    FactFault.LAPSED: gettext_lazy("This day has passed: what was seen counts no more."),
    FactFault.NOT_OWN: gettext_lazy("Nobody records what they have seen about themselves."),
    FactFault.WRONG_KIND: gettext_lazy("Please say how you know it."),
    FactFault.NOTHING: gettext_lazy("Nothing was said."),
}


def fact_fault(error: InvalidFact) -> str:
    """Why what was said is not taken, and what to do, as a sentence for who said it."""
    return str(_FAULTS[error.fault])


def named_fault(error: InvalidFact) -> str:
    """The same with the name of the fact, where several are said at once."""
    said = fact_fault(error)
    return _("%(fact)s: %(advice)s") % {"fact": error.name, "advice": said} if error.name else said


def fact_name(name: str) -> str:
    """What a fact is called where its policy has no words for it."""
    return capfirst(str(FACT_NAMES.get(name, name.replace("_", " ").strip())))


def fact_label(asked: AskedFact) -> str:
    """What a learner is asked: in the words of the policy, with the unit."""
    return in_unit(asked.title or fact_name(asked.name), asked.unit)


def in_unit(words: str, unit: str) -> str:
    """A fact or a value of it, with the unit that it is in, if any."""
    return _("%(fact)s (%(unit)s)") % {"fact": words, "unit": unit} if unit else words


def choice_name(word: str) -> str:
    """One of the words that a policy compares, as people read it."""
    if word == stated.NONE_OF_THESE:
        return _("None of these")
    return capfirst(word.replace("_", " ").strip())


def fact_value(record: FactRecord) -> str:
    """What was said or seen, in words; "" for what was taken back."""
    value = record.value
    if record.value_kind is FactKind.CHOICE and isinstance(value, str):
        return choice_name(value)
    return value_in_words(value)


def value_in_words(value: FactValue | None) -> str:
    """A value of any kind in words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, int | Decimal):
        return str(number_format(value, use_l10n=True, force_grouping=True))
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, tuple):
        return in_a_row(conf.country_name(code) for code in value)
    return value
