"""The reviewers' queue: what is in it, in which order, and several decided at once."""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from factories import waiver_policy as make
from fairgate import clock
from fairgate.percent import Percent
from waiver_policy import api, models
from waiver_policy.data import Organisation, QueueFilter
from waiver_policy.exceptions import (
    ApplicationClosed,
    InvalidReview,
    OutOfTurn,
    ReviewFault,
    TooManyAtOnce,
    UnknownApplication,
)

pytestmark = pytest.mark.django_db


def ago(days):
    return make.EVE - timedelta(days=days)


@pytest.fixture(autouse=True)
def programme(sell):
    make.programme()
    clock.use(lambda: make.EVE)
    sell(title_of=None, language_of=None)
    yield
    clock.use(None)


def queue(page=1, reviewer=9, at=make.EVE, **wanted):
    return api.review_queue(QueueFilter(**wanted), reviewer=reviewer, at=at, page=page)


def users(page):
    return [one.user_id for one in page.applications]


def test_the_next_deadline_comes_first_and_what_is_decided_is_not_there():
    make.apply(1, at=ago(3))
    make.apply(2, at=ago(9))
    make.apply(3)
    done = make.apply(4, at=ago(30))
    api.refuse(done.uuid, by=9, reason="No.", at=make.EVE)
    assert users(queue()) == [2, 1, 3]


def test_a_queue_has_pages():
    for number in range(101, 128):
        make.apply(number)
    first, second = queue(), queue(page=2)
    assert (len(first.applications), len(second.applications)) == (25, 2)
    assert (first.pages, first.found, second.number) == (2, 27, 2)
    assert queue(page=99).number == 2


@pytest.fixture
def several():
    make.apply(1, at=ago(20))
    make.apply(2, offering="other")
    asked = make.apply(3, at=ago(2))
    api.ask_for_more(asked.uuid, by=9, question="Where?", at=ago(1))
    taken = make.apply(4, at=ago(14))
    api.take(taken.uuid, by=9, at=ago(1))
    old = make.apply(5, at=ago(1))
    api.take(old.uuid, by=8, at=ago(3))
    api.apply(make.applicant(6, "CH"), offering_code=make.COURSE, note="x", at=make.EVE)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, {1, 2, 3, 4, 5, 6}),
        ({"state": "more_information"}, {3}),
        ({"state": "approved"}, set()),
        ({"offering_code": "other"}, {2}),
        ({"country": "CH"}, {6}),
        ({"rule": "sids_associate"}, {1, 2, 3, 4, 5}),
        ({"whose": "mine"}, {4}),
        ({"whose": "nobody"}, {1, 2, 3, 5, 6}),
        ({"older_than": 2}, {1, 3, 4}),
        ({"deadline": "overdue"}, {1}),
        ({"deadline": "soon"}, {4}),
        ({"deadline": "soon", "country": "CH"}, set()),
    ],
)
def test_a_reviewer_sees_what_they_ask_for(several, wanted, found):
    assert set(users(queue(**wanted))) == found


def test_the_queue_says_how_many_there_are_and_what_can_be_asked_for(several):
    page = queue(country="CH")
    assert page.counts == {"submitted": 5, "appealed": 0, "proposed": 0, "more_information": 1}
    assert (page.overdue, page.mine, page.nobody) == (1, 1, 5)
    assert page.offerings == ("other", make.COURSE)
    assert page.countries == ("CH", "GU")
    assert page.rules == ("sids_associate",)


def test_a_reviewer_is_not_shown_what_they_have_asked_for_themselves(several):
    # given
    own = api.apply(make.applicant(9, "FR"), offering_code="own", note="x", at=ago(30))

    # when
    page, others = queue(), queue(reviewer=8)

    # then
    assert set(users(page)) == {1, 2, 3, 4, 5, 6}
    assert (page.found, page.overdue, page.nobody) == (6, 1, 5)
    assert page.counts["submitted"] == 5
    assert ("own" in page.offerings, "FR" in page.countries) == (False, False)
    assert own in others.applications


def test_a_reviewer_does_not_take_what_they_have_asked_for_themselves():
    # given
    own, other = make.apply(9, at=ago(30)), make.apply(1)

    # when
    taken = api.take_next(by=9, at=make.EVE)

    # then
    assert taken.uuid == other.uuid
    assert api.take_next(by=9, at=make.EVE) is None
    assert api.get_application(own.uuid).assigned_to is None


def test_a_page_of_the_queue_takes_as_many_queries_however_long_it_is(
    django_assert_max_num_queries,
):
    for number in range(1, 12):
        make.apply(number)
    with django_assert_max_num_queries(7):
        queue()


# Several at once


def chosen(*applications):
    return [(one.uuid, one.message_count) for one in applications]


def bulk(verdict, *pairs, by=9, reason="So.", code="other"):
    return api.review_many(pairs, verdict, by=by, reason=reason, at=make.EVE, code=code)


def test_each_is_decided_by_itself_and_told_apart():
    # given
    works = Organisation(name="Centre")
    good, same = make.apply(1), make.apply(2, organisation=works)
    own, read = make.apply(9), make.apply(3)
    unread, decided = make.apply(4), make.apply(5)
    unknown = api.apply(make.applicant(6, "CH"), offering_code=make.COURSE, note="x", at=make.EVE)
    models.ReviewerOrganisation.objects.create(user_id=9, name="CENTRE")
    api.take(read.uuid, by=8, at=make.EVE)
    api.ask_for_more(unread.uuid, by=8, question="Where?", at=make.EVE)
    api.refuse(decided.uuid, by=8, reason="No.", at=make.EVE)
    missing = uuid4()

    # when
    everything = (good, same, own, read, unread, decided, unknown)
    done = bulk("approve", *chosen(*everything), (missing, 0))

    # then
    told = {one.application_uuid: one for one in done}
    assert told[good.uuid].application.award == Percent(50)
    faults = {uuid: getattr(one.error, "fault", type(one.error)) for uuid, one in told.items()}
    assert faults == {
        good.uuid: type(None),
        same.uuid: ReviewFault.SAME_ORGANISATION,
        own.uuid: ReviewFault.OWN,
        read.uuid: ReviewFault.TAKEN,
        unread.uuid: OutOfTurn,
        decided.uuid: ApplicationClosed,
        unknown.uuid: ReviewFault.NO_PERCENT,
        missing: UnknownApplication,
    }
    left = [api.get_application(one.uuid).state for one in everything[1:]]
    assert left == [
        "submitted", "submitted", "submitted", "more_information", "refused", "submitted",
    ]  # fmt: skip


def test_several_are_refused_with_one_reason_or_asked_one_question():
    first, second = make.apply(1), make.apply(2)
    bulk("refuse", *chosen(first), reason="", code="too_late")
    bulk("ask", *chosen(second), reason="Where?")
    assert api.get_application(first.uuid).refusal_code == "too_late"
    assert api.get_application(second.uuid).reason == "Where?"


def test_an_application_that_is_named_twice_is_decided_once():
    one = make.apply(1)
    assert len(bulk("approve", *chosen(one, one))) == 1
    assert len(api.list_steps(one.uuid)) == 2


def test_more_than_the_operator_allows_are_not_decided_at_all(settings):
    settings.WAIVER_POLICY_BULK_LIMIT = 1
    first, second = make.apply(1), make.apply(2)
    with pytest.raises(TooManyAtOnce, match="At most 1 "):
        bulk("approve", *chosen(first, second))
    assert {one.state for one in queue().applications} == {"submitted"}


def test_above_the_amount_several_are_proposed_each_to_a_second_person(settings):
    settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"EUR": "1.00"}
    one = make.apply(1)
    bulk("approve", *chosen(one))
    assert api.get_application(one.uuid).state == "proposed"
    (again,) = bulk("approve", *chosen(one))
    assert again.error.fault is ReviewFault.SECOND_PERSON
    (done,) = bulk("approve", *chosen(one), by=8)
    assert done.application.state == "approved"


def test_a_bulk_review_can_be_found_in_the_log_and_in_the_steps(caplog):
    caplog.set_level(logging.INFO, logger="waiver_policy")
    first, second = make.apply(1), make.apply(2)
    bulk("approve", *chosen(first, second))
    found = models.ApplicationStep.objects.filter(action="approve").values_list("bulk", flat=True)
    assert len(set(found)) == 1
    assert f"bulk review {found[0]}: 2 of 2 done" in caplog.text


def test_a_bulk_review_without_words_is_refused_one_by_one():
    one = make.apply(1)
    (told,) = bulk("approve", *chosen(one), reason=" ")
    assert isinstance(told.error, InvalidReview)
    assert api.get_application(one.uuid).state == "submitted"


# The page


class TestThePage:
    @pytest.fixture(autouse=True)
    def reviewer(self, client):
        from django.contrib.auth.models import User

        client.force_login(User.objects.get(pk=make.person("reviewer", reviews=True)))

    def get(self, client, query=""):
        return client.get(reverse("waiver_policy:review") + query).content.decode()

    def test_what_is_late_says_so(self, client):
        make.apply(1, at=ago(20))
        assert "late</span>" in self.get(client)

    def test_a_page_leads_to_the_next_one_with_what_was_asked_for(self, client):
        for number in range(1, 28):
            make.apply(number)
        page = self.get(client, "?country=GU")
        assert 'href="?country=GU&amp;page=2"' in page
        assert "Page 1 of 2" in page

    @pytest.mark.parametrize(
        "query",
        ["?page=x", "?page=99999999", "?older=x", "?state=%00", "?country=ZZZZ", "?older=-1"],
    )
    def test_what_is_not_understood_breaks_nothing(self, client, query):
        make.apply(1)
        assert client.get(reverse("waiver_policy:review") + query).status_code == 200

    def test_several_are_decided_and_the_page_tells_them_apart(self, client):
        first, second = make.apply(1), make.apply(2)
        api.take(second.uuid, by=8, at=make.EVE)
        address = reverse("waiver_policy:review_many")
        told = {
            "chosen": [f"{one.uuid}:0" for one in (first, second)],
            "verdict": "refuse", "code": "no_answer", "reason": "",
        }  # fmt: skip
        page = client.post(address, told).content.decode()
        not_done, done = page.split("<h2>Done</h2>")
        assert "Another reviewer reads this application at the moment." in not_done
        assert str(second.uuid) in not_done
        assert str(first.uuid) in done
        assert api.get_application(first.uuid).state == "refused"

    @pytest.mark.parametrize(
        ("told", "words"),
        [
            ({"verdict": "approve", "reason": "So."}, "Please choose at least one application."),
            ({"chosen": True, "reason": "So."}, "Please choose what becomes of the applications."),
            ({"chosen": True, "verdict": "approve"}, "Please write what the learner reads."),
            ({"chosen": True, "verdict": "refuse"}, "Please choose a reason of the list."),
            (
                {"chosen": True, "verdict": "refuse", "code": "other"},
                "Please write what the learner reads.",
            ),
        ],
    )
    def test_what_is_missing_is_said_and_nothing_happens(self, client, told, words):
        one = make.apply(1)
        if told.get("chosen"):
            told = told | {"chosen": [f"{one.uuid}:0"]}
        page = client.post(reverse("waiver_policy:review_many"), told).content.decode()
        assert words in page
        assert "<title>Error: " in page
        assert api.get_application(one.uuid) == one

    @pytest.mark.parametrize(
        "value", ["", "x", "x:0", f"{UUID(int=1)}:x", f"{UUID(int=1)}:9999999"]
    )
    def test_what_was_not_on_the_page_is_not_chosen(self, client, value):
        told = {"chosen": [value], "verdict": "approve", "reason": "So."}
        page = client.post(reverse("waiver_policy:review_many"), told).content.decode()
        assert "Select a valid choice" in page or "at least one" in page

    def test_too_many_are_not_decided(self, client, settings):
        settings.WAIVER_POLICY_BULK_LIMIT = 1
        both = [f"{make.apply(number).uuid}:0" for number in (1, 2)]
        told = {"chosen": both, "verdict": "approve", "reason": "So."}
        page = client.post(reverse("waiver_policy:review_many"), told).content.decode()
        assert "At most 1 application is decided at once; nothing was changed." in page

    def test_the_next_one_is_read_and_handed_back(self, client):
        one = make.apply(1)
        page = client.post(reverse("waiver_policy:review_next"), follow=True).content.decode()
        assert "Hand it back" in page
        assert api.get_application(one.uuid).assigned_to is not None
        back = reverse("waiver_policy:hand_back", args=[one.uuid])
        assert "You have handed it back." in client.post(back, follow=True).content.decode()
        assert api.get_application(one.uuid).assigned_to is None

    def test_when_there_is_none_the_page_says_so(self, client):
        page = client.post(reverse("waiver_policy:review_next"), follow=True).content.decode()
        assert "There is none that nobody reads and that you can decide." in page

    def test_a_conflict_is_declared_with_a_button(self, client):
        one = make.apply(1)
        address = reverse("waiver_policy:hand_back", args=[one.uuid])
        page = client.post(address, {"conflict": "yes"}, follow=True).content.decode()
        assert "You have declared a conflict of interest. Somebody else decides." in page
        take = reverse("waiver_policy:take", args=[one.uuid])
        page = client.post(take, follow=True).content.decode()
        assert "You have declared a conflict of interest: somebody else has to decide." in page

    def test_a_second_person_confirms_on_the_page(self, client, settings):
        settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"EUR": "1.00"}
        one = make.apply(1)
        api.approve(one.uuid, by=8, reason="Teacher.", at=make.EVE)
        address = reverse("waiver_policy:review_one", args=[one.uuid])
        page = client.get(address).content.decode()
        assert "A first person would grant 50 %." in page
        assert 'name="percent"' not in page
        client.post(address, {"verdict": "approve", "reason": "", "read": "0"})
        assert api.get_application(one.uuid).state == "approved"

    def test_a_second_person_sends_back_on_the_page(self, client, settings):
        settings.WAIVER_POLICY_TWO_PEOPLE_ABOVE = {"EUR": "1.00"}
        one = make.apply(1)
        api.approve(one.uuid, by=8, reason="Teacher.", at=make.EVE)
        address = reverse("waiver_policy:review_one", args=[one.uuid])
        page = client.post(address, {"verdict": "send_back", "read": "0"}, follow=True)
        assert "The application is in the queue again." in page.content.decode()
        assert api.get_application(one.uuid).state == "submitted"
