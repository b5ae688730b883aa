"""What the database decides when eight people ask for the same money (F11)."""

from __future__ import annotations

from functools import partial

import pytest
from django.db.models import F

from factories import waiver_policy as make
from fairgate.money import Money
from races import ISOLATIONS, REPEATABLE_READ, errors, race, values
from waiver_policy import api, models
from waiver_policy.exceptions import (
    ApplicationClosed,
    FundEmpty,
    KeyReused,
    NotEligible,
    OutOfTurn,
    PolicyNotActive,
)
from waiver_policy.services import fund, grants, policies

pytestmark = pytest.mark.mariadb

EIGHT = range(1, 9)
WAYS = [
    pytest.param(isolation, atomic, id=f"{isolation}, {'outer' if atomic else 'own'} transaction")
    for isolation in ISOLATIONS
    for atomic in (False, True)
]


def balance():
    found = api.fund_balance("USD")
    return found.available.minor, found.reserved.minor, found.committed.minor


def read_then(call):
    """As a view does under ``ATOMIC_REQUESTS``: something was read, the snapshot is old."""

    def run():
        balance()
        list(models.WaiverGrant.objects.all())
        return call()

    return run


def eight(call):
    return [read_then(partial(call, number)) for number in EIGHT]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_f11_money_for_three_goes_to_three_of_eight(isolation, atomic):
    make.programme(fund="45.00")
    outcomes = race(*eight(make.grant), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 3
    assert {type(error) for error in errors(outcomes)} == {FundEmpty}
    assert balance() == (0, 4500, 0)
    assert models.FundEntry.objects.filter(kind="reserved").count() == 3


def test_f11_without_the_conditional_update_the_fund_is_overspent(monkeypatch):
    def read_then_write(currency, minor):
        pot = models.WaiverFund.objects.get(currency=currency)
        if pot.available_minor < minor:
            return None
        pot.available_minor -= minor
        pot.reserved_minor += minor
        pot.save()
        return pot

    monkeypatch.setattr(fund, "take", read_then_write)
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit("45.00")
    outcomes = race(*eight(make.grant), atomic=True, isolation=REPEATABLE_READ)
    assert len(values(outcomes)) > 3


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_key_in_eight_threads_is_one_grant(isolation, atomic):
    make.programme(fund="15.00")
    outcomes = race(*eight(lambda _: make.grant(1, key="one")), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert len({grant.uuid for grant in values(outcomes)}) == 1
    assert balance() == (0, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_key_for_eight_people_is_one_grant_and_seven_errors(isolation, atomic):
    make.programme(fund="600.00")
    outcomes = race(
        *eight(lambda user: make.grant(user, key="one")), isolation=isolation, atomic=atomic
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {KeyReused}
    assert balance() == (58500, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_in_eight_tabs_has_one_grant(isolation, atomic):
    make.programme(fund="600.00")
    outcomes = race(
        *eight(lambda tab: make.grant(1, key=f"tab {tab}")), isolation=isolation, atomic=atomic
    )
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {NotEligible}
    assert balance() == (58500, 1500, 0)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_two_seats_of_a_country_go_to_two_of_eight(isolation, atomic):
    make.lists()
    cap = "  caps: [{scope: country, period: course_run, limit: 2, unit: seats}]\n"
    make.policy(make.policy_text(make.LDC_FREE, extra=cap))
    make.credit("600.00")
    outcomes = race(*eight(make.grant), isolation=isolation, atomic=atomic)
    assert len(values(outcomes)) == 2
    assert {type(error) for error in errors(outcomes)} == {NotEligible}
    assert balance() == (57000, 3000, 0)


def test_without_the_lock_a_country_gets_more_seats_than_its_limit(monkeypatch):
    def unlocked(subject):
        return models.QuotaUse.objects.get_or_create(key=subject)[0]

    monkeypatch.setattr(grants, "_locked_use", unlocked)
    make.lists()
    cap = "  caps: [{scope: country, period: course_run, limit: 2, unit: seats}]\n"
    make.policy(make.policy_text(make.LDC_FREE, extra=cap))
    models.QuotaUse.objects.create(key=f"country:UG:{make.COURSE}")
    outcomes = race(*eight(lambda user: make.grant(user, cost=None)), atomic=True)
    assert len(values(outcomes)) > 2


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_grant_closed_by_eight_is_closed_once(isolation, atomic):
    make.programme(fund="60.00")
    grant = make.grant()

    def close(number):
        if number % 2:
            return api.commit_grant(grant.uuid, at=make.EVE).state
        return api.release_grant(grant.uuid, at=make.EVE, reason="race").state

    outcomes = race(*eight(close), isolation=isolation, atomic=atomic)
    assert len(set(values(outcomes))) == 1
    assert len(values(outcomes)) == 4
    assert balance() in ((4500, 0, 1500), (6000, 0, 0))


def applied():
    make.programme()
    who = make.applicant(1, "GU")
    return api.apply(who, offering_code=make.COURSE, note="I teach.", at=make.EVE)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_eight_reviewers_who_ask_at_one_moment_ask_once(isolation, atomic):
    one = applied()
    outcomes = race(
        *eight(lambda n: api.ask_for_more(one.uuid, by=n + 10, question=f"{n}?", at=make.EVE)),
        isolation=isolation, atomic=atomic,
    )  # fmt: skip
    assert len(values(outcomes)) == 1
    assert {type(error) for error in errors(outcomes)} == {OutOfTurn}
    (kept,) = api.list_messages(one.uuid)
    assert kept.text == api.get_application(one.uuid).reason


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_an_answer_and_a_decision_at_one_moment_lose_nothing(isolation, atomic):
    one = applied()
    api.ask_for_more(one.uuid, by=9, question="Where?", at=make.EVE)

    def write(number):
        if number % 2:
            return api.answer(one.uuid, by=1, text="In Suva.", at=make.EVE).state
        return api.refuse(one.uuid, by=9, reason="No.", at=make.EVE, read=1).state

    outcomes = race(*eight(write), isolation=isolation, atomic=atomic)
    (won,) = values(outcomes)
    assert api.get_application(one.uuid).state == won
    assert len(api.list_messages(one.uuid)) == (2 if won == "submitted" else 1)
    assert {type(error) for error in errors(outcomes)} <= {ApplicationClosed, OutOfTurn}


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_credit_sent_by_eight_counts_once_and_eight_credits_count_all(isolation, atomic):
    def credit(number):
        for key in ("same", f"own {number}"):
            api.credit_fund(Money("1.00", "USD"), key=key, reason="x", at=make.EVE)

    outcomes = race(*eight(credit), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert balance() == (900, 0, 0)


def test_the_database_itself_stops_a_fund_below_zero():
    make.credit("10.00")
    take = models.WaiverFund.objects.update
    outcomes = race(*(partial(take, available_minor=F("available_minor") - 300) for _ in EIGHT))
    assert len(values(outcomes)) == 3
    assert balance() == (100, 0, 0)


def kept_price(_=None):
    return api.keep_price(make.applicant(1), offering_code=make.COURSE, at=make.EVE)


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_in_eight_tabs_keeps_one_price(isolation, atomic):
    make.programme()
    outcomes = race(*eight(kept_price), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    assert len({kept.uuid for kept in values(outcomes)}) == 1
    assert models.PriceLock.objects.count() == 1


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_one_person_who_waits_for_the_fund_in_eight_tabs_keeps_one_price(isolation, atomic):
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit("1.00")

    def order(tab):
        with pytest.raises(FundEmpty):
            make.grant(1, key=f"tab {tab}")

    assert errors(race(*eight(order), isolation=isolation, atomic=atomic)) == []
    assert models.PriceLock.objects.count() == 1


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_two_activations_at_once_leave_one_active(isolation, atomic):
    make.lists()
    for percent in range(1, 9):
        text = make.policy_text(make.LDC_FREE.replace("percent: 100", f"percent: {percent}"))
        api.load_policy(text, file="policy.yaml", by="operator", at=make.LONG_AGO)

    def activate(number):
        return api.activate_policy(make.SLUG, by="operator", at=make.EVE, version=number)

    outcomes = race(*eight(activate), isolation=isolation, atomic=atomic)
    assert errors(outcomes) == []
    states = [policy.state for policy in api.list_policies()]
    assert sorted(states) == ["active", *["retired"] * 7]


@pytest.mark.parametrize(("isolation", "atomic"), WAYS)
def test_a_policy_that_eight_retire_is_retired_once(isolation, atomic):
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))

    def retire(number):
        return api.retire_policy(make.SLUG, by=f"operator {number}", at=make.EVE)

    outcomes = race(*eight(retire), isolation=isolation, atomic=atomic)
    assert [type(error) for error in errors(outcomes)] == [PolicyNotActive] * 7
    (retired,) = values(outcomes)
    assert api.list_policies() == (retired,)


def test_without_the_lock_activations_fail_on_the_unique_index(monkeypatch):
    def unlocked(slug):
        return list(models.PolicyVersion.objects.filter(slug=slug).order_by("version"))

    monkeypatch.setattr(policies, "_locked_versions", unlocked)
    make.lists()
    for percent in range(1, 9):
        text = make.policy_text(make.LDC_FREE.replace("percent: 100", f"percent: {percent}"))
        api.load_policy(text, file="policy.yaml", by="operator", at=make.LONG_AGO)

    def activate(number):
        return api.activate_policy(make.SLUG, by="operator", at=make.EVE, version=number)

    assert errors(race(*eight(activate), atomic=True, isolation=REPEATABLE_READ))
    assert [policy.state for policy in api.list_policies()].count("active") == 1
