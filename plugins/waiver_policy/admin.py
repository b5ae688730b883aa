"""The operator's view. Evidence is read only: it is loaded by command and decided by services."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from fairgate import clock
from fairgate.money import Money
from waiver_policy import (
    admin_lists,  # noqa: F401 - importing registers
    api,
    models,
    permissions,
)
from waiver_policy.admin_base import ReadOnlyAdmin
from waiver_policy.data import Answer, Comparison
from waiver_policy.exceptions import WaiverError
from waiver_policy.sentences import outcome_name

# How far back a comparison looks before somebody says how far.
AT_FIRST = timedelta(days=90)


@admin.register(models.PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Policy documents and their lives: what a version would change, and that it decides."""

    list_display = [
        "slug", "version", "state", "title", "author", "created_at", "activated_at",
        "activated_by", "retired_at", "retired_by",
    ]  # fmt: skip
    list_filter = ["state", "slug"]
    change_form_template = "admin/waiver_policy/policyversion/change_form.html"

    def get_urls(self) -> list[Any]:
        compare = self.admin_site.admin_view(self.compare)
        name = "waiver_policy_policyversion_compare"
        return [path("<int:pk>/compare/", compare, name=name), *super().get_urls()]

    def compare(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What this version would have answered; and, for who may, that it decides from now on."""
        version = self.get_object(request, str(pk))
        if version is None:
            raise Http404
        if not self.has_view_permission(request, version):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, version)
        since, fault = _since(request.GET.get("since"))
        found = None
        if not fault:
            found = api.compare_policy(version.slug, version=version.version, since=since)
        may = permissions.may_activate(request.user)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("What would change"),
            "version": version,
            "since": since,
            "fault": fault,
            "found": found,
            "moves": _moves(found) if found else [],
            "effects": _effects(found) if found else [],
            "applications": _linked(found) if found else [],
            "may_activate": may and version.state == models.PolicyVersion.DRAFT,
            "may_retire": may and version.state == models.PolicyVersion.ACTIVE,
        }
        return render(request, "admin/waiver_policy/policyversion/compare.html", context)

    def _act(self, request: HttpRequest, version: models.PolicyVersion) -> HttpResponse:
        if not permissions.may_activate(request.user):
            raise PermissionDenied
        by, at = request.user.get_username()[:150], clock.now()
        try:
            if "retire" in request.POST:
                api.retire_policy(version.slug, by=by, at=at)
                said = _("The policy %(version)s is retired. Until a version is activated it gives "
                         "nobody a waiver.")  # fmt: skip
            else:
                api.activate_policy(version.slug, by=by, at=at, version=version.version)
                said = _("The policy %(version)s decides from now on.")
        except WaiverError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, said % {"version": version})
        return redirect("admin:waiver_policy_policyversion_compare", version.pk)


def _since(text: str | None) -> tuple[date | None, str]:
    """The day that was asked for, or what is wrong with it; ``None`` is all there is.

    Who asked for none gets a quarter of a year, so that the page is there soon.
    """
    if text is None:
        return clock.utc_day(clock.now()) - AT_FIRST, ""
    try:
        return (date.fromisoformat(text) if text else None), ""
    except ValueError:
        return None, _("“%(text)s” is not a date.") % {"text": text}


def _moves(found: Comparison) -> list[dict[str, object]]:
    """The counts, what would change first."""
    rows = [
        {"then": _answer(then), "now": _answer(now), "count": count, "is_change": then != now}
        for (then, now), count in found.moves.items()
    ]
    return sorted(rows, key=lambda row: (not row["is_change"], str(row["then"]), str(row["now"])))


def _answer(answer: Answer) -> str:
    return f"{outcome_name(answer.outcome)}, {answer.percent}"


def _effects(found: Comparison) -> list[str]:
    """What it would have cost the fund, where that is known."""
    return [
        (
            _("The fund would have paid %(amount)s less.")
            if amount.minor < 0
            else _("The fund would have paid %(amount)s more.")
        )
        % {"amount": Money.from_minor(abs(amount.minor), amount.currency)}
        for amount in found.fund_effect
    ]


def _linked(found: Comparison) -> list[dict[str, str]]:
    rows = models.WaiverApplication.objects.filter(uuid__in=found.applications).order_by("pk")
    view = "admin:waiver_policy_waiverapplication_change"
    return [{"uuid": str(row.uuid), "url": reverse(view, args=[row.pk])} for row in rows]


@admin.register(models.WaiverDecision)
class WaiverDecisionAdmin(ReadOnlyAdmin):
    """Decisions that were acted on. What is about the person is shown by no page of the admin."""

    list_display = ["uuid", "offering_code", "outcome", "rule", "policy", "version", "decided_on"]
    list_filter = ["outcome", "policy", "rule"]
    search_fields = ["uuid", "offering_code"]


@admin.register(models.PriceLock)
class PriceLockAdmin(ReadOnlyAdmin):
    """Prices that are kept for somebody, and how that ended."""

    exclude = ["country"]
    list_display = ["uuid", "offering_code", "until", "ended_at", "end_reason"]
    list_filter = ["end_reason"]
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
