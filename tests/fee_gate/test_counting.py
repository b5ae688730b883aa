"""The table of what is gated: counted at publish, replaced at once."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from demo_site import platform
from factories.fee_gate import (
    COURSE,
    EXAM,
    FEE,
    course,
    gate,
    html,
    key,
    marker_course,
    section,
    unit,
)
from factories.fee_gate import subsection as part
from fee_gate import handlers, selectors, services
from fee_gate.exceptions import KeyTooLong, OutlineUnreadable
from fee_gate.models import GatedBlock, GatedCourse

pytestmark = pytest.mark.django_db


def test_a_publish_writes_what_is_covered(published):
    table = selectors.gate_table(COURSE)

    assert set(table.covers) == {
        key("html", "secret"),
        key("vertical", "V2"),
        key("html", "secret-2"),
    }
    assert table.fees_of(key("html", "secret")) == {FEE}
    assert table.fees_of(key("html", "intro")) == frozenset()


def test_the_next_publish_replaces_the_table(published):
    published.outlines[COURSE] = marker_course(scope="unit", fee=EXAM)

    summary = services.recompute(COURSE)

    assert (summary.gates, summary.closed.blocks) == (1, 1)
    assert selectors.gate_table(COURSE).fees == (EXAM,)
    assert GatedBlock.objects.filter(is_holder=False).count() == 1


def test_a_publish_writes_only_what_became_different(published):
    before = dict(GatedBlock.objects.values_list("usage_key", "id"))
    secrets = (html("secret"), html("secret-1"))
    published.outlines[COURSE] = course(
        section(
            "C1",
            part(
                "S1",
                unit("V1", html("intro"), gate(scope="subsection"), *secrets),
                unit("V2"),
            ),
        )
    )

    services.recompute(COURSE)

    after = dict(GatedBlock.objects.values_list("usage_key", "id"))
    assert set(after) - set(before) == {key("html", "secret-1")}
    assert set(before) - set(after) == {key("html", "secret-2")}
    assert all(before[usage] == number for usage, number in after.items() if usage in before)


def test_a_block_whose_fee_became_another_has_the_new_one_only(published):
    published.outlines[COURSE] = marker_course(fee=EXAM)

    services.recompute(COURSE)

    assert set(GatedBlock.objects.values_list("fee", flat=True)) == {EXAM}


def test_a_publish_that_changes_nothing_writes_nothing(published, django_assert_num_queries):
    version = GatedCourse.objects.get().version

    with django_assert_num_queries(5):  # savepoint, course, its lock, rows, release
        services.recompute(COURSE)

    assert GatedCourse.objects.get().version == version


def test_a_course_whose_gate_is_gone_is_free(published):
    published.outlines[COURSE] = course()

    services.recompute(COURSE)

    assert selectors.gate_table(COURSE).covers == {}


def test_another_course_is_left_alone(published):
    published.outlines["course-v1:ATC+OTHER+1"] = course()

    services.recompute("course-v1:ATC+OTHER+1")

    assert selectors.gate_table(COURSE).fees == (FEE,)


def test_a_block_behind_two_gates_has_both_fees_outer_first(published):
    unit_one = unit("V1", gate("outer"), gate("inner", fee=EXAM), html("exam"))
    published.outlines[COURSE] = course(section("C", part("S", unit_one)))

    services.recompute(COURSE)

    covers = selectors.gate_table(COURSE).covers[key("html", "exam")]
    assert [cover.fee for cover in covers] == [FEE, EXAM]


def test_block_ids_that_differ_by_case_only_are_two_blocks(published):
    unit_one = unit("V1", gate(), html("Exam"), html("exam"))
    published.outlines[COURSE] = course(section("C", part("S", unit_one)))

    assert services.recompute(COURSE).closed.blocks == 2


def test_one_question_per_request(published, memory, django_assert_num_queries):
    with django_assert_num_queries(2):  # version and rows
        selectors.gate_table(COURSE)
        selectors.gate_table(COURSE)


def test_a_recount_is_seen_in_the_same_request(published, memory):
    selectors.gate_table(COURSE)
    published.outlines[COURSE] = course()

    services.recompute(COURSE)

    assert selectors.gate_table(COURSE).covers == {}


def test_f22_a_publish_that_cannot_be_read_keeps_the_rows_and_shuts_the_course(published, caplog):
    def unreadable(course_key):
        raise OutlineUnreadable(f"The course {course_key} cannot be read.")

    published.course_outline = unreadable

    with pytest.raises(OutlineUnreadable, match="cannot be read"):
        handlers.count_gates(sender=None, course_key=COURSE)

    assert not selectors.gate_table(COURSE).is_readable
    assert GatedBlock.objects.filter(course_key=COURSE, fee=FEE).exists()
    assert f"gates not counted, course shut: course={COURSE}" in caplog.text


def test_f22_a_publish_with_a_key_that_no_row_holds_shuts_the_course_and_says_which(
    published, caplog
):
    # given
    long, longest = html("x" * 207), html("x" * 206)
    assert [len(one.usage_key) for one in (longest, long)] == [255, 256]
    published.outlines[COURSE] = course(section("C1", part("S1", unit("V1", gate(), longest))))
    services.recompute(COURSE)
    assert selectors.gate_table(COURSE).fees_of(longest.usage_key) == {FEE}
    published.outlines[COURSE] = course(section("C1", part("S1", unit("V1", gate(), long))))

    # when
    with pytest.raises(KeyTooLong, match="longer than 255 characters"):
        handlers.count_gates(sender=None, course_key=COURSE)

    # then
    assert not selectors.gate_table(COURSE).is_readable
    assert GatedBlock.objects.filter(usage_key=longest.usage_key).exists()
    assert f"gates not counted, course shut: course={COURSE}" in caplog.text
    assert long.usage_key in caplog.text


def test_f22_a_table_that_cannot_be_read_is_not_an_empty_table(published, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise DatabaseError("no such table")

    monkeypatch.setattr("django.db.models.query.QuerySet.values_list", broken)
    monkeypatch.setattr("django.db.models.query.ValuesListIterable.__iter__", broken, raising=False)

    table = selectors._read(COURSE)

    assert not table.is_readable
    assert f"course={COURSE}" in caplog.text


def test_the_command_counts_one_course(published):
    out = StringIO()

    call_command("fee_gate_recompute", COURSE, stdout=out)

    assert f"{COURSE}: 1 gate, 1 unit, 2 components" in out.getvalue()


def test_the_command_counts_every_course_with_a_gate_or_a_fee(published):
    out = StringIO()

    call_command("fee_gate_recompute", stdout=out)

    assert "1 course, 0 failed" in out.getvalue()


def test_the_command_names_the_courses_it_could_not_count(published):
    def unreadable(course_key):
        raise OutlineUnreadable(f"The course {course_key} cannot be read.")

    published.course_outline = unreadable

    with pytest.raises(CommandError, match=r"as before: course-v1:ATC\+SPECTRUM101\+2026_T4"):
        call_command("fee_gate_recompute", COURSE, stdout=StringIO(), stderr=StringIO())
    assert selectors.gate_table(COURSE).fees == (FEE,)


@pytest.mark.parametrize(
    ("course_key", "sentence"),
    [
        ("nope", "is no key of a course run"),
        ("course-v1:A+B+C+x", "is no key of a course run"),
        ("library-v1:A+B", "is the key of a library"),
        (f"course-v1:A+B+{'C' * 242}", "is longer than 255 characters"),
    ],
)
def test_the_command_refuses_what_is_no_course_run(published, course_key, sentence):
    with pytest.raises(CommandError, match=sentence):
        call_command("fee_gate_recompute", course_key, stdout=StringIO())

    assert selectors.list_gated_courses() == (COURSE,)


def test_an_empty_name_is_not_every_course(published):
    with pytest.raises(CommandError, match="“” is no key of a course run"):
        call_command("fee_gate_recompute", "", stdout=StringIO())


def test_f15_a_database_that_fails_is_said_of_its_course_and_the_others_go_on(
    published, monkeypatch
):
    def broken(course_key):
        raise DatabaseError("gone away")

    monkeypatch.setattr(services, "recompute", broken)
    errors = StringIO()

    with pytest.raises(CommandError, match="are as before"):
        call_command("fee_gate_recompute", COURSE, stdout=StringIO(), stderr=errors)

    assert errors.getvalue() == f"{COURSE}: gone away\n"


def test_a_course_that_is_not_there_leaves_no_row(published, monkeypatch):
    monkeypatch.setattr("fairgate.stand_in._platform", platform)
    errors = StringIO()

    with pytest.raises(CommandError, match=r"as before: course-v1:a\+b\+c"):
        call_command("fee_gate_recompute", "course-v1:a+b+c", stdout=StringIO(), stderr=errors)

    assert errors.getvalue() == "course-v1:a+b+c: The course course-v1:a+b+c is not there.\n"
    assert not GatedCourse.objects.filter(course_key="course-v1:a+b+c").exists()
