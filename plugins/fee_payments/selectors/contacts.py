"""For which organisations somebody acts, and whether they may do something for one of them.

Every page and every view asks here; what each role may do is ``rules.organisations``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.data.invoices import ContactRole
from fee_payments.data.organisations import OrganisationAct, OrganisationSummary
from fee_payments.exceptions import NotYourPart, UnknownBuyer
from fee_payments.rules.organisations import MAY, roles_that_may


def acted_for(user_id: int, act: OrganisationAct) -> QuerySet[models.BuyerContact, Any]:
    """The ids of the organisations for which somebody may do this; a subquery and no join."""
    rows = models.BuyerContact.objects.filter(user_id=user_id, role__in=roles_that_may(act))
    return rows.values("buyer_id")


def list_organisations(user_id: int) -> tuple[OrganisationSummary, ...]:
    """The organisations that a person acts for, by name."""
    return tuple(map(_summary, _contacts(user_id)))


def organisation(
    uuid: UUID, *, user_id: int, act: OrganisationAct = OrganisationAct.READ
) -> OrganisationSummary:
    """An organisation for which somebody may do this.

    Raises:
        UnknownBuyer: there is none, or they do not act for it.
        NotYourPart: they act for it, but not in this.
    """
    row = _contacts(user_id).filter(buyer__uuid=uuid).first()
    if row is None:
        raise UnknownBuyer(_("There is no such organisation."))
    found = _summary(row)
    if act not in found.may:
        raise not_your_part()
    return found


def not_your_part() -> NotYourPart:
    """What is told to who reads an organisation's papers, and may not do this for it."""
    return NotYourPart(
        _("You act for this organisation, but this is for who coordinates its training.")
    )


def _contacts(user_id: int) -> QuerySet[models.BuyerContact]:
    rows = models.BuyerContact.objects.filter(
        user_id=user_id, role__in=roles_that_may(OrganisationAct.READ)
    )
    return rows.select_related("buyer").order_by("buyer__legal_name", "buyer_id")


def _summary(row: models.BuyerContact) -> OrganisationSummary:
    return OrganisationSummary(
        uuid=row.buyer.uuid,
        legal_name=row.buyer.legal_name,
        country=row.buyer.country,
        is_verified=row.buyer.verified_at is not None,
        role=ContactRole(row.role),
        may=MAY[row.role],
    )
