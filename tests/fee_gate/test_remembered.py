"""What is remembered between requests: never older than the last publish, and never needed."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import OperationalError, transaction

from factories.fee_gate import COURSE, EXAM, FEE, course, gate, html, offering, unit
from fee_gate import handlers, remembered, selectors, services
from fee_gate.models import GatedBlock, GatedCourse

OTHER = "course-v1:ATC+UNGATED+1"


def gated_anew(fee=FEE):
    return course(unit("other", gate("other-gate", fee=fee), html("other-secret")))


@pytest.fixture
def committed(transactional_db, platform, payments, at):
    """The marker course and one without a gate, counted and committed."""
    remembered._kept.clear()
    platform.outlines[OTHER] = course()
    services.recompute(COURSE)
    services.recompute(OTHER)
    return platform


@pytest.fixture
def another_process(monkeypatch):
    """Forgets what this process knows, not what the shared cache knows."""
    return remembered._kept.clear


def test_the_second_request_asks_no_rows(committed, django_assert_num_queries):
    first = selectors.gate_table(COURSE)

    with django_assert_num_queries(0):
        again = selectors.gate_table(COURSE)

    assert again == first
    assert again.fees == (FEE,)


@pytest.mark.parametrize("key", [OTHER, "course-v1:ATC+NEVER+PUBLISHED"])
def test_a_course_without_a_gate_asks_no_rows(committed, django_assert_num_queries, key):
    selectors.gate_table(key)

    with django_assert_num_queries(0):
        assert selectors.gate_table(key).covers == {}


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
    remembered._kept.clear()
    cache.delete(remembered._key(newer.version, COURSE))
    assert remembered.recall(COURSE, lambda _course: old) == old

    # then: the next request is not told so
    assert selectors.gate_table(COURSE).covers == {}


def test_the_race_is_there_without_the_versions(committed, monkeypatch):
    """The twin: with one version for ever, an old reader decides for everybody."""
    monkeypatch.setattr("fee_gate.services.new_version", lambda: "always")
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


def test_only_so_many_courses_are_kept_in_a_process(committed, monkeypatch):
    monkeypatch.setattr(remembered, "_COURSES", 1)

    selectors.gate_table(COURSE)
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
