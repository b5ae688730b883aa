"""What a partner says about itself on a page of ours, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class PromotionPlace(StrEnum):
    """Where a promotion shows: on the page of one course run, or beside the list of courses."""

    COURSE = "course"
    CATALOGUE = "catalogue"


class PromotionState(StrEnum):
    """Where a promotion stands at a moment. Computed from dated records.

    ``approved`` is one that does not show at the moment: its days have not come, or the agreement
    is not in force.
    """

    WAITING = "waiting"
    APPROVED = "approved"
    SHOWN = "shown"
    OVER = "over"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class PromotionFault(StrEnum):
    """Which part of a proposal is not as it has to be."""

    TEXT = "text"
    URL = "url"
    LANGUAGE = "language"
    COURSE = "course"
    DAYS = "days"
    AGREEMENT = "agreement"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """What a partner asks for: plain ``text`` in ``language`` and an https address.

    ``course`` is the course run for the place ``course`` and empty for the catalogue. ``first_day``
    and ``last_day`` are UTC days, inclusive.
    """

    place: PromotionPlace
    course: str
    language: str
    text: str
    url: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionSummary:
    """A proposal as it stands at a moment.

    Persons are ids of users; ``None`` is somebody who has left the platform, or that nothing was
    decided. ``sentence`` is what was decided in words, ``reason`` why it was withdrawn.
    """

    uuid: UUID
    partner: str
    partner_name: str
    agreement: str
    version: int
    promotion: Promotion
    state: PromotionState
    proposed_by: int | None
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    sentence: str
    withdrawn_by: int | None
    withdrawn_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPromotion:
    """A promotion as whoever shows it needs it.

    ``label`` says in the reader's language that it is paid for by whom, and has to stand with the
    text; ``rel`` has to stand on the link. ``shown_until`` is the last UTC day if nothing else
    happens.
    """

    uuid: UUID
    partner: str
    label: str
    text: str
    language: str
    direction: str
    url: str
    rel: str
    shown_until: date
