"""The leak matrix finds what it is there to find; else its silence would say nothing."""

from __future__ import annotations

import ast
import base64
from dataclasses import replace
from pathlib import Path

import enforcement_page
import pytest
from enforcement_page import Run, page
from leak_matrix import (
    ALWAYS,
    AS_ANY,
    AS_ONE,
    EXAM,
    GATED,
    MAIN,
    NAMES,
    NEEDS,
    PEOPLE,
    PERSON,
    WORDS,
    Door,
    Matrix,
    Sight,
    closed_to,
    course,
    words_in,
)

PAGE = Path(__file__).parents[2] / "docs/references/enforcement.md"
DOOR = Door(name="door", group="Doors", title="A door")
PLAYING = Door(name="play", group="Doors", title="A door for play", plays_along=ALWAYS)
NAMING = Door(name="names", group="Doors", title="A door with names", shows_names=True)


def matrix(door, name, *, gated=frozenset(), ungated=WORDS):
    made = Matrix()
    made.gated[door.name, name] = Sight(words=frozenset(gated), statuses=frozenset({200}))
    made.ungated[door.name, name] = Sight(words=frozenset(ungated), statuses=frozenset({200}))
    return made


def test_every_unit_stands_in_the_table_of_needs():
    units = {one.name for one in course(with_gates=True).walk() if one.kind == "vertical"}
    assert units - {"subsection-a-inner-box"} == set(NEEDS)


def test_the_course_without_gates_differs_in_the_gates_only():
    with_gates = [one.name for one in course(with_gates=True).walk() if one.kind != "fee_gate"]
    assert with_gates == [one.name for one in course(with_gates=False).walk()]


@pytest.mark.parametrize("one", sorted(WORDS))
def test_a_word_is_found_however_it_is_written(one):
    plain = f'{{"html": "\\u003cp\\u003e{one}</p>"}}'
    assert words_in([plain.encode()]) == words_in([plain.upper().encode()]) == {one}
    assert words_in([one.encode().hex().encode()]) == {one}
    for before in ("", "a", "ab", "abc"):
        coded = base64.b64encode(f"{before}{one} and what follows".encode())
        assert words_in([b"data:", coded]) == {one}, before


def test_no_word_is_found_where_none_is():
    assert not words_in([b"", b"A page about spectrum, zqx and nothing else."])


def test_no_word_is_part_of_another():
    assert not [(a, b) for a in WORDS for b in WORDS if a != b and a in b]


def test_one_word_too_many_is_a_leak():
    leak = sorted(GATED)[0]
    (fault,) = matrix(DOOR, "unpaid", gated={*(WORDS - GATED), leak}).faults_at(DOOR)
    assert fault == f"LEAK at door, to unpaid, who was answered [200]: {leak}"


def test_what_a_person_with_a_right_does_not_find_is_missing():
    lost = sorted(WORDS)[0]
    (fault,) = matrix(DOOR, "both", gated=WORDS - {lost}).faults_at(DOOR)
    assert fault == f"MISSING at door, to both, who was answered [200]: {lost}"


def test_what_nobody_finds_without_gates_is_not_missing():
    assert not matrix(DOOR, "both", ungated=()).faults_at(DOOR)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.name)
def test_everybody_finds_what_their_fees_open(person):
    for unit, needs in NEEDS.items():
        one = f"zqx{unit.replace('-', '')}text"
        is_open = person.is_staff or needs <= person.fees
        assert (one not in closed_to(PLAYING, person)) == is_open, unit


def test_one_fee_never_opens_what_the_other_closes():
    word = "zqxnestedbtext"
    assert NEEDS["nested-b"] == {MAIN, EXAM}
    for name, is_closed in (("paid", True), ("other", True), ("both", False)):
        assert (word in closed_to(DOOR, PERSON[name])) == is_closed


def test_staff_who_play_are_staff_where_nobody_plays_along():
    assert not closed_to(DOOR, PERSON["as_unpaid"])
    assert closed_to(PLAYING, PERSON["as_unpaid"]) == GATED


def test_some_doors_play_along_for_one_kind_of_play_only():
    door = Door(name="one", group="Doors", title="A door", plays_along=AS_ONE)
    assert closed_to(door, PERSON["as_unpaid"]) == GATED
    assert not closed_to(door, PERSON["as_learner"])
    door = replace(door, plays_along=AS_ANY)
    assert not closed_to(door, PERSON["as_unpaid"])
    assert closed_to(door, PERSON["as_learner"]) == GATED


def test_a_page_that_breaks_behind_gates_only_is_a_fault():
    for base, faults in (({200}, 1), ({200, 500}, 0)):
        made = matrix(DOOR, "both", gated=WORDS)
        made.gated["door", "both"] = Sight(words=WORDS, statuses=frozenset({500}))
        made.ungated["door", "both"] = Sight(words=WORDS, statuses=frozenset(base))
        assert len(made.faults_at(DOOR)) == faults


def test_a_door_may_show_names_and_nothing_else():
    found = (WORDS - GATED) | NAMES
    assert matrix(DOOR, "unpaid", gated=found).faults_at(DOOR)
    assert not matrix(NAMING, "unpaid", gated=found).faults_at(NAMING)


def test_the_cells_say_how_much_is_shown():
    free = WORDS - GATED
    for name, gated, ungated, answer in (
        ("both", WORDS, WORDS, "all"),
        ("paid", WORDS - closed_to(DOOR, PERSON["paid"]), WORDS, "paid"),
        ("unpaid", free, WORDS, "free"),
        ("unpaid", (), WORDS, "nothing"),
        ("unpaid", (), (), "-"),
        ("unpaid", WORDS, WORDS, "LEAK"),
    ):
        assert matrix(DOOR, name, gated=gated, ungated=ungated).answer(DOOR, PERSON[name]) == answer
    assert Matrix().answer(DOOR, PERSON["unpaid"]) == ""


def whole_run() -> Run:
    run = Run(doors={"door": DOOR}, tried={"door"}, promised=["It holds."], kept={"It holds."})
    for person in PEOPLE:
        place, closed = ("door", person.name), closed_to(DOOR, person)
        run.matrix.gated[place] = Sight(words=WORDS - closed)
        run.matrix.ungated[place] = Sight(words=WORDS)
    return run


def test_the_page_is_the_same_for_the_same_run_in_one_process_or_in_two():
    first, second = whole_run(), Run()
    second.add(first.as_plain())
    texts = {page(run, release="Teak", day="2026-11-25") for run in (first, second)}
    (text,) = texts
    assert "on 2026-11-25, on Open edX Teak: 1 doors" in text
    assert "| A door | free | free | free | paid | paid | free | paid | paid | all |" in text
    assert "- It holds." in text
    assert "What cannot be gated" in text


@pytest.mark.parametrize("lacking", ["tried", "kept"])
def test_half_a_run_makes_no_page(lacking):
    run = whole_run()
    getattr(run, lacking).clear()
    with pytest.raises(ValueError, match="not whole"):
        page(run, release="Teak", day="2026-11-25")


def said_of(decorator: str) -> list[str]:
    """What a function or test of the real platform's matrix is called on the page."""
    source = Path(__file__).with_name("platform_lms_matrix.py").read_text(encoding="utf-8")
    return [
        ast.literal_eval(call.args[-1])
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        for call in node.decorator_list
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == decorator
    ]


def test_the_page_for_operators_is_of_the_matrix_as_it_is_now():
    kept = PAGE.read_text(encoding="utf-8")
    doors = said_of("door")
    assert f": {len(doors)} doors, each tried by\n{len(PEOPLE)} people." in kept
    missing = [door for door in doors if f"| {door} |" not in kept]
    missing += [one for one in said_of("promises") if f"- {one}" not in kept]
    missing += [row for row in enforcement_page._limits().splitlines() if row not in kept]
    assert missing == [], "make test-platform writes it"
