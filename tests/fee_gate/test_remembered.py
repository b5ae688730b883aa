"""What is remembered between requests: never older than the last publish, and never needed."""

from __future__ import annotations

import pickle
import threading

import pytest
from django.core.cache import cache
from django.db import OperationalError, transaction

from factories.fee_gate import (
    COURSE,
    EXAM,
    FEE,
    course,
    gate,
    html,
    key,
    marker_course,
    offering,
    unit,
)
from fee_gate import handlers, remembered, selectors, services
from fee_gate.exceptions import OutlineUnreadable
from fee_gate.models import GatedBlock, GatedCourse
from races import REPEATABLE_READ, errors, race

OTHER = "course-v1:ATC+UNGATED+1"


def gated_anew(fee=FEE, name="other"):
    return course(unit(name, gate(f"{name}-gate", fee=fee), html(f"{name}-secret")))


@pytest.fixture
def committed(transactional_db, platform, payments, at):
    """The marker course and one without a gate, counted and committed."""
    remembered._kept.clear()
    remembered._ungated.clear()
    platform.outlines[OTHER] = course()
    services.recompute(COURSE)
    services.recompute(OTHER)
    return platform


@pytest.fixture
def another_process(monkeypatch):
    """Forgets what this process knows, not what the shared cache knows."""

    def forget():
        remembered._kept.clear()
        remembered._ungated.clear()

    return forget


def test_the_second_request_asks_no_rows(committed, django_assert_num_queries):
    first = selectors.gate_table(COURSE)

    with django_assert_num_queries(0):
        again = selectors.gate_table(COURSE)

    assert again == first
    assert again.fees == (FEE,)


@pytest.mark.parametrize("course_key", [OTHER, "course-v1:ATC+NEVER+PUBLISHED"])
def test_a_course_without_a_gate_asks_no_rows(committed, django_assert_num_queries, course_key):
    selectors.gate_table(course_key)

    with django_assert_num_queries(0):
        assert selectors.gate_table(course_key).covers == {}


def test_another_process_reads_no_rows_either(
    committed, another_process, django_assert_num_queries
):
    first = selectors.gate_table(COURSE)
    another_process()

    with django_assert_num_queries(0):
        assert selectors.gate_table(COURSE) == first


def test_f22_a_publish_is_seen_by_the_next_request_of_every_process(committed):
    selectors.gate_table(OTHER)
    committed.outlines[OTHER] = gated_anew()

    services.recompute(OTHER)

    assert selectors.gate_table(OTHER).covers


def test_f22_rows_that_are_not_committed_are_seen_by_their_writer_and_not_remembered(
    committed, another_process
):
    before = selectors.gate_table(COURSE)
    committed.outlines[COURSE] = course()

    with transaction.atomic():
        services.recompute(COURSE)
        assert selectors.gate_table(COURSE).covers == {}
        transaction.set_rollback(True)

    assert selectors.gate_table(COURSE) == before
    another_process()
    assert selectors.gate_table(COURSE) == before


def test_f22_an_old_snapshot_that_ends_late_does_not_overwrite_what_is_newer(committed):
    # given: a reader whose transaction began before the publish
    old = selectors._read(COURSE)
    committed.outlines[COURSE] = course()
    services.recompute(COURSE)
    newer = selectors.gate_table(COURSE)

    # when: it stores what it saw
    remembered._ungated.clear()
    cache.delete(remembered._key(newer.version, COURSE))
    assert remembered.recall(COURSE, lambda _course: old) == old

    # then: the next request is not told so
    assert selectors.gate_table(COURSE).covers == {}


@pytest.mark.mariadb
def test_a_publish_compares_with_what_is_there_not_with_an_old_snapshot(committed):
    # given: a publish whose transaction began when the table was as it will be again
    has_read, is_published = threading.Event(), threading.Event()

    def late_publish():
        assert GatedBlock.objects.filter(course_key=COURSE).exists()
        has_read.set()
        assert is_published.wait(60)
        committed.outlines[COURSE] = marker_course()
        services.recompute(COURSE)

    def other_publish():
        assert has_read.wait(60)
        committed.outlines[COURSE] = course()
        services.recompute(COURSE)
        is_published.set()

    # when: another one empties the table meanwhile
    outcomes = race(late_publish, other_publish, isolation=REPEATABLE_READ, atomic=True)

    # then
    assert not errors(outcomes)
    assert selectors.gate_table(COURSE).fees == (FEE,)


def test_the_race_is_there_without_the_versions(committed, monkeypatch):
    """The twin: with one version for ever, an old reader decides for everybody."""
    monkeypatch.setattr("fee_gate.services.counting.new_version", lambda: "always")
    GatedCourse.objects.update(version="always")
    cache.clear()
    remembered._kept.clear()
    old = selectors._read(COURSE)
    committed.outlines[COURSE] = course()
    services.recompute(COURSE)

    remembered.recall(COURSE, lambda _course: old)

    assert selectors.gate_table(COURSE).covers  # shut for nobody's good; the other way round: open


def test_k24_without_a_cache_the_rows_are_read(committed, monkeypatch, caplog):
    def gone(*_args, **_kwargs):
        raise ConnectionError("no cache")

    for name in ("get", "set", "add"):
        monkeypatch.setattr(type(cache._connections[cache._alias]), name, gone)
    remembered._kept.clear()

    assert selectors.gate_table(COURSE).fees == (FEE,)
    assert selectors.gate_table(OTHER).covers == {}
    assert "the cache does not answer" in caplog.text


def test_what_is_remembered_is_read_again_after_some_minutes(committed, monkeypatch):
    selectors.gate_table(COURSE)
    GatedBlock.objects.all().delete()  # by hand: nobody told the cache

    monkeypatch.setattr(remembered, "SECONDS", 0)
    cache.clear()

    assert selectors.gate_table(COURSE).covers == {}


def test_a_table_nobody_can_vouch_for_is_not_remembered(committed, payments):
    payments.failure = payments.entitlement_failure = OperationalError("gone")
    cache.clear()
    remembered._kept.clear()
    assert not selectors.gate_table(COURSE).are_fees_known

    payments.failure = None

    assert selectors.gate_table(COURSE).are_fees_known


def test_five_thousand_blocks_behind_a_few_gates_fit_into_memcached(committed):
    names = [html(f"{number:032}") for number in range(5_000)]
    committed.outlines[COURSE] = course(
        unit("V", gate("one", scope="course"), gate("two", fee=EXAM, scope="course"), *names)
    )
    services.recompute(COURSE)
    table = selectors.gate_table(COURSE)

    packed = pickle.dumps(remembered._packed(table), pickle.HIGHEST_PROTOCOL)

    assert len(packed) < 500_000
    assert remembered._unpacked(COURSE, table.version, pickle.loads(packed)) == table  # noqa: S301
    assert table.fees_of(key("html", names[-1].usage_key.split("@")[-1])) == {FEE, EXAM}


def test_only_so_many_courses_are_kept_in_a_process(committed, monkeypatch):
    monkeypatch.setattr(remembered, "_COURSES", 1)

    selectors.gate_table(COURSE)
    committed.outlines[OTHER] = gated_anew()
    services.recompute(OTHER)
    selectors.gate_table(OTHER)

    assert list(remembered._kept) == [OTHER]


def test_a_fee_that_comes_on_offer_is_known_at_the_next_request(committed, payments):
    del payments.offerings[FEE]
    services.renew(COURSE)
    assert selectors.gate_table(COURSE).fees == ("",)

    payments.offerings[FEE] = offering()
    handlers.renew_course(course_key=COURSE)

    assert selectors.gate_table(COURSE).fees == (FEE,)


def test_a_deleted_course_leaves_nothing_behind(committed):
    selectors.gate_table(COURSE)

    handlers.forget_course(course_key=COURSE)

    assert selectors.gate_table(COURSE).covers == {}
    assert list(GatedCourse.objects.values_list("course_key", flat=True)) == [OTHER]
    assert not GatedBlock.objects.exists()


def test_a_course_in_another_case_has_the_same_table(committed):
    assert selectors.gate_table(COURSE.replace("ATC", "atc")).fees == (FEE,)


def test_two_courses_have_two_memories(committed):
    committed.outlines[OTHER] = gated_anew(fee=EXAM)
    services.recompute(OTHER)

    assert selectors.gate_table(COURSE).fees == (FEE,)
    assert selectors.gate_table(OTHER).fees == ("",)  # it is offered for the first course only


def test_f22_what_a_publish_will_gate_is_shut_before_it_is_visible(committed, another_process):
    committed.outlines[OTHER] = gated_anew()

    handlers.announce_gates(course_key=OTHER)
    another_process()

    assert selectors.gate_table(OTHER).fees_of(key("html", "other-secret"))
    assert not GatedBlock.objects.filter(course_key=OTHER).exists()


def test_f22_what_a_publish_will_open_stays_shut_until_the_rows_are_written(committed):
    committed.outlines[COURSE] = course()

    handlers.announce_gates(course_key=COURSE)
    assert selectors.gate_table(COURSE).fees == (FEE,)

    handlers.count_gates(course_key=COURSE)
    assert selectors.gate_table(COURSE).covers == {}


def test_f22_between_two_counts_a_block_has_the_gates_of_both(committed):
    again = course(unit("V1", gate("new", fee=EXAM), html("secret")))
    committed.outlines[COURSE] = again

    handlers.announce_gates(course_key=COURSE)

    assert selectors.gate_table(COURSE).fees_of(key("html", "secret")) == {FEE, EXAM}


def test_a_publish_that_gates_nothing_new_announces_nothing(committed):
    before = selectors.gate_table(COURSE)

    assert services.announce(COURSE) is False
    assert services.announce(OTHER) is False
    assert selectors.gate_table(COURSE) == before


def test_a_publish_that_cannot_be_announced_is_in_the_log(committed, monkeypatch, caplog):
    def unreadable(course_key):
        raise OutlineUnreadable("The course cannot be read.")

    monkeypatch.setattr(committed, "course_outline", unreadable)

    with pytest.raises(OutlineUnreadable):
        handlers.announce_gates(course_key=COURSE)

    assert f"gates not announced: course={COURSE}" in caplog.text


def test_f22_a_course_that_was_never_counted_is_shut_if_there_is_a_gate_in_it(committed, caplog):
    unknown = "course-v1:ATC+RESTORED+1"
    committed.outlines[unknown] = gated_anew()

    table = selectors.gate_table(unknown)

    assert not table.is_readable
    assert f"never counted, course shut: course={unknown}" in caplog.text


def test_rows_without_their_course_still_shut(committed):
    GatedCourse.objects.all().delete()
    cache.clear()

    assert selectors.gate_table(COURSE).fees == (FEE,)


def test_k24_nonsense_in_the_cache_is_not_believed(committed):
    table = selectors.gate_table(COURSE)
    remembered._kept.clear()
    cache.set(remembered._key(table.version, COURSE), ("nonsense",))

    assert selectors.gate_table(COURSE) == table


def fail(*_args, **_kwargs):
    raise OperationalError("deadlock")


def test_f22_a_publish_that_cannot_be_counted_shuts_the_course_until_it_is(
    committed, monkeypatch, another_process
):
    selectors.gate_table(COURSE)
    with monkeypatch.context() as patch:
        patch.setattr(services.counting, "_replace", fail)
        with pytest.raises(OperationalError):
            handlers.count_gates(course_key=COURSE)
    assert not selectors.gate_table(COURSE).is_readable

    another_process()
    cache.clear()
    assert not selectors.gate_table(COURSE).is_readable

    services.recompute(COURSE)
    assert selectors.gate_table(COURSE).fees == (FEE,)


def test_a_course_without_a_gate_stays_open_when_it_cannot_be_counted(committed, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(services.counting, "_replace", fail)
        with pytest.raises(OperationalError):
            handlers.count_gates(course_key=OTHER)

    table = selectors.gate_table(OTHER)

    assert (table.is_readable, table.covers) == (True, {})


@pytest.mark.parametrize("state", ["never counted", "not counted"])
def test_the_kill_switch_opens_a_course_that_cannot_be_counted(committed, state):
    if state == "never counted":
        GatedBlock.objects.all().delete()
        GatedCourse.objects.all().delete()
    else:
        services.shut(COURSE)
    cache.clear()
    remembered._kept.clear()
    assert selectors.gate_table(COURSE).is_enforced

    committed.switched_off = frozenset({COURSE})

    assert not selectors.gate_table(COURSE).is_enforced


def test_keys_of_no_course_push_no_gated_course_out(committed, monkeypatch):
    monkeypatch.setattr(remembered, "_COURSES", 1)
    monkeypatch.setattr(remembered, "_UNGATED", 2)
    selectors.gate_table(COURSE)

    for number in range(5):
        selectors.gate_table(f"course-v1:ATC+INVENTED+{number}")

    assert list(remembered._kept) == [COURSE]
    assert len(remembered._ungated) == 2


@pytest.mark.mariadb
def test_k23_a_key_with_an_accent_that_mariadb_does_not_mind_is_no_way_around(committed):
    table = selectors.gate_table(COURSE.replace("ATC", "ÀTC"))

    assert not table.is_readable


def test_a_course_store_that_fails_is_no_course_without_a_gate(committed, monkeypatch, caplog):
    def gone(_course_key):
        raise ConnectionError("no course store")

    GatedBlock.objects.all().delete()
    GatedCourse.objects.all().delete()
    cache.clear()
    monkeypatch.setattr(committed, "course_may_have_gate", gone)

    assert not selectors.gate_table(COURSE).is_readable
    assert f"course unreadable, shut: course={COURSE}" in caplog.text


def test_f22_a_mark_that_could_not_be_stored_still_shuts_the_course_for_a_while(committed):
    remembered.distrust(COURSE)

    assert not selectors.gate_table(COURSE).is_readable
    cache.clear()
    assert selectors.gate_table(COURSE).is_readable


def unpublishable(committed):
    """The published course was read once and its next publish could not be counted."""
    selectors.gate_table(COURSE)
    services.shut(COURSE)
    assert not selectors.gate_table(COURSE).is_readable


def test_f22_a_course_that_was_not_counted_stays_shut_when_its_fees_or_the_switch_change(committed):
    unpublishable(committed)

    handlers.renew_course(course_key=COURSE)
    services.renew_switch(COURSE)
    services.renew_switch()

    assert not selectors.gate_table(COURSE).is_readable
    services.recompute(COURSE)
    assert selectors.gate_table(COURSE).fees == (FEE,)


MORE = [f"course-v1:ATC+MORE+{number}" for number in range(5)]


@pytest.fixture
def several(committed):
    """Seven more gated courses, two of another organisation, each read and remembered."""
    for course_key in (*MORE, "course-v1:OTHER+A+1", "course-v1:OTHER+B+1"):
        committed.outlines[course_key] = gated_anew(name=course_key)
        services.recompute(course_key)
        assert selectors.gate_table(course_key).is_enforced
    return committed


@pytest.mark.parametrize(
    ("org", "followed"),
    [("", {*MORE, "course-v1:OTHER+A+1"}), ("ATC", set(MORE)), ("atc", set(MORE))],
)
def test_the_switch_of_many_courses_is_followed_at_the_next_request(
    several, another_process, org, followed
):
    everybody = {*MORE, "course-v1:OTHER+A+1"}
    several.switched_off = frozenset(everybody)
    services.renew_switch(org=org)
    another_process()
    assert {one for one in everybody if not selectors.gate_table(one).is_enforced} == followed

    several.switched_off = frozenset()
    services.renew_switch(org=org)
    another_process()
    assert all(selectors.gate_table(one).is_enforced for one in everybody)


def test_the_switch_of_many_courses_costs_what_that_of_two_does(
    several, django_assert_num_queries, monkeypatch
):
    thrown_away = []
    monkeypatch.setattr("fee_gate.compat.forget_structure", thrown_away.append)

    # The list of courses, a transaction's two ends, one statement for all of them.
    for org in ("", "OTHER"):
        with django_assert_num_queries(4):
            services.renew_switch(org=org)

    assert thrown_away == []


def test_f22_a_switch_that_is_rolled_back_changes_nothing(several, another_process):
    several.switched_off = frozenset(MORE)

    with transaction.atomic():
        services.renew_switch()
        assert not selectors.gate_table(MORE[0]).is_enforced
        transaction.set_rollback(True)

    another_process()
    assert selectors.gate_table(MORE[0]).is_enforced
