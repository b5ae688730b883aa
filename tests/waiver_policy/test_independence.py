"""Who may decide about whom, and where two people are needed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from factories import waiver_policy as make
from fairgate.errors import FairgateError
from fairgate.money import Money
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.checks import check_amounts
from waiver_policy.data import EvidenceBasis, EvidenceKind, Organisation
from waiver_policy.exceptions import InvalidReview, OutOfTurn, ReviewFault
from waiver_policy.selectors import offerings

pytestmark = pytest.mark.django_db

LATER = make.EVE + timedelta(days=3)
EVERY_ACT = {
    "approve": partial(api.approve, reason="So."),
    "refuse": partial(api.refuse, reason="So."),
    "ask": partial(api.ask_for_more, question="What?"),
    "take": api.take,
}
every_act = pytest.mark.parametrize("act", EVERY_ACT.values(), ids=list(EVERY_ACT))


@pytest.fixture(autouse=True)
def programme():
    make.programme()


@pytest.fixture
def applied():
    return make.apply(organisation=Organisation(name="Radio School", domain="school.example"))


def works_at(user_id=9, name="", domain=""):
    models.ReviewerOrganisation.objects.create(user_id=user_id, name=name, domain=domain)


def refused(call, fault):
    with pytest.raises(InvalidReview) as error:
        call()
    assert error.value.fault is fault


@every_act
@pytest.mark.parametrize(
    "at", [{"name": "RADIO-SCHOOL"}, {"domain": "@School.example"}, {"domain": "eu.school.example"}]
)
def test_nobody_decides_about_somebody_of_their_own_organisation(applied, act, at):
    works_at(**at)
    refused(lambda: act(applied.uuid, by=9, at=make.EVE), ReviewFault.SAME_ORGANISATION)
    assert api.get_application(applied.uuid) == applied


@pytest.mark.parametrize("tie", ["organisation", "declared"])
def test_who_has_a_conflict_of_interest_reads_no_words_of_it(applied, tie, client):
    # given two reviewers, one of them tied to the applicant
    rita, free = (make.person(name, reviews=True) for name in ("rita", "free"))
    if tie == "organisation":
        works_at(rita, name="Radio School")
    else:
        api.hand_back(applied.uuid, by=rita, at=make.EVE, has_conflict=True)

    # then
    told = {}
    for who in (rita, free):
        client.force_login(User.objects.get(pk=who))
        path = f"/fairgate/waivers/api/v1/applications/{applied.uuid}/"
        page = reverse("waiver_policy:review_one", args=[applied.uuid])
        queue = client.get("/fairgate/waivers/api/v1/review/")
        told[who] = (
            client.get(path).status_code, client.get(f"{path}messages/").status_code,
            client.get(page).status_code, applied.note in queue.content.decode(),
        )  # fmt: skip
    assert told == {rita: (403, 403, 302, False), free: (200, 200, 200, False)}


def saw(by):
    return api.record_evidence(
        1, basis=EvidenceBasis.NATIONALITY, countries=["UG"], kind=EvidenceKind.DOCUMENT, by=by,
        at=make.EVE,
    )  # fmt: skip


@pytest.mark.usefixtures("applied")
def test_who_may_not_decide_does_not_say_what_it_is_decided_from():
    works_at(name="Radio School")
    refused(lambda: saw(by=9), ReviewFault.SAME_ORGANISATION)
    assert not api.list_evidence(1, at=make.EVE)
    assert saw(by=8)


def test_who_has_declared_a_conflict_says_nothing_about_the_person(applied):
    api.hand_back(applied.uuid, by=9, at=make.EVE, has_conflict=True)
    refused(lambda: saw(by=9), ReviewFault.DECLARED_CONFLICT)


def test_somebody_of_another_organisation_decides(applied):
    works_at(name="Radio Centre", domain="centre.example")
    works_at(8, name="Radio School")
    assert api.approve(applied.uuid, by=9, reason="So.", at=make.EVE).state == "approved"


def test_one_of_several_organisations_of_a_reviewer_is_enough(applied):
    works_at(name="Centre")
    works_at(name="Radio school")
    refused(lambda: api.take(applied.uuid, by=9, at=make.EVE), ReviewFault.SAME_ORGANISATION)


def test_who_leaves_the_field_empty_is_known_by_the_address_of_the_account():
    learner = make.person("learner")  # learner@example.org
    applied = make.apply(learner)
    works_at(domain="example.org")
    refused(lambda: api.take(applied.uuid, by=9, at=make.EVE), ReviewFault.SAME_ORGANISATION)


def test_an_organisation_has_a_name_or_a_domain():
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        works_at()


@every_act
def test_nobody_decides_about_themselves(applied, act):
    refused(lambda: act(applied.uuid, by=1, at=make.EVE), ReviewFault.OWN)


@every_act
def test_who_has_declared_a_conflict_never_decides(applied, act):
    api.take(applied.uuid, by=9, at=make.EVE)
    api.hand_back(applied.uuid, by=9, at=make.EVE, has_conflict=True)
    api.hand_back(applied.uuid, by=9, at=make.EVE, has_conflict=True)
    refused(lambda: act(applied.uuid, by=9, at=LATER), ReviewFault.DECLARED_CONFLICT)
    assert api.get_application(applied.uuid).assigned_to is None
    assert act(applied.uuid, by=8, at=LATER)


# Reading


@every_act
def test_what_somebody_reads_is_decided_by_nobody_else(applied, act):
    api.take(applied.uuid, by=8, at=make.EVE)
    refused(lambda: act(applied.uuid, by=9, at=make.EVE), ReviewFault.TAKEN)
    assert act(applied.uuid, by=8, at=make.EVE)


def test_what_somebody_has_read_for_days_is_free_again(applied):
    api.take(applied.uuid, by=8, at=make.EVE)
    almost = LATER - timedelta(seconds=1)
    refused(lambda: api.take(applied.uuid, by=9, at=almost), ReviewFault.TAKEN)
    assert api.take(applied.uuid, by=9, at=LATER).assigned_to == 9


def test_what_is_handed_back_is_free(applied):
    api.take(applied.uuid, by=8, at=make.EVE)
    api.hand_back(applied.uuid, by=9, at=make.EVE)  # not theirs: nothing happens
    assert api.get_application(applied.uuid).assigned_to == 8
    api.hand_back(applied.uuid, by=8, at=make.EVE)
    assert api.take(applied.uuid, by=9, at=make.EVE).assigned_to == 9


def test_the_next_one_is_the_first_that_is_free_and_that_one_may_decide(applied):
    works_at(name="Radio School")
    second, third = make.apply(2), make.apply(3)
    api.take(second.uuid, by=8, at=make.EVE)
    make.apply(9)
    assert api.take_next(by=9, at=make.EVE).uuid == third.uuid
    assert api.take_next(by=9, at=make.EVE) is None
    assert api.take_next(by=8, at=make.EVE).uuid == applied.uuid


def test_a_decision_ends_the_reading(applied):
    api.take(applied.uuid, by=8, at=make.EVE)
    assert api.refuse(applied.uuid, by=8, reason="So.", at=make.EVE).assigned_to is None


# Two people


@pytest.fixture
def two_people(settings, sell):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "500.00"}
    sell(worth_of=lambda code: [Money("2000.00", "USD")])


@pytest.fixture
def proposed(two_people, applied):
    return api.approve(applied.uuid, by=9, reason="Teacher.", at=make.EVE)


def test_the_first_approval_of_a_large_amount_is_a_proposal(proposed):
    assert (proposed.state, proposed.award, proposed.awaiting) == (
        "proposed", None, Percent(50),
    )  # fmt: skip
    waiting = api.decide(make.applicant(1, "GU"), offering_code=make.COURSE, at=make.EVE)
    assert waiting.outcome == "review"


def test_a_second_person_confirms_with_the_words_of_the_first(proposed):
    done = api.approve(proposed.uuid, by=8, reason="Yes.", at=make.EVE)
    assert (done.state, done.award, done.reason) == ("approved", Percent(50), "Teacher.")
    assert [(one.action, one.by) for one in api.list_steps(done.uuid)][1:] == [
        ("propose", 9), ("confirm", 8),
    ]  # fmt: skip


def test_the_same_person_is_not_the_second(proposed):
    refused(
        lambda: api.approve(proposed.uuid, by=9, reason="Yes.", at=make.EVE),
        ReviewFault.SECOND_PERSON,
    )
    assert api.get_application(proposed.uuid) == proposed


def test_a_second_person_confirms_the_percentage_or_none(proposed):
    refused(
        lambda: api.approve(proposed.uuid, by=8, reason="More.", at=make.EVE, award=Percent(90)),
        ReviewFault.OTHER_PERCENT,
    )
    again = api.approve(proposed.uuid, by=8, reason="x", at=make.EVE, award=Percent(50))
    assert again.state == "approved"


def test_a_second_person_who_disagrees_sends_it_back_or_refuses(proposed):
    back = api.send_back(proposed.uuid, by=8, at=make.EVE)
    assert (back.state, back.awaiting, back.awaiting_reason) == ("submitted", None, "")
    assert api.refuse(proposed.uuid, by=8, reason="No.", at=make.EVE).state == "refused"


def test_the_second_person_is_as_independent_as_the_first(proposed):
    works_at(8, name="Radio School")
    refused(
        lambda: api.approve(proposed.uuid, by=8, reason="Yes.", at=make.EVE),
        ReviewFault.SAME_ORGANISATION,
    )


def test_what_is_sent_back_needs_somebody_to_propose_first(applied):
    with pytest.raises(OutOfTurn, match="Nobody has proposed"):
        api.send_back(applied.uuid, by=8, at=make.EVE)


def test_a_small_amount_takes_one_person(two_people, applied):
    done = api.approve(applied.uuid, by=9, reason="So.", at=make.EVE, award=Percent(25))
    assert done.state == "approved"


def test_an_amount_that_nobody_knows_takes_two(settings, applied, sell):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"USD": "500.00"}

    def unknown(code):
        raise FairgateError("There is no such offering.")

    sell(worth_of=unknown)
    assert api.approve(applied.uuid, by=9, reason="So.", at=make.EVE).state == "proposed"
    sell(worth_of=None)
    other = make.apply(2)
    assert api.approve(other.uuid, by=9, reason="So.", at=make.EVE).state == "proposed"


def test_on_an_appeal_both_are_others_than_who_decided_before(two_people, applied):
    api.refuse(applied.uuid, by=7, reason="No.", at=make.EVE)
    api.appeal(applied.uuid, by=1, text="But.", at=make.EVE)
    api.approve(applied.uuid, by=8, reason="Yes.", at=make.EVE)
    for by, fault in ((7, ReviewFault.DECIDED_BEFORE), (8, ReviewFault.SECOND_PERSON)):
        refused(partial(api.approve, applied.uuid, by=by, reason="Yes.", at=make.EVE), fault)
    assert api.approve(applied.uuid, by=9, reason="Yes.", at=make.EVE).state == "approved"


def test_a_learner_may_withdraw_what_is_proposed(proposed):
    assert api.withdraw(proposed.uuid, by=1, at=make.EVE).state == "withdrawn"


def test_the_app_that_sells_offerings_says_what_they_are_worth():
    from fee_payments import apps

    assert offerings._seller.worth_of is apps._worth_of


@pytest.mark.parametrize("amounts", [{"USD": 500.0}, {"USD": "a lot"}, {"XXX1": "5"}, "500"])
def test_amounts_that_cannot_be_read_are_told_at_the_start(settings, amounts):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = amounts
    if amounts == {"USD": 500.0}:
        assert check_amounts() == []  # a number is read as it is written
    else:
        assert [found.id for found in check_amounts()] == ["waiver_policy.E006"]
