"""What an award says: frozen values, checked when they are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fairgate_badges.checked import (
    MAX_NAME,
    check_address,
    check_language,
    check_moment,
    check_organisation,
    check_text,
)
from fairgate_badges.errors import BadgeRefused

# The least that the specification allows, and a MiB once it is unpacked.
MIN_ENTRIES = 131_072
MAX_ENTRIES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who awards: ``id`` is the address of its profile, ``url`` its website, ``image`` its logo."""

    id: str
    name: str
    url: str
    image: str = ""

    def __post_init__(self) -> None:
        check_address(self.id, "The address of the issuer’s profile")
        check_address(self.url, "The issuer’s website")
        check_text(self.name, "The issuer’s name", longest=MAX_NAME)
        if self.image:
            check_address(self.image, "The issuer’s picture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """An achievement in one language, at an address of its own.

    ``criteria`` says what an organisation has to do for it, and may hold Markdown.
    """

    language: str
    id: str
    name: str
    description: str
    criteria: str

    def __post_init__(self) -> None:
        check_language(self.language)
        check_address(self.id, "The address of the achievement")
        check_text(self.name, "The achievement’s name", longest=MAX_NAME)
        check_text(self.description, "The achievement’s description")
        check_text(self.criteria, "The achievement’s criteria")


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """What is awarded, in one or several languages; ``tier`` is the code of its level.

    ``criteria_page`` is where a person reads more, ``image`` the picture before anything is baked
    into it, with its ``caption``.
    """

    wordings: tuple[Wording, ...]
    tier: str
    image: str
    caption: str = ""
    criteria_page: str = ""

    def __post_init__(self) -> None:
        if not self.wordings:
            raise BadgeRefused("The achievement has no name in any language.")
        for what, values in (
            ("language", [wording.language for wording in self.wordings]),
            ("address", [wording.id for wording in self.wordings]),
        ):
            if len(set(values)) < len(values):
                raise BadgeRefused(f"Two wordings of the achievement have the same {what}.")
        check_text(self.tier, "The achievement’s tier", longest=MAX_NAME)
        check_address(self.image, "The achievement’s picture")
        if self.caption:
            check_text(self.caption, "The caption of the achievement’s picture")
        if self.criteria_page:
            check_address(self.criteria_page, "The page of the achievement’s criteria")

    def wording(self, language: str) -> Wording:
        """The wording in a language; the first one where there is none."""
        return next(
            (wording for wording in self.wordings if wording.language == language),
            self.wordings[0],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """The organisation that is recognised: its website or DID, and the name it goes by."""

    id: str
    name: str

    def __post_init__(self) -> None:
        check_organisation(self.id)
        check_text(self.name, "The recipient’s name", longest=MAX_NAME)


class StatusPurpose(StrEnum):
    """What a mark on a list means. A revoked award stays revoked, a suspended one may come back."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """Where a verifier learns whether an award was taken back: a list, and the place on it."""

    list_url: str
    index: int
    purpose: StatusPurpose = StatusPurpose.REVOCATION

    def __post_init__(self) -> None:
        check_address(self.list_url, "The address of the status list")
        if "#" in self.list_url:
            raise BadgeRefused("The address of a status list has no “#”.")
        if not 0 <= self.index < MAX_ENTRIES:
            raise BadgeRefused(f"A status list has no place {self.index}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One award: to whom, for what, by whom, and from when until when.

    ``valid_until`` is the first moment at which it counts no more. An award without ``status``
    cannot be taken back before that.
    """

    id: str
    issuer: Issuer
    achievement: Achievement
    recipient: Recipient
    valid_from: datetime
    valid_until: datetime | None = None
    status: StatusEntry | None = None

    def __post_init__(self) -> None:
        check_address(self.id, "The address of the award")
        check_moment(self.valid_from, "The beginning of the award")
        if self.valid_until is not None:
            check_moment(self.valid_until, "The end of the award")
            if self.valid_until <= self.valid_from:
                raise BadgeRefused("The award ends before it begins.")
