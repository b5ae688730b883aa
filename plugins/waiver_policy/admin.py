"""The operator's view. Evidence is read only: it is loaded by command and decided by services."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from waiver_policy import (
    admin_lists,  # noqa: F401 - importing registers
    models,
)
from waiver_policy.admin_base import ReadOnlyAdmin


@admin.register(models.PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Policy documents and their lives."""

    list_display = ["slug", "version", "state", "title", "author", "activated_at"]
    list_filter = ["state", "slug"]


@admin.register(models.WaiverDecision)
class WaiverDecisionAdmin(ReadOnlyAdmin):
    """Decisions that were acted on."""

    list_display = ["uuid", "offering_code", "outcome", "rule", "policy", "version", "decided_on"]
    list_filter = ["outcome", "policy", "rule"]
    search_fields = ["uuid", "offering_code"]


@admin.register(models.WaiverGrant)
class WaiverGrantAdmin(ReadOnlyAdmin):
    """Grants and their states."""

    list_display = ["uuid", "offering_code", "state", "currency", "cost_minor", "granted_at"]
    list_filter = ["state", "currency"]
    search_fields = ["uuid", "offering_code"]


@admin.register(models.WaiverFund)
class WaiverFundAdmin(ReadOnlyAdmin):
    """Balances, in minor units."""

    list_display = ["currency", "available_minor", "reserved_minor", "committed_minor"]


@admin.register(models.FundEntry)
class FundEntryAdmin(ReadOnlyAdmin):
    """Movements of the fund, in minor units."""

    list_display = ["at", "fund", "kind", "minor", "reason", "key"]
    list_filter = ["kind", "fund"]
    list_select_related = ["fund"]


class ApplicationMessageInline(admin.TabularInline):  # type: ignore[type-arg]
    """What was asked and answered; written on the pages of the reviewer and the learner."""

    model = models.ApplicationMessage
    can_delete = False
    extra = 0
    fields = ("number", "kind", "text", "by", "at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.WaiverApplication)
class WaiverApplicationAdmin(ReadOnlyAdmin):
    """Applications; they are decided on the reviewer's page."""

    inlines = [ApplicationMessageInline]

    list_display = ["uuid", "offering_code", "state", "submitted_at", "reviewed_at"]
    list_filter = ["state"]
    search_fields = ["uuid", "offering_code"]
