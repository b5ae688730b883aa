"""Above the operator's amount, what one person has seen or approved grants nothing alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models, sentences
from waiver_policy.data import (
    Applicant,
    CountryEvidence,
    EvidenceBasis,
    EvidenceKind,
    ReplayState,
)
from waiver_policy.exceptions import NotEligible
from waiver_policy.selectors import replaying

pytestmark = pytest.mark.django_db

PRICE = Money("900.00", "USD")
SMALL_INCOME = """\
  - label: small_income
    when: {lt: {field: income, value: 1000}}
    benefit: {kind: percent_off, percent: 100}
"""
BY_DOCUMENT = """\
  - label: ldc
    when: {in_group: {group: LDC}}
    benefit: {kind: percent_off, percent: 100}
    needs: {strength: document}
"""
EITHER = """\
  - label: ldc
    when: {any: [{in_group: {group: LDC}}, {lt: {field: income, value: 1000}}]}
    benefit: {kind: percent_off, percent: 100}
"""


@pytest.fixture(autouse=True)
def amounts(settings, sell):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "500.00"}
    sell(worth_of=lambda code: [PRICE])
    make.lists()
    make.credit("5000.00")


def policy(rules):
    text = make.policy_text(rules)
    if "strength" in rules:
        text = text.replace("basis: profile", "basis: residence_verified_else_profile")
    make.policy(text, at=make.EVE)


def apply(user_id=1, country="GU"):
    return api.apply(
        make.applicant(user_id, country), offering_code=make.COURSE, note="Please.", at=make.EVE
    )


def decide(country="GU", *, price=PRICE, at=make.EVE, **told):
    return api.decide(
        Applicant(user_id=1, country=country, **told), offering_code=make.COURSE, price=price,
        at=at,
    )  # fmt: skip


def grant(country="GU"):
    return api.grant(
        make.applicant(1, country), offering_code=make.COURSE, full_seat_cost=PRICE, price=PRICE,
        key="k", at=make.EVE,
    )  # fmt: skip


def note_income(applied, by=9):
    api.record_fact(
        applied.uuid, name="income", value="800", kind=EvidenceKind.INSTITUTION, by=by,
        at=make.EVE,
    )  # fmt: skip


def note_country(country="UG"):
    api.record_evidence(
        1, basis=EvidenceBasis.RESIDENCE, countries=[country], kind=EvidenceKind.DOCUMENT, by=9,
        at=make.EVE,
    )  # fmt: skip


def codes(decision):
    return [reason.code for reason in decision.reasons]


def test_who_notes_a_fact_does_not_grant_by_it():
    policy(SMALL_INCOME)
    note_income(apply())
    found = decide()
    assert (found.outcome, codes(found)[-2:]) == ("review", ["TWO_PEOPLE", "REVIEW_NEEDED"])
    assert not found.reduction.steps
    assert any("a second person looks at it" in line for line in sentences.explain(found))
    with pytest.raises(NotEligible):
        grant()
    assert models.WaiverGrant.objects.count() == 0


def test_who_notes_a_document_does_not_grant_by_it():
    policy(BY_DOCUMENT)
    apply(country="UG")
    note_country()
    assert codes(decide("UG"))[-2:] == ["TWO_PEOPLE", "REVIEW_NEEDED"]


def test_two_people_approve_it():
    policy(SMALL_INCOME)
    applied = apply()
    note_income(applied)
    read = api.get_application(applied.uuid).message_count
    for by in (9, 8):
        api.approve(applied.uuid, by=by, reason="Seen.", at=make.EVE, award=Percent(100), read=read)
    assert grant().seat_cost == PRICE


def test_what_a_rule_grants_anyway_needs_nobody():
    policy(SMALL_INCOME)
    note_income(apply(country="UG"))
    policy(EITHER)
    assert decide("UG").outcome == "granted"


@pytest.mark.parametrize("limits", [{}, {"USD": "900.00"}])
def test_up_to_the_amount_one_person_is_enough(settings, limits):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = limits
    policy(SMALL_INCOME)
    note_income(apply())
    assert decide().outcome == "granted"


def test_what_the_caller_knows_is_nobodys_note():
    policy(BY_DOCUMENT)
    seen = CountryEvidence(
        country="UG", basis="residence", kind=EvidenceKind.DOCUMENT, observed_at=make.EVE
    )
    assert decide("UG", evidence=(seen,)).outcome == "granted"


def test_such_an_answer_replays_to_itself():
    policy(SMALL_INCOME)
    note_income(apply())
    with pytest.raises(NotEligible):
        grant()
    states = [one.state for one in replaying.replays(since=None, policy=None)]
    assert set(states) == {ReplayState.SAME}


@pytest.mark.parametrize(("dearer", "outcome"), [("600.00", "granted"), ("900.00", "review")])
def test_a_price_that_one_person_approved_waives_no_more_than_one_person_may(sell, dearer, outcome):
    policy(make.LDC_FREE)
    sell(worth_of=lambda code: [Money("600.00", "USD")])
    api.approve(apply().uuid, by=9, reason="So.", at=make.EVE, award=Money("100.00", "USD"))
    sell(worth_of=lambda code: [Money(dearer, "USD")])
    assert decide(price=Money(dearer, "USD")).outcome == outcome


def test_a_price_that_two_people_approved_stands_whatever_the_fee_is_by_now(sell):
    policy(make.LDC_FREE)
    applied = apply()
    for by in (9, 8):
        api.approve(applied.uuid, by=by, reason="So.", at=make.EVE, award=Money("100.00", "USD"))
    dearer = Money("2000.00", "USD")
    sell(worth_of=lambda code: [dearer])
    later = make.EVE + timedelta(days=2)
    assert decide(price=dearer, at=later).reduction.of(dearer) == Money("1900.00", "USD")


def test_another_policy_that_refuses_is_not_said_to_ask_a_second_person():
    # given
    policy(SMALL_INCOME)
    note_income(apply())
    with pytest.raises(NotEligible):
        grant()

    # when
    text = make.policy_text(SMALL_INCOME.replace("1000", "100"))
    api.load_policy(text, file="policy.yaml", by="operator", at=make.EVE)
    found = api.compare_policy(make.SLUG, version=2, since=None)

    # then
    assert {(then.outcome, now.outcome) for then, now in found.moves} == {("review", "refused")}


def test_two_people_who_confirmed_one_price_have_not_confirmed_a_later_one(sell):
    # given: a price that two confirmed has lapsed, and one person approves another
    make.policy(
        make.policy_text(make.LDC_FREE, extra="  validity: {after_approval: P1D}\n"), at=make.EVE
    )
    applied = apply()
    for by in (9, 8):
        api.approve(applied.uuid, by=by, reason="So.", at=make.EVE, award=Money("100.00", "USD"))
    later = make.EVE + timedelta(days=2)
    sell(worth_of=lambda code: [Money("600.00", "USD")])
    again = api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="Please.", at=later)
    one = api.approve(again.uuid, by=9, reason="So.", at=later, award=Money("150.00", "USD"))
    assert one.state == "approved"

    # when
    sell(worth_of=lambda code: [PRICE])

    # then
    assert decide(at=later).outcome == "review"
