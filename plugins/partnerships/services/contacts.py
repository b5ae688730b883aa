"""Whom we write to at a partner."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from fairgate.readable import is_readable
from partnerships import models, rules, selectors
from partnerships.data import ContactRole
from partnerships.exceptions import ContactRefused
from partnerships.services.known import known_partner, names_of
from partnerships.services.sending import made_once

log = logging.getLogger(__name__)


def add_contact(
    partner_code: str,
    *,
    role: str,
    name: str,
    email: str,
    language: str,
    user_id: int | None,
    by: int | None,
    at: datetime,
    key: str,
) -> UUID:
    """Add a person, or write name and language of one with this role and address anew."""
    told: dict[str, Any] = {
        "role": ContactRole(role),
        "name": name.strip(),
        "email": email.strip(),
        "language": language.strip(),
        "user_id": user_id,
    }
    made = made_once(
        lambda: str(_add_contact(known_partner(partner_code), **told, by=by, at=at)),
        key=key,
        what="contact",
        said={"partner": partner_code, **told},
    )
    return UUID(made)


def _add_contact(
    partner: models.Partner,
    *,
    role: ContactRole,
    name: str,
    email: str,
    language: str,
    user_id: int | None,
    by: int | None,
    at: datetime,
) -> UUID:
    if not name or len(name) > 150 or not is_readable(name):
        raise ContactRefused(
            "A contact has a name of at most 150 readable characters.", field="name"
        )
    try:
        validate_email(email)
    except ValidationError:
        raise ContactRefused("A contact has an e-mail address.", field="email") from None
    if language and language not in dict(settings.LANGUAGES):
        raise ContactRefused(
            "“%(language)s” is no language of this site.", language=language, field="language"
        )
    if user_id is not None:
        selectors.check_account(user_id)
    if role is ContactRole.SIGNATORY:
        is_themselves = by is not None and _is_account(by, user_id, name, email)
        rules.check_may_name_signatory(by=by, is_themselves=is_themselves)
    told = {"name": name, "language": language, "added_at": at}
    # Who says nothing of an account takes none away: by it a user who leaves is forgotten here.
    account = {} if user_id is None else {"user_id": user_id}
    row, _created = models.PartnerContact.objects.update_or_create(
        partner=partner, role=role.value, email=email, defaults={**told, **account}
    )
    log.info("contact added: partner=%s contact=%s role=%s", partner.uuid, row.uuid, role.value)
    found: UUID = row.uuid
    return found


def _is_account(by: int, user_id: int | None, name: str, email: str) -> bool:
    """Whether a contact is who adds it: by account, name or address."""
    account = get_user_model()._default_manager.filter(pk=by).first()
    if user_id == by or account is None:
        return user_id == by
    is_named = any(rules.is_same_person(name, one) for one in names_of(account))
    return is_named or email.casefold() == account.email.casefold()


def remove_contact(contact_uuid: UUID) -> None:
    """Forget a person in one role; no word if they are not there."""
    models.PartnerContact.objects.filter(uuid=contact_uuid).delete()
    log.info("contact removed: contact=%s", contact_uuid)


def forget_contact(email: str) -> int:
    """Forget whoever has this address, at every partner and in every role; how many entries."""
    count, _by_table = models.PartnerContact.objects.filter(email__iexact=email.strip()).delete()
    log.info("contacts forgotten: entries=%s", count)
    return count


def forget_contacts_of(user_id: int, emails: Iterable[str]) -> None:
    """Forget the entries of a user, and every other one with an address of theirs."""
    theirs = Q(user_id=user_id)
    known = models.PartnerContact.objects.filter(theirs).values_list("email", flat=True)
    for address in {email.strip() for email in (*known, *emails)} - {""}:
        theirs |= Q(email__iexact=address)
    models.PartnerContact.objects.filter(theirs).delete()
