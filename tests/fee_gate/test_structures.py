"""What the platform stores of a course's structure while the gate is in doubt does not last."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from opaque_keys.edx.keys import CourseKey

from factories.fee_gate import COURSE
from fee_gate import selectors
from fee_gate.data import UNCOUNTED, GateTable
from fee_gate.structures import FeeGateTransformer

ROOT = CourseKey.from_string(COURSE).make_usage_key("course", "course")


@pytest.mark.parametrize(
    ("facts", "is_outdated"),
    [
        ({}, False),
        ({"is_readable": False, "is_passing": True}, True),
        ({"are_fees_known": False}, True),
        # Counting the course has the structure collected again; until then one is as good as ten.
        ({"is_readable": False, "version": UNCOUNTED}, False),
    ],
)
def test_a_structure_that_was_collected_in_doubt_is_outdated(monkeypatch, facts, is_outdated):
    table, outdated = GateTable(course_key=COURSE, **facts), []
    monkeypatch.setattr(selectors, "gate_table", lambda _course: table)
    monkeypatch.setattr("fee_gate.compat.outdate_structure", lambda *given: outdated.append(given))
    structure = SimpleNamespace(root_block_usage_key=ROOT)

    FeeGateTransformer.collect(structure)

    assert outdated == ([(structure, FeeGateTransformer)] if is_outdated else [])


def test_a_structure_that_was_collected_without_the_gate_is_outdated():
    assert FeeGateTransformer.READ_VERSION > 0
    assert FeeGateTransformer.WRITE_VERSION >= FeeGateTransformer.READ_VERSION
