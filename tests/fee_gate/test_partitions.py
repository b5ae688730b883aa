"""One partition per fee: who is in which group, and what happens when nothing can be said."""

from __future__ import annotations

import sys
from collections import namedtuple
from types import ModuleType, SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, OperationalError

from factories.fee_gate import (
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
from fee_gate import partitions, selectors, services
from fee_gate.data import Cover, GateTable
from fee_gate.partitions import NOT_SETTLED, SETTLED, FeeGatePartitionScheme, GroupUndecided

pytestmark = pytest.mark.django_db

Group = namedtuple("Group", "id name")


class UserPartition(
    namedtuple("UserPartition", "id name description groups scheme parameters active")
):
    """As much of the platform's class as ours stands on."""

    def get_group(self, group_id):
        return next(group for group in self.groups if group.id == group_id)


@pytest.fixture
def xmodule(monkeypatch):
    """The platform's module of partitions, for as long as the test runs."""
    module = ModuleType("xmodule.partitions.partitions")
    module.Group, module.UserPartition = Group, UserPartition
    monkeypatch.setitem(sys.modules, "xmodule", ModuleType("xmodule"))
    monkeypatch.setitem(sys.modules, "xmodule.partitions", ModuleType("xmodule.partitions"))
    monkeypatch.setitem(sys.modules, "xmodule.partitions.partitions", module)
    monkeypatch.delitem(sys.modules, "fee_gate.platform_partition", raising=False)
    yield module
    sys.modules.pop("fee_gate.platform_partition", None)


@pytest.fixture
def run(xmodule, published):
    return SimpleNamespace(id=COURSE, user_partitions=[])


def person(user_id):
    return SimpleNamespace(id=user_id, is_authenticated=True)


def group_of(user, partition):
    group = FeeGatePartitionScheme.get_group_for_user(COURSE, user, partition)
    return group and group.id


def test_a_course_has_one_partition_per_fee_and_one_for_what_stays_shut(run):
    found = partitions.create_fee_partition(run)

    assert [(one.id, one.parameters["fee"]) for one in found] == [(70, FEE), (94, "")]
    assert [one.active for one in found] == [True, True]


def test_a_course_without_a_gate_has_none(run):
    run.id = "course-v1:ATC+OTHER+1"

    assert partitions.create_fee_partition(run) is None


def test_who_settled_the_fee_is_in_its_group(run):
    fee, shut = partitions.create_fee_partition(run)

    assert group_of(person(PAYER), fee) == SETTLED
    assert group_of(person(LEARNER), fee) == NOT_SETTLED
    assert group_of(person(PAYER), shut) == NOT_SETTLED


def test_nobody_and_anonymous_people_have_settled_nothing(run):
    fee = partitions.create_fee_partition(run)[0]

    assert group_of(None, fee) == NOT_SETTLED
    assert group_of(AnonymousUser(), fee) == NOT_SETTLED


def test_without_a_decision_a_page_is_drawn_for_who_is_in_no_group(run, payments, monkeypatch):
    fee = partitions.create_fee_partition(run)[0]
    payments.failure = OperationalError("gone away")
    monkeypatch.setattr("fee_gate.compat.current_request", lambda: "a page")

    assert group_of(person(PAYER), fee) is None


def test_without_a_decision_no_task_grades_as_if_what_is_closed_did_not_count(run, payments):
    fee = partitions.create_fee_partition(run)[0]
    payments.failure = OperationalError("gone away")

    with pytest.raises(GroupUndecided):
        group_of(person(PAYER), fee)


@pytest.mark.parametrize("doubt", [{"is_readable": False}, {"are_fees_known": False}])
def test_in_doubt_about_the_table_no_task_grades_either(run, monkeypatch, doubt):
    fee = partitions.create_fee_partition(run)[0]
    lost = GateTable(course_key=COURSE, **doubt)
    monkeypatch.setattr(selectors, "gate_table", lambda _course: lost)

    with pytest.raises(GroupUndecided):
        group_of(person(PAYER), fee)


def test_a_task_of_the_platform_starts_over_after_a_doubt():
    assert issubclass(GroupUndecided, DatabaseError)


def test_staff_who_play_a_learner_see_the_group_they_play(run, monkeypatch):
    fee = partitions.create_fee_partition(run)[0]
    monkeypatch.setattr("fee_gate.compat.is_masquerading", lambda user, course_key: True)
    monkeypatch.setattr("fee_gate.compat.masqueraded_group", lambda user, course_key, p: None)

    assert group_of(person(PAYER), fee) is None


def test_a_generator_that_fails_gives_the_partition_nobody_passes(run, monkeypatch, caplog):
    def broken(course_key):
        raise RuntimeError("bug")

    monkeypatch.setattr(selectors, "gate_table", broken)

    assert [one.id for one in partitions.create_fee_partition(run)] == [94]
    assert f"gates stay shut: course={COURSE}" in caplog.text


def test_a_platform_that_fails_altogether_gets_no_exception(run, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("bug")

    monkeypatch.setattr(FeeGatePartitionScheme, "create_user_partition", broken)

    assert partitions.create_fee_partition(run) is None


def test_a_taken_partition_id_is_logged(run, caplog):
    run.user_partitions = [SimpleNamespace(id=70)]

    partitions.create_fee_partition(run)

    assert "partition id is taken: id=70" in caplog.text


def test_a_block_behind_two_fees_asks_for_both(run, published):
    unit_one = unit("V", gate("outer"), gate("inner", fee=EXAM), html("exam"))
    published.outlines[COURSE] = course(section("C", subsection("S", unit_one)))
    services.recompute(COURSE)

    rules = partitions.rules_of(selectors.gate_table(COURSE), key("html", "exam"))

    assert rules == {70: [SETTLED], 71: [SETTLED]}  # spectrum-exam, spectrum-online


def test_a_gate_without_a_fee_asks_for_what_nobody_has(run, published):
    published.outlines[COURSE] = course(
        section("C", subsection("S", unit("V", gate(fee=""), html("secret"))))
    )
    services.recompute(COURSE)

    rules = partitions.rules_of(selectors.gate_table(COURSE), key("html", "secret"))

    assert rules == {94: [SETTLED]}


def test_fees_beyond_the_partition_ids_stay_shut(run, settings):
    settings.FEE_GATE_PARTITION_IDS = (70, 71)
    covers = {"x": (Cover(gate="g", fee=FEE),), "y": (Cover(gate="h", fee="zz"),)}
    table = GateTable(course_key=COURSE, covers=covers)

    assert partitions.rules_of(table, "x") == {70: [SETTLED]}
    assert partitions.rules_of(table, "y") == {71: [SETTLED]}
    assert partitions.nobodys_id() == 71


def test_an_unreadable_table_shuts_everything(run):
    table = GateTable(course_key=COURSE, is_readable=False)

    assert partitions.rules_of(table, key("html", "intro")) == {94: [SETTLED]}


def unit_block(block_type="vertical", name="V2"):
    """As much of a block as says which one it is."""
    return SimpleNamespace(
        scope_ids=SimpleNamespace(block_type=block_type, usage_id=key(block_type, name))
    )


def test_a_unit_behind_two_fees_names_the_other_one_in_its_place(run, at, published, payments):
    published.outlines[COURSE] = course(
        section(
            "C",
            subsection(
                "S",
                unit("V1", gate(scope="course"), gate("exam", fee=EXAM, scope="course")),
                unit("V2", html("secret")),
            ),
        )
    )
    services.recompute(COURSE)
    by_fee = {one.parameters["fee"]: one for one in partitions.create_fee_partition(run)}
    learner = person(LEARNER)

    def shown(fee):
        return by_fee[fee].access_denied_fragment(unit_block(), learner, None, []).content

    assert "another fee as well: \u2068Final examination\u2069." in shown(FEE)
    assert "another fee as well: \u2068Spectrum management\u2069." in shown(EXAM)
    payments.entitled[LEARNER] = frozenset({EXAM})
    assert "another fee" not in shown(FEE)


def test_only_a_unit_says_that_it_is_shut(run, at):
    fee = partitions.create_fee_partition(run)[0]
    learner = person(LEARNER)

    def shut(block_type):
        block = unit_block(block_type)
        fragment = fee.access_denied_fragment(block, learner, None, [])
        message = fee.access_denied_message(key(block_type, "x"), learner, None, [])
        return fragment and fragment.content, message

    page, message = shut("vertical")
    assert "USD 120.00" in page
    assert message == "A fee opens this unit."
    assert shut("html") == (None, None)
    assert shut("problem") == (None, None)


def test_a_partition_can_be_written_down_before_the_platform_named_its_scheme():
    assert partitions.FeeGatePartitionScheme.name == partitions.SCHEME


def test_a_shut_unit_is_priced_when_its_paywall_is_shown_and_not_before(run, at, payments):
    fee = partitions.create_fee_partition(run)[0]
    block = unit_block()
    asked = payments.asked

    fragment = fee.access_denied_fragment(block, person(LEARNER), None, [])

    assert fragment
    assert payments.asked == asked
    fragment.content += "<p>note</p>"  # as the platform adds to it
    assert "USD 120.00" in fragment.content
    assert fragment.content.endswith("<p>note</p>")
    assert [one.kind for one in fragment.resources] == ["text"]
    assert payments.asked == asked + 1


def test_a_shut_unit_is_kept_and_compared_without_being_priced(run, at, payments):
    fee = partitions.create_fee_partition(run)[0]
    block = unit_block()
    asked = payments.asked
    one, two = (fee.access_denied_fragment(block, person(LEARNER), None, []) for _ in range(2))

    assert one != two
    assert payments.asked == asked
    with pytest.raises(AttributeError):
        one.no_such_attribute  # noqa: B018
