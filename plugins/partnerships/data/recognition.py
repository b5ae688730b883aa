"""Recognition: what a tier asks for, and who was recognised until when, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money

from .brand import Texts


class Emblem(StrEnum):
    """The picture of a tier; a scheme chooses which of its tiers has which."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"
    STAR = "star"


class SchemeState(StrEnum):
    """Where a scheme stands at a moment. Computed from dated records."""

    WAITING = "waiting"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    COUNTS = "counts"
    REPLACED = "replaced"
    ENDED = "ended"


class AwardState(StrEnum):
    """Where an award stands at a moment. Computed from dated records."""

    WAITING = "waiting"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A level of recognition. It is reached with deliveries worth ``threshold`` or more.

    ``names`` and ``descriptions`` are by language, English always among the names.
    """

    code: str
    threshold: Money
    emblem: str
    names: Texts
    descriptions: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """The tiers of a period, the lowest first, and how deliveries are counted.

    ``in_kind_percent`` is how much of the worth of a thing counts (0 to 100). ``rates`` say what
    one unit of another currency counts in the currency of the scheme; what is given in a currency
    without a rate does not count. The days are UTC days, the last one included.
    """

    currency: str
    in_kind_percent: int
    rates: tuple[tuple[str, Decimal], ...]
    valid_from: date
    valid_until: date | None
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeSummary:
    """A scheme as it stands at a moment; ``uuid_of`` gives the key of each tier by its code."""

    uuid: UUID
    scheme: Scheme
    state: SchemeState
    uuid_of: Mapping[str, UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A delivery that was accepted, as it entered a computation: ``kind`` is cash or in kind."""

    record: UUID
    kind: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What deliveries are worth under a scheme, and the tier that they reach, if any.

    ``uncounted`` are the currencies that the scheme has no rate for.
    """

    worth: Money
    tier: Tier | None
    uncounted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardSummary:
    """An award as it stands at a moment.

    ``since`` and ``until`` are the days whose deliveries were counted, as known at ``counted_at``;
    ``valid_from`` and ``valid_until`` those of the recognition, both inclusive (UTC).
    ``granted_at`` is when a second person has granted it, ``None`` if nobody had by then.
    ``place`` is its place on the list of revoked awards, never given to another.
    """

    uuid: UUID
    partner: str
    partner_name: str
    scheme: UUID
    tier_uuid: UUID
    tier: Tier
    worth: Money
    since: date
    until: date
    counted_at: datetime
    valid_from: date
    valid_until: date
    state: AwardState
    place: int
    revoked_at: datetime | None
    checksum: str
    granted_at: datetime | None

    @property
    def is_granted(self) -> bool:
        """Whether two people have granted it, and so made it public, whatever became of it."""
        return self.state not in (AwardState.WAITING, AwardState.REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseReach:
    """How many learners a course has, and how many of each group of countries (LDC, SIDS).

    A country may be in several groups; ``outside`` are the learners of no group.
    """

    learners: int
    groups: tuple[tuple[str, int], ...] = ()
    outside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReach:
    """What may be said of courses together: how many, their learners, and those of each group.

    Numbers of learners are what they are at least; ``None`` is hidden.
    """

    courses: int
    learners: int | None
    groups: tuple[tuple[str, int | None], ...]
