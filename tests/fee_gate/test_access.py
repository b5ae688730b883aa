"""Who may see what: the one answer that every hook gives."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from factories.fee_gate import (
    AT,
    AUTHOR,
    COURSE,
    EXAM,
    FEE,
    LEARNER,
    PAYER,
    course,
    gate,
    html,
    key,
    section,
    subsection,
    unit,
)
from fee_gate import api, selectors, services
from fee_gate.data import Access, GateTable

pytestmark = pytest.mark.django_db

SECRET, INTRO = key("html", "secret"), key("html", "intro")


@pytest.mark.parametrize(
    ("block", "person", "expected"),
    [
        (INTRO, None, Access.OPEN),
        (INTRO, LEARNER, Access.OPEN),
        (SECRET, None, Access.CLOSED),
        (SECRET, LEARNER, Access.CLOSED),
        (SECRET, PAYER, Access.OPEN),
        (SECRET, AUTHOR, Access.OPEN),
    ],
)
def test_a_gated_block_opens_to_who_settled_the_fee_and_to_staff(
    published, block, person, expected
):
    assert api.access(COURSE, block, user_id=person, at=AT) is expected


def test_a_free_block_asks_nobody(published, payments):
    api.access(COURSE, INTRO, user_id=LEARNER, at=AT)

    assert payments.asked == 0


def test_k23_one_fee_never_opens_what_another_fee_closes(published, payments):
    payments.entitled = {
        PAYER: frozenset({FEE}),
        LEARNER: frozenset({EXAM}),
        5: frozenset({FEE, EXAM}),
    }
    unit_one = unit("V", gate("outer"), gate("inner", fee=EXAM), html("exam"))
    published.outlines[COURSE] = course(section("C", subsection("S", unit_one)))
    api.recompute(COURSE)

    answers = {
        person: api.access(COURSE, key("html", "exam"), user_id=person, at=AT)
        for person in (PAYER, LEARNER, 5)
    }

    assert answers == {PAYER: Access.CLOSED, LEARNER: Access.CLOSED, 5: Access.OPEN}


@pytest.mark.parametrize(
    ("person", "expected"),
    [(None, "outer"), (LEARNER, "outer"), (PAYER, "inner"), (5, None), (AUTHOR, None)],
)
def test_the_gate_that_shuts_a_block_is_the_first_whose_fee_is_not_settled(
    published, payments, person, expected
):
    payments.entitled = {PAYER: frozenset({FEE}), 5: frozenset({FEE, EXAM})}
    unit_one = unit("V", gate("outer"), gate("inner", fee=EXAM), html("secret"))
    published.outlines[COURSE] = course(section("C", subsection("S", unit_one)))
    api.recompute(COURSE)

    found = api.closing_gate(COURSE, SECRET.upper(), user_id=person, at=AT)

    assert found == (expected and key("fee_gate", expected))


def test_no_gate_shuts_what_is_free(published):
    assert api.closing_gate(COURSE, INTRO, user_id=LEARNER, at=AT) is None


def test_when_nobody_can_say_what_is_settled_the_first_gate_shuts(published, payments):
    payments.failure = OperationalError("gone away")

    assert api.closing_gate(COURSE, SECRET, user_id=PAYER, at=AT) == key("fee_gate", "gate")


def test_when_the_table_cannot_be_read_no_gate_is_named(published, monkeypatch):
    broken = GateTable(course_key=COURSE, is_readable=False)
    monkeypatch.setattr(selectors, "gate_table", lambda _course: broken)

    assert api.closing_gate(COURSE, SECRET, user_id=LEARNER, at=AT) is None


def test_a_check_names_the_gate_without_asking_again(
    published, payments, django_assert_num_queries
):
    check = api.checker(COURSE, user_id=LEARNER, at=AT)
    check(SECRET)

    with django_assert_num_queries(0):
        check.closing_gate(SECRET)
    assert payments.asked == 1


def test_a_gate_without_a_fee_opens_to_nobody_but_staff(published, payments):
    payments.entitled = {PAYER: frozenset({FEE, ""})}
    published.outlines[COURSE] = course(
        section("C", subsection("S", unit("V", gate(fee=""), html("secret"))))
    )
    api.recompute(COURSE)

    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.CLOSED
    assert api.access(COURSE, SECRET, user_id=AUTHOR, at=AT) is Access.OPEN


def test_f21_the_next_request_after_a_refund_is_shut(published, payments):
    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.OPEN

    payments.entitled = {}

    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.CLOSED


def test_entitlements_are_asked_once_per_request(published, payments, memory):
    for block in (SECRET, key("vertical", "V2"), key("html", "secret-2")):
        api.access(COURSE, block, user_id=PAYER, at=AT)

    assert payments.asked == 1


def test_k24_without_a_decision_the_block_is_shut_and_the_log_has_the_ids(
    published, payments, caplog
):
    payments.entitlement_failure = OperationalError("gone away")

    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.UNDECIDED
    assert api.access(COURSE, INTRO, user_id=PAYER, at=AT) is Access.OPEN
    assert f"gates stay shut: user={PAYER}" in caplog.text


def test_k24_while_nobody_can_say_what_is_offered_the_block_is_shut_and_others_are_open(
    published, payments, caplog
):
    payments.failure = OperationalError("gone away")

    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.UNDECIDED
    assert api.access(COURSE, INTRO, user_id=PAYER, at=AT) is Access.OPEN
    assert f"fees unreadable: course={COURSE}" in caplog.text


def test_a_fee_of_another_course_opens_nothing_here(published, payments):
    del payments.offerings[FEE]  # settled for last year's run, whose offering it is

    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.CLOSED


def test_a_beta_tester_of_the_course_sees_what_the_course_team_invited_them_to_try(published):
    published.beta_testers = frozenset({LEARNER})

    assert api.access(COURSE, SECRET, user_id=LEARNER, at=AT) is Access.OPEN
    assert api.access(COURSE, SECRET, user_id=None, at=AT) is Access.CLOSED


@pytest.mark.parametrize("user_id", [LEARNER, None])
def test_while_the_gates_of_the_course_are_switched_off_everything_is_open(published, user_id):
    published.switched_off = frozenset({COURSE})
    services.renew_switch(COURSE)

    assert api.access(COURSE, SECRET, user_id=user_id, at=AT) is Access.OPEN


def test_gates_that_are_switched_on_again_hold_at_the_next_question(published):
    published.switched_off = frozenset({COURSE})
    services.renew_switch(COURSE)
    published.switched_off = frozenset()
    services.renew_switch(COURSE)

    assert api.access(COURSE, SECRET, user_id=LEARNER, at=AT) is Access.CLOSED


def test_k24_an_unreadable_table_shuts_the_course(published, monkeypatch):
    broken = GateTable(course_key=COURSE, is_readable=False)
    monkeypatch.setattr(selectors, "_read", lambda course: broken)

    assert api.access(COURSE, SECRET, user_id=PAYER, at=AT) is Access.UNDECIDED


def test_k24_staff_see_everything_even_then(published, payments, monkeypatch):
    payments.failure = OperationalError("gone away")

    assert api.access(COURSE, SECRET, user_id=AUTHOR, at=AT) is Access.OPEN


def test_many_blocks_are_answered_with_one_question_each(
    published, payments, django_assert_num_queries
):
    # Version and rows of the table; fee_payments is asked through the fake door.
    with django_assert_num_queries(2):
        answer = api.checker(COURSE, user_id=PAYER, at=AT)
        found = [answer(block) for block in (INTRO, SECRET, key("vertical", "V2"))]

    assert found == [Access.OPEN] * 3
    assert payments.asked == 1
