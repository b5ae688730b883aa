"""A reviewer grants a price that is left to pay, as a rule of a fixed price proposes it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection
from django.urls import reverse

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, sentences
from waiver_policy.data import ReplayState
from waiver_policy.exceptions import InvalidReview, PriceNeeded, ReviewFault
from waiver_policy.selectors import replaying

pytestmark = pytest.mark.django_db

FIFTY = Money("50.00", "USD")
PRICE = Money("120.00", "USD")
MANUAL = """\
  - label: ldc
    when: {in_group: {group: LDC}}
    benefit: {kind: fixed_price, amount: "50.00", currency: USD}
    route: manual_review
"""
IN_TWO_STEPS = """\
  - label: ldc
    when: {in_group: {group: LDC}}
    benefit: {kind: fixed_price, amount: "50.00", currency: USD}
    route: manual_review
  stack: {mode: sequential}
  add_on: [{label: student, when: {const: true}, benefit: {kind: percent_off, percent: 10}}]
"""


@pytest.fixture(autouse=True)
def programme():
    make.lists()
    make.policy(make.policy_text(MANUAL))
    make.credit("600.00")


def apply(user_id=1):
    return api.apply(
        make.applicant(user_id), offering_code=make.COURSE, note="I teach.", at=make.EVE
    )


def approve(applied, award=None, by=9):
    return api.approve(applied.uuid, by=by, reason="So.", at=make.EVE, award=award)


def decide(price=PRICE, user_id=1):
    return api.decide(make.applicant(user_id), offering_code=make.COURSE, at=make.EVE, price=price)


def grant(price=PRICE):
    return api.grant(
        make.applicant(), offering_code=make.COURSE, full_seat_cost=Money("24.00", "USD"),
        price=price, key="k", at=make.EVE,
    )  # fmt: skip


def test_the_price_of_the_rule_is_what_a_reviewer_grants():
    applied = apply()
    done = approve(applied)
    assert (applied.proposed, done.award) == (FIFTY, FIFTY)
    assert api.list_steps(done.uuid)[-1].award == FIFTY
    decision = decide()
    assert (decision.outcome, decision.reduction.of(PRICE)) == ("granted", Money("70.00", "USD"))
    assert "A reviewer has granted you a price of USD 50.00 for this offering." in (
        sentences.explain(decision)
    )


def test_the_fund_pays_the_same_part_of_the_seat():
    approve(apply())
    assert grant().seat_cost == Money("14.00", "USD")
    replayed = [one.state for one in replaying.replays(since=None, policy=None)]
    assert replayed == [ReplayState.SAME] * 2


def test_without_the_price_of_the_fee_nobody_knows_what_the_fund_pays():
    approve(apply())
    with pytest.raises(PriceNeeded):
        grant(price=None)


def test_a_reviewer_may_grant_another_price_or_a_percentage():
    approve(apply(), Money("20.00", "USD"))
    approve(apply(2), Percent(25))
    waived = [decide(user_id=number).reduction.of(PRICE) for number in (1, 2)]
    assert waived == [Money("100.00", "USD"), Money("30.00", "USD")]


def test_steps_of_a_rule_are_proposed_as_what_is_left_of_the_price(sell):
    make.policy(make.policy_text(IN_TWO_STEPS))
    assert apply().proposed is None
    sell(price_of=lambda code, payer_class, on: PRICE)
    assert apply(2).proposed == Money("45.00", "USD")


def test_a_person_looks_at_a_fee_in_another_currency():
    approve(apply())
    decision = decide(Money("120.00", "EUR"))
    codes = [reason.code for reason in decision.reasons]
    assert (decision.outcome, codes) == ("review", ["MANUAL_OVERRIDE", "OTHER_CURRENCY"])
    assert not decision.reduction.steps


@pytest.mark.parametrize("price", ["50.00", "40.00"])
def test_a_fee_that_is_no_higher_by_now_is_decided_by_the_rules(price):
    approve(apply())
    decision = decide(Money(price, "USD"))
    assert decision.rule == "ldc"
    assert not decision.reduction.steps


@pytest.mark.parametrize(("percent", "waived", "rule"), [(50, "70.00", None), (60, "72.00", "ldc")])
def test_an_approval_helps_only(percent, waived, rule):
    approve(apply())
    make.policy(
        make.policy_text(make.LDC_FREE.replace("percent: 100", f"percent: {percent}")),
        at=make.EVE,
    )
    decision = decide()
    assert (decision.reduction.of(PRICE), decision.rule) == (Money(waived, "USD"), rule)


def test_a_second_person_confirms_the_price(settings, sell):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "60.00"}
    sell(worth_of=lambda code: [PRICE])
    first = approve(apply())
    assert (first.state, first.awaiting, first.award) == ("proposed", FIFTY, None)
    with pytest.raises(InvalidReview) as refused:
        approve(first, Money("49.00", "USD"), by=8)
    assert refused.value.fault is ReviewFault.OTHER_PERCENT
    done = approve(first, by=8)
    assert (done.state, done.award, done.awaiting) == ("approved", FIFTY, None)


def test_an_offering_is_not_granted_at_the_price_it_has_anyway(sell):
    sell(worth_of=lambda code: [PRICE])
    applied = apply()
    with pytest.raises(InvalidReview) as refused:
        approve(applied, PRICE)
    assert refused.value.fault is ReviewFault.PRICE_OF_NO_USE
    assert api.get_application(applied.uuid) == applied


def test_a_price_is_below_what_the_person_would_be_asked(sell):
    # What a seat costs the fund is no price.
    sell(worth_of=lambda code: [PRICE, PRICE * 3], price_of=lambda code, payer, on: PRICE)
    with pytest.raises(InvalidReview) as refused:
        approve(apply(), Money("150.00", "USD"))
    assert refused.value.fault is ReviewFault.PRICE_OF_NO_USE


@pytest.mark.parametrize("change", ["percent_bp = 10", "price_currency = ''", "price_minor = -1"])
def test_the_database_holds_a_percentage_or_a_price_with_its_currency(change):
    approve(apply())
    with (
        pytest.raises(DatabaseError, match="waiver_policy_one_award"),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE waiver_policy_waiverapplication SET {change}")  # noqa: S608 - our own words


class TestThePage:
    @pytest.fixture
    def page(self, client, django_user_model):
        user = django_user_model.objects.get(pk=make.person("rita", reviews=True))
        client.force_login(user)
        applied = apply()
        return applied, reverse("waiver_policy:review_one", args=[applied.uuid]), client

    def test_starts_from_the_price_of_the_rule(self, page):
        _, address, client = page
        told = client.get(address).content.decode()
        assert 'name="price" value="50.00 USD"' in told
        assert 'value="0"' in told

    def test_takes_another(self, page):
        applied, address, client = page
        told = {"verdict": "approve", "price": "12.50 usd", "reason": "So.", "read": "0"}
        client.post(address, told)
        assert api.get_application(applied.uuid).award == Money("12.50", "USD")

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({"price": "50.00"}, "Write an amount and its currency"),
            ({"price": "many USD"}, "Write an amount and its currency"),
            ({"price": "0.001 USD"}, "Write an amount and its currency"),
            ({"price": "50.00 USD", "percent": "50"}, "Say a percentage or a price, not both."),
            ({"price": "-1.00 USD"}, "This offering has no price in this currency"),
        ],
    )
    def test_says_what_is_wrong_with_it(self, page, said, fault):
        applied, address, client = page
        told = {"verdict": "approve", "reason": "So.", "read": "0", **said}
        assert fault in client.post(address, told).content.decode()
        assert api.get_application(applied.uuid).state == "submitted"

    def test_of_the_learner_names_the_price(self, page, client, django_user_model):
        applied, _, _ = page
        approve(applied)
        learner = django_user_model.objects.create(pk=1, username="maria")
        client.force_login(learner)
        for name, args in (("application", [applied.uuid]), ("mine", [])):
            told = client.get(reverse(f"waiver_policy:{name}", args=args)).content.decode()
            assert "a price of USD 50.00" in told
