"""The values of fee_gate: frozen, plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from fairgate.money import Money


class Access(StrEnum):
    """The answer of the gate for one person and one block.

    ``UNDECIDED`` is shut like ``CLOSED``; it says that the reason is ours, not the learner's.
    """

    OPEN = "open"
    CLOSED = "closed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One gate before a block: its usage key and the offering code it asks for ("" = none yet)."""

    gate: str
    fee: str


@dataclass(frozen=True, kw_only=True)
class GateTable:
    """What is gated in one course: usage key → the gates before it, in document order.

    ``inside`` are the blocks that hold gated ones: usage key → the gates before what is in them,
    less their own. ``is_readable`` is false when the table could not be read: then nothing is
    known about any block, and every unit of the course counts as shut.

    Blocks are looked up without regard to case: on MariaDB the platform finds a course by a key
    in any case, and a key in another case must not be a way around the gate.
    """

    course_key: str
    covers: Mapping[str, tuple[Cover, ...]] = field(default_factory=dict)
    inside: Mapping[str, tuple[Cover, ...]] = field(default_factory=dict)
    is_readable: bool = True

    @property
    def fees(self) -> tuple[str, ...]:
        """Every fee of the course once, in the order of its code."""
        return tuple(sorted({cover.fee for gates in self.covers.values() for cover in gates}))

    def fees_of(self, usage_key: str) -> frozenset[str]:
        """The fees that a block needs, all of them; empty for a block that is free."""
        return self._fees.get(usage_key.casefold(), frozenset())

    def gates_of(self, usage_key: str) -> tuple[Cover, ...]:
        """The gates before a block, in document order; empty for a block that is free."""
        folded = usage_key.casefold()
        found = (gates for usage, gates in self.covers.items() if usage.casefold() == folded)
        return tuple(cover for gates in found for cover in gates)

    def fees_inside(self, usage_key: str) -> frozenset[str]:
        """The further fees that something inside a block needs."""
        return self._fees_inside.get(usage_key.casefold(), frozenset())

    @cached_property
    def _fees(self) -> dict[str, frozenset[str]]:
        return _folded(self.covers)

    @cached_property
    def _fees_inside(self) -> dict[str, frozenset[str]]:
        return _folded(self.inside)


def _folded(covers: Mapping[str, tuple[Cover, ...]]) -> dict[str, frozenset[str]]:
    fees: dict[str, frozenset[str]] = {}
    for usage_key, gates in covers.items():
        folded = usage_key.casefold()
        fees[folded] = fees.get(folded, frozenset()).union(gate.fee for gate in gates)
    return fees


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeSummary:
    """What a recount of a course found: how many gates there are and how many blocks they cover."""

    course_key: str
    gates: int
    blocks: int


class PaywallState(StrEnum):
    """What a learner can do about a fee."""

    SETTLED = "settled"
    TO_PAY = "to_pay"
    WAIVED = "waived"
    COUNTRY_MISSING = "country_missing"
    ANONYMOUS = "anonymous"
    UNAVAILABLE = "unavailable"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a learner reads about their application for a waiver of this fee, translated.

    ``said`` are the reviewer's words; ``way`` is the name of the link to ``url``. ``is_open``:
    somebody still looks at it.
    """

    sentence: str
    said: str = ""
    way: str = ""
    url: str = ""
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Paywall:
    """A fee as one person meets it.

    ``list_prices`` are the prices without any waiver, one per currency; the three amounts are the
    personal quote and are there for ``TO_PAY``, ``WAIVED`` and ``COUNTRY_MISSING``. ``url`` is the
    fee's own page, ``seat_code_url`` the one for who was given a seat; ``apply_url`` is "" unless
    a waiver was not given and a person may look at it.
    """

    state: PaywallState
    title: str = ""
    list_prices: tuple[Money, ...] = ()
    list_price: Money | None = None
    waived: Money | None = None
    total: Money | None = None
    tax: Money | None = None
    explanation: tuple[str, ...] = ()
    application: Application | None = None
    url: str = ""
    apply_url: str = ""
    seat_code_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeChoice:
    """A fee an author may choose for a course, or has chosen."""

    code: str
    title: str
    list_prices: tuple[Money, ...]
    is_on_sale: bool


class Advice(StrEnum):
    """What is wrong with a gate, for its author."""

    NO_FEE = "no_fee"
    UNKNOWN_FEE = "unknown_fee"
    NOT_ON_SALE = "not_on_sale"
    UNKNOWN_SCOPE = "unknown_scope"
    NOTHING_FOLLOWS = "nothing_follows"
    INSIDE_ANOTHER = "inside_another"
    FEES_UNREADABLE = "fees_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """A gate as its author sees it; ``blocks``: how many it covers since the last publish."""

    fee: FeeChoice | None
    blocks: int
    advice: tuple[Advice, ...]
