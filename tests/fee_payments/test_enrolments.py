"""Enrolments follow rights: paid, waived, by a code or by hand; and back again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from demo_site import platform
from demo_site.models import DemoEnrolment
from factories import fee_payments as make
from fairgate import clock
from fee_payments import api, selectors, tasks
from fee_payments.checks import check_enrolments
from fee_payments.exceptions import EnrolmentRefused
from fee_payments.models import Enrolled, EnrolmentTask, Entitlement, Offering
from fee_payments.selectors import enrolments as asked
from fee_payments.services import enrolling

pytestmark = pytest.mark.django_db(transaction=True)

WHO = make.learner()
LATER = make.NOON + timedelta(hours=1)
DAY = timedelta(days=1)
OTHER = "course-v1:ATC+IMT101+2026_T4"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "_source", lambda: LATER)
    monkeypatch.setattr(asked, "_hold_questions", [])
    monkeypatch.setattr(
        platform, "has_course", lambda course_key: course_key in (make.COURSE, OTHER)
    )


def modes():
    """Who is in which course, as the platform has it."""
    rows = DemoEnrolment.objects.filter(is_active=True).order_by("user_id", "course_key")
    return {(row.user_id, row.course_key): row.mode for row in rows}


def mode(user_id=WHO.user_id, course=make.COURSE):
    return modes().get((user_id, course), "")


def refund(paid, *, at=LATER):
    api.refund(paid.uuid, paid.breakdown.total, key="all", reason="Withdrew.", by=9, at=at)


def test_who_pays_is_enrolled_in_the_paid_mode_with_the_order_beside_it():
    make.offering()
    paid = make.paid_order(WHO)
    row = DemoEnrolment.objects.get()
    right = Entitlement.objects.get()
    assert (row.user_id, row.course_key, row.mode, row.is_active) == (
        WHO.user_id, make.COURSE, "verified", True,
    )  # fmt: skip
    assert row.attributes == [
        ["order", "order_id", str(paid.uuid)],
        ["fairgate", "entitlement_id", str(right.uuid)],
        ["fairgate", "source", "order"],
    ]
    task = EnrolmentTask.objects.get()
    assert (task.open_key, task.next_try_at, task.done_at) == (None, None, LATER)


def test_an_order_that_is_not_paid_enrols_nobody():
    make.offering()
    make.payment(make.order(WHO))
    assert modes() == {}
    assert EnrolmentTask.objects.count() == 0


def test_a_seat_code_and_access_by_hand_enrol_as_a_payment_does():
    make.offering()
    api.redeem_seat_code(WHO, "spectrum", make.seat_code(), at=make.NOON)
    given(2)
    assert modes() == {(1001, make.COURSE): "verified", (2, make.COURSE): "verified"}


def given(user_id=WHO.user_id, code="spectrum", **changes):
    fields = {"ends_at": None, "reason": "A guest.", "by": 9, "key": f"by hand {user_id}",
              "at": make.NOON}  # fmt: skip
    return api.give_access(user_id, code, **{**fields, **changes})


@pytest.mark.parametrize("before", ["", "audit"])
def test_t16_a_refund_takes_back_what_rested_on_it_and_nothing_else(before):
    make.offering()
    make.offering("imt", course_key=OTHER)
    if before:
        platform.enrol(WHO.user_id, make.COURSE, before)
    paid = make.paid_order(WHO)
    make.paid_order(WHO, "imt")
    refund(paid)
    # The course has a free mode that is not held, so who came by the fee stays in it.
    assert modes() == {(1001, make.COURSE): "audit", (1001, OTHER): "verified"}
    assert DemoEnrolment.objects.get(course_key=make.COURSE).attributes == []


def test_a_refund_in_a_held_course_takes_the_learner_out_of_it(monkeypatch):
    make.offering()
    api.ask_about_holds(lambda course_key, at: course_key == make.COURSE)
    refund(make.paid_order(WHO))
    assert modes() == {}
    assert DemoEnrolment.objects.get().is_active is False


@pytest.mark.parametrize(
    ("began_at", "after_refund"), [(make.NOON - DAY, "audit"), (LATER, "")], ids=["before", "after"]
)
def test_who_enrolled_themselves_in_a_held_run_before_the_worker_came_is_out_after_a_refund(
    monkeypatch, began_at, after_refund
):
    make.offering()
    api.ask_about_holds(lambda course_key, at: True)
    with monkeypatch.context() as late:
        late.setattr(tasks.api, "follow_enrolment", lambda *args, **kwargs: False)
        paid = make.paid_order(WHO)
    platform.enrol(WHO.user_id, make.COURSE, "audit")
    DemoEnrolment.objects.update(began_at=began_at)
    assert (api.follow_enrolments(at=LATER), mode()) == (1, "verified")
    refund(paid)
    assert mode() == after_refund


def test_in_a_held_run_that_sells_no_mode_as_well(monkeypatch):
    make.offering()
    api.ask_about_holds(lambda course_key, at: True)
    monkeypatch.setattr(platform, "paid_modes", lambda course_key: ())
    with monkeypatch.context() as late:
        late.setattr(tasks.api, "follow_enrolment", lambda *args, **kwargs: False)
        paid = make.paid_order(WHO)
    platform.enrol(WHO.user_id, make.COURSE, "audit")
    assert (api.follow_enrolments(at=LATER), mode()) == (1, "audit")
    refund(paid)
    assert mode() == ""


def test_a_hold_that_nobody_can_see_puts_the_enrolment_off():
    def gone(course_key, at):
        raise DatabaseError("gone")

    make.offering()
    api.ask_about_holds(gone)
    make.paid_order(WHO)
    task = EnrolmentTask.objects.get()
    assert (modes(), task.attempts, task.last_error) == ({}, 1, "DatabaseError")


def test_whom_staff_enrolled_by_hand_stays_when_the_fee_is_refunded():
    make.offering()
    platform.enrol(WHO.user_id, make.COURSE, "verified")
    refund(make.paid_order(WHO))
    assert mode() == "verified"
    assert Enrolled.objects.count() == 0


def test_t17_an_unpaid_second_order_that_expires_leaves_the_paid_enrolment():
    make.offering()
    make.offering("certificate", kind="course_part")
    make.paid_order(WHO)
    make.order(WHO, "certificate")
    assert api.expire_orders(at=make.NOON + DAY) == 1
    assert mode() == "verified"


def test_t23_who_buys_again_after_a_refund_is_enrolled_again_and_the_first_time_is_kept():
    make.offering()
    refund(make.paid_order(WHO))
    assert mode() == "audit"
    make.paid_order(WHO, at=LATER)
    assert mode() == "verified"
    kept = list(
        Enrolled.objects.order_by("id").values_list("mode_before", "mode_by_us", "ended_at")
    )
    assert kept == [("", "verified", LATER), ("audit", "verified", None)]


def test_who_left_by_themselves_is_not_brought_back_by_the_right_they_had():
    make.offering()
    make.offering("part", kind="course_part")
    make.paid_order(WHO)
    platform.unenrol(WHO.user_id, make.COURSE)
    enrolling.enqueue(WHO.user_id, make.COURSE, at=LATER)
    assert api.follow_enrolments(at=LATER) == 1
    assert modes() == {}
    assert list(api.enrolment_findings(at=LATER)) == []


def test_a_part_of_a_course_and_an_offering_without_a_mode_enrol_nobody():
    make.offering("part", kind="course_part")
    make.offering("quiet")
    Offering.objects.filter(code="quiet").update(enrolment_mode="")
    make.paid_order(WHO, "part")
    make.paid_order(make.learner(2), "quiet")
    assert modes() == {}
    assert EnrolmentTask.objects.filter(open_key=None).count() == 2


def test_a_mode_that_the_course_lacks_waits_for_a_person_with_a_sentence():
    make.offering()
    Offering.objects.update(enrolment_mode="masters")
    make.paid_order(WHO)
    task = EnrolmentTask.objects.get()
    assert task.last_error == (
        f"The course run {make.COURSE} has no mode “masters”: add the mode, or change the "
        "enrolment mode of its offering."
    )
    assert (task.attempts, task.next_try_at) == (1, LATER + timedelta(minutes=1))
    Offering.objects.update(enrolment_mode="verified")
    assert api.follow_enrolments(at=LATER) == 0
    assert api.follow_enrolments(at=LATER + timedelta(minutes=1)) == 1
    assert mode() == "verified"


def test_f16_workers_that_were_down_for_a_day_do_everything_once(monkeypatch):
    make.offering()
    with monkeypatch.context() as down:
        down.setattr(tasks.api, "follow_enrolment", lambda *args, **kwargs: False)
        for user_id in (1, 2, 3):
            make.paid_order(make.learner(user_id))
    assert (modes(), EnrolmentTask.objects.filter(done_at=None).count()) == ({}, 3)
    tomorrow = make.NOON + DAY
    assert api.follow_enrolments(at=tomorrow) == 3
    assert sorted(modes().values()) == ["verified"] * 3
    calls = []
    monkeypatch.setattr(platform, "enrol", lambda *args: calls.append(args))
    for user_id in (3, 1, 2, 1):
        assert api.follow_enrolment(user_id, make.COURSE, at=tomorrow) is False
    assert api.follow_enrolments(at=tomorrow) == 0
    assert calls == []


def test_a_broker_that_does_not_answer_costs_nobody_their_payment(monkeypatch):
    def gone(*args, **kwargs):
        raise ConnectionError("no broker")

    make.offering()
    with monkeypatch.context() as down:
        down.setattr(tasks.api, "follow_enrolment", gone)  # where a task would be sent
        assert make.paid_order(WHO).state == "paid"
    assert EnrolmentTask.objects.filter(done_at=None).count() == 1
    assert api.follow_enrolments(at=LATER) == 1


def test_a_platform_that_fails_has_changed_nothing_and_is_asked_again(monkeypatch):
    def fail_after(*args):
        enrol(*args)
        raise RuntimeError("broken receiver of somebody’s signal")

    make.offering()
    enrol = platform.enrol
    monkeypatch.setattr(platform, "enrol", fail_after)
    make.paid_order(WHO)
    task = EnrolmentTask.objects.get()
    assert (modes(), Enrolled.objects.count()) == ({}, 0)
    # What somebody else's error says may name a person; its class does not.
    assert (task.attempts, task.last_error) == (1, "RuntimeError")
    monkeypatch.setattr(platform, "enrol", enrol)
    assert api.follow_enrolments(at=LATER + DAY) == 1
    assert mode() == "verified"
    task.refresh_from_db()
    assert (task.attempts, task.last_error) == (0, "")


def test_a_change_while_a_task_waits_is_tried_at_once_and_is_one_task(monkeypatch):
    def refuse(*args):
        raise EnrolmentRefused("The platform does not let them in: a fee is missing.")

    make.offering()
    make.offering("certificate")
    monkeypatch.setattr(platform, "enrol", refuse)
    make.paid_order(WHO)
    make.paid_order(WHO, "certificate", at=LATER)
    waiting = EnrolmentTask.objects.get()
    assert (waiting.attempts, waiting.done_at) == (2, None)


def test_access_that_ends_after_so_many_days_ends_once_and_the_enrolment_follows():
    make.offering()
    Offering.objects.update(access_days=30)
    make.paid_order(WHO)
    right = Entitlement.objects.get()
    ends_at = make.NOON + 30 * DAY
    assert right.ends_at == ends_at
    assert api.end_access_that_is_over(at=ends_at - timedelta(seconds=1)) == 0
    assert api.end_access_that_is_over(at=ends_at) == 1
    assert api.end_access_that_is_over(at=ends_at) == 0
    api.follow_enrolments(at=ends_at)
    assert mode() == "audit"
    assert EnrolmentTask.objects.count() == 2


def test_a_right_that_begins_later_is_followed_when_it_begins():
    make.offering()
    make.paid_order(WHO)
    begins = LATER + 2 * DAY
    Entitlement.objects.update(starts_at=begins)
    Enrolled.objects.all().delete()
    platform.unenrol(WHO.user_id, make.COURSE)
    enrolling.enqueue(WHO.user_id, make.COURSE, at=LATER)
    assert api.follow_enrolments(at=LATER) == 1
    assert (modes(), EnrolmentTask.objects.filter(next_try_at=begins).count()) == ({}, 1)
    assert api.follow_enrolments(at=begins - timedelta(seconds=1)) == 0
    assert api.follow_enrolments(at=begins) == 1
    assert mode() == "verified"


def test_the_facts_of_many_learners_take_as_many_queries_as_those_of_one(
    django_assert_num_queries,
):
    make.offering()
    for user_id in (1, 2, 3):
        make.paid_order(make.learner(user_id))
    with django_assert_num_queries(3):  # the demo has its modes at hand
        selectors.enrolment_facts(make.COURSE, [1], at=LATER)
    with django_assert_num_queries(3):
        selectors.enrolment_facts(make.COURSE, [1, 2, 3, 4], at=LATER)


def test_switched_off_nothing_is_enrolled_and_what_is_to_be_done_waits(settings):
    settings.FEE_PAYMENTS_ENROLMENTS = False
    make.offering()
    make.paid_order(WHO)
    assert (modes(), api.follow_enrolments(at=LATER)) == ({}, 0)
    assert [message.id for message in check_enrolments(None)] == ["fee_payments.W012"]
    settings.FEE_PAYMENTS_ENROLMENTS = True
    assert (api.follow_enrolments(at=LATER), mode()) == (1, "verified")
    assert check_enrolments(None) == []
