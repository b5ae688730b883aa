"""What a gate covers: pure, for any tree of blocks.

A gate is a leaf that says "everything after me in this unit, subsection, section or course needs
this fee". *After* is document order: what stands below the gate in Studio's outline.

Where gates overlap, **every** gate counts: a block that stands behind two gates needs both fees.
The outer gate alone would open a paid examination to who has paid for the course; the inner gate
alone would open the course to who has paid for the examination. Two gates with one fee ask for
that fee once. ``covered`` lists the gates of a block in document order, so the first one, the one a
learner meets first, is the one whose paywall is shown.

Sections, subsections and the course itself are never covered: they hold no content of their own,
and a learner has to see what there is to pay for. Units and all that is inside them are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from fee_gate.data import Cover, Extent, Reach

GATE = "fee_gate"
SCOPES = ("unit", "subsection", "section", "course")

# How fee_payments writes the code of an offering. Anything else that an import brings is a fee that
# nobody can have; it is not stored, as it may not even fit the table.
_FEE = re.compile(r"[-a-zA-Z0-9_]{1,64}", re.ASCII)

STRUCTURE = frozenset({"course", "library", "chapter", "sequential"})
# The platform's blocks of which each learner sees a part only.
SELECTIONS = frozenset({"conditional", "itembank", "library_content", "randomize", "split_test"})
UNIT = "vertical"
_BOUNDARY = (("unit", UNIT), ("subsection", "sequential"), ("section", "chapter"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One block of a course with what stands in it, in the order of Studio's outline.

    ``fee`` and ``scope`` mean something for gates only: the code of the offering, and one of
    ``SCOPES``. A gate without a fee is a gate that nobody can pass. ``title`` is what the author
    called the block, "" if nobody named it, or nobody asked.
    """

    usage_key: str
    block_type: str
    title: str = field(default="", compare=False)  # decides nothing
    fee: str = ""
    scope: str = "unit"
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class _Standing:
    """A gate that was met, and the block at whose end it stops counting."""

    cover: Cover
    until: Node


def covered(outline: Node) -> dict[str, tuple[Cover, ...]]:
    """What needs a fee: usage key → the gates before it, in document order.

    A scope this release does not know counts as the whole course: a course from a newer release
    stays shut.
    """
    found: dict[str, tuple[Cover, ...]] = {}
    _walk(outline, [], [], found)
    return found


def holders(outline: Node, covers: Mapping[str, tuple[Cover, ...]]) -> dict[str, tuple[Cover, ...]]:
    """The blocks, sections and subsections left out, that hold what is gated beyond themselves.

    Usage key → the gates before something in the block that are not before the block itself.
    """
    found: dict[str, tuple[Cover, ...]] = {}
    _gather(outline, covers, found)
    return found


def _gather(
    node: Node,
    covers: Mapping[str, tuple[Cover, ...]],
    found: dict[str, tuple[Cover, ...]],
) -> dict[Cover, None]:
    """Every gate before the block or something in it, in document order."""
    inside: dict[Cover, None] = {}
    for child in node.children:
        inside |= _gather(child, covers, found)
    own = dict.fromkeys(covers.get(node.usage_key, ()))
    beyond = tuple(cover for cover in inside if cover not in own)
    if beyond and node.block_type not in STRUCTURE:
        found[node.usage_key] = beyond
    return own | inside


def by_key(outline: Node) -> dict[str, Node]:
    """Every block by its usage key, in the order of the course."""
    found = {outline.usage_key: outline}
    for child in outline.children:
        found |= by_key(child)
    return found


def extent(block_types: Collection[str]) -> Extent:
    """How much some closed blocks are, by the type of each. A gate is no content: none counts."""
    content = [block_type for block_type in block_types if block_type != GATE]
    units = content.count(UNIT)
    return Extent(units=units, components=len(content) - units)


def usable_fee(code: str) -> str:
    """The code, or "" (nobody has it) if no offering can be called so."""
    return code if _FEE.fullmatch(code) else ""


def reach(covers: Mapping[str, tuple[Cover, ...]], gate: str) -> Reach:
    """What one gate does, by what ``covered`` found or by the table of the published course."""
    behind = {
        usage_key: cover.fee
        for usage_key, gates in covers.items()
        for cover in gates
        if cover.gate == gate
    }
    return Reach(
        blocks=frozenset(behind),
        fee=next(iter(behind.values()), None),
        before=covers.get(gate, ()),
    )


def fees_beside(covers: Mapping[str, tuple[Cover, ...]], gate: str) -> frozenset[str]:
    """The fees that everything behind this gate needs, the gate's own among them.

    A gate that stands behind another is left out: it is no content that somebody pays for.
    """
    markers = {cover.gate for gates in covers.values() for cover in gates}
    behind = [
        frozenset(cover.fee for cover in gates)
        for usage_key, gates in covers.items()
        if usage_key not in markers and any(cover.gate == gate for cover in gates)
    ]
    return frozenset.intersection(*behind) if behind else frozenset()


def boundary(types: Sequence[str], scope: str) -> int:
    """The place on the path of ancestors at whose end a gate stops.

    If the course has no block of that kind above the gate, the next wider kind counts. Each kind
    is looked for above the narrower one, so that a wider scope never covers less.
    """
    place, is_reached = len(types) - 1, False
    for level, block_type in _BOUNDARY:
        is_reached = is_reached or level == scope
        above = [spot for spot in range(place + 1) if types[spot] == block_type]
        if above and is_reached:
            return above[-1]
        place = above[-1] if above else place
    return 0


def _walk(
    node: Node, path: list[Node], standing: list[_Standing], found: dict[str, tuple[Cover, ...]]
) -> None:
    if standing and node.block_type not in STRUCTURE:
        known = found.get(node.usage_key, ())
        added = (gate.cover for gate in standing)
        found[node.usage_key] = tuple(dict.fromkeys((*known, *added)))
    if node.block_type == GATE and path:
        until = path[boundary([step.block_type for step in path], node.scope)]
        standing.append(_Standing(Cover(gate=node.usage_key, fee=usable_fee(node.fee)), until))
    path.append(node)
    for child in node.children:
        _walk(child, path, standing, found)
    path.pop()
    standing[:] = [gate for gate in standing if gate.until is not node]
