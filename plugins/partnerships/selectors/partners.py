"""Organisations, parties, and who acts for whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from partnerships import conf, models
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
)
from partnerships.exceptions import UnknownPartner, UnknownRecord, UnknownUser
from partnerships.selectors.identities import identity_before, identity_of


def get_partner(code: str, *, at: datetime | None) -> PartnerSummary:
    """One partner, with the due diligence known at a moment (the last one if none is given)."""
    row = _partners(at).filter(code=code).first()
    if not is_called(row, code):
        raise UnknownPartner("There is no partner “%(code)s”.", code=code)
    return _partner(row)


def is_called(partner: models.Partner | None, code: str) -> bool:
    """Whether a partner that a database found by its code has this code, letter by letter.

    MariaDB finds GSMA also as gsma and GSMÁ. That is nobody's code, and no other address of theirs.
    """
    return partner is not None and partner.code == code


def of_partner(rows: QuerySet[Any], code: str) -> list[Any]:
    """Rows with a ``partner``, of the one with this code, letter by letter."""
    found = rows.select_related("partner").filter(partner__code=code)
    return [row for row in found if is_called(row.partner, code)]


def list_partners(*, at: datetime | None) -> tuple[PartnerSummary, ...]:
    """Every partner, by display name, with the due diligence known at a moment (or the last)."""
    return tuple(_partner(row) for row in _partners(at))


def list_partners_of_course(course_key: str) -> tuple[PartnerSummary, ...]:
    """The partners with a role on a course under any version, in force or not. One query."""
    named = models.VersionRole.objects.filter(
        partner=OuterRef("pk"), version__courses__course_key=course_key
    )
    return tuple(_partner(row) for row in _partners(None).filter(Exists(named)))


def list_proposed_diligence(*, at: datetime) -> tuple[ProposedDiligence, ...]:
    """What waited at a moment for a second person, the oldest first."""
    rows = models.DueDiligenceProposal.objects.select_related("partner")
    waiting = rows.filter(asked_at__lte=at).exclude(confirmed_at__lte=at)
    waiting = waiting.exclude(refused_at__lte=at).order_by("asked_at", "id")
    return tuple(diligence_of(row) for row in waiting)


def get_proposed_diligence(proposal: UUID) -> ProposedDiligence:
    """One acceptance as it was proposed, also once it was decided."""
    rows = models.DueDiligenceProposal.objects.select_related("partner")
    found = rows.filter(uuid=proposal).first()
    if found is None:
        raise UnknownRecord("There is no proposed due diligence %(key)s.", key=proposal)
    return diligence_of(found)


def diligence_of(row: models.DueDiligenceProposal) -> ProposedDiligence:
    """An acceptance as it was proposed."""
    return ProposedDiligence(
        uuid=row.uuid,
        partner=row.partner.code,
        partner_name=row.partner.display_name,
        expires_on=row.expires_on,
        notes=row.notes,
        evidence=row.evidence,
        proposed_by=row.asked_by,
        proposed_at=row.asked_at,
    )


def list_proposed_changes(*, at: datetime) -> tuple[ProposedChange, ...]:
    """The changes of partners that waited at a moment for a second person, the oldest first."""
    rows = models.PartnerChange.objects.select_related("partner")
    waiting = rows.filter(asked_at__lte=at).exclude(confirmed_at__lte=at)
    waiting = waiting.exclude(refused_at__lte=at).order_by("asked_at", "id")
    return tuple(change_of(row) for row in waiting)


def get_proposed_change(change: UUID) -> ProposedChange:
    """One change as it was proposed, also once it was decided."""
    found = models.PartnerChange.objects.select_related("partner").filter(uuid=change).first()
    if found is None:
        raise UnknownRecord("There is no change of a partner %(key)s.", key=change)
    return change_of(found)


def change_of(row: models.PartnerChange) -> ProposedChange:
    """A change as it was proposed."""
    return ProposedChange(
        uuid=row.uuid,
        partner=row.partner.code,
        before=identity_before(row),
        after=identity_of(row),
        proposed_by=row.asked_by,
        proposed_at=row.asked_at,
    )


def _partners(at: datetime | None) -> QuerySet[Any]:
    checks = models.DueDiligenceCheck.objects.filter(partner=OuterRef("pk"))
    if at is not None:
        checks = checks.filter(recorded_at__lte=at)
    checks = checks.order_by("-recorded_at", "-id")
    return models.Partner.objects.annotate(
        cleared=Subquery(checks.values("accepted")[:1]),
        cleared_until=Subquery(checks.values("expires_on")[:1]),
    ).order_by("display_name", "code")


def _partner(row: Any) -> PartnerSummary:
    return PartnerSummary(
        uuid=row.uuid,
        code=row.code,
        legal_name=row.legal_name,
        display_name=row.display_name,
        kind=row.kind,
        kind_label=str(row.get_kind_display()),
        url=row.url,
        cleared_until=row.cleared_until if row.cleared else None,
    )


def get_party(code: str) -> Party:
    """Whoever stands behind a code that can receive a share."""
    if code == FUND:
        return Party(code=FUND, name=_("Waiver fund"), kind="fund")
    if code == PLATFORM:
        return Party(code=PLATFORM, name=conf.host_name(), kind="platform")
    row = models.Partner.objects.filter(code=code).first()
    if row is None or not is_called(row, code):
        raise UnknownPartner("There is no partner “%(code)s”.", code=code)
    return Party(code=row.code, name=row.display_name, kind=row.kind)


def check_account(user_id: int) -> None:
    """Whether this site has an account of this number, active or not.

    Raises:
        UnknownUser: it has none, and whoever gets the number next would act for somebody.
    """
    if not get_user_model()._default_manager.filter(pk=user_id).exists():
        raise UnknownUser(_("No account here has the number %(number)s.") % {"number": user_id})


def list_partner_codes_of(user_id: int) -> tuple[str, ...]:
    """The partners for whom a user acts, by code."""
    people = models.PartnerPerson.objects.filter(user_id=user_id)
    return tuple(people.order_by("partner__code").values_list("partner__code", flat=True))


def get_role_of(user_id: int, partner_code: str) -> str:
    """The role (``PersonRole``) in which a user acts for a partner; "" if they do not."""
    people = models.PartnerPerson.objects.filter(user_id=user_id)
    return next((str(row.role) for row in of_partner(people, partner_code)), "")


def list_people(partner_code: str) -> tuple[Person, ...]:
    """The users who act for a partner, by their number."""
    rows = models.PartnerPerson.objects.order_by("user_id")
    return tuple(
        Person(user_id=row.user_id, partner=partner_code, role=row.role, added_at=row.added_at)
        for row in of_partner(rows, partner_code)
    )


def list_due_diligence(partner_code: str, *, at: datetime) -> tuple[DueDiligence, ...]:
    """What examinations of a partner have found by a moment, the last one first: it counts."""
    rows = models.DueDiligenceCheck.objects.filter(recorded_at__lte=at)
    rows = rows.order_by("-recorded_at", "-id")
    return tuple(_due_diligence(row) for row in of_partner(rows, partner_code))


def get_due_diligence(number: int) -> DueDiligence:
    """What one examination has found, by the number of its outcome."""
    return _due_diligence(models.DueDiligenceCheck.objects.get(pk=number))


def _due_diligence(row: Any) -> DueDiligence:
    return DueDiligence(
        number=row.pk,
        accepted=row.accepted,
        expires_on=row.expires_on,
        notes=row.notes,
        evidence=row.evidence,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )


def get_contact(contact_uuid: UUID) -> Contact:
    """One person at a partner.

    Raises:
        UnknownRecord: there is none.
    """
    row = models.PartnerContact.objects.select_related("partner").filter(uuid=contact_uuid).first()
    if row is None:
        raise UnknownRecord("There is no contact %(key)s.", key=contact_uuid)
    return _contact(row)


def list_contacts(partner_code: str, *, role: str) -> tuple[Contact, ...]:
    """The people of a partner by role and name; of one role if it is named."""
    rows = models.PartnerContact.objects.order_by("role", "name", "id")
    if role:
        rows = rows.filter(role=role)
    return tuple(_contact(row) for row in of_partner(rows, partner_code))


def _contact(row: Any) -> Contact:
    return Contact(
        uuid=row.uuid,
        partner=row.partner.code,
        role=row.role,
        role_label=str(row.get_role_display()),
        name=row.name,
        email=row.email,
        language=row.language,
    )
