"""Pictures of marks: sent, decided by a second person, withdrawn; their files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from partnerships import selectors, services
from partnerships.data import Background, BrandFile, BrandSummary


def upload_picture(
    partner_code: str,
    *,
    background: Background,
    content: bytes,
    alternatives: Mapping[str, str],
    usage_rules: Mapping[str, str],
    by: int,
    at: datetime,
    key: str = "",
) -> BrandSummary:
    """Send a picture of a partner's mark, which nobody is shown before a second person approves.

    ``content`` is an SVG or PNG; it is not kept, only its hash and what we write and draw of it.
    ``alternatives`` say by language (``data.LANGUAGES``) what is seen, one at least: a reader is
    given their own language, else English, else the first of that order. ``usage_rules`` may say
    what the partner asks of who uses the mark. ``by`` is the id of the user who sends it. Drawing
    takes about a second, at worst a minute: call it outside a transaction.

    ``key`` is a name of the sender for this request: sent again, it makes one picture.

    Raises:
        UnknownPartner, PictureTextRefused, TooManyPictures
        KeyReused: the key stands for another picture.
        fairgate_marks.MarkRefused: what is wrong with the file, and where.
        fairgate_papers.TypesetterMissing: this site cannot draw.
    """
    uuid = services.upload_picture(
        partner_code,
        background=background,
        content=content,
        alternatives=alternatives,
        usage_rules=usage_rules,
        by=by,
        at=at,
        key=key,
    )
    return selectors.get_picture(uuid, at=at)


def approve_picture(uuid: UUID, *, by: int, at: datetime, sentence: str = "") -> BrandSummary:
    """Show a picture from ``at`` on, in place of the one approved before for its background.

    Raises:
        UnknownPicture, PictureTextRefused
        SecondPersonNeeded: ``by`` sent it, or acts for the partner.
        PictureSettled: it is decided or withdrawn; also for the second of two at once.
    """
    services.approve_picture(uuid, by=by, at=at, sentence=sentence)
    return selectors.get_picture(uuid, at=at)


def refuse_picture(uuid: UUID, *, by: int, at: datetime, sentence: str) -> BrandSummary:
    """Never show a picture; ``sentence`` tells the partner why. Raises as ``approve_picture``."""
    services.refuse_picture(uuid, by=by, at=at, sentence=sentence)
    return selectors.get_picture(uuid, at=at)


def withdraw_picture(uuid: UUID, *, by: int, reason: str, at: datetime) -> BrandSummary:
    """Take a picture from every page, and its files from their addresses, from ``at`` on.

    What was replaced by it does not come back. What was issued with it (``freeze_marks``) keeps it.

    Raises:
        UnknownPicture, PictureTextRefused
        PictureSettled: it is refused or withdrawn already.
    """
    services.withdraw_picture(uuid, by=by, reason=reason, at=at)
    return selectors.get_picture(uuid, at=at)


def picture(uuid: UUID, *, at: datetime) -> BrandSummary:
    """One version of a picture as it stands at a moment.

    Raises:
        UnknownPicture: there is none.
    """
    return selectors.get_picture(uuid, at=at)


def list_pictures(partner_code: str, *, at: datetime) -> tuple[BrandSummary, ...]:
    """Every version of a partner's pictures, newest first."""
    return selectors.list_pictures(partner_code=partner_code, at=at)


def list_waiting_pictures(*, at: datetime) -> tuple[BrandSummary, ...]:
    """The pictures of all partners that nobody has decided about, oldest first."""
    return selectors.list_waiting_pictures(at=at)


def shown_file(sha256: str, suffix: str, *, at: datetime) -> BrandFile | None:
    """A file of a picture that pages show at a moment; ``None`` for everything else. No content.

    It counts then, and an agreement in force draws a mark of its partner (ADR 0058).
    """
    return selectors.get_shown_file(sha256, suffix, at=at)


def kept_file(sha256: str, suffix: str) -> BrandFile | None:
    """A file that something issued shows (``freeze_marks``); ``None`` for all else. No content."""
    return selectors.get_kept_file(sha256, suffix)


def own_file(uuid: UUID, sha256: str, suffix: str) -> BrandFile | None:
    """A file of one version, whatever was decided: for who may see that version. No content."""
    return selectors.get_own_file(uuid, sha256, suffix)


def read_file(sha256: str) -> bytes:
    """The content of a file that was found by one of the three above."""
    return selectors.read_file(sha256)
