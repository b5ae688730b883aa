"""Rules begin and end, one after the other, and nobody edits what was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction

import races
from factories.fee_gate import AT, COURSE, EXAM, FEE, Platform, course, offering
from fee_gate import selectors, services
from fee_gate.data import HoldScope, NewRule
from fee_gate.exceptions import RuleRefused
from fee_gate.models import FeeGateRule
from fee_payments.exceptions import PaymentsError

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OTHER = "course-v1:ATC+OTHER+1"


@pytest.fixture(autouse=True)
def _offered(platform, payments):
    platform.outlines[OTHER] = course()
    payments.offerings[EXAM] = offering(EXAM)


def begin(fee=FEE, *, scope=HoldScope.ENROLMENT, begins=AT, ends=None, at=AT, course_key=COURSE):
    new = NewRule(course_key=course_key, scope=scope, fee=fee, effective_from=begins, ends_at=ends)
    return services.begin_rule(new, at=at)


def in_force(at, scope=HoldScope.ENROLMENT, course_key=COURSE):
    found = selectors.rules_in_force(course_key, scope, at=at)
    return None if found is None else [rule.fee for rule in found]


def test_a_rule_holds_its_course_and_scope_and_no_other():
    begin()

    assert in_force(AT) == [FEE]
    assert in_force(AT, HoldScope.CERTIFICATE) == []
    assert in_force(AT, course_key=OTHER) == []
    assert in_force(AT - DAY) == []


def test_a_key_in_another_case_has_the_rule_of_the_course():
    begin()

    assert in_force(AT, course_key=COURSE.replace("ATC", "atc")) == [FEE]


def test_one_rule_ends_and_the_next_begins():
    first = begin()
    services.end_rule(first.id, ends_at=AT + DAY, at=AT)
    begin(EXAM, begins=AT + DAY)

    assert in_force(AT) == [FEE]
    assert in_force(AT + DAY) == [EXAM]
    assert FeeGateRule.objects.filter(live_key__isnull=False).count() == 1


@pytest.mark.parametrize("ends", [None, AT + 2 * DAY])
def test_a_rule_in_the_way_is_named_and_nothing_begins(ends):
    begin(ends=ends)

    with pytest.raises(RuleRefused) as refused:
        begin(EXAM, begins=AT + DAY)

    assert f"in the way: {COURSE}: enrolment ← {FEE}. End it first." in str(refused.value)
    assert FeeGateRule.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"course_key": "course-v1:NO+NO+1"}, "There is no course run “course-v1:NO"),
        ({"course_key": "nonsense"}, "There is no course run “nonsense”"),
        ({"fee": "gone"}, "There is no fee “gone”"),
        ({"course_key": OTHER}, f"“{FEE}” is one of {COURSE}, not of this course"),
        ({"begins": AT - timedelta(seconds=1)}, "begins now or later"),
        ({"ends": AT - timedelta(seconds=1)}, "cannot end before it begins"),
    ],
)
def test_what_cannot_begin_is_refused_with_a_sentence(changes, sentence):
    with pytest.raises(RuleRefused) as refused:
        begin(**changes)

    assert sentence in str(refused.value)
    assert not FeeGateRule.objects.exists()


def test_without_fee_payments_no_rule_begins(payments, monkeypatch):
    def away(code):
        raise PaymentsError("away")

    monkeypatch.setattr(payments, "offering", away)

    with pytest.raises(RuleRefused, match="cannot be read at the moment"):
        begin()

    assert not FeeGateRule.objects.exists()


@pytest.mark.parametrize(
    ("ends", "at", "sentence"),
    [
        (AT + 4 * DAY, AT, "not made longer"),
        (AT, AT + DAY, "ends now or later"),
        (AT + 3 * DAY, AT + 3 * DAY, "has ended"),
        (AT - DAY, AT - DAY, "cannot end before it begins"),
    ],
)
def test_what_cannot_end_so_is_refused_with_a_sentence(ends, at, sentence):
    rule = begin(ends=AT + 3 * DAY)

    with pytest.raises(RuleRefused, match=sentence):
        services.end_rule(rule.id, ends_at=ends, at=at)

    assert FeeGateRule.objects.get().ends_at == AT + 3 * DAY


def test_a_rule_that_has_not_begun_is_cancelled_at_its_beginning():
    rule = begin(begins=AT + DAY)

    services.end_rule(rule.id, ends_at=AT + DAY, at=AT)

    assert in_force(AT + DAY) == []
    assert begin(EXAM, begins=AT + DAY).fee == EXAM


# What the database keeps, whoever writes


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "content"},
        {"fee": ""},
        {"ends_at": AT - DAY},
        {"live_key": None},
        {"live_key": f"enrolment {COURSE}".casefold()},
    ],
)
def test_the_database_refuses(changes):
    begin()
    row = {"course_key": COURSE, "scope": "enrolment", "fee": FEE, "effective_from": AT}

    with pytest.raises(IntegrityError), transaction.atomic():
        FeeGateRule.objects.create(**row | {"live_key": "another", "ends_at": None} | changes)

    assert FeeGateRule.objects.count() == 1


def test_a_table_that_cannot_be_read_says_so(caplog):
    def gone(*_):
        raise DatabaseError("gone")

    with connection.execute_wrapper(gone):
        assert in_force(AT) is None

    assert f"rules unreadable: course={COURSE}" in caplog.text


@pytest.mark.parametrize(("column", "value"), [("scope", "content"), ("effective_from", None)])
def test_a_row_that_is_no_rule_makes_the_table_unreadable(monkeypatch, column, value):
    begin()
    load = FeeGateRule.from_db
    monkeypatch.setattr(
        FeeGateRule,
        "from_db",
        lambda db, names, values: load(
            db,
            names,
            [value if name == column else kept for name, kept in zip(names, values, strict=True)],
        ),
    )

    assert in_force(AT) is None


@pytest.mark.django_db(transaction=True)
def test_who_loses_a_lock_begins_or_ends_the_rule_at_the_next_try():
    lost = []

    def lose_each_first(execute, sql, params, many, context):
        statement = sql.split()[0]
        if statement in {"INSERT", "UPDATE"} and statement not in lost:
            lost.append(statement)
            raise OperationalError(1213, "Deadlock found when trying to get lock")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(lose_each_first):
        rule = begin()
        services.end_rule(rule.id, ends_at=AT + DAY, at=AT)

    assert lost == ["INSERT", "UPDATE"]
    assert in_force(AT) == [FEE]
    assert in_force(AT + DAY) == []


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("isolation", races.ISOLATIONS)
@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.parametrize("follows", [False, True])
def test_eight_who_begin_at_once_begin_one(monkeypatch, payments, isolation, atomic, follows):
    monkeypatch.setattr("fairgate.stand_in._platform", Platform(outlines={COURSE: course()}))
    if follows:
        begin(ends=AT + DAY)

    outcomes = races.race(*[lambda: begin(begins=AT + DAY)] * 8, isolation=isolation, atomic=atomic)

    refused = [outcome.error for outcome in outcomes if outcome.error]
    assert [type(error) for error in refused] == [RuleRefused] * 7
    assert in_force(AT + DAY) == [FEE]
