"""Amounts in the admin: the tables hold minor units, and people read ``USD 54.10``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .data import Amounts, Part
from .models import PART_LABELS
from .models.amounts import written

Column = Callable[[Any], Any]

#: What the columns are called, by the fields that they show.
_CALLED: Mapping[str, Any] = {
    "amount_minor": _("Amount"),
    "bank_minor": _("Debited by the bank"),
    "base_minor": _("Shared amount"),
    "cleared_minor": _("Cleared"),
    "closing_minor": _("Carried forward"),
    "credit_minor": _("Credit"),
    "credited_minor": _("Handed over"),
    "debit_minor": _("Debit"),
    "dispute_fee_minor": _("Fee of a dispute"),
    "disputed_minor": _("Taken by banks"),
    "excess_minor": _("Beyond the sale"),
    "fee_gone_minor": _("Lost fee"),
    "fee_minor": _("Processor’s fee"),
    "gross_minor": _("Gross"),
    "minimum_payout_minor": _("Smallest payout"),
    "net_gone_minor": _("Net taken back"),
    "net_minor": _("Net"),
    "opening_minor": _("Opening"),
    "pay_minor": _("Arrives"),
    "payable_minor": _("To be paid out"),
    "recouped_minor": _("Recouped"),
    "refunded_minor": _("Refunded"),
    "subtotal_minor": _("This month"),
    "tax_gone_minor": _("Tax taken back"),
    "tax_minor": _("Tax"),
    "units_minor": _("Amount"),
}
#: Fields whose currency is not that of the row.
_CURRENCIES: Mapping[str, Callable[[Any], str]] = {
    "pay_minor": attrgetter("pay_currency"),
    "bank_minor": attrgetter("debit_currency"),
}
_OWNERS = ("sale", "adjustment")


def currency_of(row: Any) -> str:
    """The currency of a row, or of the row that it belongs to."""
    if hasattr(row, "currency"):
        return str(row.currency)
    owner = next(name for name in _OWNERS if hasattr(row, name))
    return currency_of(getattr(row, owner))


def _amount_column(field: str) -> Column:
    currency = _CURRENCIES.get(field, currency_of)

    @admin.display(description=_CALLED[field], ordering=field)
    def shown(row: Any) -> str | None:
        minor = getattr(row, field)
        return None if minor is None else written(minor, currency(row))

    return shown


@admin.display(description=_("Kept by party"))
def _kept(row: Any) -> str:
    return "; ".join(_by_part(row.kept, currency_of(row)))


@admin.display(description=_("Taken by banks, by party"))
def _taken(row: Any) -> str:
    currency = currency_of(row)
    amounts = Amounts(*row.disputed.get("amounts", (0, 0, 0)))
    parts = list(_by_part(row.disputed.get("units", {}), currency))
    return "; ".join([written(amounts.gross, currency), *parts])


@admin.display(description=_("Owed by rounding"))
def _owed(row: Any) -> str:
    # A fraction of the smallest unit: exact, and too small to be an amount.
    return f"{row.numerator}/{row.denominator} × {written(1, row.currency)}"


def _by_part(kept: Mapping[str, Mapping[str, int]], currency: str) -> Iterator[str]:
    for part, by_party in kept.items():
        shares = ", ".join(
            f"{party} {written(units, currency)}" for party, units in by_party.items()
        )
        yield f"{PART_LABELS[Part(part)]}: {shares}"


#: The column that stands in the place of each field.
COLUMNS: Mapping[Any, Any] = {
    **{field: _amount_column(field) for field in _CALLED},
    "kept": _kept,
    "disputed": _taken,
    "numerator": _owed,
}


class ReadsAmounts(admin.options.BaseModelAdmin):  # type: ignore[type-arg]  # see admin_base
    """Shows rows that nobody changes here, with every amount as it is read."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = super().get_fields(request, obj)
        return list(dict.fromkeys(COLUMNS.get(name, name) for name in names))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = {field.name for field in self.model._meta.get_fields()}
        columns = (column for name, column in COLUMNS.items() if name in fields)
        return (*super().get_readonly_fields(request, obj), *columns)
