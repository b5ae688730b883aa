"""What is sold, and for how much."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db.models import Prefetch, Q, prefetch_related_objects

from fee_payments import models, rules
from fee_payments.data import (
    BankAccount,
    BundlePart,
    BuyerTax,
    MerchantDetails,
    OfferingSummary,
    PayerClass,
    PublishedTerms,
    TaxRule,
)
from fee_payments.exceptions import UnknownMerchant, UnknownTerms
from fee_payments.selectors import catalogue_rows, standing

# Any moment: who asks for an offering alone asks nothing about a person or a country.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def offering(code: str) -> OfferingSummary:
    """One offering with its price list and its seats as they are now.

    Raises:
        UnknownOffering: no offering has this code.
    """
    return standing.look(code, user_id=0, country="", at=_EPOCH, on=_EPOCH.date()).offering


def course_key_of(code: str) -> str:
    """The key of the course run that an offering is of; "" if no offering has this code."""
    keys = models.Offering.objects.filter(code=code).order_by().values_list("course_key", flat=True)
    return keys.first() or ""


def list_offerings(course_key: str | None = None) -> tuple[OfferingSummary, ...]:
    """The offerings of one course, or all of them, by code.

    Three queries; two more where something takes place in a room, or bundles are among them.
    """
    which = Q(course_key=course_key) if course_key else Q()
    prices = Prefetch("prices", queryset=models.Price.objects.order_by("id"))
    found = models.Offering.objects.filter(which).select_related("merchant")
    rows = list(found.prefetch_related(prices))
    online, bundle = models.Offering.Delivery.ONLINE, models.Offering.Kind.BUNDLE
    prefetch_related_objects([row for row in rows if row.merchant_id], "merchant__terms")
    prefetch_related_objects([row for row in rows if row.delivery != online], "sessions")
    prefetch_related_objects([row for row in rows if row.kind == bundle], "items__item")
    return tuple(_summary(row) for row in rows)


def _summary(row: models.Offering) -> OfferingSummary:
    online = models.Offering.Delivery.ONLINE
    counts = {
        one.pk: (one.capacity, one.seats_taken, one.waiting)
        for one in (row.sessions.all() if row.delivery != online else ())
    }
    left = standing.seats_left(row.capacity, row.seats_taken, row.waiting)
    return standing.with_seats(catalogue_rows.offering_summary(row), left, counts)


def bundle_parts(code: str) -> tuple[BundlePart, ...]:
    """What a bundle opens, in the order of the catalogue; nothing of what is no bundle."""
    rows = models.BundleItem.objects.filter(bundle__code=code).order_by("id")
    names = ("item__code", "item__title", "item__course_key")
    return tuple(
        BundlePart(code=part, title=title, course_key=course_key)
        for part, title, course_key in rows.values_list(*names)
    )


def published_terms(number: int) -> PublishedTerms:
    """One version of terms, whether it is in force or not.

    Raises:
        UnknownTerms: there is no such version.
    """
    row = models.TermsVersion.objects.select_related("merchant").filter(pk=number).first()
    if row is None:
        raise UnknownTerms(f"There are no terms {number}.")
    return PublishedTerms(
        summary=catalogue_rows.terms_summary(row), merchant=row.merchant.legal_name, text=row.text
    )


def is_in_use(row: models.Offering) -> bool:
    """Whether somebody ordered it, has a right to it, or holds a code for it."""
    known = (models.OrderLine, models.Entitlement, models.SeatCodeBatch)
    return any(kind.objects.filter(offering=row).exists() for kind in known)


def tax_rule(
    country: str,
    *,
    on: date,
    payer_class: PayerClass = PayerClass.INDIVIDUAL,
    buyer: BuyerTax | None = None,
) -> TaxRule | None:
    """The tax of this country on this UTC day for who pays; ``None`` where no rate is known."""
    rates = catalogue_rows.tax_rates(country)
    return rules.pick_tax(rates, country=country, payer_class=payer_class, buyer=buyer, on=on)


def list_merchants() -> tuple[MerchantDetails, ...]:
    """Everybody who collects, with what stands on their documents, by code."""
    return tuple(_details(row) for row in models.Merchant.objects.prefetch_related("terms"))


def merchant(code: str) -> MerchantDetails:
    """Who collects under this code.

    Raises:
        UnknownMerchant: nobody does.
    """
    row = models.Merchant.objects.filter(code=code).first()
    if row is None:
        raise UnknownMerchant(f"There is no merchant “{code}”.")
    return _details(row)


def _details(row: models.Merchant) -> MerchantDetails:
    account = None
    if row.iban:
        account = BankAccount(
            holder=row.account_holder, iban=row.iban, bic=row.bic, bank=row.bank_name
        )
    return MerchantDetails(
        summary=catalogue_rows.merchant_summary(row),
        address=row.address,
        registration=row.registration,
        account=account,
        invoice_prefix=row.invoice_prefix,
        currencies=tuple(row.currencies.split()),
    )
