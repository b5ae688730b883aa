"""The only door of ``partnerships``: partners, agreements, and what is in force at a moment.

Every question takes the moment ``at`` (aware, UTC). A version is *in force* when both sides have
signed, the partner's due diligence is accepted and has not expired, the agreement is not suspended,
and ``valid_from <= UTC day <= valid_until``. That is computed at each call and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from fairgate.money import Money

from . import (
    badges,
    compat,
    conf,
    documents,
    mail_wording,
    selectors,
    services,
    terms_file,
    wording,
)
from .data import (
    AwardSummary,
    Background,
    BrandFile,
    BrandSummary,
    Contact,
    DeliveredValue,
    DueDiligence,
    EndSummary,
    EvidenceContent,
    FieldChange,
    LoadedVersion,
    MailStrip,
    Mark,
    PartnerSummary,
    Party,
    Person,
    Placement,
    Promises,
    Promotion,
    PromotionPlace,
    PromotionSummary,
    Reached,
    RevenueTerms,
    RoleStanding,
    Scheme,
    SchemeSummary,
    ShownPromotion,
    ShownReach,
    Tier,
    VersionSummary,
)

__all__ = [
    "accept_delivery",
    "add_contact",
    "add_person",
    "address_of_rules",
    "agreement_paper",
    "approve",
    "approve_picture",
    "approve_promotion",
    "ask_end",
    "award",
    "awards",
    "badge_achievement",
    "badge_issuer",
    "badge_key",
    "badge_key_set",
    "badge_status_list",
    "badge_token",
    "baked_badge",
    "branding_for",
    "can_be_badge",
    "changes",
    "confirm_award",
    "confirm_end",
    "confirm_scheme",
    "consent",
    "contact",
    "contacts",
    "delivered_value",
    "due_diligence",
    "emblem",
    "end",
    "ends",
    "evidence_file",
    "forget_contact",
    "forget_user",
    "freeze_marks",
    "given_elsewhere",
    "is_person_of",
    "is_shown_on",
    "issue_marks",
    "kept_file",
    "least_learners",
    "list_altered",
    "list_altered_awards",
    "list_partners",
    "list_pictures",
    "list_promotions",
    "list_versions",
    "list_waiting_pictures",
    "list_waiting_promotions",
    "load_agreements",
    "marks_of_certificate",
    "no_endorsement",
    "no_endorsement_of_all",
    "own_file",
    "partner",
    "partners_of",
    "partners_of_course",
    "party",
    "people",
    "picture",
    "placements",
    "promises",
    "promotion",
    "promotions_in_catalogue",
    "promotions_on_course",
    "propose_award",
    "propose_promotion",
    "propose_scheme",
    "reach_of",
    "read_file",
    "read_terms",
    "record_actual",
    "record_delivery",
    "record_due_diligence",
    "record_fulfilment",
    "refuse_award",
    "refuse_delivery",
    "refuse_end",
    "refuse_picture",
    "refuse_promotion",
    "refuse_scheme",
    "remind",
    "remove_contact",
    "remove_person",
    "resume",
    "return_to_draft",
    "revoke_award",
    "role_of",
    "role_standings",
    "scheme",
    "scheme_in_force",
    "schemes",
    "shown_file",
    "sign",
    "strip_for_email",
    "submit",
    "suspend",
    "terms_by_uuid",
    "terms_for",
    "tier",
    "tier_criteria",
    "tier_reached",
    "upload_picture",
    "version",
    "version_of_delivery",
    "why_not_shown",
    "withdraw_picture",
    "withdraw_promotion",
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


def submit(version_uuid: UUID, *, by: int, note: str = "", at: datetime) -> VersionSummary:
    """Hand a draft over for approval by a second person. Its text is frozen until it is returned.

    ``by`` is the user who submits.

    Raises:
        UnknownVersion, SignedOutOfOrder
        ReviewRefused: it waits for approval already, or has it.
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
        ReviewRefused: no reason, or it is a draft, or signed.
    """
    services.return_to_draft(version_uuid, by=by, because=because, at=at)
    return selectors.get_version(version_uuid, at=at)


def sign(
    version_uuid: UUID, *, side: str, by: str, at: datetime, recorded_by: str = ""
) -> VersionSummary:
    """Record one side's signature (``host`` or ``partner``) on paper; the first freezes the text.

    ``by`` is the name of the person who has signed, ``recorded_by`` the user name of the colleague
    who has the paper.

    Raises:
        UnknownVersion, AlreadySigned, SignedOutOfOrder
        NotApproved, TextChanged: no second person has approved this text.
        NotASignatory: ``by`` is no name, or for the partner none of its signatories
            (``add_contact``).
        SecondPersonNeeded: for the host, ``recorded_by`` acts for the partner.
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
        TooManyRecords: one day takes no more of this person, or of the partner.
        TextChanged: the text is not the one that was seen.
    """
    services.consent(version_uuid, user_id=user_id, checksum=checksum, at=at)
    return selectors.get_version(version_uuid, at=at)


def agreement_paper(version_uuid: UUID, *, language: str, at: datetime) -> bytes:
    """A version as a tagged PDF file, as it stands at ``at``, in a language of the site.

    The same arguments give the same bytes, as long as nothing was recorded for that moment.

    Raises:
        UnknownVersion: no version has this key.
        PapersError: the file cannot be made.
    """
    version = selectors.get_version(version_uuid, at=at)
    agreement = documents.AgreementOnPaper(
        version=version,
        promises=selectors.get_promises(version_uuid, at=at),
        changes=selectors.list_changes(version_uuid),
        partner=selectors.get_partner(version.partner, at=at),
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
        EndRefused: no reason, the day is past, it ends anyway by then, or an end was asked for.
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
        EndRefused: it was decided.
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


def promises(version_uuid: UUID, *, at: datetime) -> Promises:
    """What a version promises, what came of it by ``at``, and what is late on that day.

    Raises:
        UnknownVersion: no version has this key.
    """
    return selectors.get_promises(version_uuid, at=at)


def given_elsewhere(partner_code: str, *, at: datetime) -> tuple[Promises, ...]:
    """What a partner gives under signed agreements of other partners, and nothing else of them."""
    return selectors.list_given_elsewhere(partner_code, at=at)


def record_fulfilment(
    version_uuid: UUID,
    code: str,
    *,
    due: date,
    fulfilled_on: date,
    evidence: str,
    by: int,
    at: datetime,
    file: bytes | None = None,
    replaces: UUID | None = None,
    is_met: bool = True,
    key: str = "",
) -> UUID:
    """Record that the obligation ``code`` was met for the due date ``due``; the record's key.

    ``evidence`` says what that rests on; ``file`` is a PDF, a PNG or a JPEG. A correction names
    the record that it ``replaces``, and may say that the obligation was not met after all.

    ``key`` is a name of the sender for this request: sent again, it is recorded once.

    Raises:
        UnknownVersion, UnknownRecord, EvidenceRefused, TooManyRecords
        KeyReused: the key stands for another record.
        RecordRefused: not signed, not due then, in the future, recorded or corrected already.
    """
    return services.record_fulfilment(
        version_uuid,
        code,
        due=due,
        fulfilled_on=fulfilled_on,
        is_met=is_met,
        evidence=evidence,
        file=file,
        replaces=replaces,
        by=by,
        at=at,
        key=key,
    )


def record_delivery(
    version_uuid: UUID,
    code: str,
    *,
    amount: Money,
    delivered_on: date,
    evidence: str,
    by: int,
    at: datetime,
    file: bytes | None = None,
    replaces: UUID | None = None,
    key: str = "",
) -> UUID:
    """Record a delivery of the contribution ``code``; it counts once it is accepted.

    ``amount`` is the cash, or the worth of what was given by the agreed valuation. A correction
    names the accepted delivery that it ``replaces``, which counts until the correction is accepted;
    with 0 it says that nothing was delivered.

    ``key`` is a name of the sender for this request: sent again, it is recorded once.

    Raises:
        UnknownVersion, UnknownRecord, EvidenceRefused, TooManyRecords
        KeyReused: the key stands for another record.
        RecordRefused: not signed, another currency, in the future, or corrected already.
    """
    return services.record_delivery(
        version_uuid,
        code,
        amount=amount,
        delivered_on=delivered_on,
        evidence=evidence,
        file=file,
        replaces=replaces,
        by=by,
        at=at,
        key=key,
    )


def accept_delivery(delivery: UUID, *, by: int, at: datetime) -> None:
    """Let a delivery count.

    Raises:
        UnknownRecord, SignedOutOfOrder
        RecordRefused: it was decided.
        SecondPersonNeeded: the user has recorded it, or acts for the partner, or for who gave it.
    """
    services.accept_delivery(delivery, by=by, at=at)


def refuse_delivery(delivery: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let a delivery not count.

    Raises:
        UnknownRecord
        RecordRefused: no reason, or it was decided.
    """
    services.refuse_delivery(delivery, because=because, by=by, at=at)


def version_of_delivery(delivery: UUID) -> UUID:
    """The agreement version under which something was delivered.

    Raises:
        UnknownRecord: there is no such delivery.
    """
    return selectors.get_version_of_delivery(delivery)


def record_actual(
    version_uuid: UUID,
    code: str,
    *,
    on: date,
    value: Decimal,
    source: str,
    by: int,
    at: datetime,
    replaces: UUID | None = None,
    key: str = "",
) -> UUID:
    """Record the value of the expected outcome ``code`` on a day, and where it comes from.

    ``key`` is a name of the sender for this request: sent again, it is recorded once.

    Raises:
        UnknownVersion, UnknownRecord, TooManyRecords
        KeyReused: the key stands for another record.
        RecordRefused: not signed, in the future, no such number, or corrected already.
    """
    return services.record_actual(
        version_uuid,
        code,
        on=on,
        value=value,
        source=source,
        replaces=replaces,
        by=by,
        at=at,
        key=key,
    )


def evidence_file(file: UUID) -> EvidenceContent:
    """An uploaded file; ``permissions.may_see_evidence`` says who may have it.

    Raises:
        UnknownRecord: there is none.
    """
    return selectors.get_evidence(file)


def delivered_value(partner_code: str, *, since: date, until: date, at: datetime) -> DeliveredValue:
    """What a partner delivered from ``since`` to ``until`` (UTC days, inclusive), as of ``at``.

    Only what a second person had accepted by then, less what was corrected by then; per currency,
    cash and in kind apart.

    Raises:
        UnknownPartner
    """
    return selectors.get_delivered_value(partner_code, since=since, until=until, at=at)


def remind(*, at: datetime) -> int:
    """Remind of what ends soon and of what is late, each recipient once; how many mails were sent.

    The focal points of a partner are told what is theirs, in their language, and the host's office
    (``PARTNERSHIPS_OFFICE_EMAILS``) everything. What could not be handed over is tried again.
    """
    return services.remind(at=at)


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
    partner_code: str,
    *,
    accepted: bool,
    expires_on: date,
    by: str,
    at: datetime,
    notes: str = "",
    evidence: str = "",
    key: str = "",
) -> PartnerSummary:
    """Record the outcome of a partner's due diligence; ``expires_on`` is its last day.

    ``evidence`` says where its papers are. ``key`` is a name of the sender for this request: sent
    again, it is recorded once.

    Raises:
        UnknownPartner
        KeyReused: the key stands for another outcome.
    """
    services.record_due_diligence(
        partner_code,
        accepted=accepted,
        expires_on=expires_on,
        by=by,
        at=at,
        notes=notes,
        evidence=evidence,
        key=key,
    )
    return selectors.get_partner(partner_code, at=None)


def due_diligence(partner_code: str, *, at: datetime) -> tuple[DueDiligence, ...]:
    """What examinations of a partner have found, the last one first: it counts."""
    return selectors.list_due_diligence(partner_code, at=at)


def placements(
    *, at: datetime, partner_code: str | None = None, course_keys: Collection[str] | None = None
) -> tuple[Placement, ...]:
    """Every mark on every course at a moment, or those of one partner, or on some courses."""
    return selectors.list_placements(at=at, partner_code=partner_code, course_keys=course_keys)


def role_standings(course_key: str, *, at: datetime) -> tuple[RoleStanding, ...]:
    """Every role on a course under any version, and what keeps it from drawing a mark."""
    return selectors.list_role_standings(course_key, at=at)


def why_not_shown(standing: RoleStanding) -> tuple[str, ...]:
    """What keeps a role from drawing a mark, as sentences in the reader's language."""
    return tuple(wording.obstacle(one) for one in standing.obstacles)


def is_shown_on(place: str) -> bool:
    """Whether the operator wants something there: ``about``, ``unit``, ``catalogue``, ..."""
    return place in conf.shown_on()


def marks_of_certificate(number: str, course_key: str, *, at: datetime) -> tuple[Mark, ...]:
    """The marks of a certificate: those of the day it was issued on, whatever has ended since.

    The first to ask writes them down. A number that no certificate bears is a preview: it shows
    the marks of ``at`` and keeps nothing.
    """
    issue = compat.certificate_by_number(number)
    if issue is None:
        return selectors.list_marks(course_key, at=at)
    return services.issue_marks(issue)


def issue_marks(user_id: int, course_key: str) -> None:
    """Write down the marks of a certificate that the platform has just made; once, if ever."""
    issue = compat.certificate_of(user_id, course_key)
    if issue is not None:
        services.issue_marks(issue)


def strip_for_email(course_key: str, *, at: datetime) -> MailStrip:
    """The marks of a course for a mail that names it, in the language that is active."""
    if not is_shown_on("mail"):
        return MailStrip(text="", html="")
    return mail_wording.strip(selectors.list_marks(course_key, at=at))


def partner(code: str, *, at: datetime | None = None) -> PartnerSummary:
    """One partner. Without ``at`` its due diligence is the last one recorded."""
    return selectors.get_partner(code, at=at)


def party(code: str) -> Party:
    """The name behind any code that can receive a share: FUND, PLATFORM or a partner."""
    return selectors.get_party(code)


def list_partners(*, at: datetime | None = None) -> tuple[PartnerSummary, ...]:
    """Every partner, by display name. Without ``at`` the due diligence is the last one recorded."""
    return selectors.list_partners(at=at)


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


def role_of(user_id: int, partner_code: str) -> str:
    """The role (``data.PersonRole``) in which a user acts for a partner; "" if they do not."""
    return selectors.get_role_of(user_id, partner_code)


def add_person(user_id: int, *, partner_code: str, role: str, at: datetime) -> None:
    """Let a user act for a partner as ``officer``, ``signatory`` or ``finance``.

    Doing it again changes the role.

    Raises:
        UnknownPartner, UnknownUser
        ValueError: there is no such role.
    """
    services.add_person(user_id, partner_code=partner_code, role=role, at=at)


def remove_person(user_id: int, *, partner_code: str) -> None:
    """End a user's right to act for a partner."""
    services.remove_person(user_id, partner_code=partner_code)


def people(partner_code: str) -> tuple[Person, ...]:
    """The users who act for a partner."""
    return selectors.list_people(partner_code)


def contact(contact_uuid: UUID) -> Contact:
    """One person of a partner whom we write to.

    Raises:
        UnknownRecord: there is none, or they were forgotten.
    """
    return selectors.get_contact(contact_uuid)


def contacts(partner_code: str, *, role: str = "") -> tuple[Contact, ...]:
    """The people of a partner whom we write to, by role; of one role (``ContactRole``) if named."""
    return selectors.list_contacts(partner_code, role=role)


def add_contact(
    partner_code: str,
    *,
    role: str,
    name: str,
    email: str,
    at: datetime,
    language: str = "",
    user_id: int | None = None,
    key: str = "",
) -> UUID:
    """Add a person at a partner in a role (``ContactRole``); again with the same address: change.

    ``language`` is the code of the site's language that they are written to in, ``user_id`` their
    account here, if they have one. ``key`` is a name of the sender for this request: sent again, it
    adds nobody, also not who was forgotten since.

    Raises:
        UnknownPartner, UnknownUser, ContactRefused
        KeyReused: the key stands for another contact.
        ValueError: there is no such role.
    """
    return services.add_contact(
        partner_code,
        role=role,
        name=name,
        email=email,
        language=language,
        user_id=user_id,
        at=at,
        key=key,
    )


def remove_contact(contact_uuid: UUID) -> None:
    """Forget a person in one role."""
    services.remove_contact(contact_uuid)


def forget_contact(email: str) -> int:
    """Forget a person who asks for it, by their address; how many entries there were.

    Their name stays under what they have signed.
    """
    return services.forget_contact(email)


def forget_user(user_id: int, *, user_name: str = "") -> None:
    """Remove what we hold about a user who leaves the platform (retirement).

    Where they stand by ``user_name``, their number stands instead. Their name stays under what they
    have signed.
    """
    services.forget_user(user_id, user_name=user_name)


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


def no_endorsement_of_all() -> str:
    """The same for several marks at once, where there is no room to say it with each."""
    return selectors.no_endorsement_of_all()


def address_of_rules() -> str:
    """A page for everybody with the rules for the use of every mark that shows now."""
    return selectors.address_of_rules()


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


# --- Promotions -----------------------------------------------------------------------------------


def propose_promotion(
    version_uuid: UUID, asked: Promotion, *, by: int, at: datetime, key: str = ""
) -> UUID:
    """Propose a text with a link under a version that is in force; the key of the proposal.

    Nobody is shown it before a second person approves it.

    ``key`` is a name of the sender for this request: sent again, it is proposed once.

    Raises:
        UnknownVersion, TooManyPromotions
        KeyReused: the key stands for another proposal.
        PromotionRefused: the version is not in force, or a part of it is not as it has to be.
    """
    return services.propose_promotion(version_uuid, asked, by=by, at=at, key=key)


def approve_promotion(uuid: UUID, *, by: int, at: datetime, sentence: str = "") -> PromotionSummary:
    """Let a promotion show on its days while its version is in force.

    Raises:
        UnknownPromotion, PromotionRefused
        SecondPersonNeeded: ``by`` proposed it, or acts for the partner.
        PromotionSettled: it is decided or withdrawn; also for the second of two at once.
    """
    services.approve_promotion(uuid, by=by, at=at, sentence=sentence)
    return selectors.get_promotion(uuid, at=at)


def refuse_promotion(uuid: UUID, *, by: int, at: datetime, sentence: str) -> PromotionSummary:
    """Never show a promotion; ``sentence`` tells the partner why. Raises as approving does."""
    services.refuse_promotion(uuid, by=by, at=at, sentence=sentence)
    return selectors.get_promotion(uuid, at=at)


def withdraw_promotion(uuid: UUID, *, by: int, reason: str, at: datetime) -> PromotionSummary:
    """Take a promotion from every page from ``at`` on.

    Raises:
        UnknownPromotion, PromotionRefused
        PromotionSettled: it is refused or withdrawn already.
    """
    services.withdraw_promotion(uuid, by=by, reason=reason, at=at)
    return selectors.get_promotion(uuid, at=at)


def promotion(uuid: UUID, *, at: datetime) -> PromotionSummary:
    """One proposal as it stands at a moment.

    Raises:
        UnknownPromotion: there is none.
    """
    return selectors.get_promotion(uuid, at=at)


def list_promotions(partner_code: str, *, at: datetime) -> tuple[PromotionSummary, ...]:
    """Every proposal of a partner, the newest first."""
    return selectors.list_promotions(partner_code, at=at)


def list_waiting_promotions(*, at: datetime) -> tuple[PromotionSummary, ...]:
    """The proposals of all partners that wait for a decision, the oldest first."""
    return selectors.list_waiting_promotions(at=at)


def promotions_on_course(course_key: str, *, at: datetime) -> tuple[ShownPromotion, ...]:
    """The promotions on the page of a course at a moment. One query, no cache."""
    return selectors.list_shown_promotions(PromotionPlace.COURSE, course_key=course_key, at=at)


def promotions_in_catalogue(*, at: datetime) -> tuple[ShownPromotion, ...]:
    """The promotions beside the list of courses at a moment. One query, no cache."""
    return selectors.list_shown_promotions(PromotionPlace.CATALOGUE, at=at)


# --- Recognition ----------------------------------------------------------------------------------


def propose_scheme(
    text: str, *, reason: str, by: int, at: datetime, key: str = ""
) -> SchemeSummary:
    """Propose the tiers of a period (``fairgate-tiers/1``); nothing counts before a second person.

    What a scheme says never changes: the next one begins on another day, and replaces it then.
    ``key`` is a name of the sender for this request: sent again, it is proposed once.

    Raises:
        DocumentErrors: every fault of the text, with line and field.
        KeyReused: the key stands for another scheme.
        SchemeRefused: no reason, or another scheme begins on that day.
    """
    uuid = services.propose_scheme(text, reason=reason, by=by, at=at, key=key)
    return selectors.get_scheme(uuid, at=at)


def confirm_scheme(uuid: UUID, *, by: int, at: datetime) -> SchemeSummary:
    """Let a scheme count from its first day on.

    Raises:
        UnknownScheme, SignedOutOfOrder
        SchemeRefused: it is decided; also for the second of two at once.
        SecondPersonNeeded: ``by`` has proposed it.
    """
    services.confirm_scheme(uuid, by=by, at=at)
    return selectors.get_scheme(uuid, at=at)


def refuse_scheme(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Let a scheme never count.

    Raises:
        UnknownScheme
        SchemeRefused: no reason, or it is decided.
    """
    services.refuse_scheme(uuid, because=because, by=by, at=at)


def schemes(*, at: datetime) -> tuple[SchemeSummary, ...]:
    """Every scheme of tiers known at a moment, the newest first."""
    return selectors.list_schemes(at=at)


def scheme(uuid: UUID, *, at: datetime) -> SchemeSummary:
    """One scheme of tiers as it stands at a moment.

    Raises:
        UnknownScheme: there is none.
    """
    return selectors.get_scheme(uuid, at=at)


def scheme_in_force(*, at: datetime) -> SchemeSummary | None:
    """The scheme that counts at a moment: of those confirmed, the one that began last."""
    return selectors.get_scheme_in_force(at=at)


def tier(uuid: UUID, *, at: datetime) -> tuple[SchemeSummary, Tier]:
    """A tier by its key, of a scheme that two people have made, and that scheme.

    Raises:
        UnknownScheme: there is none.
    """
    return selectors.get_scheme_of_tier(uuid, at=at)


def tier_reached(partner_code: str, *, since: date, until: date, at: datetime) -> Reached:
    """What a partner delivered in some days (UTC, inclusive), and the tier that this reaches.

    Raises:
        UnknownPartner
        AwardRefused: no scheme counts at that moment.
    """
    return selectors.compute_award(partner_code, since=since, until=until, at=at).reached


def propose_award(
    partner_code: str,
    *,
    since: date,
    until: date,
    valid_from: date,
    valid_until: date,
    reason: str,
    by: int,
    at: datetime,
    key: str = "",
) -> AwardSummary:
    """Propose the tier that deliveries from ``since`` to ``until`` reach, as known at ``at``.

    The partner is recognised from ``valid_from`` to ``valid_until`` (UTC days, inclusive) once a
    second person has confirmed it.

    ``key`` is a name of the sender for this request: sent again, it is proposed once.

    Raises:
        UnknownPartner
        KeyReused: the key stands for another award.
        AwardRefused: no tier is reached, no scheme counts, no accepted due diligence, the days
            make no sense, or the partner has an award for them that is not of a lower tier.
    """
    uuid = services.propose_award(
        partner_code,
        since=since,
        until=until,
        valid_from=valid_from,
        valid_until=valid_until,
        reason=reason,
        by=by,
        at=at,
        key=key,
    )
    return selectors.get_award(uuid, at=at)


def confirm_award(uuid: UUID, *, by: int, at: datetime) -> AwardSummary:
    """Grant an award.

    Raises:
        UnknownAward, SignedOutOfOrder
        AwardRefused: it is decided, or what was delivered reaches another tier by now.
        SecondPersonNeeded: ``by`` has proposed it, or acts for the partner.
    """
    services.confirm_award(uuid, by=by, at=at)
    return selectors.get_award(uuid, at=at)


def refuse_award(uuid: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not grant an award.

    Raises:
        UnknownAward
        AwardRefused: no reason, or it is decided.
    """
    services.refuse_award(uuid, because=because, by=by, at=at)


def revoke_award(uuid: UUID, *, reason: str, by: int, at: datetime) -> AwardSummary:
    """Take an award back from ``at`` on: it is shown no more, and its badge verifies no more.

    Raises:
        UnknownAward, SignedOutOfOrder
        AwardRefused: no reason, not granted, or revoked already.
    """
    services.revoke_award(uuid, reason=reason, by=by, at=at)
    return selectors.get_award(uuid, at=at)


def award(uuid: UUID, *, at: datetime) -> AwardSummary:
    """One award as it stands at a moment.

    Raises:
        UnknownAward: there is none.
    """
    return selectors.get_award(uuid, at=at)


def awards(*, at: datetime, partner_code: str = "") -> tuple[AwardSummary, ...]:
    """Every award proposed by a moment, the highest tier first; of one partner if named."""
    return selectors.list_awards(at=at, partner_code=partner_code)


def list_altered_awards() -> tuple[UUID, ...]:
    """The awards that, computed anew, are not what was granted; none, as it should be."""
    return selectors.list_altered_awards()


def reach_of(courses: Mapping[str, Collection[str]], *, at: datetime) -> dict[str, ShownReach]:
    """How many learners each of these sets of courses has, and how many of LDC and SIDS.

    It is for everybody: numbers about few people are hidden, course by course, and sums are made of
    what is shown. The sets are asked for at once, by any name.
    """
    return selectors.list_reach(courses, at=at)


def least_learners() -> int:
    """Numbers of learners below this one are hidden."""
    return conf.least_learners()


# --- Badges: awards to show elsewhere -------------------------------------------------------------


def can_be_badge(award: AwardSummary) -> bool:
    """Whether an award can be had as a badge: this site signs, and the partner has a website."""
    return badges.can_be_badge(award) and badges.signer() is not None


def badge_issuer() -> dict[str, object] | None:
    """The issuer's profile (Open Badges 3.0); ``None`` where this site has no badges."""
    by = badges.signer()
    return None if by is None else badges.issuer_document(by)


def badge_key_set() -> dict[str, object] | None:
    """All keys that this site publishes, as a JWK Set; ``None`` where it has no badges."""
    by = badges.signer()
    return None if by is None else by.published.document()


def badge_key(fingerprint: str) -> dict[str, str] | None:
    """One published key as a JWK; ``None`` if there is no such one."""
    by = badges.signer()
    return None if by is None else badges.key_document(by, fingerprint)


def badge_status_list(*, at: datetime) -> str | None:
    """The signed list of revoked awards; ``None`` where this site has no badges."""
    by = badges.signer()
    if by is None:
        return None
    last, marked = selectors.list_granted_places(at=at)
    return badges.status_list(by, last_place=last, marked=marked, at=at)


def badge_achievement(tier: UUID, *, language: str, at: datetime) -> dict[str, object] | None:
    """A tier as an achievement in a language; ``None`` where this site, or the tier, has none.

    Raises:
        UnknownScheme: there is no such tier.
    """
    by = badges.signer()
    scheme, found = selectors.get_scheme_of_tier(tier, at=at)
    if by is None or language not in dict(found.names):
        return None
    return badges.achievement_document(
        by, scheme.scheme, found, key=str(tier), scheme_key=str(scheme.uuid), language=language
    )


def badge_token(uuid: UUID, *, language: str, at: datetime) -> str | None:
    """The signed credential of an award in a language, else in English; the same one each time.

    ``None`` where this site has no badges, or the award is none that was granted to somebody with
    a website. An award that has ended or was revoked keeps its credential, which says so.

    Raises:
        UnknownAward: there is none.
    """
    found = selectors.get_award(uuid, at=at)
    by = badges.signer()
    if by is None or not badges.can_be_badge(found):
        return None
    scheme = selectors.get_scheme(found.scheme, at=at)
    return badges.token(by, found, scheme.scheme, language=language)


def baked_badge(uuid: UUID, suffix: str, *, language: str, at: datetime) -> bytes | None:
    """The picture of an award (``png`` or ``svg``) with its credential in it; see ``badge_token``.

    Raises:
        UnknownAward: there is none.
    """
    credential = badge_token(uuid, language=language, at=at)
    if credential is None or suffix not in ("png", "svg"):
        return None
    return badges.baked(selectors.get_award(uuid, at=at), credential, suffix)


def emblem(name: str, suffix: str) -> bytes | None:
    """The picture of a tier as ``svg`` or ``png``; ``None`` if there is no such one."""
    return badges.picture(name, suffix)


def tier_criteria(scheme: Scheme, tier: Tier) -> str:
    """What a partner delivers for a tier, as a sentence in the active language."""
    return badges.criteria_of(scheme, tier)
