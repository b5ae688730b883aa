"""Values that enter and leave the waiver policy: frozen, plain Python, safe to keep.

Days are UTC days. A membership holds on a day ``d`` when ``from_date <= d < until_date``.
Percentages are ``Percent``; money is ``Money`` (integer minor units with a currency).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import floor
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fairgate.clock import utc_day
from fairgate.money import CurrencyMismatch, Money
from fairgate.percent import Percent

ENGINE_VERSION = "5"
"""The version of the deciding rules; it changes when the same inputs may give another answer."""

IMPACT_DAYS = 30
"""How far back the decisions are counted that a new list edition touches, unless asked for more."""

NO_FACTS: Mapping[str, Any] = MappingProxyType({})
NO_DATES: Mapping[str, date] = MappingProxyType({})

FactValue = int | Decimal | bool | str | date | tuple[str, ...]
"""What a person can state; countries are codes as in ``Applicant``."""


class ListCode(StrEnum):
    """The country lists that we come with; a site may keep others under codes of its own.

    ``SIDS`` is the view of UN-OHRLLS (39 States and 18 associates in 2026), ``SIDS_M49`` the one
    of the UN Statistics Division; six territories are on one of them only.
    """

    LDC = "LDC"
    SIDS = "SIDS"
    SIDS_M49 = "SIDS_M49"
    LLDC = "LLDC"


class MembershipStatus(StrEnum):
    """Where a country stands on a list, in the words that people and other programs read.

    ``current``: a member without an end. ``scheduled``: a member until a day that is set.
    ``contested``: another end has been asked for, and nobody has confirmed the one in force.
    ``deferred``: an end was put off, and no other is set. ``left``: not a member any more.
    """

    CURRENT = "current"
    SCHEDULED = "scheduled"
    CONTESTED = "contested"
    DEFERRED = "deferred"
    LEFT = "left"


class ProposalState(StrEnum):
    """The life of a proposed edition."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    REJECTED = "rejected"


class Outcome(StrEnum):
    """What a decision comes to.

    ``granted``: a part of the price, or all of it, is waived. ``refused``: the full fee is due.
    ``review``: a person looks first. ``ask``: something is missing, usually the country.
    ``waitlisted``: granted in principle, and the fund or a quota is used up.
    """

    GRANTED = "granted"
    REFUSED = "refused"
    REVIEW = "review"
    ASK = "ask"
    WAITLISTED = "waitlisted"


class ReasonCode(StrEnum):
    """Stable codes: stored, counted and translated; never renamed."""

    LIST_MEMBER = "LIST_MEMBER"
    IN_GRACE = "IN_GRACE"
    NOT_LISTED = "NOT_LISTED"
    RULE_MATCHED = "RULE_MATCHED"
    EXCLUDED_BY_POLICY = "EXCLUDED_BY_POLICY"
    PAYER_CLASS_EXCLUDED = "PAYER_CLASS_EXCLUDED"
    EVIDENCE_TOO_WEAK = "EVIDENCE_TOO_WEAK"
    AFFILIATION_RULE = "AFFILIATION_RULE"
    QUOTA_COUNTRY = "QUOTA_COUNTRY"
    QUOTA_PERSON = "QUOTA_PERSON"
    QUOTA_FUND = "QUOTA_FUND"
    FUND_EMPTY_WAITLISTED = "FUND_EMPTY_WAITLISTED"
    OFFERING_NOT_COVERED = "OFFERING_NOT_COVERED"
    ALREADY_GRANTED = "ALREADY_GRANTED"
    LIST_STATUS_PROVISIONAL = "LIST_STATUS_PROVISIONAL"
    LIST_NOT_LOADED = "LIST_NOT_LOADED"
    MANUAL_OVERRIDE = "MANUAL_OVERRIDE"
    COUNTRY_MISSING = "COUNTRY_MISSING"
    COUNTRY_UNKNOWN = "COUNTRY_UNKNOWN"
    REVIEW_NEEDED = "REVIEW_NEEDED"
    NO_ACTIVE_POLICY = "NO_ACTIVE_POLICY"
    NAMED_LIST_MEMBER = "NAMED_LIST_MEMBER"
    NO_RULE_APPLIES = "NO_RULE_APPLIES"
    FACTS_MISSING = "FACTS_MISSING"
    COUNTRY_OF_BASIS_MISSING = "COUNTRY_OF_BASIS_MISSING"
    COUNTRY_RECENT = "COUNTRY_RECENT"
    IP_DISAGREES = "IP_DISAGREES"
    OPTION_HIDDEN = "OPTION_HIDDEN"
    OTHER_CURRENCY = "OTHER_CURRENCY"
    TABLE_LACKS = "TABLE_LACKS"
    QUOTA_INSTITUTION = "QUOTA_INSTITUTION"
    QUOTA_COURSE_RUN = "QUOTA_COURSE_RUN"
    PRICE_LOCKED = "PRICE_LOCKED"
    COUNTRY_CHANGED = "COUNTRY_CHANGED"
    WAITING_LIST_OFFER = "WAITING_LIST_OFFER"
    FACTS_TO_CONFIRM = "FACTS_TO_CONFIRM"
    TWO_PEOPLE = "TWO_PEOPLE"


class ApplicationState(StrEnum):
    """The life of an application for a waiver; ``rules.applications`` says what leads where.

    ``proposed``: one person would approve it, and the amount needs a second. ``appealed``: the
    learner asks another person to look at a refusal.
    """

    SUBMITTED = "submitted"
    MORE_INFORMATION = "more_information"
    PROPOSED = "proposed"
    APPEALED = "appealed"
    APPROVED = "approved"
    WAITLISTED = "waitlisted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class RefusalCode(StrEnum):
    """Why a reviewer refuses: the fixed list. Stored and translated; never renamed.

    ``other`` needs words of the reviewer; the rest may have some.
    """

    NOT_COVERED = "not_covered"
    NOT_PROVEN = "not_proven"
    UNREADABLE = "unreadable"
    NO_ANSWER = "no_answer"
    OTHER_FUNDING = "other_funding"
    NOT_THE_PERSON = "not_the_person"
    TOO_LATE = "too_late"
    OTHER = "other"


class NominationState(StrEnum):
    """The life of a nomination.

    ``nominated``: the person has not said anything yet. ``accepted``: there is an application,
    and reviewers look at it. The others are ends.
    """

    NOMINATED = "nominated"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    APPROVED = "approved"
    REFUSED = "refused"


class EvidenceKind(StrEnum):
    """How a country is known, the weakest first.

    ``ip``: where a request came from; it raises doubts and never decides. ``declared``: the
    learner says so, in the profile or in a form. ``institution``: an organisation that we know
    says so. ``document``: a reviewer has seen a document. ``nomination``: an administration of the
    member State has named the person.
    """

    IP = "ip"
    DECLARED = "declared"
    INSTITUTION = "institution"
    DOCUMENT = "document"
    NOMINATION = "nomination"

    @property
    def strength(self) -> int:
        """The higher, the stronger: 0 for ``ip``."""
        return list(EvidenceKind).index(self)


SEEN = (EvidenceKind.DOCUMENT, EvidenceKind.INSTITUTION)
"""The kinds of evidence that a reviewer notes, the strongest first."""


class EvidenceBasis(StrEnum):
    """By what a country is somebody's, where the person or a reviewer may say so.

    ``hq`` is the country where the organisation that pays has its headquarters.
    """

    NATIONALITY = "nationality"
    RESIDENCE = "residence"
    AFFILIATION = "affiliation"
    BILLING_ADDRESS = "billing_address"
    HQ = "hq"
    FUNDER = "funder"
    NOMINATING_STATE = "nominating_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryEvidence:
    """That one country is somebody's by one basis (``nationality``, ``residence``, ``hq``).

    ``country`` is a code as in ``Applicant``; ``observed_at`` the moment it was said or seen.
    """

    country: str
    basis: str
    kind: EvidenceKind
    observed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecord:
    """One thing that was said or seen about somebody's country, as it is kept.

    ``statement`` groups what was said at once, such as two nationalities. A record without a
    ``country`` takes back what its basis and kind said before. ``counts``: nothing newer of the
    same basis and kind is there, and ``valid_until`` (the first day without) has not come.
    """

    uuid: UUID
    statement: UUID
    user_id: int
    country: str
    basis: str
    kind: EvidenceKind
    observed_at: datetime
    recorded_by: int
    note: str = ""
    valid_until: date | None = None
    counts: bool = True


class FactKind(StrEnum):
    """What kind of value a fact has, as the conditions of a policy compare it.

    ``truth``: yes or no. ``choice``: one of some words, or none of them. ``countries``: codes.
    """

    NUMBER = "number"
    TRUTH = "truth"
    CHOICE = "choice"
    TEXT = "text"
    DAY = "day"
    COUNTRIES = "countries"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFact:
    """A fact that a policy asks for and that a person can state.

    ``title``, ``unit`` and ``help`` are the policy's own words, blank where it has none.
    ``strength`` is how the fact has to be known before anything is granted by it without a look.
    ``is_date``: a named day (``enrolment``), not a fact. ``asks_learner`` false: only a reviewer
    records it.
    """

    name: str
    kind: FactKind
    choices: tuple[str, ...] = ()
    title: str = ""
    unit: str = ""
    help: str = ""
    strength: EvidenceKind = EvidenceKind.INSTITUTION
    is_date: bool = False
    asks_learner: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HowKnown:
    """How a fact that is kept is known.

    ``changed``: by the person's own word only, which was another one of late. ``unit``: in which it
    was said; ``None`` where nobody says, as in what was decided before units were kept.
    """

    kind: EvidenceKind
    changed: bool = False
    unit: str | None = None


NO_KNOWN: Mapping[str, HowKnown] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRecord:
    """One thing that was said or seen about a person, as it is kept.

    ``statement`` groups what was said at once. ``value`` is a number (``int`` or ``Decimal``), a
    truth, a text, a day or a tuple of country codes by ``value_kind``; ``None`` takes back what the
    same kind of evidence said of this fact before. ``counts`` as for ``EvidenceRecord``.
    ``unit`` is what the policy asked in then: it counts for no policy that asks in another one.
    """

    uuid: UUID
    statement: UUID
    user_id: int
    name: str
    value_kind: FactKind
    value: FactValue | None
    kind: EvidenceKind
    observed_at: datetime
    recorded_by: int
    note: str = ""
    valid_until: date | None = None
    counts: bool = True
    unit: str = ""


class DocumentKind(StrEnum):
    """What a document is, as the learner says; a reviewer looks."""

    IDENTITY = "identity"
    SCHOOL_LETTER = "school_letter"
    INSTITUTION_LETTER = "institution_letter"
    STAMPED_FORM = "stamped_form"
    INCOME = "income"
    UNHCR = "unhcr"
    OTHER = "other"


class DocumentFault(StrEnum):
    """Why a file is not taken. Stable codes: each has a sentence for the learner."""

    EMPTY = "EMPTY"
    TOO_LARGE = "TOO_LARGE"
    NOT_TAKEN = "NOT_TAKEN"
    PHONE_PICTURE = "PHONE_PICTURE"
    NOT_FROM_THE_START = "NOT_FROM_THE_START"
    TWO_IN_ONE = "TWO_IN_ONE"
    DAMAGED = "DAMAGED"
    ENCRYPTED = "ENCRYPTED"
    ACTIVE = "ACTIVE"
    FILES_INSIDE = "FILES_INSIDE"
    TOO_COMPLICATED = "TOO_COMPLICATED"
    TOO_MANY_PAGES = "TOO_MANY_PAGES"
    TOO_MANY_PIXELS = "TOO_MANY_PIXELS"
    TOO_MANY_PARTS = "TOO_MANY_PARTS"
    ANIMATED = "ANIMATED"
    SCANNER = "SCANNER"
    NO_SCAN = "NO_SCAN"
    GUARDIAN = "GUARDIAN"


class Found(StrEnum):
    """What a file is that is not taken, as far as its first bytes tell."""

    ARCHIVE = "archive"
    OFFICE = "office"
    PROGRAM = "program"
    WEB_PAGE = "web_page"
    DRAWING = "drawing"
    PICTURE = "picture"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSummary:
    """A document of an application, or what is left of it once the file is deleted.

    ``size`` is in bytes. ``is_repeated``: the same file came from another account; that may have a
    good reason. ``for_minor``: the sender is, or says to be, under age.
    """

    uuid: UUID
    application: UUID
    user_id: int
    kind: DocumentKind
    content_type: str
    size: int
    uploaded_at: datetime
    for_minor: bool = False
    is_repeated: bool = False
    deleted_at: datetime | None = None
    delete_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDocument:
    """A document whose file is still there, and the first UTC day on which it is not (if known)."""

    document: DocumentSummary
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageReport:
    """What a look at the storage of documents found; uuids of rows, names of files."""

    kept: int
    missing: tuple[UUID, ...] = ()
    unreadable: tuple[UUID, ...] = ()
    half_deleted: tuple[UUID, ...] = ()
    orphans: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether every row has its file, every file its row, and a key opens each."""
        return not (self.missing or self.unreadable or self.half_deleted or self.orphans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """Who asks, as far as a rule may know.

    ``country`` is ISO 3166-1 alpha-2 in upper case (or a code that the site adds, such as XK),
    blank when unknown; ``country_basis`` says where it comes from, and ``country_changed_on`` the
    UTC day since which it is this one (``None``: nobody saw it change). ``evidence`` are further
    countries, each by its basis. ``facts`` are further named values that a policy's conditions
    may compare: numbers, texts, flags, ISO dates. ``dates`` are UTC days that a policy may count
    from: ``application``, ``acceptance``, ``enrolment``, ``invoice``, and ``list_version``, the day
    of a pinned list; one that is not there is the day of the question. ``known`` says of facts and
    dates that come from what is kept how they are known; what is not named there was stated by the
    caller, and is trusted.
    """

    user_id: int
    country: str
    country_basis: str = "profile"
    payer_class: str = "individual"
    evidence: tuple[CountryEvidence, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=lambda: NO_FACTS)
    dates: Mapping[str, date] = field(default_factory=lambda: NO_DATES)
    country_changed_on: date | None = None
    known: Mapping[str, HowKnown] = field(default_factory=lambda: NO_KNOWN)


Award = Percent | Money
"""What is granted: a ``Percent`` of a price, or the ``Money`` that is left to pay."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """What is taken off a price: steps, each on what the one before has left.

    No step takes nothing. Rounded once, half up, at the end.
    """

    steps: tuple[Award, ...] = ()

    @classmethod
    def off(cls, percent: Percent) -> Reduction:
        """A share of the price."""
        return cls((percent,))

    @classmethod
    def down_to(cls, price: Money) -> Reduction:
        """All above a price."""
        return cls((price,))

    def then(self, other: Reduction) -> Reduction:
        """This one, and the other on what is left."""
        return Reduction(self.steps + other.steps)

    @property
    def currencies(self) -> frozenset[str]:
        """The currencies that a price must have; none: any will do."""
        return frozenset(step.currency for step in self.steps if isinstance(step, Money))

    def applies_to(self, price: Money) -> bool:
        """Whether the price is in the currency of every step."""
        return self.currencies <= {price.currency}

    def of(self, price: Money) -> Money:
        """The waived part: never negative, never more than the price.

        Raises:
            fairgate.money.CurrencyMismatch: a step is in another currency.
        """
        if price.minor <= 0:
            return Money.zero(price.currency)
        taken = price.minor - self._left(Fraction(price.minor), price.currency)
        return Money.from_minor(_half_up(taken), price.currency)

    def of_cost(self, cost: Money, price: Money | None) -> Money:
        """The same part of what a seat costs the fund, whose currency may be another.

        A percentage needs no price; else it is cost x waived / price, half up.

        Raises:
            ValueError: the price is needed and not known.
            fairgate.money.CurrencyMismatch: the price is in another currency than a step.
        """
        if not self.currencies:
            return self.of(cost)
        if price is None:
            raise ValueError("The price is needed to know which part of it is waived.")
        if not price.minor:
            return Money.zero(cost.currency)
        part = Fraction(self.of(price).minor, price.minor)
        return Money.from_minor(_half_up(cost.minor * part), cost.currency)

    def part_of(self, price: Money | None) -> Percent:
        """The share of the price that is waived, to the nearest basis point; for people.

        Zero when the price is needed and not known.
        """
        if len(self.steps) == 1 and isinstance(self.steps[0], Percent):
            return self.steps[0]
        if not self.currencies:
            return _nearest(1 - self._left(Fraction(1), ""))
        if price is None or not price.minor:
            return Percent(0)
        return _nearest(Fraction(self.of(price).minor, price.minor))

    def _left(self, whole: Fraction, currency: str) -> Fraction:
        left = whole
        for step in self.steps:
            if isinstance(step, Percent):
                left = left * (10_000 - step.basis_points) / 10_000
            elif step.currency == currency:
                left = min(left, Fraction(step.minor))
            else:
                raise CurrencyMismatch(f"{step} and a price in {currency} are of two currencies.")
        return left


NOTHING_OFF = Reduction()


def _half_up(units: Fraction) -> int:
    return floor(units + Fraction(1, 2))


def _nearest(share: Fraction) -> Percent:
    return Percent.from_basis_points(_half_up(share * 10_000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason of a decision: a stable code, and what its sentence needs to be filled in."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the policy answers, with everything that is needed to give the same answer again.

    ``reduction`` is what is taken off the price *now*: nothing unless the outcome is ``granted``;
    all money is computed from it. ``percent`` is the share of the price that this comes to, for
    people: exact for a percentage, else to the nearest basis point, and 0 while no price is known.
    What a reviewer could grant stands in the parameters of the reason. ``editions`` name the list
    editions that were asked (``LDC-1``), ``membership`` the row that decided, ``decided_on`` the
    UTC day that counts.
    """

    outcome: Outcome
    percent: Percent
    reasons: tuple[Reason, ...]
    policy: str
    policy_version: int
    rule: str | None
    editions: tuple[str, ...]
    membership: str | None
    decided_on: date
    at: datetime
    inputs: Mapping[str, Any]
    engine_version: str = ENGINE_VERSION
    reduction: Reduction = NOTHING_OFF

    @property
    def is_granted(self) -> bool:
        """Whether something is taken off the price now."""
        return self.outcome is Outcome.GRANTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """That one country is on one list for a time, as one edition has it.

    ``country`` is ISO 3166-1 alpha-2, or ISO 3166-3 alpha-4 for a State that is no more (``SKIN``;
    ``former_name`` says its name), or the key of a table that is not by country. ``value`` is what
    a table says about it ("" in a plain list), as text.

    ``from_precision`` is ``day``, ``month``, ``year`` or ``not_later_than`` (a member for as long
    as anybody asks about). ``until_date`` is the first day outside; ``alt_until_date`` a day that
    somebody has asked for instead: a hint for people, never an input of a decision.

    ``status`` is one of ``MembershipStatus``; ``stated`` the word of the edition, which may be
    behind the calendar and knows nothing of confirmations.
    """

    list_code: str
    country: str
    kind: str
    from_date: date
    from_precision: str
    until_date: date | None
    until_precision: str
    status: str
    alt_until_date: date | None
    source: str
    provenance: str
    note: str
    edition: str
    value: str = ""
    stated: str = ""
    former_name: str = ""

    @property
    def starts(self) -> date:
        """The first day of membership; the earliest day there is for ``not_later_than``."""
        return date.min if self.from_precision == "not_later_than" else self.from_date

    @property
    def is_contested(self) -> bool:
        """Whether another end than the one in force was asked for, and nobody has confirmed."""
        return self.status == MembershipStatus.CONTESTED

    @property
    def is_former(self) -> bool:
        """Whether this is a State that is no more: part of the history, nobody's country."""
        return bool(self.former_name)

    def holds_on(self, day: date) -> bool:
        """Whether the country is a member on this UTC day."""
        return self.starts <= day and (self.until_date is None or day < self.until_date)

    def status_on(self, day: date) -> MembershipStatus:
        """The status as a person on this UTC day has to read it: an end that has passed is past."""
        if self.is_contested:
            return MembershipStatus.CONTESTED
        if self.until_date is None:
            is_deferred = MembershipStatus.DEFERRED in (self.status, self.stated)
            return MembershipStatus.DEFERRED if is_deferred else MembershipStatus.CURRENT
        return MembershipStatus.LEFT if self.until_date <= day else MembershipStatus.SCHEDULED

    @property
    def name(self) -> str:
        """How a decision names this row: ``LDC-1/LA/1971-11-18``."""
        return f"{self.edition}/{self.country}/{self.from_date.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionFacts:
    """Where an edition comes from: what a person cites when asked.

    ``source`` is a publication or an address, ``document_symbol`` the UN symbol (A/RES/76/8),
    ``version`` the label that the publisher gives (``WB-2020-07``), by which a policy may pin it.
    """

    source: str
    document_symbol: str = ""
    published_on: date | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionSummary:
    """One whole snapshot of one list, as loaded. ``sha256`` is of the file's text.

    ``proposed_by`` is who proposed it; "" for the first edition of a list, which one person loads.
    """

    name: str
    list_code: str
    number: int
    known_from: datetime
    source: str
    document_symbol: str
    published_on: date | None
    sha256: str
    loaded_by: str
    rows: int
    version: str = ""
    proposed_by: str = ""

    @property
    def dated(self) -> date:
        """The day that its age is counted from: its publication, else when it came to be known."""
        return self.published_on or utc_day(self.known_from)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionLoad:
    """What a load did: editions made, and lists that already stood like that."""

    created: tuple[EditionSummary, ...]
    unchanged: tuple[EditionSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipChange:
    """One difference between an edition and a file: ``before`` or ``after`` may be missing."""

    list_code: str
    country: str
    before: Membership | None
    after: Membership | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSummary:
    """A new edition that somebody proposed, and what became of it.

    ``base`` names, by list, the edition it was compared with ("" for a list that had none);
    ``editions`` what was made of it. ``proposed_by`` and ``decided_by`` are usernames.
    """

    uuid: UUID
    state: str
    base: Mapping[str, str]
    files: tuple[str, ...]
    sha256: str
    source: str
    document_symbol: str
    published_on: date | None
    version: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    editions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionImpact:
    """What a proposed edition changes, and whom it touches.

    ``countries`` are those, by list, whose answer changes on any day from now on; what changes in
    sources, notes or the distant past touches nobody. The others are about these countries:
    applications that wait, grants that count (they stand: nothing is taken back), and how many
    decisions of the last ``days`` days, of how many learners in all.
    """

    changes: tuple[MembershipChange, ...]
    countries: Mapping[str, tuple[str, ...]]
    applications: tuple[UUID, ...]
    grants: tuple[UUID, ...]
    decisions: int
    learners: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySummary:
    """One version of a policy document.

    ``lacks`` are sentences about what was not there when it was loaded: lists, other policies.
    """

    uuid: UUID
    slug: str
    version: int
    title: str
    state: str
    sha256: str
    author: str
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    activated_by: str = ""
    retired_by: str = ""
    is_new: bool = True
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLockSummary:
    """That a waiver is decided by the rules of ``since`` for a person and an offering.

    ``until`` is the first day on which that no longer holds. Both are UTC days.
    """

    uuid: UUID
    user_id: int
    offering_code: str
    decision_uuid: UUID
    since: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of a decision that came out otherwise: as it is stored, and as it would be now."""

    field: str
    stored: str
    now: str


class ReplayState(StrEnum):
    """How a stored decision compares with the same question asked again.

    ``forgotten``: the facts were deleted, so it cannot be asked. ``other_engine``: another version
    of the deciding rules gives another answer; ``differs``: the same version does.
    """

    SAME = "same"
    FORGOTTEN = "forgotten"
    DIFFERS = "differs"
    OTHER_ENGINE = "other_engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What came of asking one stored decision again."""

    uuid: UUID
    state: ReplayState
    engine_version: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as a comparison counts it: what is waived, or what a reviewer would be proposed."""

    outcome: Outcome
    percent: Percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What another version of a policy would have answered to what was asked in the past.

    ``moves`` counts the newest decision of each person and offering by its answer then and now;
    ``applications`` are the newest applications whose answer would be another one.
    ``fund_effect`` is what the fund would have paid more (or less, when negative), by currency,
    for the ``priced`` changes whose full seat cost is known. ``forgotten`` cannot be asked.
    """

    policy: str
    policy_version: int
    moves: Mapping[tuple[Answer, Answer], int]
    applications: tuple[UUID, ...]
    fund_effect: tuple[Money, ...]
    priced: int
    unpriced: int
    forgotten: int

    @property
    def asked(self) -> int:
        """How many past answers were asked again."""
        return sum(self.moves.values())

    @property
    def changed(self) -> int:
        """How many of them would be another."""
        return sum(count for (then, now), count in self.moves.items() if then != now)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantSummary:
    """The right to one seat at a reduced fee. ``seat_cost`` is what the fund holds for it.

    ``percent`` is for people, as in ``Decision``; money is computed from ``reduction``.
    ``state`` is reserved, committed, released (not used), expired (not used in time) or returned
    (spent, and given back after a refund). ``offered_until``: the waiting list made it, and the
    offer stands up to but not including this UTC day.
    """

    uuid: UUID
    decision_uuid: UUID
    user_id: int
    offering_code: str
    percent: Percent
    seat_cost: Money | None
    granted_at: datetime
    expires_on: date | None
    state: str = "reserved"
    reduction: Reduction = NOTHING_OFF
    offered_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSummary:
    """A learner's request that a person looks at.

    ``reason`` are the reviewer's words that count now: why it was decided so, or what was asked;
    ``refusal_code`` is one of ``RefusalCode`` once refused. ``decide_by`` is the last UTC day for
    a decision; ``answer_until`` and ``appeal_until`` are the first days that are too late.
    ``appealed_at``: a second decision is the last one; ``first_refusal`` are the words of the
    first. ``assigned_to`` reads it at the moment. ``award`` is what was granted, ``proposed`` what
    the rule proposes, ``awaiting`` what a first person would grant and a second confirms.
    """

    uuid: UUID
    user_id: int
    offering_code: str
    state: str
    submitted_at: datetime
    award: Award | None
    reason: str
    country: str = ""
    note: str = ""
    proposed: Award | None = None
    valid_until: date | None = None
    decided_at: datetime | None = None
    organisation: str = ""
    organisation_domain: str = ""
    refusal_code: str = ""
    decide_by: date | None = None
    answer_until: date | None = None
    appeal_until: date | None = None
    appealed_at: datetime | None = None
    first_refusal: str = ""
    assigned_to: int | None = None
    awaiting: Award | None = None
    awaiting_by: int | None = None
    awaiting_reason: str = ""
    rule: str = ""
    message_count: int = 0
    nomination_uuid: UUID | None = None

    @property
    def may_appeal(self) -> bool:
        """Whether a refusal is the first one; whether it is still in time is another question."""
        return self.state == ApplicationState.REFUSED and self.appealed_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationMessage:
    """What a reviewer asked about an application, or what the learner answered.

    ``is_appeal``: the learner's words about why a refusal was wrong.
    """

    is_answer: bool
    text: str
    at: datetime
    is_appeal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationStep:
    """One step in the life of an application: who did what, when, and where it led.

    ``by`` is a user id, ``None`` for the clock. Words are not kept here.
    """

    action: str
    by: int | None
    at: datetime
    state: str
    award: Award | None
    refusal_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """Where somebody works, as they or an operator say; blank is unknown."""

    name: str = ""
    domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which applications a reviewer wants to see; blank asks for no such thing.

    ``state`` blank is everything that a reviewer has to look at. ``whose`` is "", ``mine`` or
    ``nobody``; ``older_than`` days since the application; ``deadline`` is "", ``overdue`` or
    ``soon``.
    """

    state: str = ""
    offering_code: str = ""
    country: str = ""
    rule: str = ""
    whose: str = ""
    older_than: int | None = None
    deadline: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """One page of the reviewers' queue, the next deadline first.

    ``counts`` tells how many there are in each state that is looked at, whatever the filter;
    ``overdue``, ``mine`` and ``nobody`` count among them.
    """

    applications: tuple[ApplicationSummary, ...]
    number: int
    pages: int
    found: int
    counts: Mapping[str, int]
    overdue: int
    mine: int
    nobody: int
    offerings: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """What became of one application in a bulk review. ``error`` is ``None`` when it was done."""

    application_uuid: UUID
    application: ApplicationSummary | None
    error: Exception | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NominationCallSummary:
    """An offering that administrations may nominate for, until ``closes_at`` (UTC)."""

    uuid: UUID
    offering_code: str
    policy: str
    opens_at: datetime
    closes_at: datetime
    event_on: date
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NominationSummary:
    """One person that an administration has named.

    ``kind`` is ``full`` or ``partial``; ``item`` what a partial one gives (``air_ticket``,
    ``daily_allowance``), blank for a full one. ``rank`` 1 is the State's first choice.
    """

    uuid: UUID
    call: NominationCallSummary
    country: str
    administration: str
    user_id: int
    kind: str
    item: str
    rank: int
    state: str
    nominated_at: datetime
    application_uuid: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FocalPoint:
    """Somebody who nominates for the administration of one State."""

    user_id: int
    country: str
    administration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationNote:
    """What a person reads about their own application, or place on the waiting list, translated.

    ``said`` are the reviewer's words ("" if there are none). ``way`` is the name of the link to
    ``url``, where more is said and done; ``url`` is "" where the pages are not served.
    ``is_open``: somebody still looks at it, so there is nothing to apply for.
    ``waits_for_answer``: a reviewer asked, and it is this person's turn. ``may_appeal``: it was
    refused, and there is still time to appeal.
    """

    state: str
    sentence: str
    said: str
    way: str
    url: str
    is_open: bool
    waits_for_answer: bool = False
    may_appeal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FundBalance:
    """What a fund has: free, held for grants, and spent on grants; and what it owes.

    ``shortfall``: called back when nothing was free. Until it is made up for, no grant is made, and
    none that was made is taken back. ``waiting`` people wait for money of this fund.
    """

    fund: str
    currency: str
    available: Money
    reserved: Money
    committed: Money
    shortfall: Money
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FundChange:
    """One movement of a fund, by what it changed in one column; it names nobody."""

    place: int
    uuid: UUID
    kind: str
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FundEntrySummary:
    """One movement of a fund, written once.

    ``kind`` is revenue, donation, manual (credits), correction or clawback (taken out), reserved,
    committed, released, expired or returned (for a grant). ``amount`` is signed as seen from the
    free money, whether it was free or made up for what the fund owed; committed, which moves held
    money to spent money, is shown negative without touching it. It counts from ``effective_on``
    (UTC) and was written ``at``.
    """

    uuid: UUID
    kind: str
    amount: Money
    key: str
    reason: str
    grant_uuid: UUID | None
    effective_on: date
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FundMovement:
    """What all movements of one kind (see ``FundEntrySummary``) changed of a fund in some days.

    ``available``, ``reserved``, ``committed`` and ``shortfall`` are signed, as for a balance.
    """

    kind: str
    available: Money
    reserved: Money
    committed: Money
    shortfall: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualCreditSummary:
    """Money that one person proposed to put into a fund, or to take out (a negative amount).

    ``state`` is proposed, confirmed or rejected.
    """

    uuid: UUID
    kind: str
    amount: Money
    reason: str
    effective_on: date
    state: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingSummary:
    """One person's place on the waiting list.

    ``position`` is 1 for who is served next among those who wait for the same, and 0 once there is
    an offer (``state`` offered), which stands up to but not including ``offered_until`` (UTC).
    ``code`` says what is missing: FUND_EMPTY_WAITLISTED, or the code of a limit.
    """

    uuid: UUID
    user_id: int
    offering_code: str
    state: str
    position: int
    since: datetime
    code: str
    offered_until: date | None = None
    grant_uuid: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runway:
    """How long the free money lasts at the pace of late.

    ``spent`` is what was committed in ``over_months`` full months (UTC), less what was returned in
    them. ``months`` is ``available`` times ``over_months`` divided by ``spent``, exactly; ``None``
    when nothing was spent.
    """

    available: Money
    spent: Money
    over_months: int
    months: Fraction | None

    @property
    def lasts(self) -> str | None:
        """The months, rounded down to a tenth: a fund never lasts longer than is said."""
        if self.months is None:
            return None
        whole, tenth = divmod(self.months.numerator * 10 // self.months.denominator, 10)
        return f"{whole}.{tenth}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFault:
    """A difference between what is stored about a fund and what its rows add up to."""

    subject: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """What had lapsed: grants that were not used, and places that waited too long."""

    grants: int
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The app that sells offerings: what it can be asked about one, each of them by its code.

    For a code that it does not know, each returns "" (``worth_of``: nothing) or raises a
    ``FairgateError``; ``price_of`` and ``may_be_waived`` raise it. ``None``: nobody can say.
    """

    title_of: Callable[[str], str] | None = None
    """What the offering is called. Without a title, lists show its code, and pages about it are not
    there; ``None``: offerings are called by their codes everywhere."""

    language_of: Callable[[str], str] | None = None
    """The code of the language that the title is in."""

    page_of: Callable[[str], str] | None = None
    """The address of the page on which its fee is settled: the pages about a waiver lead there."""

    worth_of: Callable[[str], Sequence[Money]] | None = None
    """Its prices and what a seat costs the fund. Where the operator has set an amount, two people
    decide about more than that, and about what nobody knows."""

    price_of: Callable[[str, str, date], Money] | None = None
    """The list price that a payer class would be quoted on a UTC day, in the first currency of
    several. So who applies, or keeps a price, without a quote at hand is told what the quote tells;
    without one, decisions are made without a price."""

    may_be_waived: Callable[[str], bool] | None = None
    """Whether the waiver policy covers its fee. Where nobody says otherwise, it does."""

    course_run_of: Callable[[str], str] | None = None
    """The key of the course run it is of, for limits by course run. Without one, an offering counts
    as a run of its own."""
