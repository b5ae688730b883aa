"""Every page of waivers, for everybody: who has no business there finds nothing.

Who pays less is no business of who teaches: a role in a course opens none of these pages.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import get_resolver, reverse

from factories import waiver_policy as make
from fairgate import clock
from waiver_policy import api, models

pytestmark = pytest.mark.django_db

OWN, THERE, NOT_THERE, LOGIN = 200, 200, 404, 302
WHO = ("anonymous", "learner", "other", "teacher", "reviewer", "focal", "foreign_focal", "operator")


@pytest.fixture(autouse=True)
def programme(monkeypatch, sell):
    from waiver_policy import compat

    make.programme()
    clock.use(lambda: make.EVE)
    monkeypatch.setattr(compat, "profile_country", lambda user_id: "GU")
    sell(title_of=None, language_of=None)
    yield
    clock.use(None)


@pytest.fixture
def people():
    made = {
        "learner": make.person("learner"), "other": make.person("other"),
        "teacher": make.person("teacher", is_staff=True),
        "reviewer": make.person("reviewer", reviews=True), "focal": make.person("focal"),
        "foreign_focal": make.person("foreign"), "operator": make.person("root", is_superuser=True),
    }  # fmt: skip
    make.focal_point(made["focal"], "LA")
    make.focal_point(made["foreign_focal"], "NP")
    return made


@pytest.fixture
def about(people):
    """What a page's address holds: the learner's application and nomination."""
    make.call("fellowship", countries=("LA",))
    nomination = make.nominate("learner", by=people["focal"], offering="fellowship")
    applied = make.apply(people["learner"])
    return {"application": applied.uuid, "nomination": nomination.uuid}


@pytest.fixture
def be(client, people):
    def become(who):
        client.logout()
        if who != "anonymous":
            client.force_login(User.objects.get(pk=people[who]))
        return client

    return become


REVIEWERS = {"reviewer": THERE, "operator": THERE}
# For each page who finds it; nobody else does. "" is everybody who is signed in.
PAGES = {
    "mine": {"": THERE},
    "why": {"": THERE},
    "apply": {"": THERE},
    "application": {"learner": OWN},
    "nomination": {"learner": OWN},
    "review": REVIEWERS,
    "review_one": REVIEWERS,
    "nominations": {"focal": THERE, "foreign_focal": THERE},
    "nominate": {"focal": THERE},
}
ACTIONS = {
    "review_next": {"reviewer", "operator"},
    "review_many": {"reviewer", "operator"},
    "take": {"reviewer", "operator"},
    "hand_back": {"reviewer", "operator"},
    "withdraw_nomination": {"focal"},
}
# What everybody does with their own: nobody else's is named in the address.
OWN_ACTIONS = {"keep", "leave"}
# Who is asked, tells, takes back and confirms facts is asked in ``test_facts_on_pages``.
OF_FACTS = {"facts", "told", "take_back", "seen_fact"}
# Who sends, reads and takes back papers is asked in ``test_documents``.
OF_PAPERS = {"documents", "countries", "document", "remove", "seen"}
HELD = {
    "why": "other-one", "apply": "other-one", "nominate": "fellowship",
    "application": "application", "review_one": "application", "take": "application",
    "hand_back": "application", "nomination": "nomination", "withdraw_nomination": "nomination",
}  # fmt: skip


def address(name, about):
    held = HELD.get(name)
    return reverse(f"waiver_policy:{name}", args=[about.get(held, held)] if held else [])


def test_these_are_all_pages():
    names = get_resolver("waiver_policy.urls").reverse_dict.keys()
    assert {name for name in names if isinstance(name, str)} == (
        PAGES.keys() | ACTIONS.keys() | OWN_ACTIONS | OF_FACTS | OF_PAPERS
    )


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_there_for_whom_it_concerns_and_for_nobody_else(be, about, page, who):
    allowed = PAGES[page]
    expected = LOGIN if who == "anonymous" else allowed.get(who, allowed.get("", NOT_THERE))
    assert be(who).get(address(page, about)).status_code == expected


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_button_works_for_whom_it_is_there_and_for_nobody_else(be, about, action, who):
    # given
    before = (
        list(models.WaiverApplication.objects.values()),
        list(models.Nomination.objects.values()),
    )

    # when
    answer = be(who).post(address(action, about), {"conflict": "yes"})

    # then
    if who in ACTIONS[action]:
        assert answer.status_code in (200, 302)
        assert "/people/" not in answer.headers.get("Location", "")
        return
    assert answer.status_code == (LOGIN if who == "anonymous" else NOT_THERE)
    after = (
        list(models.WaiverApplication.objects.values()),
        list(models.Nomination.objects.values()),
    )
    assert after == before


@pytest.mark.parametrize("who", [who for who in WHO if who not in ("learner", "anonymous")])
@pytest.mark.parametrize("told", [
    {"action": "withdraw"}, {"action": "appeal", "text": "x"}, {"action": "answer", "text": "x"},
])  # fmt: skip
def test_nobody_else_acts_for_the_learner(be, about, who, told):
    assert be(who).post(address("application", about), told).status_code == NOT_THERE
    assert api.get_application(about["application"]).state == "submitted"


@pytest.mark.parametrize("who", [who for who in WHO if who not in ("learner", "anonymous")])
@pytest.mark.parametrize("action", ["accept", "decline"])
def test_nobody_else_answers_for_who_is_nominated(be, about, who, action):
    told = {"action": action, "truth": "on"}
    assert be(who).post(address("nomination", about), told).status_code == NOT_THERE
    assert api.get_nomination(about["nomination"]).state == "nominated"


@pytest.mark.parametrize("page", ["review_one", "seen", "take", "hand_back"])
def test_a_reviewer_finds_no_review_of_what_they_have_asked_for_themselves(be, people, page):
    # given
    own = make.apply(people["reviewer"])
    there = reverse(f"waiver_policy:{page}", args=[own.uuid])

    # when
    read, sent = be("reviewer").get(there), be("reviewer").post(there, {"conflict": "yes"})

    # then
    assert read.status_code in (NOT_THERE, 405)
    assert sent.status_code == NOT_THERE
    assert be("operator").post(there).status_code != NOT_THERE
    assert not models.ReviewerConflict.objects.exists()


@pytest.mark.parametrize("who", ["other", "teacher", "foreign_focal"])
def test_no_page_of_somebody_else_names_the_learner_or_their_words(be, about, who):
    for page in ("mine", "why", "apply"):
        shown = be(who).get(address(page, about)).content.decode()
        assert "I teach radio." not in shown
        assert str(about["application"]) not in shown
        assert str(about["nomination"]) not in shown


def test_a_focal_point_sees_the_nominations_of_their_own_state_only(be, about):
    own = be("focal").get(address("nominations", about)).content.decode()
    others = be("foreign_focal").get(address("nominations", about)).content.decode()
    assert "<bdi>learner</bdi>" in own
    assert "<bdi>learner</bdi>" not in others


def test_a_focal_point_does_not_see_what_a_learner_applied_for_by_themselves(be, about):
    assert (
        str(about["application"])
        not in be("focal").get(address("nominations", about)).content.decode()
    )


@pytest.mark.parametrize("page", [*PAGES, *ACTIONS])
def test_no_page_is_kept_by_a_browser_or_between(be, about, page):
    client = be("operator")
    answer = (client.post if page in ACTIONS else client.get)(address(page, about))
    if answer.status_code != NOT_THERE:
        assert "no-store" in answer.headers["Cache-Control"]


def test_a_page_is_small_enough_for_a_slow_line(be, about):
    for page in ("mine", "apply", "application", "nomination"):
        assert len(be("learner").get(address(page, about)).content) < 10_000
    assert "<script" not in be("learner").get(address("apply", about)).content.decode()


def test_a_form_that_is_sent_again_after_a_timeout_is_the_same_application(be, about):
    client = be("learner")
    page = client.get(address("apply", about)).content.decode()
    token = page.split('name="token" value="')[1].split('"')[0]
    told = {"note": "Please.", "truth": "on", "organisation": "", "domain": "", "token": token}
    first = client.post(address("apply", about), told, follow=True)
    again = client.post(address("apply", about), told, follow=True)
    assert first.redirect_chain == again.redirect_chain
    assert "Your application is in." in first.content.decode()
    assert models.WaiverApplication.objects.filter(offering_code="other-one").count() == 1


def test_a_form_that_was_sent_and_decided_meanwhile_leads_to_the_decision(be, about):
    client = be("learner")
    told = {"note": "Please.", "truth": "on", "token": "one"}
    client.post(address("apply", about), told)
    (mine,) = models.WaiverApplication.objects.filter(offering_code="other-one")
    api.refuse(mine.uuid, by=9, reason="No.", at=make.EVE)
    clock.use(lambda: make.EVE.replace(hour=13))
    page = client.post(address("apply", about), told, follow=True).content.decode()
    assert "Your application was in already; nothing was sent a second time." in page
    assert "No." in page
    assert models.WaiverApplication.objects.filter(offering_code="other-one").count() == 1
