"""Doors x people x reaches of a gate: the course, who tries it, what each may find. Written once.

Knows no platform and asks none of our rules: what the gates close is written out by hand below, so
that a mistake in ``fee_gate.rules`` cannot hide here. ``platform_lms_matrix.py`` opens the doors of
a real LMS with it, ``test_matrix_of_demo.py`` those of the demo.

The course has a section for each reach, and several gates with two fees. Every block carries a word
that stands nowhere else. Each door is tried in this course and in the same course without gates; a
person has to find exactly what they find there, less what is closed to them. So nothing leaks, and
nobody who may see it misses anything.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAIN, EXAM = "main", "exam"
_SIGN = "zqx"  # begins every word

# By hand: which fees each unit needs, from its gate on. A unit is called section-letter. What
# stands in front of a gate is in no unit of this table, and free.
NEEDS: dict[str, frozenset[str]] = {
    # The gate reaches to the end of its unit.
    "unit-a": frozenset({MAIN}),
    "unit-b": frozenset(),
    # To the end of the subsection, which has two units; the next subsection is free again.
    "subsection-a": frozenset({MAIN}),
    "subsection-b": frozenset({MAIN}),
    "subsection-c": frozenset(),
    # To the end of the section, which has two subsections.
    "section-a": frozenset({MAIN}),
    "section-b": frozenset({MAIN}),
    # A gate of a unit inside the reach of a section's: that unit needs both fees.
    "nested-a": frozenset({MAIN}),
    "nested-b": frozenset({MAIN, EXAM}),
    "nested-c": frozenset({MAIN}),
    # Another fee alone.
    "second-a": frozenset({EXAM}),
    # To the end of the course, which has one more section.
    "course-a": frozenset({MAIN}),
    "end-a": frozenset({MAIN}),
}
# Units and blocks that are tried one by one: with a gate in them, behind one, behind two, and free.
# The others come up in what lists the whole course.
UNITS = (
    "unit-a",
    "unit-b",
    "subsection-b",
    "section-b",
    "nested-a",
    "nested-b",
    "second-a",
    "end-a",
)
SINGLE = (
    "unit-free-text",
    "unit-a-problem",
    "unit-a-video",
    "unit-a-topic",
    "unit-a-lti",
    "subsection-a-inner",
    "section-b-text",
    "nested-b-text",
    "second-a-text",
    "end-a-text",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of the course; ``word`` is its secret, ``title`` how it is called in outlines."""

    kind: str
    name: str
    title: str
    word: str = ""
    transcript: str = ""
    fee: str = ""
    scope: str = ""
    children: tuple[Block, ...] = ()

    def walk(self) -> Iterator[Block]:
        yield self
        for child in self.children:
            yield from child.walk()


def course(*, with_gates: bool) -> Block:
    """The course of the matrix, or the same course without its gates."""

    def gate(section: str, unit: str, fee: str, scope: str) -> tuple[Block, ...]:
        name = f"{section}-{unit}-gate"
        one = Block(kind="fee_gate", name=name, title="Fee", fee=fee, scope=scope)
        return (one,) if with_gates else ()

    def free(section: str, *kinds: str) -> tuple[Block, ...]:
        return tuple(_leaf(section, "free", kind) for kind in ("text", *kinds))

    def unit(section: str, letter: str, *kinds: str, before: tuple[Block, ...] = ()) -> Block:
        leaves = tuple(_leaf(section, letter, kind) for kind in ("text", *kinds))
        return _box("vertical", f"{section}-{letter}", *before, *leaves)

    return _box(
        "course",
        "course",
        _section(
            "unit",
            (
                unit(
                    *("unit", "a", "problem", "video", "topic", "lti"),
                    before=free("unit", "problem", "lti") + gate("unit", "a", MAIN, "unit"),
                ),
                unit("unit", "b"),
            ),
        ),
        _section(
            "subsection",
            (
                unit(
                    *("subsection", "a", "inner"),
                    before=free("subsection") + gate("subsection", "a", MAIN, "subsection"),
                ),
                unit("subsection", "b", "problem"),
            ),
            (unit("subsection", "c"),),
        ),
        _section(
            "section",
            (
                unit(
                    *("section", "a"),
                    before=free("section") + gate("section", "a", MAIN, "section"),
                ),
            ),
            (unit("section", "b"),),
        ),
        _section(
            "nested",
            (
                unit("nested", "a", before=free("nested") + gate("nested", "a", MAIN, "section")),
                unit("nested", "b", "problem", before=gate("nested", "b", EXAM, "unit")),
            ),
            (unit("nested", "c"),),
        ),
        _section(
            "second",
            (
                unit(
                    *("second", "a"),
                    before=free("second") + gate("second", "a", EXAM, "subsection"),
                ),
            ),
        ),
        _section(
            "course",
            (unit("course", "a", before=free("course") + gate("course", "a", MAIN, "course")),),
        ),
        _section("end", (unit("end", "a"),)),
    )


def _section(name: str, *subsections: tuple[Block, ...]) -> Block:
    inside = (
        _box("sequential", f"{name}-s{number}", *units)
        for number, units in enumerate(subsections, start=1)
    )
    return _box("chapter", f"{name}-section", *inside)


def word(section: str, unit: str, kind: str) -> str:
    """A word that only one block says. Letters and digits: no encoding changes it."""
    return f"{_SIGN}{section}{unit}{kind}"


def name_of(section: str, unit: str, kind: str) -> str:
    """The word in the name of that block. Names of units and above are open to all: none there."""
    return word(section, unit, f"nameof{kind}")


_TYPES = {"text": "html", "inner": "html", "topic": "discussion"}  # others are called so


def _leaf(section: str, unit: str, kind: str) -> Block:
    """A block that says its word. "inner" is one step deeper, in a box of its own."""
    name = f"{section}-{unit}-{kind}"
    leaf = Block(
        kind=_TYPES.get(kind, kind),
        name=name,
        title=f"Block {name_of(section, unit, kind)}",
        word=word(section, unit, kind),
        transcript=word(section, unit, "transcript") if kind == "video" else "",
    )
    return _box("vertical", f"{name}-box", leaf) if kind == "inner" else leaf


def _box(block_type: str, name: str, *children: Block) -> Block:
    return Block(kind=block_type, name=name, title=name.title(), children=children)


def _all_words() -> dict[str, str]:
    """Every word, with the unit it belongs to."""
    found = {}
    for block in course(with_gates=False).walk():
        if block.word:
            section, unit, kind = block.name.split("-")
            words = {block.word, name_of(section, unit, kind), *filter(None, [block.transcript])}
            found |= dict.fromkeys(words, f"{section}-{unit}")
    return found


UNIT_OF = _all_words()
WORDS = frozenset(UNIT_OF)
NAMES = frozenset(one for one in WORDS if "nameof" in one)
GATED = frozenset(one for one in WORDS if NEEDS.get(UNIT_OF[one]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who tries the doors. ``title`` is how the table for operators calls them.

    ``fees``: what they have settled at this moment. ``is_staff``: the course's team, whom no gate
    stops. ``plays`` is somebody of the team who looks at the course as a learner, of a name if
    ``is_named``; doors that know nothing of such a game see the team.
    """

    name: str
    title: str
    fees: frozenset[str] = frozenset()
    is_staff: bool = False
    plays: bool = False
    is_named: bool = False

    def may_see(self, one: str, *, is_playing: bool) -> bool:
        """Whether the gates let this person find a word."""
        if self.is_staff or (self.plays and not is_playing):
            return True
        return NEEDS.get(UNIT_OF[one], frozenset()) <= self.fees


def _person(name: str, title: str, *fees: str, **role: bool) -> Person:
    return Person(name=name, title=title, fees=frozenset(fees), **role)


PEOPLE = (
    _person("anonymous", "not signed in"),
    _person("outsider", "signed in, not enrolled"),
    _person("unpaid", "enrolled, unpaid"),
    _person("waived", "fee waived", MAIN),
    _person("paid", "fee paid", MAIN),
    _person("refunded", "paid, then refunded"),
    _person("seat", "holds a seat", MAIN),
    _person("other", "paid another fee", EXAM),
    _person("both", "paid both fees", MAIN, EXAM),
    _person("tester", "beta tester", is_staff=True),
    _person("staff", "course staff", is_staff=True),
    _person("instructor", "instructor", is_staff=True),
    _person("operator", "global staff", is_staff=True),
    _person("as_learner", "staff viewing as a learner", plays=True),
    _person("as_unpaid", "staff viewing as an unpaid learner", plays=True, is_named=True),
    _person("as_paid", "staff viewing as a learner who paid", MAIN, plays=True, is_named=True),
)
PERSON = {person.name: person for person in PEOPLE}


NEVER, AS_ONE, AS_ANY, ALWAYS = "never", "as one", "as any", "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A way to a course's content. ``title`` and ``group`` are read by operators.

    ``plays_along``: whether the platform lets its team look through this door as a learner would:
    ``NEVER``, ``AS_ONE`` (as one learner by name), ``AS_ANY`` (of no name), ``ALWAYS``.
    ``shows_names``: the names of gated blocks are shown here, see "What cannot be gated".
    """

    name: str
    group: str
    title: str
    plays_along: str = NEVER
    shows_names: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one person found at one door of one course: words, and the statuses of the answers."""

    words: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()


@dataclass
class Matrix:
    """Every sight of a run, and what is wrong with them."""

    gated: dict[tuple[str, str], Sight] = field(default_factory=dict)
    ungated: dict[tuple[str, str], Sight] = field(default_factory=dict)

    def faults_at(self, door: Door) -> list[str]:
        """Sentences: who found too much, or missed something, at this door. Empty is good."""
        return [
            fault
            for name, person in self.gated
            if name == door.name
            for fault in self._faults(door, PERSON[person])
        ]

    def _faults(self, door: Door, person: Person) -> Iterator[str]:
        sight, base = self.gated[door.name, person.name], self.ungated[door.name, person.name]
        said = f"at {door.name}, to {person.name}, who was answered {sorted(sight.statuses)}"
        if leaks := self.leaks(door, person):
            yield f"LEAK {said}: {', '.join(leaks)}"
        if any(status >= 500 for status in sight.statuses - base.statuses):
            yield f"BROKEN {said}"
        missed = base.words - closed_to(door, person) - sight.words
        if missed:
            yield f"MISSING {said}: {', '.join(sorted(missed))}"

    def leaks(self, door: Door, person: Person) -> list[str]:
        """The words that this person must not find here, and did."""
        return sorted(self.gated[door.name, person.name].words & closed_to(door, person))

    def proves_something(self, door: Door) -> bool:
        """Whether the door shows anybody anything gated in the course without gates."""
        return any(
            sight.words & GATED for (name, _), sight in self.ungated.items() if name == door.name
        )

    def answer(self, door: Door, person: Person) -> str:
        """One cell of the table: how much of what the door shows without gates is shown here.

        "all", "paid" (the part that this person has a right to), "free" (what stands before the
        gates), "nothing"; "-" for a door that shows this person nothing gated even without gates,
        and "" for a door that they do not have.
        """
        if (door.name, person.name) not in self.gated:
            return ""
        if self.leaks(door, person):
            return "LEAK"
        base = self.ungated[door.name, person.name].words - _forgiven(door)
        seen = self.gated[door.name, person.name].words & base
        if not base & GATED:
            return "-"
        if seen & GATED:
            return "all" if base == seen else "paid"
        return "free" if seen else "nothing"


def closed_to(door: Door, person: Person) -> frozenset[str]:
    """What the gates close to a person at a door."""
    is_playing = door.plays_along in {ALWAYS, AS_ONE if person.is_named else AS_ANY}
    closed = {one for one in GATED if not person.may_see(one, is_playing=is_playing)}
    return frozenset(closed - _forgiven(door))


def _forgiven(door: Door) -> frozenset[str]:
    return NAMES if door.shows_names else frozenset()


def words_in(bodies: Iterable[bytes]) -> frozenset[str]:
    """Every word in some bytes: as it is, in any case, as base64 and as hexadecimal digits."""
    found: set[str] = set()
    for body in bodies:
        folded = body.lower()
        if _SIGN.encode() in folded or any(form in body for form in _SIGN_FORMS):
            found |= {
                one
                for one, (plain, forms) in _FORMS.items()
                if plain in folded or any(form in body for form in forms)
            }
        elif _SIGN.encode().hex().encode() in folded:
            found |= {one for one in _FORMS if one.encode().hex().encode() in folded}
    return frozenset(found)


def _encoded(text: str) -> tuple[bytes, ...]:
    """What is left of a text in base64 whatever stands around it: once for each of the places at
    which it can begin, without the letters that its neighbours have a part in."""
    forms = []
    for skipped in range(3):
        coded = base64.b64encode(b"\0" * skipped + text.encode()).rstrip(b"=")
        first = (0, 2, 3)[skipped]
        forms.append(coded[first:] if (len(text) + skipped) % 3 == 0 else coded[first:-1])
    return tuple(forms)


_FORMS = {one: (one.encode(), _encoded(one)) for one in WORDS}
_SIGN_FORMS = tuple(form for form in _encoded(_SIGN) if len(form) >= 2)
