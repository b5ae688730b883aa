"""Orders that wait for a person, and what operators do about it in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fee_payments import api, models, permissions
from fee_payments.admin_base import ReadOnlyAdmin, ReadOnlyInline
from fee_payments.data import HoldCause
from fee_payments.exceptions import PaymentsError
from fee_payments.forms_access import ReasonForm


class IsWaitingFilter(admin.SimpleListFilter):
    """Steps that a second person has to decide about."""

    title = gettext_lazy("waits for a person")
    parameter_name = "is_waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether they do."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those that do, or those that do not."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(live_key__isnull=self.value() == "no")


class OrderHoldInline(ReadOnlyInline):
    """Why an order waits for a person, and what it has waited for; oldest first."""

    model = models.OrderHold
    people = ("released_by",)
    fields: ClassVar[Any] = ("cause", "sentence", "held_at", "released_at", "released_by")


class HeldOrderAdmin(ReadOnlyAdmin):
    """What is done in the list of orders with those that wait for a person."""

    action_form = ReasonForm
    actions = ("give_access_again", "close_holds")

    def has_give_access_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may give access by hand, and so give it again."""
        return request.user.has_perm(permissions.GIVE_ACCESS)

    @admin.action(
        description=gettext_lazy("Give access again, where a won dispute could not"),
        permissions=["give_access"],
    )
    def give_access_again(self, request: HttpRequest, orders: QuerySet[models.Order]) -> None:
        """Try order by order; what came of each is told."""
        at, by = clock.now(), request.user.pk or 0
        for uuid in orders.order_by("pk").values_list("uuid", flat=True):
            try:
                obstacles = api.give_access_again(uuid, by=by, at=at).obstacles
            except PaymentsError as refused:
                self._say(request, uuid, str(refused), messages.ERROR)
                continue
            for obstacle in obstacles:
                self._say(request, uuid, obstacle, messages.WARNING)
            if not obstacles:
                self._say(request, uuid, _("Access is given again."), messages.SUCCESS)

    def has_ask_closing_permission(self, request: HttpRequest) -> bool:
        """Whether this operator may ask that a hold is closed."""
        return request.user.has_perm(permissions.ASK_HOLD_CLOSING)

    @admin.action(
        description=gettext_lazy("A payment that did not fit went back: close it (two people)"),
        permissions=["ask_closing"],
    )
    def close_holds(self, request: HttpRequest, orders: QuerySet[models.Order]) -> None:
        """Ask for it, hold by hold, with one reason for all; somebody else confirms."""
        at, by, reason = clock.now(), request.user.pk or 0, request.POST.get("because", "")
        holds = models.OrderHold.objects.filter(
            order__in=orders, cause=HoldCause.PAYMENT, released_at=None
        ).select_related("order")
        for order in orders.exclude(holds__in=holds).order_by("pk"):
            said = _("It waits for no payment that does not fit.")
            self._say(request, order.uuid, said, messages.ERROR)
        for hold in holds.order_by("pk"):
            try:
                api.ask_hold_closing(hold.pk, reason=reason, by=by, at=at)
            except PaymentsError as refused:
                self._say(request, hold.order.uuid, str(refused), messages.ERROR)
            else:
                said = _("A second person is needed now.")
                self._say(request, hold.order.uuid, said, messages.SUCCESS)

    def _say(self, request: HttpRequest, order: UUID, sentence: str, level: int) -> None:
        said = _("Order %(order)s: %(said)s") % {"order": order, "said": sentence}
        self.message_user(request, said, level)

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: each order is given again in one that begins with its lock."""
        return super().changelist_view(request, extra_context)


@admin.register(models.HoldClosing)
class HoldClosingAdmin(ReadOnlyAdmin):
    """What one person asked to be closed, and why; another confirms it, or says why not."""

    people = ("asked_by", "confirmed_by", "refused_by")
    list_display = (
        "order", "why_held", "reason", "asked_by", "asked_at", "confirmed_by", "refused_by",
    )  # fmt: skip
    list_filter = (IsWaitingFilter,)
    list_select_related = ("hold__order",)
    search_fields = ("hold__order__uuid", "reason")
    action_form = ReasonForm
    actions = ("confirm", "refuse")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The order and what it waits for, before who has asked, decided, when and why."""
        known = ("id", "hold", "live_key")
        names = [field.name for field in self.model._meta.fields if field.name not in known]
        return ["order", "why_held", *self.readable(names)]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    @admin.display(description=gettext_lazy("order"))
    def order(self, step: models.HoldClosing) -> str:
        """Its page in the admin, where its payments and holds are read."""
        url = reverse("admin:fee_payments_order_change", args=[step.hold.order_id])
        return format_html('<a href="{}">{}</a>', url, step.hold.order)

    @admin.display(description=gettext_lazy("held because"))
    def why_held(self, step: models.HoldClosing) -> str:
        return step.hold.sentence

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_HOLD_CLOSING)

    @admin.action(
        description=gettext_lazy("The money went back: close them"), permissions=["confirm"]
    )
    def confirm(self, request: HttpRequest, steps: QuerySet[models.HoldClosing]) -> None:
        """Close one by one; what came of each is told."""
        by, at = request.user.pk or 0, clock.now()
        for step in steps.order_by("pk"):
            self._tell(request, step, lambda pk: api.confirm_hold_closing(pk, by=by, at=at))

    @admin.action(description=gettext_lazy("Do not close them"), permissions=["confirm"])
    def refuse(self, request: HttpRequest, steps: QuerySet[models.HoldClosing]) -> None:
        """Let the orders wait further, with one reason for all."""
        by, at, because = request.user.pk or 0, clock.now(), request.POST.get("because", "")
        for step in steps.order_by("pk"):
            self._tell(
                request, step,
                lambda pk: api.refuse_hold_closing(pk, by=by, because=because, at=at),
            )  # fmt: skip

    def _tell(
        self, request: HttpRequest, step: models.HoldClosing, decide: Callable[[int], None]
    ) -> None:
        order, said, level = step.hold.order, _("It is decided."), messages.SUCCESS
        try:
            decide(step.pk)
        except PaymentsError as refused:
            said, level = str(refused), messages.ERROR
        sentence = _("Order %(order)s: %(said)s") % {"order": order, "said": said}
        self.message_user(request, sentence, level)

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: each is closed in one that begins with its locks."""
        return super().changelist_view(request, extra_context)
