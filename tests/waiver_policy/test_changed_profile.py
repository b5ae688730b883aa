"""The country of a profile is another one now: a person looks for 90 days, whoever was asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, compat, handlers, models
from waiver_policy.apps import WaiverPolicyConfig
from waiver_policy.data import EvidenceBasis, EvidenceKind, Outcome
from waiver_policy.exceptions import NotEligible
from waiver_policy.selectors import decisions, replaying

pytestmark = pytest.mark.django_db(transaction=True)

AMINA = 1
NEXT_DAY = make.EVE + timedelta(days=1)
NINETY_DAYS_LATER = make.EVE + timedelta(days=90)
BY_NATIONALITY = make.policy_text(make.LDC_FREE).replace(
    "country_basis: profile", "country_basis: nationality"
)


@pytest.fixture(autouse=True)
def programme():
    make.programme(fund="600.00")


def move(*countries, at=make.EVE):
    """The country of the profile becomes each of these, one after the other."""
    for before, after in pairwise(countries):
        api.country_changed(AMINA, before=before, after=after, at=at)


def decide(country="UG", *, at=make.EVE, user_id=AMINA):
    return api.decide(make.applicant(user_id, country), offering_code=make.COURSE, at=at)


def codes(decision):
    return [reason.code for reason in decision.reasons]


class TestAnotherCountryInTheProfile:
    def test_is_looked_at_by_a_person_although_nobody_kept_a_decision(self):
        move("CH", "UG")
        decision = decide()
        assert (decision.outcome, codes(decision)) == (
            Outcome.REVIEW, ["LIST_MEMBER", "COUNTRY_RECENT", "REVIEW_NEEDED"],
        )  # fmt: skip
        assert decision.reasons[1].params == {"date": "2026-11-23"}
        with pytest.raises(NotEligible, match="COUNTRY_RECENT"):
            make.grant(AMINA)
        assert not models.WaiverGrant.objects.exists()

    def test_counts_from_the_ninetieth_day_on(self):
        move("CH", "UG")
        assert decide(at=NINETY_DAYS_LATER - timedelta(days=1)).outcome is Outcome.REVIEW
        assert decide(at=NINETY_DAYS_LATER).is_granted

    def test_is_counted_from_the_last_change(self):
        move("CH", "UG")
        move("UG", "BF", at=NEXT_DAY)
        assert decide("BF", at=NINETY_DAYS_LATER).outcome is Outcome.REVIEW
        assert decide("BF", at=NINETY_DAYS_LATER + timedelta(days=1)).is_granted

    def test_and_back_is_another_change(self):
        move("UG", "CH", "UG")
        assert decide().outcome is Outcome.REVIEW

    def test_is_nothing_to_what_was_asked_on_a_day_before(self):
        move("CH", "UG", at=NEXT_DAY)
        assert decide(at=make.EVE).is_granted

    def test_is_nothing_to_somebody_else(self):
        move("CH", "UG")
        assert decide(user_id=2).is_granted

    def test_is_nothing_to_a_policy_on_nationality(self):
        make.policy(BY_NATIONALITY, at=make.EVE)
        api.record_evidence(
            AMINA, basis=EvidenceBasis.NATIONALITY, countries=["UG"],
            kind=EvidenceKind.DECLARED, by=AMINA, at=make.EVE,
        )  # fmt: skip
        move("CH", "FR")
        assert decide("FR").is_granted

    def test_makes_nobody_poorer_who_gets_nothing_anyway(self):
        move("UG", "CH")
        assert codes(decide("CH")) == ["NOT_LISTED"]

    def test_that_the_caller_knows_better_is_the_callers(self):
        move("CH", "UG")
        person = replace(make.applicant(AMINA), country_changed_on=date(2020, 1, 1))
        assert api.decide(person, offering_code=make.COURSE, at=make.EVE).is_granted

    def test_replays_to_itself(self):
        move("CH", "UG")
        with pytest.raises(NotEligible):
            make.grant(AMINA)
        row = models.WaiverDecision.objects.get()
        assert replaying.replay(row) == decisions.to_decision(row)

    def test_takes_one_query_and_none_from_whom_it_does_not_concern(
        self, django_assert_num_queries, django_assert_max_num_queries
    ):
        decide(), decide("CH")  # lists and policy are remembered from here on
        with django_assert_max_num_queries(20) as settled:
            decide(user_id=2)
        move("CH", "UG")
        with django_assert_num_queries(len(settled) + 1):
            decide()


class TestOneFactIsToldOnce:
    def test_where_a_decision_of_the_other_country_was_kept_as_well(self):
        with pytest.raises(NotEligible):
            make.grant(AMINA, country="CH")
        move("CH", "UG")
        assert codes(decide()) == ["LIST_MEMBER", "COUNTRY_RECENT", "REVIEW_NEEDED"]

    def test_where_something_was_promised_that_no_longer_holds(self):
        api.keep_price(make.applicant(AMINA, "BF"), offering_code=make.COURSE, at=make.EVE)
        move("BF", "UG")
        assert codes(decide()) == ["LIST_MEMBER", "COUNTRY_CHANGED", "REVIEW_NEEDED"]

    @pytest.mark.parametrize("country", ["CH", "BF"], ids=["refused", "kept"])
    def test_and_replays_to_itself(self, country):
        person = make.applicant(AMINA, country)
        if country == "BF":
            api.keep_price(person, offering_code=make.COURSE, at=make.EVE)
        else:
            with pytest.raises(NotEligible):
                make.grant(AMINA, country=country, key="first")
        move(country, "UG")
        with pytest.raises(NotEligible):
            make.grant(AMINA, key="second")
        row = models.WaiverDecision.objects.last()
        assert replaying.replay(row) == decisions.to_decision(row)


class TestWhatIsNoChange:
    def test_a_first_choice(self):
        move("", "UG")
        assert decide().is_granted
        assert not models.ChangeOfCountry.objects.exists()

    def test_the_same_country_again(self):
        move("UG", "UG")
        assert not models.ChangeOfCountry.objects.exists()

    def test_a_country_that_was_taken_out_and_put_back(self):
        move("UG", "", "UG")
        assert decide().is_granted

    def test_a_country_that_was_taken_out(self):
        move("UG", "")
        assert decide("").outcome is Outcome.ASK


class TestABlankCountryBetweenTwo:
    def test_hides_no_change(self):
        move("CH", "", "UG")
        assert codes(decide()) == ["LIST_MEMBER", "COUNTRY_RECENT", "REVIEW_NEEDED"]

    def test_hides_none_that_takes_days_and_the_last_day_counts(self):
        move("CH", "")
        move("", "UG", at=NEXT_DAY)
        (kept,) = models.ChangeOfCountry.objects.all()
        assert kept.changed_on == NEXT_DAY.date()

    def test_ends_no_term_that_runs(self):
        move("CH", "UG", "", "UG")
        assert decide().outcome is Outcome.REVIEW

    def test_is_the_only_time_that_a_country_is_kept(self):
        move("CH", "")
        assert models.ChangeOfCountry.objects.get().country == "CH"
        move("", "UG")
        assert models.ChangeOfCountry.objects.get().country == ""


def test_who_leaves_the_platform_has_moved_nowhere(monkeypatch):
    monkeypatch.setattr(compat, "retirement_state", lambda user_id: "")
    move("CH", "UG", "")
    api.country_changed(2, before="CH", after="UG", at=make.EVE)
    assert api.retire_person(AMINA, at=make.EVE)["changes of country"] == 1
    assert models.ChangeOfCountry.objects.get().user_id == 2


class TestAProfileOfThePlatform:
    """What Django sends before and after the platform saves a profile."""

    @pytest.fixture(autouse=True)
    def stored(self, monkeypatch):
        """The country of each profile as the database has it."""
        countries = {AMINA: "CH"}
        monkeypatch.setattr(compat, "profile_country", lambda user_id: countries.get(user_id, ""))
        monkeypatch.setattr(clock, "_source", lambda: make.EVE)
        return countries

    def profile(self, country="UG", *, adding=False):
        state = SimpleNamespace(adding=adding)
        return SimpleNamespace(user_id=AMINA, country=country, _state=state)

    def save(self, profile, **said):
        handlers.note_country(sender=object, instance=profile, **said)
        handlers.follow_country(sender=object, instance=profile, created=False, **said)

    def test_is_followed(self):
        self.save(self.profile(), raw=False, update_fields=None)
        assert models.ChangeOfCountry.objects.get().changed_on == make.EVE.date()

    def test_is_followed_when_the_country_alone_is_saved(self):
        self.save(self.profile(), update_fields=frozenset({"country"}))
        assert models.ChangeOfCountry.objects.exists()

    @pytest.mark.parametrize("nothing", [None, ""])
    def test_may_have_no_country(self, nothing):
        self.save(self.profile(nothing))
        assert models.ChangeOfCountry.objects.get().country == "CH"

    @pytest.mark.parametrize(
        ("adding", "said"),
        [(True, {}), (False, {"raw": True}), (False, {"update_fields": frozenset({"name"})})],
        ids=["a new one", "a fixture", "other fields"],
    )
    def test_is_not_asked_for_what_cannot_be_a_change(self, adding, said):
        self.save(self.profile(adding=adding), **said)
        assert not models.ChangeOfCountry.objects.exists()

    def test_that_is_saved_twice_is_compared_twice(self, stored):
        profile = self.profile("CH")
        self.save(profile)
        profile.country = "UG"
        self.save(profile)
        assert models.ChangeOfCountry.objects.exists()

    def test_is_saved_although_we_cannot_write(self, monkeypatch, caplog):
        def fails(*_args, **_named):
            raise OperationalError("no such table")

        monkeypatch.setattr(api, "country_changed", fails)
        self.save(self.profile())
        assert f"user={AMINA}" in caplog.text

    @pytest.mark.parametrize("service", ["lms.djangoapp", "cms.djangoapp"])
    @pytest.mark.parametrize(
        ("signal", "function"), [("pre_save", "note_country"), ("post_save", "follow_country")]
    )
    def test_is_named_to_the_platform_as_the_sender(self, service, signal, function):
        receivers = WaiverPolicyConfig.plugin_app["signals_config"][service]["receivers"]
        (found,) = [one for one in receivers if one["receiver_func_name"] == function]
        assert (found["signal_path"], found["sender_path"]) == (
            f"django.db.models.signals.{signal}",
            "common.djangoapps.student.models.UserProfile",
        )
        assert callable(getattr(handlers, function))
