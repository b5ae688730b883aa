"""The books in the admin: to read, never to change, but for what two people decide by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock

from . import admin_payouts, admin_rates, admin_remittances, api, models, permissions
from .admin_amounts import ReadsAmounts
from .admin_base import ReadOnlyAdmin
from .exceptions import RevenueShareError
from .forms import AdjustmentForm, BecauseForm
from .wording_refusals import in_words

__all__ = ["admin_payouts", "admin_rates", "admin_remittances"]


class LinesInline(ReadsAmounts, admin.TabularInline):  # type: ignore[type-arg]
    """The shares of an event."""

    model = models.AllocationLine
    extra = 0
    can_delete = False


class EntriesInline(ReadsAmounts, admin.TabularInline):  # type: ignore[type-arg]
    """The entries of a transaction."""

    model = models.LedgerEntry
    extra = 0
    can_delete = False


@admin.register(models.RevenueEvent)
class RevenueEventAdmin(ReadOnlyAdmin):
    """What happened, and who got what of it."""

    list_display = ("uuid", "kind", "period", "net_minor", "agreement", "version")
    list_filter = ("kind", "period", "currency")
    search_fields = ("uuid", "course_key", "offering_code")
    inlines = (LinesInline,)


@admin.register(models.LedgerTransaction)
class LedgerTransactionAdmin(ReadOnlyAdmin):
    """Transactions with their entries."""

    list_display = ("key", "debit_minor", "occurred_at", "posted_at")
    list_filter = ("kind", "currency")
    search_fields = ("key", "cause_uuid")
    inlines = (EntriesInline,)


@admin.register(models.Statement)
class StatementAdmin(ReadOnlyAdmin):
    """Frozen statements."""

    list_display = ("number", "party", "period", "state", "payable_minor", "sha256")
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


@admin.register(models.StatementMail)
class StatementMailAdmin(ReadOnlyAdmin):
    """Which statements went out by mail, and which are still to go."""

    list_display = (
        "period", "party", "currency", "created_at", "sent_at", "dropped_at", "tries",
        "claimed_until",
    )  # fmt: skip
    list_filter = ("period", "party")


class AdjustmentLinesInline(ReadsAmounts, admin.TabularInline):  # type: ignore[type-arg]
    """What each party gets of an adjustment, or gives."""

    model = models.AdjustmentLine
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class IsWaitingFilter(admin.SimpleListFilter):
    """Adjustments that a second person has to decide about."""

    title = gettext_lazy("waits for a person")
    parameter_name = "is_waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether they do."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those that do, or those that do not."""
        waiting = queryset.filter(confirmed_at=None, refused_at=None)
        if self.value() not in ("yes", "no"):
            return queryset
        return waiting if self.value() == "yes" else queryset.exclude(pk__in=waiting.values("pk"))


@admin.register(models.Adjustment)
class AdjustmentAdmin(ReadOnlyAdmin):
    """What one person proposes to be moved by hand; another confirms it, or says why not."""

    list_display = (
        "period", "currency", "reason", "asked_by", "asked_at", "confirmed_by", "refused_by",
    )  # fmt: skip
    list_filter = (IsWaitingFilter, "currency")
    search_fields = ("uuid", "reason")
    action_form = BecauseForm
    actions = ("confirm", "refuse")
    form = AdjustmentForm
    inlines = (AdjustmentLinesInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether this officer may propose one."""
        return request.user.has_perm(permissions.PROPOSE)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this officer may decide about what others have proposed."""
        return request.user.has_perm(permissions.DECIDE)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """The lines of what is proposed; while it is written, they are a text."""
        return self.inlines if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is written by who proposes; afterwards, who decided and why, too."""
        if obj is None:
            return ("period", "currency", "reason", "amounts")
        return [field.name for field in self.model._meta.fields if field.name != "id"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Propose what the form has found to be right."""
        uuid = api.propose_adjustment(
            form.cleaned_data["amounts"],
            reason=obj.reason,
            period=obj.period,
            by=int(request.user.pk or 0),
            at=clock.now(),
        )
        written = models.Adjustment.objects.get(uuid=uuid)
        obj.pk, obj.uuid = written.pk, written.uuid

    @admin.action(
        description=gettext_lazy("Move what was proposed (second person)"), permissions=["decide"]
    )
    def confirm(self, request: HttpRequest, steps: QuerySet[models.Adjustment]) -> None:
        """Book one by one; what came of each is told."""
        by, at = int(request.user.pk or 0), clock.now()
        for step in steps.order_by("pk"):
            self._tell(request, step, lambda uuid: api.confirm_adjustment(uuid, by=by, at=at))

    @admin.action(description=gettext_lazy("Do not move it"), permissions=["decide"])
    def refuse(self, request: HttpRequest, steps: QuerySet[models.Adjustment]) -> None:
        """Refuse one by one, with one reason for all."""
        by, at, because = int(request.user.pk or 0), clock.now(), request.POST.get("because", "")
        for step in steps.order_by("pk"):
            self._tell(
                request, step,
                lambda uuid: api.refuse_adjustment(uuid, because=because, by=by, at=at),
            )  # fmt: skip

    def _tell(
        self, request: HttpRequest, step: models.Adjustment, decide: Callable[[UUID], Any]
    ) -> None:
        said, level = _("It is decided."), messages.SUCCESS
        try:
            decide(step.uuid)
        except RevenueShareError as refused:
            said, level = in_words(refused), messages.ERROR
        self.message_user(request, f"{step}: {said}", level)

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: each is decided in one that begins with its lock."""
        return super().changelist_view(request, extra_context)
