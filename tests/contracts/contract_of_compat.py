"""What the apps' ``compat.py`` promise, for whatever platform answers: written once, run on each.

A class that mixes this in gives the facts in ``setUp`` or a fixture: the keys and ids below, of a
published course with a gate. Plain assertions only, so that it runs in pytest and in unittest.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fee_gate import compat as gate
from fee_gate import rules
from fee_gate.exceptions import OutlineUnreadable
from fee_gate.rules import Node
from fee_payments import compat as payments

NOBODY = 2**31 - 1
OTHER_COURSE = "course-v1:NOBODY+NOTHING+1"


class CompatContract:
    """The facts a platform has to provide, and what must hold for them."""

    course_key: str
    gate_fee: str
    author_id: int
    learner_id: int  # lives in Uganda
    countryless_id: int

    # fee_gate.compat.is_course_staff

    def test_an_author_is_staff_of_their_course(self):
        assert gate.is_course_staff(self.author_id, self.course_key) is True

    def test_a_learner_and_nobody_are_staff_of_nothing(self):
        assert gate.is_course_staff(self.learner_id, self.course_key) is False
        assert gate.is_course_staff(NOBODY, self.course_key) is False

    # fee_gate.compat.has_course

    def test_a_course_run_is_there_or_not(self):
        assert gate.has_course(self.course_key) is True
        for unknown in (OTHER_COURSE, "library-v1:NOBODY+NOTHING", "nothing", ""):
            assert gate.has_course(unknown) is False

    # fee_gate.compat.is_beta_tester, is_enforced

    def test_nobody_is_a_beta_tester_who_was_not_invited(self):
        assert gate.is_beta_tester(self.learner_id, self.course_key) is False
        assert gate.is_beta_tester(NOBODY, self.course_key) is False

    def test_gates_hold_where_nobody_switched_them_off(self):
        assert gate.is_enforced(self.course_key) is True

    # fee_gate.compat.course_outline

    def test_the_outline_is_the_tree_of_the_published_course(self):
        outline = gate.course_outline(self.course_key)
        assert isinstance(outline, Node)
        assert outline.block_type == "course"
        types = [block.block_type for block in _walk(outline)]
        assert types[:5] == ["course", "chapter", "sequential", "vertical", types[4]]
        assert types.count(rules.GATE) >= 1

    def test_a_gate_in_the_outline_has_its_fee_and_scope(self):
        gates = [
            one
            for one in _walk(gate.course_outline(self.course_key))
            if one.block_type == rules.GATE
        ]
        assert gates[0].fee == self.gate_fee
        assert gates[0].scope in rules.SCOPES

    def test_every_block_of_the_outline_has_a_plain_key_of_its_own(self):
        keys = [block.usage_key for block in _walk(gate.course_outline(self.course_key))]
        assert len(keys) == len(set(keys))
        assert all(isinstance(key, str) and "branch@" not in key for key in keys)
        assert all(self.course_key.removeprefix("course-v1:") in key for key in keys)

    def test_a_course_that_is_not_there_has_no_outline(self):
        for unknown in (OTHER_COURSE, "library-v1:NOBODY+NOTHING", "nothing"):
            with pytest.raises(OutlineUnreadable, match="is not there"):
                gate.course_outline(unknown)

    def test_something_is_covered_and_something_is_free(self):
        outline = gate.course_outline(self.course_key)
        covered = rules.covered(outline)
        leaves = [block.usage_key for block in _walk(outline) if not block.children]
        assert 0 < len([key for key in leaves if key in covered]) < len(leaves)

    # fee_payments.compat

    def test_a_country_is_a_code_of_two_letters_and_may_be_missing(self):
        assert payments.profile_country(self.learner_id) == "UG"
        assert payments.profile_country(self.countryless_id) == ""
        assert payments.profile_country(NOBODY) == ""

    def test_a_course_has_a_page(self):
        assert payments.course_url(self.course_key)
        assert isinstance(payments.course_url(self.course_key), str)

    def test_there_is_a_page_to_give_ones_country(self):
        assert isinstance(payments.account_url(), str)
        assert payments.account_url()


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)
