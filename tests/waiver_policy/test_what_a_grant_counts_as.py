"""What a grant counts as for the limits of a policy: country, institution, course run, item."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from factories import waiver_policy as make
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import (
    Applicant,
    CountryEvidence,
    EvidenceBasis,
    EvidenceKind,
    Organisation,
)
from waiver_policy.exceptions import NotEligible
from waiver_policy.services import limits

pytestmark = pytest.mark.django_db

LATER = make.EVE + timedelta(hours=1)


def policy(cap, *, rules=make.LDC_FREE, basis="profile"):
    text = make.policy_text(rules, extra=f"  caps: [{cap}]\n")
    make.policy(text.replace("country_basis: profile", f"country_basis: {basis}"))


def granted(user_id, **more):
    try:
        return make.grant(user_id, **more)
    except NotEligible:
        return None


def subjects():
    return set(models.QuotaSubject.objects.values_list("subject", flat=True))


def approved(user_id, *, percent=100, organisation="", domain="", country="GU"):
    applied = api.apply(
        make.applicant(user_id, country), offering_code=make.COURSE, note="x", at=make.EVE,
        organisation=Organisation(name=organisation, domain=domain),
    )  # fmt: skip
    return api.approve(applied.uuid, by=9, reason="So.", at=make.EVE, award=Percent(percent))


@pytest.fixture(autouse=True)
def programme():
    make.lists()
    make.credit()


class TestACountry:
    def test_is_the_one_whose_membership_decided(self):
        # given
        make.policy(
            make.policy_text(
                make.LDC_FREE.replace("LDC}", "LDC, any_of_countries: true}"),
                extra="  caps: [{scope: country, period: year, limit: 1}]\n",
            ).replace("country_basis: profile", "country_basis: nationality")
        )
        seen = [
            CountryEvidence(
                country=code, basis="nationality", kind=EvidenceKind.DECLARED, observed_at=make.EVE
            )
            for code in ("FR", "UG")
        ]
        person = Applicant(user_id=1, country="FR", evidence=tuple(seen))

        # when
        api.grant(person, offering_code=make.COURSE, full_seat_cost=None, key="k", at=make.EVE)

        # then
        assert subjects() == {"country:UG:2026"}

    def test_of_an_approval_is_the_one_that_the_reviewer_has_seen(self):
        # given one seat of Fiji, which is taken, and somebody of Guam who shows a paper of Fiji
        policy("{scope: country, period: year, limit: 1}", basis="residence")
        approved(1, country="FJ"), make.grant(1, country="FJ")
        applied = make.apply(2)
        api.record_evidence(
            2, basis=EvidenceBasis.RESIDENCE, countries=["FJ"], kind=EvidenceKind.DOCUMENT,
            by=9, at=make.EVE,
        )  # fmt: skip
        api.approve(applied.uuid, by=9, reason="So.", award=Percent(100), at=make.EVE)

        # then
        assert granted(2, country="GU") is None
        assert subjects() == {"country:FJ:2026"}

    def test_of_an_approval_is_the_one_that_was_applied_with(self):
        policy("{scope: country, period: year, limit: 1}")
        approved(1), approved(2)
        assert granted(1, country="GU") is not None
        assert granted(2, country="GU") is None
        assert subjects() == {"country:GU:2026"}


class TestAnInstitution:
    @pytest.fixture(autouse=True)
    def two_seats(self):
        policy("{scope: institution, period: year, limit: 2}")

    def test_has_so_many_seats_however_its_domain_is_written(self):
        for number, domain in enumerate(["telecom.example", "Telecom.Example ", "telecom.example"]):
            approved(number + 1, organisation="Telecom", domain=domain)
        results = [granted(number, country="GU") for number in (1, 2, 3)]
        assert [bool(one) for one in results] == [True, True, False]
        [subject] = subjects()
        assert subject.startswith("institution:")
        assert "telecom" not in subject

    @pytest.mark.parametrize(
        "spelling",
        [
            "universite de lome", "Universite\u0301 de Lome\u0301", "Uni\u200bversité de Lomé",
            "Ｕniversité de Lomé", "Université de Lomé.", "UNIVERSITÉ-DE LOMÉ",
        ],
    )  # fmt: skip
    def test_is_known_by_its_name_however_it_is_spelt(self, spelling):
        for number, name in enumerate(["Université de Lomé", "Université de Lomé", spelling]):
            approved(number + 1, organisation=name)
        results = [granted(number, country="GU") for number in (1, 2, 3)]
        assert [bool(one) for one in results] == [True, True, False]
        assert len(subjects()) == 1

    def test_that_nobody_names_is_no_way_past_the_limit(self):
        # given two learners whom the rule alone gives a seat, and one who was approved
        approved(3)

        # then
        results = [granted(1), granted(2), granted(3, country="GU")]
        assert [bool(one) for one in results] == [True, True, False]

    def test_is_told_by_nothing_once_the_person_has_left(self):
        # given
        approved(1, organisation="Telecom")
        grant = make.grant(1, country="GU")
        api.commit_grant(grant.uuid, at=LATER)

        # when
        api.retire_person(1, at=LATER)

        # then
        row = models.WaiverGrant.objects.get(uuid=grant.uuid)
        assert row.counts_for == {}
        assert models.QuotaSubject.objects.get().used == 1
        assert api.check_funds() == ()


class TestACourseRun:
    @pytest.fixture(autouse=True)
    def of_one_run(self, sell):
        run = "course-v1:ITU+R+2026"
        sell(course_run_of=lambda code: run if code.startswith("spectrum") else "")

    def test_counts_all_its_offerings_together(self):
        policy("{scope: country, period: course_run, limit: 1, unit: seats}")
        assert granted(1, offering="spectrum-online") is not None
        assert granted(2, offering="spectrum-certificate") is None
        assert subjects() == {"country:UG:course-v1:ITU+R+2026"}

    def test_is_the_offering_itself_where_nobody_knows(self):
        policy("{scope: course_run, period: lifetime, limit: 1}")
        assert granted(1, offering="another") is not None
        assert subjects() == {"course_run:another"}

    def test_is_not_asked_for_where_the_caller_says_it(self, sell):
        def nobody_asks(code):
            raise AssertionError(code)

        sell(course_run_of=nobody_asks)
        policy("{scope: country, period: course_run, limit: 1, unit: seats}")
        api.grant(
            make.applicant(), offering_code="spectrum-online", full_seat_cost=make.SEAT,
            key="order:1", at=make.EVE, course_run="course-v1:ITU+S+2026",
        )  # fmt: skip
        assert subjects() == {"country:UG:course-v1:ITU+S+2026"}

    def test_is_not_asked_for_where_no_limit_tells_runs_apart(self, sell):
        def nobody_asks(code):
            raise AssertionError(code)

        sell(course_run_of=nobody_asks)
        policy("{scope: country, period: year, limit: 1}")
        assert granted(1) is not None

    def test_whose_key_differs_in_case_only_is_the_same_where_the_database_says_so(self):
        policy("{scope: course_run, period: P12M, limit: 1}")
        make.grant(1, offering="another")
        has_room = granted(2, offering="ANOTHER") is not None
        assert has_room is (connection.vendor == "sqlite")

    def test_counts_for_who_waits_as_well(self):
        policy("{scope: course_run, period: lifetime, limit: 1}")
        first = make.grant(1, offering="spectrum-online")
        with pytest.raises(NotEligible) as caught:
            make.grant(2, offering="spectrum-certificate")
        assert caught.value.place.code == "QUOTA_COURSE_RUN"
        api.release_grant(first.uuid, at=LATER, reason="given back")
        api.serve_waiting_lists(at=LATER)
        assert api.waiting_place(2, "spectrum-certificate").state == "offered"


class TestPersons:
    def test_who_have_left_are_as_many_as_before(self):
        # given two people with two seats each, of a country that may have seats for three persons
        policy("{scope: country, period: lifetime, limit: 3, unit: persons}")
        for number in (1, 2):
            for offering in ("one", "two"):
                grant = make.grant(number, offering=offering, cost=None)
                api.commit_grant(grant.uuid, at=make.EVE)

        # when
        api.retire_person(1, at=LATER)
        api.retire_person(2, at=LATER)

        # then there is room for one more, and no more
        assert granted(3, cost=None) is not None
        assert granted(4, cost=None) is None
        assert all(use.user_id < 0 for use in models.QuotaUse.objects.filter(grant=None))


def test_a_nomination_counts_what_it_gives_and_for_the_state_that_named():
    # given a State that may have two partial fellowships, one of them a ticket
    make.policy(make.FELLOWSHIP, slug="fellowship")
    make.call()
    make.focal_point()
    names = {"ana": "air_ticket", "bo": "daily_allowance"}
    for rank, (name, item) in enumerate(names.items(), start=1):
        named = make.nominate(name, kind="partial", item=item, rank=rank)
        applied = api.accept_nomination(named.uuid, by=named.user_id, truth="1", at=make.EVE)
        api.approve(applied.uuid, by=9, reason="So.", award=Percent(50), at=make.EVE)
        # when each takes the seat, with another country in the profile
        make.grant(named.user_id, country="FR")

    # then
    uses = models.QuotaUse.objects.filter(subject__subject__startswith="country:LA")
    assert sorted(uses.values_list("label", "item")) == [
        ("partial", "air_ticket"), ("partial", "daily_allowance"),
    ]  # fmt: skip


def test_a_counter_that_is_not_as_it_was_locked_gives_nothing_and_ends(monkeypatch):
    # given a fault of ours: the statement that counts never finds the rows that were read
    policy("{scope: country, period: year, limit: 5}")

    def finds_none(*args, **kwargs):
        raise limits.Changed

    monkeypatch.setattr(limits, "count", finds_none)

    # then
    with pytest.raises(limits.Changed), transaction.atomic():
        make.grant(1)
    assert not models.WaiverGrant.objects.exists()
    assert api.check_funds() == ()
