"""Applications: asked on a page, decided by a person, read by the learner."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from factories import waiver_policy as make
from fairgate import clock, stand_in
from fairgate.errors import FairgateError
from fairgate.percent import Percent
from waiver_policy import api, compat, models, sentences
from waiver_policy.exceptions import (
    AlreadyEligible,
    ApplicationClosed,
    InvalidReview,
    TooManyApplications,
    UnknownApplication,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def programme(monkeypatch):
    make.programme()
    clock.use(lambda: make.EVE)
    yield
    clock.use(None)


@pytest.fixture
def applied():
    return api.apply(
        make.applicant(1, "GU"), offering_code=make.COURSE, note="I teach radio.", at=make.EVE
    )


def decide(at=make.EVE, country="GU"):
    return api.decide(make.applicant(1, country), offering_code=make.COURSE, at=at)


def test_an_application_keeps_its_decision_and_what_the_rule_proposes(applied):
    assert (applied.state, applied.proposed_percent) == ("submitted", Percent(50))
    assert models.WaiverDecision.objects.get().outcome == "review"


def test_an_application_that_is_open_is_returned_as_it_stands(applied):
    again = api.apply(
        make.applicant(1, "GU"), offering_code=make.COURSE, note="Again!", at=make.EVE
    )
    assert again == applied


def test_an_approval_makes_the_next_decision_granted(applied):
    api.approve(applied.uuid, by=9, reason="Teacher.", at=make.EVE)
    decision = decide()
    assert (decision.outcome, decision.percent) == ("granted", Percent(50))
    assert [reason.code for reason in decision.reasons] == ["MANUAL_OVERRIDE"]
    assert make.grant(1, country="GU").percent == Percent(50)


def test_an_approval_counts_for_the_days_of_the_policy(applied):
    done = api.approve(applied.uuid, by=9, reason="Teacher.", at=make.EVE, percent=Percent(80))
    last = make.EVE + timedelta(days=179)
    assert done.valid_until == (last + timedelta(days=1)).date()
    assert decide(last).percent == Percent(80)
    assert decide(last + timedelta(days=1)).outcome == "review"


def test_an_approval_is_for_one_person_and_one_offering(applied):
    api.approve(applied.uuid, by=9, reason="Teacher.", at=make.EVE)
    others = [
        api.decide(make.applicant(2, "GU"), offering_code=make.COURSE, at=make.EVE),
        api.decide(make.applicant(1, "GU"), offering_code="other", at=make.EVE),
    ]
    assert {decision.outcome for decision in others} == {"review"}


def test_a_refusal_leaves_everything_as_it_was_and_the_person_may_apply_again(applied):
    before = decide()
    done = api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    assert (done.state, done.reason, decide()) == ("refused", "No proof.", before)
    again = api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)
    assert again.uuid != applied.uuid


@pytest.mark.parametrize(
    ("by", "reason", "percent", "words"),
    [
        (1, "Because.", None, "their own application"),
        (9, "  ", None, "A reason is needed"),
        (9, "Because.", Percent(0), "more than 0"),
    ],
)
def test_a_bad_review_is_refused_and_changes_nothing(applied, by, reason, percent, words):
    with pytest.raises(InvalidReview, match=words):
        api.approve(applied.uuid, by=by, reason=reason, at=make.EVE, percent=percent)
    assert api.get_application(applied.uuid) == applied


def test_a_decided_application_is_closed(applied):
    api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    with pytest.raises(ApplicationClosed, match="is refused already"):
        api.approve(applied.uuid, by=9, reason="Yes.", at=make.EVE)


def test_an_application_that_is_not_there_is_not_found():
    with pytest.raises(UnknownApplication):
        api.refuse(uuid4(), by=9, reason="x", at=make.EVE)


def test_who_is_granted_a_waiver_anyway_opens_no_application():
    with pytest.raises(AlreadyEligible, match="is granted to you already"):
        api.apply(make.applicant(1, "UG"), offering_code=make.COURSE, note="x", at=make.EVE)
    assert not models.WaiverApplication.objects.exists()
    assert not models.WaiverDecision.objects.exists()


def test_an_open_application_is_returned_also_when_a_waiver_is_granted_by_now(applied):
    again = api.apply(make.applicant(1, "UG"), offering_code=make.COURSE, note="x", at=make.EVE)
    assert again == applied


def test_a_person_has_only_so_many_open_applications(settings, applied):
    # given
    settings.WAIVER_POLICY_OPEN_APPLICATIONS = 2
    one, other = make.applicant(1, "GU"), make.applicant(2, "GU")
    api.apply(one, offering_code="second", note="x", at=make.EVE)

    # when
    with pytest.raises(TooManyApplications, match="limit of 2 open"):
        api.apply(one, offering_code="third", note="x", at=make.EVE)

    # then
    assert len(api.list_applications(user_id=1)) == 2
    assert api.apply(one, offering_code=make.COURSE, note="x", at=make.EVE) == applied
    assert api.apply(other, offering_code="third", note="x", at=make.EVE).state == "submitted"
    api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    assert api.apply(one, offering_code="third", note="x", at=make.EVE).state == "submitted"


def test_five_applications_may_be_open_unless_the_operator_says_otherwise():
    for number in range(5):
        api.apply(make.applicant(1, "GU"), offering_code=f"o{number}", note="x", at=make.EVE)
    with pytest.raises(TooManyApplications, match="limit of 5 open"):
        api.apply(make.applicant(1, "GU"), offering_code="o5", note="x", at=make.EVE)


class TestThePages:
    @pytest.fixture(autouse=True)
    def platform(self):
        countries = {"learner": "GU", "other": "CH", "reviewer": "CH", "eligible": "UG"}

        class Platform:
            @staticmethod
            def profile_country(user_id):
                return countries[User.objects.get(pk=user_id).username]

        kept = stand_in._platform
        stand_in.use(Platform)
        yield
        stand_in.use(kept)

    @pytest.fixture(autouse=True)
    def nobody_names_offerings(self):
        """The app that sells offerings names them in this site; here only where a test says so."""
        kept = sentences._title_of
        api.name_offerings_with(None)
        yield
        api.name_offerings_with(kept)

    @pytest.fixture
    def learner(self, client):
        user = User.objects.create(username="learner")
        client.force_login(user)
        return user

    @pytest.fixture
    def reviewer(self):
        user = User.objects.create(username="reviewer")
        user.user_permissions.add(Permission.objects.get(codename="review_application"))
        return user

    def test_the_platform_is_asked_for_the_country(self, learner):
        assert compat.profile_country(learner.pk) == "GU"

    @pytest.mark.parametrize("name", ["mine", "review"])
    def test_a_stranger_is_sent_to_the_login(self, client, name):
        assert client.get(reverse(f"waiver_policy:{name}")).status_code == 302

    def test_the_addresses_are_those_of_the_contract(self):
        assert reverse("waiver_policy:mine") == "/fairgate/waivers/"
        assert reverse("waiver_policy:why", args=["a"]) == "/fairgate/waivers/why/a/"

    @pytest.mark.usefixtures("learner")
    def test_why_tells_rule_list_day_edition_and_the_way_on(self, client):
        page = client.get(reverse("waiver_policy:why", args=[make.COURSE])).content.decode()
        for part in ("Guam", "sids_associate", "SIDS-1", "23 November 2026",
                     f"/fairgate/waivers/apply/{make.COURSE}/"):  # fmt: skip
            assert part in page

    @pytest.fixture
    def titles(self):
        """An app that sells one offering, and refuses to name others."""

        def title_of(code):
            if code != make.COURSE:
                raise FairgateError("There is no such offering.")
            return "Spectrum & radio"

        api.name_offerings_with(title_of)
        yield
        api.name_offerings_with(None)

    @pytest.mark.usefixtures("learner", "titles")
    @pytest.mark.parametrize("name", ["why", "apply"])
    def test_a_page_names_the_offering_as_the_app_that_sells_it(self, client, name):
        page = client.get(reverse(f"waiver_policy:{name}", args=[make.COURSE])).content.decode()
        assert "“Spectrum &amp; radio”" in page
        assert f"“{make.COURSE}”" not in page

    @pytest.mark.usefixtures("learner")
    def test_where_nobody_names_offerings_they_are_called_by_their_codes(self, client):
        page = client.get(reverse("waiver_policy:why", args=["other-one"])).content.decode()
        assert "“other-one”" in page

    @pytest.mark.usefixtures("learner", "titles")
    @pytest.mark.parametrize("name", ["why", "apply"])
    @pytest.mark.parametrize("code", ["nope", "<b>x", "\0", "x" * 101])
    def test_an_offering_that_nobody_sells_has_no_pages(self, client, name, code):
        address = reverse(f"waiver_policy:{name}", args=[code])
        assert client.get(address).status_code == 404

    @pytest.mark.usefixtures("learner", "titles")
    def test_nobody_applies_for_an_offering_that_nobody_sells(self, client):
        address = reverse("waiver_policy:apply", args=["nope"])
        assert client.post(address, {"note": "Please.", "truth": "on"}).status_code == 404
        assert not models.WaiverApplication.objects.exists()

    @pytest.mark.usefixtures("learner")
    @pytest.mark.parametrize("code", ["\0", "a\nb"])
    def test_a_code_that_cannot_be_printed_is_never_there(self, client, code):
        # reverse() does not take a line break
        address = reverse("waiver_policy:why", args=["CODE"]).replace("CODE", quote(code))
        assert client.get(address).status_code == 404

    @pytest.fixture
    def eligible(self, client):
        """A learner of an LDC: granted without asking."""
        user = User.objects.create(username="eligible")
        client.force_login(user)
        return user

    @pytest.mark.usefixtures("eligible")
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_who_is_granted_a_waiver_anyway_is_sent_to_the_reasons(self, client, method):
        address = reverse("waiver_policy:apply", args=[make.COURSE])
        sent = getattr(client, method)(address, {"note": "Please.", "truth": "on"}, follow=True)
        assert sent.redirect_chain == [(reverse("waiver_policy:why", args=[make.COURSE]), 302)]
        said = "You are given a waiver for this offering already; there is no need to apply."
        assert said in sent.content.decode()
        assert not models.WaiverApplication.objects.exists()

    def test_who_has_too_many_open_applications_reads_it_and_keeps_their_words(
        self, client, learner, settings
    ):
        # given
        settings.WAIVER_POLICY_OPEN_APPLICATIONS = 1
        one = make.applicant(learner.pk, "GU")
        api.apply(one, offering_code="other-one", note="x", at=make.EVE)

        # when
        address = reverse("waiver_policy:apply", args=[make.COURSE])
        page = client.post(address, {"note": "Kept words.", "truth": "on"}).content.decode()

        # then
        assert "1 application of yours waits for a reviewer. Please wait for the answer" in page
        assert "Kept words." in page
        assert models.WaiverApplication.objects.count() == 1

    @pytest.mark.parametrize(
        "sent", [{"verdict": "approve", "percent": "60", "reason": "Fine."}, {}],
        ids=["complete", "empty"],
    )  # fmt: skip
    def test_deciding_again_is_answered_with_a_sentence(self, client, reviewer, applied, sent):
        # given
        api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
        client.force_login(reviewer)

        # when
        address = reverse("waiver_policy:review_one", args=[applied.uuid])
        page = client.post(address, sent, follow=True).content.decode()

        # then
        assert "This application has been decided already; nothing was changed." in page
        assert "No proof." in page
        assert api.get_application(applied.uuid).state == "refused"

    @pytest.mark.usefixtures("titles")
    def test_lists_of_applications_name_offerings_and_lead_to_their_codes(
        self, client, learner, reviewer
    ):
        # given
        one = make.applicant(learner.pk, "GU")
        for code in (make.COURSE, "other-one"):
            application = api.apply(one, offering_code=code, note="Please.", at=make.EVE)

        # when
        mine = client.get(reverse("waiver_policy:mine")).content.decode()
        client.force_login(reviewer)
        waiting = client.get(reverse("waiver_policy:review")).content.decode()
        last = reverse("waiver_policy:review_one", args=[application.uuid])

        # then
        assert f'/why/{make.COURSE}/">Spectrum &amp; radio</a>' in mine
        assert '/why/other-one/">other-one</a>' in mine
        assert "<td>Spectrum &amp; radio</td>" in waiting
        assert "<dd>other-one</dd>" in client.get(last).content.decode()

    @pytest.mark.usefixtures("learner")
    def test_the_facts_begin_with_capitals(self, client):
        page = client.get(reverse("waiver_policy:why", args=[make.COURSE])).content.decode()
        assert "<dt>Small island developing States (SIDS" in page

    @pytest.mark.usefixtures("learner")
    def test_the_words_for_the_reviewer_are_tied_to_their_label_and_help(self, client):
        page = client.get(reverse("waiver_policy:apply", args=[make.COURSE])).content.decode()
        assert '<label for="id_note">' in page
        assert 'id="id_note_helptext"' in page
        assert page.count('aria-describedby="id_note_helptext"') == 1

    @pytest.mark.usefixtures("learner")
    def test_an_offering_code_is_shown_as_text(self, client):
        page = client.get(reverse("waiver_policy:why", args=["<b>x"])).content.decode()
        assert "<b>x" not in page
        assert "&lt;b&gt;x" in page

    @pytest.mark.usefixtures("learner")
    def test_a_code_that_is_too_long_is_not_there(self, client):
        assert client.get(reverse("waiver_policy:why", args=["x" * 101])).status_code == 404

    @pytest.mark.usefixtures("learner")
    def test_the_statement_of_truth_is_needed(self, client):
        address = reverse("waiver_policy:apply", args=[make.COURSE])
        page = client.post(address, {"note": "Please."}).content.decode()
        assert "Please confirm that what you say is true." in page
        assert not models.WaiverApplication.objects.exists()

    @pytest.mark.usefixtures("learner")
    def test_the_reviewers_pages_are_not_there_for_a_learner(self, client):
        for address in (reverse("waiver_policy:review"),
                        reverse("waiver_policy:review_one", args=[uuid4()])):  # fmt: skip
            assert client.get(address).status_code == 404

    def test_a_learner_applies_and_a_reviewer_approves(self, client, learner, reviewer):
        apply = reverse("waiver_policy:apply", args=[make.COURSE])
        sent = client.post(apply, {"note": "<i>I teach.</i>", "truth": "on"}, follow=True)
        assert "waits for a reviewer" in sent.content.decode()
        client.force_login(reviewer)
        listed = client.get(reverse("waiver_policy:review")).content.decode()
        assert "Guam" in listed
        uuid = models.WaiverApplication.objects.get().uuid
        one = reverse("waiver_policy:review_one", args=[uuid])
        assert "&lt;i&gt;I teach.&lt;/i&gt;" in client.get(one).content.decode()
        client.post(one, {"verdict": "approve", "percent": "60", "reason": "Fine."})
        client.force_login(learner)
        page = client.get(reverse("waiver_policy:mine")).content.decode()
        assert "60 %" in page
        assert "Fine." in page

    def test_a_reviewer_cannot_decide_for_themselves(self, client, reviewer):
        client.force_login(reviewer)
        mine = api.apply(
            make.applicant(reviewer.pk, "CH"), offering_code="o", note="x", at=make.EVE
        )
        one = reverse("waiver_policy:review_one", args=[mine.uuid])
        page = client.post(one, {"verdict": "approve", "percent": "60", "reason": "Me."})
        assert "Nobody decides about their own application." in page.content.decode()
        assert api.get_application(mine.uuid).state == "submitted"

    def test_learners_do_not_see_each_others_applications(self, client, applied):
        client.force_login(User.objects.create(pk=77, username="other"))
        page = client.get(reverse("waiver_policy:mine")).content.decode()
        assert "You have not applied for a waiver." in page
