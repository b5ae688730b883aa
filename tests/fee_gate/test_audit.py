"""The audit: every gated block of a course for one learner, and why it is open or shut."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError

from factories.fee_gate import (
    AT,
    COURSE,
    EXAM,
    FEE,
    LEARNER,
    course,
    gate,
    html,
    key,
    section,
    subsection,
    unit,
)
from fee_gate import selectors, services
from fee_gate.data import UNCOUNTED
from fee_gate.exceptions import OutlineUnreadable
from fee_payments.data import EntitlementSummary

pytestmark = pytest.mark.django_db

RIGHT = UUID(int=1)


@pytest.fixture
def learner(published):
    """Somebody with an account, in a course with two gates, one behind the other."""
    lessons = unit("V1", gate("outer"), html("text"), gate("inner", fee=EXAM), html("exam"))
    published.outlines[COURSE] = course(section("C", subsection("S", lessons)))
    services.recompute(COURSE)
    return get_user_model().objects.create(pk=LEARNER, username="amina")


def audit(*args):
    out = StringIO()
    call_command("fee_gate_audit", *args, stdout=out)
    return out.getvalue().splitlines()


def right(code=FEE, **changes):
    facts = {
        "uuid": RIGHT,
        "offering_code": code,
        "source": "order",
        "starts_at": AT - timedelta(days=3),
        "ends_at": None,
        "revoked_at": None,
        "revoked_because": "",
    }
    return EntitlementSummary(**facts | changes)


def settle(payments, *rights):
    payments.rights = rights
    payments.entitled[LEARNER] = frozenset(one.offering_code for one in rights if one.is_live(AT))


def test_each_block_says_which_fee_it_waits_for(learner, payments):
    settle(payments, right())

    lines = audit(COURSE, "amina")

    assert f"open      {key('html', 'text')}" in lines
    at = lines.index(f"closed    {key('html', 'exam')}")
    assert lines[at + 1 : at + 3] == [
        f"          The fee {FEE}: settled on 2026-11-20 by order, entitlement {RIGHT}; "
        "behind outer.",
        f"          The fee {EXAM}: never settled; behind inner.",
    ]
    assert lines[-1] == f"3 gated blocks, 1 shut for user {LEARNER}"


def test_blocks_are_listed_in_the_order_of_the_course_with_their_titles(learner, published):
    lessons = unit("a-last", html("z-first"), replace(html("a-second"), title="Licences"))
    published.outlines[COURSE] = course(
        section("C", subsection("S", unit("V", gate(scope="course")), lessons))
    )
    services.recompute(COURSE)

    lines = audit(COURSE, "amina")

    assert [line for line in lines if line.startswith("closed")] == [
        f"closed    {key('vertical', 'a-last')}",
        f"closed    {key('html', 'z-first')}",
        f"closed    {key('html', 'a-second')} “Licences”",
    ]


def test_what_is_gated_and_no_longer_in_the_course_comes_last(learner, published):
    one = unit("V1", gate("outer"), html("text"))
    published.outlines[COURSE] = course(section("C", subsection("S", one)))

    assert [line.split("@")[-1] for line in audit(COURSE, "amina") if "block@" in line] == [
        "text",
        "inner",
        "exam",
    ]


def test_a_course_that_cannot_be_read_is_audited_by_its_usage_keys(learner, published, caplog):
    def broken(_course):
        raise OutlineUnreadable

    published.course_outline = broken

    lines = audit(COURSE, "amina")

    assert [line.split("@")[-1] for line in lines if "block@" in line] == ["inner", "exam", "text"]
    assert "audited by usage keys" in caplog.text


def test_a_gate_is_named_by_its_title(learner, published):
    outer = replace(gate("outer"), title="Fee of the course")
    lessons = unit("V1", outer, html("text"), gate("inner", fee=EXAM), html("exam"))
    published.outlines[COURSE] = course(section("C", subsection("S", lessons)))

    lines = audit(COURSE, "amina")

    at = lines.index(f"closed    {key('html', 'exam')}")
    assert lines[at + 1].endswith("; behind “Fee of the course”.")
    assert lines[at + 2].endswith("; behind inner.")


def test_a_gate_whose_title_would_give_orders_is_named_by_its_id(learner, published):
    outer = replace(gate("outer"), title="\x1b[2J")
    published.outlines[COURSE] = course(
        section("C", subsection("S", unit("V1", outer, html("text"))))
    )

    assert audit(COURSE, "amina")[1].endswith("; behind outer.")


def test_a_title_gives_no_orders_to_the_terminal(learner, published):
    shown = replace(html("text"), title="\x1b[2JLicences")
    published.outlines[COURSE] = course(section("C", subsection("S", unit("V1", gate(), shown))))
    services.recompute(COURSE)

    assert audit(COURSE, "amina")[0] == (f"closed    {key('html', 'text')} '\\x1b[2JLicences'")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"revoked_at": AT, "revoked_because": "refunded"},
            "taken back on 2026-11-23 (refunded), was by order",
        ),
        ({"ends_at": AT}, "ended on 2026-11-23, was by order"),
        ({"starts_at": AT + timedelta(days=1)}, "begins on 2026-11-24, by order"),
        ({"source": "waiver"}, "settled on 2026-11-20 by waiver"),
    ],
)
def test_it_says_what_became_of_a_right(learner, payments, changes, words):
    settle(payments, right(**changes))

    assert any(f"The fee {FEE}: {words}" in line for line in audit(COURSE, str(LEARNER)))


def test_the_right_that_holds_counts_before_later_ones_that_ended(learner, payments):
    settle(payments, right(), right(starts_at=AT, ends_at=AT, source="waiver"))

    assert any(f"{FEE}: settled on 2026-11-20 by order" in line for line in audit(COURSE, "amina"))


@pytest.mark.parametrize(
    ("fee", "sentence"),
    [
        ("", "No fee is chosen, nobody may pass: behind gate."),
        ("gone", "The fee gone is not offered for this course, nobody may pass: behind gate."),
    ],
)
def test_a_gate_that_nobody_passes_says_why(learner, published, fee, sentence):
    one = unit("V1", gate(fee=fee), html("text"))
    published.outlines[COURSE] = course(section("C", subsection("S", one)))
    services.recompute(COURSE)

    assert audit(COURSE, "amina") == [
        f"closed    {key('html', 'text')}",
        f"          {sentence}",
        f"1 gated block, 1 shut for user {LEARNER}",
    ]


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ({"staff": frozenset({LEARNER})}, "Is staff of this course."),
        ({"beta_testers": frozenset({LEARNER})}, "Is a beta tester of this course."),
        (
            {"switched_off": frozenset({COURSE})},
            "The gates of this course are switched off (fee_gate.enforce).",
        ),
    ],
)
def test_what_opens_everything_is_the_reason(learner, published, who, sentence):
    vars(published).update(who)
    services.renew_switch(COURSE)

    lines = audit(COURSE, "amina")

    assert lines.count(f"          {sentence}") == 3
    assert lines[-1] == f"3 gated blocks, 0 shut for user {LEARNER}"


def test_a_course_without_gates_has_nothing_to_list(learner, published):
    published.outlines["course-v1:ATC+OTHER+1"] = course()

    assert audit("course-v1:ATC+OTHER+1", "amina") == [f"0 gated blocks, 0 shut for user {LEARNER}"]


def test_a_course_that_is_not_there_is_not_called_open(learner):
    with pytest.raises(CommandError, match=r"The course course-v1:ATC\+OTHER\+1 is not there."):
        audit("course-v1:ATC+OTHER+1", "amina")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((COURSE, "nobody"), "There is no user “nobody”. Give a user name, or a user id."),
        ((COURSE, "9" * 30), "There is no user"),
        ((COURSE, "٣"), "There is no user"),
        (("nothing", "amina"), "“nothing” is no key of a course run"),
        (("library-v1:ATC+LIB", "amina"), "is the key of a library"),
    ],
)
def test_what_is_not_there_is_named(learner, args, sentence):
    with pytest.raises(CommandError, match=sentence):
        audit(*args)


def test_k24_when_rights_cannot_be_read_the_command_says_so(learner, payments):
    payments.failure = payments.entitlement_failure = OperationalError("gone away")

    with pytest.raises(CommandError, match="fee_payments does not answer"):
        audit(COURSE, "amina")


def test_k24_when_the_table_cannot_be_read_the_command_says_so(learner, monkeypatch):
    def broken(_course):
        raise DatabaseError

    monkeypatch.setattr(selectors, "_version", broken)

    with pytest.raises(CommandError, match="table of gated blocks cannot be read"):
        audit(COURSE, "amina")


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ({"staff": frozenset({LEARNER})}, "Is staff of this course."),
        ({"switched_off": frozenset({COURSE})}, "The gates of this course are switched off"),
    ],
)
def test_what_opens_everything_is_said_though_nothing_else_can_be_read(
    learner, published, payments, monkeypatch, who, reason
):
    for name, value in who.items():
        monkeypatch.setattr(published, name, value)
    payments.failure = payments.entitlement_failure = OperationalError("gone away")
    assert any(reason in line for line in audit(COURSE, "amina"))

    monkeypatch.setattr(selectors, "_version", lambda _course: (COURSE, UNCOUNTED))
    with pytest.raises(CommandError, match=f"cannot be read. All is open: {reason}"):
        audit(COURSE, "amina")
