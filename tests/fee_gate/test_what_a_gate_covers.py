"""Rules: what stands behind a gate, for any tree."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.fee_gate import (
    EXAM,
    FEE,
    course,
    gate,
    html,
    key,
    marker_course,
    section,
    subsection,
    unit,
)
from factories.outlines import trees
from fee_gate import rules
from fee_gate.data import Cover, Extent
from fee_gate.rules import SCOPES, Node

IN_UNIT = {key("html", "secret")}
IN_SUBSECTION = IN_UNIT | {key("vertical", "V2"), key("html", "secret-2")}
IN_SECTION = IN_SUBSECTION | {key("vertical", "V3"), key("html", "later")}
IN_COURSE = IN_SECTION | {key("vertical", "V4"), key("html", "last")}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("unit", IN_UNIT),
        ("subsection", IN_SUBSECTION),
        ("section", IN_SECTION),
        ("course", IN_COURSE),
        ("of a later release", IN_COURSE),
    ],
)
def test_a_gate_covers_what_follows_it_to_the_end_of_its_scope(scope, expected):
    assert set(rules.covered(marker_course(scope=scope))) == expected


def test_a_covered_block_names_its_gate_and_fee():
    covers = rules.covered(marker_course())

    assert covers[key("html", "secret")] == (Cover(gate=key("fee_gate", "gate"), fee=FEE),)


def test_a_gate_in_a_container_covers_what_follows_the_container_in_its_unit():
    box = Node(
        usage_key=key("split_test", "box"),
        block_type="split_test",
        children=(html("before"), gate(), html("inside")),
    )

    covers = rules.covered(course(section("C", subsection("S", unit("V", box, html("after"))))))

    assert set(covers) == {key("html", "inside"), key("html", "after")}


def test_behind_two_gates_a_block_needs_both_fees_outer_first():
    outline = course(
        section(
            "C",
            subsection(
                "S",
                unit("V1", gate("outer", scope="course"), html("lesson")),
                unit("V2", gate("inner", fee=EXAM), html("exam")),
            ),
        )
    )

    covers = rules.covered(outline)

    assert [cover.fee for cover in covers[key("html", "lesson")]] == [FEE]
    assert [cover.fee for cover in covers[key("html", "exam")]] == [FEE, EXAM]


def test_the_inner_gate_itself_is_behind_the_outer_one():
    outline = course(
        section("C", subsection("S", unit("V", gate("outer"), gate("inner", fee=EXAM), html("x"))))
    )

    assert [cover.fee for cover in rules.covered(outline)[key("fee_gate", "inner")]] == [FEE]


def test_a_gate_without_a_fee_still_covers():
    covers = rules.covered(marker_course(fee="", scope="unit"))

    assert [cover.fee for cover in covers[key("html", "secret")]] == [""]


@pytest.mark.parametrize("fee", ["no such form", "x" * 65, "<b>", "é", "a\n"])
def test_what_cannot_be_the_code_of_a_fee_is_nobodys_fee(fee):
    covers = rules.covered(marker_course(fee=fee, scope="unit"))

    assert [cover.fee for cover in covers[key("html", "secret")]] == [""]


def test_sections_and_subsections_stay_listed():
    covers = rules.covered(marker_course(scope="course"))

    assert not [usage for usage in covers if "@chapter" in usage or "@sequential" in usage]


def test_in_a_library_a_gate_covers_the_rest_of_it():
    library = Node(
        usage_key="lib", block_type="library", children=(html("before"), gate(), html("after"))
    )

    assert set(rules.covered(library)) == {key("html", "after")}


def test_a_course_without_a_gate_covers_nothing():
    assert rules.covered(course(section("C", subsection("S", unit("V", html("x")))))) == {}


def test_the_reach_of_a_gate_is_what_it_closes_its_fee_and_the_gates_before_it():
    outline = course(
        section(
            "C",
            subsection(
                "S", unit("V", gate("outer", scope="course"), gate("inner", fee=EXAM), html("x"))
            ),
        )
    )

    reach = rules.reach(rules.covered(outline), key("fee_gate", "inner"))

    assert reach.blocks == {key("html", "x")}
    assert reach.fee == EXAM
    assert reach.before == (Cover(gate=key("fee_gate", "outer"), fee=FEE),)


def test_a_gate_with_nothing_behind_it_reaches_nothing():
    outline = course(section("C", subsection("S", unit("V", html("x"), gate()))))

    reach = rules.reach(rules.covered(outline), key("fee_gate", "gate"))

    assert (reach.blocks, reach.fee, reach.before) == (frozenset(), None, ())


def test_what_holds_gated_blocks_and_is_not_gated_itself_is_known():
    outline = marker_course()

    holders = rules.holders(outline, rules.covered(outline))

    assert holders == {key("vertical", "V1"): (Cover(gate=key("fee_gate", "gate"), fee=FEE),)}


def with_scope(node: Node, scope: str) -> Node:
    return replace(
        node, scope=scope, children=tuple(with_scope(child, scope) for child in node.children)
    )


@given(trees())
def test_a_gate_never_covers_itself_or_what_precedes_it(tree):
    for usage_key, covers in rules.covered(tree).items():
        assert max(cover.gate for cover in covers) < usage_key  # and there is one


@given(trees())
def test_the_gates_of_a_block_are_in_document_order_and_named_once(tree):
    for covers in rules.covered(tree).values():
        gates = [cover.gate for cover in covers]
        assert gates
        assert gates == sorted(set(gates))


@given(trees(), st.sampled_from(list(pairwise(SCOPES))))
def test_a_wider_scope_never_covers_less(tree, pair):
    narrow, wide = (rules.covered(with_scope(tree, scope)) for scope in pair)

    for usage_key, covers in narrow.items():
        assert set(covers) <= set(wide[usage_key])


@given(trees())
def test_a_block_and_its_inside_name_every_gate_in_it(tree):
    covers = rules.covered(tree)
    holders = rules.holders(tree, covers)

    def gates(node: Node) -> set[Cover]:
        found = set(covers.get(node.usage_key, ()))
        for child in node.children:
            found |= gates(child)
        if node.block_type not in rules.STRUCTURE:
            named = {*covers.get(node.usage_key, ()), *holders.get(node.usage_key, ())}
            assert named == found
        return found

    gates(tree)


@given(trees())
def test_what_is_inside_a_covered_block_is_covered_by_the_same_gates(tree):
    covers = rules.covered(tree)

    def check(node: Node, inherited: frozenset[Cover]) -> None:
        own = frozenset(covers.get(node.usage_key, ()))
        if node.block_type not in rules.STRUCTURE:
            assert inherited <= own
        for child in node.children:
            check(child, inherited | own)

    check(tree, frozenset())


@given(trees())
def test_the_reaches_of_all_gates_are_what_is_covered(tree):
    covers = rules.covered(tree)
    reaches = {gate: rules.reach(covers, gate) for gate in gates_in(tree)}

    again = {
        usage_key: {
            Cover(gate=gate, fee=reach.fee)
            for gate, reach in reaches.items()
            if usage_key in reach.blocks
        }
        for usage_key in covers
    }
    assert again == {usage_key: set(gates) for usage_key, gates in covers.items()}
    assert all(reach.before == covers.get(gate, ()) for gate, reach in reaches.items())


def gates_in(node: Node) -> list[str]:
    own = [node.usage_key] if node.block_type == rules.GATE else []
    return own + [found for child in node.children for found in gates_in(child)]


def test_a_fee_beside_another_is_one_that_everything_behind_the_gate_needs():
    tree = course(
        section(
            "C",
            subsection(
                "S",
                unit("V", gate(), gate("exam", fee=EXAM, scope="course"), html("x")),
                unit("W", html("y")),
            ),
        )
    )
    covers = rules.covered(tree)

    assert rules.fees_beside(covers, key("fee_gate", "gate")) == {FEE, EXAM}
    assert rules.fees_beside(covers, key("fee_gate", "exam")) == {EXAM}
    assert rules.fees_beside(covers, key("fee_gate", "gone")) == set()


def test_a_gate_behind_another_is_no_component():
    assert rules.extent(["vertical", "html", "fee_gate"]) == Extent(units=1, components=1)
