"""A price that was kept: the rules of one day until another, for the same country."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils.formats import date_format

from factories import waiver_policy as make
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import Outcome
from waiver_policy.exceptions import AlreadyEligible, FundEmpty, NotEligible, NothingToKeep
from waiver_policy.selectors import decisions, replaying

pytestmark = pytest.mark.django_db

LAST_SECOND = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
TWO_DAYS_LATER = make.EVE + timedelta(days=2)
HALF = make.LDC_FREE.replace("percent: 100", "percent: 50")


@pytest.fixture(autouse=True)
def without_grace():
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit()


def decide(country="NP", *, at=TWO_DAYS_LATER, user_id=1):
    return api.decide(make.applicant(user_id, country), offering_code=make.COURSE, at=at)


def keep(country="NP", *, at=make.EVE, user_id=1):
    return api.keep_price(make.applicant(user_id, country), offering_code=make.COURSE, at=at)


def codes(decision):
    return [reason.code for reason in decision.reasons]


class TestAResidentOfNepal:
    """N3: on 23 November 2026 on the list, on the 24th not any more."""

    def test_pays_in_full_on_25_november_without_having_asked_before(self):
        assert decide().outcome is Outcome.REFUSED

    def test_gets_the_tier_on_25_november_who_kept_the_price_on_the_23rd(self):
        kept = keep()
        decision = decide()
        assert (kept.since, kept.until) == (date(2026, 11, 23), date(2026, 12, 23))
        assert (decision.outcome, decision.percent) == (Outcome.GRANTED, Percent(100))
        assert codes(decision) == ["LIST_MEMBER", "LIST_STATUS_PROVISIONAL", "PRICE_LOCKED"]
        assert (decision.decided_on, decision.at) == (date(2026, 11, 23), TWO_DAYS_LATER)
        assert make.grant(1, country="NP", at=TWO_DAYS_LATER).percent == Percent(100)

    def test_gets_the_tier_who_applied_in_time(self):
        with pytest.raises(AlreadyEligible):
            api.apply(make.applicant(1, "NP"), offering_code=make.COURSE, note="x", at=make.EVE)
        assert decide().is_granted

    def test_gets_the_tier_whose_order_was_not_paid_in_time(self):
        grant = make.grant(1, country="NP", at=make.EVE)
        api.release_grant(grant.uuid, at=make.EVE, reason="expired")
        assert make.grant(1, country="NP", key="again", at=TWO_DAYS_LATER).percent == Percent(100)

    def test_gets_the_tier_who_was_on_the_waiting_list_once_there_is_money(self):
        for number in range(2, 6):
            make.grant(number)
        with pytest.raises(FundEmpty):
            make.grant(1, country="NP", at=make.EVE)
        assert decide().is_granted
        make.credit("15.00", key="more")
        api.serve_waiting_list("USD", at=TWO_DAYS_LATER)
        assert make.grant(1, country="NP", at=TWO_DAYS_LATER).percent == Percent(100)

    def test_waits_for_the_fund_all_the_same(self):
        keep()
        for number in range(2, 6):
            make.grant(number)
        with pytest.raises(FundEmpty):
            make.grant(1, country="NP", at=TWO_DAYS_LATER)

    def test_is_told_in_words_until_when(self):
        keep()
        told = " ".join(api.explain(decide()))
        until = date_format(date(2026, 12, 23), "DATE_FORMAT")
        assert f"kept for you, up to but not including {until} (UTC)" in told


@pytest.mark.parametrize(
    ("kept_at", "asked_at"),
    [
        (LAST_SECOND, MIDNIGHT),
        (datetime.fromisoformat("2026-11-24T13:59:59+14:00"), MIDNIGHT),
        (datetime.fromisoformat("2026-11-23T12:59:59-11:00"), MIDNIGHT),
    ],
)
def test_the_last_second_of_the_utc_day_is_in_time_wherever_the_learner_is(kept_at, asked_at):
    keep(at=kept_at)
    assert decide(at=asked_at).is_granted


@pytest.mark.parametrize(
    "late",
    [
        MIDNIGHT,
        datetime.fromisoformat("2026-11-24T14:00:00+14:00"),
        datetime.fromisoformat("2026-11-23T13:00:00-11:00"),
    ],
)
def test_midnight_utc_is_too_late_wherever_the_learner_is(late):
    with pytest.raises(NothingToKeep):
        keep(at=late)


class TestAKeptPrice:
    def test_holds_for_so_many_days_and_not_longer(self, settings):
        settings.WAIVER_POLICY_PRICE_LOCK_DAYS = 7
        assert keep().until == date(2026, 11, 30)
        last = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)
        assert decide(at=last).is_granted
        assert not decide(at=last + timedelta(seconds=1)).is_granted

    def test_is_not_renewed_by_asking_again(self):
        first = keep()
        assert keep(at=TWO_DAYS_LATER) == first
        make.grant(1, country="NP", at=TWO_DAYS_LATER)
        assert models.PriceLock.objects.get().until == first.until

    def test_makes_room_for_a_new_one_when_its_time_is_over(self):
        first = keep("UG")
        later = make.EVE + timedelta(days=30)
        assert keep("UG", at=later).until == date(2027, 1, 22)
        ended = models.PriceLock.objects.get(uuid=first.uuid)
        assert (ended.live_key, ended.end_reason) == (None, "expired")

    def test_is_not_made_where_it_is_switched_off_and_an_older_one_stands(self, settings):
        keep()
        settings.WAIVER_POLICY_PRICE_LOCK_DAYS = 0
        assert decide().is_granted
        with pytest.raises(NothingToKeep):
            keep(user_id=2)
        make.grant(2)
        assert models.PriceLock.objects.count() == 1

    def test_never_makes_the_learner_pay_more_than_today(self):
        make.policy(make.policy_text(HALF), at=make.EVE)
        keep("UG")
        make.policy(make.policy_text(make.LDC_FREE), at=make.EVE + timedelta(hours=1))
        decision = decide("UG")
        assert (decision.percent, codes(decision)) == (Percent(100), ["LIST_MEMBER"])
        assert decision.policy_version == 3

    def test_keeps_the_policy_when_a_new_one_gives_less(self):
        keep("UG")
        make.policy(make.policy_text(HALF), at=make.EVE)
        assert (decide("UG").percent, decide("UG").policy_version) == (Percent(100), 1)
        assert decide("UG", user_id=2).percent == Percent(50)

    def test_stands_when_the_policy_is_retired(self):
        keep("UG")
        api.retire_policy(make.SLUG, by="Ines", at=make.EVE)
        assert decide("UG").is_granted
        assert codes(decide("UG", user_id=2)) == ["NO_ACTIVE_POLICY"]

    def test_ends_with_its_use(self):
        keep()
        grant = make.grant(1, country="NP", at=make.EVE)
        api.commit_grant(grant.uuid, at=make.EVE)
        assert models.PriceLock.objects.get().end_reason == "used"
        assert decide().outcome is Outcome.REFUSED

    def test_is_for_one_offering(self):
        keep()
        elsewhere = api.decide(make.applicant(1, "NP"), offering_code="x", at=TWO_DAYS_LATER)
        assert elsewhere.outcome is Outcome.REFUSED

    def test_is_no_earlier_than_itself(self):
        keep()
        before = make.EVE - timedelta(hours=1)
        assert "PRICE_LOCKED" not in codes(decide(at=before))

    def test_of_a_review_keeps_the_review(self):
        manual = "  - {label: ldc, when: {in_group: {group: LDC}}, route: manual_review, "
        make.policy(
            make.policy_text(manual + "benefit: {kind: percent_off, percent: 75}}\n"), at=make.EVE
        )
        application = api.apply(
            make.applicant(1, "NP"), offering_code=make.COURSE, note="x", at=make.EVE
        )
        assert decide().outcome is Outcome.REVIEW
        approved = api.approve(application.uuid, by=9, reason="yes", at=TWO_DAYS_LATER)
        assert decide().percent == approved.award == Percent(75)

    def test_is_told_to_who_asks(self):
        kept = keep()
        asked = {"offering_code": make.COURSE, "at": TWO_DAYS_LATER}
        assert api.price_kept(make.applicant(1, "NP"), **asked) == kept
        assert api.price_kept(make.applicant(1, "US"), **asked) is None
        assert api.price_kept(make.applicant(2, "NP"), **asked) is None

    @pytest.mark.parametrize("country", ["CH", "", "ZZ"])
    def test_needs_a_price_to_keep(self, country):
        with pytest.raises(NothingToKeep, match="no price to keep") as caught:
            keep(country)
        assert not caught.value.decision.is_granted
        assert not models.PriceLock.objects.exists()

    def test_replays_although_list_and_policy_have_changed(self):
        keep()
        text = make.list_text({"iso3166_alpha2": "NP", "until_date": "2020-01-01"})
        make.lists(text, known_from=TWO_DAYS_LATER)
        make.policy(make.policy_text(HALF), at=TWO_DAYS_LATER)
        uuid = make.grant(1, country="NP", at=TWO_DAYS_LATER).decision_uuid
        row = models.WaiverDecision.objects.get(uuid=uuid)
        assert row.editions == ["LDC-1"]
        assert replaying.replay(row) == decisions.to_decision(row)


class TestAnotherCountry:
    def test_ends_what_was_kept_and_the_learner_is_told(self):
        keep()
        decision = decide("US")
        assert (decision.outcome, codes(decision)) == (
            Outcome.REFUSED, ["NOT_LISTED", "COUNTRY_CHANGED"],
        )  # fmt: skip
        assert "is not the one that you had here before" in " ".join(api.explain(decision))

    def test_that_would_get_a_waiver_is_looked_at_by_a_person(self):
        keep()
        decision = decide("UG")
        assert (decision.outcome, decision.percent) == (Outcome.REVIEW, Percent(0))
        assert codes(decision) == ["LIST_MEMBER", "COUNTRY_CHANGED", "REVIEW_NEEDED"]
        application = api.apply(
            make.applicant(1, "UG"), offering_code=make.COURSE, note="moved", at=TWO_DAYS_LATER
        )
        assert application.proposed == Percent(100)
        row = models.WaiverDecision.objects.last()
        assert replaying.replay(row) == decisions.to_decision(row)
        approved = api.approve(application.uuid, by=9, reason="seen", at=TWO_DAYS_LATER)
        assert decide("UG").percent == approved.award

    def test_of_a_refusal_before_is_looked_at_too(self):
        with pytest.raises(NotEligible):
            make.grant(1, country="US")
        assert decide("UG").outcome is Outcome.REVIEW
        with pytest.raises(NotEligible, match="COUNTRY_CHANGED"):
            make.grant(1, country="UG", key="again")

    def test_is_forgotten_after_ninety_days(self):
        with pytest.raises(NotEligible):
            make.grant(1, country="US")
        last = make.EVE + timedelta(days=90)
        assert decide("UG", at=last - timedelta(seconds=1)).outcome is Outcome.REVIEW
        assert decide("UG", at=last).is_granted

    def test_does_not_count_where_it_was_none(self):
        for number, slip in enumerate(("", "ZZ", "ug")):
            with pytest.raises(NotEligible):
                make.grant(1, country=slip, key=f"key {number}")
        assert decide("UG").is_granted

    def test_of_somebody_else_does_not_count(self):
        with pytest.raises(NotEligible):
            make.grant(2, country="US")
        assert decide("UG").is_granted

    def test_and_back_is_not_a_way_around(self):
        keep()
        with pytest.raises(NotEligible):
            make.grant(1, country="US", key="us", at=MIDNIGHT)
        assert decide().outcome is Outcome.REVIEW

    def test_takes_the_place_of_what_was_kept_when_the_learner_applies(self):
        keep()
        api.apply(
            make.applicant(1, "UG"), offering_code=make.COURSE, note="moved", at=TWO_DAYS_LATER
        )
        ended, made = models.PriceLock.objects.order_by("id")
        assert (ended.end_reason, made.country) == ("country_changed", "UG")

    def test_leaves_a_blank_one_to_be_asked_for(self):
        keep()
        decision = decide("")
        assert (decision.outcome, codes(decision)) == (
            Outcome.ASK, ["COUNTRY_MISSING", "COUNTRY_CHANGED"],
        )  # fmt: skip
