"""The only door of ``partnerships``: partners, agreements, and what is in force at a moment.

Every question takes the moment ``at`` (aware, UTC). A version is *in force* when both sides have
signed, the partner's due diligence is accepted and has not expired, the agreement is not suspended,
and ``valid_from <= UTC day <= valid_until``. That is computed at each call and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from . import selectors, services, terms_file
from .data import (
    Background,
    BrandFile,
    BrandSummary,
    LoadedVersion,
    Mark,
    PartnerSummary,
    Party,
    Placement,
    RevenueTerms,
    VersionSummary,
)

__all__ = [
    "add_person",
    "approve_picture",
    "branding_for",
    "forget_user",
    "freeze_marks",
    "is_person_of",
    "kept_file",
    "list_altered",
    "list_partners",
    "list_pictures",
    "list_versions",
    "list_waiting_pictures",
    "load_agreements",
    "no_endorsement",
    "own_file",
    "partner",
    "partners_of",
    "partners_of_course",
    "party",
    "picture",
    "placements",
    "read_file",
    "read_terms",
    "record_due_diligence",
    "refuse_picture",
    "remove_person",
    "resume",
    "shown_file",
    "sign",
    "suspend",
    "terms_by_uuid",
    "terms_for",
    "upload_picture",
    "version",
    "withdraw_picture",
]


def branding_for(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks that show on a course at a moment: of agreements in force, in written order."""
    return selectors.list_marks(course_key, at=at)


def terms_for(course_key: str, *, at: datetime) -> RevenueTerms | None:
    """The revenue terms in force for a course at a moment, or ``None``."""
    return selectors.get_terms(course_key, at=at)


def terms_by_uuid(version_uuid: UUID) -> RevenueTerms:
    """The revenue terms of one version, in force or not.

    Raises:
        UnknownVersion: no version has this key, or it shares no revenue.
    """
    return selectors.get_terms_by_uuid(version_uuid)


def read_terms(text: str, *, file: str) -> tuple[RevenueTerms, ...]:
    """The revenue terms in the text of a TERMS.yaml, by their dates alone, without any database.

    Raises:
        DocumentErrors: every fault, with file, line and field; also that two agreements would share
            one course's receipts, which signing refuses of terms that are loaded.
    """
    return terms_file.read_revenue(text, file=file)


def load_agreements(text: str, *, file: str, by: str, at: datetime) -> tuple[LoadedVersion, ...]:
    """Load a TERMS.yaml, all or nothing; the same file again changes nothing.

    Raises:
        DocumentErrors: every fault, with file, line and field; nothing was loaded.
    """
    return services.load(text, file=file, by=by, at=at)


def sign(version_uuid: UUID, *, side: str, by: str, at: datetime) -> VersionSummary:
    """Put one side's signature (``host`` or ``partner``) under a version, which freezes it.

    ``by`` is the name of the person who signs.

    Raises:
        UnknownVersion, AlreadySigned, SignedOutOfOrder
        TermsConflict: with this signature two agreements would share one course's receipts.
    """
    services.sign(version_uuid, side=side, by=by, at=at)
    return selectors.get_version(version_uuid, at=at)


def suspend(agreement: str, *, by: str, reason: str, at: datetime) -> None:
    """Take every mark and term of an agreement out of force from ``at`` on.

    Raises:
        UnknownVersion, AlreadySuspended, SignedOutOfOrder
    """
    services.suspend(agreement, by=by, reason=reason, at=at)


def resume(agreement: str, *, by: str, reason: str, at: datetime) -> None:
    """Lift the suspension of an agreement from ``at`` on.

    Raises:
        UnknownVersion, NotSuspended, SignedOutOfOrder
    """
    services.resume(agreement, by=by, reason=reason, at=at)


def record_due_diligence(
    partner_code: str, *, accepted: bool, expires_on: date, by: str, at: datetime
) -> PartnerSummary:
    """Record the outcome of a partner's due diligence; ``expires_on`` is its last day."""
    services.record_due_diligence(
        partner_code, accepted=accepted, expires_on=expires_on, by=by, at=at
    )
    return selectors.get_partner(partner_code, at=None)


def placements(*, at: datetime, partner_code: str | None = None) -> tuple[Placement, ...]:
    """Every mark on every course at a moment, or those of one partner."""
    return selectors.list_placements(at=at, partner_code=partner_code)


def partner(code: str, *, at: datetime | None = None) -> PartnerSummary:
    """One partner. Without ``at`` its due diligence is the last one recorded."""
    return selectors.get_partner(code, at=at)


def party(code: str) -> Party:
    """The name behind any code that can receive a share: FUND, PLATFORM or a partner."""
    return selectors.get_party(code)


def list_partners() -> tuple[PartnerSummary, ...]:
    """Every partner, by display name."""
    return selectors.list_partners()


def partners_of_course(course_key: str) -> tuple[PartnerSummary, ...]:
    """The partners with a role on this course under any version, in force or not."""
    return selectors.list_partners_of_course(course_key)


def version(version_uuid: UUID, *, at: datetime) -> VersionSummary:
    """One version as it stands at a moment."""
    return selectors.get_version(version_uuid, at=at)


def list_versions(*, at: datetime, partner_code: str | None = None) -> tuple[VersionSummary, ...]:
    """Versions as they stand at a moment, by agreement and number; of one partner if named."""
    return selectors.list_versions(at=at, partner_code=partner_code)


def list_altered() -> tuple[str, ...]:
    """The versions whose kept text is not the text that was signed; none, as it should be."""
    return selectors.list_altered()


def partners_of(user_id: int) -> tuple[str, ...]:
    """The codes of the partners for whom this user acts."""
    return selectors.list_partner_codes_of(user_id)


def is_person_of(user_id: int, partner_code: str) -> bool:
    """Whether this user acts for this partner."""
    return partner_code in selectors.list_partner_codes_of(user_id)


def add_person(user_id: int, *, partner_code: str, role: str, at: datetime) -> None:
    """Let a user act for a partner as ``officer``, ``signatory`` or ``finance``.

    Doing it again changes the role.
    """
    services.add_person(user_id, partner_code=partner_code, role=role, at=at)


def remove_person(user_id: int, *, partner_code: str) -> None:
    """End a user's right to act for a partner."""
    services.remove_person(user_id, partner_code=partner_code)


def forget_user(user_id: int) -> None:
    """Remove what we hold about a user who leaves the platform (retirement)."""
    services.forget_user(user_id)


# --- Pictures of marks ----------------------------------------------------------------------------


def upload_picture(
    partner_code: str,
    *,
    background: Background,
    content: bytes,
    alternatives: Mapping[str, str],
    usage_rules: Mapping[str, str],
    by: int,
    at: datetime,
) -> BrandSummary:
    """Send a picture of a partner's mark, which nobody is shown before a second person approves.

    ``content`` is an SVG or PNG; it is not kept, only its hash and what we write and draw of it.
    ``alternatives`` say by language (``data.LANGUAGES``) what is seen, one at least: a reader is
    given their own language, else English, else the first of that order. ``usage_rules`` may say
    what the partner asks of who uses the mark. ``by`` is the id of the user who sends it. Drawing
    takes about a second, at worst a minute: call it outside a transaction.

    Raises:
        UnknownPartner, PictureTextRefused, TooManyPictures
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


def freeze_marks(course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks of a course at a moment, with pictures whose addresses stay for good.

    Certificates, and whatever else is issued and keeps the marks of its day, use it: call it when
    something is issued, store what it returns, and show that. The files are then served whatever
    becomes of the picture. Asking again for the same moment gives the same. Texts are in the
    active language. At most two queries once the pictures are kept.
    """
    marks, assets = selectors.list_marks_to_keep(course_key, at=at)
    if assets:
        services.keep_pictures(assets, course_key=course_key, at=at)
    return marks


def no_endorsement(partner_name: str) -> str:
    """The sentence that stands with every mark of a partner, in the active language."""
    return selectors.no_endorsement(partner_name)


def shown_file(sha256: str, suffix: str, *, at: datetime) -> BrandFile | None:
    """A file of a picture that counts at a moment; ``None`` for everything else. No content."""
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
