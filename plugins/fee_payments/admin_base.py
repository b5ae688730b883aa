"""What pages of the admin have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from fairgate.money import Money

_AMOUNT = gettext_lazy("amount")


def amount_of(field: str, description: Any = _AMOUNT) -> Callable[[Any], str]:
    """A column of a list that shows minor units as a person reads them: ``USD 120.00``.

    ``field`` is the field with the minor units; the row says the currency.
    """

    @admin.display(description=description, ordering=field)
    def shown(row: Any) -> str:
        return str(Money.from_minor(getattr(row, field), row.currency))

    return shown


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic at type time only
    """Rows that are written by services and never by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
