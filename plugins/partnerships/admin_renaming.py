"""Django admin of how partners are called: a file proposes, another person confirms or refuses."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from fairgate import clock

from . import api, models, permissions
from .admin_base import ReadOnlyAdmin, each, note_of, user_id
from .admin_promises import DecisionForm


@admin.register(models.PartnerChange)
class PartnerChangeAdmin(ReadOnlyAdmin):
    """Other names, kinds and websites of partners, before and after; files propose them."""

    list_display = (
        "partner", "was_legal_name", "legal_name", "was_display_name", "display_name", "was_kind",
        "kind", "was_url", "url", "asked_by", "asked_at", "confirmed_by", "refused_by",
    )  # fmt: skip
    list_select_related = ("partner",)
    search_fields = ("partner__code", "display_name", "legal_name")
    exclude = ("live_key",)
    action_form = DecisionForm
    actions = ("confirm", "refuse")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_CHANGE)

    @admin.action(permissions=["confirm"], description=_("Confirm as the second person"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.confirm_partner_change, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["confirm"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.refuse_partner_change, because=because, by=by, at=clock.now())
        each(self, request, queryset, step)
