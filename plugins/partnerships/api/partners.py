"""Partners, who acts for them, whom we write to, and their due diligence."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from partnerships import selectors, services, terms_file
from partnerships.data import (
    FUND,
    PLATFORM,
    Contact,
    DueDiligence,
    PartnerSummary,
    Party,
    Person,
    ProposedChange,
    ProposedDiligence,
    RefusedBefore,
)


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
) -> UUID | int:
    """Record the outcome of a partner's due diligence; ``expires_on`` is its last day.

    A refusal counts at once. That it is accepted is a proposal, which counts for nothing before a
    second person confirms it (``confirm_due_diligence``): its key is returned, or the number of the
    outcome that counts with this. ``by`` is the user name of who says it; ``evidence`` says where
    its papers are. ``key`` is a name of the sender for this request: sent again, it is said once,
    and the same is returned, whatever was found since.

    Raises:
        UnknownPartner
        DiligenceRefused: another acceptance waits.
        AccountNeeded: it is accepted under a name that is no active account's.
        SecondPersonNeeded: who accepts it acts for the partner.
        KeyReused: the key stands for another outcome.
    """
    return services.record_due_diligence(
        partner_code,
        accepted=accepted,
        expires_on=expires_on,
        by=by,
        at=at,
        notes=notes,
        evidence=evidence,
        key=key,
    )


def list_proposed_diligence(*, at: datetime) -> tuple[ProposedDiligence, ...]:
    """The accepted due diligence that waits for a second person, the oldest first."""
    return selectors.list_proposed_diligence(at=at)


def proposed_diligence(proposal: UUID) -> ProposedDiligence:
    """An accepted due diligence as it was proposed, whatever was decided about it.

    Raises:
        UnknownRecord: there is none.
    """
    return selectors.get_proposed_diligence(proposal)


def confirm_due_diligence(proposal: UUID, *, by: int, at: datetime) -> None:
    """Let an accepted due diligence count from ``at`` on.

    Raises:
        UnknownRecord, SignedOutOfOrder
        DiligenceRefused: it was decided; also for the second of two at once.
        SecondPersonNeeded: the user has proposed it, or acts for the partner; or nobody with an
            account has proposed it.
    """
    services.confirm_due_diligence(proposal, by=by, at=at)


def refuse_due_diligence(proposal: UUID, *, because: str, by: int, at: datetime) -> None:
    """Do not let an accepted due diligence count; what counted before still does.

    Raises:
        UnknownRecord
        DiligenceRefused: no reason, or too long a one, or it was decided.
        SecondPersonNeeded: ``by`` acts for the partner.
    """
    services.refuse_due_diligence(proposal, because=because, by=by, at=at)


def list_proposed_changes(*, at: datetime) -> tuple[ProposedChange, ...]:
    """The other names, kinds and websites of partners that wait for a second person, oldest first.

    A file proposes them (``load_agreements``) of a partner that a submitted text names.
    """
    return selectors.list_proposed_changes(at=at)


def list_refused_before(text: str, *, file: str) -> tuple[RefusedBefore, ...]:
    """What a TERMS.yaml says of partners although a person has refused it last.

    Loading such a file (``load_agreements``) proposes nothing of that again.

    Raises:
        DocumentErrors: every fault of the file.
    """
    return selectors.list_refused_before(terms_file.read(text, file=file).partners)


def proposed_change(change: UUID) -> ProposedChange:
    """A change of a partner as it was proposed, whatever was decided about it.

    Raises:
        UnknownRecord: there is none.
    """
    return selectors.get_proposed_change(change)


def confirm_partner_change(change: UUID, *, by: int, at: datetime) -> None:
    """Let a partner be called otherwise from ``at`` on, on every page.

    What was submitted or granted before keeps the names of then (``agreement_paper``,
    ``badge_token``).

    Raises:
        UnknownRecord, SignedOutOfOrder
        ChangeRefused: it was decided; also for the second of two at once.
        SecondPersonNeeded: the user has proposed it, or acts for the partner.
    """
    services.confirm_partner_change(change, by=by, at=at)


def refuse_partner_change(change: UUID, *, because: str, by: int, at: datetime) -> None:
    """Leave a partner called as it is.

    Raises:
        UnknownRecord
        ChangeRefused: no reason, or too long a one, or it was decided.
        SecondPersonNeeded: the user acts for the partner.
    """
    services.refuse_partner_change(change, because=because, by=by, at=at)


def due_diligence(partner_code: str, *, at: datetime) -> tuple[DueDiligence, ...]:
    """What examinations of a partner have found, the last one first: it counts."""
    return selectors.list_due_diligence(partner_code, at=at)


def outcome_of_due_diligence(number: int) -> DueDiligence:
    """An outcome as it was recorded under this number, whether it still counts or not."""
    return selectors.get_due_diligence(number)


def partner(code: str, *, at: datetime | None = None) -> PartnerSummary:
    """One partner. Without ``at`` its due diligence is the last one recorded."""
    return selectors.get_partner(code, at=at)


def party(code: str) -> Party:
    """The name behind any code that can receive a share: FUND, PLATFORM or a partner."""
    return selectors.get_party(code)


def legal_name(code: str, *, at: datetime | None = None) -> str:
    """The legal name of a party, as documents address it; of a partner as at ``at``, or now.

    FUND and PLATFORM are called as everywhere.

    Raises:
        UnknownPartner: nobody has this code.
    """
    called = selectors.get_identities([code], at=at) if at else {}
    if code in called:
        return called[code].legal_name
    if code in (FUND, PLATFORM):
        return selectors.get_party(code).name
    return selectors.get_partner(code, at=None).legal_name


def list_partners(*, at: datetime | None = None) -> tuple[PartnerSummary, ...]:
    """Every partner, by display name. Without ``at`` the due diligence is the last one recorded."""
    return selectors.list_partners(at=at)


def partners_of_course(course_key: str) -> tuple[PartnerSummary, ...]:
    """The partners with a role on this course under any version, in force or not."""
    return selectors.list_partners_of_course(course_key)


def partners_of(user_id: int) -> tuple[str, ...]:
    """The codes of the partners for whom this user acts."""
    return selectors.list_partner_codes_of(user_id)


def is_person_of(user_id: int, partner_code: str) -> bool:
    """Whether this user acts for this partner."""
    return partner_code in selectors.list_partner_codes_of(user_id)


def role_of(user_id: int, partner_code: str) -> str:
    """The role (``data.PersonRole``) in which a user acts for a partner; "" if they do not."""
    return selectors.get_role_of(user_id, partner_code)


def add_person(
    user_id: int, *, partner_code: str, role: str, by: int | None = None, at: datetime
) -> None:
    """Let a user act for a partner as ``officer``, ``signatory`` or ``finance``.

    ``by`` is the user who does so; it has to be said of a signatory. Doing it again changes the
    role.

    Raises:
        UnknownPartner, UnknownUser
        SecondPersonNeeded: of a signatory: the user names themselves, or nobody says who did.
        ValueError: there is no such role.
    """
    services.add_person(user_id, partner_code=partner_code, role=role, by=by, at=at)


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
    by: int | None = None,
    key: str = "",
) -> UUID:
    """Add a person at a partner in a role (``ContactRole``); again with the same address: change.

    ``by`` is the user who does so; it has to be said of a signatory, whose name may then stand
    under an agreement.

    ``language`` is the code of the site's language that they are written to in, ``user_id`` their
    account here, if they have one; without it, one that is known stays. ``key`` is a name of the
    sender for this request: sent again, it adds nobody, also not who was forgotten since.

    Raises:
        UnknownPartner, UnknownUser, ContactRefused
        SecondPersonNeeded: of a signatory: it is ``by`` themselves by account, name or address, or
            nobody says who did.
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
        by=by,
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


def forget_user(user_id: int, *, user_name: str = "", emails: Collection[str] = ()) -> None:
    """Remove what we hold about a user who leaves the platform (retirement).

    Where they stand by ``user_name``, their number stands instead. Their name stays under what they
    have signed. A contact is theirs by the account, or by one of their ``emails`` in any case.
    """
    services.forget_user(user_id, user_name=user_name, emails=emails)
