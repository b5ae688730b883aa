"""Which country counts, how well it has to be known, on which day, and what is asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import Applicant, CountryEvidence, EvidenceKind, Outcome, Reduction
from waiver_policy.rules.countries import locate
from waiver_policy.rules.deciding import Question, decide, restored_applicant
from waiver_policy.rules.language import BASES, read_policies
from waiver_policy.rules.vectors import listed
from waiver_policy.selectors import decisions, replaying
from waiver_policy.sentences import BASIS_NAMES

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DECLARED, IP = EvidenceKind.DECLARED, EvidenceKind.IP
INSTITUTION, DOCUMENT = EvidenceKind.INSTITUTION, EvidenceKind.DOCUMENT
OWN_BASES = sorted(
    BASES - {"none", "profile", "residence", "residence_verified_else_profile"}
)  # fmt: skip


def known(country, basis="residence", kind=DECLARED, *, days_ago=0):
    return CountryEvidence(
        country=country, basis=basis, kind=kind, observed_at=NOON - timedelta(days=days_ago)
    )


def person(country="", *evidence, **changes):
    return Applicant(user_id=1, country=country, evidence=evidence, **changes)


def asked(who, *, basis="residence", rule="", extra="", price=None, at=NOON, **policy):
    """A decision of a policy with one rule: 50 per cent for whoever is on the list OURS."""
    when = policy.get("when", "{in_list: {ref: OURS}}")
    text = make.policy_text(
        f"  - {{label: it, when: {when}, benefit: {{kind: percent_off, percent: 50}}{rule}}}\n",
        extra=extra,
    ).replace("country_basis: profile", f"country_basis: {basis}")
    rows = {code: (listed("OURS", code),) for code in ("ET", "HT")}
    return decide(
        Question(
            applicant=who, offering_code="x", at=at, known_at=NOON,
            countries=frozenset({"ET", "HT", "FR", "DE", "AU", "LA"}), price=price,
            policy=read_policies(text, file="p")[0], policy_version=1,
            lists={"OURS": rows, "OURS@2020": {}, **policy.get("lists", {})},
            editions={"OURS": "OURS-1", "OURS@2020": "OURS-0"},
        )
    )  # fmt: skip


def codes(decision):
    return [reason.code for reason in decision.reasons]


@pytest.mark.parametrize(
    ("basis", "profile", "evidence", "countries"),
    [
        ("profile", "FR", [known("ET", kind=DOCUMENT)], ("FR",)),
        ("residence", "FR", [], ("FR",)),
        ("residence", "FR", [known("ET")], ("ET",)),
        ("residence", "FR", [known("ET"), known("HT", kind=DOCUMENT, days_ago=900)], ("HT",)),
        ("residence", "FR", [known("ET", days_ago=2), known("HT", days_ago=1)], ("HT",)),
        ("residence", "FR", [known("ET", "nationality", DOCUMENT)], ("FR",)),
        ("residence_verified_else_profile", "FR", [known("ET")], ("FR",)),
        ("residence_verified_else_profile", "FR", [known("ET", kind=INSTITUTION)], ("ET",)),
        ("residence_verified_else_profile", "", [known("ET", kind=IP)], ()),
        ("residence", "", [known("ET", kind=IP)], ()),
        ("nationality", "FR", [], ()),
        ("nationality", "FR", [known("DE", "nationality"),
                               known("HT", "nationality", DOCUMENT)], ("HT", "DE")),
        ("affiliation", "FR", [known("DE", "affiliation"), known("ET", "affiliation")],
         ("DE", "ET")),
        ("hq", "FR", [known("DE", "headquarters")], ("DE",)),
        ("billing_address", "FR", [known("DE", "billing")], ("DE",)),
        ("none", "FR", [known("DE")], ()),
    ],
)  # fmt: skip
def test_only_what_is_known_for_the_basis_counts_the_strongest_first(
    basis, profile, evidence, countries
):
    assert locate(person(profile, *evidence), basis).countries == countries


@pytest.mark.parametrize("basis", OWN_BASES)
def test_a_country_of_another_basis_never_stands_in_and_the_basis_is_asked_for(basis):
    decision = asked(person("ET", known("ET", kind=DOCUMENT)), basis=basis)
    assert (decision.outcome, codes(decision)) == (Outcome.ASK, ["COUNTRY_OF_BASIS_MISSING"])
    assert str(BASIS_NAMES[basis]) in " ".join(api.explain(decision))
    found = asked(person("FR", known("ET", basis)), basis=basis)
    assert (found.outcome, found.rule) == (Outcome.GRANTED, "it")


def test_every_basis_that_asks_for_a_country_has_its_words():
    assert BASES - {"none"} == BASIS_NAMES.keys()


@pytest.mark.parametrize(
    ("missing", "outcome", "reasons"),
    [
        ("ask", "ask", ["COUNTRY_MISSING"]),
        ("refuse", "refused", ["COUNTRY_MISSING"]),
        ("hide_option", "refused", ["OPTION_HIDDEN"]),
        ("default", "refused", ["NO_RULE_APPLIES"]),
    ],
)
def test_a_missing_country_is_asked_for_or_what_the_policy_says(missing, outcome, reasons):
    decision = asked(person(), extra=f"  missing: {{country: {missing}}}\n")
    assert (decision.outcome, codes(decision)) == (outcome, reasons)


def test_an_option_that_is_hidden_is_not_spoken_of():
    decision = asked(person(), extra="  missing: {country: hide_option}\n")
    assert (api.explain(decision), api.advise(decision)) == ((), ())


@pytest.mark.parametrize(
    ("said", "outcome", "reasons"),
    [
        ("", "ask", ["FACTS_MISSING"]),
        ("  missing: {facts: refuse}\n", "refused", ["FACTS_MISSING"]),
        ("  missing: {facts: hide_option}\n", "refused", ["OPTION_HIDDEN"]),
        ("  defaults: {income: 7}\n", "granted", ["RULE_MATCHED"]),
    ],
)
def test_a_missing_fact_is_asked_for_or_what_the_policy_says(said, outcome, reasons):
    decision = asked(person(), when="{lt: {field: income, value: 10}}", extra=said)
    assert (decision.outcome, codes(decision)) == (outcome, reasons)


def test_facts_that_could_change_nothing_are_not_asked_for():
    when = "{all: [{lt: {field: age, value: 30}}, {lt: {field: income, value: 10}}]}"
    decision = asked(person(facts={"age": 31}), when=when)
    assert (decision.outcome, codes(decision)) == (Outcome.REFUSED, ["NO_RULE_APPLIES"])


def test_a_policy_that_asks_no_list_asks_nobody_for_a_country():
    decision = asked(person(facts={"income": 7}), basis="hq", when="{has: income}")
    assert decision.outcome is Outcome.GRANTED


@pytest.mark.parametrize(
    ("evidence", "needs", "outcome"),
    [
        ((), "declared", "granted"),
        ((), "institution", "review"),
        ((known("ET", kind=INSTITUTION),), "institution", "granted"),
        ((known("ET", kind=INSTITUTION),), "document", "review"),
        ((known("ET", kind=DOCUMENT),), "document", "granted"),
        ((known("ET", kind=DOCUMENT),), "nomination", "review"),
        ((known("ET", kind=EvidenceKind.NOMINATION),), "nomination", "granted"),
    ],
)
def test_a_tier_says_how_well_the_country_has_to_be_known(evidence, needs, outcome):
    decision = asked(person("ET", *evidence), rule=f", needs: {{strength: {needs}}}")
    assert decision.outcome == outcome
    assert ("EVIDENCE_TOO_WEAK" in codes(decision)) == (outcome == "review")


def test_of_two_nationalities_the_one_that_counted_has_to_be_known_well_enough():
    rule = ", needs: {strength: document}"
    when = "{in_list: {ref: OURS, any_of_countries: true}}"
    french = known("FR", "nationality", DOCUMENT)
    weak = asked(
        person("", french, known("HT", "nationality")), basis="nationality", rule=rule, when=when
    )
    strong = asked(
        person("", french, known("HT", "nationality", DOCUMENT)), basis="nationality", rule=rule,
        when=when,
    )  # fmt: skip
    assert [weak.outcome, strong.outcome] == [Outcome.REVIEW, Outcome.GRANTED]


def test_what_a_tier_needs_is_named_in_words():
    rule = ", needs: {strength: document, documents: [tax_return]}"
    told = " ".join(api.explain(asked(person("ET"), rule=rule)))
    assert "the country in which you live (a document that shows it); tax return" in told


@pytest.mark.parametrize(
    ("required", "route", "lacking"),
    [
        ("[passport_copy]", "", ["passport_copy"]),
        ("{it: [letter], manual: [form]}", "", ["letter"]),
        ("{it: [letter], manual: [form]}", ", route: manual_review", ["letter", "form"]),
        ("{manual: [form]}", "", []),
    ],
)
def test_documents_are_asked_for_by_policy_rule_and_route(required, route, lacking):
    extra = f"  evidence_required: {required}\n"
    decision = asked(person("ET"), rule=route, extra=extra)
    said = [r.params["documents"] for r in decision.reasons if r.code == "EVIDENCE_TOO_WEAK"]
    assert said == ([", ".join(lacking)] if lacking else [])
    assert (decision.outcome is Outcome.REVIEW) == bool(lacking or route)


def test_documents_that_a_reviewer_has_accepted_are_not_asked_for_again():
    extra = "  evidence_required: [passport_copy]\n"
    decision = asked(person("ET", facts={"documents": ["passport_copy"]}), extra=extra)
    assert decision.outcome is Outcome.GRANTED


@pytest.mark.parametrize(
    ("profile", "evidence", "outcome", "doubt"),
    [
        ("ET", [known("AU", kind=IP)], "review", True),
        ("ET", [known("ET", kind=IP)], "granted", False),
        ("ET", [known("AU", kind=IP, days_ago=2), known("ET", kind=IP)], "granted", False),
        ("ET", [known("AU", kind=IP), known("ET", kind=DOCUMENT)], "granted", False),
        ("FR", [known("ET", kind=IP)], "refused", False),
        ("", [known("ET", kind=IP)], "ask", False),
    ],
)
def test_an_address_raises_a_doubt_and_neither_refuses_nor_rescues(
    profile, evidence, outcome, doubt
):
    decision = asked(person(profile, *evidence))
    assert (decision.outcome, "IP_DISAGREES" in codes(decision)) == (outcome, doubt)


def test_an_address_says_nothing_about_a_nationality():
    who = person("", known("HT", "nationality"), known("AU", kind=IP))
    assert asked(who, basis="nationality").outcome is Outcome.GRANTED


def test_an_address_makes_no_application_of_a_rule_that_gives_nothing():
    text = make.policy_text(
        "  - {label: it, when: {in_list: {ref: OURS}}, benefit: {kind: percent_off, percent: 0}}\n"
    )
    question = Question(
        applicant=person("ET", known("AU", kind=IP)), offering_code="x", at=NOON, known_at=NOON,
        countries=frozenset({"ET"}), policy=read_policies(text, file="p")[0],
        lists={"OURS": {"ET": (listed("OURS", "ET"),)}}, editions={"OURS": "OURS-1"},
    )  # fmt: skip
    assert decide(question).outcome is Outcome.REFUSED


@pytest.mark.parametrize(
    ("days", "outcome"), [(0, "review"), (89, "review"), (90, "granted"), (-1, "review")]
)
def test_a_country_counts_without_a_look_ninety_days_after_it_changed(days, outcome):
    who = person("ET", country_changed_on=NOON.date() - timedelta(days=days))
    assert asked(who).outcome == outcome


def test_a_changed_profile_says_nothing_about_a_residence_that_is_shown():
    who = person("FR", known("ET", kind=DOCUMENT), country_changed_on=NOON.date())
    assert asked(who).outcome is Outcome.GRANTED


@pytest.mark.parametrize("basis", ["application", "acceptance", "enrolment", "invoice"])
def test_lists_are_asked_for_the_day_that_the_policy_names(basis):
    # Edge case 14: Laos applies on 20 November 2026 and starts on 1 December.
    rows = {"LA": (replace(listed("OURS", "LA"), until_date=date(2026, 11, 24)),)}
    on_days = [
        asked(
            person("LA", dates={basis: day}), extra=f"  group_date_basis: {basis}\n",
            lists={"OURS": rows}, at=datetime(2026, 12, 1, tzinfo=UTC),
        )
        for day in (date(2026, 11, 20), date(2026, 12, 1))
    ]  # fmt: skip
    assert [one.outcome for one in on_days] == [Outcome.GRANTED, Outcome.REFUSED]
    assert [one.reasons[0].params["date"] for one in on_days] == ["2026-11-20", "2026-12-01"]


def test_a_pinned_list_is_asked_and_no_newer_one():
    extra = '  group_date_basis: {list_version: "2020"}\n'
    decision = asked(person("ET"), extra=extra)
    assert (decision.outcome, decision.editions) == (Outcome.REFUSED, ("OURS-0",))


def test_a_pinned_list_that_is_not_there_is_no_other_one():
    decision = asked(person("ET"), extra='  group_date_basis: {list_version: "1999"}\n')
    assert (decision.outcome, codes(decision)) == (Outcome.REVIEW, ["LIST_NOT_LOADED"])
    assert decision.reasons[0].params["list"] == "OURS@1999"


def test_a_policy_begins_at_its_moment_and_ends_at_its_moment():
    extra = '  effective: {from: "2026-11-22T13:00:00+02:00", until: "2026-11-22T14:00:00+02:00"}\n'
    moments = ["10:59:59", "11:00:00", "11:59:59", "12:00:00"]
    outcomes = [
        asked(person("ET"), extra=extra, at=datetime.fromisoformat(f"2026-11-22T{one}Z")).outcome
        for one in moments
    ]
    assert outcomes == ["refused", "granted", "granted", "refused"]


def test_a_decision_keeps_the_evidence_of_its_basis_and_no_other():
    who = person("FR", known("ET", kind=DOCUMENT), known("HT", "nationality", DOCUMENT))
    kept = asked(who).inputs["evidence"]
    assert [(one["country"], one["kind"]) for one in kept] == [("ET", "document")]


@pytest.mark.django_db
def test_a_decision_with_evidence_dates_and_a_price_replays_to_itself():
    make.programme()
    who = Applicant(
        user_id=1, country="UG", dates={"acceptance": date(2026, 11, 1)},
        country_changed_on=date(2020, 1, 1),
        evidence=(known("UG", kind=DOCUMENT), known("AU", kind=IP)),
    )  # fmt: skip
    api.grant(
        who, offering_code=make.COURSE, full_seat_cost=make.SEAT, price=Money("120.00", "USD"),
        key="k", at=make.EVE,
    )  # fmt: skip
    row = models.WaiverDecision.objects.get()
    assert replaying.replay(row) == decisions.to_decision(row)
    assert row.facts.inputs["evidence"][0]["kind"] == "document"


def test_a_learner_reads_whose_country_counts():
    told = api.explain(asked(person("ET"), basis="residence"))
    assert "The country that counts for this policy: the country in which you live." in told
    by_profile = " ".join(api.explain(asked(person("ET"), basis="profile")))
    assert "The country that counts" not in by_profile


def test_facts_of_every_kind_are_kept_and_come_back():
    facts = {"share": Decimal("0.50"), "on": date(2026, 1, 1), "names": ["a", Decimal(1)],
             "at": datetime(2026, 1, 1, 23, tzinfo=UTC), "yes": True}  # fmt: skip
    kept = json.loads(json.dumps(asked(person("ET", facts=facts)).inputs))
    assert restored_applicant(kept).facts == {
        **facts, "on": "2026-01-01", "at": "2026-01-01", "names": ["a", Decimal(1)],
    }  # fmt: skip


def decided(text, **more):
    policies = {policy.slug: policy for policy in read_policies(text, file="p")}
    known = {"applicant": person("ET"), "price": Money("100.00", "USD"), **more}
    return decide(
        Question(
            offering_code="x", at=NOON, known_at=NOON, countries=frozenset({"ET", "FR"}),
            policy=policies.pop(make.SLUG), policies=policies,
            lists={"OURS": {"ET": (listed("OURS", "ET"),)}}, editions={"OURS": "OURS-1"}, **known,
        )
    )  # fmt: skip


def rule(benefit, *, when="{in_list: {ref: OURS}}", more=""):
    return f"  - {{label: it, when: {when}, benefit: {benefit}{more}}}\n"


def test_a_fixed_price_before_a_person_tells_them_the_price():
    fifty = '{kind: fixed_price, amount: "50.00", currency: USD}'
    decision = decided(make.policy_text(rule(fifty, more=", route: manual_review")))
    assert decision.reasons[-1].params == {"price": "USD 50.00"}


@pytest.mark.parametrize(
    ("otherwise", "outcome", "to_pay"),
    [
        ("{kind: percent_off, percent: 20}", "granted", "80.00"),
        ("{kind: percent_off, percent: 0}", "refused", "100.00"),
        ("{kind: discretionary}", "review", "100.00"),
        ('{kind: fixed_price, amount: "30.00", currency: USD}', "granted", "30.00"),
        ('{kind: fixed_price, amount: "30.00", currency: EUR}', "review", "100.00"),
    ],
)
def test_who_matches_no_rule_gets_what_everybody_gets(otherwise, outcome, to_pay):
    text = make.policy_text(
        rule("{kind: percent_off, percent: 100}"), extra=f"  otherwise: {otherwise}\n"
    )
    decision = decided(text, applicant=person("FR"))
    price = Money("100.00", "USD")
    assert decision.outcome == outcome
    assert price - decision.reduction.of(price) == Money(to_pay, "USD")


def test_a_policy_about_refunds_decides_about_no_fee():
    text = make.policy_text(
        rule("{kind: refund_percent, percent: 100}", when="{flag: early}"),
        extra="  kind: refund\n",
    )
    decision = decided(text, applicant=person("ET", facts={"early": True}))
    assert (decision.outcome, codes(decision)) == (Outcome.REFUSED, ["OFFERING_NOT_COVERED"])


GUARANTEE = "  guarantees: [{never_above: {price_under: before}}]\n"
BEFORE = make.policy_text(
    rule("{kind: percent_off, percent: 60}"), slug="before"
).split("policies:\n")[1]  # fmt: skip


def test_nobody_pays_more_than_under_the_policy_before():
    text = make.policy_text(rule("{kind: percent_off, percent: 50}"), extra=GUARANTEE)
    assert decided(text + BEFORE).reduction.of(Money("100.00", "USD")) == Money("60.00", "USD")
    alone = decided(text)
    assert (alone.outcome, codes(alone)[-1]) == (Outcome.REVIEW, "REVIEW_NEEDED")


@pytest.mark.parametrize(
    ("held", "grants", "outcome", "waived"),
    [
        ("{policy: before}", ["before"], "granted", "80.00"),
        ("{policy: before, label: it}", ["before:it"], "granted", "80.00"),
        ("{policy: before, label: gone}", ["before:gone"], "review", "0.00"),
        ("{policy: nobody}", ["nobody"], "review", "0.00"),
    ],
)
def test_a_top_up_covers_a_share_of_what_another_grant_leaves(held, grants, outcome, waived):
    half = "{kind: cover_remainder, percent_of_remainder: 50}"
    text = make.policy_text(rule(half, when=f"{{has_grant: {held}}}")) + BEFORE
    decision = decided(text, applicant=person("ET", facts={"grants": grants}))
    assert decision.outcome == outcome
    assert decision.reduction.of(Money("100.00", "USD")) == Money(waived, "USD")


def test_a_part_that_depends_on_a_price_nobody_named_is_called_a_part():
    steps = Reduction((Percent(10), Money("50.00", "USD")))
    decision = replace(
        decided(make.policy_text(rule("{kind: percent_off, percent: 5}"))), reduction=steps,
        percent=Percent(0),
    )  # fmt: skip
    assert api.explain(decision)[0] == "A part of the fee is waived for you."
