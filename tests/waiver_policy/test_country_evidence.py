"""Where somebody is from: said, seen, kept as history, and known to the decision."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import ModuleType

import pytest
from django.contrib.auth.models import Permission, User
from django.test import RequestFactory
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import waiver_policy as make
from fairgate import clock, stand_in
from waiver_policy import api, compat, models
from waiver_policy.data import Applicant, CountryEvidence, EvidenceBasis, EvidenceKind
from waiver_policy.exceptions import InvalidEvidence

pytestmark = pytest.mark.django_db

NATIONALITY, RESIDENCE = EvidenceBasis.NATIONALITY, EvidenceBasis.RESIDENCE
DECLARED, DOCUMENT = EvidenceKind.DECLARED, EvidenceKind.DOCUMENT
ONE_DAY = timedelta(days=1)


class Platform:
    """A platform whose learners live in Tuvalu, and seem to be in Australia."""

    where = "AU"

    def profile_country(self, _user_id):
        return "TV"

    def ip_country(self, _request):
        return self.where

    def year_of_birth(self, _user_id):
        return 1990

    def retirement_state(self, _user_id):
        return ""


@pytest.fixture(autouse=True)
def eve(sell):
    clock.use(lambda: make.EVE)
    before = stand_in._platform
    stand_in.use(Platform())
    sell(title_of=None, language_of=None)
    yield
    clock.use(None)
    stand_in.use(before)


def declare(*countries, basis=NATIONALITY, at=make.EVE, user_id=1):
    return api.record_evidence(
        user_id, basis=basis, countries=countries, kind=DECLARED, by=user_id, at=at
    )


def see(*countries, basis=NATIONALITY, at=make.EVE, by=9, **more):
    return api.record_evidence(
        1, basis=basis, countries=countries, kind=DOCUMENT, by=by, at=at, **more
    )


def counting(at=make.EVE):
    found = api.list_evidence(1, at=at)
    return sorted((one.basis, one.kind, one.country) for one in found if one.counts)


def test_what_a_learner_says_is_kept_with_who_and_when():
    (said,) = declare(" ht ")
    assert (said.country, said.kind, said.observed_at) == ("HT", "declared", make.EVE)
    assert (said.user_id, said.recorded_by) == (1, 1)


def test_the_newest_counts_and_what_was_said_before_stays():
    declare("FR")
    declare("HT", at=make.EVE + ONE_DAY)
    assert counting(make.EVE + ONE_DAY) == [("nationality", "declared", "HT")]
    found = api.list_evidence(1, at=make.EVE + ONE_DAY)
    assert [(one.country, one.counts) for one in found] == [("HT", True), ("FR", False)]


def test_what_was_known_on_an_earlier_day_comes_back():
    declare("FR")
    declare("HT", at=make.EVE + ONE_DAY)
    assert counting(make.EVE) == [("nationality", "declared", "FR")]


def test_two_nationalities_that_are_said_at_once_both_count():
    declare("FR", "HT", "HT")
    assert [one[2] for one in counting()] == ["FR", "HT"]
    declare("HT", at=make.EVE + ONE_DAY)
    assert [one[2] for one in counting(make.EVE + ONE_DAY)] == ["HT"]


def test_each_basis_and_kind_has_its_own_newest():
    declare("FR")
    declare("NP", basis=RESIDENCE)
    see("HT")
    assert counting() == [
        ("nationality", "declared", "FR"),
        ("nationality", "document", "HT"),
        ("residence", "declared", "NP"),
    ]


def test_saying_nothing_takes_back_what_was_said():
    declare("FR")
    declare(at=make.EVE + ONE_DAY)
    assert [one[2] for one in counting(make.EVE + ONE_DAY)] == [""]
    assert decide(at=make.EVE + ONE_DAY).inputs["evidence"] == []


def test_saying_the_same_twice_is_one_statement():
    assert declare("FR", "HT") == declare("HT", "FR")
    assert models.CountryEvidence.objects.count() == 2


def test_what_lapsed_counts_no_more_and_the_one_before_it_does():
    see("HT", valid_until=(make.EVE + 10 * ONE_DAY).date())
    see("FR", at=make.EVE + ONE_DAY, valid_until=(make.EVE + 3 * ONE_DAY).date())
    assert [one[2] for one in counting(make.EVE + 2 * ONE_DAY)] == ["FR"]
    assert [one[2] for one in counting(make.EVE + 3 * ONE_DAY)] == ["HT"]
    assert counting(make.EVE + 10 * ONE_DAY) == []


@pytest.mark.parametrize(
    ("kind", "by", "words"),
    [
        (EvidenceKind.IP, 1, "is not kept"),
        (EvidenceKind.IP, 9, "is not kept"),
        (EvidenceKind.NOMINATION, 9, "recorded there"),
        (DECLARED, 9, "their own country only"),
        (DOCUMENT, 1, "about themselves"),
        (EvidenceKind.INSTITUTION, 1, "about themselves"),
    ],
)
def test_not_everybody_says_everything(kind, by, words):
    with pytest.raises(InvalidEvidence, match=words):
        api.record_evidence(1, basis=NATIONALITY, countries=["FR"], kind=kind, by=by, at=make.EVE)
    assert models.CountryEvidence.objects.count() == 0


@pytest.mark.parametrize(
    ("countries", "basis", "more", "words"),
    [
        (["Haiti"], NATIONALITY, {}, "“HAITI” is not a country code"),
        (["ZZ"], NATIONALITY, {}, "“ZZ” is not a country code"),
        (["UK"], NATIONALITY, {}, "“UK” is not a country code"),
        (["FR", "HT"], RESIDENCE, {}, "at most 1 by residence"),
        (["FR", "HT", "DE", "IT", "ES", "PT"], NATIONALITY, {}, "at most 5"),
        (["FR"], NATIONALITY, {"note": "two\nlines"}, "one line"),
        (["FR"], NATIONALITY, {"note": "x" * 256}, "at most 255"),
        (["FR"], NATIONALITY, {"valid_until": make.EVE.date()}, "lapsed on 2026-11-23"),
    ],
)
def test_what_cannot_be_is_refused_whole(countries, basis, more, words):
    with pytest.raises(InvalidEvidence, match=words):
        see(*countries, basis=basis, **more)
    assert models.CountryEvidence.objects.count() == 0


@pytest.mark.parametrize("code", ["XK", "TW", "NA", "EH", "CK"])
def test_every_code_of_the_site_can_be_said(code):
    assert declare(code)[0].country == code


def test_f41_a_person_who_is_forgotten_leaves_no_nationality():
    declare("FR", "HT")
    declare("FR", user_id=2)
    assert api.retire_person(1, at=make.EVE)["countries"] == 2
    assert list(models.CountryEvidence.objects.values_list("user_id", flat=True)) == [2]


# --- Decisions ------------------------------------------------------------------------------------


def decide(at=make.EVE, seen=()):
    make.programme()
    applicant = Applicant(user_id=1, country="TV", evidence=seen)
    return api.decide(applicant, offering_code=make.COURSE, at=at)


def test_a_decision_keeps_what_was_said_and_seen_about_the_basis_of_its_policy():
    declare("FR")
    declare("NP", basis=RESIDENCE)
    see("HT", basis=RESIDENCE)
    kept = [(one["kind"], one["basis"], one["country"]) for one in decide().inputs["evidence"]]
    assert kept == [("document", "residence", "HT"), ("declared", "residence", "NP")]


def test_a_policy_on_nationality_decides_by_what_was_said_and_seen():
    make.lists()
    text = make.policy_text(make.LDC_FREE)
    make.policy(text.replace("country_basis: profile", "country_basis: nationality"))
    asked = {"offering_code": make.COURSE, "at": make.EVE}
    person = make.applicant(1, "CH")
    assert api.decide(person, **asked).outcome == "ask"
    declare("HT")
    assert api.decide(person, **asked).outcome == "granted"


def test_a_stored_decision_replays_to_itself_when_more_is_said_later():
    make.programme()
    declare("FR", basis=RESIDENCE)
    applied = api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)
    see("HT", basis=RESIDENCE, at=make.EVE + ONE_DAY)
    assert [one.differences for one in api.replay_decisions()] == [()]
    kept = [(one.basis, one.country) for one in api.evidence_of_application(applied.uuid)]
    assert kept == [("residence", "FR")]


def test_where_a_request_came_from_lets_a_person_look_and_never_refuses():
    make.programme()
    seen = api.presence("AU", at=make.EVE)
    plain, doubted, alike = (
        decide(),
        decide(seen=seen),
        decide(seen=api.presence("TV", at=make.EVE)),
    )
    outcomes = [one.outcome for one in (plain, doubted, alike)]
    assert outcomes == ["granted", "review", "granted"]
    assert seen == (
        CountryEvidence(
            country="AU", basis="residence", kind=EvidenceKind.IP, observed_at=make.EVE
        ),
    )


def test_nobody_knows_is_no_evidence():
    assert api.presence("", at=make.EVE) == ()


@pytest.fixture
def learner(client):
    make.programme()
    user = User.objects.create(pk=1, username="learner")
    client.force_login(user)
    return user


def test_nobody_looks_at_where_a_request_comes_from_unless_the_operator_says_so(client, settings):
    request = RequestFactory().get("/")
    assert api.country_of_request(request) == ""
    settings.WAIVER_POLICY_IP_COUNTRY = True
    assert api.country_of_request(request) == "AU"


@pytest.mark.parametrize(("is_on", "kept"), [(False, []), (True, ["ip"])])
def test_an_application_keeps_where_it_came_from_only_with_its_decision(
    client, learner, settings, is_on, kept
):
    settings.WAIVER_POLICY_IP_COUNTRY = is_on
    stand_in.use(_Guam())
    client.post(
        reverse("waiver_policy:apply", args=[make.COURSE]), {"note": "Please.", "truth": "on"}
    )
    inputs = models.DecisionFacts.objects.get().inputs
    assert [one["kind"] for one in inputs["evidence"]] == kept
    assert models.CountryEvidence.objects.count() == 0


class _Guam(Platform):
    def profile_country(self, _user_id):
        return "GU"


def test_the_reviewer_reads_where_a_request_came_from_as_a_hint(client, learner, settings):
    settings.WAIVER_POLICY_IP_COUNTRY = True
    stand_in.use(_Guam())
    client.post(
        reverse("waiver_policy:apply", args=[make.COURSE]), {"note": "Please.", "truth": "on"}
    )
    (applied,) = api.list_applications(user_id=1)
    mine = client.get(reverse("waiver_policy:application", args=[applied.uuid]))
    assert "Where the request came from" not in mine.content.decode()
    client.force_login(reviewer())
    page = client.get(reverse("waiver_policy:review_one", args=[applied.uuid])).content.decode()
    assert "Where the request came from" in page
    assert "a hint; it decides nothing" in page


class TestThePlatformsAnswer:
    """``compat.ip_country`` with stand-ins for the two functions of the platform that it asks."""

    @pytest.fixture(autouse=True)
    def platform(self, monkeypatch):
        stand_in.use(None)
        self.asked = []
        self.known = lambda _address: "AU"
        for name in ("edx_django_utils", "openedx", "openedx.core", "openedx.core.djangoapps"):
            monkeypatch.setitem(sys.modules, name, ModuleType(name))
        addresses = ModuleType("edx_django_utils.ip")
        addresses.get_safest_client_ip = lambda request: request.META["REMOTE_ADDR"]
        monkeypatch.setitem(sys.modules, addresses.__name__, addresses)
        countries = ModuleType("openedx.core.djangoapps.geoinfo.api")
        countries.country_code_from_ip = self.country_of
        monkeypatch.setitem(sys.modules, "openedx.core.djangoapps.geoinfo", ModuleType("geoinfo"))
        monkeypatch.setitem(sys.modules, countries.__name__, countries)

    def country_of(self, address):
        self.asked.append(address)
        return self.known(address)

    def ask(self, address="8.8.8.8"):
        return compat.ip_country(RequestFactory().get("/", REMOTE_ADDR=address))

    def test_an_address_of_the_world_has_a_country(self):
        assert (self.ask(), self.asked) == ("AU", ["8.8.8.8"])
        assert self.ask("2001:4860:4860::8888") == "AU"

    @pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "::1", "fe80::1", "x", ""])
    def test_an_address_inside_a_network_is_asked_of_nobody(self, address):
        assert (self.ask(address), self.asked) == ("", [])

    @pytest.mark.parametrize("answer", ["", None])
    def test_an_address_that_nobody_knows_is_no_evidence(self, answer):
        self.known = lambda _address: answer
        assert self.ask() == ""

    @pytest.mark.parametrize("error", [FileNotFoundError, RuntimeError, ValueError])
    def test_a_file_that_is_missing_or_broken_breaks_no_page_and_logs_no_address(
        self, error, caplog
    ):
        def fail(_address):
            raise error("8.8.8.8")

        self.known = fail
        assert self.ask() == ""
        assert "8.8.8.8" not in caplog.text


# --- Pages ----------------------------------------------------------------------------------------


def reviewer():
    user = User.objects.create(pk=9, username="reviewer")
    user.user_permissions.add(Permission.objects.get(codename="review_application"))
    return user


@pytest.fixture
def applied(learner):
    return api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)


def test_a_learner_says_a_nationality_on_a_page(client, applied):
    address = reverse("waiver_policy:countries", args=[applied.uuid])
    page = client.post(
        address, {"basis": "nationality", "country": "FR", "second": "HT"}, follow=True
    ).content.decode()
    assert "Your country is noted." in page
    assert counting() == [("nationality", "declared", "FR"), ("nationality", "declared", "HT")]


def test_a_second_residence_is_answered_at_its_field(client, applied):
    address = reverse("waiver_policy:countries", args=[applied.uuid])
    page = client.post(address, {"basis": "residence", "country": "FR", "second": "HT"})
    assert "Only one country can be given here." in page.content.decode()
    assert counting() == []


@pytest.mark.parametrize(
    "sent",
    [{}, {"basis": "nationality"}, {"basis": "nominating_state", "country": "FR"},
     {"basis": "nationality", "country": "ZZ"}, {"basis": "nationality", "country": "fr"}],
)  # fmt: skip
def test_a_form_that_was_made_up_notes_nothing(client, applied, sent):
    address = reverse("waiver_policy:countries", args=[applied.uuid])
    assert client.post(address, sent).status_code == 200
    assert counting() == []


def test_a_reviewer_notes_what_a_paper_shows(client, applied):
    client.force_login(reviewer())
    address = reverse("waiver_policy:seen", args=[applied.uuid])
    sent = {
        "basis": "nationality", "country": "HT", "kind": "document",
        "valid_until": "2030-01-01", "note": "passport",
    }  # fmt: skip
    page = client.post(address, sent, follow=True).content.decode()
    assert "What you have seen is noted." in page
    assert "seen in a document" in page
    (kept,) = api.list_evidence(1, at=make.EVE)
    assert (kept.recorded_by, kept.note, str(kept.valid_until)) == (9, "passport", "2030-01-01")


def test_a_note_of_a_reviewer_is_not_shown_to_the_learner(client, applied):
    see("HT", note="passport looks odd")
    page = client.get(reverse("waiver_policy:application", args=[applied.uuid])).content.decode()
    assert "seen in a document" in page
    assert "looks odd" not in page


def test_nobody_notes_what_they_saw_about_themselves(client, applied):
    models.WaiverApplication.objects.update(user_id=9)
    client.force_login(reviewer())
    address = reverse("waiver_policy:seen", args=[applied.uuid])
    sent = {"basis": "nationality", "country": "HT", "kind": "document"}
    assert client.post(address, sent).status_code == 404
    assert models.CountryEvidence.objects.count() == 0


def test_f24_a_learner_notes_nothing_as_seen(client, applied):
    address = reverse("waiver_policy:seen", args=[applied.uuid])
    sent = {"basis": "nationality", "country": "HT", "kind": "document"}
    assert client.post(address, sent).status_code == 404
    assert counting() == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(st.tuples(st.sampled_from(["FR", "HT", "NP", ""]), st.integers(0, 5)), max_size=6)
)
def test_the_last_thing_said_counts_whatever_was_said_before(said):
    models.CountryEvidence.objects.all().forget()
    said = sorted(said, key=lambda one: one[1])  # days do not run backwards
    for country, day in said:
        declare(*filter(None, [country]), at=make.EVE + day * ONE_DAY)
    newest = said[-1][0] if said else None
    end = make.EVE + 9 * ONE_DAY
    assert [one[2] for one in counting(end)] == ([] if newest is None else [newest])
