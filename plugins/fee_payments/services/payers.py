"""Writes as whom people pay, and which countries nothing is sold to."""

from __future__ import annotations

from datetime import date, datetime

from fee_payments import models
from fee_payments.data import MembershipEntry, PayerClass
from fee_payments.exceptions import InvalidCatalogue, UnknownOffering
from fee_payments.rules import tax_ids


def verify_payer(entry: MembershipEntry, *, by: int | None, at: datetime) -> None:
    """Write down that a person pays as somebody else, as an operator has verified.

    Raises:
        InvalidCatalogue: as an individual everybody pays anyway; or the tax id has not the form
            of that country's.
    """
    if entry.payer_class is PayerClass.INDIVIDUAL:
        raise InvalidCatalogue("Everybody pays as an individual: nothing has to be verified.")
    tax_id = tax_ids.normal(entry.tax_id)
    check_tax_id(entry.tax_country, tax_id)
    models.PayerMembership.objects.create(
        user_id=entry.user_id,
        payer_class=entry.payer_class,
        organisation=entry.organisation,
        tax_country=entry.tax_country,
        tax_id=tax_id,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        verified_by=by,
        verified_at=at,
        note=entry.note,
    )


def check_tax_id(country: str, tax_id: str) -> None:
    """Whether a tax id has the form of those of its country; "" is none.

    Raises:
        InvalidCatalogue: it has not, or nobody said of which country it is.
    """
    if tax_id and not country:
        raise InvalidCatalogue("A tax id needs its country.")
    if tax_id and not tax_ids.is_well_formed(country, tax_id):
        raise InvalidCatalogue(f"“{tax_id}” has not the form of a tax id of {country}.")


def block_country(
    country: str,
    *,
    reason: str,
    valid_from: date,
    valid_until: date | None = None,
    offering_code: str = "",
) -> None:
    """Sell nothing, or one offering not, to learners of a country from a UTC day on.

    Raises:
        UnknownOffering: there is no such offering.
    """
    offering = None
    if offering_code:
        offering = models.Offering.objects.filter(code=offering_code).first()
        if offering is None:
            raise UnknownOffering(f"There is no fee “{offering_code}”.")
    models.BlockedCountry.objects.create(
        country=country,
        offering=offering,
        reason=reason,
        valid_from=valid_from,
        valid_until=valid_until,
    )
