"""Any outline, for properties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from hypothesis import strategies as st

from factories.fee_gate import EXAM, FEE
from fee_gate.rules import GATE, SCOPES, Node

# Any tree, however odd: blocks of every type in every place.
TYPES = ["course", "chapter", "sequential", "vertical", "split_test", "html", GATE]


def nodes(types: list[str]) -> st.SearchStrategy[Node]:
    leaf = st.builds(
        Node,
        usage_key=st.just(""),
        block_type=st.sampled_from(types),
        fee=st.sampled_from([FEE, EXAM, ""]),
        scope=st.sampled_from(SCOPES),
    )
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            Node,
            usage_key=st.just(""),
            block_type=st.sampled_from([name for name in types if name not in {"html", GATE}]),
            children=st.lists(inner, max_size=4).map(tuple),
        ),
        max_leaves=25,
    )


def numbered(node: Node, numbers: Iterator[int] | None = None) -> Node:
    """The tree with a key per block; keys grow in document order."""
    numbers = numbers if numbers is not None else count()
    name = f"{next(numbers):05d}"
    return replace(
        node, usage_key=name, children=tuple(numbered(child, numbers) for child in node.children)
    )


def trees(types: list[str] = TYPES) -> st.SearchStrategy[Node]:
    """Courses whose blocks are named by number; numbers grow in document order."""
    return nodes(types).map(lambda node: numbered(replace(node, block_type="course")))
