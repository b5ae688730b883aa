"""Writes the history of tax rates: rates are added and end, and no two hold on the same day."""

from __future__ import annotations

from datetime import date

from fairgate.percent import Percent
from fairgate_tables.transactions import in_transaction
from fee_payments import models, rules
from fee_payments.data import TaxEntry, TaxKind
from fee_payments.exceptions import InvalidCatalogue, TaxOverlap
from fee_payments.selectors import catalogue_rows


def set_tax(country: str, percent: Percent, *, inclusive: bool, valid_from: date) -> None:
    """Add a rate for everybody from a day on, as ``add_tax``."""
    add_tax(TaxEntry(country=country, percent=percent, inclusive=inclusive, valid_from=valid_from))


@in_transaction
def add_tax(entry: TaxEntry) -> None:
    """Add a tax rate; the one before it, if it has no end, ends on the day on which this begins.

    The same rate again changes nothing.

    Raises:
        TaxOverlap: another rate for the same payers holds on some of these days.
        InvalidCatalogue: a zero or exempt rate has a percentage.
    """
    models.CatalogueMark.change()  # nobody else adds a rate until this transaction ends
    if entry.kind in (TaxKind.ZERO, TaxKind.EXEMPT) and entry.percent.basis_points:
        raise InvalidCatalogue(f"A rate of kind “{entry.kind}” is 0 %, not {entry.percent}.")
    row = _row(entry)
    same = models.TaxRate.objects.filter(
        country=row.country, payer_scope=row.payer_scope, kind=row.kind, valid_from=row.valid_from
    )
    if same.filter(basis_points=row.basis_points, inclusive=row.inclusive).exists():
        return
    for old in _rates_beside(row):
        if old.valid_until is None and old.valid_from < row.valid_from:
            old.valid_until = row.valid_from
            old.save(update_fields=["valid_until"])
    check_no_overlap(row)
    row.save()


def check_no_overlap(row: models.TaxRate) -> None:
    """Whether a rate, stored or not, holds on no day on which another one for its payers does.

    Raises:
        TaxOverlap: it does.
    """
    own = catalogue_rows.tax_rule(row)
    for other in _rates_beside(row):
        if rules.overlaps(own, catalogue_rows.tax_rule(other)):
            until = f" until {other.valid_until.isoformat()}" if other.valid_until else ""
            raise TaxOverlap(
                f"Another rate of {row.country} holds from {other.valid_from.isoformat()}{until}: "
                "end it first."
            )


def _rates_beside(row: models.TaxRate) -> list[models.TaxRate]:
    rows = models.TaxRate.objects.filter(country=row.country, payer_scope=row.payer_scope)
    reverse = TaxKind.REVERSE_CHARGE.value
    rows = rows.filter(kind=reverse) if row.kind == reverse else rows.exclude(kind=reverse)
    return list(rows.exclude(pk=row.pk))


def _row(entry: TaxEntry) -> models.TaxRate:
    return models.TaxRate(
        country=entry.country,
        payer_scope=entry.scope,
        kind=entry.kind,
        basis_points=entry.percent.basis_points,
        inclusive=entry.inclusive,
        name=entry.name,
        legal_note=entry.note,
        source=entry.source,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
    )
