"""Agreements by version: their text, its way to two signatures, and what is in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from partnerships import documents, selectors, services, terms_file
from partnerships.data import (
    EndSummary,
    FieldChange,
    Identity,
    LoadedVersion,
    RevenueTerms,
    VersionNames,
    VersionSummary,
)


def terms_for(course_key: str, *, at: datetime) -> RevenueTerms | None:
    """The revenue terms in force for a course at a moment, or ``None``."""
    return selectors.get_terms(course_key, at=at)


def terms_finder(moments: Iterable[datetime]) -> Callable[[str, datetime], RevenueTerms | None]:
    """``terms_for`` for many payments: asked once for each course and UTC day of these moments."""
    return selectors.terms_finder(moments)


def terms_by_uuid(version_uuid: UUID) -> RevenueTerms:
    """The revenue terms of one version, in force or not.

    Raises:
        UnknownVersion: no version has this key, or it shares no revenue.
    """
    return selectors.get_terms_by_uuid(version_uuid)


def terms_by_uuids(version_uuids: Iterable[UUID]) -> dict[UUID, RevenueTerms]:
    """The same of many versions, by their keys; without those that share no revenue."""
    return selectors.get_terms_by_uuids(version_uuids)


def terms_by_numbers(versions: Iterable[tuple[str, int]]) -> dict[tuple[str, int], RevenueTerms]:
    """The same, by the code of their agreement and their number, as documents name them."""
    return selectors.get_terms_by_numbers(versions)


def shares_receipts_from(party: str, day: date, *, at: datetime) -> bool:
    """Whether receipts may be shared with a party on a UTC day or on a later one.

    So it is while a version that names the party among its shares is signed by both sides and has
    not ended before that day, by what was known at the moment ``at``. One that is suspended counts:
    it may be resumed.
    """
    return selectors.shares_receipts_from(party, day, at=at)


def read_terms(text: str, *, file: str) -> tuple[RevenueTerms, ...]:
    """The revenue terms in the text of a TERMS.yaml, by their dates alone, without any database.

    Raises:
        DocumentErrors: every fault, with file, line and field; also that two agreements would share
            one course's receipts, which signing refuses of terms that are loaded.
    """
    return terms_file.read_revenue(text, file=file)


def load_agreements(text: str, *, file: str, by: str, at: datetime) -> tuple[LoadedVersion, ...]:
    """Load a TERMS.yaml, all or nothing; the same file again changes nothing.

    That the due diligence of a partner is accepted, a file proposes: ``record_due_diligence``. So
    it does with other names, another kind or website of a partner that a submitted text names:
    ``list_proposed_changes``.

    Raises:
        DocumentErrors: every fault, with file, line and field; nothing was loaded.
        AccountNeeded: it has a text that is new or says something else, or proposes something, and
            ``by`` is no active account.
        SecondPersonNeeded: it proposes something of a partner for which ``by`` acts.
    """
    return services.load(text, file=file, by=by, at=at)


def submit(version_uuid: UUID, *, by: int, note: str = "", at: datetime) -> VersionSummary:
    """Hand a draft over for approval by a second person. Its text is frozen until it is returned.

    ``by`` is the user who submits.

    Raises:
        UnknownVersion, SignedOutOfOrder
        ReviewRefused: it waits for approval already, or has it; or the note is too long.
    """
    services.submit(version_uuid, by=by, note=note, at=at)
    return selectors.get_version(version_uuid, at=at)


def approve(version_uuid: UUID, *, by: int, at: datetime) -> VersionSummary:
    """Let a text be signed.

    Raises:
        UnknownVersion, SignedOutOfOrder
        ReviewRefused: it does not wait for approval.
        SecondPersonNeeded: the user has loaded or submitted it, or acts for the partner.
        TextChanged: the text kept is not the one that was submitted.
    """
    services.approve(version_uuid, by=by, at=at)
    return selectors.get_version(version_uuid, at=at)


def return_to_draft(version_uuid: UUID, *, by: int, because: str, at: datetime) -> VersionSummary:
    """Make a draft again of what waits for approval, or was approved and nobody has signed.

    Raises:
        UnknownVersion, SignedOutOfOrder
        ReviewRefused: no reason, or too long a one, or it is a draft, or signed.
    """
    services.return_to_draft(version_uuid, by=by, because=because, at=at)
    return selectors.get_version(version_uuid, at=at)


def sign(
    version_uuid: UUID, *, side: str, by: str, recorded_by: str, at: datetime
) -> VersionSummary:
    """Record one side's signature (``host`` or ``partner``) on paper; the first freezes the text.

    ``by`` is the name of the person who has signed, ``recorded_by`` the user name of the colleague
    who has the paper: the two signatures of a version are recorded by two colleagues.

    Raises:
        UnknownVersion, AlreadySigned, SignedOutOfOrder
        NotApproved, TextChanged: no second person has approved this text.
        NotASignatory: ``by`` is no name, or for the partner none of its signatories
            (``add_contact``).
        AccountNeeded: ``recorded_by`` is no active account.
        SecondPersonNeeded: for the host, ``recorded_by`` acts for the partner; or they have
            recorded, or given, the other side's signature.
        TermsConflict: with this signature two agreements would share one course's receipts.
    """
    services.sign(version_uuid, side=side, by=by, recorded_by=recorded_by, at=at)
    return selectors.get_version(version_uuid, at=at)


def consent(version_uuid: UUID, *, user_id: int, checksum: str, at: datetime) -> VersionSummary:
    """Sign for the partner on this site, as a user who is its ``signatory`` (``add_person``).

    ``checksum`` is that of the text which the user has seen (hex).

    Raises:
        UnknownVersion, AlreadySigned, SignedOutOfOrder, NotApproved, TermsConflict: as ``sign``.
        NotASignatory: the user does not sign for the partner.
        SecondPersonNeeded: the user has loaded, submitted or approved the text for the host, or
            recorded the host's signature.
        TooManyRecords: one day takes no more of this person, or of the partner.
        TextChanged: the text is not the one that was seen.
    """
    services.consent(version_uuid, user_id=user_id, checksum=checksum, at=at)
    return selectors.get_version(version_uuid, at=at)


def named_in(version: VersionSummary, *, at: datetime) -> Identity:
    """How the partner of an agreement is called on its paper: as when the text was submitted.

    In a draft it is called as at ``at``.
    """
    called = selectors.get_identities([version.partner], at=version.frozen_at or at)
    return called[version.partner]


def agreement_paper(version_uuid: UUID, *, language: str, at: datetime) -> bytes:
    """A version as a tagged PDF file, as it stands at ``at``, in a language of the site.

    Partners are named as they were called when the text was submitted, whatever they are called by
    now; in a draft as at ``at``. So the same arguments give the same bytes under the same settings,
    as long as nothing was recorded for that moment, of a text that was submitted. Of a draft they
    do until a file gives other names to a partner that no submitted text names.

    Raises:
        UnknownVersion: no version has this key.
        PapersError: the file cannot be made.
    """
    version = selectors.get_version(version_uuid, at=at)
    codes = {version.partner, *(role.partner for role in version.roles)}
    agreement = documents.AgreementOnPaper(
        version=version,
        promises=selectors.get_promises(version_uuid, at=at),
        changes=selectors.list_changes(version_uuid),
        named=selectors.get_identities(codes, at=version.frozen_at or at),
        at=at,
    )
    return documents.render_agreement(agreement, language)


def changes(version_uuid: UUID) -> tuple[FieldChange, ...]:
    """What a version changed of the one that it amends or renews, field by field.

    Raises:
        UnknownVersion: no version has this key.
    """
    return selectors.list_changes(version_uuid)


def ask_end(
    version_uuid: UUID, *, last_day: date, reason: str, by: int, at: datetime, key: str = ""
) -> int:
    """Ask that a signed version ends early, with ``last_day`` (UTC) as its last; the request's id.

    Nothing happens until a second person confirms it.

    ``key`` is a name of the sender for this request: sent again, it is asked once.

    Raises:
        UnknownVersion
        KeyReused: the key stands for another request.
        EndRefused: no reason, or too long a one, the day is past, it ends anyway by then, or an end
            was asked for.
    """
    return services.ask_end(version_uuid, last_day=last_day, reason=reason, by=by, at=at, key=key)


def confirm_end(request: int, *, by: int, at: datetime) -> None:
    """Let a version end early, which no later record undoes.

    Raises:
        UnknownRecord, SignedOutOfOrder
        EndRefused: it was decided, or the day is past by now.
        SecondPersonNeeded: the user has asked for it, or acts for the partner.
    """
    services.confirm_end(request, by=by, at=at)


def refuse_end(request: int, *, because: str, by: int, at: datetime) -> None:
    """Do not let a version end early.

    Raises:
        UnknownRecord
        EndRefused: it was decided, or the reason is too long.
    """
    services.refuse_end(request, because=because, by=by, at=at)


def ends(version_uuid: UUID, *, at: datetime) -> tuple[EndSummary, ...]:
    """The requests to end a version early, the newest first."""
    return selectors.list_ends(version_uuid, at=at)


def end(request: int, *, at: datetime) -> EndSummary:
    """One request to end a version early.

    Raises:
        UnknownRecord: there is none.
    """
    return selectors.get_end(request, at=at)


def suspend(agreement: str, *, by: str, reason: str, at: datetime) -> None:
    """Take every mark and term of an agreement out of force from ``at`` on.

    Raises:
        UnknownVersion, AlreadySuspended, SignedOutOfOrder
    """
    services.suspend(agreement, by=by, reason=reason, at=at)


def ask_resume(agreement: str, *, reason: str, by: int, at: datetime) -> None:
    """Ask that the suspension of an agreement is lifted.

    Nothing happens until a second person confirms it.

    Raises:
        UnknownVersion, NotSuspended, SignedOutOfOrder
        ResumeRefused: no reason, or too long a one, or it was asked for already.
        SecondPersonNeeded: the user acts for the partner.
    """
    services.ask_resume(agreement, by=by, reason=reason, at=at)


def confirm_resume(agreement: str, *, by: int, at: datetime) -> None:
    """Lift the suspension of an agreement from ``at`` on.

    Raises:
        UnknownVersion, NotSuspended, SignedOutOfOrder
        ResumeRefused: nobody has asked, or it was decided; also for the second of two at once.
        SecondPersonNeeded: the user has asked for it, or acts for the partner.
    """
    services.confirm_resume(agreement, by=by, at=at)


def refuse_resume(agreement: str, *, because: str, by: int, at: datetime) -> None:
    """Leave an agreement suspended that was asked to resume.

    Raises:
        UnknownVersion
        ResumeRefused: no reason, or too long a one, nobody has asked, or it was decided.
    """
    services.refuse_resume(agreement, because=because, by=by, at=at)


def version(version_uuid: UUID, *, at: datetime) -> VersionSummary:
    """One version as it stands at a moment."""
    return selectors.get_version(version_uuid, at=at)


def version_names(version_uuid: UUID) -> VersionNames:
    """Which version it is and whose, for who does not ask how it stands.

    Raises:
        UnknownVersion: no version has this key.
    """
    return selectors.get_version_names(version_uuid)


def list_versions(*, at: datetime, partner_code: str | None = None) -> tuple[VersionSummary, ...]:
    """Versions as they stand at a moment, by agreement and number; of one partner if named."""
    return selectors.list_versions(at=at, partner_code=partner_code)


def list_altered() -> tuple[str, ...]:
    """The versions whose kept text is not the text that was signed; none, as it should be."""
    return selectors.list_altered()
