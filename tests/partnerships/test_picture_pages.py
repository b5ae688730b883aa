"""The pages of pictures, and the addresses of their files."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from factories.brand import APPROVED, approved, drawing, sent
from factories.marks import png
from factories.partnerships import (
    AGREEMENT,
    APPROVER,
    BY_ONE_PERSON,
    COURSE,
    FIRST_SECOND_AFTER,
    FIRST_UNCLEARED_SECOND,
    LAST_CLEARED_SECOND,
    LAST_SECOND,
    LONG_AGO,
    SUBMITTER,
    all_but_a_second_person,
    clear,
    colleague,
    put_in_force,
    resume,
    terms_text,
    version_text,
)
from fairgate import clock
from fairgate_marks import HEADERS, Kind
from fairgate_papers import TypesetterMissing
from partnerships import api, checks, models
from partnerships.data import Background, BrandState
from partnerships.settings import common, production

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MARKS = "/fairgate/partners/GSMA/marks/"
SEND = f"{MARKS}send/"
OWN = ("", "public/")
WAITING = "/fairgate/partners/marks/"
TEXTS = {"background": "dark", "seen_en": "Three waves", "use_ru": "Оставьте место."}


@pytest.fixture(autouse=True)
def moment() -> Iterator[list[datetime]]:
    """The time it is; a test may change it."""
    put_in_force()
    now = [NOW]
    clock.use(lambda: now[0])
    yield now
    clock.use(None)


def be(client: Client, name: str, *, partner: str = "", may: tuple[str, ...] = ()) -> User:
    """Sign in as somebody who acts for a partner, or as a colleague with permissions."""
    user = User.objects.create_user(name)
    if partner:
        api.add_person(user.pk, partner_code=partner, role="officer", at=LONG_AGO)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(user)
    return user


def page_of(picture) -> str:
    return f"{MARKS}{picture.uuid}/"


def file_of(picture) -> str:
    return f"/fairgate/partners/marks/{picture.mark}"


def upload(client: Client, **told):
    content = told.pop("content", drawing())
    return client.post(SEND, {**TEXTS, **told, "file": SimpleUploadedFile("a.svg", content)})


# --- Sending --------------------------------------------------------------------------------------


def test_a_partners_person_sends_a_picture_and_is_told_what_follows(client):
    grace = be(client, "grace", partner="GSMA")

    answer = client.post(
        SEND, {**TEXTS, "file": SimpleUploadedFile("a.svg", drawing())}, follow=True
    )

    (picture,) = api.list_pictures("GSMA", at=NOW)
    assert answer.redirect_chain == [(page_of(picture), 302)]
    assert "It is shown once a second person approves it." in answer.content.decode()
    assert (picture.background, picture.uploaded_by) == (Background.DARK, grace.pk)
    assert picture.alternatives == (("en", "Three waves"),)
    assert picture.usage_rules == (("ru", "Оставьте место."),)
    assert picture.uploaded_at == NOW


def test_a_colleague_with_the_permission_sends_for_any_partner(client):
    be(client, "colleague", may=("add_brandasset",))

    assert upload(client).status_code == 302


def test_a_csrf_token_is_needed(client):
    grace = be(client, "grace", partner="GSMA")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(grace)

    assert upload(strict).status_code == 403
    token = strict.get(SEND).context["csrf_token"]
    assert upload(strict, csrfmiddlewaretoken=str(token)).status_code == 302


def test_what_is_missing_is_listed_at_the_top_and_leads_to_its_control(client):
    be(client, "grace", partner="GSMA")

    answer = client.post(SEND, {"use_fr": "Laissez de la place."})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "<title>Error: " in page
    assert 'href="#id_seen_en"' in page
    assert 'href="#id_file"' in page
    assert 'href="#id_background' in page
    assert page.count("Say in at least one language what is seen.") == 2
    assert "Laissez de la place." in page
    assert 'class="partner-rules" open' in page


def test_control_characters_are_told_at_their_text(client):
    be(client, "grace", partner="GSMA")

    told = {"seen_fr": "a\x07b", "seen_ar": "a\u202eb", "use_en": "one\r\ntwo"}
    errors = upload(client, **told).context["form"].errors

    assert sorted(errors) == ["seen_ar", "seen_fr"]


def test_more_files_than_a_person_sends_wait_a_minute(client, settings):
    settings.PARTNERSHIPS_MARKS_PER_DAY = 99
    be(client, "grace", partner="GSMA")
    for _ in range(10):
        assert upload(client, content=b"x").status_code == 400

    answer = upload(client)

    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "Three waves" in answer.content.decode()


def test_more_pictures_than_a_day_takes_are_told_so(client, settings):
    settings.PARTNERSHIPS_MARKS_PER_DAY = 1
    be(client, "grace", partner="GSMA")
    assert upload(client).status_code == 302

    answer = upload(client)

    assert "has sent 1 pictures in a day" in answer.content.decode()


def test_a_site_that_cannot_draw_says_so_and_keeps_nothing(client, monkeypatch):
    def missing(*_args, **_kwargs):
        raise TypesetterMissing("no typst")

    monkeypatch.setattr("fairgate_marks.pictures", missing)
    be(client, "grace", partner="GSMA")

    assert "Pictures cannot be drawn at the moment" in upload(client).content.decode()
    assert not models.BrandAsset.objects.exists()


# --- Who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "send/", "{uuid}/", "{uuid}/{mark}"])
def test_who_does_not_act_for_the_partner_is_told_that_there_is_nothing(client, path):
    picture = sent()
    url = MARKS + path.format(uuid=picture.uuid, mark=picture.mark)

    assert client.get(url).status_code == 302  # to the page where one signs in
    be(client, "stranger")
    assert client.get(url).status_code == 404
    be(client, "other", partner="ATC")
    assert client.get(url).status_code == 404
    be(client, "grace", partner="GSMA")
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("act", ["decide/", "withdraw/"])
def test_who_does_not_act_for_the_partner_changes_nothing(client, act):
    picture = sent()
    be(client, "other", partner="ATC")

    answer = client.post(page_of(picture) + act, {"decision": "approve", "reason": "Mine."})

    assert answer.status_code == 404
    assert api.picture(picture.uuid, at=NOW).state is BrandState.WAITING


def test_a_picture_is_only_there_under_its_own_partner(client):
    picture = sent("ATC")
    be(client, "colleague", may=("approve_brandasset",))

    assert client.get(f"{MARKS}{picture.uuid}/").status_code == 404
    assert client.get(f"{MARKS}{picture.uuid}/{picture.mark}").status_code == 404
    assert client.get("/fairgate/partners/NONE/marks/").status_code == 404


def test_a_file_of_another_version_is_not_previewed(client):
    first, second = sent(), sent("ATC", content=drawing("#fff"))
    be(client, "grace", partner="GSMA")

    assert client.get(f"{MARKS}{first.uuid}/{second.mark}").status_code == 404
    assert client.get(f"{MARKS}{second.uuid}/{second.mark}").status_code == 404


def test_a_preview_is_never_kept_and_cannot_do_anything(client):
    picture = sent()
    be(client, "grace", partner="GSMA")

    answer = client.get(f"{MARKS}{picture.uuid}/{picture.mark}")

    assert answer.content == api.read_file(picture.sha256)
    assert "no-store" in answer["Cache-Control"]
    assert HEADERS[Kind.SVG].items() <= dict(answer.items()).items()


# --- Deciding and withdrawing ---------------------------------------------------------------------


def test_a_colleague_finds_what_waits_and_approves_it(client):
    picture = sent()
    be(client, "colleague", may=("approve_brandasset",))
    assert page_of(picture) in client.get("/fairgate/partners/marks/").content.decode()

    answer = client.post(page_of(picture) + "decide/", {"decision": "approve"}, follow=True)

    assert "The picture is approved." in answer.content.decode()
    assert api.picture(picture.uuid, at=NOW).state is BrandState.SHOWN
    assert "No picture waits" in client.get("/fairgate/partners/marks/").content.decode()


def test_what_waits_is_listed_for_who_decides_only(client):
    be(client, "grace", partner="GSMA", may=("add_brandasset",))

    assert client.get("/fairgate/partners/marks/").status_code == 404


def test_a_refusal_without_a_sentence_is_told_and_nothing_is_decided(client):
    picture = sent()
    be(client, "colleague", may=("approve_brandasset",))

    answer = client.post(page_of(picture) + "decide/", {"decision": "refuse"})

    assert answer.status_code == 400
    assert "Say why, in a sentence." in answer.content.decode()
    assert api.picture(picture.uuid, at=NOW).state is BrandState.WAITING

    client.post(page_of(picture) + "decide/", {"decision": "refuse", "sentence": "Our emblem."})
    assert api.picture(picture.uuid, at=NOW).sentence == "Our emblem."


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("decide/", {"decision": "refuse", "sentence": "Too \x07 loud"}),
        ("withdraw/", {"reason": "Too \x07 loud"}),
    ],
)
def test_a_sentence_that_cannot_be_read_is_told_at_its_control(client, act, told):
    picture = sent()
    be(client, "colleague", may=("approve_brandasset",))

    answer = client.post(page_of(picture) + act, told)

    assert answer.status_code == 400
    assert "There are control characters in the text." in answer.content.decode()
    assert api.picture(picture.uuid, at=NOW).state is BrandState.WAITING


def test_who_sent_a_picture_cannot_decide_whatever_they_may_else(client):
    colleague = be(client, "colleague", may=("approve_brandasset", "add_brandasset"))
    picture = sent(by=colleague.pk)

    page = client.get(page_of(picture)).content.decode()
    answer = client.post(page_of(picture) + "decide/", {"decision": "approve"})

    assert "another person decides about it" in page
    assert "decide/" not in page
    assert answer.status_code == 404


def test_who_is_too_late_is_told_that_somebody_else_decided(client, monkeypatch):
    picture = sent()
    be(client, "colleague", may=("approve_brandasset",))
    monkeypatch.setattr("partnerships.views_marks._may_decide", lambda *_: True)
    api.refuse_picture(picture.uuid, by=999, at=NOW, sentence="No.")

    answer = client.post(page_of(picture) + "decide/", {"decision": "approve"}, follow=True)

    assert "Somebody has decided about this picture already" in answer.content.decode()


def test_who_becomes_a_person_of_the_partner_meanwhile_is_told(client, monkeypatch):
    colleague = be(client, "colleague", may=("approve_brandasset",))
    picture = sent(by=colleague.pk)
    monkeypatch.setattr("partnerships.views_marks._may_decide", lambda *_: True)

    answer = client.post(page_of(picture) + "decide/", {"decision": "approve"}, follow=True)

    assert "Another person has to decide" in answer.content.decode()


def test_a_partner_withdraws_its_picture_with_a_reason(client):
    picture = approved()
    be(client, "grace", partner="GSMA")
    assert client.post(page_of(picture) + "withdraw/", {"reason": " "}).status_code == 400

    answer = client.post(page_of(picture) + "withdraw/", {"reason": "New name."}, follow=True)

    assert "no longer shown anywhere" in answer.content.decode()
    assert "New name." in answer.content.decode()
    assert client.get(file_of(picture)).status_code == 404


def test_who_only_reads_agreements_withdraws_nothing(client):
    picture = approved()
    be(client, "reader", may=("view_agreement",))

    assert client.get(page_of(picture)).status_code == 200
    assert client.post(page_of(picture) + "withdraw/", {"reason": "No."}).status_code == 404
    assert client.get(SEND).status_code == 404


def test_the_sentence_and_the_rules_stand_with_every_mark(client):
    picture = approved(usage_rules={"en": "Leave room around it."})
    be(client, "grace", partner="GSMA")

    pages = [client.get(url).content.decode() for url in (MARKS, page_of(picture))]
    pages += [client.get(f"/fairgate/partners/GSMA/{one}").content.decode() for one in OWN]
    public = Client().get("/fairgate/partners/").content.decode()

    assert all("does not endorse GSMA" in page for page in [*pages, public])
    assert all("Leave room around it." in page for page in [*pages, public])
    assert f'src="{file_of(picture)}"' in public
    assert 'alt="Three waves"' in public
    assert f'href="{MARKS}"' in client.get("/fairgate/partners/GSMA/").content.decode()


@pytest.mark.parametrize("path", ["", "GSMA/", "GSMA/public/", f"api/v1/courses/{COURSE}/marks/"])
def test_rules_stand_with_the_mark_until_the_last_second(client, moment, path):
    approved(usage_rules={"en": "Leave room around it."})
    be(client, "grace", partner="GSMA")

    moment[0] = LAST_SECOND
    assert "Leave room around it." in client.get(f"/fairgate/partners/{path}").content.decode()
    moment[0] = FIRST_SECOND_AFTER
    assert "Leave room" not in client.get(f"/fairgate/partners/{path}").content.decode()


def test_who_decides_sees_sentence_and_rules_with_what_waits(client):
    sent(usage_rules={"ar": "اترك مسافة"})
    be(client, "omar", may=("approve_brandasset",))

    page = client.get(WAITING).content.decode()

    assert "does not endorse GSMA" in page
    assert '<span lang="ar" dir="rtl">اترك مسافة</span>' in page


def test_rules_that_are_too_long_are_told_with_both_numbers_and_nothing_is_kept(client):
    be(client, "grace", partner="GSMA")

    answer = upload(client, use_en="a" * 301)

    assert answer.status_code == 400
    assert answer.context["form"].errors["use_en"] == [
        "Rules for its use stand with the mark wherever it shows, so they have at most 300 "
        "characters; these have 301."
    ]
    assert "at most 300 characters" in client.get(SEND).content.decode()
    assert api.list_pictures("GSMA", at=NOW) == ()


def test_another_language_than_the_pages_is_told(client):
    picture = approved(alternatives={"ar": "موجات"}, usage_rules={"ar": "اترك مسافة"})
    be(client, "grace", partner="GSMA")
    own = "/fairgate/partners/GSMA/"

    for url in (MARKS, page_of(picture), own, f"{own}public/", "/fairgate/partners/"):
        page = client.get(url).content.decode()
        assert 'alt="موجات" lang="ar" dir="rtl"' in page
        assert 'lang="ar" dir="rtl">اترك مسافة' in page


def test_what_people_write_is_text_and_not_markup(client):
    picture = approved(alternatives={"en": '"><b>x</b>'}, usage_rules={"en": "<i>y</i>"})
    be(client, "grace", partner="GSMA")

    for url in (MARKS, page_of(picture), "/fairgate/partners/"):
        page = client.get(url).content.decode()
        assert "<b>x</b>" not in page
        assert "<i>y</i>" not in page


def test_a_picture_is_not_said_to_be_shown_where_no_agreement_is_in_force(client):
    approved()
    be(client, "grace", partner="GSMA")
    before = client.get(MARKS).content.decode()

    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)

    page = client.get(MARKS).content.decode()
    assert "Shown now" in before
    assert "Shown now" not in page
    assert "No mark of this partner shows on any course now." in page
    assert "and shown" not in page
    assert ">Approved</h2>" in page


def test_a_partner_without_pictures_is_told_that_the_name_stands_alone(client):
    be(client, "grace", partner="GSMA")

    page = client.get(MARKS).content.decode()

    assert "the name stands alone" in page
    assert "Nothing was sent yet." in page


def test_a_picture_for_dark_backgrounds_alone_is_not_among_what_is_shown_and_can_be_withdrawn(
    client,
):
    dark = approved(background=Background.DARK)
    be(client, "grace", partner="GSMA")

    page = client.get(MARKS).content.decode()
    own = client.get(page_of(dark)).content.decode()

    assert "the name stands alone" in page
    assert "partner-mark" not in page
    said = "Approved, not shown without one for light backgrounds"
    assert said in page
    assert said in own
    assert "Withdraw this picture" in own

    approved()
    assert client.get(MARKS).content.decode().count('<div class="partner-mark') == 2


# --- Addresses of files ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "kind"), [(drawing(), Kind.SVG), (png((800, 400)), Kind.PNG)], ids=["SVG", "PNG"]
)
def test_everybody_is_shown_what_is_approved_under_a_policy_that_lets_it_do_nothing(
    client, content, kind
):
    picture = approved(content=content)

    answer = client.get(file_of(picture))

    assert answer.status_code == 200
    assert answer.content == api.read_file(picture.sha256)
    assert HEADERS[kind].items() <= dict(answer.items()).items()
    assert answer["Cache-Control"] == "private, no-cache"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_what_waits_is_refused_or_withdrawn_has_no_address(client, moment):
    waiting = sent()
    assert client.get(file_of(waiting)).status_code == 404
    assert client.get(file_of(waiting))["Cache-Control"] == "no-store"

    api.approve_picture(waiting.uuid, by=2, at=APPROVED)
    assert client.get(file_of(waiting)).status_code == 200

    api.withdraw_picture(waiting.uuid, by=2, reason="New name.", at=NOW + timedelta(seconds=1))
    assert client.get(file_of(waiting)).status_code == 200
    moment[0] = NOW + timedelta(seconds=1)
    assert client.get(file_of(waiting)).status_code == 404


def status_of(client, picture, moment, at):
    """How the address of a picture answers at a moment to a browser that has it."""
    moment[0] = at
    return client.get(file_of(picture), HTTP_IF_NONE_MATCH=f'"{picture.sha256}"').status_code


def test_the_address_answers_in_the_last_second_of_the_agreement_and_not_in_the_first_after(
    client, moment
):
    picture = approved()

    assert status_of(client, picture, moment, LAST_SECOND) == 304
    assert status_of(client, picture, moment, FIRST_SECOND_AFTER) == 404
    gone = client.get(file_of(picture))
    assert (gone.status_code, gone["Cache-Control"]) == (404, "no-store")


def test_the_address_begins_with_the_first_second_of_the_agreement(client, moment):
    picture = approved(at=LONG_AGO, decided_at=LONG_AGO)
    begin = datetime(2026, 10, 1, tzinfo=UTC)

    assert status_of(client, picture, moment, begin - timedelta(seconds=1)) == 404
    assert status_of(client, picture, moment, begin) == 304


def test_the_address_is_gone_while_the_agreement_is_suspended(client, moment):
    picture = approved()
    second = timedelta(seconds=1)
    api.suspend(AGREEMENT, by="olga", reason="Review", at=NOW)
    resume(at=NOW + 2 * second)

    answers = [status_of(client, picture, moment, NOW + place * second) for place in range(-1, 3)]

    assert answers == [304, 404, 404, 304]


def test_the_address_is_gone_with_the_first_second_after_a_due_diligence(client, moment):
    api.record_due_diligence(
        "GSMA", accepted=True, expires_on=date(2027, 5, 31), by=colleague("olga"), at=LONG_AGO
    )
    clear()
    picture = approved()

    assert status_of(client, picture, moment, LAST_CLEARED_SECOND) == 304
    assert status_of(client, picture, moment, FIRST_UNCLEARED_SECOND) == 404


def test_the_address_is_gone_with_an_early_end(client, moment):
    picture = approved()
    (version,) = api.list_versions(at=NOW)
    asked = api.ask_end(version.uuid, last_day=NOW.date(), reason="Consent", by=SUBMITTER, at=NOW)
    api.confirm_end(asked, by=APPROVER, at=NOW)

    assert status_of(client, picture, moment, NOW.replace(hour=23, minute=59, second=59)) == 304
    assert status_of(client, picture, moment, datetime(2026, 11, 24, tzinfo=UTC)) == 404


@pytest.mark.parametrize("what", BY_ONE_PERSON)
def test_the_address_waits_for_the_word_of_a_second_person(client, moment, what):
    all_but_a_second_person(what)
    picture = approved()

    assert status_of(client, picture, moment, NOW) == 404


def test_another_agreement_that_shows_the_same_partner_keeps_the_address(client, moment):
    put_in_force(
        terms_text(
            version_text(),
            version_text(agreement="GSMA-LATER", valid_until="2028-03-31", revenue=""),
        )
    )
    picture = approved()

    assert status_of(client, picture, moment, FIRST_SECOND_AFTER) == 304
    assert status_of(client, picture, moment, datetime(2028, 4, 1, tzinfo=UTC)) == 404


def test_an_agreement_in_which_a_partner_has_no_role_shows_no_picture_of_it(client, moment):
    picture = approved("ATC")
    put_in_force(
        terms_text(
            version_text(),
            version_text(
                agreement="ATC-GRANT", partner="ATC", valid_until="2028-03-31", revenue="",
                roles="[{partner: GSMA, role: sponsor}]",
            ),
        )
    )  # fmt: skip

    assert status_of(client, picture, moment, LAST_SECOND) == 304
    assert status_of(client, picture, moment, FIRST_SECOND_AFTER) == 404


def test_what_was_issued_and_who_may_see_pictures_outlive_the_agreement(client, moment):
    picture = approved()
    (mark, *_) = api.freeze_marks(COURSE, at=NOW)
    moment[0] = FIRST_SECOND_AFTER
    be(client, "grace", partner="GSMA")

    assert client.get(mark.picture.light).status_code == 200
    assert client.get(f"{page_of(picture)}{picture.mark}").status_code == 200
    assert Client().get(f"{page_of(picture)}{picture.mark}").status_code == 302
    assert client.get(file_of(picture)).status_code == 404


@pytest.mark.parametrize("number", [1, 6])
def test_the_address_costs_one_query_however_many_agreements(
    client, number, django_assert_num_queries
):
    more = [
        version_text(agreement=f"GSMA-{place}", revenue="", courses=[f"course-v1:ATC+C{place}+26"])
        for place in range(number)
    ]
    put_in_force(terms_text(version_text(), *more))
    picture = approved()

    with django_assert_num_queries(1):
        assert client.head(file_of(picture)).status_code == 200


def test_a_browser_that_has_it_is_told_so_until_the_second_it_is_withdrawn(client):
    picture = approved()
    etag = client.get(file_of(picture))["ETag"]
    asks_again = {"HTTP_IF_NONE_MATCH": etag}

    same = client.get(file_of(picture), **asks_again)
    api.withdraw_picture(picture.uuid, by=2, reason="New name.", at=NOW)
    gone = client.get(file_of(picture), **asks_again)

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
    assert same["Cache-Control"] == "private, no-cache"
    assert gone.status_code == 404


def test_only_the_head_costs_no_content(client, django_assert_num_queries):
    picture = approved()
    url = file_of(picture)
    whole = client.get(url)

    with CaptureQueriesContext(connection) as asked:
        head = client.head(url)
        same = client.get(url, HTTP_IF_NONE_MATCH=whole["ETag"])

    assert (head.status_code, head.content, same.status_code) == (200, b"", 304)
    assert head["Content-Length"] == str(len(whole.content))
    assert len(asked) == 2
    assert not [one for one in asked if "content" in one["sql"] or "session" in one["sql"]]
    with django_assert_num_queries(2):
        client.get(url)


@pytest.mark.parametrize(
    "name",
    ["x.svg", "{sha}.html", "{sha}.png", "{sha}", "{upper}.svg", "{sha}.svg%0a", "..%2f{sha}.svg"],
)
def test_other_names_are_not_there(client, name):
    picture = approved()
    told = name.format(sha=picture.sha256, upper=picture.sha256.upper())

    assert client.get(f"/fairgate/partners/marks/{told}").status_code == 404
    assert client.get(f"/fairgate/partners/marks/kept/{told}").status_code == 404


def test_files_are_only_read(client):
    picture = approved()

    assert client.post(file_of(picture)).status_code == 405
    assert client.delete(file_of(picture)).status_code == 405


def test_a_file_that_was_changed_in_the_database_is_not_shown(client, caplog):
    picture = approved()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE partnerships_brandfile SET content = %s WHERE sha256 = %s",
            [b"<svg onload='alert(1)'/>", picture.sha256],
        )

    assert client.get(file_of(picture)).status_code == 404
    assert "is not what its hash says" in caplog.text


def test_what_was_issued_stays_at_its_address_for_good(client):
    picture = approved()
    (mark, *_) = api.freeze_marks(COURSE, at=NOW)
    api.withdraw_picture(picture.uuid, by=2, reason="New name.", at=NOW)

    answer = client.get(mark.picture.light)

    assert answer.status_code == 200
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert HEADERS[Kind.SVG].items() <= dict(answer.items()).items()
    assert client.get(file_of(picture)).status_code == 404
    assert [client.head(path).status_code for path in (mark.picture.mail, mark.picture.paper)] == [
        200,
        200,
    ]


def test_addresses_of_files_are_those_of_the_plugin():
    regex = apps.get_app_config("partnerships").plugin_app["url_config"]["lms.djangoapp"]["regex"]

    assert reverse("partnerships:mark", args=["a.svg"]) == "/fairgate/partners/marks/a.svg"
    assert regex == "^fairgate/partners/"
    assert resolve("/fairgate/partners/marks/").url_name == "waiting_pictures"


# --- Operators ------------------------------------------------------------------------------------


def test_the_admin_shows_pictures_and_changes_none(client):
    picture = approved()
    api.freeze_marks(COURSE, at=NOW)
    client.force_login(User.objects.create_superuser("root"))
    pages = [
        reverse("admin:partnerships_brandasset_changelist"),
        reverse("admin:partnerships_keptmark_changelist"),
        reverse(
            "admin:partnerships_brandasset_change",
            args=[models.BrandAsset.objects.get(uuid=picture.uuid).pk],
        ),
    ]

    assert [client.get(page).status_code for page in pages] == [200] * 3
    assert client.get(reverse("admin:partnerships_brandasset_add")).status_code == 403


@pytest.mark.parametrize("stage", [common, production])
def test_what_is_sent_is_left_out_of_the_tracking_log(stage):
    class Settings:
        INSTALLED_APPS: list[str] = []
        TRACKING_IGNORE_URL_PATTERNS = ["^/login"]

    stage.plugin_settings(Settings)
    stage.plugin_settings(Settings)

    assert Settings.TRACKING_IGNORE_URL_PATTERNS == ["^/login", common.UNTRACKED]


@pytest.mark.parametrize(
    "name",
    [
        "PARTNERSHIPS_MARK_MAX_BYTES",
        "PARTNERSHIPS_MARKS_PER_DAY",
        "PARTNERSHIPS_PROMOTIONS_PER_DAY",
        "PARTNERSHIPS_RECORDS_PER_DAY",
        "PARTNERSHIPS_PARTNER_RECORDS_PER_DAY",
        "PARTNERSHIPS_EVIDENCE_FILES_PER_DAY",
        "PARTNERSHIPS_PARTNER_EVIDENCE_FILES_PER_DAY",
    ],
)
@pytest.mark.parametrize("value", [0, -1, "many", None, True, 2.5])
def test_a_limit_that_is_no_number_is_an_error(settings, name, value):
    setattr(settings, name, value)

    assert [one.id for one in checks.check_setup()] == ["partnerships.E003"]


# --- What the pages cost --------------------------------------------------------------------------


def weight(content: bytes) -> tuple[int, int]:
    """Bytes as they are and as they travel."""
    return len(content), len(gzip.compress(content, 6))


@pytest.mark.parametrize(
    ("path", "most"), [("", 1_900), ("send/", 3_000), ("{uuid}/", 2_400)], ids=str
)
def test_a_page_is_light_without_its_pictures(client, path, most):
    picture = approved(usage_rules={"en": "Leave room around it."})
    be(client, "grace", partner="GSMA")

    _plain, compressed = weight(client.get(MARKS + path.format(uuid=picture.uuid)).content)

    assert compressed <= most


def test_the_stylesheet_of_partners_pages_is_small():
    path = finders.find("partnerships/marks.css")

    assert len(Path(path).read_bytes()) <= 1_400
