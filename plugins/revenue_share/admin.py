"""The books in the admin: to read, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from . import models


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not generic at run time
    """Shows rows; nobody adds, changes or deletes one here, a superuser neither."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LinesInline(admin.TabularInline):  # type: ignore[type-arg]
    """The shares of an event."""

    model = models.AllocationLine
    extra = 0
    can_delete = False


class EntriesInline(admin.TabularInline):  # type: ignore[type-arg]
    """The entries of a transaction."""

    model = models.LedgerEntry
    extra = 0
    can_delete = False


@admin.register(models.RevenueEvent)
class RevenueEventAdmin(ReadOnlyAdmin):
    """What happened, and who got what of it."""

    list_display = ("uuid", "kind", "period", "currency", "net_minor", "agreement", "version")
    list_filter = ("kind", "period", "currency")
    search_fields = ("uuid", "course_key", "offering_code")
    inlines = (LinesInline,)


@admin.register(models.LedgerTransaction)
class LedgerTransactionAdmin(ReadOnlyAdmin):
    """Transactions with their entries."""

    list_display = ("key", "currency", "debit_minor", "occurred_at", "posted_at")
    list_filter = ("kind", "currency")
    search_fields = ("key", "cause_uuid")
    inlines = (EntriesInline,)


@admin.register(models.Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Frozen statements."""

    list_display = ("number", "party", "period", "currency", "state", "payable_minor", "sha256")
    list_filter = ("period", "party", "currency")


@admin.register(
    models.CarriedRemainder, models.SaleStanding, models.FundPosition, models.FundCredit
)
class StandingAdmin(ReadOnlyAdmin):
    """Where things stand now: carries, sales, the fund."""


@admin.register(models.PeriodClose)
class PeriodCloseAdmin(ReadOnlyAdmin):
    """Closed months."""

    list_display = ("period", "closed_at", "closed_by")
