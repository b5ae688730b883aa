"""A rule or a policy that can never match is named when it is loaded, and no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate.documents import DocumentError, Faults
from waiver_policy.exceptions import UnusableFact
from waiver_policy.rules.conditions import (
    AllOf,
    AnyOf,
    Case,
    Compare,
    Const,
    Every,
    Flag,
    Has,
    HasGrant,
    InList,
    Not,
    OneOf,
)
from waiver_policy.rules.dead_rules import find_dead
from waiver_policy.rules.language import read_policies
from waiver_policy.rules.policies import Benefit, Policy, Rule, evaluate
from waiver_policy.rules.reading import Place
from waiver_policy.rules.vectors import listed

HALF = "benefit: {kind: percent_off, percent: 50}"


def document(*whens, extra=""):
    rules = "".join(
        f"  - {{label: r{number}, when: {when}, {HALF}}}\n" for number, when in enumerate(whens)
    )
    return make.policy_text(rules, extra=extra)


def faults(text):
    with pytest.raises(DocumentError) as caught:
        read_policies(text, file="policy.yaml")
    return [
        (fault.line, fault.field.removeprefix(f"{make.SLUG}."), fault.sentence)
        for fault in caught.value.faults
    ]


@pytest.mark.parametrize(
    "when",
    [
        "{const: false}",
        "{not: {const: true}}",
        "{all: [{eq: {field: a, value: x}}, {eq: {field: a, value: y}}]}",
        "{all: [{eq: {field: a, value: 1}}, {eq: {field: a, value: true}}]}",
        "{all: [{in: {field: a, values: [x, y]}}, {in: {field: a, values: [z]}}]}",
        "{all: [{in: {field: a, values: [x]}}, {not: {eq: {field: a, value: x}}}]}",
        "{all: [{lt: {field: a, value: 5}}, {gt: {field: a, value: 5}}]}",
        "{all: [{lt: {field: a, value: 5}}, {ge: {field: a, value: 5}}]}",
        "{all: [{le: {field: a, value: 0.5}}, {gt: {field: a, value: 0.50}}]}",
        "{all: [{le: {field: a, value: 5}}, {ge: {field: a, value: 5}},"
        " {not: {eq: {field: a, value: 5}}}]}",
        "{all: [{eq: {field: a, value: 7}}, {lt: {field: a, value: 5}}]}",
        "{all: [{eq: {field: a, value: x}}, {lt: {field: a, value: 5}}]}",
        "{all: [{flag: a}, {lt: {field: a, value: 5}}]}",
        "{all: [{flag: a}, {not: {flag: a}}]}",
        "{all: [{flag: a}, {not: {has: a}}]}",
        "{all: [{lt: {field: a, value: 5}}, {not: {has: a}}]}",
        "{gt_field: [a, a]}",
        "{all: [{in_group: {group: LDC}}, {not: {in_group: {group: LDC}}}]}",
        "{all: [{in_list: {ref: X}}, {not: {in_list: {ref: X}}}]}",
        "{all: [{has_grant: {policy: p}}, {not: {has_grant: {policy: p}}}]}",
        "{every: {over: authors, that: {const: false}}}",
        "{any: [{const: false}, {all: [{flag: a}, {not: {flag: a}}]}]}",
        "{not: {any: [{flag: a}, {not: {flag: a}}]}}",
    ],
)
def test_a_rule_that_no_case_satisfies_is_named_with_its_line(when):
    assert faults(document("{flag: ok}", when)) == [(8, "rules[1].when", "this can never match.")]


@pytest.mark.parametrize(
    ("whens", "dead", "by"),
    [
        (("{const: true}", "{flag: a}"), 1, "r0"),
        (("{any: [{flag: a}, {not: {flag: a}}]}", "{flag: b}"), 1, "r0"),
        (("{flag: a}", "{flag: a}"), 1, "r0"),
        (("{ge: {field: x, value: 25}}", "{ge: {field: x, value: 50}}"), 1, "r0"),
        (("{lt: {field: x, value: 5}}", "{eq: {field: x, value: 3}}"), 1, "r0"),
        (("{in: {field: x, values: [p, q]}}", "{eq: {field: x, value: q}}"), 1, "r0"),
        (("{flag: a}", "{all: [{flag: a}, {flag: b}]}"), 1, "r0"),
        (("{flag: a}", "{flag: b}", "{any: [{flag: a}, {flag: b}]}"), 2, "r0"),
        (("{in_group: {group: LDC}}", "{all: [{flag: a}, {in_group: {group: LDC}}]}"), 1, "r0"),
    ],
)
def test_a_rule_behind_one_that_always_matches_before_it_is_named(whens, dead, by):
    sentence = f"this can never match: whenever it would, the rule “{by}” matches before it."
    assert faults(document(*whens)) == [(7 + dead, f"rules[{dead}]", sentence)]


def test_where_the_best_rule_counts_an_earlier_one_takes_nothing_away():
    text = document("{const: true}", "{flag: a}", extra="  stack: {mode: best_of}\n")
    assert len(read_policies(text, file="p")[0].rules) == 2


@pytest.mark.parametrize(
    ("extra", "field", "words"),
    [
        ("  unless: {const: true}\n", "unless", "always holds, so the policy never gives"),
        ("  unless: {any: [{flag: x}, {not: {flag: x}}]}\n", "unless", "always holds"),
        ("  preconditions: {const: false}\n", "preconditions", "can never hold"),
        ("  unless: {flag: a}\n", "rules[0].when", "where the policy applies at all"),
        ("  preconditions: {eq: {field: a, value: false}}\n", "rules[0].when", "at all"),
        ("  effective: {from: \"2027-01-01\", until: \"2027-01-01\"}\n", "effective",
         "never in force"),
        ("  effective: {from: \"2027-01-01T02:00:00+02:00\", until: \"2027-01-01T00:00:00Z\"}\n",
         "effective", "never in force"),
        ("  caps: [{scope: person, period: year, limit: 0}]\n", "caps[0].limit",
         "nothing can ever be given"),
        ("  caps: [{scope: fund, period: year, limit: \"0.00\", unit: USD}]\n", "caps[0].limit",
         "nothing can ever be given"),
        ("  validity: {after_approval: P0D}\n", "validity", "can never be used"),
        ("  add_on: [{label: x, when: {const: false}, " + HALF + "}]\n", "add_on (x)",
         "can never match"),
        ("  add_on: [{label: x, when: {const: true}, " + HALF + "},"
         " {label: y, when: {flag: b}, " + HALF + "}]\n", "add_on (y)", "“x” matches before"),
    ],
)  # fmt: skip
def test_a_policy_that_never_gives_anything_says_what_shuts_it(extra, field, words):
    (found,) = faults(document("{flag: a}", extra=extra))
    assert (found[1], words in found[2]) == (field, True)


@pytest.mark.parametrize(
    ("needs", "basis", "words"),
    [
        ("{strength: document}", "none", "nothing can be this strong"),
        ("{strength: institution}", "profile", "only declared, so this can never match"),
        ("{strength: ip}", "residence", "“ip” is not known"),
        ("{strength: documentx}", "residence", "did you mean “document”?"),
        ("{}", "residence", "strength or documents are needed"),
    ],
)
def test_needs_that_nothing_can_meet_are_named(needs, basis, words):
    rule = f"  - {{label: it, when: {{flag: a}}, {HALF}, needs: {needs}}}\n"
    text = make.policy_text(rule).replace("country_basis: profile", f"country_basis: {basis}")
    with pytest.raises(DocumentError, match=words):
        read_policies(text, file="policy.yaml")


@pytest.mark.parametrize(
    "when",
    [
        "{all: [{lt: {field: a, value: 6}}, {gt: {field: a, value: 5}}]}",
        "{all: [{lt: {field: a, value: 0.000000000000000002}},"
        " {gt: {field: a, value: 0.000000000000000001}}]}",
        "{all: [{lt: {field: a, value: 999999999999999999.000000000000000002}},"
        " {gt: {field: a, value: 999999999999999999.000000000000000001}}]}",
        "{all: [{le: {field: a, value: 5}}, {ge: {field: a, value: 5}}]}",
        "{all: [{not: {eq: {field: a, value: x}}}, {has: a}]}",
        "{all: [{not: {eq: {field: a, value: true}}}, {eq: {field: a, value: 1}}]}",
        "{all: [{gt_field: [a, b]}, {gt_field: [b, c]}]}",
        "{all: [{in_group: {group: LDC}}, {not: {in_group: {group: SIDS}}}]}",
        "{all: [{has_grant: {policy: p, label: x}}, {not: {has_grant: {policy: p, label: y}}}]}",
    ],
)
def test_a_narrow_rule_is_not_called_dead(when):
    assert read_policies(document(when), file="p")


def test_a_default_that_a_rule_refuses_is_no_fault_where_a_fact_can_be_stated():
    read_policies(document("{lt: {field: a, value: 5}}", extra="  defaults: {a: 9}\n"), file="p")


NAMES = ("a", "b")
values = st.sampled_from([0, 1, Decimal("1.0"), 2, Decimal("1.5"), "x", "y", "", True, False])
leaves = st.one_of(
    st.builds(OneOf, st.sampled_from(NAMES), st.lists(values, min_size=1, max_size=2).map(tuple)),
    st.builds(
        Compare, st.sampled_from(["lt", "le", "gt", "ge"]), st.sampled_from(NAMES),
        st.sampled_from([0, 1, 2, Decimal("1.5")]),
    ),
    st.builds(lambda one, other: Compare("gt", one, other=other), *[st.sampled_from(NAMES)] * 2),
    st.builds(Flag, st.sampled_from(NAMES)),
    st.builds(Has, st.sampled_from(NAMES)),
    st.builds(Const, st.booleans()),
    st.builds(InList, st.sampled_from(["A", "B"])),
    st.builds(HasGrant, st.just("p"), st.sampled_from(["", "l"])),
    st.builds(lambda name: Every("authors", InList(name)), st.sampled_from(["A", "B"])),
)  # fmt: skip
conditions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(AllOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(parts, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, parts),
    ),
    max_leaves=6,
)
policies = st.builds(
    lambda whens, unless, preconditions, stack, defaults: Policy(
        slug="p", title="p", country_basis="profile", stack=stack, unless=unless,
        preconditions=preconditions, defaults=defaults,
        rules=tuple(
            Rule(label=f"r{number}", when=when, benefit=Benefit(kind="discretionary"))
            for number, when in enumerate(whens)
        ),
    ),
    st.lists(conditions, min_size=1, max_size=3), st.none() | conditions, st.none() | conditions,
    st.sampled_from(["first", "best_of"]), st.dictionaries(st.sampled_from(NAMES), values),
)  # fmt: skip
cases = st.builds(
    lambda facts, countries, grants, authors: Case(
        countries=countries, as_of=date(2026, 11, 22),
        facts={**facts, "grants": grants, "authors": authors},
        lists={name: {"LA": (listed(name, "LA"),)} for name in ("A", "B")},
    ),
    st.dictionaries(st.sampled_from(NAMES), st.one_of(values, st.none(), st.just(-1), st.just(3))),
    st.sampled_from([(), ("LA",), ("FR",)]),
    st.lists(st.sampled_from(["p", "p:l", "p:m", "q"]), max_size=2),
    st.lists(st.sampled_from(["LA", "FR"]), max_size=2),
)  # fmt: skip


def named_dead(policy):
    found = Faults("p")
    body = {"rules": [{"label": rule.label} for rule in policy.rules]}
    find_dead(policy, body, Place(found, "p", 1))
    return {fault.field for fault in found._found}


@settings(max_examples=400, deadline=None)
@given(policies, st.lists(cases, min_size=5, max_size=25))
def test_what_some_case_matches_is_never_called_dead(policy, asked):
    dead = named_dead(policy)
    for case in asked:
        try:
            verdict = evaluate(policy, case)
        except UnusableFact:
            continue
        if verdict.label is None or verdict.missing_facts:
            continue
        assert not dead & {"p.unless", "p.preconditions"}
        number = int(verdict.label[1:])
        assert not dead & {f"p.rules[{number}]", f"p.rules[{number}].when"}


def test_the_search_ends_with_a_thousand_rules_and_one_that_is_true_in_2_to_the_40_ways():
    many = [f"{{eq: {{field: sector, value: s{number}}}}}" for number in range(1000)]
    both = ", ".join(f"{{any: [{{flag: a{n}}}, {{flag: b{n}}}]}}" for n in range(40))
    (policy,) = read_policies(document(*many, f"{{all: [{both}]}}"), file="p")
    assert len(policy.rules) == 1001
