"""An application from its first day to its end: withdrawn, expired, lapsed, appealed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from factories import waiver_policy as make
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import Organisation
from waiver_policy.exceptions import (
    AppealTooLate,
    ApplicationClosed,
    EmptyAnswer,
    InvalidReview,
    OutOfTurn,
    UnknownApplication,
    WaiverError,
)
from waiver_policy.services import deadlines, documents

pytestmark = pytest.mark.django_db


def on(days):
    return make.EVE + timedelta(days=days)


@pytest.fixture(autouse=True)
def programme():
    make.programme()


@pytest.fixture
def applied():
    return make.apply(organisation=Organisation(name="Radio School", domain="school.example"))


def refuse(applied, *, by=9, at=make.EVE, **told):
    return api.refuse(applied.uuid, by=by, reason="No proof.", at=at, **told)


def row_of(applied):
    return models.WaiverApplication.objects.get(uuid=applied.uuid)


def steps(applied):
    return [(one.action, one.by, one.state) for one in api.list_steps(applied.uuid)]


# Applying


def test_an_application_keeps_who_agreed_to_which_statement_and_when():
    make.apply(truth="2026-11")
    row = models.WaiverApplication.objects.get()
    assert (row.truth_version, row.truth_at) == ("2026-11", make.EVE)


def test_an_application_keeps_where_the_learner_works(applied):
    assert (applied.organisation, applied.organisation_domain) == ("Radio School", "school.example")


def test_the_decision_is_due_after_the_days_that_the_policy_promises():
    text = make.SHIPPED_POLICY.read_text(encoding="utf-8")
    make.policy(text + "  sla: {decision_within: P10D}\n")
    assert make.apply().decide_by == on(10).date()


def test_where_the_policy_promises_nothing_the_operator_says_it(settings, applied):
    assert applied.decide_by == on(16).date()
    settings.WAIVER_POLICY_DECIDE_WITHIN_DAYS = 3
    assert make.apply(2).decide_by == on(3).date()


def test_a_form_that_is_sent_again_is_the_same_application_also_when_it_is_decided():
    first = make.apply(form_token="one")
    refuse(first)
    assert make.apply(form_token="one").uuid == first.uuid
    assert make.apply(form_token="two").uuid != first.uuid


def test_the_form_of_one_person_or_offering_is_not_that_of_another():
    first = make.apply(form_token="one")
    others = [make.apply(2, form_token="one"), make.apply(offering="other", form_token="one")]
    assert len({first.uuid, *(one.uuid for one in others)}) == 3


# Withdrawing


def test_who_withdraws_leaves_no_words(applied):
    api.ask_for_more(applied.uuid, by=9, question="Where?", at=make.EVE)
    api.answer(applied.uuid, by=1, text="In Suva.", at=make.EVE)
    done = api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert (done.state, done.note, done.organisation, done.organisation_domain) == (
        "withdrawn", "", "", "",
    )  # fmt: skip
    assert {one.text for one in api.list_messages(applied.uuid)} == {""}
    assert steps(applied)[-1] == ("withdraw", 1, "withdrawn")


def test_who_withdraws_may_apply_again(applied):
    api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert make.apply().uuid != applied.uuid


def test_a_decided_application_is_not_withdrawn_and_keeps_its_words(applied):
    refuse(applied)
    with pytest.raises(ApplicationClosed, match="is refused already"):
        api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert api.get_application(applied.uuid).note == "I teach radio."


def test_only_the_learner_withdraws(applied):
    with pytest.raises(UnknownApplication):
        api.withdraw(applied.uuid, by=2, at=make.EVE)
    assert api.get_application(applied.uuid) == applied


def test_what_was_handed_in_with_it_goes_before_the_words_do(applied, monkeypatch):
    seen = []

    def deleted(uuid, **_):
        seen.append(models.WaiverApplication.objects.get(uuid=uuid).note)
        return 0

    monkeypatch.setattr(documents, "delete_documents", deleted)
    api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert seen == ["I teach radio."]


def test_what_cannot_be_deleted_lets_nothing_be_withdrawn(applied, monkeypatch):
    def fails(_uuid, **_):
        raise OSError("The disk is away.")

    monkeypatch.setattr(documents, "delete_documents", fails)
    with pytest.raises(OSError, match="disk"):
        api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert api.get_application(applied.uuid) == applied


# Expiring


def ask(applied, at=make.EVE):
    return api.ask_for_more(applied.uuid, by=9, question="Where?", at=at)


def test_a_question_can_be_answered_for_the_days_that_the_operator_gives(settings, applied):
    settings.WAIVER_POLICY_ANSWER_WITHIN_DAYS = 7
    assert ask(applied).answer_until == on(8).date()
    assert deadlines.expire_unanswered(on(7)) == 0
    assert deadlines.expire_unanswered(on(8)) == 1
    assert deadlines.expire_unanswered(on(8)) == 0
    done = api.get_application(applied.uuid)
    assert (done.state, row_of(applied).open_key) == ("expired", None)
    assert steps(applied)[-1] == ("expire", None, "expired")


def test_an_answer_that_came_in_stops_the_clock(applied):
    ask(applied)
    api.answer(applied.uuid, by=1, text="In Suva.", at=on(21))
    assert deadlines.expire_unanswered(on(30)) == 0


def test_the_days_that_a_reviewer_waited_are_added_to_those_for_the_decision(applied):
    ask(applied, at=on(2))
    answered = api.answer(applied.uuid, by=1, text="In Suva.", at=on(7))
    assert answered.decide_by == applied.decide_by + timedelta(days=5)


def approve(applied, at=make.EVE):
    return api.approve(applied.uuid, by=9, reason="Teacher.", at=at)


def test_an_approval_that_nobody_used_lapses(applied):
    approved = approve(applied)
    last = make.EVE + (approved.valid_until - make.EVE.date())
    assert deadlines.lapse_unused(last - timedelta(days=1)) == 0
    assert deadlines.lapse_unused(last) == 1
    assert api.get_application(applied.uuid).state == "expired"
    assert make.apply(at=last).uuid != applied.uuid


def test_an_approval_that_was_used_does_not_lapse(applied):
    approve(applied)
    make.grant(1, country="GU")
    assert deadlines.lapse_unused(on(400)) == 0


def test_an_approval_whose_grant_was_released_lapses(applied):
    approve(applied)
    grant = make.grant(1, country="GU")
    api.release_grant(grant.uuid, at=make.EVE, reason="The order was not paid.")
    assert deadlines.lapse_unused(on(400)) == 1


# Appealing


def appeal(applied, text="I did show it.", *, by=1, at=make.EVE):
    return api.appeal(applied.uuid, by=by, text=text, at=at)


def test_an_appeal_waits_for_another_person_and_keeps_what_was_said(applied):
    refuse(applied)
    found = appeal(applied)
    assert (found.state, found.decide_by) == ("appealed", on(16).date())
    assert [(one.is_appeal, one.text) for one in api.list_messages(applied.uuid)] == [
        (True, "I did show it.")
    ]


def test_who_decided_before_does_not_decide_about_the_appeal(applied):
    refuse(applied)
    appealed = appeal(applied)
    for decide in (
        lambda: refuse(applied),
        lambda: approve(applied),
        lambda: ask(applied),
        lambda: api.take(applied.uuid, by=9, at=make.EVE),
    ):
        with pytest.raises(InvalidReview, match="Who decided before"):
            decide()
    assert api.get_application(applied.uuid) == appealed
    assert api.approve(applied.uuid, by=8, reason="Shown.", at=make.EVE).state == "approved"


def test_who_only_asked_before_may_decide_about_the_appeal(applied):
    api.ask_for_more(applied.uuid, by=8, question="Where?", at=make.EVE)
    refuse(applied)
    appeal(applied)
    assert api.approve(applied.uuid, by=8, reason="Shown.", at=make.EVE).state == "approved"


def test_there_is_one_appeal(applied):
    refuse(applied)
    appeal(applied)
    final = refuse(applied, by=8)
    assert (final.state, final.appeal_until, final.may_appeal) == ("refused", None, False)
    with pytest.raises(OutOfTurn, match="only once"):
        appeal(applied)


def test_an_appeal_is_in_time_and_has_words(settings, applied):
    settings.WAIVER_POLICY_APPEAL_WITHIN_DAYS = 5
    refused = refuse(applied)
    assert refused.appeal_until == on(6).date()
    with pytest.raises(EmptyAnswer):
        appeal(applied, " ")
    with pytest.raises(AppealTooLate):
        appeal(applied, at=on(6))
    assert api.get_application(applied.uuid) == refused
    assert appeal(applied, at=on(5)).state == "appealed"


def test_the_terms_of_an_appeal_are_those_of_the_day_of_the_refusal(settings, applied):
    refused = refuse(applied)
    settings.WAIVER_POLICY_APPEAL_WITHIN_DAYS = 1
    assert api.get_application(applied.uuid).appeal_until == refused.appeal_until


@pytest.mark.parametrize("state", ["approved", "withdrawn", "submitted"])
def test_only_a_refusal_is_appealed(applied, state):
    if state == "approved":
        approve(applied)
    elif state == "withdrawn":
        api.withdraw(applied.uuid, by=1, at=make.EVE)
    with pytest.raises(OutOfTurn, match="Only a refusal"):
        appeal(applied)
    assert api.get_application(applied.uuid).state == state


def test_somebody_elses_refusal_is_not_there(applied):
    refuse(applied)
    with pytest.raises(UnknownApplication):
        appeal(applied, by=2)


def test_who_has_applied_again_does_not_appeal_as_well(applied):
    refuse(applied)
    again = make.apply()
    with pytest.raises(OutOfTurn, match="still open"):
        appeal(applied)
    assert api.get_application(applied.uuid).state == "refused"
    assert api.list_messages(applied.uuid) == ()
    assert api.get_application(again.uuid).state == "submitted"


def test_an_appeal_that_is_withdrawn_leaves_the_refusal_and_its_words(applied):
    ask(applied)
    api.answer(applied.uuid, by=1, text="In Suva.", at=make.EVE)
    refuse(applied)
    appeal(applied)
    done = api.withdraw(applied.uuid, by=1, at=make.EVE)
    assert (done.state, done.reason, done.note) == ("refused", "No proof.", "I teach radio.")
    assert [one.text for one in api.list_messages(applied.uuid)] == ["Where?", "In Suva.", ""]
    with pytest.raises(OutOfTurn):
        appeal(applied)


def test_an_appeal_whose_question_is_not_answered_leaves_the_refusal(applied):
    refuse(applied)
    appeal(applied)
    api.ask_for_more(applied.uuid, by=8, question="Since when?", at=make.EVE)
    assert deadlines.expire_unanswered(on(30)) == 1
    done = api.get_application(applied.uuid)
    assert (done.state, done.reason, done.refusal_code) == ("refused", "No proof.", "other")


def test_an_answer_during_an_appeal_goes_to_another_person_still(applied):
    refuse(applied)
    appeal(applied)
    api.ask_for_more(applied.uuid, by=8, question="Since when?", at=make.EVE)
    assert api.answer(applied.uuid, by=1, text="2020.", at=make.EVE).state == "appealed"
    with pytest.raises(InvalidReview):
        refuse(applied)


def test_every_step_is_kept_with_who_took_it(applied):
    refuse(applied, code="no_answer")
    appeal(applied)
    api.approve(applied.uuid, by=8, reason="Shown.", at=make.EVE)
    assert steps(applied) == [
        ("submit", 1, "submitted"), ("refuse", 9, "refused"), ("appeal", 1, "appealed"),
        ("approve", 8, "approved"),
    ]  # fmt: skip
    kept = api.list_steps(applied.uuid)
    assert (kept[1].refusal_code, kept[3].award) == ("no_answer", Percent(50))


def test_what_is_not_there_cannot_be_withdrawn_or_appealed():
    for call in (api.withdraw, api.appeal):
        with pytest.raises(UnknownApplication):
            call(uuid4(), by=1, at=make.EVE, **({"text": "x"} if call is api.appeal else {}))


class Life(RuleBasedStateMachine):
    """Everybody does everything in any order; what holds whatever happens."""

    REVIEWERS = (7, 8, 9)

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.day, self.ends = 0, []

    @initialize(amount=st.sampled_from([{}, {"USD": "0.01"}]))
    def apply(self, amount):
        from django.conf import settings as site

        self.site, self.kept = site, site.WAIVER_POLICY_TWO_PEOPLE_ABOVE
        site.WAIVER_POLICY_TWO_PEOPLE_ABOVE = amount
        self.amount = amount
        self.one = make.apply()

    @property
    def at(self):
        return on(self.day)

    def attempt(self, call):
        before = api.get_application(self.one.uuid), steps(self.one)
        try:
            with transaction.atomic():
                call()
        except WaiverError:
            assert (api.get_application(self.one.uuid), steps(self.one)) == before

    @rule(by=st.sampled_from(REVIEWERS), what=st.sampled_from(["approve", "refuse", "ask", "back"]))
    def review(self, by, what):
        uuid, at = self.one.uuid, self.at
        self.attempt({
            "approve": lambda: api.approve(uuid, by=by, reason="So.", at=at),
            "refuse": lambda: api.refuse(uuid, by=by, reason="So.", at=at),
            "ask": lambda: api.ask_for_more(uuid, by=by, question="What?", at=at),
            "back": lambda: api.send_back(uuid, by=by, at=at),
        }[what])  # fmt: skip

    @rule(what=st.sampled_from(["answer", "appeal"]))
    def speak(self, what):
        call = getattr(api, what)
        self.attempt(lambda: call(self.one.uuid, by=1, text="Because.", at=self.at))

    @precondition(lambda self: len(steps(self.one)) > 3)
    @rule()
    def withdraw(self):
        self.attempt(lambda: api.withdraw(self.one.uuid, by=1, at=self.at))

    @rule(days=st.sampled_from([1, 10, 40]))
    def wait(self, days):
        self.day += days
        deadlines.expire_unanswered(self.at)
        deadlines.lapse_unused(self.at)

    @invariant()
    def an_open_application_has_its_key_and_a_closed_one_none(self):
        row = row_of(self.one)
        assert (row.open_key is not None) == (row.state in api.OPEN_STATES)

    @invariant()
    def the_last_step_led_to_the_state(self):
        told = steps(self.one)
        assert told[-1][2] == api.get_application(self.one.uuid).state
        assert len(told) == row_of(self.one).step_count

    @invariant()
    def two_people_have_granted_what_takes_two(self):
        granted = [by for action, by, _state in steps(self.one) if action in ("approve", "confirm")]
        if granted and self.amount:
            told = steps(self.one)
            proposed = [by for action, by, _ in told if action == "propose"]
            assert proposed[-1] != granted[-1]

    @invariant()
    def an_appeal_is_decided_by_others(self):
        told = steps(self.one)
        appeals = [number for number, one in enumerate(told) if one[0] == "appeal"]
        assert len(appeals) <= 1
        if appeals:
            judging = ("approve", "refuse", "propose", "confirm", "send_back")
            before = {by for action, by, _ in told[: appeals[0]] if action in judging}
            after = {by for action, by, _ in told[appeals[0] :] if action in judging}
            assert not before & after

    def teardown(self):
        self.site.WAIVER_POLICY_TWO_PEOPLE_ABOVE = self.kept
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def test_whatever_happens_the_life_of_an_application_holds_its_rules():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
