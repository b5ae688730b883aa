"""The waiting list: who asked when nothing was left is served in their turn, and nobody before."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import Outcome
from waiver_policy.exceptions import (
    AlreadyEligible,
    ApplicationClosed,
    FundEmpty,
    GrantClosed,
    KeyReused,
    NotEligible,
)
from waiver_policy.rules.ranking import rank_of
from waiver_policy.selectors import decisions, replaying

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.EVE + timedelta(days=7)
SEATS = "  caps: [{scope: country, period: course_run, limit: 1, unit: seats}]\n"


def dollars(amount):
    return Money(amount, "USD")


def available():
    return str(api.fund_balance("USD").available.amount)


def place(user_id, offering=make.COURSE):
    return api.waiting_place(user_id, offering)


def wait(user_id, *, minutes=0, **more):
    """Ask in vain, so many minutes after the evening's start."""
    with pytest.raises((FundEmpty, NotEligible)) as caught:
        make.grant(user_id, at=make.EVE + timedelta(minutes=minutes), **more)
    assert caught.value.place == place(user_id, more.get("offering", make.COURSE))
    return caught.value.place


class TestWithoutMoney:
    @pytest.fixture(autouse=True)
    def programme(self):
        make.programme(fund="15.00")
        make.grant(99)

    def test_a_request_gets_a_place_and_keeps_it_when_it_comes_again(self):
        first = wait(1)
        assert (first.state, first.position, first.since, first.code) == (
            "waiting", 1, make.EVE, "FUND_EMPTY_WAITLISTED",
        )  # fmt: skip
        assert wait(1, minutes=5) == first
        assert models.WaiverDecision.objects.filter(user_id=1).count() == 1
        assert api.fund_balance("USD").waiting == 1

    def test_places_are_in_the_order_of_the_requests(self):
        for number in (3, 1, 2):
            wait(number, minutes=number)
        assert [place(number).position for number in (1, 2, 3)] == [1, 2, 3]
        assert [one.user_id for one in api.list_waiting("USD")] == [1, 2, 3]

    def test_money_that_comes_is_offered_to_who_waited_longest(self):
        wait(1), wait(2, minutes=1)
        make.credit("15.00", key="more")
        first = place(1)
        assert (first.state, first.position) == ("offered", 0)
        assert first.offered_until == (make.LONG_AGO + timedelta(days=14)).date()
        assert (place(2).state, place(2).position, available()) == ("waiting", 1, "0.00")

    def test_an_offer_is_taken_by_the_persons_own_request_with_its_own_key(self):
        wait(1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        held = place(1).grant_uuid
        taken = make.grant(1, key="order:1", at=LATER)
        assert (taken.uuid, taken.seat_cost, taken.state) == (held, dollars("15.00"), "reserved")
        assert make.grant(1, key="order:1", at=LATER) == taken
        assert place(1) is None
        with pytest.raises(NotEligible, match="ALREADY_GRANTED"):
            make.grant(1, key="another", at=LATER)
        assert api.commit_grant(held, at=LATER).state == "committed"

    def test_an_offer_stands_whatever_the_seat_costs_by_now(self):
        wait(1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        taken = make.grant(1, key="k", cost=dollars("20.00"), at=LATER)
        assert taken.seat_cost == dollars("15.00")
        assert make.grant(1, key="k", cost=dollars("20.00"), at=LATER) == taken

    def test_an_offer_is_no_more_once_its_days_are_over(self):
        wait(1), wait(2, minutes=1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        last = LATER + timedelta(days=14)
        assert api.expire_grants(at=last - timedelta(days=1)).grants == 0
        assert api.expire_grants(at=last).grants == 1
        assert place(1) is None
        assert place(2).state == "offered"
        assert models.WaitingPlace.objects.get(user_id=1).state == "expired"

    def test_who_comes_back_too_late_waits_again_behind_the_others(self):
        wait(1), wait(2, minutes=1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        late = LATER + timedelta(days=14)
        with pytest.raises(FundEmpty) as caught:
            make.grant(1, key="late", at=late)
        # what 1 did not use was freed on the way, and is 2's
        assert place(2).state == "offered"
        assert (caught.value.place.position, caught.value.place.since) in ((1, late), (2, late))
        assert api.check_funds() == ()

    def test_a_new_request_does_not_go_before_who_waits_even_where_there_is_money(self):
        wait(1, cost=dollars("40.00"))
        make.credit("20.00", key="more")
        assert available() == "20.00"
        newcomer = wait(2, minutes=1, cost=dollars("1.00"))
        assert newcomer.position == 2

    def test_serving_stops_at_the_first_who_cannot_be_paid(self):
        wait(1, cost=dollars("40.00")), wait(2, minutes=1)
        make.credit("30.00", key="more")
        assert (place(1).state, place(2).state, available()) == ("waiting", "waiting", "30.00")
        make.credit("25.00", key="rest")
        assert (place(1).state, place(2).state, available()) == ("offered", "offered", "0.00")

    def test_released_money_goes_to_who_waits(self):
        held = models.WaiverGrant.objects.get(user_id=99)
        wait(1)
        api.release_grant(held.uuid, at=LATER, reason="lapsed")
        assert place(1).state == "offered"

    def test_returned_money_goes_to_who_waits(self):
        held = models.WaiverGrant.objects.get(user_id=99)
        api.commit_grant(held.uuid, at=make.EVE)
        wait(1)
        assert api.return_grant(held.uuid, at=LATER, reason="refunded").state == "returned"
        assert place(1).state == "offered"

    def test_the_day_of_the_request_decides_also_later(self):
        # Lao PDR leaves the list the next day, and grace aside the request was in time
        wait(1, country="LA")
        make.credit("15.00", key="more")
        row = models.WaiverDecision.objects.get(grant__uuid=place(1).grant_uuid)
        assert (row.outcome, row.decided_on, row.reduction["percent"]) == (
            "granted", make.EVE.date(), "100",
        )  # fmt: skip
        assert replaying.replay(row) == decisions.to_decision(row)

    def test_who_has_an_offer_is_quoted_it_even_when_no_rule_would_give_it_any_more(self):
        wait(1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        make.policy(make.policy_text(make.LDC_FREE.replace("LDC", "SIDS")), at=LATER)
        decision = api.decide(make.applicant(1), offering_code=make.COURSE, at=LATER)
        assert (decision.outcome, str(decision.percent)) == (Outcome.GRANTED, "100 %")
        assert [reason.code for reason in decision.reasons] == ["WAITING_LIST_OFFER"]
        assert "a waiver of 100 per cent is held for you" in " ".join(api.explain(decision))

    def test_leaving_gives_the_place_up(self):
        wait(1), wait(2, minutes=1)
        assert api.leave_waiting_list(1, make.COURSE, at=LATER) is True
        assert (place(1), place(2).position) == (None, 1)
        assert api.leave_waiting_list(1, make.COURSE, at=LATER) is False
        assert api.check_funds() == ()

    def test_leaving_with_an_offer_gives_it_to_the_next(self):
        wait(1), wait(2, minutes=1)
        make.credit("15.00", key="more")
        assert api.leave_waiting_list(1, make.COURSE, at=LATER) is True
        assert (place(1), place(2).state) == (None, "offered")
        assert api.check_funds() == ()

    def test_an_order_that_lapses_leaves_the_offer_with_the_person_while_it_stands(self):
        wait(1), wait(2, minutes=1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        held = make.grant(1, key="order:1", at=LATER)
        api.release_grant(held.uuid, at=LATER + timedelta(hours=1), reason="expired")
        assert (place(1).state, place(1).grant_uuid) == ("offered", held.uuid)
        again = make.grant(1, key="order:2", at=LATER + timedelta(hours=2))
        assert again.uuid == held.uuid
        api.release_grant(held.uuid, at=LATER + timedelta(days=14), reason="expired")
        assert (place(1), place(2).state) == (None, "offered")
        assert api.check_funds() == ()

    @pytest.mark.parametrize("is_over", [False, True])
    def test_the_key_of_an_order_that_lapsed_asks_for_nothing_else(self, is_over):
        wait(1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        held = make.grant(1, key="order:1", at=LATER)
        api.release_grant(held.uuid, at=LATER, reason="expired")
        if is_over:
            api.leave_waiting_list(1, make.COURSE, at=LATER)
        others = [(1, make.COURSE, "9.00"), (1, "another", "15.00"), (2, make.COURSE, "15.00")]
        for user_id, offering, cost in others:
            with pytest.raises(KeyReused):
                make.grant(user_id, key="order:1", offering=offering, cost=dollars(cost), at=LATER)
        again = make.grant(1, key="order:1", at=LATER)
        assert (again.uuid == held.uuid) is not is_over
        assert api.check_funds() == ()

    def test_a_key_may_lapse_twice(self):
        wait(1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        for _ in range(2):
            held = make.grant(1, key="order:1", at=LATER)
            api.release_grant(held.uuid, at=LATER, reason="expired")
        assert place(1).state == "offered"
        assert api.check_funds() == ()

    def test_a_place_that_was_never_served_lapses_after_the_days_of_the_setting(self, settings):
        settings.WAIVER_POLICY_WAITING_DAYS = 30
        wait(1)
        assert api.expire_grants(at=make.EVE + timedelta(days=30)).places == 0
        assert api.expire_grants(at=make.EVE + timedelta(days=31)).places == 1
        assert place(1) is None
        assert api.fund_balance("USD").waiting == 0

    def test_funds_of_two_currencies_have_two_lists(self):
        wait(1, cost=Money("10.00", "CHF"))
        make.credit("15.00", key="more")
        assert make.grant(2).seat_cost == dollars("15.00")
        assert (place(1).state, place(1).position) == ("waiting", 1)


class TestFullLimits:
    @pytest.fixture(autouse=True)
    def lists(self):
        make.lists()
        make.policy(make.policy_text(make.LDC_FREE, extra=SEATS))
        make.credit("60.00")

    def test_a_full_country_waits_for_its_seat_and_holds_up_nobody_else(self):
        make.grant(1)
        waiting = wait(2)
        assert (waiting.code, api.fund_balance("USD").waiting) == ("QUOTA_COUNTRY", 0)
        assert make.grant(3, country="ET")
        assert make.grant(4, offering="another run")

    def test_a_seat_that_becomes_free_is_offered_in_turn_and_to_no_newcomer(self, monkeypatch):
        first = make.grant(1)
        wait(2), wait(3, minutes=1)
        monkeypatch.setattr("waiver_policy.services.waiting._serve_quietly", lambda *_, **__: None)
        api.release_grant(first.uuid, at=LATER, reason="no show")
        wait(4, minutes=2)
        monkeypatch.undo()
        api.serve_waiting_list("USD", at=LATER)
        assert [place(n).state for n in (2, 3, 4)] == ["offered", "waiting", "waiting"]
        assert [place(n).position for n in (2, 3, 4)] == [0, 1, 2]
        assert api.check_funds() == ()

    def test_who_waits_for_a_seat_of_a_country_does_not_stop_who_waits_for_money(self):
        make.grant(1, cost=dollars("60.00"))
        wait(2)
        wait(3, country="ET", minutes=1)
        make.credit("15.00", key="more")
        assert (place(2).state, place(3).state) == ("waiting", "offered")

    def test_who_gets_a_seat_of_the_country_may_still_wait_for_money(self):
        held = make.grant(1, cost=dollars("60.00"))
        wait(2)
        api.claw_back_fund(dollars("60.00"), key="r", reason="x", at=LATER)
        api.release_grant(held.uuid, at=LATER, reason="no show")
        assert (place(2).state, api.fund_balance("USD").waiting) == ("waiting", 1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=LATER)
        assert place(2).state == "offered"
        assert api.check_funds() == ()

    def test_seats_that_cost_nothing_have_a_list_too(self):
        first = make.grant(1, cost=None)
        wait(2, cost=None)
        api.release_grant(first.uuid, at=LATER, reason="no show")
        assert place(2).state == "offered"

    def test_a_year_s_money_is_there_again_the_next_year(self):
        cap = '  caps: [{scope: fund, period: year, limit: "15.00", unit: USD}]\n'
        make.policy(make.policy_text(make.LDC_FREE, extra=cap), at=make.EVE)
        make.grant(1)
        assert wait(2).code == "QUOTA_FUND"
        api.serve_waiting_list("USD", at=LATER)
        assert place(2).state == "waiting"
        api.serve_waiting_list("USD", at=make.EVE + timedelta(days=60))
        assert place(2).state == "offered"

    def test_a_person_s_limit_is_no_reason_to_wait(self):
        cap = "  caps: [{scope: person, period: P12M, any_of: [{grants: 1}]}]\n"
        make.policy(make.policy_text(make.LDC_FREE, extra=cap), at=make.EVE)
        make.grant(1)
        with pytest.raises(NotEligible, match="QUOTA_PERSON") as caught:
            make.grant(1, offering="another")
        assert (caught.value.place, place(1, "another")) == (None, None)


class TestTheOrder:
    def test_is_by_time_unless_the_policy_ranks(self):
        assert rank_of((), rule="ldc", membership="LDC-1/UG/1971-11-18") == 0

    @pytest.mark.parametrize(
        ("rule", "membership", "rank"),
        [("ldc", None, 0), ("other", "LDC-1/UG/1971-11-18", 0), ("x", "SIDS-2/FJ/1994-01-01", 1),
         ("other", None, 2), (None, None, 2)],
    )  # fmt: skip
    def test_is_by_the_place_of_rule_or_list_in_the_ranking(self, rule, membership, rank):
        assert rank_of(("LDC", "sids"), rule=rule, membership=membership) == rank

    def test_of_a_policy_that_ranks_is_kept_when_money_comes(self):
        make.lists()
        half = (
            "  - {label: sids, when: {in_group: {group: SIDS}}, "
            "benefit: {kind: percent_off, percent: 100}}\n"
        )
        make.policy(make.policy_text(make.LDC_FREE + half, extra="  ranking: [ldc, sids]\n"))
        wait(1, country="FJ")
        wait(2, country="UG", minutes=1)
        assert [place(n).position for n in (1, 2)] == [2, 1]
        make.credit("15.00")
        assert [place(n).state for n in (1, 2)] == ["waiting", "offered"]


class TestTheWords:
    def test_say_since_when_and_how_many_are_before(self):
        make.programme(fund="0.01")
        for number in (1, 2, 3):
            wait(number, minutes=number)
        told = [api.waiting_sentence(place(number)) for number in (1, 2, 3)]
        assert told[0].startswith(
            "You have been on the waiting list since 23 November 2026. You are"
        )
        assert told[1].endswith("1 person is before you.")
        assert told[2].endswith("2 people are before you.")

    def test_say_how_long_an_offer_stands(self):
        make.programme(fund="0.01")
        wait(1)
        api.credit_fund(dollars("15.00"), key="more", reason="x", at=datetime(
            2026, 12, 1, tzinfo=make.EVE.tzinfo))  # fmt: skip
        assert place(1).offered_until == date(2026, 12, 15)
        assert "up to and including 14 December 2026 (UTC)" in api.waiting_sentence(place(1))


class TestExpiry:
    @pytest.fixture(autouse=True)
    def programme(self):
        make.programme()

    def test_frees_money_and_room_of_what_was_not_used_in_time_and_only_once(self):
        grant = make.grant()
        due = make.EVE + timedelta(days=180)
        assert api.expire_grants(at=due - timedelta(days=1)).grants == 0
        assert [api.expire_grants(at=due).grants for _ in range(2)] == [1, 0]
        assert available() == "60.00"
        assert [e.kind for e in api.list_fund_entries("USD")] == [
            "donation", "reserved", "expired",
        ]  # fmt: skip
        assert not models.QuotaSubject.objects.exclude(used=0).exists()
        assert models.WaiverGrant.objects.get(uuid=grant.uuid).state == "expired"
        assert api.check_funds() == ()

    def test_leaves_what_is_spent(self):
        api.commit_grant(make.grant().uuid, at=make.EVE)
        assert api.expire_grants(at=make.EVE + timedelta(days=400)).grants == 0

    def test_leaves_what_an_open_order_holds_until_the_order_is_over(self):
        last = make.EVE + timedelta(days=180)
        end = last + timedelta(minutes=60)
        api.grant(
            make.applicant(), offering_code=make.COURSE, full_seat_cost=make.SEAT, key="k",
            at=make.EVE, held_until=end,
        )  # fmt: skip
        assert api.expire_grants(at=end - timedelta(seconds=1)).grants == 0
        assert api.expire_grants(at=end).grants == 1

    def test_is_an_act_and_not_a_clock_a_payment_before_it_finds_the_grant(self):
        grant = make.grant()
        after = make.EVE + timedelta(days=181)
        assert api.commit_grant(grant.uuid, at=after).state == "committed"

    def test_is_final(self):
        grant = make.grant()
        after = make.EVE + timedelta(days=181)
        api.expire_grants(at=after)
        with pytest.raises(GrantClosed, match="is expired already"):
            api.commit_grant(grant.uuid, at=after)
        assert api.release_grant(grant.uuid, at=after, reason="x").state == "expired"

    def test_makes_room_for_a_new_request_of_the_same_person_at_once(self):
        first = make.grant(key="a")
        after = make.EVE + timedelta(days=181)
        second = make.grant(key="b", at=after)
        assert second.uuid != first.uuid
        assert models.WaiverGrant.objects.get(uuid=first.uuid).state == "expired"
        assert available() == "45.00"


class TestAReturn:
    @pytest.fixture(autouse=True)
    def programme(self):
        make.programme()

    def test_frees_what_was_spent_and_keeps_the_record(self):
        grant = make.grant()
        api.commit_grant(grant.uuid, at=make.EVE)
        for _ in range(2):
            assert api.return_grant(grant.uuid, at=LATER, reason="refund").state == "returned"
        assert available() == "60.00"
        row = models.WaiverGrant.objects.get(uuid=grant.uuid)
        assert (row.release_reason, row.live_key, row.cost_minor) == ("refund", None, 1500)
        assert make.grant(key="again").uuid != grant.uuid
        assert api.check_funds() == ()

    def test_is_only_of_what_was_spent(self):
        grant = make.grant()
        with pytest.raises(GrantClosed, match="is reserved already"):
            api.return_grant(grant.uuid, at=LATER, reason="refund")
        assert available() == "45.00"


class TestAnApprovedApplication:
    """It waits with its place, and comes back from the list with an offer."""

    @pytest.fixture(autouse=True)
    def nothing_left(self):
        make.programme(fund="15.00")
        self.first = make.grant(99)
        applied = make.apply(user_id=1)
        self.uuid = api.approve(
            applied.uuid, by=9, reason="So.", award=Percent(100), at=make.EVE
        ).uuid

    def state(self):
        return api.get_application(self.uuid).state

    def test_is_on_the_waiting_list_when_there_is_no_money_for_its_seat(self):
        assert self.state() == "approved"
        wait(1, country="GU")
        assert self.state() == "waitlisted"
        assert [step.action for step in api.list_steps(self.uuid)][-1] == "waitlist"
        wait(1, country="GU", minutes=5)
        assert [step.action for step in api.list_steps(self.uuid)].count("waitlist") == 1

    def test_is_approved_again_with_the_offer(self):
        wait(1, country="GU")
        api.release_grant(self.first.uuid, at=LATER, reason="x")
        assert (place(1).state, self.state()) == ("offered", "approved")
        assert make.grant(1, country="GU", at=LATER).state == "reserved"

    def test_is_approved_still_when_the_place_is_left(self):
        wait(1, country="GU")
        api.leave_waiting_list(1, make.COURSE, at=LATER)
        assert self.state() == "approved"
        api.release_grant(self.first.uuid, at=LATER, reason="x")
        assert make.grant(1, country="GU", at=LATER).state == "reserved"

    def test_is_decided_and_nothing_to_withdraw_or_to_review(self):
        wait(1, country="GU")
        with pytest.raises(ApplicationClosed, match="waitlisted already"):
            api.withdraw(self.uuid, by=1, at=LATER)
        with pytest.raises(ApplicationClosed):
            api.refuse(self.uuid, by=8, reason="No.", code="other", at=LATER)

    def test_is_asked_for_once_however_often_the_learner_applies(self):
        wait(1, country="GU")
        with pytest.raises(AlreadyEligible):
            make.apply(user_id=1, at=LATER)

    def test_of_another_offering_stays_where_it_is(self):
        wait(1, country="UG", offering="another")
        assert self.state() == "approved"


def test_room_that_a_seat_of_no_cost_frees_is_for_who_waits_for_a_seat_that_costs():
    # given a country with one seat, taken by somebody whose seat costs the fund nothing
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE, extra=SEATS))
    make.credit()
    free = make.grant(1, cost=None)
    wait(2)

    # when
    api.release_grant(free.uuid, at=LATER, reason="x")

    # then
    assert place(2).state == "offered"


def test_room_that_a_seat_of_a_fund_frees_is_for_who_waits_for_a_seat_of_no_cost():
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE, extra=SEATS))
    make.credit()
    paid = make.grant(1)
    wait(2, cost=None)
    api.commit_grant(paid.uuid, at=make.EVE)
    api.return_grant(paid.uuid, at=LATER, reason="refunded")
    assert place(2).state == "offered"


class TestOnePlaceThatCannotBeServed:
    def test_holds_up_nobody_else(self, monkeypatch):
        make.programme(fund="15.00")
        make.grant(99)
        wait(1), wait(2, minutes=1)
        models.DecisionFacts.objects.filter(decision__user_id=1).forget()
        make.credit("15.00", key="more")
        assert (place(1).state, place(2).state) == ("waiting", "offered")


def test_a_second_place_of_an_old_snapshot_gives_way_when_the_offer_comes_back():
    # given somebody whose order holds an offer, and a place by a request with an old snapshot
    make.programme(fund="15.00")
    first = make.grant(99)
    wait(1)
    api.release_grant(first.uuid, at=LATER, reason="x")
    taken = make.grant(1, key="order:1", at=LATER)
    whole = models.WaitingPlace.objects.get()
    models.WaitingPlace.objects.create(
        user_id=1, offering_code=make.COURSE, decision=whole.decision, full_cost_minor=1500,
        currency="USD", requested_at=LATER, live_key=f"1:{make.COURSE}",
    )  # fmt: skip
    models.WaiverFund.objects.update(waiting=1)

    # when
    api.release_grant(taken.uuid, at=LATER, reason="order lapsed")

    # then
    assert (place(1).state, api.fund_balance("USD").waiting) == ("offered", 0)
    assert api.check_funds() == ()
