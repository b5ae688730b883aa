"""Django admin of due diligence: a refusal is recorded, an acceptance proposed and confirmed."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fairgate import clock

from . import api, models, permissions
from .admin_base import ServiceForm, each, note_of, user_id
from .admin_promises import DecisionForm, RecordAdmin

_FIELDS = ("partner", "expires_on", "notes", "evidence")


class OutcomeForm(ServiceForm):
    """An outcome to record."""

    accepted: bool

    def write(self, told: dict[str, Any]) -> Any:
        partner: models.Partner = told["partner"]
        said = {name: value for name, value in told.items() if name != "partner"}
        by = self.request.user.get_username()
        rows = self._meta.model._default_manager.filter(partner=partner).order_by("-id")
        last = rows.first()
        api.record_due_diligence(
            partner.code, accepted=self.accepted, **said, by=by, at=clock.now()
        )
        found = rows.first()
        if found == last:
            raise ValidationError(gettext("This is what was said last; it is not recorded twice."))
        return found


class RefusalForm(OutcomeForm):
    """That a partner has not passed."""

    accepted = False

    class Meta:
        model = models.DueDiligenceCheck
        fields = _FIELDS


class AcceptanceForm(OutcomeForm):
    """That a partner has passed, for a second person to confirm."""

    accepted = True

    class Meta:
        model = models.DueDiligenceProposal
        fields = _FIELDS


class OutcomeAdmin(RecordAdmin):
    """Outcomes: added, and never changed."""

    permission = permissions.RECORD_DUE_DILIGENCE


@admin.register(models.DueDiligenceCheck)
class DueDiligenceCheckAdmin(OutcomeAdmin):
    """Outcomes that count. What is added here is a refusal, which counts at once."""

    form = RefusalForm
    list_display = ("partner", "accepted", "expires_on", "recorded_at")


@admin.register(models.DueDiligenceProposal)
class DueDiligenceProposalAdmin(OutcomeAdmin):
    """Acceptances: one person proposes, another of the host confirms."""

    form = AcceptanceForm
    list_display = ("partner", "expires_on", "asked_by", "asked_at", "confirmed_by", "refused_by")
    list_select_related = ("partner",)
    action_form = DecisionForm
    actions = ("confirm", "refuse")

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(permissions.CONFIRM_DUE_DILIGENCE)

    @admin.action(permissions=["confirm"], description=_("Confirm as the second person"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        step = partial(api.confirm_due_diligence, by=user_id(request), at=clock.now())
        each(self, request, queryset, step)

    @admin.action(permissions=["confirm"], description=_("Refuse"))
    def refuse(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        by, because = user_id(request), note_of(request)
        step = partial(api.refuse_due_diligence, because=because, by=by, at=clock.now())
        each(self, request, queryset, step)
