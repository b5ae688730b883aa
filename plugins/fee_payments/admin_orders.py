"""How operators find orders, and from each to where what it waits for is done."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fee_payments import models, selectors
from fee_payments.data import HoldCause, OrderState
from fee_payments.models.labels import STATE_LABELS


class ShownStateFilter(admin.SimpleListFilter):
    """Orders by the state that their learners read."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every state there is."""
        return [(state.value, str(label)) for state, label in STATE_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those in the state that was chosen."""
        chosen = self.value()
        if chosen not in list(OrderState):
            return queryset
        return queryset.filter(selectors.shown_as(OrderState(chosen)))


class IsHeldFilter(admin.SimpleListFilter):
    """Orders that wait for a person, whatever else their state is."""

    title = gettext_lazy("waits for a person")
    parameter_name = "is_held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether they do."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those that do, or those that do not."""
        if self.value() == "yes":
            return queryset.exclude(held_because="")
        return queryset.filter(held_because="") if self.value() == "no" else queryset


class IsOpenFilter(admin.SimpleListFilter):
    """Requests that nobody has decided about."""

    title = gettext_lazy("waits for a person")
    parameter_name = "is_open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Whether they do."""
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows, or those that do, or those that do not."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(open_key__isnull=self.value() == "no")


def way_on(order: models.Order) -> str:
    """A link to where what an order waits for is done; without anything, to its page."""
    label, url = _way_on(order)
    return format_html('<a class="button" href="{}">{}</a>', url, label)


def _way_on(order: models.Order) -> tuple[str, str]:
    page = reverse("fee_payments:order", args=[order.uuid])
    causes = set(order.holds.filter(released_at=None).values_list("cause", flat=True))
    if HoldCause.REVERSAL in causes:
        live = models.InvoiceStanding.objects.filter(live_order=order).first()
        if live is not None:
            invoice = reverse("fee_payments:invoice_desk", args=[live.invoice.uuid])
            return _("See what is missing of its invoice"), invoice
    if order.disputed:
        return _("See its dispute"), _list("dispute", order)
    payments = order.payments.all()
    if not causes:
        return _("Its page"), page
    if any(payment.paid_at for payment in payments):
        return _("Refund what is due"), page
    return _("See what the provider has sent, and work it again"), _list("providerevent", order)


def _list(kind: str, order: models.Order) -> str:
    """The list of the events, or disputes, about the newest payment of an order."""
    newest = order.payments.order_by("-id").first()
    found = urlencode({"q": newest.reference if newest else ""})
    return f"{reverse(f'admin:fee_payments_{kind}_changelist')}?{found}"
