"""Pictures of marks: sent, decided by a second person, shown, withdrawn, kept."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from factories.brand import APPROVED, COLLEAGUE, SENDER, SENT, approved, drawing, sent
from factories.marks import png, svg
from factories.partnerships import COURSE, LONG_AGO, account, put_in_force
from fairgate.errors import RowIsKept
from fairgate_marks import MarkRefused, Reason, read
from partnerships import api, handlers, models
from partnerships.data import Background, BrandState
from partnerships.exceptions import (
    PictureSettled,
    PictureTextRefused,
    RecordIsKept,
    SecondPersonNeeded,
    TooManyPictures,
    UnknownPartner,
    UnknownPicture,
)
from partnerships.rules import LONGEST_RULES

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _partners() -> None:
    put_in_force()


def picture_at(at=LATER):
    """The picture of GSMA on the course at a moment."""
    (mark,) = [one for one in api.branding_for(COURSE, at=at) if one.partner == "GSMA"]
    return mark.picture


def name_of(path):
    return path.rpartition("/")[2]


def is_served(path, at=LATER):
    sha256, dot, suffix = name_of(path).partition(".")
    return api.shown_file(sha256, dot + suffix, at=at) is not None


def test_what_was_sent_and_what_is_shown_are_named_by_their_hashes():
    content = drawing()

    picture = sent(content=content)

    mark = read(content, at_most=9_999)
    assert picture.uploaded_sha256 == hashlib.sha256(content).hexdigest()
    assert picture.sha256 == mark.sha256
    assert api.read_file(picture.sha256) == mark.content
    assert picture.mark == f"{mark.sha256}.svg"
    assert {name[-4:] for name in picture.files[1:]} == {".png"}


def test_a_drawing_is_shown_as_large_as_pages_have_room_for():
    picture = sent()

    assert (picture.width, picture.height) == (192, 96)
    widths = [int.from_bytes(api.read_file(name[:64])[16:20], "big") for name in picture.files[1:]]
    assert widths == [192, 384, 576]


def test_a_small_png_is_not_enlarged():
    picture = sent(content=png((40, 20)))

    assert (picture.width, picture.height) == (40, 20)
    assert picture.mark.endswith(".png")


def test_nobody_is_shown_a_picture_before_the_second_it_is_approved():
    picture = sent()
    assert picture.state is BrandState.WAITING

    api.approve_picture(picture.uuid, by=COLLEAGUE, at=APPROVED, sentence="Agreed by letter.")

    assert picture_at(APPROVED - SECOND) is None
    shown = picture_at(APPROVED)
    assert name_of(shown.light) == picture.mark
    assert (shown.width, shown.height, shown.sha256) == (192, 96, picture.sha256)
    assert not is_served(shown.light, APPROVED - SECOND)
    assert is_served(shown.light, APPROVED)


def test_a_withdrawn_picture_and_its_files_are_gone_that_second():
    picture = approved()
    shown = picture_at()

    api.withdraw_picture(picture.uuid, by=SENDER, reason="We have a new name.", at=LATER)

    assert picture_at(LATER - SECOND) == shown
    assert picture_at(LATER) is None
    assert [is_served(path) for path in (shown.light, shown.mail, shown.paper)] == [False] * 3
    assert api.picture(picture.uuid, at=LATER).state is BrandState.WITHDRAWN


def test_a_newer_approval_replaces_the_one_before_and_its_withdrawal_does_not_bring_it_back():
    old = approved()
    new = approved(content=drawing("#7a1020"), decided_at=APPROVED + SECOND)

    assert picture_at().sha256 == new.sha256
    assert not is_served(old.mark)
    assert api.picture(old.uuid, at=LATER).state is BrandState.REPLACED

    api.withdraw_picture(new.uuid, by=COLLEAGUE, reason="Not theirs.", at=LATER)

    assert picture_at() is None
    assert not is_served(old.mark)


def test_a_picture_for_dark_backgrounds_stands_beside_the_one_for_light_ones():
    approved()
    assert picture_at().dark == ""

    dark = approved(content=drawing("#fff"), background=Background.DARK)

    assert name_of(picture_at().dark) == dark.mark


def test_a_picture_for_dark_backgrounds_alone_leaves_the_name_alone_and_is_not_called_shown():
    dark = approved(background=Background.DARK)

    assert picture_at() is None
    assert dark.state is BrandState.APPROVED
    (listed,) = api.list_pictures("GSMA", at=LATER)
    assert listed.state is BrandState.APPROVED

    approved(decided_at=LATER + SECOND)

    assert api.picture(dark.uuid, at=LATER).state is BrandState.APPROVED
    assert api.picture(dark.uuid, at=LATER + SECOND).state is BrandState.SHOWN


def test_the_picture_for_light_backgrounds_of_another_partner_shows_nothing_of_this_one():
    approved("ATC")

    assert approved(background=Background.DARK).state is BrandState.APPROVED


def test_without_the_picture_for_light_backgrounds_the_dark_one_has_no_address():
    light = approved()
    dark = approved(content=drawing("#fff"), background=Background.DARK)
    shown = picture_at().dark

    api.withdraw_picture(light.uuid, by=SENDER, reason="We have a new name.", at=LATER)

    assert is_served(shown, LATER - SECOND)
    assert picture_at(LATER) is None
    assert not is_served(shown, LATER)
    told = [api.picture(dark.uuid, at=at).state for at in (LATER - SECOND, LATER)]
    assert told == [BrandState.SHOWN, BrandState.APPROVED]

    approved(content=drawing("#7a1020"), decided_at=LATER + SECOND)
    assert is_served(shown, LATER + SECOND)


def test_a_png_is_shown_by_its_sharp_picture_and_not_by_all_its_pixels():
    picture = approved(content=png((800, 400)))

    assert name_of(picture_at().light) == picture.files[2]
    assert name_of(picture_at().mail) == picture.files[2]
    assert name_of(picture_at().paper) == picture.files[3]


@pytest.mark.parametrize(
    ("language", "texts", "expected"),
    [
        ("fr", {"en": "Waves", "fr": "Ondes"}, "Ondes"),
        ("fr-ca", {"en": "Waves", "fr": "Ondes"}, "Ondes"),
        ("ar", {"ru": "Волны", "en": "Waves"}, "Waves"),
        ("zh-hans", {"zh": "波"}, "波"),
        ("ar", {"ru": "Волны", "es": "Ondas"}, "Ondas"),
    ],
)
def test_a_reader_is_given_their_language_else_english_else_the_first(language, texts, expected):
    approved(alternatives=texts, usage_rules=texts)

    with translation.override(language):
        shown = picture_at()

    assert (shown.alternative, shown.usage_rules) == (expected, expected)
    (spoken,) = [code for code, text in texts.items() if text == expected]
    assert (shown.alternative_language, shown.usage_rules_language) == (spoken, spoken)


def test_what_was_not_said_is_in_no_language():
    approved(alternatives={"ar": "موجات"})

    shown = picture_at()

    assert (shown.alternative_language, shown.alternative_direction) == ("ar", "rtl")
    assert (shown.usage_rules, shown.usage_rules_language) == ("", "")
    assert shown.usage_rules_direction == "auto"


@pytest.mark.parametrize(
    ("dark", "spoken_in", "expected"),
    [
        ({"en": "Leave room."}, "en", "Leave room."),
        ({}, "en", "Leave room."),
        ({"en": "Never on red."}, "en", "Leave room.\nNever on red."),
        ({"fr": "Jamais sur un fond sombre."}, "", "Leave room.\nJamais sur un fond sombre."),
    ],
)
def test_what_is_said_of_the_use_of_both_pictures_is_told_once(dark, spoken_in, expected):
    approved(usage_rules={"en": "Leave room."})
    approved(background=Background.DARK, usage_rules=dark)

    shown = picture_at()

    assert (shown.usage_rules, shown.usage_rules_language) == (expected, spoken_in)


def test_rules_of_use_are_as_long_as_stands_with_a_mark_and_no_longer():
    approved(usage_rules={"ar": "ع" * LONGEST_RULES})
    assert len(picture_at().usage_rules) == LONGEST_RULES == 300

    with pytest.raises(PictureTextRefused, match="“ru” has 301 characters; at most 300 are taken"):
        sent(usage_rules={"ru": "ж" * 301})
    assert len(api.list_pictures("GSMA", at=LATER)) == 1


@pytest.mark.parametrize(
    "texts",
    [{}, {"en": "  "}, {"de": "Wellen"}, {"en": "a\x07"}, {"en": "a\u202eb"}, {"en": "a" * 251}],
)
def test_texts_that_nobody_could_use_are_refused(texts):
    with pytest.raises(PictureTextRefused):
        sent(alternatives=texts)

    assert not models.BrandAsset.objects.exists()


def test_a_file_that_is_refused_leaves_nothing_behind():
    with pytest.raises(MarkRefused) as caught:
        sent(content=svg("<script/>"))

    assert caught.value.reason is Reason.SCRIPT
    assert not models.BrandAsset.objects.exists()
    assert not models.BrandFile.objects.exists()


def test_a_picture_that_became_too_large_is_refused(monkeypatch):
    monkeypatch.setattr("partnerships.services.brand.MAX_KEPT", 10)

    with pytest.raises(MarkRefused) as caught:
        sent()
    assert caught.value.reason is Reason.CANNOT_BE_DRAWN


def test_who_sent_a_picture_does_not_approve_it():
    picture = sent()

    with pytest.raises(SecondPersonNeeded):
        api.approve_picture(picture.uuid, by=SENDER, at=LATER)
    with pytest.raises(SecondPersonNeeded):
        api.refuse_picture(picture.uuid, by=SENDER, at=LATER, sentence="No.")

    assert api.picture(picture.uuid, at=LATER).state is BrandState.WAITING


def test_a_person_of_the_partner_does_not_approve_what_a_colleague_sent():
    picture = sent(by=COLLEAGUE)
    api.add_person(account(77), partner_code="GSMA", role="officer", at=LONG_AGO)

    with pytest.raises(SecondPersonNeeded):
        api.approve_picture(picture.uuid, by=77, at=LATER)


def test_the_database_knows_the_second_person_as_well():
    picture = sent()
    row = models.BrandAsset.objects.filter(uuid=picture.uuid)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(approved=True, decided_by=SENDER, decided_at=LATER)


def test_a_refusal_says_why_and_is_final():
    picture = sent()
    with pytest.raises(PictureTextRefused):
        api.refuse_picture(picture.uuid, by=COLLEAGUE, at=LATER, sentence=" ")

    refused = api.refuse_picture(picture.uuid, by=COLLEAGUE, at=LATER, sentence="It is our emblem.")

    assert (refused.state, refused.sentence) == (BrandState.REFUSED, "It is our emblem.")
    with pytest.raises(PictureSettled):
        api.approve_picture(picture.uuid, by=COLLEAGUE, at=LATER)
    with pytest.raises(PictureSettled):
        api.withdraw_picture(picture.uuid, by=SENDER, reason="Too late.", at=LATER)


@pytest.mark.parametrize("sentence", ["a" * 501, "a\x07b"])
def test_a_sentence_that_nobody_could_read_is_refused(sentence):
    picture = sent()

    with pytest.raises(PictureTextRefused):
        api.approve_picture(picture.uuid, by=COLLEAGUE, at=LATER, sentence=sentence)


def test_what_was_withdrawn_before_a_decision_is_not_approved_after():
    picture = sent()
    api.withdraw_picture(picture.uuid, by=SENDER, reason="The wrong file.", at=LATER)

    with pytest.raises(PictureSettled):
        api.approve_picture(picture.uuid, by=COLLEAGUE, at=LATER)
    with pytest.raises(PictureSettled):
        api.withdraw_picture(picture.uuid, by=SENDER, reason="Again.", at=LATER)


def test_a_partner_sends_so_many_in_a_day(settings):
    settings.PARTNERSHIPS_MARKS_PER_DAY = 2
    sent()
    sent(background=Background.DARK)

    with pytest.raises(TooManyPictures):
        sent()

    sent("ATC")
    assert sent(at=SENT + timedelta(days=1)).number == 2


def test_the_same_file_twice_is_kept_once():
    sent()
    files = models.BrandFile.objects.count()

    again = sent("ATC")

    assert models.BrandFile.objects.count() == files
    assert again.number == 1


def test_a_file_two_partners_have_is_served_while_one_of_them_shows_it():
    first, second = approved(), approved("ATC")

    api.withdraw_picture(first.uuid, by=SENDER, reason="New name.", at=LATER)
    assert is_served(first.mark)

    api.withdraw_picture(second.uuid, by=SENDER, reason="New name.", at=LATER)
    assert not is_served(first.mark)


def test_nothing_of_a_picture_is_deleted_and_no_file_is_changed():
    picture = sent()

    with pytest.raises(RecordIsKept):
        models.BrandAsset.objects.all().delete()
    with pytest.raises(RowIsKept):
        models.BrandFile.objects.filter(pk=picture.sha256).update(content=b"other")
    with pytest.raises(RowIsKept):
        models.BrandFile.objects.all().delete()


def test_what_is_unknown_is_said_to_be_unknown():
    with pytest.raises(UnknownPartner):
        sent("NONE")
    with pytest.raises(UnknownPicture):
        api.picture(api.list_versions(at=LATER)[0].uuid, at=LATER)
    with pytest.raises(UnknownPicture):
        api.approve_picture(api.list_versions(at=LATER)[0].uuid, by=1, at=LATER)


def test_what_waits_is_listed_oldest_first_and_a_partners_versions_newest_first():
    first, second = sent(), sent("ATC", at=SENT + SECOND)
    third = sent(background=Background.DARK, at=SENT + 2 * SECOND)
    api.refuse_picture(second.uuid, by=COLLEAGUE, at=LATER, sentence="No.")

    assert [one.uuid for one in api.list_waiting_pictures(at=LATER)] == [first.uuid, third.uuid]
    assert [one.uuid for one in api.list_pictures("GSMA", at=LATER)] == [third.uuid, first.uuid]


def test_the_whole_badge_with_pictures_is_one_query(django_assert_num_queries):
    approved(usage_rules={"en": "Leave room."})
    approved(background=Background.DARK)
    approved("ATC")
    assert connection.features.supports_json_field  # Django asks SQLite that once

    with django_assert_num_queries(1) as asked:
        marks = api.branding_for(COURSE, at=LATER)

    assert len([one.picture for one in marks if one.picture]) == 2
    assert "content" not in asked[0]["sql"]


# --- What is issued -------------------------------------------------------------------------------


def is_kept(path):
    sha256, dot, suffix = name_of(path).partition(".")
    return api.kept_file(sha256, dot + suffix) is not None


def test_what_was_issued_keeps_the_pictures_of_its_day():
    old = approved(usage_rules={"en": "Leave room."})
    approved(content=drawing("#fff"), background=Background.DARK)
    shown = picture_at()
    assert not is_kept(shown.light)

    issued = api.freeze_marks(COURSE, at=LATER)
    api.withdraw_picture(old.uuid, by=SENDER, reason="New name.", at=LATER + SECOND)

    (kept,) = [one.picture for one in issued if one.partner == "GSMA"]
    paths = [kept.light, kept.dark, kept.mail, kept.paper]
    assert all("/marks/kept/" in path for path in paths)
    assert [is_kept(path) for path in paths] == [True] * 4
    assert (kept.sha256, kept.alternative) == (shown.sha256, shown.alternative)
    assert not is_served(shown.light, LATER + SECOND)


def test_issuing_again_for_the_same_moment_gives_the_same():
    picture = approved()
    first = api.freeze_marks(COURSE, at=LATER)
    api.withdraw_picture(picture.uuid, by=SENDER, reason="New name.", at=LATER + SECOND)

    assert api.freeze_marks(COURSE, at=LATER) == first
    assert models.KeptMark.objects.count() == 1
    assert api.freeze_marks(COURSE, at=LATER + SECOND)[0].picture is None


def test_marks_without_pictures_are_issued_without_pictures():
    assert [one.picture for one in api.freeze_marks(COURSE, at=LATER)] == [None, None]


# --- People who leave -----------------------------------------------------------------------------


class Retired:
    def __init__(self, user_id):
        self.id = user_id


def test_who_leaves_is_named_no_more_and_what_was_decided_stays():
    picture = approved()
    api.withdraw_picture(picture.uuid, by=SENDER, reason="New name.", at=LATER)

    handlers.forget_retired_user(None, Retired(SENDER))
    handlers.forget_retired_user(None, Retired(COLLEAGUE))

    left = api.picture(picture.uuid, at=LATER)
    assert (left.uploaded_by, left.decided_by, left.withdrawn_by) == (None, None, None)
    assert (left.state, left.reason) == (BrandState.WITHDRAWN, "New name.")
    assert left.decided_at == APPROVED


def test_a_picture_whose_sender_has_left_can_still_be_decided():
    picture = sent()
    api.forget_user(SENDER)

    assert api.approve_picture(picture.uuid, by=COLLEAGUE, at=LATER).state is BrandState.SHOWN


def test_paths_lead_to_the_lms_where_there_are_no_pages_of_ours(settings):
    approved()
    settings.ROOT_URLCONF = "factories.no_pages"
    settings.LMS_ROOT_URL = "https://lms.example/"

    assert picture_at().light.startswith("https://lms.example/fairgate/partners/marks/")
    (kept, *_) = api.freeze_marks(COURSE, at=LATER)
    assert kept.picture.light.startswith("https://lms.example/fairgate/partners/marks/kept/")
