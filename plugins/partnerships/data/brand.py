"""Pictures of partners' marks, as frozen values: what was sent, who decided, what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

#: The languages of the United Nations, in which texts about a mark can be given.
LANGUAGES = ("en", "fr", "es", "ar", "zh", "ru")

#: Texts by language, in the order of ``LANGUAGES``; a language without a text is not there.
Texts = tuple[tuple[str, str], ...]


class Background(StrEnum):
    """On which background a picture is to be seen."""

    LIGHT = "light"
    DARK = "dark"


class BrandState(StrEnum):
    """Where a version of a picture stands at a moment. Computed from dated records.

    ``SHOWN`` is one that shows wherever an agreement in force has a mark of its partner shown; it
    may be that none does. ``APPROVED`` is one for dark backgrounds that counts while none for light
    ones does: the name stands alone.
    """

    WAITING = "waiting"
    APPROVED = "approved"
    SHOWN = "shown"
    REPLACED = "replaced"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandFile:
    """A file that we wrote ourselves. ``name`` is its SHA-256 (hex) with ``.svg`` or ``.png``."""

    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandSummary:
    """One version of a partner's picture for one background, as it stands at a moment.

    ``uploaded_sha256`` is of the file that was sent, which is not kept; ``sha256`` is of the one
    that we wrote of it. ``width`` and ``height`` are those at which it is shown, in pixels of CSS.
    ``files`` are the mark, its pictures at one and two pixels of the screen per pixel of CSS, and
    the one for paper. Persons are ids of users; ``None`` is somebody who has left the platform, or
    that nothing was decided. ``sentence`` is what was decided in words, ``reason`` why it was
    withdrawn.
    """

    uuid: UUID
    partner: str
    partner_name: str
    background: Background
    number: int
    state: BrandState
    width: int
    height: int
    uploaded_sha256: str
    sha256: str
    files: tuple[str, ...]
    alternatives: Texts
    usage_rules: Texts
    uploaded_by: int | None
    uploaded_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    sentence: str
    withdrawn_by: int | None
    withdrawn_at: datetime | None
    reason: str

    @property
    def mark(self) -> str:
        """The name of the file that is the mark itself."""
        return self.files[0]
