"""Organisations as documents are made out to them."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from fee_payments import models
from fee_payments.data.invoices import BuyerDetails
from fee_payments.data.organisations import OrganisationAct
from fee_payments.exceptions import UnknownBuyer
from fee_payments.selectors.contacts import acted_for


def addressees(user_id: int, order_uuid: UUID) -> tuple[BuyerDetails, ...]:
    """The organisations that a person may have the invoice of this order made out to.

    Of an organisation's order that is itself, for who may pay for it; of a person's own order those
    that they may order for, as with credit it opens on the organisation's account.
    """
    ordered = models.Order.objects.filter(uuid=order_uuid, buyer__isnull=False).values("buyer_id")
    rows = models.Buyer.objects.filter(pk__in=acted_for(user_id, OrganisationAct.PAY))
    found = rows.filter(pk__in=ordered)
    if not ordered.exists():
        found = models.Buyer.objects.filter(pk__in=acted_for(user_id, OrganisationAct.ORDER))
    return tuple(details_of(row) for row in found)


def buyer_details(uuid: UUID) -> BuyerDetails:
    """Any organisation, as an operator makes a document out to it.

    Raises:
        UnknownBuyer: there is none.
    """
    row = models.Buyer.objects.filter(uuid=uuid).first()
    if row is None:
        raise UnknownBuyer(_("There is no such organisation."))
    return details_of(row)


def buyer_of_order(order_uuid: UUID) -> BuyerDetails | None:
    """The organisation that has placed an order, if one has."""
    row = models.Buyer.objects.filter(orders__uuid=order_uuid).first()
    return details_of(row) if row else None


def details_of(row: models.Buyer) -> BuyerDetails:
    """A buyer as a document is made out to it."""
    return BuyerDetails(
        name=row.legal_name,
        address=tuple(line.strip() for line in row.address.splitlines() if line.strip()),
        country=row.country,
        tax_id=row.tax_id,
        email=row.invoice_email,
        language=row.language,
        buyer_uuid=row.uuid,
    )
