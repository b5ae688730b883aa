"""The gate in a block's access rules, beside the author's own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from opaque_keys.edx.keys import UsageKey

from factories.fee_gate import COURSE, key
from fee_gate import selectors
from fee_gate.data import GateTable
from fee_gate.field_override import FeeGateFieldOverride

pytestmark = pytest.mark.django_db
NOTHING = object()


class Stored:
    """What stands in the course below the overrides."""

    def __init__(self, group_access=None):
        self.group_access = group_access

    def has(self, _block, _name):
        return self.group_access is not None

    def get(self, _block, _name):
        return self.group_access


def block(block_type, name):
    usage = UsageKey.from_string(key(block_type, name))
    as_int = SimpleNamespace(from_json=lambda raw: {int(k): v for k, v in raw.items()})
    return SimpleNamespace(
        scope_ids=SimpleNamespace(usage_id=usage, block_type=block_type),
        fields={"group_access": as_int},
    )


def override(stored=None):
    return FeeGateFieldOverride(None, Stored(stored))


def test_a_gated_block_asks_for_the_fee(published):
    rules = override().get(block("html", "secret"), "group_access", NOTHING)

    assert rules == {70: [2]}


def test_the_authors_own_rules_stay(published):
    rules = override({"50": [1]}).get(block("html", "secret"), "group_access", NOTHING)

    assert rules == {50: [1], 70: [2]}


def test_the_authors_rules_cannot_lift_the_gate(published):
    rules = override({"70": [1, 2]}).get(block("html", "secret"), "group_access", NOTHING)

    assert rules == {70: [2]}


def test_the_rules_of_other_providers_stay_as_well(published, monkeypatch):
    monkeypatch.setattr("fee_gate.compat.other_access_rules", lambda block, stored: {51: [2]})

    rules = override({"50": [1]}).get(block("html", "secret"), "group_access", NOTHING)

    assert rules == {51: [2], 70: [2]}


def test_while_a_course_is_read_for_us_the_platform_keeps_no_no(published, monkeypatch):
    monkeypatch.setattr(selectors, "is_reading", lambda: True)
    other = UsageKey.from_string("block-v1:ATC+OTHER+1+type@html+block@x")

    assert FeeGateFieldOverride.enabled_for(
        SimpleNamespace(scope_ids=SimpleNamespace(usage_id=other))
    )


def test_a_free_block_and_another_field_are_left_alone(published):
    assert override().get(block("html", "intro"), "group_access", NOTHING) is NOTHING
    assert override().get(block("html", "secret"), "display_name", NOTHING) is NOTHING


def test_it_is_on_for_courses_with_a_gate_only(published):
    assert FeeGateFieldOverride.enabled_for(block("html", "intro"))
    other = UsageKey.from_string("block-v1:ATC+OTHER+1+type@html+block@x")
    assert not FeeGateFieldOverride.enabled_for(
        SimpleNamespace(scope_ids=SimpleNamespace(usage_id=other))
    )
    assert not FeeGateFieldOverride.enabled_for(None)


@pytest.fixture
def unreadable(published, monkeypatch):
    """The table cannot be read."""
    broken = GateTable(course_key=COURSE, is_readable=False)
    monkeypatch.setattr(selectors, "_read", lambda course: broken)


def rules_for(one):
    return override().get(one, "group_access", NOTHING)


def test_k24_with_an_unreadable_table_every_unit_of_a_course_with_a_gate_is_nobodys(
    unreadable, monkeypatch
):
    monkeypatch.setattr("fee_gate.compat.course_may_have_gate", lambda course_key: True)

    assert FeeGateFieldOverride.enabled_for(block("html", "secret"))
    assert rules_for(block("html", "intro")) == {94: [2]}
    assert rules_for(block("vertical", "V1")) == {94: [2]}
    assert rules_for(block("chapter", "C1")) is NOTHING


def test_k24_with_an_unreadable_table_courses_without_a_gate_stay_open(unreadable, monkeypatch):
    monkeypatch.setattr("fee_gate.compat.course_may_have_gate", lambda course_key: False)

    assert rules_for(block("html", "intro")) is NOTHING


def test_reading_the_course_to_look_for_a_gate_does_not_ask_itself(unreadable, monkeypatch, memory):
    asked = []

    def look(course_key):
        asked.append(rules_for(block("fee_gate", "gate")))
        return True

    monkeypatch.setattr("fee_gate.compat.course_may_have_gate", look)

    assert rules_for(block("html", "secret")) == {94: [2]}
    assert rules_for(block("html", "intro")) == {94: [2]}
    assert asked == [NOTHING]
