"""What was promised to a person of one country is nothing for a person of another."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from factories import waiver_policy as make
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, compat, models
from waiver_policy.data import EvidenceBasis, EvidenceKind, Outcome
from waiver_policy.exceptions import FundEmpty, NotEligible, OutOfTurn
from waiver_policy.selectors import decisions, replaying

pytestmark = pytest.mark.django_db(transaction=True)

LATER = make.EVE + timedelta(days=7)
BY_NATIONALITY = make.policy_text(make.LDC_FREE).replace(
    "country_basis: profile", "country_basis: nationality"
)


@pytest.fixture(autouse=True)
def programme():
    make.lists()
    make.policy(make.policy_text(make.LDC_FREE))
    make.credit("15.00")


def decide(country, *, user_id=1, at=LATER):
    return api.decide(make.applicant(user_id, country), offering_code=make.COURSE, at=at)


def codes(decision):
    return [reason.code for reason in decision.reasons]


def approve(user_id=1, *, country="GU", percent=60, at=make.EVE):
    applied = api.apply(
        make.applicant(user_id, country), offering_code=make.COURSE, note="x", at=at
    )
    return api.approve(applied.uuid, by=9, reason="So.", award=Percent(percent), at=at)


def declare(*countries, user_id=1, at=make.EVE):
    api.record_evidence(
        user_id, basis=EvidenceBasis.NATIONALITY, countries=countries,
        kind=EvidenceKind.DECLARED, by=user_id, at=at,
    )  # fmt: skip


def offered(user_id=1, *, country="UG"):
    """Who waited, and has an offer now."""
    first = make.grant(99)
    with pytest.raises(FundEmpty):
        make.grant(user_id, country=country)
    api.release_grant(first.uuid, at=LATER, reason="x")
    assert api.waiting_place(user_id, make.COURSE).state == "offered"


class TestAnApproval:
    def test_counts_for_the_country_that_it_was_given_on(self):
        approve()
        assert decide("GU").percent == Percent(60)

    def test_counts_no_more_for_another(self):
        approve()
        decision = decide("FR")
        assert (decision.outcome, codes(decision)) == (
            Outcome.REFUSED, ["NOT_LISTED", "COUNTRY_CHANGED"],
        )  # fmt: skip
        with pytest.raises(NotEligible):
            make.grant(1, country="FR", at=LATER)

    def test_counts_again_once_the_country_is_the_same_again(self):
        approve()
        decide("FR")
        assert decide("GU").percent == Percent(60)

    def test_counts_for_the_country_that_the_reviewer_has_seen(self):
        # given
        applied = make.apply()
        api.record_evidence(
            1, basis=EvidenceBasis.RESIDENCE, countries=["FJ"], kind=EvidenceKind.DOCUMENT,
            by=9, at=make.EVE,
        )  # fmt: skip
        make.policy(
            make.policy_text(make.LDC_FREE).replace("basis: profile", "basis: residence"),
            at=make.EVE,
        )
        applied = api.apply(
            make.applicant(2, "GU"), offering_code=make.COURSE, note="x", at=make.EVE
        )
        api.record_evidence(
            2, basis=EvidenceBasis.RESIDENCE, countries=["FJ"], kind=EvidenceKind.DOCUMENT,
            by=9, at=make.EVE,
        )  # fmt: skip

        # when
        api.approve(applied.uuid, by=9, reason="So.", award=Percent(60), at=make.EVE)

        # then the document decides, whatever the profile says
        assert decide("GU", user_id=2).percent == Percent(60)
        assert decide("FR", user_id=2).percent == Percent(60)
        api.record_evidence(
            2, basis=EvidenceBasis.RESIDENCE, countries=["FR"], kind=EvidenceKind.DOCUMENT,
            by=9, at=LATER,
        )  # fmt: skip
        assert not decide("GU", user_id=2).is_granted

    def test_by_nationality_does_not_care_where_somebody_lives(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("GU")
        approve(country="GU")
        assert decide("FR").percent == Percent(60)

    def test_by_nationality_ends_when_another_is_declared(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("GU")
        approve(country="GU")
        declare("FR", at=LATER)
        assert not decide("GU").is_granted

    def test_is_not_given_on_what_the_reviewer_has_not_read(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("GU")
        applied = make.apply()
        declare("FR", at=LATER)
        with pytest.raises(OutOfTurn):
            api.approve(
                applied.uuid, by=9, reason="So.", award=Percent(60), at=LATER,
                read=applied.message_count,
            )  # fmt: skip

    def test_is_forgotten_with_the_person(self):
        approve()
        api.retire_person(1, at=LATER)
        assert models.WaiverApplication.objects.get().counted == []
        assert not decide("GU").is_granted

    def test_replays_to_itself(self):
        approve()
        grant = make.grant(1, country="GU")
        row = models.WaiverDecision.objects.get(uuid=grant.decision_uuid)
        assert replaying.replay(row) == decisions.to_decision(row)


class TestAnApprovalHelpsOnly:
    def test_so_a_rule_that_gives_more_decides(self):
        approve(percent=25)
        make.policy(make.policy_text(make.LDC_FREE.replace("LDC", "SIDS")), at=LATER)
        decision = decide("GU")
        assert (decision.percent, codes(decision)[0]) == (Percent(100), "LIST_MEMBER")

    def test_so_a_price_that_is_kept_and_gives_more_decides(self):
        approve(percent=25)
        make.policy(make.policy_text(make.LDC_FREE.replace("LDC", "SIDS")), at=make.EVE)
        api.keep_price(make.applicant(1, "GU"), offering_code=make.COURSE, at=make.EVE)
        make.policy(make.policy_text(make.LDC_FREE), at=LATER)
        decision = decide("GU")
        assert (decision.percent, codes(decision)[-1]) == (Percent(100), "PRICE_LOCKED")

    def test_and_what_gives_less_does_not(self):
        approve(percent=60)
        half = make.LDC_FREE.replace("LDC", "SIDS").replace("100", "50")
        make.policy(make.policy_text(half), at=LATER)
        assert decide("GU").percent == Percent(60)


class TestAnOffer:
    def test_stands_whatever_the_lists_say_by_now(self):
        offered()
        make.policy(make.policy_text(make.LDC_FREE.replace("LDC", "SIDS")), at=LATER)
        assert codes(decide("UG")) == ["WAITING_LIST_OFFER"]

    def test_is_none_for_a_person_of_another_country(self):
        offered()
        decision = decide("CH")
        assert (decision.outcome, codes(decision)) == (
            Outcome.REFUSED, ["NOT_LISTED", "COUNTRY_CHANGED"],
        )  # fmt: skip

    def test_ends_with_their_next_request_and_goes_to_the_next_who_waits(self):
        offered()
        with pytest.raises(FundEmpty):
            make.grant(2)
        with pytest.raises(NotEligible):
            make.grant(1, country="CH", key="another", at=LATER)
        assert api.waiting_place(1, make.COURSE) is None
        assert api.waiting_place(2, make.COURSE).state == "offered"
        assert api.check_funds() == ()

    def test_that_an_order_has_taken_stays_with_the_order(self):
        offered()
        taken = make.grant(1, key="order", at=LATER)
        assert make.grant(1, country="CH", key="order", at=LATER) == taken
        with pytest.raises(NotEligible):
            make.grant(1, country="CH", key="another", at=LATER)
        assert api.commit_grant(taken.uuid, at=LATER).state == "committed"


class TestAPlaceOnTheWaitingList:
    @pytest.fixture
    def profile(self, monkeypatch):
        countries = {}
        monkeypatch.setattr(compat, "profile_country", lambda user_id: countries.get(user_id, ""))
        return countries

    def wait(self, *people):
        first = make.grant(99)
        for number in people:
            with suppress(FundEmpty):
                make.grant(number)
        return first

    def test_is_left_by_who_has_another_country_when_it_is_their_turn(self, profile):
        first = self.wait(1, 2)
        profile.update({1: "CH", 2: "UG"})
        api.release_grant(first.uuid, at=LATER, reason="x")
        assert api.waiting_place(1, make.COURSE) is None
        assert api.waiting_place(2, make.COURSE).state == "offered"
        assert models.WaitingPlace.objects.get(user_id=1).state == "left"
        assert api.check_funds() == ()

    def test_is_kept_by_who_has_the_same(self, profile):
        first = self.wait(1)
        profile.update({1: "UG"})
        api.release_grant(first.uuid, at=LATER, reason="x")
        assert api.waiting_place(1, make.COURSE).state == "offered"

    def test_by_nationality_is_left_whatever_the_profile_says(self, profile):
        make.policy(BY_NATIONALITY, at=make.EVE)
        for number in (1, 99):
            declare("UG", user_id=number)
        first = self.wait(1)
        declare("FR", at=LATER)
        api.release_grant(first.uuid, at=LATER, reason="x")
        assert api.waiting_place(1, make.COURSE) is None

    def test_gives_what_a_reviewer_has_granted_meanwhile_if_it_is_more(self, profile):
        # given somebody who has applied, and waits for the half of the fee that a rule gives
        applied = make.apply()
        half = make.LDC_FREE.replace("LDC", "SIDS").replace("100", "50")
        make.policy(make.policy_text(half), at=make.EVE)
        make.grant(98, country="GU"), make.grant(99, country="GU")
        with pytest.raises(FundEmpty):
            make.grant(1, country="GU")
        profile.update({1: "GU"})

        # when a reviewer grants them all of it
        api.approve(applied.uuid, by=9, reason="So.", award=Percent(100), at=LATER)
        api.credit_fund(Money("15.00", "USD"), key="more", reason="x", at=LATER)

        # then
        place = api.waiting_place(1, make.COURSE)
        row = models.WaiverGrant.objects.get(uuid=place.grant_uuid)
        assert (row.cost_minor, row.percent_bp) == (1500, 10_000)
        assert replaying.replay(row.decision) == decisions.to_decision(row.decision)


class TestAnotherCountryOfLate:
    def test_is_looked_at_by_a_person_where_the_policy_asks_for_nationality_too(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("FR")
        with pytest.raises(NotEligible):
            make.grant(1)
        declare("UG", at=LATER)
        decision = decide("FR")
        assert (decision.outcome, codes(decision)[-2:]) == (
            Outcome.REVIEW, ["COUNTRY_CHANGED", "REVIEW_NEEDED"],
        )  # fmt: skip

    @pytest.mark.parametrize("profile", ["FR", ""])
    def test_is_one_country_more_as_well(self, profile):
        make.policy(
            BY_NATIONALITY.replace("group: LDC", "group: LDC, any_of_countries: true"), at=make.EVE
        )
        declare("FR")
        with pytest.raises(NotEligible):
            make.grant(1, country=profile)
        declare("FR", "BF", at=LATER)
        assert codes(decide(profile))[-2:] == ["COUNTRY_CHANGED", "REVIEW_NEEDED"]

    def test_is_seen_where_the_person_only_looked_at_the_price(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("FR")
        assert decide("FR", at=make.EVE).outcome is Outcome.REFUSED
        declare("UG", at=LATER)
        assert decide("FR").outcome is Outcome.REVIEW
        settled = LATER + timedelta(days=90)
        assert decide("FR", at=settled).outcome is Outcome.GRANTED

    def test_is_seen_where_the_profile_says_nothing(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("FR")
        with pytest.raises(NotEligible):
            make.grant(1, country="")
        declare("UG", at=LATER)
        assert decide("").outcome is Outcome.REVIEW

    def test_is_no_doubt_where_a_reviewer_has_seen_a_document(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("FR")
        with pytest.raises(NotEligible):
            make.grant(1)
        api.record_evidence(
            1, basis=EvidenceBasis.NATIONALITY, countries=["UG"], kind=EvidenceKind.DOCUMENT,
            by=9, at=LATER,
        )  # fmt: skip
        assert decide("FR").is_granted

    def test_of_the_profile_is_nothing_to_a_policy_on_nationality(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        declare("UG")
        make.grant(1, country="FR")
        assert decide("DE", user_id=1).outcome is Outcome.GRANTED
