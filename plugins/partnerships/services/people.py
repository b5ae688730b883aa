"""Who acts for a partner."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from partnerships import models, rules, selectors
from partnerships.data import Act
from partnerships.services.brand import forget_person
from partnerships.services.contacts import forget_contacts_of
from partnerships.services.known import known_partner
from partnerships.services.pacing import forget_sender
from partnerships.services.promoting import forget_promoter

log = logging.getLogger(__name__)


def add_person(user_id: int, *, partner_code: str, role: str, by: int | None, at: datetime) -> None:
    """Let a user act for a partner; ``by`` is who does, and signs for nobody by that.

    Raises:
        SecondPersonNeeded: in this role the user may sign, and named themselves.
    """
    if role not in models.PERSON_ROLES:
        raise ValueError(f"“{role}” is none of: {', '.join(models.PERSON_ROLES)}.")
    if rules.may(role, Act.CONSENT):
        rules.check_may_name_signatory(by=by, is_themselves=by == user_id)
    partner = known_partner(partner_code)
    selectors.check_account(user_id)
    models.PartnerPerson.objects.update_or_create(
        user_id=user_id, partner=partner, defaults={"role": role, "added_at": at}
    )
    log.info("partner's person added: partner=%s user=%s", partner.uuid, user_id)


def remove_person(user_id: int, *, partner_code: str) -> None:
    """End a user's right to act for a partner; no word if there was none."""
    partner = known_partner(partner_code)
    models.PartnerPerson.objects.filter(user_id=user_id, partner=partner).delete()
    log.info("partner's person removed: partner=%s user=%s", partner.uuid, user_id)


#: Where a colleague stands by their user name. The names of who signed are not among them: the
#: signature under an agreement is kept as long as the agreement is (README, “Who leaves”).
_NAMED = (
    (models.AgreementVersion, "loaded_by"),
    (models.DueDiligenceCheck, "recorded_by"),
    (models.Signature, "recorded_by"),
    (models.SuspensionRecord, "recorded_by"),
)


def forget_user(user_id: int, *, user_name: str, emails: Collection[str]) -> None:
    """Remove what we hold about a user who leaves the platform."""
    with transaction.atomic():
        if user_name:
            _forget_name(user_name, instead=f"user {user_id}")
        models.PartnerPerson.objects.filter(user_id=user_id).delete()
        forget_person(user_id)
        forget_promoter(user_id)
        forget_sender(user_id)
        forget_contacts_of(user_id, emails)
    log.info("user forgotten: user=%s", user_id)


def _forget_name(user_name: str, *, instead: str) -> None:
    for model, column in _NAMED:
        model._default_manager.filter(**{column: user_name}).update(**{column: instead})
