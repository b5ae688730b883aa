"""A number and its noun agree."""

from __future__ import annotations

import pytest

from fairgate.counted import counted


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 gates"), (1, "1 gate"), (2, "2 gates"), (21, "21 gates")]
)
def test_one_is_one_and_all_others_are_many(number, text):
    assert counted(number, "gate") == text


def test_a_noun_may_have_a_plural_of_its_own():
    assert counted(1, "policy", "policies") == "1 policy"
    assert counted(2, "policy", "policies") == "2 policies"
