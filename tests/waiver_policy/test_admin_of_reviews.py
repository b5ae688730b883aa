"""What operators set in the admin for reviews and nominations, and what they only read there."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.urls import reverse

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, models

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def operator(client):
    make.programme()
    clock.use(lambda: make.EVE)
    root = make.person("root", is_superuser=True, is_staff=True)
    client.force_login(User.objects.get(pk=root))
    yield
    clock.use(None)


def add(client, model, **told):
    address = reverse(f"admin:waiver_policy_{model._meta.model_name}_add")
    return client.post(address, told).content.decode()


def test_an_operator_writes_down_where_a_reviewer_works(client):
    add(client, models.ReviewerOrganisation, user_id=9, name="Centre", domain="")
    assert models.ReviewerOrganisation.objects.get().name == "Centre"


class TestTheLogOfTheAdmin:
    """It keeps what a row was called, for ever."""

    @pytest.fixture
    def logged(self, client):
        told = {"administration": "Ministry", "is_active": "on"}
        for user_id in (9, 19):
            name = f"Centre {user_id}"
            add(client, models.ReviewerOrganisation, user_id=user_id, name=name, domain="")
            add(client, models.AdministrationFocalPoint, user_id=user_id, country="LA", **told)

    def rows(self):
        return list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message"))

    def test_does_not_say_where_somebody_works(self, logged):
        assert [called for called, _ in self.rows()] == ["9", "9", "19", "19"]

    def test_says_nothing_of_who_has_left(self, logged):
        # given what was written while rows were still called after where somebody works
        rows = LogEntry.objects.order_by("pk")
        for entry, called in zip(rows, ["Centre 9", "LA 9", "Centre 19", "LA 19"], strict=True):
            LogEntry.objects.filter(pk=entry.pk).update(object_repr=called)
        before = self.rows()

        # when
        first = api.retire_person(9, at=make.EVE)
        again = api.retire_person(9, at=make.EVE)

        # then
        assert self.rows() == [("", ""), ("", ""), *before[2:]]
        assert (first["log of the admin"], again["log of the admin"]) == (2, 0)

    def test_says_nothing_either_of_a_row_that_an_operator_has_deleted(self, logged):
        models.AdministrationFocalPoint.objects.all().delete()
        LogEntry.objects.filter(object_repr="9").update(object_repr="LA 9")
        LogEntry.objects.filter(object_repr="19").update(object_repr="LA 19")
        api.retire_person(9, at=make.EVE)
        assert [called for called, _ in self.rows()] == ["", "", "LA 19", "LA 19"]

    def test_need_not_be_there(self, settings, logged):
        settings.INSTALLED_APPS = [
            app for app in settings.INSTALLED_APPS if app != "django.contrib.admin"
        ]
        assert api.retire_person(9, at=make.EVE)["log of the admin"] == 0


def test_an_organisation_without_name_and_domain_is_none(client):
    page = add(client, models.ReviewerOrganisation, user_id=9, name="", domain="")
    assert "Give a name, a domain, or both." in page
    assert not models.ReviewerOrganisation.objects.exists()


def test_a_focal_point_is_of_a_country_that_there_is(client):
    told = {"user_id": 9, "administration": "Ministry", "is_active": "on"}
    assert "is not the code of a country" in add(
        client, models.AdministrationFocalPoint, country="QQ", **told
    )
    add(client, models.AdministrationFocalPoint, country="la", **told)
    assert models.AdministrationFocalPoint.objects.get().country == "LA"


CALL = {
    "offering_code": "new", "opens_at_0": "2026-11-01", "opens_at_1": "00:00",
    "closes_at_0": "2026-12-01", "closes_at_1": "00:00", "event_on": "2027-02-15",
    "countries": '["np", "LA", "LA"]',
}  # fmt: skip


@pytest.fixture
def version():
    return make.call().policy_version_id


def test_a_call_names_its_policy_its_deadline_and_its_states(client, version):
    add(client, models.NominationCall, policy_version=version, **CALL)
    assert models.NominationCall.objects.get(offering_code="new").countries == ["LA", "NP"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"countries": '["QQ"]'}, "is not the code of a country"),
        ({"countries": '{"LA": 1}'}, "A list of codes is needed"),
        ({"countries": "[1]"}, "A list of codes is needed"),
        ({"closes_at_0": "2026-10-01"}, "A call closes after it has opened."),
        ({"policy_version": "fees"}, "says nothing of nominations"),
    ],
)
def test_a_call_that_cannot_be_is_refused_with_a_sentence(client, version, told, words):
    fees = models.PolicyVersion.objects.exclude(pk=version).get().pk
    given = {"policy_version": version, **CALL, **told}
    if given["policy_version"] == "fees":
        given["policy_version"] = fees
    assert words in add(client, models.NominationCall, **given)
    assert models.NominationCall.objects.count() == 1


@pytest.mark.parametrize(("last", "refused"), [("2026-11-29", True), ("2026-11-30", False)])
def test_a_call_takes_no_nomination_after_the_policys_own_deadline(client, version, last, refused):
    text = make.FELLOWSHIP.replace("before: event", f'date: "{last}"')
    models.PolicyVersion.objects.filter(pk=version).update(text=text + "# other\n")
    page = add(client, models.NominationCall, policy_version=version, **CALL)
    assert ("own deadline is earlier" in page) is refused


@pytest.mark.parametrize(
    "model", [models.Nomination, models.Notice, models.ReviewerConflict, models.WaiverApplication]
)
def test_what_was_done_is_shown_and_not_changed(client, model, version):
    make.focal_point()
    make.nominate("ana")
    applied = make.apply(2)
    models.ReviewerConflict.objects.create(
        application=models.WaiverApplication.objects.get(uuid=applied.uuid), user_id=9, at=make.EVE
    )
    name = model._meta.model_name
    row = model.objects.first()
    assert client.get(reverse(f"admin:waiver_policy_{name}_changelist")).status_code == 200
    page = client.get(reverse(f"admin:waiver_policy_{name}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.get(reverse(f"admin:waiver_policy_{name}_add")).status_code == 403
