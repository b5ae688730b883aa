"""Public pages of recognition: who is recognised now, for what, and what support made possible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from factories.badges_of_partners import sign_badges
from factories.partnerships import AGREEMENT, COURSE
from factories.recognition import (
    NOW,
    SECOND,
    TIERS_MADE,
    awarded,
    deliver,
    gold,
    in_force,
    proposed,
    tiers,
    tiers_text,
)
from fairgate import clock, stand_in
from partnerships import api, models
from partnerships.data import AwardState

pytestmark = pytest.mark.django_db

PUBLIC = "/fairgate/partners/"
GSMA = f"{PUBLIC}GSMA/public/"
TIERS = f"{PUBLIC}recognition/"
END = datetime(2027, 11, 1, tzinfo=UTC)
LEARNERS = {COURSE: {"UG": 1200, "DE": 300, "FJ": 2}}


@pytest.fixture(autouse=True)
def moment():
    now = [NOW]
    clock.use(lambda: now[0])
    yield now
    clock.use(None)


@pytest.fixture(autouse=True)
def platform(settings):
    class Platform:
        def learners_by_country(self, course_keys):
            return {key: LEARNERS[key] for key in course_keys if key in LEARNERS}

    before = stand_in._platform
    stand_in.use(Platform())
    settings.PARTNERSHIPS_COUNTRY_LISTS = f"{__name__}.members"
    yield
    stand_in.use(before)


@pytest.fixture(autouse=True)
def lists(monkeypatch):
    monkeypatch.setattr("partnerships.conf.import_string", lambda _path: members)


def members(code, *, on, known_at):
    class Member:
        country = {"LDC": "UG", "SIDS": "FJ"}[code]

    return (Member(),)


def page(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_sees_who_is_recognised_and_until_when(client):
    gold()

    shown = page(client, PUBLIC)

    assert "Gold partner" in shown
    assert "Recognised until 31 October 2027 (UTC)" in shown
    assert "partnerships/emblems/gold.svg" in shown


def test_nothing_between_keeps_the_page_of_an_award(client):
    """It would say that the award counts after it was revoked."""
    award = gold()

    answer = client.get(f"{PUBLIC}awards/{award.uuid}/")

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_an_award_is_gone_the_second_after_its_last_day(client, moment):
    gold()

    moment[0] = datetime(2027, 9, 30, 23, 59, 59, tzinfo=UTC)
    assert "Gold partner" in page(client, PUBLIC)
    # The agreement ends a month before the award: its mark is gone, and the award still counts.
    moment[0] = END - timedelta(seconds=1)
    assert "Gold partner" in page(client, PUBLIC)
    assert "Before" not in page(client, GSMA)
    moment[0] = END
    assert "Gold partner" not in page(client, PUBLIC)
    assert client.get(GSMA).status_code == 404


def test_a_partners_people_see_their_award_and_reach_and_the_page_that_everybody_sees(
    client, moment
):
    # given
    gold()
    grace = User.objects.create_user("grace")
    client.force_login(grace)
    api.add_person(grace.pk, partner_code="GSMA", role="officer", at=NOW)

    # when
    shown = page(client, f"{PUBLIC}GSMA/")

    # then
    assert "Gold partner" in shown
    assert "What the support made possible" in shown
    assert "<dt>Learners</dt><dd>at least 1,500</dd>" in shown
    assert f'href="{GSMA}"' in shown
    moment[0] = END  # neither mark nor award: there is no such page
    assert f'href="{GSMA}"' not in page(client, f"{PUBLIC}GSMA/")


def test_a_revoked_award_is_on_no_page_but_its_own_which_says_so(client, moment):
    award = gold()
    own = f"{PUBLIC}awards/{award.uuid}/"
    assert "In force" in page(client, own)

    api.revoke_award(award.uuid, reason="The grant was paid back", by=SECOND, at=NOW)

    assert "Gold partner" not in page(client, PUBLIC)
    assert "Gold partner" not in page(client, GSMA)
    shown = page(client, own)
    assert "This award was revoked on 23 November 2026 and counts no more." in shown
    assert "paid back" not in shown
    assert "A badge to show elsewhere" not in shown


def test_without_accepted_due_diligence_an_award_says_that_it_does_not_count(client):
    """Its page stays, for badges lead to it."""
    award = f"{PUBLIC}awards/{gold().uuid}/"
    assert "In force" in page(client, award)

    api.record_due_diligence("GSMA", accepted=False, expires_on=date(2030, 1, 1), by="o", at=NOW)

    shown = page(client, award)
    assert "This award does not count today." in shown
    assert "In force" not in shown
    assert "A badge to show elsewhere" not in shown


def test_without_accepted_due_diligence_an_award_is_not_shown(client):
    gold()

    api.record_due_diligence("GSMA", accepted=False, expires_on=date(2030, 1, 1), by="o", at=NOW)

    assert "Gold partner" not in page(client, PUBLIC)
    assert client.get(GSMA).status_code == 404


def test_the_public_page_of_a_partner_has_its_sentence_courses_and_what_they_made_possible(
    client, settings
):
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    gold()

    shown = page(client, GSMA)

    assert "The Union does not endorse GSMA" in shown
    assert "SPECTRUM101 · 2026_T4" in shown
    assert "at least 1,500" in shown
    assert "1,502" not in shown
    assert "at least 1,200" in shown
    assert "Courses are counted at most once a month, and numbers are rounded down." in shown
    assert "not told, to protect the few people it is about" in shown
    assert "20000" not in shown


def test_what_a_partner_has_paid_is_on_no_public_page(client):
    in_force()
    tiers()
    deliver("17777.00")
    award = awarded()

    shown = [page(client, url) for url in (PUBLIC, GSMA, f"{PUBLIC}awards/{award.uuid}/")]

    assert not any("17777" in text or "17,777" in text for text in shown)
    assert all("Silver partner" in text for text in shown)


def test_a_page_of_few_learners_tells_no_number(client, monkeypatch):
    monkeypatch.setitem(LEARNERS, COURSE, {"UG": 3})
    gold()

    shown = page(client, PUBLIC)

    assert "fewer than 5 in each course" in shown
    assert "<dd>3</dd>" not in shown


@pytest.mark.parametrize("code", ["ATC", "NOBODY", "gsma"])
def test_a_partner_that_shows_nowhere_has_no_public_page(client, code):
    gold()
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)

    assert client.get(f"{PUBLIC}{code}/public/").status_code == 404


def test_an_award_without_an_agreement_in_force_keeps_the_sentence(client, settings):
    settings.PARTNERSHIPS_HOST_NAME = "The Union"
    gold()
    api.suspend(AGREEMENT, by="officer", reason="Review", at=NOW)

    shown = page(client, GSMA)

    assert "Gold partner" in shown
    assert "does not endorse GSMA" in shown
    assert "What the support made possible" not in shown


def test_the_tiers_in_force_are_public_and_a_proposal_is_not(client):
    assert "No tiers are in force today." in page(client, TIERS)
    waiting = api.propose_scheme(tiers_text(), reason="First", by=1, at=TIERS_MADE)
    assert "No tiers are in force today." in page(client, TIERS)
    assert client.get(f"{TIERS}{waiting.uuid}/").status_code == 404

    api.confirm_scheme(waiting.uuid, by=SECOND, at=NOW)

    shown = page(client, TIERS)
    assert shown.index("Gold partner") < shown.index("Silver partner")
    assert "20,000.00" in shown or "20000.00" in shown
    assert "counts with 50 % of its worth" in shown


def test_the_tiers_that_a_badge_names_stay_readable(client, moment):
    award = gold()
    tiers(at=NOW, valid_from="2026-11-23")

    shown = page(client, f"{TIERS}{award.scheme}/")

    assert "These tiers do not count today: Replaced by a newer one" in shown
    assert client.get(f"{TIERS}00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_page_of_an_award_offers_the_badge_in_the_readers_language(client, settings):
    sign_badges(settings)
    award = gold()

    answer = client.get(f"{PUBLIC}awards/{award.uuid}/", headers={"accept-language": "fr"})
    shown = answer.content.decode()

    assert "Partenaire d’or" in shown
    assert f"/badges/awards/{award.uuid}.png?language=fr" in shown


def test_the_public_page_asks_as_often_for_four_awards_as_for_one(client):
    gold()
    page(client, PUBLIC)  # what a process reads once
    with CaptureQueriesContext(connection) as once:
        page(client, PUBLIC)
    for year in (2028, 2029, 2030):
        awarded(valid_from=date(year, 1, 1), valid_until=date(year, 12, 31))

    with CaptureQueriesContext(connection) as again:
        page(client, PUBLIC)

    assert len(again) == len(once) <= 13  # one asks for promotions, one for counts


# --- The admin


def colleague(client, *names):
    user = User.objects.create_user(f"colleague-{'-'.join(names)}"[:150], is_staff=True)
    for name in (*names, "view_recognitionaward", "view_recognitionscheme"):
        user.user_permissions.add(Permission.objects.get(codename=name))
    client.force_login(user)
    return user


def act(client, model, action, row, note=""):
    return client.post(
        f"/admin/partnerships/{model}/",
        {"action": action, "_selected_action": [row.pk], "note": note},
        follow=True,
    ).content.decode()


def test_two_colleagues_make_tiers_in_the_admin(client):
    colleague(client, "propose_recognitionscheme")
    url = "/admin/partnerships/recognitionscheme/add/"
    wrong = client.post(url, {"text": tiers_text(currency="XXY"), "reason": "First"})
    assert "currency" in wrong.content.decode()
    client.post(url, {"text": tiers_text(), "reason": "First"}, follow=True)
    row = models.RecognitionScheme.objects.get()
    assert client.get(f"/admin/partnerships/recognitionscheme/{row.pk}/change/").status_code == 200
    # Who may only propose has no way to confirm.
    act(client, "recognitionscheme", "confirm", row)
    assert api.scheme_in_force(at=NOW) is None

    colleague(client, "confirm_recognitionscheme")
    assert "Recorded." in act(client, "recognitionscheme", "confirm", row)

    assert api.scheme_in_force(at=NOW).uuid == row.uuid
    assert "already" in act(client, "recognitionscheme", "refuse", row, "No")


def test_an_award_is_proposed_granted_and_revoked_in_the_admin(client):
    in_force()
    tiers()
    deliver("20000.00")
    colleague(client, "propose_recognitionaward", "confirm_recognitionaward")
    told = {
        "partner": models.Partner.objects.get(code="GSMA").pk, "since": "2026-10-01",
        "until": "2026-10-31", "valid_from": "2026-11-01", "valid_until": "2027-10-31",
        "reason": "For 2026",
    }  # fmt: skip
    add = "/admin/partnerships/recognitionaward/add/"
    assert "has not come yet" in client.post(add, {**told, "until": "2026-12-31"}).content.decode()
    client.post(add, told, follow=True)
    row = models.RecognitionAward.objects.get()
    assert "Another person" in act(client, "recognitionaward", "confirm", row)
    assert client.get(f"/admin/partnerships/recognitionaward/{row.pk}/change/").status_code == 200

    colleague(client, "confirm_recognitionaward")
    act(client, "recognitionaward", "confirm", row)
    assert api.award(row.uuid, at=NOW).state is AwardState.IN_FORCE
    act(client, "recognitionaward", "revoke", row, "Without the permission")
    assert api.award(row.uuid, at=NOW).state is AwardState.IN_FORCE

    colleague(client, "revoke_recognitionaward")
    assert "Say why" in act(client, "recognitionaward", "revoke", row)
    act(client, "recognitionaward", "revoke", row, "Paid back")
    assert api.award(row.uuid, at=NOW).state is AwardState.REVOKED


def test_a_waiting_award_is_refused_in_the_admin_with_a_reason(client):
    in_force()
    tiers()
    deliver("20000.00")
    row = models.RecognitionAward.objects.get(uuid=proposed().uuid)
    colleague(client, "confirm_recognitionaward")

    assert "Say why" in act(client, "recognitionaward", "refuse", row)
    act(client, "recognitionaward", "refuse", row, "Too early")

    assert api.award(row.uuid, at=NOW).state is AwardState.REFUSED
    assert awarded().state is AwardState.IN_FORCE
