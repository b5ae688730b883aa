"""Rows of the catalogue as values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairgate.money import Money
from fairgate.percent import Percent
from fee_payments import models
from fee_payments.data import (
    MerchantSummary,
    OfferingSummary,
    PayerClass,
    PayerScope,
    PricesHoldTax,
    PriceSummary,
    Rounding,
    SessionSummary,
    TaxKind,
    TaxRule,
    TermsSummary,
)
from fee_payments.exceptions import UnknownOffering
from fee_payments.rules import read_refund_policy

_OFFERING = (
    "code",
    "title",
    "course_key",
    "kind",
    "delivery",
    "place",
    "starts_on",
    "on_sale_from",
    "on_sale_until",
    "waivable",
    "upgrade_until",
    "full_seat_cost_minor",
    "full_seat_cost_currency",
    "access_days",
    "enrolment_mode",
    "refund_policy",
)
_PRICE = (
    "id",
    "payer_class",
    "amount_minor",
    "currency",
    "valid_from",
    "valid_until",
    "holds_tax",
)
_SESSION = ("id", "code", "place", "room", "starts_at", "ends_at", "timezone", "closed")
_MERCHANT = ("id", "code", "legal_name", "country", "tax_id", "rounding_mode")
_TERMS = ("id", "version", "url", "sha256", "valid_from")
_ITEM = ("id", "item__code")
# What is read of an offering in one statement: the name of the relation and its columns.
_PARTS = {
    "prices": _PRICE,
    "sessions": _SESSION,
    "merchant": _MERCHANT,
    "merchant__terms": _TERMS,
    "items": _ITEM,
}

Row = dict[str, Any]


def offering(code: str) -> OfferingSummary:
    """An offering with all that quotes need of it, in one query; its seats are not looked at.

    A code counts to the letter, also where the database does not look at capitals: what is
    compared later, as the lines of an order, is compared as text.

    Raises:
        UnknownOffering: no offering has this code.
    """
    names = [f"{part}__{name}" for part, columns in _PARTS.items() for name in columns]
    rows = list(models.Offering.objects.filter(code=code).order_by().values(*_OFFERING, *names))
    if not rows or rows[0]["code"] != code:
        raise UnknownOffering(f"There is no fee “{code}”.")
    return _offering(
        rows[0],
        prices=_distinct(rows, "prices"),
        sessions=_distinct(rows, "sessions"),
        items=_distinct(rows, "items"),
        merchant=_distinct(rows, "merchant"),
        terms=_distinct(rows, "merchant__terms"),
    )


def _distinct(rows: Iterable[Row], part: str) -> list[Row]:
    """The rows of one relation, by id: the join has each of them once for every other row."""
    found = {
        row[f"{part}__id"]: {name: row[f"{part}__{name}"] for name in _PARTS[part]} for row in rows
    }
    return [found[number] for number in sorted(number for number in found if number is not None)]


def offering_summary(row: models.Offering) -> OfferingSummary:
    """A row of ``Offering`` as a value, from related rows that were read with it.

    Sessions and the items of a bundle are looked at only where there can be some, and how
    many seats are left is not.
    """
    merchant = row.merchant
    in_a_room = row.delivery != models.Offering.Delivery.ONLINE
    is_bundle = row.kind == models.Offering.Kind.BUNDLE
    items = [(one.pk, one.item.code) for one in row.items.all()] if is_bundle else []
    return _offering(
        {name: getattr(row, name) for name in _OFFERING},
        prices=_rows(row.prices.all(), _PRICE),
        sessions=_rows(row.sessions.all(), _SESSION) if in_a_room else [],
        items=[{"id": number, "item__code": code} for number, code in items],
        merchant=_rows([merchant], _MERCHANT) if merchant else [],
        terms=_rows(merchant.terms.all(), _TERMS) if merchant else [],
    )


def _rows(found: Iterable[Any], names: tuple[str, ...]) -> list[Row]:
    return [{name: getattr(one, name) for name in names} for one in found]


def tax_rates(country: str) -> tuple[TaxRule, ...]:
    """Every tax rate of a country, whenever it holds."""
    rows = models.TaxRate.objects.filter(country=country).order_by("id")
    return tuple(tax_rule(row) for row in rows)


def tax_rule(row: models.TaxRate) -> TaxRule:
    """A row of ``TaxRate`` as a value."""
    return TaxRule(
        id=row.pk or 0,
        country=row.country,
        percent=Percent.from_basis_points(row.basis_points),
        inclusive=row.inclusive,
        kind=TaxKind(row.kind),
        scope=PayerScope(row.payer_scope),
        name=row.name,
        note=row.legal_note,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def _offering(
    row: Row,
    *,
    prices: list[Row],
    sessions: list[Row],
    items: list[Row],
    merchant: list[Row],
    terms: list[Row],
) -> OfferingSummary:
    own = {name: row[name] for name in _OFFERING if not name.startswith("full_seat_cost")}
    written = own.pop("refund_policy")
    cost = row["full_seat_cost_minor"]
    return OfferingSummary(
        **own,
        full_seat_cost=Money.from_minor(cost, row["full_seat_cost_currency"]) if cost else None,
        refund_policy=None if written is None else read_refund_policy(written),
        seats_left=None,
        prices=tuple(price_summary(price) for price in sorted(prices, key=lambda one: one["id"])),
        opens=tuple(item["item__code"] for item in items) or (row["code"],),
        merchant=_merchant(merchant[0], terms) if merchant else None,
        sessions=tuple(
            SessionSummary(**session, seats_left=None)
            for session in sorted(sessions, key=lambda one: (one["starts_at"], one["id"]))
        ),
    )


def price_summary(row: Row) -> PriceSummary:
    """The columns of a ``Price`` as a value."""
    return PriceSummary(
        id=row["id"],
        payer_class=PayerClass(row["payer_class"]),
        amount=Money.from_minor(row["amount_minor"], row["currency"]),
        valid_from=row["valid_from"],
        valid_until=row["valid_until"],
        holds_tax=PricesHoldTax(row["holds_tax"]),
    )


def _merchant(row: Row, terms: list[Row]) -> MerchantSummary:
    named = {name: row[name] for name in _MERCHANT if name != "rounding_mode"}
    return MerchantSummary(
        **named,
        rounding=Rounding(row["rounding_mode"]),
        terms=tuple(TermsSummary(**one) for one in terms),
    )


def session_summary(row: models.Session) -> SessionSummary:
    """A row of ``Session`` as a value; how many seats are left is not looked at."""
    (columns,) = _rows([row], _SESSION)
    return SessionSummary(**columns, seats_left=None)


def merchant_summary(row: models.Merchant) -> MerchantSummary:
    """A row of ``Merchant``, with its terms, as a value."""
    (columns,) = _rows([row], _MERCHANT)
    return _merchant(columns, _rows(row.terms.order_by("id"), _TERMS))


def terms_summary(row: models.TermsVersion) -> TermsSummary:
    """A row of ``TermsVersion`` as a value."""
    (columns,) = _rows([row], _TERMS)
    return TermsSummary(**columns)
