"""Policy documents: what they can say, and where a fault stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentError, decode
from waiver_policy import api
from waiver_policy.data import Membership
from waiver_policy.exceptions import UnusableFact
from waiver_policy.models import WaiverDecision
from waiver_policy.rules.conditions import Case, Grace, add_months
from waiver_policy.rules.language import read_documents, read_kept, read_policies
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
        ("{kind: lookup_price, table: A, currency: XYZ}", "not a currency"),
        ("{kind: lookup_price, table: A, by: 3}", "a text is needed"),
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


GOOD = make.policy_text(make.LDC_FREE)


def faults_of(text, *, raw=False):
    with pytest.raises(DocumentError) as caught:
        read_policies(decode(text, file="policy.yaml") if raw else text, file="policy.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("title: Test", "titl: Test", 4, "not known here; did you mean “title”?"),
        ("in_group:", "in_grup:", 7, "not known; did you mean “in_group”?"),
        ("group: LDC", "group: LCD", 7, "“LCD” is not known here; did you mean “LDC”?"),
        ("percent_off", "percent_of", 7, "did you mean “percent_off”?"),
        ("country_basis: profile", "country_basis: nationalty", 5, "mean “nationality”?"),
        ("percent: 100", "percent: 004", 7, "“004” is not a percentage"),
        ("percent: 100", "percent: 0x64", 7, "“0x64” is not a percentage"),
        ("percent: 100", "percent: .inf", 7, "“.inf” is not a percentage"),
        ("title: Test", "title: NO\n  on: x", 5, "on: this word is not known here"),
        ("title: Test", "\ttitle: Test", 4, r"found character '\t'"),
        ("benefit: {kind: percent_off, percent: 100}", "benefit: {}", 7, "“kind” is missing"),
        ("benefit: {kind: percent_off, percent: 100}",
         "benefit: {kind: refund_percent, percent: 100}", 7, "go together"),
        ("title: Test", "title: Test\n  kind: refund", 8, "go together"),
        ("benefit: {kind: percent_off, percent: 100}",
         "benefit: {kind: cover_remainder, percent_of_remainder: 100}", 7, "needs has_grant"),
        ("benefit: {kind: percent_off, percent: 100}",
         "benefit: {kind: percent_off, percent: 100, by: country}", 7, "not known here"),
        ("benefit: {kind: percent_off, percent: 100}",
         "benefit: {kind: percent_of_list, percent: 20, by: category}", 7, "there is no table"),
        ("benefit: {kind: percent_off, percent: 100}",
         "benefit: {kind: lookup_price, table: A@B}", 7, "“A@B” is not a name"),
        ("benefit: {kind: percent_off, percent: 100}",
         "benefit: {kind: fixed_price, amount: \"-5.00\", currency: USD}", 7, "not negative"),
        ("title: Test", "title: Test\n  evidence_required: {ldk: [x]}", 5,
         "there is no rule of this label; did you mean “ldc”?"),
        ("title: Test", "title: Test\n  guarantees: [{never_above: {price_under: "
         f"{make.SLUG}}}}}]", 3, "does not refer to itself"),
        ("title: Test", "title: Test\n  missing: {}", 5, "“country” or “facts”"),
        ("title: Test", "title: Test\n  stack: {mode: first, max_categories_per_year: 1}", 5,
         "needs the mode exclusive"),
        ("in_group: {group: LDC}", "in_list: {ref: ldc}", 7, "did you mean “LDC”?"),
        ("group: LDC", "group: SIDS, kinds: [m49_only]", 7, "so this can never match"),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_line_and_the_word_that_was_meant(old, new, line, words):
    assert old in GOOD
    said = faults_of(GOOD.replace(old, new))
    assert f"policy.yaml, line {line}" in said
    assert words in said


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (GOOD.encode("utf-16"), "is UTF-16 text; save it as UTF-8."),
        (GOOD[:-20].encode(), "line 7: is not YAML"),
        (GOOD.replace("Test", "Gebühr").encode("latin-1"), "line 4: is not UTF-8 text"),
        (f"{GOOD}\0".encode(), "line 8: holds a NUL"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nschema: *b", "anchors, aliases and tags"),
        (b'schema: !!python/object/apply:os.system ["x"]', "anchors, aliases and tags"),
        (GOOD.replace("title: Test", "title: A\n  title: B").encode(), "line 5, title: this key"),
        (f"{GOOD}---\n{GOOD}".encode(), "found another document"),
        (b"[" * 5000, "nested too deeply"),
        (b"x" * 500_001, "has more than 500,000 characters"),
    ],
    ids=["utf-16", "truncated", "latin-1", "nul", "bomb", "tag", "twice", "two", "deep", "huge"],
)  # fmt: skip
def test_a_file_that_is_no_strict_yaml_says_where(raw, words):
    assert words in faults_of(raw, raw=True)


def test_a_byte_order_mark_is_read_over():
    text = decode(f"\ufeff{GOOD}".encode(), file="p")
    assert read_policies(text, file="p") == read_policies(GOOD, file="p")


def test_policies_whose_guarantees_go_round_in_a_circle_are_refused():
    one, other = (
        make.policy_text(
            make.LDC_FREE, slug=slug,
            extra=f"  guarantees: [{{never_above: {{price_under: {below}}}}}]\n",
        )
        for slug, below in (("one", "other"), ("other", "one"))
    )  # fmt: skip
    said = faults_of(one + other.split("policies:\n")[1])
    assert "line 3, one: its guarantee leads back to itself" in said
    assert "other: its guarantee leads back to itself" in said


def test_a_rule_that_holds_only_because_a_number_is_missing_asks_for_it():
    policy = compiled("{not: {lt: {field: income, value: 10}}}")
    assert answer(policy).missing_facts == ("income",)
    assert answer(policy, income=10).missing_facts == ()
    assert answer(compiled("{not: {flag: student}}")).missing_facts == ()


def test_grace_on_request_needs_the_request():
    policy = compiled("{in_group: {group: LDC, grace: {years: 3, on_request: true}}}")
    later = {"on": date(2027, 1, 1), "lists": membership()}
    assert answer(policy, **later).missing_facts == ("grace_requested",)
    assert answer(policy, **later, grace_requested=False).label is None
    assert answer(policy, **later, grace_requested=True).label == "it"


def test_rules_of_the_same_size_count_in_their_order():
    text = make.policy_text(
        "  - {label: first, when: {flag: a}, benefit: {kind: percent_off, percent: 10}}\n"
        "  - {label: second, when: {flag: b}, benefit: {kind: percent_off, percent: 10}}\n",
        extra="  stack: {mode: best_of}\n",
    )
    assert answer(read_policies(text, file="p")[0], a=True, b=True).label == "first"


def test_what_a_person_must_say_ranks_below_any_percentage_and_above_none():
    text = make.policy_text(
        "  - {label: none, when: {flag: none}, benefit: {kind: percent_off, percent: 0}}\n"
        "  - {label: person, when: {flag: person}, benefit: {kind: discretionary}}\n"
        "  - {label: some, when: {flag: some}, benefit: {kind: percent_off, percent: 0.01}}\n",
        extra="  stack: {mode: best_of}\n",
    )
    (policy,) = read_policies(text, file="p")
    assert answer(policy, none=True, person=True).label == "person"
    assert answer(policy, none=True, person=True, some=True).label == "some"


def sha256_of(text):
    return [document.sha256 for document in read_documents(text, file="p")]


def test_the_hash_is_of_the_policy_and_not_of_the_file_around_it():
    other = make.policy_text(make.LDC_FREE, slug="other").split("policies:\n")[1]
    whole = sha256_of(GOOD)
    assert sha256_of(f"# A comment\n{GOOD}")[0] == whole[0]
    assert sha256_of(GOOD + other)[0] == whole[0]
    assert sha256_of(GOOD.replace("percent: 100", "percent: 100 ")) == whole
    assert sha256_of(GOOD.replace("title: Test", 'title: "Test"')) == whole
    assert sha256_of(GOOD.replace("title: Test", "title: Others")) != whole
    assert sha256_of(GOOD.replace("percent: 100", "percent: 99")) != whole


def test_a_kept_text_is_the_same_policy_again():
    (document,) = read_documents(GOOD, file="p")
    assert read_kept(document.text, file="p") == document.policy


@pytest.mark.django_db
def test_a_comment_or_another_policy_in_the_file_makes_no_new_version():
    make.lists()
    make.policy(GOOD)
    other = make.policy_text(make.LDC_FREE, slug="other").split("policies:\n")[1]
    loaded = api.load_policy(
        f"# Why\n{GOOD}{other}", file="p", by="operator", at=make.EVE
    )  # fmt: skip
    assert [(one.slug, one.version, one.is_new) for one in loaded] == [
        (make.SLUG, 1, False), ("other", 1, True),
    ]  # fmt: skip
    assert [one.version for one in api.load_policy(
        GOOD.replace("Test", "Others"), file="p", by="operator", at=make.EVE)] == [2]  # fmt: skip


def test_every_author_of_whom_too_little_is_known_is_asked_about():
    that = "{all: [{in_list: {ref: A}}, {any: [{flag: b}, {not: {has_grant: {policy: p}}}]}]}"
    policy = compiled(f"{{every: {{over: authors, that: {that}}}}}")
    assert answer(policy).missing_facts == ("authors", "b", "grants")
    held = {"authors": ["LA"], "grants": ["p"], "lists": named(A="LA")}
    assert answer(policy, **held).missing_facts == ("b",)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_compared_with_none(number):
    with pytest.raises(UnusableFact, match="a number is needed"):
        answer(compiled("{lt: {field: x, value: 1}}"), x=number)


def test_the_day_of_a_fact_is_a_day():
    grace = Grace(months=1, starts="act")
    left, moment = date(2020, 1, 1), datetime.fromisoformat("2026-01-31T23:00:00-02:00")
    assert grace.end(left, {"act": moment}) == date(2026, 3, 1)
    with pytest.raises(UnusableFact, match="“act” is 'soon'; a date is needed"):
        grace.end(left, {"act": "soon"})


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ("  add_on: [{label: a, when: {flag: a}, benefit: {kind: discretionary}}, []]\n",
         "rules, or lists of rules, are needed; not both"),
        ("  stack: {mode: best_of}\n"
         "  add_on: [{label: a, when: {flag: a}, benefit: {kind: discretionary}}]\n",
         "“add_on” needs the mode sequential"),
        ("  defaults: [a]\n", "a mapping of facts to values"),
    ],
)  # fmt: skip
def test_add_ons_and_defaults_that_are_not_understood_are_refused(extra, words):
    assert words in faults_of(make.policy_text(make.LDC_FREE, extra=extra))


def test_two_policies_of_one_name_are_refused():
    said = faults_of(GOOD + GOOD.split("policies:\n")[1])
    assert "a policy of this name stands there already" in said


def test_one_list_may_be_pinned_in_a_condition():
    policy = compiled('{in_list: {ref: A, version: "2024"}}')
    assert policy.named_lists == ("A@2024",)
    pinned = {"A": {}, "A@2024": named(A="LA")["A"]}
    assert answer(policy, lists=pinned).label == "it"


def test_a_policy_begins_on_the_day_of_its_moment_where_only_days_are_known():
    policy = compiled("{const: true}", extra='  effective: {from: "2026-11-22"}\n')
    assert answer(policy, on=date(2026, 11, 21)).not_in_force
    assert answer(policy, on=date(2026, 11, 22), at=datetime(2026, 11, 22, tzinfo=UTC)).label


def test_an_add_on_that_a_person_must_fill_in_leaves_the_whole_to_them():
    extra = "  add_on: [{label: more, when: {flag: a}, benefit: {kind: discretionary}}]\n"
    policy = compiled("{flag: b}", extra=extra)
    assert answer(policy, b=True).price_of_100 == 50
    found = answer(policy, a=True, b=True)
    assert (found.add_on, found.price_of_100, found.lacks.what) == ("more", None, "person")
    judged = compiled("{flag: b}", extra=extra, benefit="{kind: discretionary}")
    assert answer(judged, a=True, b=True).lacks.what == "person"


@pytest.mark.parametrize(
    ("extra", "field", "words"),
    [
        ("  sla: {decision_within: \"next week\"}\n", "sla.decision_within",
         "“next week” is not a length like P180D"),
        ("  sla: {decision_within: P0D}\n", "sla.decision_within", "from a day to a century"),
        ("  sla: {decision_within: P200Y}\n", "sla.decision_within", "from a day to a century"),
        ("  sla: P16D\n", "sla", "a mapping"),
        ("  sla: {}\n", "sla", "“decision_within” is missing"),
        ("  unit: nomintion\n", "unit", "did you mean “nomination”?"),
        ("  deadline: tomorrow\n", "deadline", "a mapping"),
        ("  deadline: {}\n", "deadline", "“date” or “before” is needed"),
        ("  deadline: {before: dawn}\n", "deadline.before", "“dawn” is not known"),
        ("  deadline: {late: accept}\n", "deadline.late", "“accept” is not known"),
        ("  ranking: [nonsense_label]\n", "ranking[0]", "“nonsense_label” is not known"),
        ("  ranking: [ldc, SIDS]\n", "ranking[1]", "“SIDS” is not known"),
        ("  validity: {until: nonsense}\n", "validity.until", "“nonsense” is not known"),
        ("  validity: {bound_to: moon}\n", "validity.bound_to", "“moon” is not known"),
        ("  validity: {rerun: maybe}\n", "validity.rerun", "it is one of new_application"),
        ("  unless: {eq: {field: payer_class, value: humans}}\n", "unless.eq.value",
         "“humans” is not known here; it is one of academia, associate, individual"),
        ("  unless: {in: {field: payer_class, values: [academia, memberstate]}}\n",
         "unless.in.values", "did you mean “member_state”?"),
        ("  preconditions: {lt: {field: payer_class, value: 3}}\n", "preconditions",
         "this can never hold"),
        ("  preconditions: {flag: payer_class}\n", "preconditions", "this can never hold"),
        ("  caps: [{scope: person, period: year, any_of: [{fulll: 1}]}]\n",
         "caps[0].any_of[0].fulll", "no rule counts as this; did you mean “full”?"),
        ("  caps: [{scope: person, period: year, any_of: [{moons: 1}]}]\n",
         "caps[0].any_of[0].moons", "no rule counts as this"),
        ("  caps: [{scope: person, period: year, limit: 3, unit: persns}]\n", "caps[0].unit",
         "did you mean “persons”?"),
        ("  caps: [{scope: fund, period: year, limit: \"3.00\", unit: usd}]\n", "caps[0].unit",
         "did you mean “USD”?"),
        ("  caps: [{scope: fund, period: year, limit: \"3.00\"}]\n", "caps[0]",
         "“unit” is missing"),
    ],
)  # fmt: skip
def test_a_word_that_nothing_keeps_is_refused_at_its_place(extra, field, words):
    nominates = "" if "unit: nomintion" in extra else "  unit: nomination\n"
    found = faults_at(make.policy_text(make.LDC_FREE, extra=nominates + extra))
    assert [at for at, _ in found] == [f"{make.SLUG}.{field}"]
    assert words in found[0][1]


def faults_at(text):
    with pytest.raises(DocumentError) as caught:
        read_policies(text, file="policy.yaml")
    return [(fault.field, fault.sentence) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "extra",
    [
        "  ranking: [LDC, Ldc, gender_balance]\n",
        "  validity: {after_approval: P180D, bound_to: course_key, rerun: new_application}\n",
        "  validity: {from: tier.discount.activation_date, only_if: tier.current}\n",
        '  deadline: {kind: fixed, date: "2017-03-14", late: reject}\n',
        "  caps: [{scope: person, period: year, limit: 3, unit: seats}]\n",
        "  caps: [{scope: fund, period: year, limit: 300, unit: USD}]\n",
        "  unless: {in: {field: payer_class, values: [associate, private]}}\n",
    ],
)
def test_a_word_that_is_known_passes(extra):
    assert read_policies(make.policy_text(make.LDC_FREE, extra=extra), file="policy.yaml")


def test_only_who_nominates_counts_by_kind_of_nomination():
    cap = "  caps: [{scope: person, period: year, any_of: [{full: 1}]}]\n"
    text = make.policy_text(make.LDC_FREE, extra=f"  unit: nomination\n{cap}")
    assert read_policies(text, file="policy.yaml")
    ((field, _),) = faults_at(make.policy_text(make.LDC_FREE, extra=cap))
    assert field.endswith("any_of[0].full")


@pytest.mark.parametrize(
    ("title", "code"),
    [('"a\\0b"', "0000"), ('"a\\x1bb"', "001B"), ('"a\\uD800b"', "D800"), ('"a\\uFFFFb"', "FFFF")],
)
def test_an_escape_brings_in_no_control_character(title, code):
    said = faults_of(GOOD.replace("title: Test", f"title: {title}"))
    assert said == f"policy.yaml, line 4, title: holds a control character (U+{code})."
    said = faults_of(GOOD.replace("title: Test", f"title: Test\n  note: {{{title}: x}}"))
    assert said == f"policy.yaml, line 5: holds a control character (U+{code})."


def test_a_currency_is_named_where_it_stands():
    price = GOOD.replace(
        "{kind: percent_off, percent: 100}", '{kind: fixed_price, amount: "5.00", currency: usd}'
    )
    ((field, sentence),) = faults_at(price)
    assert field == f"{make.SLUG}.rules[0].benefit.currency"
    assert "did you mean “USD”?" in sentence


def test_a_number_of_thousands_of_digits_is_not_told_in_full():
    ((_, sentence),) = faults_at(GOOD.replace("percent: 100", f"percent: {'9' * 6000}"))
    assert sentence == f"“{'9' * 40}…” is not a percentage; write it like 12.5."
