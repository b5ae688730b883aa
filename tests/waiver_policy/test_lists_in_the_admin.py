"""Country lists in the admin: the banner, the upload, the second person, the confirmation."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, conf, models
from waiver_policy.exceptions import AlreadyConfirmed

pytestmark = pytest.mark.django_db

OPEN = {"until_date": "", "until_precision": ""}
DEFERRED = {"until_date": "2029-11-24"}
CONTESTED = {"iso3166_alpha2": "NP", "alt_until_date": "2029-11-24"}
BANNER = "Country lists: somebody has to look"
ADD = "/admin/waiver_policy/editionproposal/add/"
CONFIRM = "/admin/waiver_policy/listmembership/confirm/LDC/NP/"


@pytest.fixture(autouse=True)
def eve():
    clock.use(lambda: make.EVE)
    yield
    clock.use(None)


@pytest.fixture
def enter(client):
    def entered(username="root", *codenames):
        flags = {"is_staff": True, "is_superuser": not codenames}
        user, _ = User.objects.get_or_create(username=username, defaults=flags)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client.force_login(user)
        return client

    return entered


def words(response):
    return response.content.decode()


def upload(client, text, **more):
    raw = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("lists.csv", raw, content_type="text/csv")
    given = {"file": file, "source": "UN", "allow_removals": "on", **more}
    return client.post(ADD, given, follow=True)


def page_of(proposal):
    pk = models.EditionProposal.objects.get(uuid=proposal.uuid).pk
    return f"/admin/waiver_policy/editionproposal/{pk}/change/"


def names():
    return [edition.name for edition in api.list_editions()]


# The banner.


@pytest.fixture
def contested():
    make.lists(make.list_text(CONTESTED))


def pages():
    row = models.ListMembership.objects.get()
    return [
        "/admin/",
        "/admin/waiver_policy/",
        "/admin/waiver_policy/listedition/",
        "/admin/waiver_policy/waivergrant/",
        f"/admin/waiver_policy/listmembership/{row.pk}/change/",
        f"/admin/waiver_policy/listmembership/{row.pk}/history/",
        ADD,
    ]


@pytest.mark.parametrize("place", range(7))
def test_a_contested_row_is_told_on_every_page_of_the_admin_of_ours(enter, contested, place):
    page = words(enter().get(pages()[place]))
    assert BANNER in page
    assert "Nepal leaves the list of least developed countries (LDC) on 24 November 2026." in page
    assert f'href="{CONFIRM}"' in page


def test_the_banner_is_gone_once_somebody_has_confirmed(enter, contested):
    api.confirm_membership("LDC", "NP", by=make.operator("ines"), note="Seen.", at=make.EVE)
    assert BANNER not in words(enter().get("/admin/"))


def test_the_banner_is_for_staff_who_may_see_lists(enter, contested):
    assert BANNER not in words(enter("other", "view_waivergrant").get("/admin/"))
    page = words(enter("looks", "view_listmembership").get("/admin/"))
    assert BANNER in page
    assert "Look at it and confirm" not in page
    assert "Look at it" in page


def test_the_banner_tells_of_an_old_edition_and_of_a_proposal_that_waits(enter, settings):
    settings.WAIVER_POLICY_LIST_DAYS = 100
    make.lists(make.list_text({}))
    proposal = make.propose(make.list_text(DEFERRED))
    page = words(enter().get("/admin/"))
    assert "The edition LDC-1 of the list of least developed countries (LDC) is of" in page
    assert "A proposed edition waits for a second person: LDC." in page
    assert page_of(proposal) in page


def test_without_anything_to_look_at_there_is_no_banner(enter):
    make.lists(make.list_text({}))
    assert BANNER not in words(enter().get("/admin/"))


def test_a_pop_up_has_no_banner(enter, contested):
    page = words(enter().get("/admin/waiver_policy/listedition/?_popup=1"))
    assert BANNER not in page


def test_the_index_opens_without_our_tables(enter, contested, monkeypatch, caplog):
    from django.db import ProgrammingError

    def missing(**_):
        raise ProgrammingError("no such table")

    monkeypatch.setattr(api, "list_contested", missing)
    response = enter().get("/admin/")
    assert response.status_code == 200
    assert "country lists: no banner" in caplog.text


# Confirming.


def test_a_contested_row_is_confirmed_on_its_page(enter, contested):
    client = enter()
    page = words(client.get(CONFIRM))
    assert "from 18 November 1971 until 24 November 2026" in page
    assert "A/RES/76/8" in page
    done = client.post(CONFIRM, {"note": "Seen at un.org."}, follow=True)
    assert "The date of Nepal is confirmed." in words(done)
    kept = models.MembershipConfirmation.objects.get()
    assert (kept.note, kept.by) == ("Seen at un.org.", User.objects.get(username="root").pk)


def test_a_confirmation_without_words_is_asked_again(enter, contested):
    page = words(enter().post(CONFIRM, {"note": " "}))
    assert "Please mend what is marked below." in page
    assert not models.MembershipConfirmation.objects.exists()


def test_who_may_only_look_confirms_nothing(enter, contested):
    client = enter("looks", "view_listmembership")
    assert "You may look at this, and not confirm it." in words(client.get(CONFIRM))
    client.post(CONFIRM, {"note": "x"})
    assert not models.MembershipConfirmation.objects.exists()


def test_who_may_not_see_lists_has_no_such_page(enter, contested):
    assert enter("other", "view_waivergrant").get(CONFIRM).status_code == 403


def test_a_row_that_is_not_contested_leads_to_the_list(enter):
    make.lists(make.list_text({}))
    done = enter().get(CONFIRM, follow=True)
    assert "This is not contested, or not any more." in words(done)


@pytest.mark.parametrize(
    ("status", "countries"),
    [("contested", ["NP"]), ("scheduled", ["LA", "BD"]), ("left", ["ST"]), ("deferred", ["AO"]),
     ("current", ["UG"]), ("nonsense", ["NP", "LA", "BD", "ST", "AO", "UG"])],
)  # fmt: skip
def test_rows_are_found_by_the_status_that_people_read(enter, status, countries):
    asked = {"alt_until_date": "2029-11-24"}
    make.lists(
        make.list_text(
            {}, {"iso3166_alpha2": "NP", **asked}, {"iso3166_alpha2": "BD", **asked},
            {"iso3166_alpha2": "ST", "until_date": "2024-12-13", "status": "graduated"},
            {"iso3166_alpha2": "AO", **OPEN, "status": "deferred"},
            {"iso3166_alpha2": "UG", **OPEN, "status": "current"},
        )
    )  # fmt: skip
    api.confirm_membership("LDC", "BD", by=make.operator("ines"), note="Seen.", at=make.EVE)
    page = enter().get(f"/admin/waiver_policy/listmembership/?status_now={status}")
    found = {row.country for row in page.context["cl"].result_list}
    assert found == set(countries)


def test_a_row_that_is_contested_without_another_end_is_found_until_it_is_confirmed(enter):
    make.lists(make.list_text({"iso3166_alpha2": "NP", **OPEN, "status": "contested"}))
    client = enter()
    page = client.get("/admin/waiver_policy/listmembership/?status_now=contested")
    assert page.context["cl"].result_count == 1
    assert "is contested, and nobody has confirmed the date in force" in words(page)
    client.post(CONFIRM, {"note": "Seen."})
    page = client.get("/admin/waiver_policy/listmembership/?status_now=contested")
    assert page.context["cl"].result_count == 0


def test_who_confirms_after_somebody_else_is_told(enter, contested, monkeypatch):
    def faster(*_, **__):
        raise AlreadyConfirmed("NP on LDC has been confirmed already.")

    monkeypatch.setattr(api, "confirm_membership", faster)
    done = enter().post(CONFIRM, {"note": "Seen."}, follow=True)
    assert "Somebody has confirmed this already." in words(done)


# Uploading.


def test_a_file_is_uploaded_looked_at_and_applied_by_another(enter):
    make.lists(make.list_text({}))
    make.policy(make.policy_text(make.LDC_FREE))
    grant = make.grant(1, country="LA", cost=None, at=make.EVE - timedelta(hours=1))
    page = words(upload(enter("ines", "propose_edition"), make.list_text(DEFERRED),
                        document_symbol="A/81/L.5", published_on="2026-11-23"))  # fmt: skip
    assert "The edition is proposed. Another person applies it." in page
    assert (
        "Answers from today on change on the list of least developed countries (LDC) for: L" in page
    )
    assert "until 24 November 2026" in page
    assert "until 24 November 2029" in page
    assert str(grant.uuid) in page
    assert "Apply this edition" not in page
    proposal = api.list_proposals()[0]
    other = enter("bo", "apply_edition")
    assert "Apply this edition" in words(other.get(page_of(proposal)))
    done = other.post(page_of(proposal), {"apply": "1"}, follow=True)
    assert "Applied: LDC-2." in words(done)
    assert names() == ["LDC-1", "LDC-2"]
    assert api.list_editions()[1].document_symbol == "A/81/L.5"


def test_the_proposer_cannot_apply_it_by_sending_the_form(enter):
    make.lists(make.list_text({}))
    client = enter("ines")
    upload(client, make.list_text(DEFERRED))
    done = client.post(page_of(api.list_proposals()[0]), {"apply": "1"}, follow=True)
    assert "You have proposed this edition; another person applies it, or rejects it." in words(
        done
    )
    assert names() == ["LDC-1"]


def test_who_may_only_propose_applies_nobodys_edition(enter):
    make.lists(make.list_text({}))
    proposal = make.propose(make.list_text(DEFERRED))
    client = enter("p", "propose_edition")
    assert "Apply this edition" not in words(client.get(page_of(proposal)))
    done = client.post(page_of(proposal), {"apply": "1"}, follow=True)
    assert "You lack the permission for this." in words(done)
    assert names() == ["LDC-1"]


def test_a_proposal_is_rejected_with_a_reason(enter):
    make.lists(make.list_text({}))
    proposal = make.propose(make.list_text(DEFERRED))
    client = enter("bo", "apply_edition")
    again = client.post(page_of(proposal), {"reject": "1", "reason": ""})
    assert "Please mend what is marked below." in words(again)
    done = client.post(page_of(proposal), {"reject": "1", "reason": "Not decided."}, follow=True)
    assert "The proposal is rejected." in words(done)
    assert "Not decided." in words(done)
    assert api.get_proposal(proposal.uuid).state == "rejected"


def test_editions_that_moved_are_told_on_the_page(enter):
    make.lists(make.list_text({}))
    old = make.propose(make.list_text(DEFERRED))
    make.lists(make.list_text({"until_date": "2028-11-24"}), known_from=make.EVE)
    done = enter("cy").post(page_of(old), {"apply": "1"}, follow=True)
    assert "Another edition has been made in the meantime." in words(done)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (make.list_text({}).replace(",", ";").encode(), "the cells are separated by semicolons"),
        (make.list_text({}).encode("utf-16"), "lists.csv: is UTF-16 text; save it as UTF-8."),
        (b"\x7fELF\x00\x01" + bytes(range(256)), "lists.csv"),
        (b"PK\x03\x04", "is a spreadsheet or another ZIP archive"),
        (b"", "The file is empty."),
        (make.list_text({"iso3166_alpha2": "UK"}).encode(), "Did you mean GB?"),
        (b"x" * (5 * 1024 * 1024 + 1), "The file is larger than 5 MB."),
    ],
    ids=["semicolons", "utf-16", "binary", "spreadsheet", "empty", "fault", "huge"],
)
def test_an_upload_that_cannot_be_read_is_told_and_leaves_nothing(enter, raw, sentence):
    page = words(upload(enter(), raw))
    assert sentence in page
    assert models.EditionProposal.objects.count() == 0


def test_many_faults_are_told_in_part(enter):
    page = words(upload(enter(), make.list_text(*[{"iso3166_alpha2": "QQ"}] * 23)))
    assert page.count("is not a country code we know") == 20
    assert "And 3 more faults." in page


def test_a_file_with_the_mark_of_a_spreadsheet_is_taken(enter):
    make.lists(make.list_text({}))
    upload(enter(), make.list_text(DEFERRED).encode("utf-8-sig"))
    assert len(api.list_proposals()) == 1


def test_markup_in_a_file_is_shown_as_text(enter):
    make.lists(make.list_text({}))
    page = words(upload(enter(), make.list_text({**DEFERRED, "source": "<b>bold</b>"})))
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page


def test_countries_that_vanish_are_asked_about_and_marked(enter):
    make.lists(make.list_text({}, {"iso3166_alpha2": "NP"}))
    client = enter()
    file = SimpleUploadedFile("lists.csv", make.list_text({}).encode())
    asked = client.post(ADD, {"file": file, "source": "UN"})
    assert "Countries vanish from a list without an end. Is the file complete?" in words(asked)
    assert "This row vanishes without an end." in words(upload(client, make.list_text({})))


def test_nothing_new_is_told(enter):
    make.lists(make.list_text({}))
    page = words(upload(enter(), make.list_text({})))
    assert "The lists stand like that already, with this source" in page


def test_who_may_not_propose_has_no_form(enter):
    assert enter("looks", "view_editionproposal").get(ADD).status_code == 403
    assert enter("looks", "view_editionproposal").post(ADD, {}).status_code == 403


def test_a_file_that_this_site_cannot_read_any_more_is_told_and_not_applied(enter, monkeypatch):
    make.lists(make.list_text({}))
    proposal = make.propose(make.list_text(DEFERRED))
    monkeypatch.setattr(conf, "country_codes", dict)
    client = enter("bo")
    page = words(client.get(page_of(proposal)))
    assert "“LA” is not a country code we know." in page
    assert "Apply this edition" not in page
    done = client.post(page_of(proposal), {"apply": "1"}, follow=True)
    assert "“LA” is not a country code we know." in words(done)
    assert names() == ["LDC-1"]


def test_who_may_see_no_list_sees_no_proposal(enter):
    make.lists(make.list_text({}))
    proposal = make.propose(make.list_text(DEFERRED))
    assert enter("other", "view_waivergrant").get(page_of(proposal)).status_code == 403


def test_a_proposal_that_is_not_there_is_no_page(enter):
    client = enter()
    assert client.get("/admin/waiver_policy/editionproposal/99/change/").status_code == 404
    assert client.get("/admin/waiver_policy/editionproposal/").status_code == 200


def test_a_form_sent_by_another_site_changes_nothing(enter):
    make.lists(make.list_text({}))
    proposal = make.propose(make.list_text(DEFERRED))
    client = enter("bo")
    client.handler.enforce_csrf_checks = True
    assert client.post(page_of(proposal), {"apply": "1"}).status_code == 403
    assert names() == ["LDC-1"]


def test_the_names_of_people_stand_in_the_lists_of_the_admin(enter, contested):
    api.confirm_membership("LDC", "NP", by=make.operator("ines"), note="Seen.", at=make.EVE)
    make.propose(make.list_text({**CONTESTED, "note": "x"}))
    client = enter()
    for model in ("membershipconfirmation", "editionproposal"):
        page = words(client.get(reverse(f"admin:waiver_policy_{model}_changelist")))
        assert "ines" in page


def table_of(response):
    """The rows of the difference, as they are read: without marks, a blank between lines."""
    table = words(response).partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in table.split("</tr>")[:-1]]


class TestTheDifference:
    """What is changed about a row is named and shown, also where both sides look alike."""

    @pytest.mark.parametrize(
        ("change", "title", "before", "after"),
        [
            ({"note": "See A/RES/1."}, "note", "–", "See A/RES/1."),
            ({"source": "A/RES/1"}, "source", "A/RES/76/8", "A/RES/1"),
            ({"provenance": "archive"}, "provenance", "–", "archive"),
            ({"alt_until_date": "2029-11-24"}, "end that was asked for", "–", "24 November 2029"),
            ({"from_precision": "year", "from_date": "1971-01-01"}, None, "1971", "1971"),
        ],
    )  # fmt: skip
    def test_says_what_is_changed(self, enter, change, title, before, after):
        make.lists(make.list_text({}))
        proposal = make.propose(make.list_text(change))
        told = table_of(enter().get(page_of(proposal)))
        assert before in " ".join(told)
        assert after in " ".join(told)
        assert title is None or f"Changed: {title}" in told[0].replace("status, ", "")

    def test_a_contested_row_with_another_note_does_not_look_the_same_twice(self, enter):
        make.lists(make.list_text(CONTESTED | {"note": "Asked for by letter."}))
        proposal = make.propose(make.list_text(CONTESTED | {"note": "Asked for in a debate."}))
        (told,) = table_of(enter().get(page_of(proposal)))
        assert "Changed: note" in told
        assert "Note Asked for by letter." in told
        assert "Note Asked for in a debate." in told

    def test_codes_are_read_as_words(self, enter):
        small = {"group": "SIDS", "sids_kind": "un_member", "iso3166_alpha2": "FJ", **OPEN}
        small |= {"status": "current", "from_precision": "not_later_than"}
        make.lists(make.list_text(small))
        row = models.ListMembership.objects.filter(edition__list_code="SIDS").get()
        page = f"/admin/waiver_policy/listmembership/{row.pk}/change/"
        told = words(enter().get(page))
        assert "Member State of the United Nations" in told
        assert "not later than this day" in told
        assert "un_member" not in told
        assert "not_later_than" not in told
