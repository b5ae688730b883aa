"""Orders that wait for a person, and what operators do about it in the admin."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairgate import clock
from fee_payments import api, models, permissions
from fee_payments.admin_base import ReadOnlyAdmin, ReadOnlyInline
from fee_payments.exceptions import PaymentsError


class OrderHoldInline(ReadOnlyInline):
    """Why an order waits for a person, and what it has waited for; oldest first."""

    model = models.OrderHold
    people = ("released_by",)
    fields: ClassVar[Any] = ("cause", "sentence", "held_at", "released_at", "released_by")


class HeldOrderAdmin(ReadOnlyAdmin):
    """What is done in the list of orders with those that wait for a person."""

    actions = ("give_access_again",)

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

    def _say(self, request: HttpRequest, order: UUID, sentence: str, level: int) -> None:
        said = _("Order %(order)s: %(said)s") % {"order": order, "said": sentence}
        self.message_user(request, said, level)

    @method_decorator(transaction.non_atomic_requests)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Outside a transaction: each order is given again in one that begins with its lock."""
        return super().changelist_view(request, extra_context)
