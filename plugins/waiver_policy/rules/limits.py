"""Compiles the limits on how often a policy gives."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from fairgate.documents import Mapped
from fairgate.money import currencies
from waiver_policy.rules import reading
from waiver_policy.rules.policies import Alternative, Cap
from waiver_policy.rules.reading import Place
from waiver_policy.rules.review_terms import FULL, NOMINATION, PARTIAL

SCOPES = frozenset({"person", "country", "institution", "course_run", "fund"})
PERIODS = frozenset({
    "year", "financial_year", "event", "session", "regular_session", "term", "course_run",
    "lifetime",
})  # fmt: skip
# Words of a limit that are no label of a rule: each grant counts as one.
EVERY_GRANT = frozenset({
    "grants", "seats", "persons", "awards", "coupon", "coupons", "applications",
    "application_per_courseware", "grants_per_course",
})  # fmt: skip
CATEGORIES = "categories"
_CONSTRAINT = re.compile(r"at_least_one_is_(an?_)?(?P<item>[a-z0-9_]+)", re.ASCII)
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_PER_COURSE = ("_per_courseware", "_per_course")


def compile_cap(value: Any, place: Place, labels: Collection[str], *, of: str = "") -> Cap:
    """One limit: ``limit`` and ``unit``, or ``any_of`` with alternatives.

    ``labels`` are the words under which the rules of the policy are counted, ``of`` is its unit:
    one of nominations may count them by kind as well.
    """
    body = reading.mapping(
        value, place, required=("scope", "period"),
        optional=("limit", "unit", "any_of", "year_starts", "term_starts"),
    )  # fmt: skip
    if ("limit" in body) == ("any_of" in body):
        place.fault("exactly one of limit, any_of is needed.")
    kinds = {FULL, PARTIAL} if of == NOMINATION else set()
    alternatives = _alternatives(body, place, {*labels, *EVERY_GRANT, *kinds} - {""})
    words = frozenset(labels) & {word for one in alternatives for word in one.counts}
    return Cap(
        scope=reading.word(body.get("scope"), place.at(body, "scope"), SCOPES),
        period=_period(body, place),
        limit=_limit(body, place),
        unit=_unit(body, place),
        alternatives=alternatives,
        year_starts=_year_starts(body, place),
        term_starts=_term_starts(body, place),
        words=words,
        per_course=any(
            word.endswith(_PER_COURSE) for one in alternatives for word in one.counts
        ),
    )  # fmt: skip


def categories_cap(limit: int) -> Cap:
    """So many different rules a year for one person (``max_categories_per_year``)."""
    return Cap(scope="person", period="year", limit=limit, unit=CATEGORIES)


def _period(body: Mapped, place: Place) -> str:
    where = place.at(body, "period")
    period = body.get("period")
    if isinstance(period, str) and period.startswith("P"):
        length = reading.span(period, where)
        if length is not None and not (length.months or length.days):
            where.fault("a length of at least a day is needed.")
        return period
    return reading.word(period, where, PERIODS, also="a length like P12M")


def _year_starts(body: Mapped, place: Place) -> tuple[int, int]:
    if "year_starts" not in body:
        return 1, 1
    where = place.at(body, "year_starts")
    if body.get("period") != "financial_year":
        where.fault("only a financial_year has a first day.")
    return _day_of_year(body["year_starts"], where)


def _term_starts(body: Mapped, place: Place) -> tuple[tuple[int, int], ...]:
    if "term_starts" not in body:
        return ((1, 1),)
    where = place.at(body, "term_starts")
    if body.get("period") != "term":
        where.fault("only a term has first days.")
    said = reading.items(body["term_starts"], where)
    starts = [_day_of_year(one, where.at(said, number)) for number, one in enumerate(said)]
    if len(set(starts)) != len(starts) or starts != sorted(starts):
        where.fault("the first days of the terms are needed in order, each once.")
    return tuple(starts) or ((1, 1),)


def _day_of_year(said: Any, where: Place) -> tuple[int, int]:
    if not isinstance(said, str) or not _MONTH_DAY.fullmatch(said) or said == "02-29":
        where.fault(f"“{reading.shown(said)}” is not a month and a day like 04-01.")
        return 1, 1
    month, day = (int(part) for part in said.split("-"))
    if day > (30 if month in (4, 6, 9, 11) else 28 if month == 2 else 31):
        where.fault(f"“{said}” is not a day of every year.")
        return 1, 1
    return month, day


def _limit(body: Mapped, place: Place) -> int | Decimal | None:
    """A number, an amount in quotes, or the name of a budget (then there is no number here)."""
    value = body.get("limit")
    if value is None:
        if "limit" in body:
            place.at(body, "limit").fault("a number, an amount or the name of a budget is needed.")
        return None
    where = place.at(body, "limit")
    if isinstance(value, int) and not isinstance(value, bool):
        return _above_zero(value, where)
    if isinstance(value, Decimal):
        where.fault("a whole number, or an amount in quotes, is needed.")
        return None
    said = reading.text(value, where)
    if said[:1].isdigit() or said[:1] == "-":
        if "unit" not in body:
            place.fault("“unit” is missing: an amount has a currency.")
        currency = reading.currency(body.get("unit"), place.at(body, "unit"))
        amount = reading.money(said, currency, where)
        return _above_zero(amount.amount, where) if amount is not None else None
    return None


def _unit(body: Mapped, place: Place) -> str:
    """What a number counts, or the currency of an amount."""
    if "unit" not in body:
        return ""
    where = place.at(body, "unit")
    said = reading.text(body["unit"], where)
    counts = isinstance(body.get("limit"), int)
    if said and counts and said not in EVERY_GRANT and said not in currencies():
        reading.word(said, where, EVERY_GRANT, also="a currency like USD")
    return said


def _above_zero(value: int | Decimal, where: Place) -> int | Decimal:
    if value <= 0:
        where.fault(f"with a limit of {value} nothing can ever be given.")
    return value


def _alternatives(body: Mapped, place: Place, known: Collection[str]) -> tuple[Alternative, ...]:
    if "any_of" not in body:
        return ()
    where = place.at(body, "any_of")
    values = reading.items(body["any_of"], where)
    return tuple(_alternative(v, where.at(values, n), known) for n, v in enumerate(values))


def _alternative(value: Any, place: Place, known: Collection[str]) -> Alternative:
    if not isinstance(value, Mapped) or not set(value) - {"constraint"}:
        place.fault("a mapping of what is counted to a number is needed.")
        return Alternative(counts={})
    counts = {}
    for word, count in value.items():
        if word == "constraint":
            continue
        counts[word] = reading.whole(count, place.at(value, word), low=1)
        if word not in known:
            words = ", ".join(sorted(known))
            rest = reading.nearest(word, known) or "."
            place.at(value, word).fault(f"no rule counts as this{rest} It is one of {words}.")
    return Alternative(counts=counts, constraint=_constraint(value, place))


def _constraint(value: Mapped, place: Place) -> str:
    if "constraint" not in value:
        return ""
    said = value["constraint"]
    found = _CONSTRAINT.fullmatch(said) if isinstance(said, str) else None
    if found is None:
        place.at(value, "constraint").fault(
            "a constraint like at_least_one_is_air_ticket is needed."
        )
        return ""
    return found["item"]
