"""What both sides promised, and what came of it, as frozen values. Days are UTC days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from fairgate.money import Money


class ContributionKind(StrEnum):
    """What is given: money, or something that has a value in money."""

    CASH = "cash"
    IN_KIND = "in_kind"


class Direction(StrEnum):
    """Which way a number has to go from its baseline to its target."""

    INCREASE = "increase"
    DECREASE = "decrease"


class PromiseState(StrEnum):
    """Where one promise stands on a day."""

    OPEN = "open"
    LATE = "late"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """Something that one side (``host`` or ``partner``) does by ``due``.

    With ``every_months`` it is done again and again, for example a report: first by ``due``.
    """

    code: str
    side: str
    text: str
    due: date
    every_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What a party (a partner, or PLATFORM for the host) gives by ``due``.

    ``valuation`` says how the worth of something in kind was found; it is empty for cash.
    """

    code: str
    party: str
    kind: str
    text: str
    promised: Money
    due: date
    valuation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A number that has to go from ``baseline`` to ``target`` by ``due``, counted in ``unit``."""

    code: str
    indicator: str
    unit: str
    baseline: Decimal
    target: Decimal
    direction: str
    due: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """The version that a version follows, and why: an ``amendment`` with its number, or a renewal.

    ``amendment`` is ``None`` for a renewal; else it counts from 1 within the agreement.
    """

    version: int
    amendment: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a record rests on: a reference, and the file that was uploaded, if there is one."""

    reference: str
    file: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceContent:
    """An uploaded file. ``content_type`` follows from its bytes; it never had a name here.

    It belongs to an agreement of ``partner``, and proves what the ``givers`` delivered, if any.
    """

    content: bytes
    content_type: str
    sha256: str
    partner: str
    givers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfilmentSummary:
    """One obligation on one due date. ``fulfilled_on`` and ``evidence`` are ``None`` until then."""

    due: date
    state: PromiseState
    fulfilled_on: date | None = None
    evidence: Evidence | None = None
    record: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationSummary:
    """An obligation with every due date that lies before the day of asking, and the next one."""

    obligation: Obligation
    due_dates: tuple[FulfilmentSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySummary:
    """Something that was given. It counts while it is ``is_accepted`` and not replaced.

    ``recorded_by`` and ``decided_by`` are users.
    """

    record: UUID
    delivered_on: date
    amount: Money
    evidence: Evidence
    recorded_by: int
    recorded_at: datetime
    is_accepted: bool
    is_refused: bool
    decided_by: int | None
    replaces: UUID | None
    counts: bool

    @property
    def is_waiting(self) -> bool:
        """Whether no second person has decided about it."""
        return not (self.is_accepted or self.is_refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionSummary:
    """A contribution, what was delivered of it (accepted ones), and where it stands."""

    contribution: Contribution
    delivered: Money
    state: PromiseState
    deliveries: tuple[DeliverySummary, ...]

    def delivery(self, record: UUID | None) -> DeliverySummary | None:
        """The delivery of this key."""
        return next((one for one in self.deliveries if one.record == record), None)

    def correction_of(self, record: UUID) -> DeliverySummary | None:
        """What was recorded in place of a delivery, and was not refused."""
        found = (one for one in self.deliveries if one.replaces == record and not one.is_refused)
        return next(found, None)

    def can_be_corrected(self, delivery: DeliverySummary) -> bool:
        """Whether it counts, and no correction of it waits."""
        return delivery.counts and self.correction_of(delivery.record) is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualSummary:
    """A value that was reported for an outcome."""

    record: UUID
    on: date
    value: Decimal
    source: str
    replaces: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeSummary:
    """An outcome and what was reported, the oldest first; ``actual`` is the newest value."""

    outcome: Outcome
    actual: Decimal | None
    state: PromiseState
    actuals: tuple[ActualSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """All that was promised in one version, as it stands at the moment of asking."""

    version: UUID
    obligations: tuple[ObligationSummary, ...]
    contributions: tuple[ContributionSummary, ...]
    outcomes: tuple[OutcomeSummary, ...]

    def given_by(self, *parties: str) -> Promises:
        """What these parties give, and nothing of the rest."""
        own = tuple(one for one in self.contributions if one.contribution.party in parties)
        return Promises(version=self.version, obligations=(), contributions=own, outcomes=())


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredValue:
    """What a partner delivered and a second person accepted: an amount per currency, by its code.

    Money and things are never added up.
    """

    partner: str
    cash: tuple[Money, ...]
    in_kind: tuple[Money, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field of the agreed text, before and after; one of them is empty if it was not there.

    ``field`` is its name in TERMS.yaml, with the code of its entry: ``obligations.REPORT.due``.
    """

    field: str
    before: str
    after: str
