"""Who collects, as it stands on documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from fee_payments import conf, models
from fee_payments.data.invoices import Seller
from fee_payments.exceptions import InvoiceRefused


def seller_of(offering_code: str) -> Seller:
    """The merchant of an offering, else the default one, else what the settings name.

    ``FEE_PAYMENTS_SELLER`` is for a site that sells for itself only and keeps no merchants.

    Raises:
        InvoiceRefused: nobody is named, or without an address.
    """
    rows = models.Offering.objects.select_related("merchant")
    offering = rows.filter(code=offering_code).first()
    merchant = (offering.merchant if offering else None) or models.Merchant.objects.filter(
        is_default=True
    ).first()
    return _complete(_of_merchant(merchant) if merchant else _of_settings(conf.seller()))


def seller_of_order(order: models.Order) -> Seller:
    """Who collected what was ordered: the merchant of the sale, whoever collects it today.

    Raises:
        InvoiceRefused: nobody is named, or without an address.
    """
    if order.merchant is not None:
        return _complete(_of_merchant(order.merchant))
    first = order.lines.select_related("offering").order_by("position")[0]
    return seller_of(first.offering.code)


def own_legal_name() -> str:
    """The legal name under which this site acts: the default merchant's, else that of the settings.

    "" where the site has named neither.
    """
    names = models.Merchant.objects.filter(is_default=True).values_list("legal_name", flat=True)
    return names.first() or str(conf.seller().get("legal_name", ""))


def _complete(found: Seller) -> Seller:
    if not found.legal_name or not found.address:
        raise InvoiceRefused(
            _("No document can be issued: the site has not said who sells, and where they are.")
        )
    return found


def _of_merchant(row: models.Merchant) -> Seller:
    return Seller(
        prefix=row.invoice_prefix,
        legal_name=row.legal_name,
        address=_lines(row.address),
        country=row.country,
        tax_id=row.tax_id,
        iban=row.iban,
        bic=row.bic,
        bank=row.bank_name,
    )


def _of_settings(found: Mapping[str, Any]) -> Seller:
    texts = ("prefix", "legal_name", "country", "tax_id", "iban", "bic", "bank")
    address = found.get("address", ())
    return Seller(
        address=_lines(address) if isinstance(address, str) else tuple(address),
        **{name: str(found.get(name, "")) for name in texts},
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
