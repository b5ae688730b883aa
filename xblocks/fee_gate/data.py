"""The values of fee_gate: frozen, plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is closed: whole units, and components, those in the units among them."""

    units: int
    components: int

    @property
    def blocks(self) -> int:
        """Both together, as the platform counts."""
        return self.units + self.components


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What one gate does: the blocks behind it, the fee they need, the gates before itself.

    ``fee`` is "" where nobody can have it, and ``None`` if nothing stands behind the gate.
    """

    blocks: frozenset[str]
    fee: str | None
    before: tuple[Cover, ...]


# The version of a course of which no gate was ever counted: it has none.
NEVER_COUNTED = "none"
# The version of a course whose last publish could not be counted.
UNCOUNTED = "uncounted"


@dataclass(frozen=True, kw_only=True)
class GateTable:
    """What is gated in one course: usage key → the gates before it, in document order.

    ``inside`` are the blocks that hold gated ones: usage key → the gates before what is in them,
    less their own. A fee that is not ``offered`` for this course stands as "": nobody has it, also
    not who settled it for another run. ``are_fees_known`` is false when nobody could say what is
    offered: then what is gated is shut without a reason of the learner's.

    ``is_readable`` is false when the table could not be read: then nothing is known about any
    block, and every unit of the course counts as shut. ``is_passing``: the next question may find
    it readable, with nobody counting in between. ``is_enforced`` is false when an operator switched
    the gates of this course off: everything is open. ``version`` changes with the rest.

    Blocks are looked up without regard to case: on MariaDB the platform finds a course by a key
    in any case, and a key in another case must not be a way around the gate.
    """

    course_key: str
    covers: Mapping[str, tuple[Cover, ...]] = field(default_factory=dict)
    inside: Mapping[str, tuple[Cover, ...]] = field(default_factory=dict)
    offered: frozenset[str] = frozenset()
    are_fees_known: bool = True
    is_readable: bool = True
    is_passing: bool = False
    is_enforced: bool = True
    version: str = NEVER_COUNTED

    @property
    def is_certain(self) -> bool:
        """Whether what is said here is so; else it is the closed side of a doubt."""
        return self.is_readable and self.are_fees_known

    @cached_property
    def fees(self) -> tuple[str, ...]:
        """Every fee of the course once, in the order of its code."""
        return tuple(sorted({cover.fee for gates in self.covers.values() for cover in gates}))

    def fees_of(self, usage_key: str) -> frozenset[str]:
        """The fees that a block needs, all of them; empty for a block that is free."""
        return self._fees.get(usage_key.casefold(), frozenset())

    def gates_of(self, usage_key: str) -> tuple[Cover, ...]:
        """The gates before a block, in document order; empty for a block that is free."""
        return self._gates.get(usage_key.casefold(), ())

    def fees_inside(self, usage_key: str) -> frozenset[str]:
        """The further fees that something inside a block needs."""
        return self._fees_inside.get(usage_key.casefold(), frozenset())

    @cached_property
    def _gates(self) -> dict[str, tuple[Cover, ...]]:
        gates: dict[str, tuple[Cover, ...]] = {}
        for usage_key, covers in self.covers.items():
            folded = usage_key.casefold()
            gates[folded] = (*gates.get(folded, ()), *covers)
        return gates

    @cached_property
    def _fees(self) -> dict[str, frozenset[str]]:
        return _folded(self.covers)

    @cached_property
    def _fees_inside(self) -> dict[str, frozenset[str]]:
        return _folded(self.inside)


def _folded(covers: Mapping[str, tuple[Cover, ...]]) -> dict[str, frozenset[str]]:
    fees: dict[str, frozenset[str]] = {}
    shared: dict[tuple[Cover, ...], frozenset[str]] = {}  # many blocks stand behind the same gates
    for usage_key, gates in covers.items():
        if gates not in shared:
            shared[gates] = frozenset(gate.fee for gate in gates)
        folded = usage_key.casefold()
        fees[folded] = fees[folded] | shared[gates] if folded in fees else shared[gates]
    return fees


@dataclass(frozen=True, slots=True, kw_only=True)
class RecomputeSummary:
    """What a recount of a course found: how many gates there are, and how much they close."""

    course_key: str
    gates: int
    closed: Extent


class PaywallState(StrEnum):
    """What a person can do about a fee; ``EXEMPT``: it is not asked of them (decision 0018)."""

    SETTLED = "settled"
    EXEMPT = "exempt"
    SWITCHED_OFF = "switched_off"
    TO_PAY = "to_pay"
    WAIVED = "waived"
    COUNTRY_MISSING = "country_missing"
    ANONYMOUS = "anonymous"
    UNAVAILABLE = "unavailable"
    BLOCKED = "blocked"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What a learner reads about their application for a waiver of this fee, translated.

    ``said`` are the reviewer's words; ``way`` is the name of the link to ``url``. ``is_open``:
    somebody still looks at it. ``waits_for_answer``: the learner was asked, and it is their turn.
    """

    sentence: str
    said: str = ""
    way: str = ""
    url: str = ""
    is_open: bool = True
    waits_for_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paywall:
    """A fee as one person meets it; without a ``title`` there is no such fee, or nobody can say.

    ``ended`` is a sentence about a right that the person had, translated; "" if there was none.
    ``further`` are the names of other fees that the same part needs and the person has not settled.
    ``list_prices`` are the prices without any waiver, one per currency; the three amounts are the
    personal quote and are there for ``TO_PAY``, ``WAIVED`` and ``COUNTRY_MISSING``. ``url`` is the
    fee's own page, ``seat_code_url`` the one for who was given a seat, ``country_url`` the one on
    which people say where they live; ``apply_url`` is "" unless a waiver was not given and a person
    may look at it.

    For ``BLOCKED``, ``refusal`` says why nothing is sold to the person, translated, and ``reason``
    is its stable code, the one of the REST API.
    """

    state: PaywallState
    title: str = ""
    ended: str = ""
    further: tuple[str, ...] = ()
    list_prices: tuple[Money, ...] = ()
    list_price: Money | None = None
    waived: Money | None = None
    total: Money | None = None
    tax: Money | None = None
    is_tax_included: bool = False
    explanation: tuple[str, ...] = ()
    application: Application | None = None
    url: str = ""
    apply_url: str = ""
    country_url: str = ""
    seat_code_url: str = ""
    refusal: str = ""
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the person may go on without settling anything."""
        return self.state in {PaywallState.SETTLED, PaywallState.EXEMPT}


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
    IN_LIBRARY = "in_library"
    IN_SELECTION = "in_selection"
    SEEN_BY_SOME = "seen_by_some"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """A gate as its author sees it.

    ``now`` is how much it closes in the published course, ``None`` if that cannot be read.
    ``later`` is how much it closes once the draft is published, ``None`` if that changes nothing.
    ``is_other_fee_now``: the published course asks for another fee than the draft.
    ``paywall`` is what a learner meets who has no waiver.
    """

    fee: FeeChoice | None
    now: Extent | None
    later: Extent | None
    is_other_fee_now: bool
    paywall: Paywall
    advice: tuple[Advice, ...]

    @property
    def is_in_library(self) -> bool:
        """Whether the gate stands where nothing is gated."""
        return Advice.IN_LIBRARY in self.advice


class HoldScope(StrEnum):
    """What waits for a fee."""

    ENROLMENT = "enrolment"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRule:
    """A rule as it is asked for: what shall wait for which fee in one course run, and when.

    ``ends_at`` is the first moment it no longer holds; ``None``: no end is known. ``fee`` is the
    code of an offering.
    """

    course_key: str
    scope: HoldScope
    fee: str
    effective_from: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRule:
    """What waits for which fee in one course run, from a moment on.

    ``ends_at`` is the first moment it no longer holds; ``None``: no end is known. ``fee`` is the
    code of an offering.
    """

    id: int
    course_key: str
    scope: HoldScope
    fee: str
    effective_from: datetime
    ends_at: datetime | None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it holds at this moment."""
        return self.effective_from <= at and (self.ends_at is None or at < self.ends_at)


class Actor(StrEnum):
    """Who asks for an enrolment.

    ``NOBODY``: no request is under way, as in a management command or a Celery task. ``OTHER`` is
    mostly the learner.
    """

    STAFF = "staff"
    SERVICE = "service"
    NOBODY = "nobody"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentFacts:
    """What an enrolment is decided by; ``None``: nobody can say.

    ``fees`` are asked for at this moment, ``settled`` are the learner's. ``is_exempt``: no fee of
    this course is asked of the person (decision 0018). ``is_enrolled``: is in the run already.
    ``is_invited``: staff enrolled the person by e-mail before there was an account.
    ``trusts_nobody``: the operator lets commands and tasks enrol.
    """

    fees: frozenset[str] | None
    settled: frozenset[str] | None
    actor: Actor
    is_exempt: bool = False
    is_enrolled: bool = False
    is_invited: bool = False
    trusts_nobody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What a certificate is decided by; ``None`` for rules and settled fees: nobody can say.

    ``rules`` are those in force. ``enrolled_at``: when the learner first enrolled in the run, if
    they did.
    """

    rules: tuple[HoldRule, ...] | None
    settled: frozenset[str] | None
    enrolled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer of a hold, and the fee that is missing ("" if none is, or nobody can say)."""

    access: Access
    fee: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A learner's row in the platform's list of a course run, active or not."""

    created_at: datetime
    is_active: bool
