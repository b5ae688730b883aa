"""Policy documents: what they can say, and where a fault stands."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentError
from waiver_policy.data import Membership
from waiver_policy.exceptions import UnusableFact
from waiver_policy.models import WaiverDecision
from waiver_policy.rules.conditions import Case, Grace, add_months
from waiver_policy.rules.language import read_policies
from waiver_policy.rules.policies import evaluate
from waiver_policy.rules.vectors import listed

DAY = date(2026, 11, 22)


def compiled(when, *, extra="", benefit="{kind: percent_off, percent: 50}", route=""):
    rule = f"  - {{label: it, when: {when}, benefit: {benefit}{route}}}\n"
    return read_policies(make.policy_text(rule, extra=extra), file="policy.yaml")[0]


def answer(policy, *, country="LA", on=DAY, lists=None, at=None, **facts):
    case = Case(
        countries=(country,) if isinstance(country, str) else country, as_of=on, facts=facts,
        lists=lists or {}, at=at,
    )  # fmt: skip
    return evaluate(policy, case)


def named(**lists):
    return {
        name: {code: (listed(name, code),) for code in codes.split()}
        for name, codes in lists.items()
    }


def membership(**cells):
    kept = {
        "list_code": "LDC", "country": "LA", "kind": "", "from_date": date(1971, 11, 18),
        "from_precision": "day", "until_date": date(2026, 11, 24), "until_precision": "day",
        "status": "scheduled_graduation", "alt_until_date": None, "source": "", "provenance": "",
        "note": "", "edition": "LDC-1",
    }  # fmt: skip
    return {"LDC": {"LA": (Membership(**{**kept, **cells}),)}}


@pytest.mark.parametrize(
    ("when", "facts", "yes"),
    [
        ("{eq: {field: sector, value: academia}}", {"sector": "academia"}, True),
        ("{eq: {field: sector, value: academia}}", {}, False),
        ("{eq: {field: count, value: 1}}", {"count": True}, False),
        ("{in: {field: sector, values: [a, b]}}", {"sector": "b"}, True),
        ("{in: {field: sector, values: [a, b]}}", {"sector": "c"}, False),
        ("{lt: {field: x, value: 2000}}", {"x": 1999}, True),
        ("{lt: {field: x, value: 2000}}", {"x": 2000}, False),
        ("{lt: {field: x, value: 2000}}", {}, False),
        ("{le: {field: x, value: 0.50}}", {"x": Decimal("0.5")}, True),
        ("{gt: {field: x, value: 1}}", {"x": 1}, False),
        ("{ge: {field: x, value: 1}}", {"x": 1}, True),
        ("{gt_field: [a, b]}", {"a": 2, "b": 1}, True),
        ("{gt_field: [a, b]}", {"a": 2}, False),
        ("{flag: student}", {"student": True}, True),
        ("{flag: student}", {}, False),
        ("{not: {flag: student}}", {}, True),
        ("{has: income}", {"income": 0}, True),
        ("{has: income}", {"income": ""}, False),
        ("{const: true}", {}, True),
        ("{all: [{flag: a}, {flag: b}]}", {"a": True}, False),
        ("{any: [{flag: a}, {flag: b}]}", {"b": True}, True),
        ("{has_grant: {policy: p, label: l}}", {"grants": ["p:l"]}, True),
        ("{has_grant: {policy: p, label: l}}", {"grants": ["p"]}, True),
        ("{has_grant: {policy: p, label: l}}", {"grants": ["p:other"]}, False),
        ("{has_grant: {policy: p}}", {"grants": ["p:other"]}, True),
        ("{every: {over: authors, that: {in_list: {ref: A}}}}", {"authors": ["LA", "NP"]}, True),
        ("{every: {over: authors, that: {in_list: {ref: A}}}}", {"authors": ["LA", "FR"]}, False),
        ("{every: {over: authors, that: {in_list: {ref: A}}}}", {"authors": []}, False),
    ],
)
def test_a_condition_holds_when_the_facts_say_so(when, facts, yes):
    found = answer(compiled(when), lists=named(A="LA NP"), **facts)
    assert found.label == ("it" if yes else None)


@pytest.mark.parametrize(
    ("when", "facts", "words"),
    [
        ("{lt: {field: x, value: 1}}", {"x": "12"}, "“x” is '12'; a number"),
        ("{lt: {field: x, value: 1}}", {"x": True}, "a number is needed"),
        ("{flag: x}", {"x": "yes"}, "true or false"),
        ("{every: {over: x, that: {const: true}}}", {"x": "LA"}, "list of country codes"),
        ("{has_grant: {policy: p}}", {"grants": "p"}, "list of policies"),
    ],
)
def test_a_fact_of_the_wrong_type_is_not_guessed(when, facts, words):
    with pytest.raises(UnusableFact, match=words):
        answer(compiled(when), **facts)


def test_the_better_of_two_rules_counts():
    text = make.policy_text(
        "  - {label: small, when: {const: true}, benefit: {kind: percent_off, percent: 10}}\n"
        "  - {label: large, when: {const: true}, benefit: {kind: percent_off, percent: 40}}\n",
        extra="  stack: {mode: best_of}\n",
    )
    assert answer(read_policies(text, file="p")[0]).label == "large"


def test_without_a_stack_the_first_rule_counts_and_priority_goes_before_place():
    text = make.policy_text(
        "  - {label: b, priority: 2, when: {const: true}, benefit: {kind: discretionary}}\n"
        "  - {label: a, priority: 1, when: {flag: early}, benefit: {kind: discretionary}}\n"
    )
    assert answer(read_policies(text, file="p")[0], early=True).label == "a"


def test_an_exclusion_beats_every_rule():
    policy = compiled("{const: true}", extra="  unless: {flag: company}\n")
    assert answer(policy, company=True).excluded
    assert answer(policy).label == "it"


def test_a_precondition_waits_for_its_facts_and_fails_on_them():
    policy = compiled("{const: true}", extra="  preconditions: {flag: registered}\n")
    assert answer(policy).missing_facts == ("registered",)
    assert answer(policy, registered=True).missing_facts == ()
    assert answer(policy, registered=False).excluded


def test_grace_starts_at_the_exit_and_ends_before_its_last_day():
    policy = compiled("{in_group: {group: LDC, grace: {years: 3, starts: exit}}}")
    labels = [
        answer(policy, on=day, lists=membership()).label
        for day in (date(1971, 11, 17), date(1971, 11, 18), date(2026, 11, 24),
                    date(2029, 11, 23), date(2029, 11, 24))
    ]  # fmt: skip
    assert labels == [None, "it", "it", "it", None]


def test_grace_from_a_later_act_rounded_up_to_new_year_as_vanuatu_had_it():
    policy = compiled(
        "{in_group: {group: LDC, grace: {years: 3, starts: act, ends: round_up_to_year_start}}}"
    )
    vanuatu = membership(until_date=date(2020, 12, 4))
    labels = [
        answer(policy, on=day, lists=vanuatu, act="2021-03-01").label
        for day in (date(2024, 12, 31), date(2025, 1, 1))
    ]
    assert labels == ["it", None]


def test_grace_of_a_country_that_left_on_29_february():
    assert add_months(date(2024, 2, 29), 36) == date(2027, 2, 28)
    assert add_months(date(2024, 2, 29), 48) == date(2028, 2, 29)


def test_grace_can_be_extended_and_never_shortened():
    grace = Grace(months=36, extendable=True)
    left = date(2007, 12, 20)
    assert grace.end(left, {"grace_extended_until": "2012-01-01"}) == date(2012, 1, 1)
    assert grace.end(left, {"grace_extended_until": "2008-01-01"}) == date(2010, 12, 20)


def test_any_of_two_nationalities_counts_where_the_policy_says_so():
    either = compiled("{in_group: {group: LDC, any_of_countries: true}}")
    first = compiled("{in_group: {group: LDC}}")
    people = {"country": ("FR", "LA"), "lists": membership()}
    assert answer(either, **people).label == "it"
    assert answer(first, **people).label is None


def test_a_policy_counts_from_its_first_day_in_utc():
    policy = compiled("{const: true}", extra='  effective: {from: "2012-09-04T23:00:00-07:00"}\n')
    assert answer(policy, on=date(2012, 9, 4)).not_in_force
    assert answer(policy, on=date(2012, 9, 5)).label == "it"


BAD_RULES = [
    ("{sometimes: true}", "when.sometimes", "this condition is not known"),
    ("{all: []}", "when.all", "the list is empty"),
    ("{flag: a, has: b}", "when", "one condition is needed"),
    ("{in_group: {group: OECD}}", "when.in_group.group", "“OECD” is not known"),
    ("{in_group: {group: ldc}}", "when.in_group.group", "“ldc” is not known"),
    ("{in_group: {group: LDC, kinds: [associate]}}", "when.in_group.kinds", "only SIDS"),
    ("{in_group: {group: SIDS, kinds: [island]}}", "when.in_group.kinds", "“island”"),
    ("{in_group: {group: LDC, grace: {starts: exit}}}", "when.in_group.grace", "a length"),
    ("{in_group: {group: LDC, grace: {years: -3}}}", "when.in_group.grace.years", "at least 0"),
    ("{in_group: {group: LDC, grace: {years: 3, ends: soon}}}", "when.in_group.grace.ends", "soon"),
    ("{lt: {field: x, value: many}}", "when.lt.value", "a number"),
    ("{lt: {field: x}}", "when.lt", "“value” is missing"),
    ("{eq: {field: x, value: null}}", "when.eq.value", "a number, a text"),
    ("{gt_field: [a]}", "when.gt_field", "two facts"),
    ("{const: yes}", "when.const", "true or false"),
]


@pytest.mark.parametrize(("when", "field", "words"), BAD_RULES)
def test_a_condition_that_is_not_understood_is_refused_with_its_place(when, field, words):
    with pytest.raises(DocumentError, match=words) as caught:
        compiled(when)
    assert [(f.file, f.line, f.field) for f in caught.value.faults] == [
        ("policy.yaml", 7, f"{make.SLUG}.rules[0].{field}")
    ]


@pytest.mark.parametrize(
    ("benefit", "words"),
    [
        ("{kind: gift}", "“gift” is not known"),
        ("{kind: percent_off}", "“percent” is missing"),
        ("{kind: percent_off, percent: 101}", "between 0 and 100"),
        ("{kind: percent_off, percent: 33.333}", "two decimals"),
        ("{kind: percent_off, percent: 1e2}", "not a percentage"),
        ("{kind: percent_off, percent: 50, of: list}", "this word is not known"),
        ("{kind: fixed_price, amount: \"1.999\", currency: USD}", "more decimals"),
        ("{kind: fixed_price, amount: 1.99, currency: USD}", "a text is needed"),
        ("{kind: fixed_price, amount: \"1.99\", currency: XYZ}", "not a currency"),
        ("{kind: percent_of_list}", "exactly one of"),
        ("{kind: percent_of_list, range: [90, 45]}", "the lower one first"),
        ("none", "a benefit is needed"),
    ],
)  # fmt: skip
def test_a_benefit_that_is_not_understood_is_refused(benefit, words):
    with pytest.raises(DocumentError, match=words):
        compiled("{const: true}", benefit=benefit)


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("  colour: blue\n", "line 6, our-ldc-sids-default.colour: this word is not known"),
        ("  stack: {mode: all}\n", "“all” is not known"),
        ("  missing: {country: guess}\n", "“guess” is not known"),
        ("  caps: [{scope: person, period: P12M}]\n", "exactly one of limit, any_of"),
        ("  caps: [{scope: planet, period: year, limit: 1}]\n", "“planet” is not known"),
        ("  caps: [{scope: person, period: P12M, any_of: [{grants: 0}]}]\n", "at least 1"),
        ("  validity: {after_approval: 180}\n", "not a length like P180D"),
        ("  validity: {after_approval: P6M}\n", "given in days"),
        ("  effective: {from: \"2027-01-01\", until: \"2026-01-01\"}\n", "is not after"),
        ("  effective: {from: \"2027-01-01T00:00:00\"}\n", "no time zone"),
        ("  defaults: {x: [1]}\n", "a number, a text"),
        ("  otherwise_route: later\n", "“later” is not known"),
        ("  group_date_basis: birthday\n", "“birthday” is not known"),
    ],
)  # fmt: skip
def test_a_policy_that_is_not_understood_is_refused(extra, words):
    with pytest.raises(DocumentError, match=words):
        compiled("{const: true}", extra=extra)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("[]", "a mapping of names"),
        ("schema: waiver-policy/0.1\npolicies: []", "“waiver-policy/0.1” is not known"),
        ("schema: waiver-policy/0.2", "“policies” is missing"),
        ("schema: waiver-policy/0.2\npolicies: 3", "a list is needed"),
        ("schema: waiver-policy/0.2\npolicies: [{}]", "“id” is missing"),
        ("schema: waiver-policy/0.2\npolicies: [!x {}]", "tags are not used"),
        ("schema: &a b\npolicies: [*a]", "anchors, aliases"),
        ("schema: a\nschema: b", "stands there twice"),
        (make.policy_text(make.LDC_FREE * 2), "the label “ldc” stands there twice"),
        (make.policy_text(make.LDC_FREE, slug="Bad Name"), "small letters"),
    ],
)  # fmt: skip
def test_a_broken_document_is_refused(text, words):
    with pytest.raises(DocumentError, match=words):
        read_policies(text, file="policy.yaml")


LONG = "x" * 256


@pytest.mark.parametrize(
    ("text", "line", "field", "words"),
    [
        (make.policy_text(make.LDC_FREE.replace("label: ldc", f"label: {LONG[:101]}")),
         7, "rules[0].label", "has 101 characters; at most 100"),
        (make.policy_text(make.LDC_FREE).replace("title: Test", f"title: {LONG}"),
         4, "title", "has 256 characters; at most 255"),
        (make.policy_text(make.LDC_FREE, extra=f"  preconditions: {{has: {LONG}}}\n"),
         6, "preconditions.has", "has 256 characters; at most 255"),
        (make.policy_text(make.LDC_FREE, extra="  deadline: {kind: fixed, date: \"2017-02-30\"}\n"),
         6, "deadline.date", "“2017-02-30” is not a date"),
        (make.policy_text(make.LDC_FREE, extra="  deadline: {kind: fixed, date: soon}\n"),
         6, "deadline.date", "“soon” is not a date"),
    ],
    ids=["label", "title", "fact", "no such day", "no date"],
)  # fmt: skip
def test_what_no_column_or_calendar_holds_is_refused_with_its_place(text, line, field, words):
    with pytest.raises(DocumentError, match=words) as caught:
        read_policies(text, file="policy.yaml")
    assert [(f.file, f.line, f.field) for f in caught.value.faults] == [
        ("policy.yaml", line, f"{make.SLUG}.{field}")
    ]


def test_a_label_may_be_as_long_as_the_column_of_a_decision():
    text = make.policy_text(make.LDC_FREE.replace("label: ldc", f"label: {LONG[:100]}"))
    longest = WaiverDecision._meta.get_field("rule").max_length
    assert len(read_policies(text, file="policy.yaml")[0].rules[0].label) == longest


@given(
    on=st.dates(min_value=date(1970, 1, 1), max_value=date(2060, 1, 1)),
    left=st.dates(min_value=date(1980, 1, 1), max_value=date(2040, 1, 1)),
    years=st.integers(min_value=1, max_value=10),
)
def test_eligibility_ends_once_and_never_comes_back(on, left, years):
    policy = compiled(f"{{in_group: {{group: LDC, grace: {{years: {years}}}}}}}")
    lists = membership(until_date=left)
    today, tomorrow = (
        answer(policy, on=day, lists=lists).label for day in (on, on + timedelta(days=1))
    )
    assert on < date(1971, 11, 18) or not (today is None and tomorrow == "it")


@given(
    left=st.dates(min_value=date(1980, 1, 1), max_value=date(2040, 1, 1)),
    shorter=st.integers(min_value=1, max_value=5), more=st.integers(min_value=0, max_value=5),
)  # fmt: skip
def test_a_longer_grace_never_ends_earlier(left, shorter, more):
    short, long = Grace(months=12 * shorter), Grace(months=12 * (shorter + more))
    assert left < short.end(left, {}) <= long.end(left, {})
