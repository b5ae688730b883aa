"""Limits on grants, as pure rules: whose uses count together, and whether one more fits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentError
from fairgate.money import Money
from waiver_policy.rules import quotas
from waiver_policy.rules.language import read_policies
from waiver_policy.rules.quotas import Claim, Use

DAY = date(2026, 11, 22)
RULES = (
    "  - {label: full, when: {flag: f}, benefit: {kind: in_kind, items: [a]}}\n"
    "  - {label: partial, when: {flag: p}, benefit: {kind: in_kind, items: [a]}}\n"
)


def caps(text, *, rules=RULES, extra=""):
    document = make.policy_text(rules, extra=f"  caps: [{text}]\n{extra}" if text else extra)
    return read_policies(document, file="policy.yaml")[0].caps


def cap(text, **more):
    return caps(text, **more)[0]


def claim(**changes):
    fields = {
        "user_id": 1, "country": "LA", "offering_code": "spectrum", "day": DAY, "cost": None,
    }  # fmt: skip
    return Claim(**{**fields, **changes})


def use(**changes):
    return Use(**{"day": DAY, "label": "full", "user_id": 1, **changes})


ONE_FULL_OR_TWO_PARTIAL = (
    "{scope: country, period: event, any_of: [{full: 1},"
    " {partial: 2, constraint: at_least_one_is_air_ticket}]}"
)

ONE_WOMAN = (
    "{scope: country, period: event, any_of: [{awards: 2, constraint: at_least_one_is_a_woman}]}"
)


@pytest.mark.parametrize(
    ("used", "wanted", "item", "fits"),
    [
        ([], "full", "", True),
        ([], "partial", "air_ticket_economy", True),
        ([], "partial", "daily_allowance", True),
        ([("full", "")], "full", "", False),
        ([("full", "")], "partial", "air_ticket", False),
        ([("partial", "air_ticket")], "full", "", False),
        ([("partial", "air_ticket")], "partial", "daily_allowance", True),
        ([("partial", "daily_allowance")], "partial", "air_ticket_economy", True),
        ([("partial", "daily_allowance")], "partial", "daily_allowance", False),
        ([("partial", "daily_allowance")], "partial", "", False),
        ([("partial", "air_ticket"), ("partial", "air_ticket")], "partial", "air_ticket", False),
        ([], "something_else", "", False),
        ([], "", "", True),
        ([("full", "")], "", "", False),
        ([("partial", "air_ticket")], "", "", True),
        ([("", "")], "full", "", False),
    ],
)
def test_one_full_or_two_partial_of_which_one_is_a_ticket(used, wanted, item, fits):
    # Edge case 29: partial, then full, is refused.
    past = [use(label=label, item=kind) for label, kind in used]
    asked = claim(label=wanted, item=item)
    assert quotas.fits(cap(ONE_FULL_OR_TWO_PARTIAL), past, asked) is fits


@pytest.mark.parametrize(
    ("used", "day", "fits"),
    [
        (date(2025, 11, 22), date(2026, 11, 21), False),
        (date(2025, 11, 22), date(2026, 11, 22), True),
        (date(2024, 2, 29), date(2025, 2, 27), False),
        (date(2024, 2, 29), date(2025, 2, 28), True),
        (date(2023, 2, 28), date(2024, 2, 27), False),
        (date(2023, 2, 28), date(2024, 2, 28), True),
        (date(2023, 3, 1), date(2024, 2, 29), False),
    ],
)
def test_twelve_months_roll_over_leap_days(used, day, fits):
    # Edge case 30: day 365 and 366, 29 February.
    rolling = cap("{scope: person, period: P12M, any_of: [{grants: 1}]}")
    assert quotas.fits(rolling, [use(day=used)], claim(day=day)) is fits


@pytest.mark.parametrize(
    ("starts", "day", "bucket"),
    [
        ("", date(2026, 12, 31), "FY2026"),
        ("", date(2027, 1, 1), "FY2027"),
        (', year_starts: "04-01"', date(2026, 3, 31), "FY2025"),
        (', year_starts: "04-01"', date(2026, 4, 1), "FY2026"),
    ],
)
def test_a_financial_year_begins_on_its_day(starts, day, bucket):
    yearly = cap(f"{{scope: person, period: financial_year, any_of: [{{full: 1}}]{starts}}}")
    assert quotas.subject(yearly, claim(day=day)) == f"person:1:{bucket}"


@pytest.mark.parametrize(
    ("day", "bucket"),
    [
        (date(2026, 1, 31), "T2025-09-01"),
        (date(2026, 2, 1), "T2026-02-01"),
        (date(2026, 8, 31), "T2026-02-01"),
        (date(2026, 9, 1), "T2026-09-01"),
    ],
)
def test_a_term_begins_on_its_day(day, bucket):
    terms = 'term_starts: ["02-01", "09-01"]'
    once = cap(f"{{scope: person, period: term, {terms}, any_of: [{{coupon: 1}}]}}")
    assert quotas.subject(once, claim(day=day)) == f"person:1:{bucket}"


@pytest.mark.parametrize(
    ("text", "changes", "subject"),
    [
        ("{scope: person, period: P12M, any_of: [{grants: 3}]}", {}, "person:1"),
        ("{scope: person, period: lifetime, any_of: [{grants: 3}]}", {}, "person:1"),
        ("{scope: person, period: lifetime, any_of: [{application_per_courseware: 1}]}", {},
         "person:1:spectrum"),
        ("{scope: person, period: year, limit: 2}", {}, "person:1:2026"),
        ("{scope: person, period: term, any_of: [{coupon: 1}]}", {}, "person:1:T2026-01-01"),
        ("{scope: country, period: course_run, limit: 20, unit: seats}", {},
         "country:LA:spectrum"),
        ("{scope: country, period: course_run, limit: 20, unit: seats}",
         {"course_run": "course-v1:A+B+C"}, "country:LA:course-v1:A+B+C"),
        ("{scope: country, period: course_run, limit: 20, unit: seats}", {"country": ""},
         "country:-:spectrum"),
        ("{scope: country, period: event, any_of: [{full: 1}]}", {}, "country:LA:spectrum"),
        ("{scope: country, period: regular_session, any_of: [{persons: 5}]}",
         {"course_run": "UNGA81"}, "country:LA:UNGA81"),
        ("{scope: institution, period: year, limit: 5}", {"institution": "atc-3"},
         "institution:atc-3:2026"),
        ("{scope: institution, period: year, limit: 5}", {}, "institution:-:2026"),
        ("{scope: course_run, period: lifetime, limit: 5}", {}, "course_run:spectrum"),
        ("{scope: fund, period: year, limit: 20, unit: persons}", {}, "fund:all:2026"),
        ("{scope: fund, period: year, limit: \"50.00\", unit: USD}",
         {"cost": Money("15.00", "USD")}, "fund:USD:2026"),
        ("{scope: fund, period: year, limit: \"50.00\", unit: USD}",
         {"cost": Money("15.00", "EUR")}, ""),
        ("{scope: fund, period: year, limit: \"50.00\", unit: USD}", {}, ""),
        ("{scope: fund, period: event, limit: budget}", {}, ""),
        ("{scope: person, period: year, limit: \"50.00\", unit: USD}",
         {"cost": Money("15.00", "USD")}, "person:1:2026:USD"),
    ],
)  # fmt: skip
def test_uses_count_together_by_scope_and_period(text, changes, subject):
    assert quotas.subject(cap(text), claim(**changes)) == subject


def test_a_subject_fits_its_column_and_stays_one_of_its_own():
    long = cap("{scope: institution, period: course_run, limit: 5}")
    keys = {
        quotas.subject(long, claim(institution="i" * 150, course_run=f"{'c' * 150}{number}"))
        for number in (1, 2)
    }
    assert {len(key) for key in keys} == {quotas.MAX_KEY}
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("text", "used", "asked", "fits"),
    [
        ("{scope: country, period: course_run, limit: 2, unit: seats}", [use()], claim(), True),
        ("{scope: country, period: course_run, limit: 2, unit: seats}", [use()] * 2, claim(),
         False),
        ("{scope: fund, period: year, limit: 2, unit: persons}",
         [use(user_id=1), use(user_id=2)], claim(user_id=2), True),
        ("{scope: fund, period: year, limit: 2, unit: persons}",
         [use(user_id=1), use(user_id=2)], claim(user_id=3), False),
        ("{scope: fund, period: year, limit: \"50.00\", unit: USD}", [use(minor=3500)],
         claim(cost=Money("15.00", "USD")), True),
        ("{scope: fund, period: year, limit: \"50.00\", unit: USD}", [use(minor=3501)],
         claim(cost=Money("15.00", "USD")), False),
        ("{scope: person, period: P12M, any_of: [{grants: 2}]}", [use(label="a")],
         claim(label="b"), True),
        ("{scope: person, period: P12M, any_of: [{grants: 2}]}", [use(label="a")] * 2,
         claim(label="b"), False),
        ("{scope: person, period: year, any_of: [{grants: 3, full: 1}]}", [use(label="full")],
         claim(label="full"), False),
        ("{scope: person, period: year, any_of: [{grants: 3, full: 1}]}", [use(label="full")],
         claim(label="partial"), True),
        (ONE_WOMAN, [use(item="man")], claim(item="man"), False),
        (ONE_WOMAN, [use(item="man")], claim(item="woman"), True),
    ],
)  # fmt: skip
def test_one_more_fits_up_to_the_limit(text, used, asked, fits):
    assert quotas.fits(cap(text), used, asked) is fits


def test_the_name_of_a_budget_is_no_limit_of_its_own():
    budget = cap("{scope: fund, period: event, limit: budget}")
    assert quotas.fits(budget, [use()] * 99, claim())


def test_a_limit_of_categories_counts_different_rules_in_a_year():
    rules = RULES
    extra = "  stack: {mode: exclusive, max_categories_per_year: 1}\n"
    (one,) = caps("", rules=rules, extra=extra)
    assert quotas.subject(one, claim()) == "person:1:2026"
    assert quotas.fits(one, [use(label="full")] * 3, claim(label="full"))
    assert not quotas.fits(one, [use(label="full")], claim(label="partial"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{scope: country, period: event, any_of: [{partail: 2}]}", "did you mean “partial”?"),
        ("{scope: country, period: event, any_of: [{constraint: at_least_one_is_x}]}",
         "a mapping of what is counted"),
        ("{scope: country, period: event, any_of: [{full: 1, constraint: gender}]}",
         "a constraint like at_least_one_is_air_ticket"),
        ("{scope: country, period: yearly, limit: 1}", "did you mean “year”?"),
        ("{scope: country, period: P, limit: 1}", "not a length like P180D"),
        ("{scope: country, period: P0D, limit: 1}", "at least a day"),
        ("{scope: country, period: year, limit: 1, year_starts: \"04-01\"}",
         "only a financial_year"),
        ("{scope: country, period: financial_year, limit: 1, year_starts: \"02-29\"}",
         "not a month and a day"),
        ("{scope: country, period: financial_year, limit: 1, year_starts: \"04-31\"}",
         "not a day of every year"),
        ("{scope: country, period: year, limit: 1.5}", "a whole number, or an amount in quotes"),
        ("{scope: country, period: year, limit: \"15.001\", unit: USD}", "more decimals"),
        ("{scope: country, period: year, limit: -1}", "nothing can ever be given"),
        ("{scope: country, period: P9999Y, limit: 1}", "is longer than 500 years"),
        ("{scope: country, period: year, limit: 1, term_starts: [\"02-01\"]}", "only a term"),
        ("{scope: country, period: term, limit: 1, term_starts: [\"09-01\", \"02-01\"]}",
         "in order, each once"),
        ("{scope: country, period: term, limit: 1, term_starts: [\"02-30\"]}",
         "a day of every year"),
        ("{scope: country, period: term, limit: 1, term_starts: \"02-01\"}", "a list"),
        ("{scope: country, period: year, limit: null}", "the name of a budget"),
    ],
)  # fmt: skip
def test_a_limit_that_is_not_understood_is_refused(text, words):
    with pytest.raises(DocumentError) as caught:
        caps(text)
    assert words in str(caught.value)


uses = st.builds(
    use, label=st.sampled_from(["full", "partial", "other"]),
    day=st.integers(0, 800).map(lambda days: DAY - timedelta(days=days)),
    user_id=st.integers(1, 4), minor=st.integers(0, 3000),
    item=st.sampled_from(["", "air_ticket", "daily_allowance"]),
)  # fmt: skip
limits = st.sampled_from([
    ONE_FULL_OR_TWO_PARTIAL,
    "{scope: person, period: P12M, any_of: [{grants: 3}]}",
    "{scope: person, period: year, any_of: [{grants: 3, full: 1}, {partial: 2}]}",
    "{scope: fund, period: year, limit: 2, unit: persons}",
    "{scope: fund, period: year, limit: \"50.00\", unit: USD}",
])  # fmt: skip


@given(limits, st.lists(uses, max_size=6), uses)
def test_who_did_not_fit_does_not_fit_after_one_more_use(text, past, more):
    limit = cap(text)
    asked = claim(label="full", cost=Money("15.00", "USD"))
    assert quotas.fits(limit, past, asked) or not quotas.fits(limit, [*past, more], asked)
