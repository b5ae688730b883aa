"""Applications: asked on a page, decided by a person, read by the learner."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from factories import waiver_policy as make
from fairgate import clock, stand_in
from fairgate.errors import FairgateError
from fairgate.percent import Percent
from waiver_policy import api, compat, models
from waiver_policy.exceptions import (
    AlreadyEligible,
    ApplicationClosed,
    EmptyAnswer,
    InvalidReview,
    OutOfTurn,
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
    assert (applied.state, applied.proposed) == ("submitted", Percent(50))
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
    done = api.approve(applied.uuid, by=9, reason="Teacher.", at=make.EVE, award=Percent(80))
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
        api.approve(applied.uuid, by=by, reason=reason, at=make.EVE, award=percent)
    assert api.get_application(applied.uuid) == applied


def test_a_decided_application_is_closed(applied):
    api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    with pytest.raises(ApplicationClosed, match="is refused already"):
        api.approve(applied.uuid, by=9, reason="Yes.", at=make.EVE)


def test_an_application_that_is_not_there_is_not_found():
    with pytest.raises(UnknownApplication):
        api.refuse(uuid4(), by=9, reason="x", at=make.EVE)


def ask(applied, question="Where do you teach?", by=9):
    return api.ask_for_more(applied.uuid, by=by, question=question, at=make.EVE)


def answer(applied, text="In Suva.", by=1):
    return api.answer(applied.uuid, by=by, text=text, at=make.EVE)


def messages(applied):
    return [(one.is_answer, one.text) for one in api.list_messages(applied.uuid)]


def test_a_question_waits_for_the_learner_and_an_answer_for_a_reviewer(applied):
    asked = ask(applied)
    assert (asked.state, asked.reason) == ("more_information", "Where do you teach?")
    answered = answer(applied)
    assert (answered.state, answered.reason) == ("submitted", "")


def test_every_question_and_answer_is_kept_in_turn(applied):
    ask(applied)
    answer(applied)
    ask(applied, " Since when? ")
    api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    assert messages(applied) == [
        (False, "Where do you teach?"), (True, "In Suva."), (False, "Since when?"),
    ]  # fmt: skip


def test_who_asked_and_who_answered_is_kept(applied):
    ask(applied)
    answer(applied)
    kept = models.ApplicationMessage.objects.values_list("number", "kind", "by", "at")
    assert list(kept) == [(1, "question", 9, make.EVE), (2, "answer", 1, make.EVE)]


def test_an_application_that_is_asked_about_is_still_the_open_one(applied):
    asked = ask(applied)
    again = api.apply(make.applicant(1, "GU"), offering_code=make.COURSE, note="x", at=make.EVE)
    assert again == asked


def test_nobody_asks_twice_before_the_answer(applied):
    ask(applied)
    with pytest.raises(OutOfTurn, match="has not answered yet"):
        ask(applied, "And since when?")
    assert messages(applied) == [(False, "Where do you teach?")]


def test_nobody_answers_what_was_not_asked(applied):
    with pytest.raises(OutOfTurn, match="Nothing is asked"):
        answer(applied)
    assert api.get_application(applied.uuid) == applied
    assert messages(applied) == []


def test_only_the_learner_answers(applied):
    asked = ask(applied)
    with pytest.raises(UnknownApplication):
        answer(applied, by=2)
    assert api.get_application(applied.uuid) == asked


def test_an_answer_has_words(applied):
    asked = ask(applied)
    with pytest.raises(EmptyAnswer, match="has words"):
        answer(applied, " \n ")
    assert api.get_application(applied.uuid) == asked


@pytest.mark.parametrize(
    ("by", "question", "words"),
    [(1, "Why?", "their own application"), (9, " ", "the learner reads it")],
)
def test_a_question_has_words_and_comes_from_somebody_else(applied, by, question, words):
    with pytest.raises(InvalidReview, match=words):
        ask(applied, question, by=by)
    assert api.get_application(applied.uuid) == applied
    assert messages(applied) == []


def test_a_reviewer_may_decide_without_the_answer(applied):
    ask(applied)
    done = api.approve(applied.uuid, by=9, reason="Found it.", at=make.EVE)
    assert (done.state, done.reason) == ("approved", "Found it.")


@pytest.mark.parametrize("decide", [api.approve, api.refuse])
def test_an_answer_that_the_reviewer_has_not_read_stops_the_decision(applied, decide):
    # given
    ask(applied)
    answered = answer(applied)

    # when
    with pytest.raises(OutOfTurn, match="has not read"):
        decide(applied.uuid, by=9, reason="No answer came.", at=make.EVE, read=1)

    # then
    assert api.get_application(applied.uuid) == answered
    assert decide(applied.uuid, by=9, reason="Read.", at=make.EVE, read=2).reason == "Read."


@pytest.mark.parametrize("write", [ask, answer])
def test_a_decided_application_takes_no_more_words(applied, write):
    api.refuse(applied.uuid, by=9, reason="No proof.", at=make.EVE)
    with pytest.raises(ApplicationClosed, match="is refused already"):
        write(applied)
    assert messages(applied) == []


class Application(RuleBasedStateMachine):
    """Questions, answers and decisions in any order, against a simple model."""

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.state, self.said = "submitted", []

    @initialize()
    def apply(self):
        who = make.applicant(1, "GU")
        self.one = api.apply(who, offering_code=make.COURSE, note="x", at=make.EVE)

    def attempt(self, call, *, allowed, state, said=()):
        try:
            call()
        except (ApplicationClosed, OutOfTurn):
            assert self.state not in allowed
            return
        assert self.state in allowed
        self.state = state
        self.said += said

    @rule()
    def ask(self):
        self.attempt(
            lambda: ask(self.one), allowed=["submitted"], state="more_information",
            said=[(False, "Where do you teach?")],
        )  # fmt: skip

    @rule()
    def answer(self):
        self.attempt(
            lambda: answer(self.one), allowed=["more_information"], state="submitted",
            said=[(True, "In Suva.")],
        )  # fmt: skip

    @rule(end=st.sampled_from(["approve", "refuse"]), luck=st.integers(0, 3))
    def decide(self, end, luck):
        if luck:  # most of the time it stays open, so that a story gets long
            return
        self.attempt(
            lambda: getattr(api, end)(self.one.uuid, by=9, reason="So.", at=make.EVE),
            allowed=["submitted", "more_information"],
            state={"approve": "approved", "refuse": "refused"}[end],
        )

    @invariant()
    def the_application_stands_where_the_last_step_left_it(self):
        assert api.get_application(self.one.uuid).state == self.state

    @invariant()
    def nothing_that_was_written_is_lost(self):
        assert messages(self.one) == self.said

    @invariant()
    def it_keeps_its_key_until_it_is_decided(self):
        is_open = models.WaiverApplication.objects.filter(open_key__isnull=False).exists()
        assert is_open == (self.state in ("submitted", "more_information"))

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_an_application_keeps_its_turns_whatever_happens():
    run_state_machine_as_test(
        Application,
        settings=settings(
            max_examples=8, stateful_step_count=12, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_who_is_granted_a_waiver_anyway_opens_no_application():
    with pytest.raises(AlreadyEligible, match="is granted to you already"):
        api.apply(make.applicant(1, "UG"), offering_code=make.COURSE, note="x", at=make.EVE)
    assert not models.WaiverApplication.objects.exists()
    assert models.PriceLock.objects.get().until == date(2026, 12, 23)


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

            @staticmethod
            def preferred_language(user_id):
                return ""

        kept = stand_in._platform
        stand_in.use(Platform)
        yield
        stand_in.use(kept)

    @pytest.fixture(autouse=True)
    def nobody_names_offerings(self, sell):
        """The app that sells offerings names them in this site; here only where a test says so."""
        sell(title_of=None, language_of=None)

    @pytest.fixture
    def learner(self, client):
        user = User.objects.create(username="learner")
        client.force_login(user)
        return user

    @pytest.fixture
    def reviewer(self):
        # Far from the small numbers of the learners: nobody reviews their own.
        user = User.objects.create(pk=1000, username="reviewer")
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
    def titles(self, sell):
        """An app that sells one offering, and refuses to name others."""

        def title_of(code):
            if code != make.COURSE:
                raise FairgateError("There is no such offering.")
            return "Spectrum & radio"

        sell(title_of=title_of)

    @pytest.mark.usefixtures("learner", "titles")
    @pytest.mark.parametrize("name", ["why", "apply"])
    def test_a_page_names_the_offering_as_the_app_that_sells_it(self, client, name):
        page = client.get(reverse(f"waiver_policy:{name}", args=[make.COURSE])).content.decode()
        assert "“<bdi>Spectrum &amp; radio</bdi>”" in page
        assert f"<bdi>{make.COURSE}</bdi>" not in page

    @pytest.mark.usefixtures("learner")
    def test_where_nobody_names_offerings_they_are_called_by_their_codes(self, client):
        page = client.get(reverse("waiver_policy:why", args=["other-one"])).content.decode()
        assert "“<bdi>other-one</bdi>”" in page

    @pytest.mark.usefixtures("learner", "titles")
    @pytest.mark.parametrize("name", ["why", "apply"])
    def test_a_name_says_the_language_it_is_in(self, client, name, sell):
        sell(title_of=lambda code: "الطيف", language_of=lambda code: "ar")
        page = client.get(reverse(f"waiver_policy:{name}", args=[make.COURSE])).content.decode()
        assert '“<bdi lang="ar" dir="rtl">الطيف</bdi>”' in page

    @pytest.mark.usefixtures("learner")
    def test_codes_among_the_facts_do_not_mix_with_what_is_around_them(self, client):
        page = client.get(reverse("waiver_policy:why", args=[make.COURSE])).content.decode()
        for code in (make.SLUG, "sids_associate", "SIDS-1"):
            assert f'<bdi class="fg-code-word">{code}</bdi>' in page

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
        assert f'/why/{make.COURSE}/"><bdi>Spectrum &amp; radio</bdi></a>' in mine
        assert '/why/other-one/"><bdi>other-one</bdi></a>' in mine
        assert "<bdi>Spectrum &amp; radio</bdi><span" in waiting
        assert "<dd><bdi>other-one</bdi></dd>" in client.get(last).content.decode()

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

    @pytest.fixture
    def mine(self, learner):
        """An application of the learner who is signed in."""
        one = make.applicant(learner.pk, "GU")
        return api.apply(one, offering_code=make.COURSE, note="I teach.", at=make.EVE)

    def test_a_reviewer_asks_the_learner_answers_and_the_reviewer_reads_it(
        self, client, learner, reviewer, mine
    ):
        # given
        theirs = reverse("waiver_policy:review_one", args=[mine.uuid])
        own = reverse("waiver_policy:application", args=[mine.uuid])

        # when
        client.force_login(reviewer)
        client.post(theirs, {"verdict": "ask", "reason": "<b>Where?</b>", "read": "0"})
        waiting = client.get(reverse("waiver_policy:review")).content.decode()
        client.force_login(learner)
        asked = client.get(own).content.decode()
        answered = client.post(own, {"text": "In <i>Suva</i>."}, follow=True).content.decode()
        client.force_login(reviewer)
        read = client.get(theirs).content.decode()

        # then
        assert "More information is asked</a>: 1" in waiting
        assert "&lt;b&gt;Where?&lt;/b&gt;" in asked
        assert "Your answer is in. A reviewer looks at it." in answered
        assert '<textarea name="text"' not in answered
        assert "In &lt;i&gt;Suva&lt;/i&gt;." in read
        assert 'value="ask"' in read

    @pytest.mark.parametrize(
        ("name", "about"), [("mine", None), ("why", make.COURSE), ("apply", make.COURSE)]
    )
    def test_a_question_is_led_to_from_every_page_of_the_learner(self, client, mine, name, about):
        ask(mine)
        page = client.get(reverse(f"waiver_policy:{name}", args=[about] if about else []))
        link = reverse("waiver_policy:application", args=[mine.uuid])
        assert f'href="{link}">Answer the reviewer' in page.content.decode()
        assert "Send the application" not in page.content.decode()
        assert "Apply to a reviewer" not in page.content.decode()

    def test_an_application_of_somebody_else_is_not_there(self, client, mine):
        ask(mine)
        client.force_login(User.objects.create(username="other"))
        own = reverse("waiver_policy:application", args=[mine.uuid])
        assert client.get(own).status_code == 404
        assert client.post(own, {"text": "Me."}).status_code == 404
        assert messages(mine) == [(False, "Where do you teach?")]

    @pytest.mark.usefixtures("learner")
    def test_an_application_that_nobody_made_has_no_page(self, client):
        own = reverse("waiver_policy:application", args=[uuid4()])
        assert client.get(own).status_code == 404

    def test_an_answer_that_came_too_late_is_answered_with_a_sentence(self, client, mine):
        # given
        ask(mine)
        api.refuse(mine.uuid, by=9, reason="No answer came.", at=make.EVE)

        # when
        own = reverse("waiver_policy:application", args=[mine.uuid])
        page = client.post(own, {"text": "In Suva."}, follow=True).content.decode()

        # then
        assert "This application has been decided already; nothing was changed." in page
        assert "No answer came." in page
        assert messages(mine) == [(False, "Where do you teach?")]

    def test_an_answer_that_was_sent_twice_is_kept_once(self, client, mine):
        ask(mine)
        own = reverse("waiver_policy:application", args=[mine.uuid])
        client.post(own, {"text": "In Suva."})
        page = client.post(own, {"text": "In Suva."}, follow=True).content.decode()
        assert "No answer is waited for now; nothing was changed." in page
        assert messages(mine)[1:] == [(True, "In Suva.")]

    @pytest.mark.parametrize("verdict", ["refuse", "ask"])
    @pytest.mark.parametrize("read", [{"read": "1"}, {"read": ""}, {}])
    def test_a_reviewer_who_has_not_read_the_answer_is_shown_it_first(
        self, client, reviewer, mine, verdict, read
    ):
        # given
        ask(mine)
        api.answer(mine.uuid, by=mine.user_id, text="In Suva.", at=make.EVE)
        client.force_login(reviewer)

        # when
        theirs = reverse("waiver_policy:review_one", args=[mine.uuid])
        sent = {"verdict": verdict, "code": "no_answer", "reason": "No answer came.", **read}
        page = client.post(theirs, sent, follow=True).content.decode()

        # then
        assert "Something was written in the meantime. Please read it;" in page
        assert "In Suva." in page
        assert api.get_application(mine.uuid).state == "submitted"

    def test_a_reviewer_who_waits_for_the_answer_cannot_ask_again(self, client, reviewer, mine):
        ask(mine)
        client.force_login(reviewer)
        theirs = reverse("waiver_policy:review_one", args=[mine.uuid])
        assert 'value="ask"' not in client.get(theirs).content.decode()
        client.post(theirs, {"verdict": "ask", "reason": "And since when?", "read": "1"})
        assert messages(mine) == [(False, "Where do you teach?")]

    @pytest.mark.usefixtures("learner")
    def test_a_form_with_faults_says_so_in_its_title_and_leads_to_the_first(self, client):
        address = reverse("waiver_policy:apply", args=[make.COURSE])
        page = client.post(address, {"note": " "}).content.decode()
        assert "<title>Error: Apply for a fee waiver" in page
        assert page.count(" autofocus") == 1
        assert 'aria-describedby="id_note_error id_note_helptext"' in page
        assert 'aria-describedby="id_truth_error"' in page
        assert page.count('aria-invalid="true"') == 2
        assert {'id="id_note_error"', 'id="id_truth_error"'} <= set(page.split())

    @pytest.mark.usefixtures("learner")
    def test_a_form_without_faults_speaks_of_none(self, client):
        page = client.get(reverse("waiver_policy:apply", args=[make.COURSE])).content.decode()
        assert "<title>Apply for a fee waiver" in page
        assert not {"aria-invalid", "autofocus", "_error"} & set(page.replace("=", " ").split())

    def test_an_answer_without_words_is_sent_back(self, client, mine):
        ask(mine)
        own = reverse("waiver_policy:application", args=[mine.uuid])
        page = client.post(own, {"text": "  "}).content.decode()
        assert "<title>Error: Your application for a waiver" in page
        assert 'aria-describedby="id_text_error id_text_helptext"' in page
        assert messages(mine) == [(False, "Where do you teach?")]

    def test_a_review_without_a_verdict_is_led_back_to_it(self, client, reviewer, applied):
        client.force_login(reviewer)
        address = reverse("waiver_policy:review_one", args=[applied.uuid])
        page = client.post(address, {"reason": "So.", "read": "0"}).content.decode()
        assert "<title>Error: Review an application" in page
        assert '<fieldset aria-describedby="id_verdict_error">' in page
        assert 'id="id_verdict_error" role="alert" tabindex="-1" autofocus' in page
        assert page.count(" autofocus") == 1

    def test_a_reviewer_cannot_decide_for_themselves(self, client, reviewer):
        client.force_login(reviewer)
        mine = api.apply(
            make.applicant(reviewer.pk, "CH"), offering_code="o", note="x", at=make.EVE
        )
        one = reverse("waiver_policy:review_one", args=[mine.uuid])
        page = client.post(one, {"verdict": "approve", "percent": "60", "reason": "Me."})
        assert page.status_code == 404
        assert api.get_application(mine.uuid).state == "submitted"

    def test_learners_do_not_see_each_others_applications(self, client, applied):
        client.force_login(User.objects.create(pk=77, username="other"))
        page = client.get(reverse("waiver_policy:mine")).content.decode()
        assert "You have not applied for a waiver." in page
