"""Grants and the fund: held, spent, freed, never more than there is."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.exceptions import (
    FundEmpty,
    GrantClosed,
    KeyReused,
    NotEligible,
    UnknownGrant,
)
from waiver_policy.selectors import decisions, replaying
from waiver_policy.services import grants

pytestmark = pytest.mark.django_db


def dollars(amount):
    return Money(amount, "USD")


def balance():
    found = api.fund_balance("USD")
    return tuple(str(m.amount) for m in (found.available, found.reserved, found.committed))


@pytest.fixture
def programme():
    make.programme()


@pytest.mark.usefixtures("programme")
class TestAGrant:
    def test_holds_the_waived_part_of_the_seats_cost(self):
        grant = make.grant(country="FJ")
        assert grant.seat_cost == dollars("11.25")
        assert balance() == ("48.75", "11.25", "0.00")

    def test_is_spent_when_the_seat_is_taken_and_only_once(self):
        grant = make.grant()
        for _ in range(2):
            assert api.commit_grant(grant.uuid, at=make.EVE).state == "committed"
        assert balance() == ("45.00", "0.00", "15.00")

    def test_is_free_again_when_the_seat_is_not_taken_and_only_once(self):
        grant = make.grant()
        for _ in range(2):
            released = api.release_grant(grant.uuid, at=make.EVE, reason="lapsed")
            assert released.state == "released"
        assert balance() == ("60.00", "0.00", "0.00")

    def test_cannot_be_released_once_spent_nor_spent_once_released(self):
        spent, freed = make.grant(1), make.grant(2)
        api.commit_grant(spent.uuid, at=make.EVE)
        api.release_grant(freed.uuid, at=make.EVE, reason="lapsed")
        before = balance()
        with pytest.raises(GrantClosed, match="is committed already"):
            api.release_grant(spent.uuid, at=make.EVE, reason="late")
        with pytest.raises(GrantClosed, match="is released already"):
            api.commit_grant(freed.uuid, at=make.EVE)
        assert balance() == before

    def test_is_the_first_one_when_the_key_comes_again(self):
        assert make.grant(key="k") == make.grant(key="k")
        assert balance() == ("45.00", "15.00", "0.00")

    def test_is_the_first_one_when_the_same_key_won_after_we_looked(self, monkeypatch):
        first = make.grant(key="k")
        monkeypatch.setattr(grants, "_look", lambda wish: (None, None))

        assert make.grant(key="k") == first
        assert balance() == ("45.00", "15.00", "0.00")
        with pytest.raises(NotEligible, match="ALREADY_GRANTED"):
            make.grant(key="another")

    @pytest.mark.parametrize(
        "other", [{"user_id": 2}, {"offering": "other"}, {"cost": dollars("1")}, {"cost": None}]
    )
    def test_is_refused_when_the_key_was_for_something_else(self, other):
        make.grant(key="k")
        with pytest.raises(KeyReused, match="“k” was used before"):
            make.grant(**{"user_id": 1, "key": "k", **other})
        assert models.WaiverGrant.objects.count() == 1

    @pytest.mark.parametrize("cost", [None, dollars(0)])
    def test_takes_nothing_when_the_seat_costs_nothing(self, cost):
        assert make.grant(cost=cost).seat_cost is None
        assert balance() == ("60.00", "0.00", "0.00")

    def test_takes_nothing_from_a_fund_of_another_currency(self):
        with pytest.raises(FundEmpty):
            make.grant(cost=Money("15.00", "CHF"))
        assert balance() == ("60.00", "0.00", "0.00")

    def test_lapses_after_the_days_of_the_policy(self):
        assert make.grant().expires_on == make.EVE.date() + timedelta(days=180)

    def test_is_refused_to_who_holds_one_for_the_offering(self):
        make.grant(key="a")
        with pytest.raises(NotEligible, match="ALREADY_GRANTED"):
            make.grant(key="b")
        assert balance() == ("45.00", "15.00", "0.00")

    def test_is_for_one_offering_and_another_run_asks_anew(self):
        first = make.grant(country="GM")
        shrunk = make.list_text({"iso3166_alpha2": "GM", "until_date": "2020-01-01"})
        make.lists(shrunk, known_from=make.EVE)
        with pytest.raises(NotEligible, match="NOT_LISTED"):
            make.grant(country="GM", offering="spectrum-2027")
        assert api.commit_grant(first.uuid, at=make.EVE).offering_code == make.COURSE

    def test_of_what_a_person_approved_is_for_one_offering_too(self):
        guam = make.applicant(1, "GU")
        asked = api.apply(guam, offering_code=make.COURSE, note="x", at=make.EVE)
        api.approve(asked.uuid, by=9, reason="Yes", award=Percent(50), at=make.EVE)
        assert make.grant(country="GU").percent == Percent(50)
        with pytest.raises(NotEligible, match="REVIEW_NEEDED"):
            make.grant(country="GU", offering="spectrum-2027")

    def test_can_be_had_again_after_a_release(self):
        first = make.grant(key="a")
        api.release_grant(first.uuid, at=make.EVE, reason="lapsed")
        assert make.grant(key="b").uuid != first.uuid

    def test_is_refused_with_the_decision_kept(self):
        with pytest.raises(NotEligible, match="NOT_LISTED") as caught:
            make.grant(country="CH")
        assert decisions.to_decision(models.WaiverDecision.objects.get()) == caught.value.decision
        assert balance() == ("60.00", "0.00", "0.00")

    def test_waits_when_the_fund_is_empty_and_the_decision_replays(self):
        for user_id in range(1, 5):
            make.grant(user_id)
        with pytest.raises(FundEmpty, match="waiting list") as caught:
            make.grant(5)
        row = models.WaiverDecision.objects.last()
        assert (row.outcome, row.reduction) == ("waitlisted", {"percent": "0", "steps": []})
        assert replaying.replay(row) == decisions.to_decision(row) == caught.value.decision
        assert caught.value.place == api.waiting_place(5, make.COURSE)
        assert balance() == ("0.00", "60.00", "0.00")

    def test_has_its_records_written_as_django_would_write_them(self):
        grant = make.grant()
        row = models.WaiverGrant.objects.get(uuid=grant.uuid)
        assert (row.decision.user_id, row.granted_at, row.held_until) == (1, make.EVE, None)
        assert row.counts_for == {
            "person:1": 1, f"country:UG:{make.COURSE}": 1, "fund:USD:2026": 1500,
        }  # fmt: skip
        assert row.decision.facts.inputs["country"] == "UG"
        assert [(use.day, use.label) for use in row.quota_uses.all()] == [
            (make.EVE.date(), "ldc"),
        ]  # fmt: skip

    def test_that_is_not_there_is_not_found(self):
        with pytest.raises(UnknownGrant, match="There is no waiver grant"):
            api.commit_grant(uuid4(), at=make.EVE)


class TestLimits:
    @pytest.fixture(autouse=True)
    def lists(self):
        make.lists()
        make.credit("60000.00")

    def limit(self, caps):
        make.policy(make.policy_text(make.LDC_FREE, extra=f"  caps: [{caps}]\n"))

    def test_a_person_has_three_grants_in_twelve_months_and_a_fourth_a_year_later(self):
        self.limit("{scope: person, period: P12M, any_of: [{grants: 3}]}")
        for number in range(3):
            make.grant(offering=f"c{number}")
        with pytest.raises(NotEligible, match="QUOTA_PERSON"):
            make.grant(offering="c4", at=make.EVE + timedelta(days=364))
        assert make.grant(offering="c4", at=make.EVE + timedelta(days=365), key="later")

    def test_a_country_has_so_many_seats_in_a_course_run(self):
        self.limit("{scope: country, period: course_run, limit: 2, unit: seats}")
        make.grant(1), make.grant(2)
        with pytest.raises(NotEligible, match="QUOTA_COUNTRY") as caught:
            make.grant(3)
        assert caught.value.decision.outcome == "waitlisted"
        assert make.grant(4, country="ET")
        assert make.grant(3, offering="another run")

    def test_a_released_seat_counts_no_more(self):
        self.limit("{scope: country, period: course_run, limit: 1, unit: seats}")
        first = make.grant(1)
        api.release_grant(first.uuid, at=make.EVE, reason="no show")
        assert make.grant(2)

    def test_the_year_has_so_much_money(self):
        self.limit('{scope: fund, period: year, limit: "20.00", unit: USD}')
        make.grant(1)
        with pytest.raises(FundEmpty) as caught:
            make.grant(2)
        assert [r.code for r in caught.value.decision.reasons] == ["LIST_MEMBER", "QUOTA_FUND"]
        assert make.grant(2, at=make.EVE + timedelta(days=60), key="next year")


def approved(user_id):
    asked = api.apply(make.applicant(user_id), offering_code=make.COURSE, note="x", at=make.EVE)
    api.approve(asked.uuid, by=9, reason="Yes", award=Percent(50), at=make.EVE)
    return user_id


def test_a_grant_that_a_person_approved_counts_under_the_rule_that_asked_them():
    travel = (
        "  - {label: partial, when: {in_group: {group: LDC}},"
        " benefit: {kind: in_kind, items: [air_ticket]}}\n"
    )
    cap = (
        "  unit: nomination\n"
        "  caps: [{scope: country, period: course_run, any_of: [{full: 1}, {partial: 2}]}]\n"
    )
    make.lists()
    make.policy(make.policy_text(travel, extra=cap))
    make.grant(approved(1), cost=None)
    make.grant(approved(2), cost=None)
    with pytest.raises(NotEligible, match="QUOTA_COUNTRY"):
        make.grant(approved(3), cost=None)
    assert {use.label for use in models.QuotaUse.objects.all()} == {"partial"}
    row = models.WaiverDecision.objects.filter(outcome="granted").last()
    assert replaying.replay(row) == decisions.to_decision(row)
